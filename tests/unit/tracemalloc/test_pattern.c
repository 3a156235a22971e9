/* Patterns of file names: the cases of Python's fnmatch, whose answers these are. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tracemalloc/statistics.h"

static bool
matches(const char *name, const char *pattern)
{
    return hn_trace_name_matches(name, strlen(name), pattern, strlen(pattern));
}

static void
stars_match_everything_slashes_too(void **state)
{
    (void)state;
    assert_true(matches("/srv/shop/model.py", "*/shop/*"));
    assert_true(matches("/srv/shop/model.py", "*.py"));
    assert_true(matches("", "*"));
    assert_true(matches("a/b/a/b.py", "*a*b.py"));
    assert_true(matches("aaab", "*ab"));
    assert_false(matches("aaab", "*aab*b"));
    assert_false(matches("/srv/shop/model.pyc", "*.py"));
    assert_true(matches("abc", "a**c"));
}

static void
a_question_mark_is_one_character(void **state)
{
    (void)state;
    assert_true(matches("\xc3\xbc.py", "?.py"));
    assert_true(matches("\xf0\x9f\x90\x8d.py", "?.py"));
    assert_false(matches(".py", "?.py"));
    assert_false(matches("ab.py", "?.py"));
}

static void
sets_have_ranges_and_may_be_negated(void **state)
{
    (void)state;
    assert_true(matches("b1", "[a-c][0-9]"));
    assert_false(matches("d1", "[a-c][0-9]"));
    assert_true(matches("d", "[!a-c]"));
    assert_false(matches("b", "[!a-c]"));
    assert_true(matches("]", "[]]"));
    assert_true(matches("-", "[a-]"));
    assert_true(matches("a", "[!]]"));
    assert_true(matches("^", "[^a]"));
    assert_true(matches("\xc3\xa4", "[\xc3\xa0-\xc3\xbc]"));
    assert_false(matches("c", "[d-a]"));
}

static void
a_bracket_without_end_is_a_bracket(void **state)
{
    (void)state;
    assert_true(matches("[abc", "[abc"));
    assert_true(matches("a[b", "a[b"));
    assert_false(matches("a", "[a"));
    assert_true(matches("\\*", "\\*"));
}

static void
many_stars_take_no_time(void **state)
{
    char name[2001], pattern[1001];

    (void)state;
    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    for (size_t i = 0; i < sizeof(pattern) - 1; i++)
        pattern[i] = i % 2 ? '*' : 'a';
    pattern[sizeof(pattern) - 2] = 'b';
    pattern[sizeof(pattern) - 1] = '\0';
    assert_false(matches(name, pattern));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stars_match_everything_slashes_too),
        cmocka_unit_test(a_question_mark_is_one_character),
        cmocka_unit_test(sets_have_ranges_and_may_be_negated),
        cmocka_unit_test(a_bracket_without_end_is_a_bracket),
        cmocka_unit_test(many_stars_take_no_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
