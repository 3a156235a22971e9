/* Stacks are interned: the same one is the same node, however often it comes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "sample/tree.h"

static void
the_same_stack_is_the_same_node(void **state)
{
    struct hn_tree tree;
    uint32_t main, helper;

    (void)state;
    assert_true(hn_tree_init(&tree));
    main = hn_tree_step(&tree, 0, 7, 10);
    helper = hn_tree_step(&tree, main, 8, 20);

    assert_int_equal(main, hn_tree_step(&tree, 0, 7, 10));
    assert_int_equal(helper, hn_tree_step(&tree, main, 8, 20));
    assert_int_equal(3, tree.count);
    hn_tree_deinit(&tree);
}

static void
caller_code_and_place_all_tell_stacks_apart(void **state)
{
    struct hn_tree tree;
    uint32_t one;

    (void)state;
    assert_true(hn_tree_init(&tree));
    one = hn_tree_step(&tree, 0, 7, 10);

    assert_int_not_equal(one, hn_tree_step(&tree, one, 7, 10));
    assert_int_not_equal(one, hn_tree_step(&tree, 0, 8, 10));
    assert_int_not_equal(one, hn_tree_step(&tree, 0, 7, -2));
    hn_tree_deinit(&tree);
}

/* Far more than there was room for at first. */
static void
parents_come_first_however_much_it_grows(void **state)
{
    enum { DEEP = 50000 };
    struct hn_tree tree;
    uint32_t node = 0;

    (void)state;
    assert_true(hn_tree_init(&tree));
    for (int i = 0; i < DEEP; i++)
        node = hn_tree_step(&tree, node, (uint32_t)i % 3, i % 7);
    assert_int_equal(DEEP + 1, tree.count);
    for (uint32_t i = 1; i < tree.count; i++)
        assert_true(tree.nodes[i].parent < i);

    node = 0;
    for (int i = 0; i < DEEP; i++)
        node = hn_tree_step(&tree, node, (uint32_t)i % 3, i % 7);
    assert_int_equal(DEEP, node);
    assert_int_equal(DEEP + 1, tree.count);
    hn_tree_deinit(&tree);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_stack_is_the_same_node),
        cmocka_unit_test(caller_code_and_place_all_tell_stacks_apart),
        cmocka_unit_test(parents_come_first_however_much_it_grows),
    };

    return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
