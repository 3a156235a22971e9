/* Options and operands: what is understood, and what is said about the rest. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "command/parse.h"
#include "command/split.h"

static const struct hn_host debugger = { .name = "gdb" };
static const struct hn_host bare = { .name = "hognose", .bare = true };

struct test_options {
    bool all;
    uint64_t depth;
    const char *thread, *file;
    unsigned sort;
    const char *const *names;
    uint64_t time, rate;
};

static const char *const sorts[] = { "number", "name", NULL };

static const struct hn_arg test_args[] = {
    { "all", 'a', HN_ARG_FLAG, offsetof(struct test_options, all), NULL, "", NULL,
      false },
    { "depth", 'd', HN_ARG_COUNT, offsetof(struct test_options, depth), "N", "", NULL,
      false },
    { "thread", 't', HN_ARG_STRING, offsetof(struct test_options, thread), "T", "",
      NULL, false },
    { "file", 0, HN_ARG_PATH, offsetof(struct test_options, file), "FILE", "", NULL,
      false },
    { "sort", 0, HN_ARG_CHOICE, offsetof(struct test_options, sort), "BY", "", sorts,
      false },
    { "name", 'n', HN_ARG_LIST, offsetof(struct test_options, names), "NAME", "", NULL,
      false },
    { "time", 0, HN_ARG_TIME, offsetof(struct test_options, time), "TIME", "", NULL,
      false },
    { "rate", 'r', HN_ARG_RATE, offsetof(struct test_options, rate), "RATE", "", NULL,
      false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct hn_command test_command = {
    .entry = { "test", "A command of this test" },
    .args = test_args,
    .operands = "[N]",
    .operands_max = 1,
    .options_size = sizeof(struct test_options),
};

struct fixture {
    struct hn_arena arena;
    struct hn_text message;
    struct hn_parsed parsed;
    const struct test_options *options;
};

static int
start(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    hn_arena_init(&f->arena);
    hn_text_init(&f->message);
    *state = f;
    return 0;
}

static int
end(void **state)
{
    struct fixture *f = *state;

    hn_arena_deinit(&f->arena);
    hn_text_deinit(&f->message);
    free(f);
    return 0;
}

static enum hn_status
parse(struct fixture *f, const struct hn_host *host, const char *line)
{
    struct hn_words words;
    enum hn_status st;

    assert_int_equal(hn_split(line, &f->arena, &words), HN_OK);
    st = hn_parse(&test_command, host, (int)words.count, words.word, &f->arena,
                  &f->message, &f->parsed);
    f->options = f->parsed.options;
    return st;
}

static void
assert_refused(struct fixture *f, const struct hn_host *host, const char *line,
               const char *message)
{
    assert_int_equal(parse(f, host, line), HN_E_ARGUMENT);
    assert_string_equal(f->message.bytes, message);
}

static void
nothing_given_is_all_zero(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(parse(f, &debugger, "py-test"), HN_OK);
    assert_false(f->options->all);
    assert_int_equal(f->options->depth, 0);
    assert_null(f->options->thread);
    assert_int_equal(f->parsed.operand_count, 0);
}

static void
each_kind_of_option_is_taken(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(
        parse(f, &debugger, "py-test --all --depth 20 --thread=x -o out --sort name"),
        HN_OK);
    assert_true(f->options->all);
    assert_int_equal(f->options->depth, 20);
    assert_string_equal(f->options->thread, "x");
    assert_string_equal(f->parsed.common.output, "out");
    assert_int_equal(f->options->sort, 1);
}

static void
letters_can_be_bundled(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(parse(f, &debugger, "py-test -ad20 -tx"), HN_OK);
    assert_true(f->options->all);
    assert_int_equal(f->options->depth, 20);
    assert_string_equal(f->options->thread, "x");
}

static void
options_may_stand_anywhere(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(parse(f, &bare, "test 3 --all 4242 --json"), HN_OK);
    assert_true(f->options->all);
    assert_true(f->parsed.common.json);
    assert_int_equal(f->parsed.operand_count, 1);
    assert_string_equal(f->parsed.operands[0], "3");
    assert_string_equal(f->parsed.target, "4242");
}

static void
two_dashes_end_the_options(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(parse(f, &bare, "test -- --all --json"), HN_OK);
    assert_false(f->options->all);
    assert_false(f->parsed.common.json);
    assert_string_equal(f->parsed.operands[0], "--all");
    assert_string_equal(f->parsed.target, "--json");
}

static void
pid_stands_for_target(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(parse(f, &bare, "test -p 7 3"), HN_OK);
    assert_int_equal(f->parsed.common.pid, 7);
    assert_null(f->parsed.target);
    assert_string_equal(f->parsed.operands[0], "3");
}

static void
help_needs_nothing_else(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(parse(f, &bare, "test --help"), HN_OK);
    assert_true(f->parsed.common.help);
    assert_int_equal(parse(f, &bare, "test -h one two three"), HN_OK);
}

static void
a_dash_is_a_word(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(parse(f, &debugger, "py-test - -o -"), HN_OK);
    assert_string_equal(f->parsed.operands[0], "-");
    assert_string_equal(f->parsed.common.output, "-");
}

static void
paths_may_start_at_home(void **state)
{
    struct fixture *f = *state;

    setenv("HOME", "/home/eve", 1);
    assert_int_equal(parse(f, &debugger, "py-test --file ~/core"), HN_OK);
    assert_string_equal(f->options->file, "/home/eve/core");
    assert_int_equal(parse(f, &debugger, "py-test --file ~bob/core"), HN_OK);
    assert_string_equal(f->options->file, "~bob/core");
}

static void
unknown_options_are_answered_with_near_ones(void **state)
{
    assert_refused(*state, &debugger, "py-test --dept 3",
                   "py-test: unknown option --dept; near: --depth (py-test --help "
                   "shows how)");
    assert_refused(*state, &bare, "test --so=name 1",
                   "hognose test: unknown option --so=name; near: --sort (hognose test "
                   "--help shows how)");
    assert_refused(*state, &debugger, "py-test -x",
                   "py-test: unknown option -x (py-test --help shows how)");
}

static void
options_of_the_bare_host_are_unknown_in_debuggers(void **state)
{
    assert_refused(*state, &debugger, "py-test --no-stop",
                   "py-test: unknown option --no-stop (py-test --help shows how)");
    assert_int_equal(parse(*state, &bare, "test --no-stop 1"), HN_OK);
}

static void
wrong_values_are_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "x",
        "-1",
        "+1",
        "1.5",
        "0x10",
        " 1",
        "1 ",
        "18446744073709551616",
        "99999999999999999999999999",
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        const char *const argv[] = { "py-test", "--depth", wrong[i], NULL };

        assert_int_equal(hn_parse(&test_command, &debugger, 3, argv, &f->arena,
                                  &f->message, &f->parsed),
                         HN_E_ARGUMENT);
        assert_non_null(strstr(f->message.bytes, "--depth takes a number, not "));
    }
}

static void
the_largest_number_is_fine(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(parse(f, &debugger, "py-test --depth 18446744073709551615"),
                     HN_OK);
    assert_true(f->options->depth == UINT64_MAX);
}

static void
choices_are_named_when_wrong(void **state)
{
    assert_refused(*state, &debugger, "py-test --sort age",
                   "py-test: --sort takes number or name, not age (py-test --help "
                   "shows how)");
}

static void
a_missing_value_is_told(void **state)
{
    assert_refused(*state, &debugger, "py-test --depth",
                   "py-test: --depth: missing argument (py-test --help shows how)");
}

static void
a_flag_takes_no_value(void **state)
{
    assert_refused(*state, &debugger, "py-test --all=yes",
                   "py-test: --all=yes: option does not take an argument (py-test "
                   "--help shows how)");
}

static void
too_many_words_are_refused(void **state)
{
    assert_refused(*state, &debugger, "py-test 1 2",
                   "py-test: 2 is one word too many (py-test --help shows how)");
    assert_refused(*state, &bare, "test 1 2 3",
                   "hognose test: 2 is one word too many (hognose test --help shows "
                   "how)");
}

static void
the_bare_host_wants_a_target(void **state)
{
    assert_refused(*state, &bare, "test",
                   "hognose test: no TARGET: a pid or a core file comes last (hognose "
                   "test --help shows how)");
}

static void
wrong_words_cannot_touch_the_terminal(void **state)
{
    assert_refused(*state, &debugger, "py-test --\033[2J",
                   "py-test: unknown option --\\x1b[2J (py-test --help shows how)");
    assert_refused(*state, &debugger, "py-test --depth '\033[2J\n'",
                   "py-test: --depth takes a number, not \\x1b[2J\\n (py-test --help "
                   "shows how)");
}

static void
unknown_commands_are_answered_with_near_ones(void **state)
{
    struct fixture *f = *state;

    hn_command_put_unknown(&f->message, &debugger, "py-dmup");
    assert_string_equal(f->message.bytes, "unknown command py-dmup; near: py-dump");
    hn_text_clear(&f->message);
    hn_command_put_unknown(&f->message, &bare, "thread");
    assert_string_equal(f->message.bytes, "unknown command thread; near: threads "
                                          "(hognose --help lists them)");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)

static void
a_list_keeps_every_word(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(parse(f, &debugger, "py-test -n one --name=two -n 'and three'"),
                     HN_OK);
    assert_string_equal(f->options->names[0], "one");
    assert_string_equal(f->options->names[1], "two");
    assert_string_equal(f->options->names[2], "and three");
    assert_null(f->options->names[3]);
    assert_int_equal(parse(f, &debugger, "py-test"), HN_OK);
    assert_null(f->options->names);
}

static void
times_have_units(void **state)
{
    static const struct {
        const char *word;
        uint64_t ns;
    } good[] = {
        { "10", 10000000000 },   { "0.5", 500000000 },   { ".25", 250000000 },
        { "2m", 120000000000 },  { "500ms", 500000000 }, { "1.5s", 1500000000 },
        { "1h", 3600000000000 },
    };
    static const char *const bad[] = { "",
                                       "0",
                                       "-1",
                                       "1,5",
                                       "1e3",
                                       "ten",
                                       "5 s",
                                       "9999h",
                                       ".",
                                       "0.0000000001",
                                       "18446744073709551616" };
    uint64_t ns;

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(hn_parse_time(good[i].word, &ns));
        assert_int_equal(ns, good[i].ns);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(hn_parse_time(bad[i], &ns));
}

static void
rates_have_units(void **state)
{
    static const struct {
        const char *word;
        uint64_t rate;
    } good[] = { { "1000", 1000 }, { "10k", 10000 }, { "1khz", 1000 },
                 { "1kHz", 1000 }, { "99Hz", 99 },   { "2.5k", 2500 } };
    static const char *const bad[] = { "0", "", "k", "10M", "0.5", "2000000", "1k1" };
    uint64_t rate;

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(hn_parse_rate(good[i].word, &rate));
        assert_int_equal(rate, good[i].rate);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(hn_parse_rate(bad[i], &rate));
}

static void
what_a_time_looks_like_is_told(void **state)
{
    struct fixture *f = *state;

    assert_refused(
        f, &debugger, "py-test --time soon",
        "py-test: --time takes seconds (10, 0.5) or a time like 500ms, 2m, not "
        "soon (py-test --help shows how)");
    assert_refused(f, &debugger, "py-test -r 0",
                   "py-test: --rate takes a rate like 100, 10k or 1khz, not 0 (py-test "
                   "--help shows how)");
}

/* A command about processes: what follows "--" is a program to start. */
static enum hn_status
parse_process(struct fixture *f, const struct hn_host *host, const char *line)
{
    struct hn_command command = test_command;
    struct hn_words words;

    command.subject = HN_SUBJECT_PROCESS;
    command.operands_max = 0;
    assert_int_equal(hn_split(line, &f->arena, &words), HN_OK);
    return hn_parse(&command, host, (int)words.count, words.word, &f->arena,
                    &f->message, &f->parsed);
}

static void
a_program_keeps_its_own_options(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(parse_process(f, &bare, "test -a -- python3 x.py --all -- -r 5"),
                     HN_OK);
    assert_null(f->parsed.target);
    assert_string_equal(f->parsed.program[0], "python3");
    assert_string_equal(f->parsed.program[2], "--all");
    assert_string_equal(f->parsed.program[5], "5");
    assert_null(f->parsed.program[6]);
}

static void
a_process_may_be_named_in_a_debugger(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(parse_process(f, &debugger, "py-test -p 4242"), HN_OK);
    assert_int_equal(f->parsed.common.pid, 4242);
    assert_int_equal(parse_process(f, &bare, "test 4242"), HN_OK);
    assert_string_equal(f->parsed.target, "4242");
    assert_int_equal(parse_process(f, &bare, "test -p 1 -- true"), HN_E_ARGUMENT);
    assert_int_equal(parse_process(f, &bare, "test --"), HN_E_ARGUMENT);
    assert_int_equal(parse_process(f, &bare, "test 1 2"), HN_E_ARGUMENT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_given_is_all_zero),
        TEST(each_kind_of_option_is_taken),
        TEST(letters_can_be_bundled),
        TEST(options_may_stand_anywhere),
        TEST(two_dashes_end_the_options),
        TEST(pid_stands_for_target),
        TEST(help_needs_nothing_else),
        TEST(a_dash_is_a_word),
        TEST(paths_may_start_at_home),
        TEST(unknown_options_are_answered_with_near_ones),
        TEST(options_of_the_bare_host_are_unknown_in_debuggers),
        TEST(wrong_values_are_refused),
        TEST(the_largest_number_is_fine),
        TEST(choices_are_named_when_wrong),
        TEST(a_missing_value_is_told),
        TEST(a_flag_takes_no_value),
        TEST(too_many_words_are_refused),
        TEST(the_bare_host_wants_a_target),
        TEST(wrong_words_cannot_touch_the_terminal),
        TEST(unknown_commands_are_answered_with_near_ones),
        cmocka_unit_test_setup_teardown(a_list_keeps_every_word, start, end),
        cmocka_unit_test_setup_teardown(times_have_units, start, end),
        cmocka_unit_test_setup_teardown(rates_have_units, start, end),
        cmocka_unit_test_setup_teardown(what_a_time_looks_like_is_told, start, end),
        cmocka_unit_test_setup_teardown(a_program_keeps_its_own_options, start, end),
        cmocka_unit_test_setup_teardown(a_process_may_be_named_in_a_debugger, start,
                                        end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
