/* Items of tuples and lists. */
#include "support/memory_builder.h"

#include <string.h>

#include "objects/objects.h"

static const hn_addr three[] = { 0x1000, 0x2000, 0 };

static void
assert_three(struct memory_builder *m, hn_addr object)
{
    const hn_addr *items;
    size_t count;

    assert_int_equal(hn_items_load(&m->py, object, 3, &m->arena, &items, &count),
                     HN_OK);
    assert_int_equal(count, 3);
    assert_memory_equal(items, three, sizeof three);
}

static void
a_tuple_has_its_items_inside(void **state)
{
    struct memory_builder *m = *state;

    assert_three(m, build_tuple(m, three, 3));
}

static void
a_list_has_its_items_outside(void **state)
{
    struct memory_builder *m = *state;

    assert_three(m, build_list(m, three, 3));
}

static void
empty_ones_are_empty(void **state)
{
    struct memory_builder *m = *state;
    const hn_addr *items;
    size_t count = 1;

    assert_int_equal(
        hn_items_load(&m->py, build_tuple(m, NULL, 0), 9, &m->arena, &items, &count),
        HN_OK);
    assert_int_equal(count, 0);
    count = 1;
    assert_int_equal(
        hn_items_load(&m->py, build_list(m, NULL, 0), 9, &m->arena, &items, &count),
        HN_OK);
    assert_int_equal(count, 0);
}

static void
more_than_the_limit_is_corrupt(void **state)
{
    struct memory_builder *m = *state;
    hn_addr list = build_list(m, three, 3);
    const hn_addr *items;
    size_t count;

    assert_int_equal(hn_items_load(&m->py, list, 2, &m->arena, &items, &count),
                     HN_E_CORRUPT);
    memory_set(m, HN_VAR_SIZE, list, (uint64_t)-3);
    assert_int_equal(hn_items_load(&m->py, list, 99, &m->arena, &items, &count),
                     HN_E_CORRUPT);
}

static void
another_type_is_corrupt(void **state)
{
    struct memory_builder *m = *state;
    const hn_addr *items;
    size_t count;

    assert_int_equal(
        hn_items_load(&m->py, build_ascii(m, "abc"), 9, &m->arena, &items, &count),
        HN_E_CORRUPT);
}

static void
items_that_are_not_there_are_a_fault(void **state)
{
    struct memory_builder *m = *state;
    hn_addr list = build_list(m, three, 3);
    const hn_addr *items;
    size_t count;

    memory_set(m, HN_LIST_ITEMS, list, 0x7f0000000000);
    assert_int_equal(hn_items_load(&m->py, list, 9, &m->arena, &items, &count),
                     HN_E_FAULT);
}

int
main(void)
{
    const struct layout_test tests[] = {
        LAYOUT_TEST(a_tuple_has_its_items_inside),
        LAYOUT_TEST(a_list_has_its_items_outside),
        LAYOUT_TEST(empty_ones_are_empty),
        LAYOUT_TEST(more_than_the_limit_is_corrupt),
        LAYOUT_TEST(another_type_is_corrupt),
        LAYOUT_TEST(items_that_are_not_there_are_a_fault),
    };

    return run_for_each_layout("sequence", tests, sizeof(tests) / sizeof(tests[0]));
}
