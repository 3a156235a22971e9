/* Growing text: appending, the sticky failure, escaping for a terminal. */
#include "base/text.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static int
start(void **state)
{
    static struct hn_text text;

    hn_text_init(&text);
    *state = &text;
    return 0;
}

static int
end(void **state)
{
    hn_text_deinit(*state);
    return 0;
}

static void
assert_text(const struct hn_text *text, const char *expected)
{
    assert_false(text->failed);
    assert_non_null(text->bytes);
    assert_string_equal(text->bytes, expected);
    assert_int_equal(text->size, strlen(expected));
}

static void
pieces_are_appended_in_order(void **state)
{
    hn_text_puts(*state, "thread ");
    hn_text_printf(*state, "%d", 17);
    hn_text_putc(*state, ':');
    hn_text_pad(*state, ' ', 3);
    hn_text_add(*state, "idle!", 4);
    assert_text(*state, "thread 17:   idle");
}

static void
null_bytes_are_kept(void **state)
{
    struct hn_text *text = *state;

    hn_text_add(text, "a\0b", 3);
    assert_int_equal(text->size, 3);
    assert_memory_equal(text->bytes, "a\0b", 4);
}

static void
an_empty_addition_still_terminates(void **state)
{
    hn_text_add(*state, NULL, 0);
    assert_text(*state, "");
}

static void
a_long_text_grows_without_loss(void **state)
{
    struct hn_text *text = *state;

    for (int i = 0; i < 10000; i++)
        hn_text_printf(text, "%05d", i);
    assert_int_equal(text->size, 50000);
    assert_memory_equal(text->bytes + 5 * 7777, "07777", 5);
}

static void
a_printf_longer_than_the_room_left_is_whole(void **state)
{
    struct hn_text *text = *state;

    hn_text_puts(text, "head");
    hn_text_printf(text, "%1000d", 1);
    assert_int_equal(text->size, 1004);
    assert_int_equal(text->bytes[1003], '1');
}

static void
an_impossible_size_fails_and_stays_failed(void **state)
{
    struct hn_text *text = *state;

    hn_text_puts(text, "before");
    hn_text_pad(text, ' ', SIZE_MAX - 64);
    assert_true(text->failed);
    hn_text_puts(text, "after");
    assert_string_equal(text->bytes, "before");
    assert_true(text->failed);
}

static void
a_size_that_wraps_around_fails(void **state)
{
    struct hn_text *text = *state;

    hn_text_puts(text, "before");
    hn_text_pad(text, ' ', SIZE_MAX);
    assert_true(text->failed);
}

static void
clearing_forgets_contents_and_failure(void **state)
{
    struct hn_text *text = *state;

    hn_text_pad(text, ' ', SIZE_MAX);
    hn_text_clear(text);
    hn_text_puts(text, "again");
    assert_text(text, "again");
}

static void
code_points_become_utf8(void **state)
{
    hn_text_put_code_point(*state, 'A');
    hn_text_put_code_point(*state, 0xe9);
    hn_text_put_code_point(*state, 0x20ac);
    hn_text_put_code_point(*state, 0x1f40d);
    assert_text(*state, "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x8d");
}

static void
code_points_that_utf8_has_not_become_escapes(void **state)
{
    hn_text_put_code_point(*state, 0xdc80);
    hn_text_put_code_point(*state, 0xd800);
    hn_text_put_code_point(*state, 0x110000);
    assert_text(*state, "\\udc80\\ud800\\U00110000");
}

static void
escape(struct hn_text *text, const char *bytes)
{
    hn_text_put_escaped(text, bytes, strlen(bytes));
}

static void
ordinary_text_passes_unchanged(void **state)
{
    escape(*state, "caf\xc3\xa9 \xd0\xba\xd0\xbe\xd0\xb4 \xf0\x9f\x90\x8d ~");
    assert_text(*state, "caf\xc3\xa9 \xd0\xba\xd0\xbe\xd0\xb4 \xf0\x9f\x90\x8d ~");
}

static void
control_characters_cannot_reach_the_terminal(void **state)
{
    escape(*state, "a\033[31m\n\t\r\x7f\x01"
                   "b\xc2\x9b");
    assert_text(*state, "a\\x1b[31m\\n\\t\\r\\x7f\\x01b\\x9b");
}

static void
text_direction_cannot_be_turned_around(void **state)
{
    escape(*state, "\xe2\x80\xae"
                   "evil\xe2\x81\xa6\xef\xbb\xbf\xf3\xa0\x80\x81");
    assert_text(*state, "\\u202eevil\\u2066\\ufeff\\U000e0001");
}

static void
bytes_that_are_not_utf8_are_shown_one_by_one(void **state)
{
    escape(*state, "ok\xff\xc3(\xe2\x82");
    assert_text(*state, "ok\\xff\\xc3(\\xe2\\x82");
}

static void
a_null_byte_inside_is_escaped(void **state)
{
    hn_text_put_escaped(*state, "a\0b", 3);
    assert_text(*state, "a\\x00b");
}

/* Long runs are looked at eight bytes at once: every byte, everywhere in such a run,
 * must come out as it does alone. */
static void
a_byte_comes_out_the_same_wherever_it_stands(void **state)
{
    struct hn_text alone;

    hn_text_init(&alone);
    for (unsigned byte = 0; byte < 256; byte++) {
        char one = (char)byte;

        hn_text_clear(&alone);
        hn_text_put_escaped(&alone, &one, 1);
        for (size_t place = 0; place < 17; place++) {
            char run[] = "~~~~ ~~~~~~~~ ~~~", expected[64];

            run[place] = one;
            snprintf(expected, sizeof(expected), "%.*s%s%s", (int)place, run,
                     alone.bytes, run + place + 1);
            hn_text_clear(*state);
            hn_text_put_escaped(*state, run, 17);
            assert_text(*state, expected);
        }
    }
    hn_text_deinit(&alone);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
    const struct CMUnitTest tests[] = {
        TEST(pieces_are_appended_in_order),
        TEST(null_bytes_are_kept),
        TEST(an_empty_addition_still_terminates),
        TEST(a_long_text_grows_without_loss),
        TEST(a_printf_longer_than_the_room_left_is_whole),
        TEST(an_impossible_size_fails_and_stays_failed),
        TEST(a_size_that_wraps_around_fails),
        TEST(clearing_forgets_contents_and_failure),
        TEST(code_points_become_utf8),
        TEST(code_points_that_utf8_has_not_become_escapes),
        TEST(ordinary_text_passes_unchanged),
        TEST(control_characters_cannot_reach_the_terminal),
        TEST(text_direction_cannot_be_turned_around),
        TEST(bytes_that_are_not_utf8_are_shown_one_by_one),
        TEST(a_null_byte_inside_is_escaped),
        TEST(a_byte_comes_out_the_same_wherever_it_stands),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
