/* The writers whose text can be read: table, summary, folded, and the choice of
 * formats. */
#include "models.h"

#include "profiles.h"
#include "report/number.h"
#include "report/profile.h"

static struct profile_builder builder;
static uint32_t run, price, thread_0;

static int
start(void **state)
{
    (void)state;
    profile_builder_init(&builder);
    add_process(&builder, 4242, "/usr/bin/python3");
    thread_0 = add_thread(&builder, 0, 4242, "MainThread");
    run = add_function(&builder, "run", "shop/server.py", 80, HN_PROFILE_PYTHON);
    price =
        add_function(&builder, "Basket.price", "shop/model.py", 30, HN_PROFILE_PYTHON);
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
assert_written(const char *format, const struct hn_profile_options *options,
               const char *expected)
{
    const struct hn_profile_writer *writer = hn_profile_writer_by_name(format);
    struct hn_text text;

    assert_non_null(writer);
    hn_text_init(&text);
    writer->write(&builder.profile, options, &text);
    assert_text(&text, expected);
}

static void
assert_summary(const char *expected)
{
    struct hn_text text;

    hn_text_init(&text);
    hn_profile_put_summary(&text, &builder.profile);
    assert_text(&text, expected);
}

static void
a_run_is_summed_up_in_one_line(void **state)
{
    struct hn_profile *p = &builder.profile;

    (void)state;
    p->duration_ns = 10000000000;
    p->taken = p->on_time = 9998;
    p->discarded = 3;
    p->thread_count = 4;
    assert_summary("10.0 s, 9,998 samples of 4 threads (0 missed, 3 discarded), "
                   "999.8/s, 100 % on time, target never stopped");
    p->on_time = 9997; /* 99.99 % is not all */
    p->missed = 1234;
    p->stopped_ns = 123000000;
    p->process_count = 2;
    assert_summary("10.0 s, 9,998 samples of 4 threads in 2 processes (1,234 missed, 3 "
                   "discarded), 999.8/s, 99.9 % on time, target stopped for 1.2 % of "
                   "the time");
}

static void
a_run_of_nothing_divides_by_nothing(void **state)
{
    (void)state;
    builder.profile.thread_count = 1;
    assert_summary(
        "0.00 s, 0 samples of 1 thread (0 missed, 0 discarded), 0.0/s, 100 % "
        "on time, target never stopped");
}

static void
the_table_shows_self_and_total(void **state)
{
    const struct hn_profile_options options = { .by = HN_PROFILE_BY_FUNCTION };

    (void)state;
    add_samples(&builder, thread_0, 0, 1200, STACK({ run, 88 }, { price, 31 }));
    add_samples(&builder, thread_0, 0, 300, STACK({ run, 81 }));
    assert_written(
        "table", &options,
        "15.0 s, 1,500 samples of 1 thread (0 missed, 0 discarded), 100.0/s, "
        "100 % on time, target never stopped\n"
        "   self   self%  total  total%  function\n"
        "  1,200    80.0  1,200    80.0  Basket.price  shop/model.py:30\n"
        "    300    20.0  1,500   100.0  run           shop/server.py:80\n");
}

static void
the_table_names_what_it_leaves_out(void **state)
{
    const struct hn_profile_options options = { .by = HN_PROFILE_BY_LINE,
                                                .sort = HN_PROFILE_TOTAL,
                                                .limit = 1 };

    (void)state;
    add_samples(&builder, thread_0, 0, 12, STACK({ run, 88 }, { price, 31 }));
    add_samples(&builder, thread_0, 0, 3, STACK({ run, 81 }));
    builder.profile.ended = "breakpoint 1";
    builder.profile.stacks = 15;
    builder.profile.taken = 20;
    add_note(&builder, "2 threads had \033[no] names.");
    assert_written("table", &options,
                   "0.15 s, 20 samples of 1 thread (0 missed, 0 discarded), 133.3/s, "
                   "75 % on time, target never stopped\n"
                   "   self   self%  total  total%  line\n"
                   "     12    80.0     12    80.0  Basket.price  shop/model.py:31\n"
                   "... 2 more lines (--limit 0)\n"
                   "The run ended early: breakpoint 1.\n"
                   "Shares are of 15 stacks: one for each counted thread in a sample.\n"
                   "2 threads had \\x1b[no] names.\n");
}

static void
rows_may_be_files_threads_or_tasks(void **state)
{
    static const char *const rows[] = {
        [HN_PROFILE_BY_FILE] = "     12   100.0     12   100.0  shop/server.py\n",
        [HN_PROFILE_BY_THREAD] = "     12   100.0     12   100.0  MainThread (4242)\n",
        [HN_PROFILE_BY_TASK] = "     12   100.0     12   100.0  (no task)\n",
    };
    struct hn_text text;

    (void)state;
    add_samples(&builder, thread_0, 0, 12, STACK({ run, 88 }));
    hn_text_init(&text);
    for (int by = HN_PROFILE_BY_FILE; by <= HN_PROFILE_BY_TASK; by++) {
        const struct hn_profile_options options = { .by = (enum hn_profile_by)by };

        hn_text_clear(&text);
        hn_profile_write_table(&builder.profile, &options, &text);
        assert_non_null(strstr(text.bytes, rows[by]));
    }
    hn_text_deinit(&text);
}

static void
folded_stacks_are_merged_by_what_a_row_is(void **state)
{
    (void)state;
    add_samples(&builder, thread_0, 0, 12, STACK({ run, 88 }, { price, 31 }));
    add_samples(&builder, thread_0, 0, 3, STACK({ run, 81 }, { price, 31 }));
    add_samples(&builder, thread_0, HN_PROFILE_IDLE, 1, STACK({ run, 88 }));
    add_samples(&builder, thread_0, 0, 1, NULL, 0);
    assert_written("folded",
                   &(const struct hn_profile_options){ .by = HN_PROFILE_BY_FUNCTION },
                   "(no Python frame) 1\n"
                   "run (shop/server.py:80) 1\n"
                   "run (shop/server.py:80);Basket.price (shop/model.py:30) 15\n");
    assert_written("folded",
                   &(const struct hn_profile_options){ .by = HN_PROFILE_BY_LINE },
                   "(no Python frame) 1\n"
                   "run (shop/server.py:88) 1\n"
                   "run (shop/server.py:81);Basket.price (shop/model.py:31) 3\n"
                   "run (shop/server.py:88);Basket.price (shop/model.py:31) 12\n");
    assert_written("folded",
                   &(const struct hn_profile_options){ .by = HN_PROFILE_BY_FILE },
                   "(no Python frame) 1\n"
                   "shop/server.py 1\n"
                   "shop/server.py;shop/model.py 15\n");
}

static void
a_separator_in_a_name_separates_nothing(void **state)
{
    uint32_t f = add_function(&builder, "a;b\nc", "x;.py", 1, HN_PROFILE_PYTHON);

    (void)state;
    add_samples(&builder, thread_0, 0, 2, STACK({ f, 1 }));
    assert_written("folded",
                   &(const struct hn_profile_options){ .by = HN_PROFILE_BY_THREAD },
                   "MainThread (4242);a\\x3bb\\nc (x\\x3b.py:1) 2\n");
}

static void
missed_samples_make_the_others_stand_for_more(void **state)
{
    struct hn_profile *p = &builder.profile;

    (void)state;
    p->taken = 300;
    p->missed = 100;
    p->interval_ns = 9;
    assert_int_equal(hn_profile_time_ns(p, 50), 600);
    p->interval_ns = UINT64_MAX;
    assert_int_equal(hn_profile_time_ns(p, UINT64_MAX), INT64_MAX);
}

static void
the_longest_ending_says_the_format(void **state)
{
    (void)state;
    assert_string_equal(hn_profile_writer_by_path("a/x.json")->name, "json");
    assert_string_equal(hn_profile_writer_by_path("x.speedscope.json")->name,
                        "speedscope");
    assert_string_equal(hn_profile_writer_by_path("X.PROF")->name, "pstats");
    assert_null(hn_profile_writer_by_path("x.jpg"));
    assert_null(hn_profile_writer_by_path(".json"));
    assert_null(hn_profile_writer_by_name("jason"));
}

static void
numbers_are_grouped(void **state)
{
    char buf[HN_NUMBER_SIZE];

    (void)state;
    hn_number_format(buf, UINT64_MAX);
    assert_string_equal(buf, "18,446,744,073,709,551,615");
    hn_number_format(buf, 999);
    assert_string_equal(buf, "999");
    hn_share_format(buf, 2, 3);
    assert_string_equal(buf, "66.7");
    hn_share_format(buf, 1, 0);
    assert_string_equal(buf, "0.0");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)
    const struct CMUnitTest tests[] = {
        TEST(a_run_is_summed_up_in_one_line),
        TEST(a_run_of_nothing_divides_by_nothing),
        TEST(the_table_shows_self_and_total),
        TEST(the_table_names_what_it_leaves_out),
        TEST(rows_may_be_files_threads_or_tasks),
        TEST(folded_stacks_are_merged_by_what_a_row_is),
        TEST(a_separator_in_a_name_separates_nothing),
        TEST(missed_samples_make_the_others_stand_for_more),
        TEST(the_longest_ending_says_the_format),
        TEST(numbers_are_grouped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
