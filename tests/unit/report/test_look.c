/* Cutting, padding and colouring of strings that came from the target. */
#include "models.h"

static void
assert_fit(const char *string, size_t columns, enum hn_cut cut, const char *expected,
           size_t expected_columns)
{
    struct hn_text text;

    hn_text_init(&text);
    hn_text_putc(&text, '|');
    assert_int_equal(hn_look_fit(&text, &plain, HN_PLAIN, string, columns, cut),
                     expected_columns);
    hn_text_putc(&text, '|');
    assert_text(&text, expected);
}

static void
what_fits_is_left_alone(void **state)
{
    (void)state;
    assert_fit("shop/model.py", 13, HN_CUT_END, "|shop/model.py|", 13);
    assert_fit("shop/model.py", 0, HN_CUT_START, "|shop/model.py|", 13);
}

static void
long_text_loses_its_end(void **state)
{
    (void)state;
    assert_fit("return compute(i)", 10, HN_CUT_END, "|return ...|", 10);
}

static void
long_paths_lose_their_start(void **state)
{
    (void)state;
    assert_fit("/usr/lib/python3/shop.py", 10, HN_CUT_START, "|...shop.py|", 10);
}

static void
wide_characters_count_twice(void **state)
{
    (void)state;
    assert_fit("\u6587\u5b57\u5217abc", 8, HN_CUT_END, "|\u6587\u5b57...|", 7);
    assert_fit("\u6587\u5b57\u5217abc", 8, HN_CUT_START, "|...\u5217abc|", 8);
}

static void
terminal_escapes_are_spelled_out(void **state)
{
    (void)state;
    assert_fit("\033[2Jgone\a", 0, HN_CUT_END, "|\\x1b[2Jgone\\x07|", 15);
}

static void
text_direction_cannot_be_turned(void **state)
{
    (void)state;
    assert_fit("a\u202eb\u2066c", 0, HN_CUT_END, "|a\\u202eb\\u2066c|", 15);
}

static void
bytes_that_are_no_utf8_are_spelled_out(void **state)
{
    (void)state;
    assert_fit("caf\xe9 \xed\xb2\x80", 0, HN_CUT_END, "|caf\\xe9 \\xed\\xb2\\x80|", 20);
}

static void
padding_keeps_a_gap(void **state)
{
    struct hn_text text;

    (void)state;
    hn_text_init(&text);
    hn_look_pad(&text, 3, 6, 2);
    hn_text_putc(&text, '|');
    hn_look_pad(&text, 9, 6, 2);
    assert_text(&text, "   |  ");
}

static void
colour_is_asked_for_or_absent(void **state)
{
    const struct hn_look colourful = { .colour = true };
    struct hn_text text;

    (void)state;
    hn_text_init(&text);
    hn_look_put(&text, &colourful, HN_FUNCTION, "f");
    hn_look_put(&text, &plain, HN_FUNCTION, "g");
    assert_text(&text, "\033[33mf\033[mg");
}

static void
colour_takes_no_columns(void **state)
{
    const struct hn_look colourful = { .colour = true };
    struct hn_text text;

    (void)state;
    hn_text_init(&text);
    assert_int_equal(
        hn_look_fit(&text, &colourful, HN_FILE, "abcdefgh", 6, HN_CUT_START), 6);
    assert_text(&text, "\033[32m...fgh\033[m");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_is_left_alone),
        cmocka_unit_test(long_text_loses_its_end),
        cmocka_unit_test(long_paths_lose_their_start),
        cmocka_unit_test(wide_characters_count_twice),
        cmocka_unit_test(terminal_escapes_are_spelled_out),
        cmocka_unit_test(text_direction_cannot_be_turned),
        cmocka_unit_test(bytes_that_are_no_utf8_are_spelled_out),
        cmocka_unit_test(padding_keeps_a_gap),
        cmocka_unit_test(colour_is_asked_for_or_absent),
        cmocka_unit_test(colour_takes_no_columns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
