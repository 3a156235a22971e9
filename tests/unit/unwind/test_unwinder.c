/* Walks of a process that the test made: who called whom in it is known. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "unwind/unwind.h"

static pid_t child;
static struct hn_target *target;
static struct hn_unwinder *unwinder;
static struct hn_arena arena;
static struct hn_error err;

__attribute__((noinline)) static void
waits_inside(int fd)
{
    char byte;

    while (read(fd, &byte, 1) != 0)
        ;
}

__attribute__((noinline)) static void
waits_outside(int fd)
{
    waits_inside(fd);
    waits_inside(fd);
}

static int
begin(void **state)
{
    struct hn_open_options options = { .stop = true };
    int pipes[2];

    (void)state;
    hn_arena_init(&arena);
    if (pipe(pipes) != 0)
        return -1;
    child = fork();
    if (child == 0) {
        waits_outside(pipes[0]);
        _exit(0);
    }
    usleep(100000); /* until it is there */
    if (hn_target_open_live(child, &options, NULL, &err, &target))
        return -1;
    return hn_unwinder_open(target, &unwinder) ? -1 : 0;
}

static int
end(void **state)
{
    (void)state;
    hn_unwinder_close(unwinder);
    hn_target_close(target);
    hn_arena_deinit(&arena);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    return 0;
}

static void
follows_a_thread_to_its_beginning(void **state)
{
    struct hn_native_stack stack;

    (void)state;
    if (!target->consistent)
        skip(); /* no ptrace right here */
    assert_int_equal(hn_native_stack_load(unwinder, child, 0, &arena, &stack), HN_OK);
    assert_null(stack.problem);
    assert_non_null(hn_native_stack_find(&stack, "waits_inside"));
    assert_ptr_equal(hn_native_stack_find(&stack, "waits_outside"),
                     hn_native_stack_find(&stack, "waits_inside") + 1);
    assert_non_null(hn_native_stack_find(&stack, "main"));
    assert_string_equal(stack.frames[stack.count - 1].symbol, "_start");
}

static void
stops_at_the_limit_it_is_given(void **state)
{
    struct hn_native_step steps[2];
    struct hn_unwound unwound;

    (void)state;
    if (!target->consistent)
        skip();
    assert_int_equal(hn_unwind(unwinder, child, steps, 2, &unwound), HN_OK);
    assert_int_equal(unwound.count, 2);
    assert_true(unwound.cut);
    assert_null(unwound.problem);
    assert_true(steps[0].sp < steps[1].sp);
}

static void
says_why_it_cannot_go_on(void **state)
{
    struct hn_registers registers;
    struct hn_native_step steps[16];
    struct hn_unwound unwound;

    (void)state;
    if (!target->consistent)
        skip();
    assert_int_equal(hn_target_registers(target, child, &registers), HN_OK);
    registers.sp = 8;
#if defined(__x86_64__)
    registers.dwarf[7] = 8;
#else
    registers.dwarf[31] = 8;
#endif
    hn_unwind_from(unwinder, &registers, steps, 16, &unwound);
    assert_non_null(unwound.problem);
}

static void
does_not_know_a_thread_that_is_none(void **state)
{
    struct hn_native_stack stack;

    (void)state;
    assert_int_equal(hn_native_stack_load(unwinder, 1, 0, &arena, &stack), HN_OK);
    assert_int_equal(stack.count, 0);
    assert_non_null(stack.problem);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(follows_a_thread_to_its_beginning),
        cmocka_unit_test(stops_at_the_limit_it_is_given),
        cmocka_unit_test(says_why_it_cannot_go_on),
        cmocka_unit_test(does_not_know_a_thread_that_is_none),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
