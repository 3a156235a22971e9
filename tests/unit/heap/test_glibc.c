/* glibc's malloc on built memory: arenas found by shape, every kind of chunk, damage.
 */
#include "heap/glibc.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "target/source.h"

enum {
    WORD = 8,
    PAGE = 4 << 10,
    DATA = 0x10000, /* of the C library */
    DATA_SIZE = 2 * PAGE,
    HEAP = 0x40000,
    HEAP_SIZE = 4 * PAGE,
    ARENA_AT = 0x100, /* in the data */
    BINS_AT = 112,    /* struct malloc_state of glibc 2.26 and later */
    BINS = 127,
    USED = 1, /* PREV_INUSE */
};

struct fixture {
    uint8_t data[DATA_SIZE], heap[HEAP_SIZE];
    struct hn_region regions[2];
    struct hn_error err;
    struct hn_target *target;
    struct hn_glibc glibc;
};

static uint8_t *
place(struct fixture *f, hn_addr at, size_t size)
{
    if (at >= DATA && at + size <= DATA + DATA_SIZE)
        return f->data + (at - DATA);
    if (at >= HEAP && at + size <= HEAP + HEAP_SIZE)
        return f->heap + (at - HEAP);
    return NULL;
}

static size_t
read_memory(void *impl, hn_addr at, void *buf, size_t size)
{
    const uint8_t *bytes = NULL;

    while (size > 0 && !(bytes = place(impl, at, size)))
        size--;
    if (size > 0)
        memcpy(buf, bytes, size);
    return size;
}

static enum hn_status
show_regions(void *impl, hn_region_fn *each, void *arg)
{
    struct fixture *f = impl;
    enum hn_status st = each(arg, &f->regions[0]);

    return st ? st : each(arg, &f->regions[1]);
}

static void
close_nothing(void *impl)
{
    (void)impl;
}

static const struct hn_target_ops ops = {
    .kind = "built",
    .reader = "test",
    .read = read_memory,
    .close = close_nothing,
    .regions = show_regions,
};

static void
put(struct fixture *f, hn_addr at, uint64_t word)
{
    memcpy(place(f, at, WORD), &word, WORD);
}

static uint64_t
get(struct fixture *f, hn_addr at)
{
    uint64_t word;

    memcpy(&word, place(f, at, WORD), WORD);
    return word;
}

/* Chunks in the heap, each used but for those that a test frees; the rest is the top.
 */
static void
put_chunk(struct fixture *f, hn_addr at, uint64_t size)
{
    put(f, at + WORD, size | USED);
}

static hn_addr
bin(unsigned number)
{
    return DATA + ARENA_AT + BINS_AT + (hn_addr)(2 * number) * WORD;
}

/* An empty bin points to where a chunk would begin whose links it is. */
static void
put_main_arena(struct fixture *f, hn_addr top)
{
    const hn_addr arena = DATA + ARENA_AT, behind = bin(BINS) + 16;

    put(f, arena + BINS_AT - 2 * WORD, top);
    for (unsigned i = 0; i < BINS; i++) {
        put(f, bin(i), bin(i) - 2 * WORD);
        put(f, bin(i) + WORD, bin(i) - 2 * WORD);
    }
    put(f, behind, arena);                /* next: alone in its ring */
    put(f, behind + 3 * WORD, HEAP_SIZE); /* memory of the system */
    put(f, behind + 4 * WORD, HEAP_SIZE);
}

/* 0x40 used, 0x60, 0x40, then the top. */
enum { FIRST = HEAP, SECOND = HEAP + 0x40, THIRD = HEAP + 0xa0, TOP = HEAP + 0xe0 };

static int
start(void **state)
{
    static struct fixture f;

    memset(&f, 0, sizeof(f));
    f.regions[0] = (struct hn_region){ .start = DATA,
                                       .end = DATA + DATA_SIZE,
                                       .readable = true,
                                       .writable = true,
                                       .path = "/lib/libc.so.6" };
    f.regions[1] = (struct hn_region){ .start = HEAP,
                                       .end = HEAP + HEAP_SIZE,
                                       .readable = true,
                                       .writable = true,
                                       .path = "[heap]" };
    put_chunk(&f, FIRST, 0x40);
    put_chunk(&f, SECOND, 0x60);
    put_chunk(&f, THIRD, 0x40);
    put_chunk(&f, TOP, HEAP + HEAP_SIZE - TOP);
    put_main_arena(&f, TOP);
    assert_int_equal(hn_target_open_ops(&ops, &f, &f.err, &f.target), HN_OK);
    *state = &f;
    return 0;
}

static int
end(void **state)
{
    struct fixture *f = *state;

    hn_glibc_deinit(&f->glibc);
    hn_target_close(f->target);
    return 0;
}

static void
load(struct fixture *f)
{
    assert_int_equal(hn_glibc_load(f->target, &f->glibc), HN_OK);
}

static void
expect_chunk(struct hn_chunk_iter *it, hn_addr at, uint64_t size, enum hn_chunk_use use)
{
    struct hn_chunk chunk;

    assert_true(hn_chunk_iter_next(it, &chunk));
    assert_int_equal(chunk.at, at);
    assert_int_equal(chunk.size, size);
    assert_int_equal(chunk.use, use);
}

static void
expect_second(struct fixture *f, enum hn_chunk_use use)
{
    struct hn_chunk_iter it;
    struct hn_chunk chunk;

    load(f);
    assert_int_equal(f->glibc.span_count, 1);
    hn_chunk_iter_init(f->target, &f->glibc, &f->glibc.spans[0], &it);
    expect_chunk(&it, FIRST, 0x40, HN_CHUNK_IS_USED);
    expect_chunk(&it, SECOND, 0x60, use);
    expect_chunk(&it, THIRD, 0x40, HN_CHUNK_IS_USED);
    expect_chunk(&it, TOP, HEAP + HEAP_SIZE - TOP, HN_CHUNK_IS_TOP);
    assert_false(hn_chunk_iter_next(&it, &chunk));
}

static void
finds_the_arena_by_its_shape(void **state)
{
    struct fixture *f = *state;

    load(f);
    assert_int_equal(f->glibc.main_arena, DATA + ARENA_AT);
    assert_int_equal(f->glibc.arena_count, 1);
    assert_int_equal(f->glibc.spans[0].start, HEAP);
    assert_int_equal(f->glibc.spans[0].end, HEAP + HEAP_SIZE);
    assert_int_equal(f->glibc.damaged, 0);
}

static void
steps_through_chunks(void **state)
{
    expect_second(*state, HN_CHUNK_IS_USED);
}

static void
free_chunk_is_known_by_the_next(void **state)
{
    struct fixture *f = *state;

    put(f, THIRD + WORD, 0x40); /* the one before is not in use */
    put(f, bin(0), SECOND);
    put(f, bin(0) + WORD, SECOND);
    put(f, SECOND + 2 * WORD, bin(0) - 2 * WORD);
    put(f, SECOND + 3 * WORD, bin(0) - 2 * WORD);
    expect_second(f, HN_CHUNK_IS_FREE);
}

static void
fastbin_keeps_a_chunk_aside(void **state)
{
    struct fixture *f = *state;

    put(f, DATA + ARENA_AT + 16 + 4 * WORD, SECOND);
    expect_second(f, HN_CHUNK_IS_CACHED);
}

static void
mangled_links_are_read(void **state)
{
    struct fixture *f = *state;

    /* glibc 2.32: mangled with the address it stands at */
    put(f, DATA + ARENA_AT + 16 + 4 * WORD, THIRD);
    put(f, THIRD + 2 * WORD, (THIRD + 2 * WORD) >> 12 ^ SECOND);
    put(f, SECOND + 2 * WORD, (SECOND + 2 * WORD) >> 12);
    load(f);
    assert_int_equal(f->glibc.cached_count, 2);
    assert_int_equal(f->glibc.cached[0], SECOND);
    assert_int_equal(f->glibc.damaged, 0);
}

static void
chain_in_a_circle_ends(void **state)
{
    struct fixture *f = *state;

    put(f, DATA + ARENA_AT + 16 + 4 * WORD, SECOND);
    put(f, SECOND + 2 * WORD, (SECOND + 2 * WORD) >> 12 ^ SECOND);
    load(f);
    assert_int_equal(f->glibc.cached_count, 1);
    assert_int_equal(f->glibc.damaged, 1);
}

static void
impossible_chunk_ends_the_walk(void **state)
{
    struct fixture *f = *state;
    struct hn_chunk_iter it;
    struct hn_chunk chunk;

    put(f, SECOND + WORD, 0x123450000 | USED);
    load(f);
    hn_chunk_iter_init(f->target, &f->glibc, &f->glibc.spans[0], &it);
    expect_chunk(&it, FIRST, 0x40, HN_CHUNK_IS_USED);
    expect_chunk(&it, SECOND, HEAP + HEAP_SIZE - SECOND, HN_CHUNK_IS_BAD);
    assert_false(hn_chunk_iter_next(&it, &chunk));
}

static void
a_few_damaged_bins_do_not_hide_the_arena(void **state)
{
    struct fixture *f = *state;

    for (unsigned i = 40; i < 44; i++)
        put(f, bin(i), 0xdeadbeef);
    load(f);
    assert_int_equal(f->glibc.main_arena, DATA + ARENA_AT);
}

static void
ring_that_does_not_close_is_no_arena(void **state)
{
    struct fixture *f = *state;

    put(f, bin(BINS) + 16, HEAP);
    load(f);
    assert_int_equal(f->glibc.main_arena, 0);
    assert_int_equal(f->glibc.span_count, 0);
}

static void
top_outside_of_memory_is_damage(void **state)
{
    struct fixture *f = *state;

    put(f, DATA + ARENA_AT + BINS_AT - 2 * WORD, 0x7000000000);
    load(f);
    assert_int_equal(f->glibc.span_count, 0);
}

static void
large_block_is_a_mapping(void **state)
{
    struct fixture *f = *state;
    uint64_t size = 0;

    put(f, HEAP, 0);
    put(f, HEAP + WORD, 2 * PAGE | 2);
    assert_true(hn_chunk_is_mapping(f->target, HEAP, HEAP + HEAP_SIZE, &size));
    assert_int_equal(size, 2 * PAGE);
    put(f, HEAP + WORD, (2 * PAGE - 16) | 2); /* glibc 2.43 */
    assert_int_equal(hn_target_refresh(f->target), HN_OK);
    assert_true(hn_chunk_is_mapping(f->target, HEAP, HEAP + HEAP_SIZE, &size));
    assert_int_equal(size, 2 * PAGE);
    assert_false(hn_chunk_is_mapping(f->target, HEAP, HEAP + PAGE, &size));
    put(f, HEAP + WORD, get(f, HEAP + WORD) ^ 2);
    assert_int_equal(hn_target_refresh(f->target), HN_OK);
    assert_false(hn_chunk_is_mapping(f->target, HEAP, HEAP + HEAP_SIZE, &size));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
    const struct CMUnitTest tests[] = {
        TEST(finds_the_arena_by_its_shape),
        TEST(steps_through_chunks),
        TEST(free_chunk_is_known_by_the_next),
        TEST(fastbin_keeps_a_chunk_aside),
        TEST(mangled_links_are_read),
        TEST(chain_in_a_circle_ends),
        TEST(impossible_chunk_ends_the_walk),
        TEST(a_few_damaged_bins_do_not_hide_the_arena),
        TEST(ring_that_does_not_close_is_no_arena),
        TEST(top_outside_of_memory_is_damage),
        TEST(large_block_is_a_mapping),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
