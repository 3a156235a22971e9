/* Wishes get their bytes, in one go and joined, also when a neighbour has none. */
#include "support/memory_builder.h"

#include <string.h>

#include "sample/plan.h"

static void
each_wish_gets_its_own_bytes(void **state)
{
    struct memory_builder *m = *state;
    hn_addr near = memory_alloc(m, 64), far;
    struct hn_plan plan = { .count = 0 };
    size_t one, other, beyond;

    memory_put(m, near, "first...second..", 16);
    memory_alloc(m, 3 * 4096);
    far = memory_alloc(m, 64);
    memory_put(m, far, "far away", 8);
    other = hn_plan_add(&plan, near + 8, 8);
    beyond = hn_plan_add(&plan, far, 8);
    one = hn_plan_add(&plan, near, 8);
    hn_plan_run(&plan, m->py.target);

    assert_memory_equal("first...", hn_plan_bytes(&plan, one), 8);
    assert_memory_equal("second..", hn_plan_bytes(&plan, other), 8);
    assert_memory_equal("far away", hn_plan_bytes(&plan, beyond), 8);
    assert_int_equal(2, plan.read_count); /* the neighbours are one */
    hn_plan_deinit(&plan);
}

static void
what_may_be_gone_is_not_joined(void **state)
{
    struct memory_builder *m = *state;
    hn_addr at = memory_alloc(m, 64);
    struct hn_plan plan = { .count = 0 };
    size_t below, alone, above;

    memory_put(m, at, "below...alone...above...", 24);
    below = hn_plan_add(&plan, at, 8);
    above = hn_plan_add(&plan, at + 16, 8);
    alone = hn_plan_add_alone(&plan, at + 8, 8);
    hn_plan_run(&plan, m->py.target);

    assert_int_equal(3, plan.read_count);
    assert_memory_equal("below...", hn_plan_bytes(&plan, below), 8);
    assert_memory_equal("alone...", hn_plan_bytes(&plan, alone), 8);
    assert_memory_equal("above...", hn_plan_bytes(&plan, above), 8);
    hn_plan_deinit(&plan);
}

static void
what_is_behind_a_bar_is_copied_by_itself(void **state)
{
    struct memory_builder *m = *state;
    hn_addr at = memory_alloc(m, 64);
    struct hn_plan plan = { .count = 0 };
    size_t before, after;

    memory_put(m, at, "changing", 8);
    before = hn_plan_add(&plan, at, 8);
    hn_plan_bar(&plan);
    after = hn_plan_add(&plan, at, 8);
    hn_plan_run(&plan, m->py.target);

    assert_int_equal(2, plan.read_count);
    assert_ptr_not_equal(hn_plan_bytes(&plan, before), hn_plan_bytes(&plan, after));
    hn_plan_deinit(&plan);
}

static void
later_wishes_leave_earlier_bytes_alone(void **state)
{
    struct memory_builder *m = *state;
    hn_addr at = memory_alloc(m, 1 << 15);
    struct hn_plan plan = { .count = 0 };

    memory_put(m, at, "earlier.", 8);
    memory_put(m, at + (1 << 14), "later...", 8);
    hn_plan_add(&plan, at, 8);
    hn_plan_run(&plan, m->py.target);
    hn_plan_add(&plan, at + (1 << 14), 1 << 14); /* the buffer has to grow */
    assert_null(hn_plan_bytes(&plan, 1));
    hn_plan_run(&plan, m->py.target);

    assert_memory_equal("earlier.", hn_plan_bytes(&plan, 0), 8);
    assert_memory_equal("later...", hn_plan_bytes(&plan, 1), 8);
    hn_plan_deinit(&plan);
}

static void
the_same_plan_again_sees_what_is_new(void **state)
{
    struct memory_builder *m = *state;
    hn_addr at = memory_alloc(m, 64);
    struct hn_plan plan = { .count = 0 };

    memory_put(m, at, "one.two.", 8);
    for (int look = 0; look < 2; look++) {
        hn_plan_clear(&plan);
        hn_plan_add(&plan, at + 4, 4);
        hn_plan_add(&plan, at, 4);
        hn_plan_run(&plan, m->py.target);
        assert_memory_equal("two.", hn_plan_bytes(&plan, 0), 4);
        assert_memory_equal(look ? "new." : "one.", hn_plan_bytes(&plan, 1), 4);
        memory_put(m, at, "new.two.", 8);
    }
    hn_plan_deinit(&plan);
}

static void
a_neighbour_without_memory_costs_only_itself(void **state)
{
    struct memory_builder *m = *state;
    hn_addr at = memory_alloc(m, 256);
    struct hn_plan plan = { .count = 0 };
    size_t gone, there;

    memory_put(m, at, "there...", 8);
    memory_end_at(m, at + 64);
    gone = hn_plan_add(&plan, at + 32, 64);
    there = hn_plan_add(&plan, at, 8);
    hn_plan_run(&plan, m->py.target);

    assert_null(hn_plan_bytes(&plan, gone));
    assert_memory_equal("there...", hn_plan_bytes(&plan, there), 8);
    hn_plan_deinit(&plan);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        MEMORY_TEST(each_wish_gets_its_own_bytes),
        MEMORY_TEST(what_may_be_gone_is_not_joined),
        MEMORY_TEST(what_is_behind_a_bar_is_copied_by_itself),
        MEMORY_TEST(later_wishes_leave_earlier_bytes_alone),
        MEMORY_TEST(the_same_plan_again_sees_what_is_new),
        MEMORY_TEST(a_neighbour_without_memory_costs_only_itself),
    };

    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
