/* Walking the collector's rings, sound and damaged. */
#include "heap/lists.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "../layout/memory.h"

/* The collector's state of 3.12 at BASE: lists at 24, 48, 72, the frozen one at 104. */
enum { LISTS_AT = 24, HEAD = 24, FROZEN_AT = 104, HEADER = 16, NODES = 1024 };

struct fixture {
    uint8_t bytes[4096];
    struct memory memory;
    struct hn_error err;
    struct hn_python py;
};

static void
link_to(struct fixture *f, uint64_t from, uint64_t to)
{
    memcpy(f->bytes + (from - BASE), &to, sizeof(to));
}

static uint64_t
head(unsigned list)
{
    return BASE + (list < 3 ? LISTS_AT + list * HEAD : FROZEN_AT);
}

static uint64_t
node(unsigned number)
{
    return BASE + NODES + number * 64;
}

static int
start(void **state)
{
    static struct fixture f;

    memset(f.bytes, 0, sizeof(f.bytes));
    f.memory = (struct memory){ f.bytes, sizeof(f.bytes) };
    open_memory(&f.memory, HN_HEX(3, 12, 1), HN_FLAVOUR_RELEASE, &f.err, &f.py);
    for (unsigned i = 0; i < HN_GC_LISTS; i++)
        link_to(&f, head(i), head(i)); /* empty */
    *state = &f;
    return 0;
}

static int
end(void **state)
{
    hn_target_close(((struct fixture *)*state)->py.target);
    return 0;
}

static void
assert_next(struct hn_gc_walk *walk, unsigned number, unsigned list)
{
    hn_addr object;
    unsigned found;

    assert_int_equal(hn_gc_walk_next(walk, &object, &found), HN_OK);
    assert_int_equal(object, node(number) + HEADER);
    assert_int_equal(found, list);
}

static void
assert_end(struct hn_gc_walk *walk, unsigned bad)
{
    hn_addr object;
    unsigned list;

    assert_int_equal(hn_gc_walk_next(walk, &object, &list), HN_DONE);
    assert_int_equal(walk->bad, bad);
}

static void
objects_come_with_their_generation(void **state)
{
    struct fixture *f = *state;
    struct hn_gc_walk walk;

    link_to(f, head(0), node(0));
    link_to(f, node(0), node(1) | 1); /* flags in the low bits */
    link_to(f, node(1), head(0));
    link_to(f, head(2), node(2));
    link_to(f, node(2), head(2));
    link_to(f, head(HN_GC_FROZEN), node(3));
    link_to(f, node(3), head(HN_GC_FROZEN));
    hn_gc_walk_init(&f->py, BASE, &walk);
    assert_next(&walk, 0, 0);
    assert_next(&walk, 1, 0);
    assert_next(&walk, 2, 2);
    assert_next(&walk, 3, HN_GC_FROZEN);
    assert_end(&walk, 0);
}

static void
a_node_that_is_known_is_not_read(void **state)
{
    struct fixture *f = *state;
    struct hn_gc_walk walk;

    link_to(f, head(0), node(0));
    link_to(f, node(0), node(9));
    link_to(f, node(1), head(0));
    assert_int_equal(hn_gc_next(&f->py, f->bytes + (node(0) - BASE)), node(9));
    hn_gc_walk_init(&f->py, BASE, &walk);
    assert_next(&walk, 0, 0);
    walk.next = node(1);
    assert_next(&walk, 1, 0);
    assert_end(&walk, 0);
}

static void
a_ring_without_its_head_comes_to_an_end(void **state)
{
    struct fixture *f = *state;
    struct hn_gc_walk walk;
    hn_addr object;
    unsigned list, steps = 0;

    link_to(f, head(1), node(0));
    for (unsigned i = 0; i < 9; i++)
        link_to(f, node(i), node(i + 1));
    link_to(f, node(9), node(4));
    hn_gc_walk_init(&f->py, BASE, &walk);
    while (hn_gc_walk_next(&walk, &object, &list) == HN_OK)
        assert_true(++steps < 100);
    assert_int_equal(walk.bad, 1);
}

static void
a_link_into_nowhere_ends_its_list_only(void **state)
{
    struct fixture *f = *state;
    struct hn_gc_walk walk;

    link_to(f, head(0), BASE + (1 << 20));
    link_to(f, head(1), node(0));
    link_to(f, node(0), 0);
    link_to(f, head(2), node(1));
    link_to(f, node(1), head(2));
    hn_gc_walk_init(&f->py, BASE, &walk);
    walk.list = 0;
    {
        hn_addr object;
        unsigned list;

        /* What the first link leads to cannot be told from an object yet. */
        assert_int_equal(hn_gc_walk_next(&walk, &object, &list), HN_OK);
        assert_int_equal(object, BASE + (1 << 20) + HEADER);
    }
    assert_next(&walk, 0, 1);
    assert_next(&walk, 1, 2);
    assert_end(&walk, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define LIST_TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
        LIST_TEST(objects_come_with_their_generation),
        LIST_TEST(a_node_that_is_known_is_not_read),
        LIST_TEST(a_ring_without_its_head_comes_to_an_end),
        LIST_TEST(a_link_into_nowhere_ends_its_list_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
