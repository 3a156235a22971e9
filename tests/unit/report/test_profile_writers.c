/* The writers whose files other programs read, on a profile that fits on a screen. What
 * those programs make of them is seen in tests/formats. */
#include "models.h"

#include <jansson.h>

#include "profiles.h"
#include "report/profile.h"

static struct profile_builder builder;
static uint32_t run, price, thread_0;

static int
start(void **state)
{
    (void)state;
    profile_builder_init(&builder);
    add_process(&builder, 4242, "/usr/bin/python3");
    thread_0 = add_thread(&builder, 0, 4242, "Main\"Thread");
    run = add_function(&builder, "run", "shop/server.py", 80, HN_PROFILE_PYTHON);
    price = add_function(&builder, "price", "shop/model.py", 30, HN_PROFILE_PYTHON);
    return 0;
}

static int
finish(void **state)
{
    (void)state;
    profile_builder_deinit(&builder);
    return 0;
}

static bool
source_lines(void *impl, const char *file, uint64_t first, uint64_t last,
             struct hn_listing *ret)
{
    static const char *const lines[] = {
        "    def price(self):",
        "        return sum(",
        "",
        "            self.items)",
        "",
        "    def next(self):",
    };

    (void)impl;
    (void)last;
    if (strcmp(file, "shop/model.py") != 0 || first != 30)
        return false;
    *ret = (struct hn_listing){ file, first, 0, lines, 6 };
    return true;
}

static void
write_as(const char *format, struct hn_text *text)
{
    static const struct hn_profile_sources sources = { source_lines, NULL };
    const struct hn_profile_options options = { .sources = &sources };

    hn_text_init(text);
    hn_profile_writer_by_name(format)->write(&builder.profile, &options, text);
    assert_false(text->failed);
}

static void
assert_written(const char *format, const char *expected)
{
    struct hn_text text;

    write_as(format, &text);
    assert_text(&text, expected);
}

static json_t *
parse(const char *format)
{
    struct hn_text text;
    json_error_t error;
    json_t *json;

    write_as(format, &text);
    json = json_loadb(text.bytes, text.size, JSON_REJECT_DUPLICATES, &error);
    if (!json)
        fail_msg("%s: %s at %d", format, error.text, error.position);
    hn_text_deinit(&text);
    return json;
}

static void
speedscope_has_a_profile_for_each_thread(void **state)
{
    (void)state;
    add_samples(&builder, thread_0, 0, 2, STACK({ run, 88 }, { price, 31 }));
    add_samples(&builder, thread_0, 0, 1, STACK({ run, -1 }));
    assert_written(
        "speedscope",
        "{\"$schema\": \"https://www.speedscope.app/file-format-schema.json\", "
        "\"exporter\": \"hognose\", \"name\": \"0.03 s, 3 samples of 1 thread (0 "
        "missed, 0 "
        "discarded), 100.0/s, 100 % on time, target never stopped\", \"shared\": "
        "{\"frames\": [{\"name\": \"run\", \"file\": \"shop/server.py\", \"line\": "
        "88}, "
        "{\"name\": \"price\", \"file\": \"shop/model.py\", \"line\": 31}, "
        "{\"name\": \"run\", \"file\": \"shop/server.py\"}]}, "
        "\"profiles\": [{\"type\": \"sampled\", \"name\": \"Main\\\"Thread (4242)\", "
        "\"unit\": \"nanoseconds\", \"samples\": [[0, 1], [2]], "
        "\"weights\": [20000000, 10000000], \"startValue\": 0, \"endValue\": "
        "30000000}], "
        "\"activeProfileIndex\": 0}\n");
}

/* Line 88 to line 89 of run() ends nothing; the gap ends all. */
static void
chrome_shows_functions_begin_and_end(void **state)
{
    json_t *json, *events, *event;
    char shown[256] = "";
    size_t i;

    (void)state;
    add_samples(&builder, thread_0, 0, 1, STACK({ run, 88 }));
    add_samples(&builder, thread_0, 0, 1, STACK({ run, 89 }, { price, 31 }));
    builder.now_ns += 50000000;
    add_samples(&builder, thread_0, 0, 1, STACK({ run, 88 }));
    json = parse("chrome");
    events = json_object_get(json, "traceEvents");
    json_array_foreach(events, i, event)
    {
        const char *phase = json_string_value(json_object_get(event, "ph"));
        const char *name = json_string_value(json_object_get(event, "name"));
        char one[64];

        if (phase[0] == 'M')
            continue;
        snprintf(one, sizeof(one), "%s%s%s@%.0f ", phase, name ? " " : "",
                 name ? name : "", json_number_value(json_object_get(event, "ts")));
        strcat(shown, one);
    }
    assert_string_equal(shown, "B run@0 B price@10000 E@20000 E@20000 "
                               "B run@70000 E@80000 ");
    json_decref(json);
}

static void
gecko_has_a_sample_without_a_stack_in_a_gap(void **state)
{
    json_t *json, *samples;
    char *shown;

    (void)state;
    add_samples(&builder, thread_0, 0, 3, STACK({ run, 88 }, { price, 31 }));
    builder.now_ns += 50000000;
    add_samples(&builder, thread_0, 0, 1, STACK({ run, 88 }));
    json = parse("gecko");
    samples =
        json_object_get(json_array_get(json_object_get(json, "threads"), 0), "samples");
    shown = json_dumps(json_object_get(samples, "stack"), 0);
    assert_string_equal(shown, "[1, null, 0, null]");
    free(shown);
    shown = json_dumps(json_object_get(samples, "weight"), 0);
    assert_string_equal(shown, "[3, 0, 1, 0]");
    free(shown);
    shown = json_dumps(json_object_get(samples, "time"), JSON_REAL_PRECISION(6));
    assert_string_equal(shown, "[0.0, 30.0, 80.0, 90.0]");
    free(shown);
    json_decref(json);
}

static void
json_has_functions_and_stacks(void **state)
{
    json_t *json, *stack;
    char *shown;

    (void)state;
    add_samples(&builder, thread_0, HN_PROFILE_HAS_GIL | HN_PROFILE_ON_CPU, 3,
                STACK({ run, 88 }, { price, 31 }));
    json = parse("json");
    shown = json_dumps(json_object_get(json, "functions"), JSON_COMPACT);
    assert_string_equal(
        shown,
        "[{\"kind\":\"python\",\"function\":\"price\",\"file\":\"shop/model.py\","
        "\"line\":30,\"self\":3,\"total\":3},{\"kind\":\"python\",\"function\":"
        "\"run\",\"file\":\"shop/server.py\",\"line\":80,\"self\":0,\"total\":3}]");
    free(shown);
    stack = json_array_get(json_object_get(json, "stacks"), 0);
    shown = json_dumps(json_object_get(stack, "state"), JSON_COMPACT);
    assert_string_equal(shown, "[\"gil\",\"on-cpu\"]");
    free(shown);
    assert_int_equal(json_integer_value(json_object_get(stack, "count")), 3);
    assert_true(json_is_null(json_object_get(json, "ended")));
    assert_null(json_object_get(json, "growth"));
    json_decref(json);
}

static void
lines_shows_a_function_to_its_end(void **state)
{
    (void)state;
    add_samples(&builder, thread_0, 0, 30, STACK({ run, 88 }, { price, 31 }));
    add_samples(&builder, thread_0, 0, 10, STACK({ run, 88 }));
    assert_written(
        "lines",
        "0.40 s, 40 samples of 1 thread (0 missed, 0 discarded), 100.0/s, 100 % "
        "on time, target never stopped\n"
        "Timer unit: 1 s\n"
        "\n"
        "Total time: 0.300 s, 30 samples\n"
        "File: shop/model.py\n"
        "Function: price at line 30\n"
        "\n"
        "Line #   Samples         Time  % Time  Line Contents\n"
        "====================================================\n"
        "    30                                     def price(self):\n"
        "    31        30        0.300   100.0          return sum(\n"
        "    32\n"
        "    33                                             self.items)\n"
        "\n"
        "Total time: 0.400 s, 40 samples\n"
        "File: shop/server.py\n"
        "Function: run at line 80\n"
        "\n"
        "Line #   Samples         Time  % Time  Line Contents\n"
        "====================================================\n"
        "    88        40        0.400   100.0\n"
        "\n");
}

static void
memory_shows_what_a_line_and_its_calls_added(void **state)
{
    (void)state;
    add_samples(&builder, thread_0, 0, 30, STACK({ run, 88 }, { price, 31 }));
    add_growth(&builder, thread_0, 3 << 20, 2, STACK({ run, 88 }, { price, 31 }));
    add_growth(&builder, thread_0, -(1 << 19), 1, STACK({ run, 88 }));
    add_resident(&builder, 0, 0, 100 << 20);
    add_resident(&builder, 200000000, 0, 103 << 20);
    assert_written(
        "memory",
        "0.30 s, 30 samples of 1 thread (0 missed, 0 discarded), 100.0/s, 100 % "
        "on time, target never stopped\n"
        "\n"
        "Filename: shop/model.py\n"
        "Function: price at line 30, 3.000 MiB in all\n"
        "\n"
        "Line #      Mem usage      Increment    Samples  Line Contents\n"
        "==============================================================\n"
        "    30                                               def price(self):\n"
        "    31    103.000 MiB      3.000 MiB          2          return sum(\n"
        "    32\n"
        "    33                                                       "
        "self.items)\n"
        "\n"
        "Filename: shop/server.py\n"
        "Function: run at line 80, 2.500 MiB in all\n"
        "\n"
        "Line #      Mem usage      Increment    Samples  Line Contents\n"
        "==============================================================\n"
        "    88    103.000 MiB      2.500 MiB          3\n"
        "\n");
}

/* marshal's codes: a dict of one tuple of three, whose value is a tuple of five. */
static void
pstats_of_nothing_has_a_root_that_says_what_calls_are(void **state)
{
    struct hn_text text;

    (void)state;
    write_as("pstats", &text);
    assert_memory_equal(text.bytes,
                        "{(\3\0\0\0"
                        "u\1\0\0\0~i\0\0\0\0u",
                        18);
    assert_memory_equal(text.bytes + 22, "<call counts are samples: ", 26);
    assert_memory_equal(text.bytes + text.size - 2, "00", 2);
    hn_text_deinit(&text);
}

static void
pprof_is_one_gzip_member(void **state)
{
    struct hn_text text;

    (void)state;
    add_samples(&builder, thread_0, 0, 30, STACK({ run, 88 }, { price, 31 }));
    write_as("pprof", &text);
    assert_memory_equal(text.bytes, "\037\213\10", 3);
    hn_text_deinit(&text);
}

static void
every_writer_takes_an_empty_profile(void **state)
{
    struct hn_text text;

    (void)state;
    builder.profile.thread_count = builder.profile.process_count = 0;
    for (const struct hn_profile_writer *w = hn_profile_writers; w->name; w++) {
        write_as(w->name, &text);
        hn_text_deinit(&text);
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)
    const struct CMUnitTest tests[] = {
        TEST(speedscope_has_a_profile_for_each_thread),
        TEST(chrome_shows_functions_begin_and_end),
        TEST(gecko_has_a_sample_without_a_stack_in_a_gap),
        TEST(json_has_functions_and_stacks),
        TEST(lines_shows_a_function_to_its_end),
        TEST(memory_shows_what_a_line_and_its_calls_added),
        TEST(pstats_of_nothing_has_a_root_that_says_what_calls_are),
        TEST(pprof_is_one_gzip_member),
        TEST(every_writer_takes_an_empty_profile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
