/* Arenas: alignment, zeroing, marks, sizes that cannot be. */
#include "base/arena.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <stdalign.h>

static int
start(void **state)
{
    static struct hn_arena arena;

    hn_arena_init(&arena);
    *state = &arena;
    return 0;
}

static int
end(void **state)
{
    hn_arena_deinit(*state);
    return 0;
}

static void
memory_is_zeroed_and_aligned_for_any_type(void **state)
{
    static const char zeros[100];

    for (size_t size = 1; size <= sizeof(zeros); size++) {
        char *bytes = hn_arena_alloc(*state, size);

        assert_non_null(bytes);
        assert_int_equal((uintptr_t)bytes % alignof(max_align_t), 0);
        assert_memory_equal(bytes, zeros, size);
        memset(bytes, 0xff, size);
    }
}

static void
a_size_of_zero_gives_a_valid_pointer(void **state)
{
    assert_non_null(hn_arena_alloc(*state, 0));
    assert_non_null(hn_arena_array(*state, 0, 8));
    assert_string_equal(hn_arena_copy(*state, NULL, 0), "");
}

static void
pieces_do_not_overlap_across_blocks(void **state)
{
    enum { PIECES = 300, SIZE = 1000 };
    unsigned char *piece[PIECES];

    for (int i = 0; i < PIECES; i++) {
        piece[i] = hn_arena_alloc(*state, SIZE);
        memset(piece[i], i & 0xff, SIZE);
    }
    for (int i = 0; i < PIECES; i++) {
        assert_int_equal(piece[i][0], i & 0xff);
        assert_int_equal(piece[i][SIZE - 1], i & 0xff);
    }
}

static void
a_piece_larger_than_any_block_gets_its_own(void **state)
{
    enum { LARGE = 3 << 20 };
    char *bytes = hn_arena_alloc(*state, LARGE);

    assert_non_null(bytes);
    bytes[LARGE - 1] = 1;
}

static void
a_product_that_does_not_fit_is_refused(void **state)
{
    assert_null(hn_arena_array(*state, SIZE_MAX / 2, 3));
    assert_null(hn_arena_alloc(*state, SIZE_MAX));
    assert_null(hn_arena_alloc(*state, SIZE_MAX - 64));
    assert_null(hn_arena_copy(*state, "x", SIZE_MAX));
}

static void
a_copy_ends_in_a_null_byte_and_keeps_those_inside(void **state)
{
    char *copy = hn_arena_copy(*state, "a\0bc", 3);

    assert_memory_equal(copy, "a\0b", 4);
}

static void
format_makes_text_of_any_length(void **state)
{
    char *text = hn_arena_format(*state, "%s %05d %8000s", "thread", 42, "x");

    assert_int_equal(strlen(text), 7 + 5 + 1 + 8000);
    assert_memory_equal(text, "thread 00042 ", 13);
}

static void
a_reset_gives_back_what_came_after_the_mark(void **state)
{
    struct hn_arena *arena = *state;
    char *kept = hn_arena_copy(arena, "kept", 4);
    struct hn_arena_mark mark = hn_arena_mark(arena);
    size_t total = arena->total;
    char *first = hn_arena_alloc(arena, 16);

    for (int i = 0; i < 100; i++)
        assert_non_null(hn_arena_alloc(arena, 4000));
    hn_arena_reset(arena, mark);

    assert_int_equal(arena->total, total);
    assert_string_equal(kept, "kept");
    assert_ptr_equal(hn_arena_alloc(arena, 16), first);
}

static void
memory_is_zeroed_again_after_a_reset(void **state)
{
    struct hn_arena_mark mark = hn_arena_mark(*state);
    static const char zeros[64];

    memset(hn_arena_alloc(*state, 64), 0xff, 64);
    hn_arena_reset(*state, mark);
    memset(hn_arena_alloc(*state, 64), 0xff, 64);
    hn_arena_reset(*state, mark);
    assert_memory_equal(hn_arena_alloc(*state, 64), zeros, 64);
}

static void
the_total_counts_what_was_handed_out(void **state)
{
    struct hn_arena *arena = *state;

    assert_non_null(hn_arena_alloc(arena, 1000));
    assert_in_range(arena->total, 1000, 1000 + alignof(max_align_t));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
    const struct CMUnitTest tests[] = {
        TEST(memory_is_zeroed_and_aligned_for_any_type),
        TEST(a_size_of_zero_gives_a_valid_pointer),
        TEST(pieces_do_not_overlap_across_blocks),
        TEST(a_piece_larger_than_any_block_gets_its_own),
        TEST(a_product_that_does_not_fit_is_refused),
        TEST(a_copy_ends_in_a_null_byte_and_keeps_those_inside),
        TEST(format_makes_text_of_any_length),
        TEST(a_reset_gives_back_what_came_after_the_mark),
        TEST(memory_is_zeroed_again_after_a_reset),
        TEST(the_total_counts_what_was_handed_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
