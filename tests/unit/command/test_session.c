/* When a target is kept open, refreshed, opened anew, or left to the debugger. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "command/session.h"
#include "fake_process.h"
#include "hognose/command.h"

static struct hn_session *session;

static int
start(void **state)
{
    (void)state;
    fake_reset(false);
    session = hn_session_create(&fake.host);
    return session ? 0 : -1;
}

static int
end(void **state)
{
    (void)state;
    hn_session_destroy(session);
    hn_text_deinit(&fake.screen);
    return 0;
}

static void
run(const char *line)
{
    assert_int_equal(hn_run_line(session, line), HN_EXIT_OK);
}

static void
a_target_that_stands_is_kept(void **state)
{
    (void)state;
    run("py-bt");
    run("py-threads");
    assert_int_equal(fake.opened, 1);
    assert_int_equal(fake.refreshed, 0);
    assert_int_equal(fake.released, 0);
}

static void
a_target_that_ran_is_refreshed(void **state)
{
    (void)state;
    run("py-bt");
    fake.place.generation++;
    run("py-bt");
    run("py-bt");
    assert_int_equal(fake.opened, 1);
    assert_int_equal(fake.refreshed, 1);
    assert_int_equal(fake.runtime_refreshed, 1);
}

static void
another_program_in_the_same_process_is_opened_anew(void **state)
{
    (void)state;
    run("py-bt");
    fake.place.generation++;
    fake.program += 0x1000;
    run("py-bt");
    assert_int_equal(fake.opened, 2);
    assert_int_equal(fake.closed, 1);
}

static void
another_place_is_opened_anew(void **state)
{
    (void)state;
    run("py-bt");
    fake.place.pid++;
    run("py-bt");
    fake.place.core_path = "core";
    run("py-bt");
    run("py-bt --sysroot /x");
    assert_int_equal(fake.opened, 4);
    assert_int_equal(fake.closed, 3);
}

static void
strings_of_a_place_are_compared_by_what_they_say(void **state)
{
    char path[] = "core";

    (void)state;
    fake.place.kind = HN_PLACE_CORE;
    fake.place.core_path = path;
    run("py-bt");
    fake.place.core_path = "core";
    run("py-bt");
    assert_int_equal(fake.opened, 1);
    path[0] = 'C';
    run("py-bt");
    assert_int_equal(fake.opened, 1);
}

static void
the_debugger_reads_what_we_may_not(void **state)
{
    static const struct hn_target_ops ops = { .kind = "live", .reader = "gdb" };

    (void)state;
    fake.host.ops = &ops;
    fake.open_status = HN_E_SYSTEM;
    run("py-bt");
    assert_int_equal(fake.opened, 0);
    assert_int_equal(fake.opened_by_host, 1);
}

static void
a_process_that_ended_is_not_asked_of_the_debugger(void **state)
{
    static const struct hn_target_ops ops = { .kind = "live", .reader = "gdb" };

    (void)state;
    fake.host.ops = &ops;
    fake.open_status = HN_E_GONE;
    assert_int_equal(hn_run_line(session, "py-bt"), HN_EXIT_CANNOT);
    assert_int_equal(fake.opened_by_host, 0);
}

static void
the_host_reads_what_only_it_can(void **state)
{
    (void)state;
    fake.place.kind = HN_PLACE_HOST;
    run("py-bt");
    assert_int_equal(fake.opened, 0);
    assert_int_equal(fake.opened_by_host, 1);
}

static void
the_oldest_choice_gives_way(void **state)
{
    struct hn_thread thread = { .addr = 1 };

    (void)state;
    for (thread.addr = 1; thread.addr <= HN_CHOICES + 1; thread.addr++)
        hn_session_choose_frame(session, &thread, 7);
    thread.addr = 1;
    assert_int_equal(hn_session_frame(session, &thread), 0);
    thread.addr = 2;
    assert_int_equal(hn_session_frame(session, &thread), 7);
    hn_session_choose_frame(session, &thread, 8);
    assert_int_equal(hn_session_frame(session, &thread), 8);
    thread.addr = HN_CHOICES + 1;
    assert_int_equal(hn_session_frame(session, &thread), 7);
}

static void
two_sessions_do_not_meet(void **state)
{
    struct hn_session *other = hn_session_create(&fake.host);

    (void)state;
    assert_non_null(other);
    run("py-frame 1");
    assert_int_equal(hn_run_line(other, "py-nothing"), HN_EXIT_USAGE);
    assert_string_equal(hn_session_message(session), "");
    hn_session_destroy(other);
    hn_session_destroy(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_target_that_stands_is_kept),
        TEST(a_target_that_ran_is_refreshed),
        TEST(another_program_in_the_same_process_is_opened_anew),
        TEST(another_place_is_opened_anew),
        TEST(strings_of_a_place_are_compared_by_what_they_say),
        TEST(the_debugger_reads_what_we_may_not),
        TEST(a_process_that_ended_is_not_asked_of_the_debugger),
        TEST(the_host_reads_what_only_it_can),
        TEST(the_oldest_choice_gives_way),
        TEST(two_sessions_do_not_meet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
