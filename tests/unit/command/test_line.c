/* Lines whose operands are an expression. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "command/line.h"

static const struct hn_host debugger = { .name = "gdb" };

/* Splits @line and holds its words, joined by "|", against @expected. */
static void
assert_words(const char *line, const char *expected)
{
    struct hn_arena arena;
    struct hn_words words;
    struct hn_text text;

    hn_arena_init(&arena);
    hn_text_init(&text);
    assert_int_equal(hn_line_split(line, &debugger, &arena, &words), HN_OK);
    for (size_t i = 0; i < words.count; i++) {
        hn_text_puts(&text, i ? "|" : "");
        hn_text_puts(&text, words.word[i]);
    }
    assert_string_equal(text.bytes, expected);
    hn_text_deinit(&text);
    hn_arena_deinit(&arena);
}

static void
an_expression_is_one_word_as_typed(void **state)
{
    (void)state;
    assert_words("py-print d[\"a b\"].c", "py-print|--|d[\"a b\"].c");
    assert_words("py-print d[ 'x' ]  ", "py-print|--|d[ 'x' ]");
    assert_words("py-object 0x10", "py-object|--|0x10");
}

static void
options_stand_before_and_behind_it(void **state)
{
    (void)state;
    assert_words("py-print --json -f 2 x", "py-print|--json|-f|2|--|x");
    assert_words("py-print --limit=3 x['a'] --json -o f",
                 "py-print|--limit=3|--json|-o|f|--|x['a']");
    assert_words("py-print -- x", "py-print|--|x");
}

static void
what_looks_like_an_option_in_a_key_is_none(void **state)
{
    (void)state;
    assert_words("py-print d['a -b'] --json", "py-print|--json|--|d['a -b']");
    assert_words("py-print d[ -1]", "py-print|--|d[ -1]");
    assert_words("py-print d['it\\' -s']", "py-print|--|d['it\\' -s']");
}

static void
other_commands_are_split_as_ever(void **state)
{
    (void)state;
    assert_words("py-frame '3'", "py-frame|3");
    assert_words("nonsense 'a b'", "nonsense|a b");
    assert_words("py-print --json", "py-print|--json");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_expression_is_one_word_as_typed),
        cmocka_unit_test(options_stand_before_and_behind_it),
        cmocka_unit_test(what_looks_like_an_option_in_a_key_is_none),
        cmocka_unit_test(other_commands_are_split_as_ever),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
