/* Verdicts on processes of two threads, put together here. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "wait/verdict.h"

static struct hn_arena arena;

struct scene {
    struct hn_thread threads[2];
    struct hn_interpreter interpreter;
    struct hn_process process;
    struct hn_actor actors[2];
    struct hn_wait waits[2];
    struct hn_tasks tasks;
    struct hn_waits all;
    struct hn_watch watch;
    uint32_t members[2];
    struct hn_task_cycle cycle;
};

static void
set_up(struct scene *s)
{
    memset(s, 0, sizeof *s);
    for (unsigned i = 0; i < 2; i++) {
        s->threads[i] = (struct hn_thread){ .number = i + 1,
                                            .native_id = 100 + i,
                                            .name = i ? "worker" : "MainThread",
                                            .state = HN_THREAD_IDLE,
                                            .syscall = "futex" };
        s->actors[i] = (struct hn_actor){ &s->threads[i], HN_NO_TASK, 0 };
    }
    s->interpreter =
        (struct hn_interpreter){ .threads = s->threads, .thread_count = 2 };
    s->all = (struct hn_waits){ .actors = s->actors,
                                .actor_count = 2,
                                .thread_count = 2,
                                .items = s->waits,
                                .tasks = &s->tasks };
    s->watch.looks = 1;
}

static struct hn_wait *
waits(struct scene *s, uint32_t actor, enum hn_wait_kind kind, uint32_t holder)
{
    struct hn_wait *wait = &s->waits[s->all.count++];

    *wait = (struct hn_wait){ .actor = actor,
                              .kind = kind,
                              .text = "it",
                              .addr = 0x1000 + actor,
                              .fd = -1,
                              .holder = holder,
                              .how = holder == HN_NOBODY ? NULL : "recorded" };
    return wait;
}

static const struct hn_verdict *
first(struct scene *s)
{
    static struct hn_verdicts verdicts;

    assert_true(hn_verdicts_load(&s->process, &s->interpreter, &s->all, &s->watch,
                                 &arena, &verdicts));
    assert_true(verdicts.count > 0);
    return &verdicts.items[0];
}

static void
names_a_circle_of_threads(void **state)
{
    struct scene s;

    (void)state;
    set_up(&s);
    waits(&s, 0, HN_WAIT_LOCK, 1);
    waits(&s, 1, HN_WAIT_RLOCK, 0);
    s.members[1] = 1;
    s.cycle = (struct hn_task_cycle){ s.members, 2 };
    s.all.cycles = &s.cycle;
    s.all.cycle_count = 1;
    assert_string_equal(first(&s)->kind, "deadlock");
    assert_int_equal(first(&s)->confidence, HN_CERTAIN);
    assert_int_equal(first(&s)->evidence_count, 2);
}

static void
a_lock_whose_recorded_owner_is_gone_is_certain(void **state)
{
    struct scene s;
    struct hn_wait *wait;

    (void)state;
    set_up(&s);
    wait = waits(&s, 0, HN_WAIT_RLOCK, HN_NOBODY);
    wait->locked = true;
    wait->owner = 4711;
    waits(&s, 1, HN_WAIT_SLEEP, HN_NOBODY);
    assert_string_equal(first(&s)->kind, "holder-gone");
    assert_int_equal(first(&s)->confidence, HN_CERTAIN);
    s.watch.forked = true;
    assert_string_equal(first(&s)->kind, "fork");
}

static void
who_blocks_with_the_gil_keeps_it(void **state)
{
    struct scene s;

    (void)state;
    set_up(&s);
    s.threads[0].state = HN_THREAD_WAITS_FOR_GIL;
    s.threads[1].state = HN_THREAD_HAS_GIL | HN_THREAD_IDLE;
    s.threads[1].syscall = "read";
    waits(&s, 0, HN_WAIT_GIL, 1);
    assert_string_equal(first(&s)->kind, "gil-kept");
}

static void
two_who_wait_for_each_others_doing_have_nobody_left(void **state)
{
    struct scene s;

    (void)state;
    set_up(&s);
    waits(&s, 0, HN_WAIT_EVENT, HN_NOBODY);
    waits(&s, 1, HN_WAIT_QUEUE_GET, HN_NOBODY);
    assert_string_equal(first(&s)->kind, "nobody-left");
}

static void
a_wait_that_ends_by_itself_is_idle(void **state)
{
    struct scene s;

    (void)state;
    set_up(&s);
    waits(&s, 0, HN_WAIT_EVENT, HN_NOBODY)->timed = true;
    waits(&s, 1, HN_WAIT_QUEUE_GET, HN_NOBODY);
    assert_string_equal(first(&s)->kind, "idle");
    assert_false(first(&s)->alarm);
}

static void
workers_of_a_server_in_accept_raise_no_alarm(void **state)
{
    struct scene s;

    (void)state;
    set_up(&s);
    waits(&s, 0, HN_WAIT_ACCEPT, HN_NOBODY);
    waits(&s, 1, HN_WAIT_SOCKET, HN_NOBODY);
    assert_string_equal(first(&s)->kind, "idle");
}

static void
main_in_a_read_waits_for_something_outside(void **state)
{
    struct scene s;

    (void)state;
    set_up(&s);
    waits(&s, 0, HN_WAIT_SOCKET, HN_NOBODY);
    waits(&s, 1, HN_WAIT_WORKER, HN_NOBODY);
    assert_string_equal(first(&s)->kind, "outside");
}

static void
one_look_at_who_runs_cannot_tell(void **state)
{
    struct scene s;

    (void)state;
    set_up(&s);
    s.threads[0].state = HN_THREAD_HAS_GIL | HN_THREAD_ON_CPU;
    s.threads[0].syscall = NULL;
    waits(&s, 1, HN_WAIT_SLEEP, HN_NOBODY);
    assert_string_equal(first(&s)->kind, "cannot-tell");
    assert_false(first(&s)->alarm);
}

static void
who_never_leaves_a_function_loops(void **state)
{
    const struct hn_motion motion = {
        .thread = 100, .always_busy = true, .same_leaf = true, .cpu_ms = 400
    };
    struct scene s;

    (void)state;
    set_up(&s);
    s.threads[0].state = HN_THREAD_HAS_GIL | HN_THREAD_ON_CPU;
    s.threads[0].syscall = NULL;
    waits(&s, 1, HN_WAIT_SLEEP, HN_NOBODY);
    s.watch = (struct hn_watch){
        .looks = 4, .watched_ms = 800, .motions = &motion, .count = 1
    };
    assert_string_equal(first(&s)->kind, "infinite-loop");
}

/* At the same instruction each time, its variables as they were. */
static void
a_loop_that_changes_nothing_is_no_call_of_c_code(void **state)
{
    const struct hn_motion motion = { .thread = 100,
                                      .always_busy = true,
                                      .same_leaf = true,
                                      .same_place = true,
                                      .cpu_ms = 400 };
    struct hn_native_frame frame = { .function = "eval", .library = "python" };
    struct hn_native_stack native = { .frames = &frame, .count = 1 };
    struct scene s;

    (void)state;
    set_up(&s);
    s.threads[0].state = HN_THREAD_HAS_GIL | HN_THREAD_ON_CPU;
    s.threads[0].syscall = NULL;
    s.threads[0].native = &native;
    waits(&s, 1, HN_WAIT_SLEEP, HN_NOBODY);
    s.watch = (struct hn_watch){
        .looks = 4, .watched_ms = 800, .motions = &motion, .count = 1
    };
    assert_string_equal(first(&s)->kind, "native-call");
    frame.marks = HN_NATIVE_LOOP;
    assert_string_equal(first(&s)->kind, "infinite-loop");
}

static void
names_the_thread_without_python_that_has_a_mutex(void **state)
{
    struct scene s;
    struct hn_wait *wait;

    (void)state;
    set_up(&s);
    wait = waits(&s, 0, HN_WAIT_MUTEX, HN_NOBODY);
    wait->native_holder = 4711;
    wait->native_name = "demo";
    wait->native_doing = "worker() of libdemo.so";
    waits(&s, 1, HN_WAIT_SLEEP, HN_NOBODY);
    assert_string_equal(first(&s)->kind, "lock-held");
    assert_non_null(strstr(first(&s)->sentence, "(LWP 4711 \"demo\")"));
    assert_non_null(strstr(first(&s)->sentence, "worker() of libdemo.so"));
}

static void
a_wait_in_c_code_cannot_be_told_and_is_named(void **state)
{
    struct scene s;

    (void)state;
    set_up(&s);
    waits(&s, 0, HN_WAIT_NATIVE, HN_NOBODY)->text = "a semaphore of C code";
    waits(&s, 1, HN_WAIT_NATIVE, HN_NOBODY);
    assert_string_equal(first(&s)->kind, "cannot-tell");
    assert_non_null(strstr(first(&s)->sentence, "a semaphore of C code"));
}

static void
a_worker_of_other_processes_without_work_is_idle(void **state)
{
    struct scene s;

    (void)state;
    set_up(&s);
    waits(&s, 0, HN_WAIT_QUEUE_GET, HN_NOBODY)->shared = true;
    waits(&s, 1, HN_WAIT_SLEEP, HN_NOBODY);
    assert_string_equal(first(&s)->kind, "idle");
}

static void
a_file_lock_of_this_process_is_not_outside(void **state)
{
    struct scene s;

    (void)state;
    set_up(&s);
    waits(&s, 0, HN_WAIT_FILE_LOCK, HN_NOBODY)->own = true;
    assert_string_equal(first(&s)->kind, "lock-held");
    s.threads[1].state = HN_THREAD_ENDED;
    assert_string_equal(first(&s)->kind, "self-deadlock");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_a_circle_of_threads),
        cmocka_unit_test(a_lock_whose_recorded_owner_is_gone_is_certain),
        cmocka_unit_test(who_blocks_with_the_gil_keeps_it),
        cmocka_unit_test(two_who_wait_for_each_others_doing_have_nobody_left),
        cmocka_unit_test(a_wait_that_ends_by_itself_is_idle),
        cmocka_unit_test(workers_of_a_server_in_accept_raise_no_alarm),
        cmocka_unit_test(main_in_a_read_waits_for_something_outside),
        cmocka_unit_test(one_look_at_who_runs_cannot_tell),
        cmocka_unit_test(who_never_leaves_a_function_loops),
        cmocka_unit_test(a_loop_that_changes_nothing_is_no_call_of_c_code),
        cmocka_unit_test(names_the_thread_without_python_that_has_a_mutex),
        cmocka_unit_test(a_wait_in_c_code_cannot_be_told_and_is_named),
        cmocka_unit_test(a_worker_of_other_processes_without_work_is_idle),
        cmocka_unit_test(a_file_lock_of_this_process_is_not_outside),
    };
    int failed;

    hn_arena_init(&arena);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    hn_arena_deinit(&arena);
    return failed;
}
