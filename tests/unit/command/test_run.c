/* Whole commands, run on a process that exists in this test only. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include <jansson.h>

#include "fake_process.h"
#include "hognose/command.h"

static struct hn_session *session;

static int
start_debugger(void **state)
{
    (void)state;
    fake_reset(false);
    session = hn_session_create(&fake.host);
    return session ? 0 : -1;
}

static int
start_bare(void **state)
{
    (void)state;
    fake_reset(true);
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
assert_prints(const char *line, const char *expected)
{
    enum hn_exit code;

    hn_text_clear(&fake.screen);
    code = hn_run_line(session, line);
    if (code)
        fprintf(stderr, "%s\n", hn_session_message(session));
    assert_int_equal(code, HN_EXIT_OK);
    assert_string_equal(hn_session_message(session), "");
    assert_string_equal(fake.screen.bytes, expected);
}

static void
assert_fails(const char *line, enum hn_exit code, const char *message)
{
    hn_text_clear(&fake.screen);
    assert_int_equal(hn_run_line(session, line), code);
    assert_string_equal(hn_session_message(session), message);
    assert_int_equal(fake.screen.size, 0);
}

/* The document that @line prints. */
static json_t *
read_json(const char *line)
{
    json_t *document;

    hn_text_clear(&fake.screen);
    assert_int_equal(hn_run_line(session, line), HN_EXIT_OK);
    document = json_loads(fake.screen.bytes, 0, NULL);
    assert_non_null(document);
    assert_int_equal(json_integer_value(json_object_get(document, "hognose")), 1);
    assert_true(json_is_object(json_object_get(document, "target")));
    assert_true(json_is_array(json_object_get(document, "incomplete")));
    return document;
}

#define HEADER_1 "CPython 3.12.1 (release), pid 101: python3 shop.py\n"
#define HEADER_2 "2 threads, GIL held by thread 1, reading by imagination"
#define MAIN_STACK                                    \
    "  #0 Basket.compute   shop.py:2     x = 1\n"     \
    "  #1 Basket.compute   shop.py:3     compute()\n" \
    "  #2 <module>         shop.py:5     compute()\n"
#define THREADS                                               \
    "Thread 1 (LWP 101) \"MainThread\": has GIL\n" MAIN_STACK \
    "\nThread 2 (LWP 102) \"worker\": idle in futex\n"        \
    "  #0 Basket.compute   shop.py:2     x = 1\n"

static void
dump_shows_the_process_and_all_threads(void **state)
{
    (void)state;
    assert_prints("py-dump", HEADER_1 HEADER_2 "\n\n" THREADS);
}

static void
dump_can_be_limited(void **state)
{
    (void)state;
    assert_prints("py-dump --limit 1 --depth 1",
                  HEADER_1 HEADER_2 "\n\nThread 1 (LWP 101) \"MainThread\": has GIL\n"
                                    "  #0 Basket.compute   shop.py:2     x = 1\n"
                                    "  ... more frames (--depth 0)\n\n"
                                    "... 1 more thread (--limit 0)\n");
    assert_int_equal(fake.stacks_loaded, 1);
}

static void
dump_weaves_native_frames_in(void **state)
{
    (void)state;
    assert_prints("py-dump --native", HEADER_1 HEADER_2
                  "\n\nThread 1 (LWP 101) \"MainThread\": has GIL\n"
                  "     nanosleep        nanosleep.c:27     libc.so.6\n"
                  "  #0 Basket.compute   shop.py:2          x = 1\n"
                  "  #1 Basket.compute   shop.py:3          compute()\n"
                  "  #2 <module>         shop.py:5          compute()\n"
                  "     _start           libc.so.6\n"
                  "\nThread 2 (LWP 102) \"worker\": idle in futex\n"
                  "     nanosleep        nanosleep.c:27     libc.so.6\n"
                  "  #0 Basket.compute   shop.py:2          x = 1\n"
                  "     _start           libc.so.6\n"
                  "\nThread without Python (LWP 103) \"pool\":\n"
                  "     nanosleep   nanosleep.c:27   libc.so.6\n"
                  "     _start      libc.so.6\n");
}

static void
native_frames_turn_with_the_stack(void **state)
{
    (void)state;
    assert_prints("py-bt --native-all --reverse",
                  "     _start           libc.so.6\n"
                  "  #2 <module>         shop.py:5          compute()\n"
                  "  #1 Basket.compute   shop.py:3          compute()\n"
                  "  #0 Basket.compute   shop.py:2          x = 1\n"
                  "     PyObject_Call    libc.so.6\n"
                  "     nanosleep        nanosleep.c:27     libc.so.6\n");
}

static void
bt_shows_the_selected_thread(void **state)
{
    (void)state;
    assert_prints("py-bt", MAIN_STACK);
    fake.place.selected_thread = 102;
    assert_prints("py-bt", "  #0 Basket.compute   shop.py:2     x = 1\n");
}

static void
bt_shows_another_thread_by_number_id_or_name(void **state)
{
    (void)state;
    assert_prints("py-bt -t 2", "  #0 Basket.compute   shop.py:2     x = 1\n");
    assert_prints("py-bt -t 102", "  #0 Basket.compute   shop.py:2     x = 1\n");
    assert_fails("py-bt -t 3", HN_EXIT_CANNOT,
                 "cannot show thread 3: no Python thread has this number, native id or "
                 "name");
    assert_prints("py-bt -t worker", "  #0 Basket.compute   shop.py:2     x = 1\n");
    assert_fails("py-bt -t work", HN_EXIT_CANNOT,
                 "cannot show thread work: no Python thread has this number, native id "
                 "or name");
}

static void
bt_shows_all_threads_on_request(void **state)
{
    (void)state;
    assert_prints("py-bt --all-threads", THREADS);
}

static void
a_selected_thread_without_python_is_told(void **state)
{
    (void)state;
    fake.place.selected_thread = 999;
    assert_fails("py-bt", HN_EXIT_CANNOT,
                 "cannot show the selected thread: it runs no Python; `py-threads` "
                 "lists those that do");
}

static void
threads_marks_the_selected_one(void **state)
{
    (void)state;
    fake.place.selected_thread = 102;
    assert_prints("py-threads",
                  "    #  LWP  name        interp  state          top\n"
                  "    1  101  MainThread  0       GIL            Basket.compute "
                  "(shop.py:2)\n"
                  "  * 2  102  worker      0       idle in futex  Basket.compute "
                  "(shop.py:2)\n");
    assert_int_equal(fake.last_limit, 1);
}

static void
info_shows_the_layout_on_request(void **state)
{
    (void)state;
    hn_text_clear(&fake.screen);
    assert_int_equal(hn_run_line(session, "py-info --layout"), HN_EXIT_OK);
    assert_non_null(strstr(fake.screen.bytes, "\nlayout\n  PyObject.ob_type "));
}

static void
frames_are_chosen_and_kept(void **state)
{
    (void)state;
    assert_prints("py-frame", "  #0 Basket.compute   shop.py:2     x = 1\n");
    assert_prints("py-frame 2", "  #2 <module>   shop.py:5     compute()\n");
    assert_prints("py-frame", "  #2 <module>   shop.py:5     compute()\n");
    assert_prints("py-down", "  #1 Basket.compute   shop.py:3     compute()\n");
    assert_prints("py-up", "  #2 <module>   shop.py:5     compute()\n");
    assert_prints("py-down 2", "  #0 Basket.compute   shop.py:2     x = 1\n");
}

static void
each_thread_has_a_choice_of_its_own(void **state)
{
    (void)state;
    assert_prints("py-frame 1", "  #1 Basket.compute   shop.py:3     compute()\n");
    assert_prints("py-frame -t 2", "  #0 Basket.compute   shop.py:2     x = 1\n");
    assert_prints("py-frame", "  #1 Basket.compute   shop.py:3     compute()\n");
}

static void
the_choice_ends_when_the_target_runs(void **state)
{
    (void)state;
    assert_prints("py-frame 1", "  #1 Basket.compute   shop.py:3     compute()\n");
    fake.place.generation++;
    assert_prints("py-frame", "  #0 Basket.compute   shop.py:2     x = 1\n");
}

static void
up_and_down_stop_at_the_ends(void **state)
{
    (void)state;
    assert_fails("py-down", HN_EXIT_CANNOT,
                 "cannot go down: this is the innermost Python frame");
    assert_prints("py-up 99", "  #2 <module>   shop.py:5     compute()\n");
    assert_fails("py-up", HN_EXIT_CANNOT,
                 "cannot go up: this is the outermost Python frame");
    assert_prints("py-down 18446744073709551615",
                  "  #0 Basket.compute   shop.py:2     x = 1\n");
    assert_prints("py-up 18446744073709551615",
                  "  #2 <module>   shop.py:5     compute()\n");
}

static void
a_frame_that_is_not_there_is_told(void **state)
{
    (void)state;
    assert_fails("py-frame 3", HN_EXIT_CANNOT,
                 "cannot choose frame 3: the stack ends before it: the outermost is 2");
    assert_fails("py-frame 18446744073709551615", HN_EXIT_CANNOT,
                 "cannot choose frame 18446744073709551615: the stack ends before it: "
                 "the outermost is 2");
    assert_fails("py-frame x", HN_EXIT_USAGE,
                 "cannot choose frame x: this is not a number");
    fake.stacks[0].count = 0;
    assert_fails("py-frame", HN_EXIT_CANNOT,
                 "cannot choose a frame: the thread runs no Python code");
}

static void
the_debugger_follows_to_the_same_call_of_the_interpreter(void **state)
{
    (void)state;
    assert_prints("py-frame 1", "  #1 Basket.compute   shop.py:3     compute()\n");
    assert_int_equal(fake.followed_tid, 101);
    assert_int_equal(fake.followed_frame, 0); /* #0 was called by #1 in one loop */
    assert_prints("py-frame 2", "  #2 <module>   shop.py:5     compute()\n");
    assert_int_equal(fake.followed_frame, 1);
}

static void
list_shows_source_around_the_chosen_frame(void **state)
{
    (void)state;
    assert_prints("py-list", "  1    def compute():\n"
                             "> 2        x = 1\n"
                             "  3            compute()\n"
                             "  4\n"
                             "  5    compute()\n");
    assert_prints("py-frame 2", "  #2 <module>   shop.py:5     compute()\n");
    assert_prints("py-list 4 5", "  4\n"
                                 "> 5    compute()\n");
    assert_prints("py-list 4,9", "  4\n"
                                 "> 5    compute()\n");
    assert_prints("py-list 4, 4", "  4\n");
    assert_prints("py-list 5", "> 5    compute()\n");
}

static void
list_says_why_it_cannot(void **state)
{
    (void)state;
    assert_fails("py-list 6", HN_EXIT_CANNOT,
                 "cannot list source: its file is shorter: shop.py has 5 lines");
    assert_fails("py-list 5 4", HN_EXIT_USAGE,
                 "cannot list 4: lines are given as START, START END or START,END");
    assert_fails("py-list 0", HN_EXIT_USAGE,
                 "cannot list 0: lines are given as START, START END or START,END");
    assert_fails("py-list 1,2 3", HN_EXIT_USAGE,
                 "cannot list 3: lines are given as START, START END or START,END");
    fake.source = NULL;
    assert_fails("py-list", HN_EXIT_CANNOT,
                 "cannot list source: its file cannot be read here: shop.py");
}

static void
frames_without_source_are_shown_without(void **state)
{
    (void)state;
    fake.source = NULL;
    assert_prints("py-bt --depth 1", "  #0 Basket.compute   shop.py:2\n"
                                     "  ... more frames (--depth 0)\n");
}

static void
what_could_not_be_read_is_counted(void **state)
{
    (void)state;
    fake.stacks[0].frames[1] = (struct hn_frame){ .kind = HN_FRAME_UNREADABLE,
                                                  .problem = "no memory",
                                                  .problem_at = 0x10 };
    fake.stacks[0].problem = "frame chain does not end";
    fake.stacks[0].problem_at = 0x20;
    assert_prints("py-bt",
                  "  #0 Basket.compute   shop.py:2     x = 1\n"
                  "  #1 <unreadable 0x10: no memory>\n"
                  "  #2 <module>         shop.py:5     compute()\n"
                  "  <unreadable 0x20: frame chain does not end>\n"
                  "\nincomplete, 2 things are missing:\n"
                  "  thread 1: 1 frame cannot be read\n"
                  "  thread 1: its stack ends early: frame chain does not end (at "
                  "0x20)\n");
}

static void
a_thread_that_cannot_be_read_keeps_its_place(void **state)
{
    (void)state;
    fake.process.interpreters[0].threads[1].problem = "no memory";
    fake.process.interpreters[0].threads[1].problem_at = 0x200;
    hn_text_clear(&fake.screen);
    assert_int_equal(hn_run_line(session, "py-dump"), HN_EXIT_OK);
    assert_non_null(strstr(fake.screen.bytes,
                           "\nThread 2 (LWP 102) \"worker\": idle in futex\n"
                           "  <unreadable 0x200: no memory>\n"
                           "\nincomplete, 1 thing is missing:\n"
                           "  thread 2: cannot be read: no memory (at 0x200)\n"));
    assert_int_equal(fake.stacks_loaded, 1);
}

static void
an_interrupted_dump_shows_what_it_has(void **state)
{
    (void)state;
    fake.stack_status = HN_E_INTERRUPTED;
    assert_int_equal(hn_run_line(session, "py-dump"), HN_EXIT_CANNOT);
    assert_string_equal(hn_session_message(session),
                        "interrupted: this is only a part");
    assert_int_equal(fake.stacks_loaded, 1);
    assert_non_null(strstr(fake.screen.bytes, MAIN_STACK));
    assert_non_null(strstr(fake.screen.bytes, "  interrupted: this is only a part\n"));
}

static void
an_interrupted_document_is_still_one(void **state)
{
    json_t *document;

    (void)state;
    fake.stack_status = HN_E_INTERRUPTED;
    assert_int_equal(hn_run_line(session, "py-dump --json"), HN_EXIT_CANNOT);
    document = json_loads(fake.screen.bytes, 0, NULL);
    assert_non_null(document);
    assert_int_equal(json_array_size(json_object_get(document, "incomplete")), 1);
    json_decref(document);
}

static void
ctrl_c_stops_the_printing_of_a_deep_stack(void **state)
{
    enum { DEEP = 200000 };
    struct hn_frame *frames = calloc(DEEP, sizeof(*frames));
    json_t *document;

    (void)state;
    for (size_t i = 0; i < DEEP; i++) {
        frames[i] = fake.stacks[0].frames[0];
        frames[i].position.line = (int32_t)i; /* nothing to fold */
    }
    fake.stacks[0] = (struct hn_stack){ .frames = frames, .count = DEEP };
    fake.interrupted = true;
    assert_int_equal(hn_run_line(session, "py-bt"), HN_EXIT_CANNOT);
    assert_true(fake.screen.size < 1 << 20);
    hn_text_clear(&fake.screen);
    assert_int_equal(hn_run_line(session, "py-bt --json"), HN_EXIT_CANNOT);
    assert_true(fake.screen.size < 1 << 20);
    document = json_loads(fake.screen.bytes, 0, NULL);
    assert_non_null(document);
    json_decref(document);
    free(frames);
}

static void
dump_as_json_has_every_frame(void **state)
{
    json_t *document = read_json("py-dump --json");
    json_t *result = json_object_get(document, "result"), *threads, *thread;

    (void)state;
    assert_string_equal(json_string_value(json_object_get(document, "command")),
                        "dump");
    threads = json_object_get(
        json_array_get(json_object_get(result, "interpreters"), 0), "threads");
    assert_int_equal(json_array_size(threads), 2);
    thread = json_array_get(threads, 0);
    assert_int_equal(json_array_size(json_object_get(thread, "frames")), 3);
    assert_true(json_is_true(json_object_get(thread, "selected")));
    json_decref(document);
}

static void
bt_as_json_has_one_thread(void **state)
{
    json_t *document = read_json("py-bt --json -t 2 --depth 1");
    json_t *threads = json_object_get(
        json_array_get(
            json_object_get(json_object_get(document, "result"), "interpreters"), 0),
        "threads");

    (void)state;
    assert_int_equal(json_array_size(threads), 1);
    assert_int_equal(
        json_integer_value(json_object_get(json_array_get(threads, 0), "native_id")),
        102);
    json_decref(document);
}

static void
every_command_has_a_document(void **state)
{
    static const char *const lines[] = {
        "py-dump --json",         "py-bt --json",
        "py-threads --json",      "py-info --json",
        "py-up --json",           "py-down --json",
        "py-frame --json",        "py-list --json",
        "py-bt -a --json",        "py-info --layout --json",
        "py-locals --json",       "py-globals --json",
        "py-print --json basket", "py-object --json basket",
        "py-exc --json",          "py-bt -l --json",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        json_decref(read_json(lines[i]));
}

static void
results_go_to_a_file(void **state)
{
    char folder[] = "/tmp/hognose-run-XXXXXX", line[128], path[64], bytes[512] = "";
    struct stat st;
    FILE *file;

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/a file", folder);
    snprintf(line, sizeof(line), "py-bt --color always -o '%s' --depth 1", path);
    assert_int_equal(hn_run_line(session, line), HN_EXIT_OK);
    assert_int_equal(fake.screen.size, 0);
    file = fopen(path, "r");
    assert_non_null(file);
    assert_true(fread(bytes, 1, sizeof(bytes) - 1, file) > 0);
    fclose(file);
    assert_non_null(strstr(bytes, "\033[33mBasket.compute\033[m"));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void
a_failed_command_leaves_no_file(void **state)
{
    char folder[] = "/tmp/hognose-run-XXXXXX", line[128];

    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(line, sizeof(line), "py-bt -t 9 -o %s/out", folder);
    assert_int_equal(hn_run_line(session, line), HN_EXIT_CANNOT);
    assert_int_equal(rmdir(folder), 0);
    snprintf(line, sizeof(line), "py-bt -o %s/out", folder);
    assert_int_equal(hn_run_line(session, line), HN_EXIT_CANNOT);
    assert_int_equal(fake.opened, 1);
}

static void
colour_is_for_terminals_and_on_request(void **state)
{
    (void)state;
    unsetenv("NO_COLOR");
    assert_prints("py-frame", "  #0 Basket.compute   shop.py:2     x = 1\n");
    fake.host.terminal = true;
    assert_prints("py-frame", "  #0 \033[33mBasket.compute\033[m   "
                              "\033[32mshop.py\033[m:2     x = 1\n");
    assert_prints("py-frame --color never",
                  "  #0 Basket.compute   shop.py:2     x = 1\n");
    setenv("NO_COLOR", "1", 1);
    assert_prints("py-frame", "  #0 Basket.compute   shop.py:2     x = 1\n");
    unsetenv("NO_COLOR");
}

static void
nothing_loaded_is_told(void **state)
{
    (void)state;
    fake.place.kind = HN_PLACE_NONE;
    assert_fails("py-dump", HN_EXIT_CANNOT,
                 "no process runs here and no core is loaded; attach to one");
}

static void
wrong_lines_are_usage_errors(void **state)
{
    (void)state;
    assert_fails("", HN_EXIT_USAGE, "no command");
    assert_fails("py-bt '", HN_EXIT_USAGE, "a quote is not closed");
    assert_fails("py-bf", HN_EXIT_USAGE, "unknown command py-bf; near: py-bt");
    assert_fails("py-bt --dept", HN_EXIT_USAGE,
                 "py-bt: unknown option --dept; near: --depth (py-bt --help shows "
                 "how)");
}

static void
help_reads_no_target(void **state)
{
    (void)state;
    assert_int_equal(hn_run_line(session, "py-bt --help"), HN_EXIT_OK);
    assert_non_null(strstr(fake.screen.bytes, "Usage: py-bt [options]\n"));
    assert_int_equal(fake.opened, 0);
    assert_non_null(strstr(hn_command_help(session, NULL), "  py-dump "));
    assert_null(hn_command_help(session, "py-nothing"));
    assert_non_null(strstr(hn_command_help(session, "py-sample"),
                           "--- py-sample convert ---\n\nShow an earlier"));
}

static void
the_bare_host_prints_its_header_and_lets_go_first(void **state)
{
    (void)state;
    assert_prints("bt 101",
                  HEADER_1 HEADER_2 ", stood still for 3.1 ms\n\n" MAIN_STACK);
    assert_true(fake.last_stop);
    assert_int_equal(fake.released, 1);
    assert_int_equal(fake.closed, 1);
}

static void
the_bare_host_reads_it_running_on_request(void **state)
{
    (void)state;
    hn_text_clear(&fake.screen);
    assert_int_equal(hn_run_line(session, "bt --no-stop 101"), HN_EXIT_OK);
    assert_false(fake.last_stop);
    assert_non_null(strstr(fake.screen.bytes,
                           "inconsistent: read while running (it was asked for)"));
}

static void
a_target_of_digits_is_a_pid_and_all_else_a_core(void **state)
{
    (void)state;
    hn_run_line(session, "bt -p 101");
    assert_false(fake.with_core);
    hn_run_line(session, "bt ./101");
    assert_true(fake.with_core);
    assert_int_equal(fake.last_selected, 102); /* the thread that got the signal */
    assert_fails("bt 4294967296", HN_EXIT_CANNOT,
                 "cannot read process 4294967296: there is no such process");
    assert_fails("bt 0", HN_EXIT_CANNOT,
                 "cannot read process 0: there is no such process");
}

static void
a_target_that_cannot_be_opened_is_named(void **state)
{
    (void)state;
    fake.open_status = HN_E_GONE;
    assert_fails("dump 77", HN_EXIT_CANNOT, "cannot read process 77: not today");
    assert_fails("dump core.77", HN_EXIT_CANNOT, "cannot read core core.77: not today");
}

static void
places_of_files_are_handed_on(void **state)
{
    (void)state;
    hn_run_line(session, "dump --exe /x/python --sysroot /x --lib-path /a:/b core");
    assert_string_equal(fake.last_files, "/x/python|/x|/a:/b");
}

/* --- values */

static void
locals_marks_arguments_and_names_without_a_value(void **state)
{
    (void)state;
    assert_prints("py-locals", "  #0 Basket.compute   shop.py:2     x = 1\n"
                               "  argument  basket = <shop.Basket n=2>\n"
                               "  local     total (no value at this point)\n");
    assert_int_equal(fake.last_choice, HN_VARIABLES_LOCAL);
}

static void
globals_are_asked_for_as_such(void **state)
{
    (void)state;
    hn_run_line(session, "py-globals");
    assert_int_equal(fake.last_choice, HN_VARIABLES_GLOBAL);
}

static void
values_are_shown_below_their_frames(void **state)
{
    (void)state;
    fake.place.selected_thread = 102;
    assert_prints("py-bt -l", "  #0 Basket.compute   shop.py:2     x = 1\n"
                              "       basket = <shop.Basket n=2>\n");
    assert_int_equal(fake.last_choice, HN_VARIABLES_DATA);
}

static void
another_frame_is_chosen_by_its_number(void **state)
{
    (void)state;
    hn_run_line(session, "py-locals -f 2");
    assert_int_equal(fake.last_limit, 3);
    assert_fails(
        "py-locals -f 7", HN_EXIT_CANNOT,
        "cannot look at frame 7: the stack ends before it: the outermost is 2");
    assert_fails("py-locals -f x", HN_EXIT_USAGE,
                 "cannot choose frame x: this is not a number");
}

static void
limits_have_defaults_and_0_lifts_them(void **state)
{
    (void)state;
    hn_run_line(session, "py-print basket");
    assert_int_equal(fake.last_limits.items, 100);
    assert_int_equal(fake.last_limits.depth, 6);
    hn_run_line(session, "py-print --limit 0 --depth 0 --width 5 basket");
    assert_int_equal(fake.last_limits.items, 0);
    assert_int_equal(fake.last_limits.depth, HN_PREVIEW_DEPTH_MOST);
    assert_int_equal(fake.last_limits.width, 5);
}

static void
print_shows_a_value(void **state)
{
    (void)state;
    assert_prints("py-print basket", "<shop.Basket n=2>\n");
    assert_prints("py-print seven", "7\n");
    assert_fails("py-print baskte", HN_EXIT_CANNOT,
                 "cannot show baskte: no variable of that name: baskte; near: basket");
    assert_fails("py-print", HN_EXIT_USAGE,
                 "cannot show a value: a name, an expression or an address is missing");
}

static void
an_expression_keeps_the_quotes_that_were_typed(void **state)
{
    (void)state;
    hn_run_line(session, "py-print basket[\"a key\"].x");
    assert_string_equal(fake.last_expression, "basket[\"a key\"].x");
}

static void
quotes_that_a_debugger_took_away_are_done_without(void **state)
{
    const char *const words[] = { "py-print", "basket[a", "key]" };

    (void)state;
    hn_run(session, 3, words);
    assert_string_equal(fake.last_expression, "basket[a key]");
}

static void
object_shows_what_is_known(void **state)
{
    (void)state;
    assert_prints("py-object basket", "<shop.Basket n=2>\n"
                                      "  type        shop.Basket\n"
                                      "  address     0x1000\n"
                                      "  size        56 bytes\n"
                                      "  references  3\n"
                                      "  collector   tracked\n");
    assert_fails("py-object seven", HN_EXIT_CANNOT,
                 "cannot show seven: this is a value without an object; `py-print` "
                 "shows it");
}

static void
exc_shows_the_threads_that_have_any(void **state)
{
    (void)state;
    assert_prints("py-exc", "Thread 2 (LWP 102) \"worker\": idle in futex\n"
                            "  handling shop.SoldOut: no more\n"
                            "    #0 Basket.compute   shop.py:2     x = 1\n");
    fake.without_exceptions = true;
    assert_prints("py-exc", "no exception is being raised or handled\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_debugger, end)
#define BARE(name) cmocka_unit_test_setup_teardown(name, start_bare, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(dump_shows_the_process_and_all_threads),
        TEST(dump_can_be_limited),
        TEST(dump_weaves_native_frames_in),
        TEST(native_frames_turn_with_the_stack),
        TEST(bt_shows_the_selected_thread),
        TEST(bt_shows_another_thread_by_number_id_or_name),
        TEST(bt_shows_all_threads_on_request),
        TEST(a_selected_thread_without_python_is_told),
        TEST(threads_marks_the_selected_one),
        TEST(info_shows_the_layout_on_request),
        TEST(frames_are_chosen_and_kept),
        TEST(each_thread_has_a_choice_of_its_own),
        TEST(the_choice_ends_when_the_target_runs),
        TEST(up_and_down_stop_at_the_ends),
        TEST(a_frame_that_is_not_there_is_told),
        TEST(the_debugger_follows_to_the_same_call_of_the_interpreter),
        TEST(list_shows_source_around_the_chosen_frame),
        TEST(list_says_why_it_cannot),
        TEST(frames_without_source_are_shown_without),
        TEST(what_could_not_be_read_is_counted),
        TEST(a_thread_that_cannot_be_read_keeps_its_place),
        TEST(an_interrupted_dump_shows_what_it_has),
        TEST(an_interrupted_document_is_still_one),
        TEST(ctrl_c_stops_the_printing_of_a_deep_stack),
        TEST(dump_as_json_has_every_frame),
        TEST(bt_as_json_has_one_thread),
        TEST(every_command_has_a_document),
        TEST(results_go_to_a_file),
        TEST(a_failed_command_leaves_no_file),
        TEST(colour_is_for_terminals_and_on_request),
        TEST(nothing_loaded_is_told),
        TEST(wrong_lines_are_usage_errors),
        TEST(help_reads_no_target),
        TEST(locals_marks_arguments_and_names_without_a_value),
        TEST(globals_are_asked_for_as_such),
        TEST(values_are_shown_below_their_frames),
        TEST(another_frame_is_chosen_by_its_number),
        TEST(limits_have_defaults_and_0_lifts_them),
        TEST(print_shows_a_value),
        TEST(an_expression_keeps_the_quotes_that_were_typed),
        TEST(quotes_that_a_debugger_took_away_are_done_without),
        TEST(object_shows_what_is_known),
        TEST(exc_shows_the_threads_that_have_any),
        BARE(the_bare_host_prints_its_header_and_lets_go_first),
        BARE(the_bare_host_reads_it_running_on_request),
        BARE(a_target_of_digits_is_a_pid_and_all_else_a_core),
        BARE(a_target_that_cannot_be_opened_is_named),
        BARE(places_of_files_are_handed_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
