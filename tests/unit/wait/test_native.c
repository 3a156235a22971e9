/* Which C functions are named of those that a thread stands in. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "wait/native.h"

static struct hn_arena arena;

/* A thread with one Python frame, which is in a call of @count C functions. */
struct scene {
    struct hn_native_frame frames[8];
    struct hn_native_stack native;
    struct hn_frame python;
    struct hn_thread thread;
};

static void
call(struct scene *s, const char *function, const char *library, unsigned marks)
{
    s->frames[s->native.count++] = (struct hn_native_frame){
        .function = function, .symbol = function, .library = library, .marks = marks
    };
}

static const char *
words(struct scene *s)
{
    s->native.frames = s->frames;
    s->python.native = s->frames;
    s->python.native_count = s->native.count;
    s->thread.native = &s->native;
    s->thread.stack = (struct hn_stack){ .frames = &s->python, .count = 1 };
    return hn_native_call_words(&s->thread, &arena);
}

static void
names_what_was_called_and_what_that_came_to(void **state)
{
    struct scene s = { .native = { .count = 0 } };

    (void)state;
    call(&s, "clock_nanosleep", "/lib/libc.so.6", 0);
    call(&s, "demo_hold", "/opt/libdemo.so", 0);
    call(&s, "cfunction_call", "/usr/bin/python3", HN_NATIVE_GLUE);
    assert_string_equal(words(&s), "demo_hold() of libdemo.so (in clock_nanosleep())");
}

static void
sees_past_ctypes(void **state)
{
    struct scene s = { .native = { .count = 0 } };

    (void)state;
    call(&s, "sleep", "/lib/libc.so.6", 0);
    call(&s, "ffi_call_unix64", "/lib/libffi.so.8", 0);
    call(&s, "_ctypes_callproc", "/lib/python3/_ctypes.so", 0);
    call(&s, "PyCFuncPtr_call", "/usr/bin/python3", 0);
    assert_string_equal(words(&s), "sleep() of libc.so.6");
}

/* The C library's inner names are of no use to who does not know it. */
static void
prefers_names_without_underscores(void **state)
{
    struct scene s = { .native = { .count = 0 } };

    (void)state;
    call(&s, "__lll_lock_wait", "/lib/libc.so.6", 0);
    call(&s, "pthread_mutex_lock", "/lib/libc.so.6", 0);
    call(&s, "std::mutex::lock()", "/opt/libdemo.so", 0);
    assert_string_equal(words(&s),
                        "std::mutex::lock() of libdemo.so (in pthread_mutex_lock())");
}

static void
says_nothing_of_what_has_no_name(void **state)
{
    struct scene s = { .native = { .count = 0 } };

    (void)state;
    call(&s, NULL, "/opt/libdemo.so", 0);
    call(&s, "cfunction_call", "/usr/bin/python3", HN_NATIVE_GLUE);
    assert_null(words(&s));
    s.native.not_woven = "it could not be";
    assert_null(words(&s));
}

static void
tells_the_interpreter_from_a_call_of_c_code(void **state)
{
    struct scene s = { .native = { .count = 0 } };

    (void)state;
    assert_false(hn_native_is_interpreter(&s.thread));
    call(&s, "_PyEval_EvalFrameDefault", "/usr/bin/python3", HN_NATIVE_LOOP);
    (void)words(&s);
    assert_true(hn_native_is_interpreter(&s.thread));
    s.frames[0].marks = 0;
    assert_false(hn_native_is_interpreter(&s.thread));
}

/* A futex says nothing of itself; the function that waits at it does. */
static void
names_the_primitive_that_c_code_waits_at(void **state)
{
    struct scene s = { .native = { .count = 0 } };
    struct hn_wait wait = { .kind = HN_WAIT_NATIVE, .text = "something" };
    struct hn_actor actor = { .thread = &s.thread };
    struct hn_waits waits = { .actors = &actor,
                              .actor_count = 1,
                              .thread_count = 1,
                              .items = &wait,
                              .count = 1 };
    struct hn_process process = { .pid = 1 };

    (void)state;
    call(&s, "pthread_cond_wait", "/lib/libc.so.6", 0);
    call(&s, "demo_wait", "/opt/libdemo.so", 0);
    (void)words(&s);
    assert_true(hn_waits_add_natives(&process, &waits, &arena));
    assert_string_equal(wait.text, "a condition variable of C code, in demo_wait() of "
                                   "libdemo.so (in pthread_cond_wait())");
}

static void
says_how_many_wait_at_the_same_futex(void **state)
{
    struct scene s = { .native = { .count = 0 } };
    struct hn_wait wait[] = {
        { .kind = HN_WAIT_NATIVE, .text = "something", .addr = 0x70 },
        { .kind = HN_WAIT_NATIVE, .text = "something", .addr = 0x70 },
        { .kind = HN_WAIT_NATIVE, .text = "something", .addr = 0x90 },
    };
    struct hn_actor actor = { .thread = &s.thread };
    struct hn_waits waits = {
        .actors = &actor, .actor_count = 1, .thread_count = 1, .items = wait, .count = 3
    };
    struct hn_process process = { .pid = 1 };

    (void)state;
    call(&s, "sem_wait", "/lib/libc.so.6", 0);
    (void)words(&s);
    assert_true(hn_waits_add_natives(&process, &waits, &arena));
    assert_string_equal(wait[0].text, "a semaphore of C code (futex 0x70), as 1 other "
                                      "does, in sem_wait() of libc.so.6");
    assert_string_equal(wait[2].text, "a semaphore of C code (futex 0x90), in "
                                      "sem_wait() of libc.so.6");
}

static void
tells_which_thread_without_python_has_a_mutex(void **state)
{
    struct scene s = { .native = { .count = 0 } };
    struct hn_native_frame inner[] = {
        { .function = "pause", .library = "/lib/libc.so.6" },
        { .function = "worker", .library = "/opt/libdemo.so" },
        { .function = "start_thread", .library = "/lib/libc.so.6" },
    };
    struct hn_native_only other = { .tid = 7,
                                    .name = "demo",
                                    .stack = { .frames = inner, .count = 3 } };
    struct hn_wait wait = { .kind = HN_WAIT_MUTEX,
                            .text = "a mutex",
                            .native_holder = 7 };
    struct hn_actor actor = { .thread = &s.thread };
    struct hn_waits waits = { .actors = &actor,
                              .actor_count = 1,
                              .thread_count = 1,
                              .items = &wait,
                              .count = 1 };
    struct hn_process process = { .natives = &other, .native_count = 1 };

    (void)state;
    assert_true(hn_waits_add_natives(&process, &waits, &arena));
    assert_string_equal(wait.native_name, "demo");
    assert_string_equal(wait.native_doing, "worker() of libdemo.so (in pause())");
}

static int
tear_down(void **state)
{
    (void)state;
    hn_arena_deinit(&arena);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_what_was_called_and_what_that_came_to),
        cmocka_unit_test(sees_past_ctypes),
        cmocka_unit_test(prefers_names_without_underscores),
        cmocka_unit_test(says_nothing_of_what_has_no_name),
        cmocka_unit_test(tells_the_interpreter_from_a_call_of_c_code),
        cmocka_unit_test(names_the_primitive_that_c_code_waits_at),
        cmocka_unit_test(says_how_many_wait_at_the_same_futex),
        cmocka_unit_test(tells_which_thread_without_python_has_a_mutex),
    };

    hn_arena_init(&arena);
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
