/* The target header and py-info. */
#include "models.h"

#include "report/process.h"

static struct hn_thread threads[] = {
    { .number = 1, .native_id = 4242 },
    { .number = 2, .native_id = 4250 },
};
static struct hn_interpreter interpreters[] = {
    { .threads = threads,
      .thread_count = 2,
      .gil = { .exists = true, .locked = true, .holder = 1 },
      .gc = { .known = true,
              .enabled = true,
              .threshold = { 700, 10, 10 },
              .count = { 3, 2, 1 } } },
    { .id = 1, .gil = { .exists = true, .own = true } },
};
static const char *const arguments[] = {
    "/usr/bin/python3.12", "-m", "shop.server", "--port", "8080", NULL
};
static const char *const none[] = { NULL };

static struct hn_process
a_process(void)
{
    return (struct hn_process){
        .kind = "live",
        .reader = "process_vm_readv",
        .pid = 4242,
        .executable = "/usr/bin/python3.12",
        .arguments = arguments,
        .consistent = true,
        .hex = 0x030c01f0,
        .version = "3.12.1",
        .flavour = { "release" },
        .found_by = "symbol _PyRuntime of /usr/bin/python3.12",
        .offsets_from = "the table for 3.12.1",
        .allocator = "pymalloc",
        .runtime = 0x7f00,
        .interpreters = interpreters,
        .interpreter_count = 1,
        .thread_count = 2,
    };
}

static void
assert_header(const struct hn_process *process, const char *expected)
{
    struct hn_text text;

    hn_text_init(&text);
    hn_process_put_header(&text, &plain, process);
    assert_text(&text, expected);
}

static void
a_live_process_in_two_lines(void **state)
{
    const struct hn_process process = a_process();

    (void)state;
    assert_header(&process,
                  "CPython 3.12.1 (release), pid 4242: /usr/bin/python3.12 -m "
                  "shop.server --port 8080\n"
                  "2 threads, GIL held by thread 1, reading by process_vm_readv\n");
}

static void
it_says_how_long_the_process_stood(void **state)
{
    struct hn_process process = a_process();

    (void)state;
    process.stopped_ns = 3149999;
    process.thread_count = 1;
    process.arguments = none;
    assert_header(&process, "CPython 3.12.1 (release), pid 4242: /usr/bin/python3.12\n"
                            "1 thread, GIL held by thread 1, reading by "
                            "process_vm_readv, stood still for 3.1 ms\n");
}

static void
it_says_why_it_may_contradict_itself(void **state)
{
    struct hn_process process = a_process();

    (void)state;
    process.consistent = false;
    process.not_stopped_because = "another tracer holds it";
    process.arguments = none;
    assert_header(&process, "CPython 3.12.1 (release), pid 4242: /usr/bin/python3.12\n"
                            "2 threads, GIL held by thread 1, reading by "
                            "process_vm_readv, inconsistent: read while running "
                            "(another tracer holds it)\n");
}

static void
a_core_tells_its_end_and_what_it_lacks(void **state)
{
    static const char *const missing[] = { "libpython3.12.so.1.0 is not here" };
    struct hn_process process = a_process();

    (void)state;
    process.arguments = none;
    process.core_path = "/tmp/core.7";
    process.reader = "the core file";
    process.signal = 11;
    process.signal_name = "SIGSEGV";
    process.fault_thread = 4250;
    process.fault_address = 0x10;
    process.core_time = 1767323045;
    process.missing = missing;
    process.missing_count = 1;
    assert_header(
        &process,
        "CPython 3.12.1 (release), core /tmp/core.7 of pid 4242: /usr/bin/python3.12\n"
        "SIGSEGV in thread 2 at 0x10, written 2026-01-02 03:04:05 UTC\n"
        "libpython3.12.so.1.0 is not here\n"
        "2 threads, GIL held by thread 1, reading by the core file\n");
}

static void
a_signal_in_a_thread_without_python(void **state)
{
    struct hn_process process = a_process();
    struct hn_text text;

    (void)state;
    process.core_path = "c";
    process.signal = 64;
    process.fault_thread = 99;
    hn_text_init(&text);
    hn_process_put_header(&text, &plain, &process);
    assert_non_null(strstr(text.bytes, "signal 64 in LWP 99, which runs no Python"));
    hn_text_deinit(&text);
}

static void
flavours_are_all_named(void **state)
{
    struct hn_process process = a_process();
    struct hn_text text;

    (void)state;
    process.flavour[0] = "debug";
    process.flavour[1] = "free-threaded";
    hn_text_init(&text);
    hn_process_put_version(&text, &process);
    assert_text(&text, "3.12.1 (debug, free-threaded)");
}

static void
interpreters_with_a_gil_of_their_own_are_told(void **state)
{
    struct hn_process process = a_process();

    (void)state;
    process.arguments = none;
    process.interpreter_count = 2;
    assert_header(&process, "CPython 3.12.1 (release), pid 4242: /usr/bin/python3.12\n"
                            "2 threads in 2 interpreters, GIL held by thread 1, GIL of "
                            "interpreter 1 free, reading by process_vm_readv\n");
}

static void
arguments_are_quoted_escaped_and_cut(void **state)
{
    static const char long_code[500] = { [0 ... 498] = 'x' };
    const char *const hostile[] = { "python3", "-c",      "print('\033[2J')\n",
                                    "",        long_code, NULL };
    struct hn_process process = a_process();
    struct hn_text text;

    (void)state;
    process.arguments = hostile;
    hn_text_init(&text);
    hn_process_put_header(&text, &plain, &process);
    assert_non_null(strstr(text.bytes, ": python3 -c 'print('\\''\\x1b[2J'\\'')\\n' "
                                       "'' ...\n"));
    hn_text_deinit(&text);
}

static void
info_lists_the_facts(void **state)
{
    const struct hn_process process = a_process();
    struct hn_text text;

    (void)state;
    hn_text_init(&text);
    hn_process_put_info(&text, &plain, &process);
    assert_text(&text,
                "executable      /usr/bin/python3.12\n"
                "version         3.12.1 (0x030c01f0)\n"
                "_PyRuntime      0x7f00\n"
                "found by        symbol _PyRuntime of /usr/bin/python3.12\n"
                "offsets from    the table for 3.12.1\n"
                "allocator       pymalloc\n"
                "interpreter 0   2 threads, GIL held by thread 1, GC on (count 3/2/1, "
                "threshold 700/10/10)\n");
}

static void
info_lists_the_layout_on_request(void **state)
{
    static const struct hn_layout_row rows[] = {
        { "PyObject", "ob_type", true, 8, 8, "table" },
        { "PyCodeObject", "co_tlbc", false, -1, 8, "table" },
    };
    struct hn_process process = a_process();
    struct hn_text text;

    (void)state;
    process.layout = rows;
    process.layout_count = 2;
    hn_text_init(&text);
    hn_process_put_info(&text, &plain, &process);
    assert_non_null(
        strstr(text.bytes,
               "\nlayout\n"
               "  PyObject.ob_type                             8   8 bytes  table\n"
               "  PyCodeObject.co_tlbc                         -            "
               "table\n"));
    hn_text_deinit(&text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_live_process_in_two_lines),
        cmocka_unit_test(it_says_how_long_the_process_stood),
        cmocka_unit_test(it_says_why_it_may_contradict_itself),
        cmocka_unit_test(a_core_tells_its_end_and_what_it_lacks),
        cmocka_unit_test(a_signal_in_a_thread_without_python),
        cmocka_unit_test(flavours_are_all_named),
        cmocka_unit_test(interpreters_with_a_gil_of_their_own_are_told),
        cmocka_unit_test(arguments_are_quoted_escaped_and_cut),
        cmocka_unit_test(info_lists_the_facts),
        cmocka_unit_test(info_lists_the_layout_on_request),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
