/* Splitting raw lines as a shell's quotes do. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "command/split.h"

/* Words are compared joined by "|". */
static void
assert_split(const char *line, const char *expected)
{
    struct hn_arena arena;
    struct hn_words words;
    char joined[256] = "";

    hn_arena_init(&arena);
    assert_int_equal(hn_split(line, &arena, &words), HN_OK);
    assert_false(words.open);
    for (size_t i = 0; i < words.count; i++) {
        strcat(joined, i ? "|" : "");
        strcat(joined, words.word[i]);
    }
    assert_string_equal(joined, expected);
    assert_null(words.word[words.count]);
    hn_arena_deinit(&arena);
}

static void
assert_ends(const char *line, bool open, bool blank)
{
    struct hn_arena arena;
    struct hn_words words;

    hn_arena_init(&arena);
    assert_int_equal(hn_split(line, &arena, &words), HN_OK);
    assert_int_equal(words.open, open);
    assert_int_equal(words.blank, blank);
    hn_arena_deinit(&arena);
}

static void
blanks_separate_words(void **state)
{
    (void)state;
    assert_split("", "");
    assert_split(" \t ", "");
    assert_split("py-bt", "py-bt");
    assert_split("  py-bt\t--depth  3 ", "py-bt|--depth|3");
}

static void
quotes_keep_blanks(void **state)
{
    (void)state;
    assert_split("py-dump -o 'my file'", "py-dump|-o|my file");
    assert_split("py-dump -o \"my file\"", "py-dump|-o|my file");
    assert_split("py-dump -o my\\ file", "py-dump|-o|my file");
}

static void
quotes_join_with_what_stands_beside_them(void **state)
{
    (void)state;
    assert_split("a'b c'd\"e f\"g", "ab cde fg");
}

static void
empty_quotes_are_an_empty_word(void **state)
{
    (void)state;
    assert_split("a '' b", "a||b");
    assert_split("\"\"", "");
}

static void
single_quotes_take_everything_as_it_is(void **state)
{
    (void)state;
    assert_split("'a\\b\"c$d'", "a\\b\"c$d");
}

static void
double_quotes_escape_few_characters(void **state)
{
    (void)state;
    assert_split("\"a\\\"b\\\\c\\$d\\e\"", "a\"b\\c$d\\e");
}

static void
nothing_is_expanded(void **state)
{
    (void)state;
    assert_split("py-print $HOME *.c ~ `x` {a,b}", "py-print|$HOME|*.c|~|`x`|{a,b}");
}

static void
an_unfinished_quote_is_told(void **state)
{
    (void)state;
    assert_ends("a 'b", true, false);
    assert_ends("a \"b", true, false);
    assert_ends("a \"b\\", true, false);
    assert_ends("a b\\", true, false);
    assert_ends("a 'b'", false, false);
}

static void
the_end_of_a_word_is_told(void **state)
{
    (void)state;
    assert_ends("", false, true);
    assert_ends("a", false, false);
    assert_ends("a ", false, true);
    assert_ends("a\\ ", false, false);
    assert_ends("'a '", false, false);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blanks_separate_words),
        cmocka_unit_test(quotes_keep_blanks),
        cmocka_unit_test(quotes_join_with_what_stands_beside_them),
        cmocka_unit_test(empty_quotes_are_an_empty_word),
        cmocka_unit_test(single_quotes_take_everything_as_it_is),
        cmocka_unit_test(double_quotes_escape_few_characters),
        cmocka_unit_test(nothing_is_expanded),
        cmocka_unit_test(an_unfinished_quote_is_told),
        cmocka_unit_test(the_end_of_a_word_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
