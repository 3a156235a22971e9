/* Self and total samples: sums that can be reckoned by hand. */
#include "models.h"

#include "profiles.h"
#include "report/profile_sums.h"

struct expected {
    const char *name;
    uint64_t self, total;
};

static struct profile_builder builder;
static uint32_t outer, inner, leaf, thread_0;

static int
start(void **state)
{
    (void)state;
    profile_builder_init(&builder);
    add_process(&builder, 7, "/usr/bin/python3");
    thread_0 = add_thread(&builder, 0, 7, "MainThread");
    outer = add_function(&builder, "outer", "a.py", 1, HN_PROFILE_PYTHON);
    inner = add_function(&builder, "inner", "a.py", 10, HN_PROFILE_PYTHON);
    leaf = add_function(&builder, "leaf", "b.py", 1, HN_PROFILE_PYTHON);
    return 0;
}

static int
finish(void **state)
{
    (void)state;
    profile_builder_deinit(&builder);
    return 0;
}

static void
assert_sums(enum hn_profile_by by, enum hn_profile_sort sort,
            const struct expected *expected, size_t count)
{
    struct hn_profile_sums sums;
    uint64_t self = 0;

    assert_true(hn_profile_sum_up(&builder.arena, &builder.profile, by, sort, &sums));
    assert_int_equal(sums.count, count);
    for (size_t i = 0; i < count; i++) {
        const struct hn_profile_sum *row = &sums.rows[i];

        assert_string_equal(row->name[0] ? row->name : row->file, expected[i].name);
        assert_int_equal(row->self, expected[i].self);
        assert_int_equal(row->total, expected[i].total);
        self += row->self;
    }
    assert_int_equal(self, builder.profile.stacks);
}

#define ASSERT_SUMS(by, sort, ...)                                  \
    assert_sums(by, sort, (const struct expected[]){ __VA_ARGS__ }, \
                sizeof((const struct expected[]){ __VA_ARGS__ })    \
                    / sizeof(struct expected))

static void
callers_have_the_samples_of_what_they_call(void **state)
{
    (void)state;
    add_samples(&builder, thread_0, 0, 3, STACK({ outer, 2 }, { inner, 11 }));
    add_samples(&builder, thread_0, 0, 2, STACK({ outer, 3 }));
    add_samples(&builder, thread_0, 0, 5, STACK({ outer, 3 }, { leaf, 1 }));
    ASSERT_SUMS(HN_PROFILE_BY_FUNCTION, HN_PROFILE_SELF, { "leaf", 5, 5 },
                { "inner", 3, 3 }, { "outer", 2, 10 });
    ASSERT_SUMS(HN_PROFILE_BY_FUNCTION, HN_PROFILE_TOTAL, { "outer", 2, 10 },
                { "leaf", 5, 5 }, { "inner", 3, 3 });
    ASSERT_SUMS(HN_PROFILE_BY_FUNCTION, HN_PROFILE_NAME, { "inner", 3, 3 },
                { "leaf", 5, 5 }, { "outer", 2, 10 });
    ASSERT_SUMS(HN_PROFILE_BY_FILE, HN_PROFILE_SELF, { "a.py", 5, 10 },
                { "b.py", 5, 5 });
    /* outer's line 2 calls inner, its line 3 calls leaf and ran itself */
    ASSERT_SUMS(HN_PROFILE_BY_LINE, HN_PROFILE_TOTAL, { "outer", 2, 7 },
                { "leaf", 5, 5 }, { "inner", 3, 3 }, { "outer", 0, 3 });
}

static void
recursion_counts_once_in_a_sample(void **state)
{
    (void)state;
    add_samples(&builder, thread_0, 0, 4,
                STACK({ outer, 2 }, { inner, 11 }, { outer, 2 }, { inner, 12 }));
    add_samples(&builder, thread_0, 0, 1, STACK({ outer, 2 }, { inner, 11 }));
    ASSERT_SUMS(HN_PROFILE_BY_FUNCTION, HN_PROFILE_SELF, { "inner", 5, 5 },
                { "outer", 0, 5 });
    ASSERT_SUMS(HN_PROFILE_BY_LINE, HN_PROFILE_SELF, { "inner", 4, 4 },
                { "inner", 1, 5 }, { "outer", 0, 5 });
    ASSERT_SUMS(HN_PROFILE_BY_FILE, HN_PROFILE_SELF, { "a.py", 5, 5 });
}

static void
equal_functions_of_several_code_objects_are_one_row(void **state)
{
    uint32_t again = add_function(&builder, "outer", "a.py", 1, HN_PROFILE_PYTHON);

    (void)state;
    add_samples(&builder, thread_0, 0, 4, STACK({ outer, 2 }));
    add_samples(&builder, thread_0, 0, 2, STACK({ again, 2 }, { outer, 2 }));
    ASSERT_SUMS(HN_PROFILE_BY_FUNCTION, HN_PROFILE_SELF, { "outer", 6, 6 });
    ASSERT_SUMS(HN_PROFILE_BY_LINE, HN_PROFILE_SELF, { "outer", 6, 6 });
}

static void
stacks_without_a_frame_have_a_row(void **state)
{
    (void)state;
    add_samples(&builder, thread_0, 0, 4, NULL, 0);
    add_samples(&builder, thread_0, 0, 5, STACK({ outer, 2 }));
    ASSERT_SUMS(HN_PROFILE_BY_FUNCTION, HN_PROFILE_SELF, { "outer", 5, 5 },
                { "", 4, 4 });
}

static void
samples_belong_to_the_innermost_task(void **state)
{
    uint32_t one = add_function(&builder, "one", "", 0, HN_PROFILE_TASK);
    uint32_t two = add_function(&builder, "two", "", 0, HN_PROFILE_TASK);

    (void)state;
    /* two is awaited by one */
    add_samples(
        &builder, thread_0, 0, 4,
        STACK({ outer, 2 }, { one, -1 }, { inner, 3 }, { two, -1 }, { leaf, 1 }));
    add_samples(&builder, thread_0, 0, 2,
                STACK({ outer, 2 }, { one, -1 }, { inner, 3 }));
    add_samples(&builder, thread_0, 0, 1, STACK({ outer, 2 }));
    ASSERT_SUMS(HN_PROFILE_BY_TASK, HN_PROFILE_SELF, { "two", 4, 4 }, { "one", 2, 6 },
                { "", 1, 1 });
}

static void
threads_have_rows_in_the_order_of_names_if_they_are_equal(void **state)
{
    uint32_t b = add_thread(&builder, 0, 9, "b"), a = add_thread(&builder, 0, 8, "a");

    (void)state;
    add_thread(&builder, 0, 10, "never seen");
    add_samples(&builder, thread_0, 0, 1, STACK({ outer, 2 }));
    add_samples(&builder, b, 0, 3, STACK({ outer, 2 }));
    add_samples(&builder, a, 0, 3, STACK({ outer, 2 }));
    ASSERT_SUMS(HN_PROFILE_BY_THREAD, HN_PROFILE_SELF, { "a", 3, 3 }, { "b", 3, 3 },
                { "MainThread", 1, 1 });
}

static void
nothing_gives_no_rows(void **state)
{
    struct hn_profile_sums sums;

    (void)state;
    for (int by = 0; hn_profile_by_names[by]; by++) {
        assert_true(hn_profile_sum_up(&builder.arena, &builder.profile,
                                      (enum hn_profile_by)by, HN_PROFILE_SELF, &sums));
        assert_int_equal(sums.count, 0);
    }
}

/* As deep as recursion limits that are raised by hand allow. */
static void
deep_recursion_is_no_recursion_of_ours(void **state)
{
    struct place places[2000];

    (void)state;
    for (size_t i = 0; i < 2000; i++)
        places[i] = (struct place){ inner, 11 };
    add_samples(&builder, thread_0, 0, 9, places, 2000);
    ASSERT_SUMS(HN_PROFILE_BY_FUNCTION, HN_PROFILE_SELF, { "inner", 9, 9 });
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)
    const struct CMUnitTest tests[] = {
        TEST(callers_have_the_samples_of_what_they_call),
        TEST(recursion_counts_once_in_a_sample),
        TEST(equal_functions_of_several_code_objects_are_one_row),
        TEST(stacks_without_a_frame_have_a_row),
        TEST(samples_belong_to_the_innermost_task),
        TEST(threads_have_rows_in_the_order_of_names_if_they_are_equal),
        TEST(nothing_gives_no_rows),
        TEST(deep_recursion_is_no_recursion_of_ours),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
