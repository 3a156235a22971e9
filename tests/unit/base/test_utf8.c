/* UTF-8: what is a character, what is not, and how wide it is. */
#include "base/text.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* The length found; the code point must be @code, or stay untouched when 0. */
static size_t
decode(const char *bytes, size_t size, uint32_t code)
{
    uint32_t found = 0;
    size_t length = hn_utf8_decode(bytes, size, &found);

    assert_int_equal(found, code);
    return length;
}

static void
characters_of_all_lengths_are_decoded(void **state)
{
    (void)state;
    assert_int_equal(decode("A", 1, 'A'), 1);
    assert_int_equal(decode("\0", 1, 0), 1);
    assert_int_equal(decode("\xc2\x80", 2, 0x80), 2);
    assert_int_equal(decode("\xdf\xbf", 2, 0x7ff), 2);
    assert_int_equal(decode("\xe0\xa0\x80", 3, 0x800), 3);
    assert_int_equal(decode("\xef\xbf\xbf", 3, 0xffff), 3);
    assert_int_equal(decode("\xf0\x90\x80\x80", 4, 0x10000), 4);
    assert_int_equal(decode("\xf4\x8f\xbf\xbf", 4, 0x10ffff), 4);
}

static void
only_the_first_character_is_looked_at(void **state)
{
    (void)state;
    assert_int_equal(decode("\xc3\xa9\xff", 3, 0xe9), 2);
}

static void
overlong_forms_are_refused(void **state)
{
    (void)state;
    assert_int_equal(decode("\xc0\x80", 2, 0), 0);
    assert_int_equal(decode("\xc1\xbf", 2, 0), 0);
    assert_int_equal(decode("\xe0\x9f\xbf", 3, 0), 0);
    assert_int_equal(decode("\xf0\x8f\xbf\xbf", 4, 0), 0);
}

static void
surrogates_and_numbers_beyond_unicode_are_refused(void **state)
{
    (void)state;
    assert_int_equal(decode("\xed\xa0\x80", 3, 0), 0);
    assert_int_equal(decode("\xed\xbf\xbf", 3, 0), 0);
    assert_int_equal(decode("\xf4\x90\x80\x80", 4, 0), 0);
    assert_int_equal(decode("\xf5\x80\x80\x80", 4, 0), 0);
}

static void
a_character_cut_short_is_refused_at_every_length(void **state)
{
    const char snake[] = "\xf0\x9f\x90\x8d";

    (void)state;
    for (size_t size = 0; size < 4; size++)
        assert_int_equal(decode(snake, size, 0), 0);
    assert_int_equal(decode(snake, 4, 0x1f40d), 4);
}

static void
a_continuation_byte_begins_nothing(void **state)
{
    (void)state;
    assert_int_equal(decode("\x80", 1, 0), 0);
    assert_int_equal(decode("\xbf\x80", 2, 0), 0);
    assert_int_equal(decode("\xc3\xc3", 2, 0), 0);
}

static void
columns_count_wide_narrow_and_combining(void **state)
{
    (void)state;
    assert_int_equal(hn_utf8_columns("abc", 3), 3);
    assert_int_equal(hn_utf8_columns("\xe6\x97\xa5\xe6\x9c\xac", 6), 4); /* CJK */
    assert_int_equal(hn_utf8_columns("\xf0\x9f\x90\x8d", 4), 2);         /* snake */
    assert_int_equal(hn_utf8_columns("e\xcc\x81", 3), 1);                /* e, acute */
    assert_int_equal(hn_utf8_columns("\xff\xfe", 2), 2);                 /* not UTF-8 */
    assert_int_equal(hn_utf8_columns("", 0), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(characters_of_all_lengths_are_decoded),
        cmocka_unit_test(only_the_first_character_is_looked_at),
        cmocka_unit_test(overlong_forms_are_refused),
        cmocka_unit_test(surrogates_and_numbers_beyond_unicode_are_refused),
        cmocka_unit_test(a_character_cut_short_is_refused_at_every_length),
        cmocka_unit_test(a_continuation_byte_begins_nothing),
        cmocka_unit_test(columns_count_wide_narrow_and_combining),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
