/* Two runs side by side. */
#include "models.h"

#include "profiles.h"
#include "report/profile_diff.h"

static struct profile_builder before, after;

static uint32_t
start_run(struct profile_builder *b)
{
    profile_builder_init(b);
    add_process(b, 1, "python3");
    add_thread(b, 0, 1, "MainThread");
    return add_function(b, "main", "a.py", 1, HN_PROFILE_PYTHON);
}

static void
assert_diff(const struct hn_profile_options *options, const char *expected)
{
    struct hn_text text;

    hn_text_init(&text);
    hn_profile_diff_put(&text, &before.profile, &after.profile, options);
    assert_text(&text, expected);
    profile_builder_deinit(&before);
    profile_builder_deinit(&after);
}

#define SUMMARY                                                        \
    "before: 0.10 s, 10 samples of 1 thread (0 missed, 0 discarded), " \
    "100.0/s, 100 % on time, target never stopped\n"                   \
    "after:  0.20 s, 20 samples of 1 thread (0 missed, 0 discarded), " \
    "100.0/s, 100 % on time, target never stopped\n"                   \
    "                self%                 total%\n"                   \
    " before  after change   before  after change  function\n"

static void
shares_are_compared_not_samples(void **state)
{
    uint32_t main_before = start_run(&before), main_after = start_run(&after);
    uint32_t f = add_function(&before, "f", "a.py", 10, HN_PROFILE_PYTHON);
    uint32_t g = add_function(&after, "g", "a.py", 20, HN_PROFILE_PYTHON);

    (void)state;
    add_samples(&before, 0, 0, 4, STACK({ main_before, 2 }, { f, 11 }));
    add_samples(&before, 0, 0, 6, STACK({ main_before, 2 }));
    add_samples(&after, 0, 0, 8, STACK({ main_after, 3 }, { g, 21 }));
    add_samples(&after, 0, 0, 12, STACK({ main_after, 3 }));
    assert_diff(&(const struct hn_profile_options){ .limit = 2 },
                SUMMARY "   40.0    0.0  -40.0     40.0    0.0  -40.0  f  a.py:10\n"
                        "    0.0   40.0  +40.0      0.0   40.0  +40.0  g  a.py:20\n"
                        "... 1 more function (--limit 0)\n");
}

/* Somebody added lines above both; one of two lambdas of a file is new. */
static void
a_function_that_moved_is_the_same(void **state)
{
    uint32_t main_before = start_run(&before), main_after = start_run(&after);
    uint32_t f = add_function(&before, "f", "a.py", 10, HN_PROFILE_PYTHON);
    uint32_t moved = add_function(&after, "f", "a.py", 14, HN_PROFILE_PYTHON);
    uint32_t old = add_function(&before, "<lambda>", "a.py", 30, HN_PROFILE_PYTHON);
    uint32_t same = add_function(&after, "<lambda>", "a.py", 30, HN_PROFILE_PYTHON);
    uint32_t new = add_function(&after, "<lambda>", "a.py", 40, HN_PROFILE_PYTHON);

    (void)state;
    add_samples(&before, 0, 0, 4, STACK({ main_before, 2 }, { f, 11 }));
    add_samples(&before, 0, 0, 6, STACK({ main_before, 3 }, { old, 30 }));
    add_samples(&after, 0, 0, 2, STACK({ main_after, 2 }, { moved, 15 }));
    add_samples(&after, 0, 0, 12, STACK({ main_after, 3 }, { same, 30 }));
    add_samples(&after, 0, 0, 6, STACK({ main_after, 3 }, { new, 40 }));
    assert_diff(&(const struct hn_profile_options){ .sort = HN_PROFILE_NAME }, SUMMARY
                "   60.0   60.0    0.0     60.0   60.0    0.0  <lambda>  a.py:30\n"
                "    0.0   30.0  +30.0      0.0   30.0  +30.0  <lambda>  a.py:40\n"
                "   40.0   10.0  -30.0     40.0   10.0  -30.0  f         a.py:14\n"
                "    0.0    0.0    0.0    100.0  100.0    0.0  main      a.py:1\n");
}

/* What a differential flame graph is drawn from. */
static void
the_trees_of_both_are_one(void **state)
{
    uint32_t main_before = start_run(&before), main_after = start_run(&after);
    uint32_t f = add_function(&before, "f", "a.py", 10, HN_PROFILE_PYTHON);
    uint32_t again = add_function(&after, "f", "a.py", 12, HN_PROFILE_PYTHON);
    struct hn_profile_diff diff;
    struct hn_merged merged;
    uint64_t samples[2][3] = { 0 };
    struct hn_arena arena;

    (void)state;
    add_samples(&before, 0, 0, 4, STACK({ main_before, 2 }, { f, 11 }));
    add_samples(&after, 0, 0, 7, STACK({ main_after, 3 }, { again, 13 }));
    add_samples(&after, 0, 0, 2, STACK({ main_after, 3 }));
    hn_arena_init(&arena);
    assert_true(
        hn_profile_diff_prepare(&arena, &before.profile, &after.profile, &diff));
    assert_true(hn_profile_merge(&arena, &diff.both, &diff.classes, &merged));
    assert_int_equal(merged.count, 3); /* nothing, main, f below it */
    assert_int_equal(merged.nodes[1].parent, 0);
    assert_int_equal(merged.nodes[2].parent, 1);
    for (size_t i = 0; i < diff.both.count_count; i++)
        samples[diff.both.counts[i].thread][merged.of[diff.both.counts[i].node]] +=
            diff.both.counts[i].samples;
    assert_int_equal(samples[HN_DIFF_BEFORE][2], 4);
    assert_int_equal(samples[HN_DIFF_AFTER][2], 7);
    assert_int_equal(samples[HN_DIFF_AFTER][1], 2);
    hn_arena_deinit(&arena);
    profile_builder_deinit(&before);
    profile_builder_deinit(&after);
}

static void
nothing_and_something_can_be_compared(void **state)
{
    uint32_t main_after;

    (void)state;
    start_run(&before);
    main_after = start_run(&after);
    add_samples(&after, 0, 0, 20, STACK({ main_after, 3 }));
    before.profile.duration_ns = 100000000;
    before.profile.taken = before.profile.on_time = 10;
    assert_diff(&(const struct hn_profile_options){ .limit = 0 },
                SUMMARY "    0.0  100.0 +100.0      0.0  100.0 +100.0  main  a.py:1\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_compared_not_samples),
        cmocka_unit_test(a_function_that_moved_is_the_same),
        cmocka_unit_test(the_trees_of_both_are_one),
        cmocka_unit_test(nothing_and_something_can_be_compared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
