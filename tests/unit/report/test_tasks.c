/* py-tasks' way through the tasks: who is shown, and in which order. */
#include "models.h"

#include "report/tasks.h"

/* main awaits first and second by gather(); both await shared; alone awaits nobody,
 * and ping and pong each other. */
enum { SHARED, FIRST, SECOND, MAIN, ALONE, PING, PONG, COUNT };

static struct hn_task_edge of_main[] = { { FIRST, "gather" }, { SECOND, "gather" } },
                           to_main[] = { { MAIN, "gather" } },
                           of_both[] = { { SHARED, "await" } },
                           to_both[] = { { FIRST, "await" }, { SECOND, "await" } },
                           ping[] = { { PING, "await" } },
                           pong[] = { { PONG, "await" } };

static struct hn_task items[COUNT] = {
    [SHARED] = { .name = "shared", .awaited_by = to_both, .awaited_by_count = 2 },
    [FIRST] = { .name = "first",
                .awaits = of_both,
                .awaits_count = 1,
                .awaited_by = to_main,
                .awaited_by_count = 1 },
    [SECOND] = { .name = "second",
                 .awaits = of_both,
                 .awaits_count = 1,
                 .awaited_by = to_main,
                 .awaited_by_count = 1 },
    [MAIN] = { .name = "main", .awaits = of_main, .awaits_count = 2 },
    [ALONE] = { .name = "alone" },
    [PING] = { .name = "ping",
               .awaits = pong,
               .awaits_count = 1,
               .awaited_by = pong,
               .awaited_by_count = 1 },
    [PONG] = { .name = "pong",
               .awaits = ping,
               .awaits_count = 1,
               .awaited_by = ping,
               .awaited_by_count = 1 },
};
static struct hn_loop loop = { .addr = 0x1000, .type = "Loop", .tasks = COUNT };
static const struct hn_tasks tasks = {
    .loops = &loop, .loop_count = 1, .items = items, .count = COUNT
};

static bool
go_on(void *arg)
{
    (void)arg;
    return true;
}

static void
assert_tasks(const struct hn_tasks_view *view, const char *expected)
{
    const struct hn_look look = { .width = 0 };
    struct hn_text text;

    for (size_t i = 0; i < COUNT; i++) {
        items[i].coroutine_name = "";
        items[i].state = HN_TASK_READY;
        items[i].awaited.text = "";
    }
    hn_text_init(&text);
    assert_true(hn_tasks_put(&text, &look, &tasks, view, go_on, NULL));
    assert_text(&text, expected);
}

#define LOOP "Event loop Loop 0x1000, not running: 7 tasks\n"

static void
the_tree_begins_with_those_that_nobody_awaits(void **state)
{
    (void)state;
    assert_tasks(&(struct hn_tasks_view){ .bare = true },
                 LOOP "main: ready to go on\n"
                      "  gather: first: ready to go on\n"
                      "    await: shared: ready to go on\n"
                      "  gather: second: ready to go on\n"
                      "    await: shared (shown above)\n"
                      "alone: ready to go on\n"
                      "ping: ready to go on\n"
                      "  await: pong: ready to go on\n"
                      "    await: ping (shown above)\n");
}

static void
the_limit_ends_the_tree_anywhere(void **state)
{
    (void)state;
    assert_tasks(&(struct hn_tasks_view){ .bare = true, .limit = 3 },
                 LOOP "main: ready to go on\n"
                      "  gather: first: ready to go on\n"
                      "    await: shared: ready to go on\n"
                      "... 4 more tasks (--limit 0)\n");
}

static void
assert_shown(const struct hn_tasks_view *view, const uint32_t *expected, size_t wanted)
{
    uint32_t numbers[COUNT];
    size_t count;

    assert_true(hn_tasks_shown(&tasks, view, numbers, &count));
    assert_int_equal(count, wanted);
    assert_memory_equal(numbers, expected, wanted * sizeof *numbers);
}

/* Only what these do is read. */
static void
those_that_will_be_shown_are_told_before(void **state)
{
    static const uint32_t all[] = { MAIN, FIRST, SHARED, SECOND, ALONE, PING, PONG },
                          flat[] = { SHARED, FIRST };

    (void)state;
    assert_shown(&(struct hn_tasks_view){ .limit = 0 }, all, COUNT);
    assert_shown(&(struct hn_tasks_view){ .limit = 3 }, all, 3);
    assert_shown(&(struct hn_tasks_view){ .flat = true, .limit = 2 }, flat, 2);
}

static void
a_document_lists_the_first_of_each_loop(void **state)
{
    static const uint32_t first[] = { SHARED, FIRST };
    uint32_t numbers[COUNT];

    (void)state;
    assert_int_equal(hn_tasks_listed(&tasks, 0, numbers), COUNT);
    assert_int_equal(hn_tasks_listed(&tasks, 2, numbers), 2);
    assert_memory_equal(numbers, first, sizeof first);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tree_begins_with_those_that_nobody_awaits),
        cmocka_unit_test(the_limit_ends_the_tree_anywhere),
        cmocka_unit_test(those_that_will_be_shown_are_told_before),
        cmocka_unit_test(a_document_lists_the_first_of_each_loop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
