/* The bounded cursor: it never goes past the end, and says so. */
#include "base/cursor.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static void
numbers_are_little_endian_and_follow_each_other(void **state)
{
    const uint8_t bytes[] = { 0x11, 0x78, 0x56, 0x34, 0x12, 8, 7, 6, 5, 4, 3, 2, 1 };
    struct hn_cursor c = hn_cursor_make(bytes, sizeof(bytes));
    uint8_t u8;
    uint32_t u32;
    uint64_t u64;

    (void)state;
    assert_true(hn_cursor_u8(&c, &u8));
    assert_true(hn_cursor_u32(&c, &u32));
    assert_true(hn_cursor_u64(&c, &u64));
    assert_int_equal(u8, 0x11);
    assert_int_equal(u32, 0x12345678);
    assert_true(u64 == UINT64_C(0x0102030405060708));
    assert_int_equal(hn_cursor_left(&c), 0);
}

static void
a_read_past_the_end_fails_and_moves_nothing(void **state)
{
    const uint8_t bytes[] = { 1, 2, 3 };
    struct hn_cursor c = hn_cursor_make(bytes, sizeof(bytes));
    uint32_t u32 = 77;
    uint64_t u64 = 78;

    (void)state;
    assert_false(hn_cursor_u32(&c, &u32));
    assert_false(hn_cursor_u64(&c, &u64));
    assert_int_equal(u32, 77);
    assert_int_equal(u64, 78);
    assert_int_equal(hn_cursor_left(&c), 3);
}

static void
the_last_byte_can_be_read_but_not_the_one_behind(void **state)
{
    const uint8_t bytes[] = { 1, 2 };
    struct hn_cursor c = hn_cursor_make(bytes, sizeof(bytes));
    uint8_t u8;

    (void)state;
    assert_true(hn_cursor_skip(&c, 1));
    assert_true(hn_cursor_u8(&c, &u8));
    assert_int_equal(u8, 2);
    assert_false(hn_cursor_u8(&c, &u8));
}

static void
skipping_is_bounded(void **state)
{
    const uint8_t bytes[] = { 1, 2, 3 };
    struct hn_cursor c = hn_cursor_make(bytes, sizeof(bytes));

    (void)state;
    assert_false(hn_cursor_skip(&c, 4));
    assert_false(hn_cursor_skip(&c, SIZE_MAX));
    assert_int_equal(hn_cursor_left(&c), 3);
    assert_true(hn_cursor_skip(&c, 3));
    assert_int_equal(hn_cursor_left(&c), 0);
}

static void
an_empty_cursor_holds_nothing(void **state)
{
    struct hn_cursor c = hn_cursor_make(NULL, 0);
    uint8_t u8;

    (void)state;
    assert_int_equal(hn_cursor_left(&c), 0);
    assert_false(hn_cursor_u8(&c, &u8));
    assert_true(hn_cursor_copy(&c, NULL, 0));
    assert_true(hn_cursor_skip(&c, 0));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_little_endian_and_follow_each_other),
        cmocka_unit_test(a_read_past_the_end_fails_and_moves_nothing),
        cmocka_unit_test(the_last_byte_can_be_read_but_not_the_one_behind),
        cmocka_unit_test(skipping_is_bounded),
        cmocka_unit_test(an_empty_cursor_holds_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
