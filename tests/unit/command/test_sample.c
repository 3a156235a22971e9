/* py-sample: who lets the process run, for how long, and what is said about the end. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "command/profiles.h"
#include "fake_process.h"
#include "hognose/command.h"

static struct hn_session *session;

/* What the debugger was asked, and what it answers. */
static struct {
    unsigned runs;
    uint64_t duration_ns;
    enum hn_run_end end;
    const char *why;
} asked;

static enum hn_run_end
run_target(void *impl, uint64_t duration_ns, bool (*finished)(void *arg), void *arg,
           const char **why_ret)
{
    (void)impl;
    asked.runs++;
    asked.duration_ns = duration_ns;
    (void)finished(arg);
    *why_ret = asked.why;
    return asked.end;
}

static int
start_host(bool bare)
{
    memset(&asked, 0, sizeof(asked));
    asked.why = "";
    fake_reset(bare);
    if (!bare)
        fake.host.run = run_target;
    session = hn_session_create(&fake.host);
    return session ? 0 : -1;
}

static int
start_debugger(void **state)
{
    (void)state;
    return start_host(false);
}

static int
start_bare(void **state)
{
    (void)state;
    return start_host(true);
}

static int
end(void **state)
{
    (void)state;
    hn_session_destroy(session);
    hn_text_deinit(&fake.screen);
    return 0;
}

/* Runs @line, which must end with @code and say @message. */
static void
run(const char *line, enum hn_exit code, const char *message)
{
    hn_text_clear(&fake.screen);
    assert_int_equal(hn_run_line(session, line), code);
    assert_string_equal(hn_session_message(session), message);
}

static void
assert_shows(const char *wanted)
{
    assert_non_null(fake.screen.bytes);
    if (!strstr(fake.screen.bytes, wanted))
        assert_string_equal(fake.screen.bytes, wanted);
}

static void
what_was_sampled_is_shown(void **state)
{
    (void)state;
    run("sample -d 1 99999", HN_EXIT_OK, "");
    assert_shows("1.0 s, 10 samples of 1 thread (0 missed, 0 discarded)");
    assert_shows("100.0");
    assert_shows("app.py:5");
}

static void
a_held_process_is_let_run(void **state)
{
    (void)state;
    fake.place.pid = getpid(); /* one that has not ended */
    run("py-sample -d 2", HN_EXIT_OK, "");
    assert_int_equal(asked.runs, 1);
    assert_int_equal(asked.duration_ns, 2000000000);
    assert_null(strstr(fake.screen.bytes, "ended early"));
}

static void
without_a_duration_a_debugger_takes_ten_seconds(void **state)
{
    (void)state;
    run("py-sample", HN_EXIT_OK, "");
    assert_int_equal(asked.duration_ns, 10000000000);
}

static void
a_process_that_runs_already_is_left_to_run(void **state)
{
    (void)state;
    fake.place.running = true;
    run("py-sample -d 1", HN_EXIT_OK, "");
    assert_int_equal(asked.runs, 0);
}

static void
a_process_named_by_pid_is_none_of_the_debuggers(void **state)
{
    (void)state;
    run("py-sample -d 1 -p 99999", HN_EXIT_OK, "");
    assert_int_equal(asked.runs, 0);
}

static void
a_breakpoint_ends_it_and_is_named(void **state)
{
    (void)state;
    asked.end = HN_RUN_STOPPED;
    asked.why = "breakpoint 3 in thread 2";
    run("py-sample -d 1", HN_EXIT_OK, "");
    assert_shows("The run ended early: breakpoint 3 in thread 2.");
}

static void
ctrl_c_gives_a_part(void **state)
{
    (void)state;
    asked.end = HN_RUN_INTERRUPTED;
    run("py-sample -d 1", HN_EXIT_CANNOT, "interrupted: this is only a part");
    assert_shows("The run ended early: interrupted.");
}

static void
what_cannot_run_is_said(void **state)
{
    (void)state;
    asked.end = HN_RUN_REFUSED;
    asked.why = "it does not want to";
    run("py-sample -d 1", HN_EXIT_CANNOT,
        "cannot sample process 101: the debugger does not let it run: it does not want "
        "to");
    assert_int_equal(fake.screen.size, 0);
}

static void
cores_and_nothing_cannot_be_sampled(void **state)
{
    (void)state;
    fake.place.kind = HN_PLACE_CORE;
    run("py-sample", HN_EXIT_CANNOT, "cannot sample it: a core does not run any more");
    fake.place.kind = HN_PLACE_NONE;
    run("py-sample", HN_EXIT_CANNOT,
        "cannot start the program: no process runs here, nor does one start");
    assert_int_equal(asked.runs, 0);
}

static void
who_is_gone_is_named(void **state)
{
    (void)state;
    run("sample 99", HN_EXIT_CANNOT,
        "cannot sample process 99: there is no such process");
    run("sample app.core", HN_EXIT_CANNOT,
        "cannot sample a process: only a process can be sampled, by its pid: app.core");
    run("sample", HN_EXIT_USAGE,
        "hognose sample: no TARGET: a pid comes last, or -- and a program (hognose "
        "sample "
        "--help shows how)");
}

static void
bytes_are_kept_from_a_screen(void **state)
{
    (void)state;
    fake.host.terminal = true;
    run("sample -d 1 -f pprof 99999", HN_EXIT_USAGE,
        "cannot write pprof: it is not for a screen: -o FILE says where to");
}

static void
every_format_can_be_asked_for(void **state)
{
    size_t count = 0;

    (void)state;
    assert_string_equal(hn_profile_format_names[0], "auto");
    for (; hn_profile_writers[count].name; count++)
        assert_string_equal(hn_profile_format_names[count + 1],
                            hn_profile_writers[count].name);
    assert_null(hn_profile_format_names[count + 1]);
}

static void
subcommands_take_files(void **state)
{
    (void)state;
    run("sample convert", HN_EXIT_USAGE,
        "hognose sample convert: a file is missing (hognose sample convert --help "
        "shows "
        "how)");
    run("sample diff /nonexistent/a /nonexistent/b", HN_EXIT_CANNOT,
        "cannot read /nonexistent/a: reading a file: No such file or directory");
    run("sample convert /dev/null", HN_EXIT_CANNOT,
        "cannot read /dev/null: it is no file that a sampling run has written");
}

#define BARE(name) cmocka_unit_test_setup_teardown(name, start_bare, end)
#define DEBUGGER(name) cmocka_unit_test_setup_teardown(name, start_debugger, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        BARE(what_was_sampled_is_shown),
        DEBUGGER(a_held_process_is_let_run),
        DEBUGGER(without_a_duration_a_debugger_takes_ten_seconds),
        DEBUGGER(a_process_that_runs_already_is_left_to_run),
        DEBUGGER(a_process_named_by_pid_is_none_of_the_debuggers),
        DEBUGGER(a_breakpoint_ends_it_and_is_named),
        DEBUGGER(ctrl_c_gives_a_part),
        DEBUGGER(what_cannot_run_is_said),
        DEBUGGER(cores_and_nothing_cannot_be_sampled),
        BARE(who_is_gone_is_named),
        BARE(bytes_are_kept_from_a_screen),
        BARE(every_format_can_be_asked_for),
        BARE(subcommands_take_files),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
