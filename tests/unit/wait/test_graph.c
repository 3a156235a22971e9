/* Circles among those who wait for each other. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "wait/graph.h"

enum { MOST = 8 };

static struct hn_arena arena;
static struct hn_error err;

/* One edge each: @next[i] is whom the i-th awaits, HN_NO_TASK: nobody. */
static struct hn_tasks
chained(struct hn_task *items, struct hn_task_edge *edges, const uint32_t *next,
        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        edges[i] = (struct hn_task_edge){ next[i], "await" };
        items[i] = (struct hn_task){ .awaits = &edges[i],
                                     .awaits_count = next[i] != HN_NO_TASK };
    }
    return (struct hn_tasks){ .items = items, .count = count };
}

static struct hn_tasks
cycles_of(const uint32_t *next, size_t count)
{
    static struct hn_task items[MOST];
    static struct hn_task_edge edges[MOST];
    struct hn_tasks tasks = chained(items, edges, next, count);

    assert_int_equal(hn_graph_find_cycles(&tasks, &arena, &err), HN_OK);
    return tasks;
}

static void
a_chain_is_no_circle(void **state)
{
    const uint32_t next[] = { 1, 2, HN_NO_TASK };

    (void)state;
    assert_int_equal(cycles_of(next, 3).cycle_count, 0);
}

static void
two_that_wait_for_each_other_are_one(void **state)
{
    const uint32_t next[] = { 1, 0 };
    struct hn_tasks tasks = cycles_of(next, 2);

    (void)state;
    assert_int_equal(tasks.cycle_count, 1);
    assert_int_equal(tasks.cycles[0].count, 2);
}

static void
one_may_wait_for_itself(void **state)
{
    const uint32_t next[] = { 0, 0 };
    struct hn_tasks tasks = cycles_of(next, 2);

    (void)state;
    assert_int_equal(tasks.cycle_count, 1);
    assert_int_equal(tasks.cycles[0].count, 1);
    assert_int_equal(tasks.cycles[0].tasks[0], 0);
}

static void
who_waits_for_a_circle_is_not_in_it(void **state)
{
    const uint32_t next[] = { 1, 2, 3, 1 };
    struct hn_tasks tasks = cycles_of(next, 4);

    (void)state;
    assert_int_equal(tasks.cycle_count, 1);
    assert_int_equal(tasks.cycles[0].count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_not_equal(tasks.cycles[0].tasks[i], 0);
}

static void
circles_apart_are_told_apart(void **state)
{
    const uint32_t next[] = { 1, 0, 3, 2, HN_NO_TASK };

    (void)state;
    assert_int_equal(cycles_of(next, 5).cycle_count, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_is_no_circle),
        cmocka_unit_test(two_that_wait_for_each_other_are_one),
        cmocka_unit_test(one_may_wait_for_itself),
        cmocka_unit_test(who_waits_for_a_circle_is_not_in_it),
        cmocka_unit_test(circles_apart_are_told_apart),
    };
    int failed;

    hn_arena_init(&arena);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    hn_arena_deinit(&arena);
    return failed;
}
