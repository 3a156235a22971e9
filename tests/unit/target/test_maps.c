/* Lines of /proc/PID/maps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "target/live_threads.h"
#include "target/maps.h"

static void
reads_a_mapping_of_a_file(void **state)
{
    char line[] =
        "7f25ecc44000-7f25ecd9a000 r-xp 00026000 fe:01 1234567                "
        "    /usr/lib/libc.so.6";
    struct hn_region region;

    (void)state;
    assert_true(hn_maps_parse(line, &region));
    assert_true(region.start == 0x7f25ecc44000);
    assert_true(region.end == 0x7f25ecd9a000);
    assert_int_equal(region.offset, 0x26000);
    assert_int_equal(region.inode, 1234567);
    assert_true(region.readable);
    assert_false(region.writable);
    assert_true(region.executable);
    assert_false(region.shared);
    assert_string_equal(region.path, "/usr/lib/libc.so.6");
}

static void
reads_anonymous_memory(void **state)
{
    char line[] = "7f25ecc44000-7f25ecd9a000 ---s 00000000 00:00 0 ";
    struct hn_region region;

    (void)state;
    assert_true(hn_maps_parse(line, &region));
    assert_false(region.readable);
    assert_true(region.shared);
    assert_string_equal(region.path, "");
}

static void
a_path_may_hold_spaces_and_newlines(void **state)
{
    char line[] = "1000-2000 r--p 00000000 fe:01 7    /a b\\012c \\01 (deleted)";
    struct hn_region region;

    (void)state;
    assert_true(hn_maps_parse(line, &region));
    assert_string_equal(region.path, "/a b\nc \\01 (deleted)");
}

static void
other_lines_are_refused(void **state)
{
    char empty[] = "", words[] = "not a mapping",
         cut[] = "1000-2000 r--p 00000000 fe:01";
    char mode[] = "1000-2000 r-- 00000000 fe:01 7 /x";
    struct hn_region region;

    (void)state;
    assert_false(hn_maps_parse(empty, &region));
    assert_false(hn_maps_parse(words, &region));
    assert_false(hn_maps_parse(cut, &region));
    assert_false(hn_maps_parse(mode, &region));
}

static void
reads_the_system_call_of_a_running_thread(void **state)
{
    struct hn_registers registers;

    (void)state;
    assert_int_equal(hn_live_parse_syscall("202 0x10 0x189 0x2 0x3 0x4 0xffffffff "
                                           "0x7ffe0000 0x7f000001\n",
                                           &registers),
                     HN_OK);
    assert_int_equal(registers.syscall, 202);
    assert_int_equal(registers.argument[0], 0x10);
    assert_int_equal(registers.argument[5], 0xffffffff);
    assert_int_equal(registers.sp, 0x7ffe0000);
    assert_int_equal(registers.pc, 0x7f000001);
    assert_int_equal(registers.valid, 0);
}

static void
a_thread_stopped_elsewhere_has_no_system_call(void **state)
{
    struct hn_registers registers;

    (void)state;
    assert_int_equal(hn_live_parse_syscall("-1 0x7ffe0000 0x7f000001\n", &registers),
                     HN_OK);
    assert_int_equal(registers.syscall, -1);
    assert_int_equal(registers.sp, 0x7ffe0000);
    assert_int_equal(registers.pc, 0x7f000001);
}

static void
a_running_or_ended_thread_tells_nothing(void **state)
{
    struct hn_registers registers;

    (void)state;
    assert_int_equal(hn_live_parse_syscall("running\n", &registers), HN_DONE);
    assert_int_equal(hn_live_parse_syscall("-1 0x0 0x0\n", &registers), HN_DONE);
    assert_int_equal(hn_live_parse_syscall("202 0x10 0x189\n", &registers), HN_DONE);
    assert_int_equal(hn_live_parse_syscall("", &registers), HN_DONE);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_mapping_of_a_file),
        cmocka_unit_test(reads_anonymous_memory),
        cmocka_unit_test(a_path_may_hold_spaces_and_newlines),
        cmocka_unit_test(other_lines_are_refused),
        cmocka_unit_test(reads_the_system_call_of_a_running_thread),
        cmocka_unit_test(a_thread_stopped_elsewhere_has_no_system_call),
        cmocka_unit_test(a_running_or_ended_thread_tells_nothing),
    };

    return cmocka_run_group_tests_name("maps", tests, NULL, NULL);
}
