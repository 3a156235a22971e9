/* The error slot: what it keeps, and the one line it becomes. */
#include "hognose/status.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <errno.h>

static void
assert_line(const struct hn_error *err, const char *expected)
{
    char line[512];

    assert_int_equal(hn_error_format(err, line, sizeof(line)), strlen(expected));
    assert_string_equal(line, expected);
}

static void
a_failure_names_the_thing_and_the_address(void **state)
{
    struct hn_error err;

    (void)state;
    assert_int_equal(hn_fail(&err, HN_E_FAULT, 0x7f001000, "no memory"), HN_E_FAULT);
    assert_int_equal(err.status, HN_E_FAULT);
    assert_line(&err, "no memory at 0x7f001000");
}

static void
an_address_of_zero_is_not_shown(void **state)
{
    struct hn_error err;

    (void)state;
    hn_fail(&err, HN_E_UNSUPPORTED, 0, "CPython 2.7 is too old");
    assert_line(&err, "CPython 2.7 is too old");
}

static void
a_detail_follows_what_it_belongs_to(void **state)
{
    struct hn_error err;

    (void)state;
    hn_fail_detail(&err, HN_E_NOT_PYTHON, 0, "no interpreter", "%s of %d", "none", 3);
    assert_line(&err, "no interpreter: none of 3");
}

static void
a_long_detail_is_cut_not_overrun(void **state)
{
    struct hn_error err;
    char line[512];

    (void)state;
    hn_fail_detail(&err, HN_E_SYSTEM, 0, "cannot open", "%1000s", "x");
    assert_int_equal(strlen(err.detail), sizeof(err.detail) - 1);
    assert_true(hn_error_format(&err, line, sizeof(line)) < sizeof(line));
}

static void
a_system_failure_keeps_errno_and_its_words(void **state)
{
    struct hn_error err;

    (void)state;
    errno = ENOENT;
    assert_int_equal(hn_fail_system(&err, "cannot open", "/tmp/core"), HN_E_SYSTEM);
    assert_int_equal(err.system_error, ENOENT);
    assert_line(&err, "cannot open: /tmp/core: No such file or directory");
}

static void
a_process_that_is_gone_has_its_own_status(void **state)
{
    struct hn_error err;

    (void)state;
    errno = ESRCH;
    assert_int_equal(hn_fail_system(&err, "cannot stop", NULL), HN_E_GONE);
    errno = ENOMEM;
    assert_int_equal(hn_fail_system(&err, "cannot map", NULL), HN_E_NOMEM);
}

static void
the_first_context_wins(void **state)
{
    struct hn_error err;

    (void)state;
    hn_fail(&err, HN_E_FAULT, 16, "no memory");
    assert_int_equal(hn_error_context(&err, "reading a frame"), HN_E_FAULT);
    assert_int_equal(hn_error_context(&err, "reading a thread"), HN_E_FAULT);
    assert_line(&err, "reading a frame: no memory at 0x10");
}

static void
a_new_failure_forgets_the_old_one(void **state)
{
    struct hn_error err;

    (void)state;
    errno = EPERM;
    hn_fail_system(&err, "cannot read", "/proc/1/mem");
    hn_error_context(&err, "opening");
    hn_fail(&err, HN_E_CORRUPT, 0, "not a frame");
    assert_line(&err, "not a frame");
}

static void
a_small_buffer_is_terminated_and_told_the_whole_length(void **state)
{
    struct hn_error err;
    char line[8];

    (void)state;
    hn_fail(&err, HN_E_CORRUPT, 0, "frame chain does not end");
    assert_int_equal(hn_error_format(&err, line, sizeof(line)), 24);
    assert_string_equal(line, "frame c");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failure_names_the_thing_and_the_address),
        cmocka_unit_test(an_address_of_zero_is_not_shown),
        cmocka_unit_test(a_detail_follows_what_it_belongs_to),
        cmocka_unit_test(a_long_detail_is_cut_not_overrun),
        cmocka_unit_test(a_system_failure_keeps_errno_and_its_words),
        cmocka_unit_test(a_process_that_is_gone_has_its_own_status),
        cmocka_unit_test(the_first_context_wins),
        cmocka_unit_test(a_new_failure_forgets_the_old_one),
        cmocka_unit_test(a_small_buffer_is_terminated_and_told_the_whole_length),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
