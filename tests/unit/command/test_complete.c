/* Completion: words that could stand in place of the last one. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "hognose/command.h"

static void
join(void *arg, const char *word)
{
    strcat(arg, word);
    strcat(arg, " ");
}

static void
assert_completed(bool bare, const char *line, const char *expected)
{
    const struct hn_host host = { .name = bare ? "hognose" : "gdb", .bare = bare };
    struct hn_session *session = hn_session_create(&host);
    char words[1024] = "";

    assert_non_null(session);
    hn_command_complete(session, line, join, words);
    hn_session_destroy(session);
    assert_string_equal(words, expected);
}

static void
all_commands_are_offered(void **state)
{
    char bare[1024] = "", prefixed[1024] = "";

    (void)state;
    for (size_t i = 0; hn_command_at(i); i++) {
        join(bare, hn_command_at(i)->name);
        strcat(prefixed, "py-");
        join(prefixed, hn_command_at(i)->name);
    }
    assert_completed(true, "", bare);
    assert_completed(false, "py-", prefixed);
}

static void
commands_are_completed(void **state)
{
    (void)state;
    assert_completed(false, "py-t", "py-threads py-tasks py-top py-tracemalloc ");
    assert_completed(false, "py-d", "py-dump py-down ");
    assert_completed(true, "d", "dump down ");
    assert_completed(true, "x", "");
}

static void
subcommands_are_completed(void **state)
{
    (void)state;
    assert_completed(false, "py-tracemalloc ", "stat diff save types ");
    assert_completed(true, "tracemalloc s", "stat save ");
    assert_completed(true, "tracemalloc save --for", "--for-python ");
    assert_completed(true, "tracemalloc save --for-python ", "same 3.8 3.9 ");
    assert_completed(true, "tracemalloc stat --by f", "filename ");
    assert_completed(true, "tracemalloc --by f", "filename ");
    assert_completed(true, "tracemalloc save ", "");
}

static void
options_are_completed(void **state)
{
    (void)state;
    assert_completed(false, "py-bt --re", "--reverse ");
    assert_completed(false, "py-bt 3 --co", "--columns --color ");
    assert_completed(true, "info --l", "--layout --lib-path ");
    assert_completed(true, "up --no", "--no-stop ");
    assert_completed(false, "py-up --no", "");
}

static void
values_of_choices_are_completed(void **state)
{
    (void)state;
    assert_completed(false, "py-bt --color ", "auto always never ");
    assert_completed(false, "py-bt --color a", "auto always ");
    assert_completed(false, "py-bt --color=n", "--color=never ");
}

static void
other_values_are_left_to_the_host(void **state)
{
    (void)state;
    assert_completed(false, "py-bt -o ", "");
    assert_completed(false, "py-bt --depth --", "");
    assert_completed(false, "py-bt --color=never ", "");
    assert_completed(false, "py-bt ", "");
    assert_completed(false, "py-nothing --", "");
}

static void
a_line_that_ends_in_a_quote_is_no_harm(void **state)
{
    (void)state;
    assert_completed(false, "py-bt '", "");
    assert_completed(false, "py-bt \"--re", "--reverse ");
    assert_completed(false, "'py-thr", "py-threads ");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_commands_are_offered),
        cmocka_unit_test(commands_are_completed),
        cmocka_unit_test(subcommands_are_completed),
        cmocka_unit_test(options_are_completed),
        cmocka_unit_test(values_of_choices_are_completed),
        cmocka_unit_test(other_values_are_left_to_the_host),
        cmocka_unit_test(a_line_that_ends_in_a_quote_is_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
