/* Pools of pymalloc on built memory: whole ones, and every way of damage. */
#include "heap/pools.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "../layout/memory.h"

enum { HEADER = 48, BLOCK = 64, SIZE_CLASS = BLOCK / 16 - 1, POOL = 16 << 10 };

struct fixture {
    uint8_t bytes[2 * POOL];
    uint8_t copy[HN_POOL_MOST];
    struct memory memory;
    struct hn_error err;
    struct hn_python py;
    struct hn_pool pool;
};

static int
start(void **state)
{
    static struct fixture f;

    memset(f.bytes, 0, sizeof(f.bytes));
    f.memory = (struct memory){ f.bytes, sizeof(f.bytes) };
    open_memory(&f.memory, HN_HEX(3, 12, 1), HN_FLAVOUR_RELEASE, &f.err, &f.py);
    *state = &f;
    return 0;
}

static int
end(void **state)
{
    hn_target_close(((struct fixture *)*state)->py.target);
    return 0;
}

static uint64_t
block_at(unsigned block)
{
    return BASE + HEADER + (uint64_t)block * BLOCK;
}

/* The header of a pool at BASE that handed out @carved blocks, of which @used are in
 * use; its chain begins at @chain. */
static void
put_pool(struct fixture *f, uint32_t size, uint32_t used, uint32_t carved,
         uint64_t chain)
{
    const uint32_t tail[] = { 0, SIZE_CLASS, HEADER + carved * BLOCK, size - BLOCK };

    memcpy(f->bytes, &used, sizeof(used));
    memcpy(f->bytes + 8, &chain, sizeof(chain));
    memcpy(f->bytes + 32, tail, sizeof(tail));
}

static void
put_link(struct fixture *f, unsigned block, uint64_t to)
{
    memcpy(f->bytes + (block_at(block) - BASE), &to, sizeof(to));
}

/* A look at the header alone, where that does, says the same. */
static enum hn_status
load(struct fixture *f)
{
    enum hn_status checked = hn_pool_check(&f->py, BASE, f->copy, &f->pool);

    assert_int_equal(hn_pool_load(&f->py, BASE, f->copy, &f->pool), checked);
    return checked;
}

static void
blocks_that_are_not_on_the_chain_are_in_use(void **state)
{
    struct fixture *f = *state;

    put_pool(f, POOL, 3, 5, block_at(3));
    put_link(f, 3, block_at(1));
    put_link(f, 1, 0);
    assert_int_equal(load(f), HN_OK);
    assert_int_equal(f->pool.size, POOL);
    assert_int_equal(f->pool.block_size, BLOCK);
    assert_int_equal(f->pool.carved, 5);
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(hn_pool_is_free(&f->pool, i), i == 1 || i == 3);
}

static void
pools_of_a_page_are_recognised(void **state)
{
    struct fixture *f = *state;

    put_pool(f, 4 << 10, 2, 2, 0);
    assert_int_equal(load(f), HN_OK);
    assert_int_equal(f->pool.size, 4 << 10);
}

static void
a_full_pool_has_no_chain(void **state)
{
    struct fixture *f = *state;
    uint32_t all = (POOL - HEADER) / BLOCK;

    put_pool(f, POOL, all, all, 0);
    assert_int_equal(load(f), HN_OK);
    assert_int_equal(f->pool.used, all);
}

static void
a_chain_that_runs_in_a_circle_is_damaged(void **state)
{
    struct fixture *f = *state;

    put_pool(f, POOL, 1, 5, block_at(3));
    put_link(f, 3, block_at(1));
    put_link(f, 1, block_at(3));
    assert_int_equal(load(f), HN_E_CORRUPT);
}

static void
a_chain_that_leaves_the_pool_is_damaged(void **state)
{
    struct fixture *f = *state;

    put_pool(f, POOL, 3, 5, block_at(3));
    put_link(f, 3, BASE + POOL + HEADER);
    assert_int_equal(load(f), HN_E_CORRUPT);
    put_link(f, 3, block_at(1) + 8);
    assert_int_equal(load(f), HN_E_CORRUPT);
    put_link(f, 3, BASE - BLOCK);
    assert_int_equal(load(f), HN_E_CORRUPT);
}

static void
a_chain_of_another_length_than_the_count_says_is_damaged(void **state)
{
    struct fixture *f = *state;

    put_pool(f, POOL, 3, 5, block_at(3));
    put_link(f, 3, 0);
    assert_int_equal(load(f), HN_E_CORRUPT);
    put_link(f, 3, block_at(1));
    put_link(f, 1, block_at(0));
    assert_int_equal(load(f), HN_E_CORRUPT);
}

static void
headers_that_cannot_be_are_no_pools(void **state)
{
    struct fixture *f = *state;
    const uint32_t no_class = 32;

    assert_int_equal(load(f), HN_DONE);
    put_pool(f, POOL, 6, 5, 0); /* more in use than were handed out */
    assert_int_equal(load(f), HN_DONE);
    put_pool(f, 8 << 10, 3, 3, 0); /* of a size that was never built */
    assert_int_equal(load(f), HN_DONE);
    put_pool(f, POOL, 3, 3, 0);
    memcpy(f->bytes + 36, &no_class, sizeof(no_class));
    assert_int_equal(load(f), HN_DONE);
    assert_int_equal(hn_pool_load(&f->py, BASE + (64 << 10), f->copy, &f->pool),
                     HN_DONE);
}

/* A page that the process never touched is zeros: the chain ends there. */
static void
pages_that_are_not_there_end_a_chain(void **state)
{
    struct fixture *f = *state;

    f->memory.size = 4 << 10;
    put_pool(f, POOL, 63, 65, block_at(2));
    put_link(f, 2, block_at(64));
    assert_int_equal(load(f), HN_OK);
    assert_true(hn_pool_is_free(&f->pool, 64));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define POOL_TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
        POOL_TEST(blocks_that_are_not_on_the_chain_are_in_use),
        POOL_TEST(pools_of_a_page_are_recognised),
        POOL_TEST(a_full_pool_has_no_chain),
        POOL_TEST(a_chain_that_runs_in_a_circle_is_damaged),
        POOL_TEST(a_chain_that_leaves_the_pool_is_damaged),
        POOL_TEST(a_chain_of_another_length_than_the_count_says_is_damaged),
        POOL_TEST(headers_that_cannot_be_are_no_pools),
        POOL_TEST(pages_that_are_not_there_end_a_chain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
