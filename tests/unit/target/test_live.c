/* Real processes: children of this program, which hold what the tests look for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "target/maps.h"
#include "target/target.h"

enum { PAGE = 4096 };

static struct hn_error err;

/* Same addresses in parent and child, for the child is a fork. */
static char known[64] = "untouched";
/* Not static, so that it is in a symbol table of this program. */
int hn_test_landmark = 42;

static const char constant[] = "a constant";
static uint8_t *three_pages; /* the last one goes away in the child */

static pid_t
start(void (*run)(int ready))
{
    int ready[2];
    char byte;
    pid_t pid;

    assert_int_equal(pipe(ready), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        run(ready[1]);
        _exit(1);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return pid;
}

static void
finish(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, __WALL);
}

static void
say_ready(int ready)
{
    if (write(ready, "", 1) != 1)
        _exit(2);
}

static void
hold_bytes(int ready)
{
    strcpy(known, "changed in the child");
    munmap(three_pages + 2 * PAGE, PAGE);
    three_pages[0] = 'a';
    three_pages[2 * PAGE - 1] = 'z';
    say_ready(ready);
    for (;;)
        pause();
}

static void *
wait_in_futex(void *word)
{
    for (;;)
        syscall(SYS_futex, word, 0 /* FUTEX_WAIT */, 0, NULL, NULL, 0);
    return NULL;
}

static uint32_t futex_word;

static void
run_threads(int ready)
{
    pthread_t thread;

    prctl(PR_SET_NAME, "main one");
    for (int i = 0; i < 3; i++) {
        pthread_create(&thread, NULL, wait_in_futex, &futex_word);
        pthread_setname_np(thread, "a waiter");
    }
    say_ready(ready);
    for (;;)
        pause();
}

static void *
do_nothing(void *arg)
{
    return arg;
}

static void
start_threads_all_the_time(int ready)
{
    pthread_t thread;

    say_ready(ready);
    for (;;)
        if (pthread_create(&thread, NULL, do_nothing, NULL) == 0)
            pthread_join(thread, NULL);
}

static int
setup(void **state)
{
    (void)state;
    three_pages = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return three_pages == MAP_FAILED ? -1 : 0;
}

static int
teardown(void **state)
{
    (void)state;
    return munmap(three_pages, 3 * PAGE);
}

static struct hn_target *
open_live(pid_t pid, const struct hn_open_options *options)
{
    struct hn_target *target = NULL;

    assert_int_equal(hn_target_open_live(pid, options, NULL, &err, &target), HN_OK);
    return target;
}

static const struct hn_open_options stopping = { .stop = true };

static char
state_of(pid_t pid)
{
    char path[64], state = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    file = fopen(path, "re");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*d (%*[^)]) %c", &state), 1);
    fclose(file);
    return state;
}

static void
reads_the_memory_of_another_process(void **state)
{
    pid_t pid = start(hold_bytes);
    struct hn_target *target = open_live(pid, NULL);
    const char *string;

    (void)state;
    assert_int_equal(target->kind, HN_PLACE_LIVE);
    assert_int_equal(target->pid, pid);
    assert_true(target->consistent); /* whoever asks this way has stopped it */
    assert_int_equal(hn_target_read_cstring(target, (hn_addr)known, sizeof(known),
                                            &target->arena, &string),
                     HN_OK);
    assert_string_equal(string, "changed in the child");
    assert_string_equal(known, "untouched");
    hn_target_close(target);
    finish(pid);
}

static void
names_the_first_byte_that_is_not_mapped(void **state)
{
    pid_t pid = start(hold_bytes);
    struct hn_target *target = open_live(pid, NULL);
    uint8_t *buf = malloc(3 * PAGE);

    (void)state;
    assert_non_null(buf);
    assert_int_equal(hn_target_read(target, (hn_addr)three_pages, buf, 2 * PAGE),
                     HN_OK);
    assert_int_equal(buf[0], 'a');
    assert_int_equal(buf[2 * PAGE - 1], 'z');
    assert_int_equal(hn_target_read(target, (hn_addr)three_pages + 10, buf, 2 * PAGE),
                     HN_E_FAULT);
    assert_int_equal(err.addr, (hn_addr)three_pages + 2 * PAGE);
    hn_target_close(target);
    free(buf);
    finish(pid);
}

static void
prefetching_takes_one_call_and_steps_over_holes(void **state)
{
    pid_t pid = start(hold_bytes);
    struct hn_target *target = open_live(pid, NULL);
    const struct hn_range ranges[] = {
        { (hn_addr)three_pages, 8 },
        { (hn_addr)three_pages + 2 * PAGE, 8 }, /* not there */
        { (hn_addr)three_pages + PAGE, PAGE },
        { (hn_addr)known, sizeof(known) },
    };
    const struct hn_module *modules;
    size_t count;
    uint64_t reads;
    char buf[8];

    (void)state;
    assert_int_equal(hn_target_modules(target, &modules, &count), HN_OK);
    reads = target->reads;
    hn_target_prefetch(target, ranges, 4);
    assert_int_equal(target->reads, reads + 1);
    assert_int_equal(hn_target_read(target, (hn_addr)three_pages + PAGE, buf, 8),
                     HN_OK);
    assert_int_equal(hn_target_read(target, (hn_addr)known, buf, 8), HN_OK);
    assert_memory_equal(buf, "changed ", 8);
    assert_int_equal(hn_target_read(target, ranges[1].addr, buf, 8), HN_E_FAULT);
    assert_int_equal(target->reads, reads + 1);
    hn_target_close(target);
    finish(pid);
}

static void
knows_program_arguments_and_modules(void **state)
{
    pid_t pid = start(hold_bytes);
    struct hn_target *target = open_live(pid, NULL);
    const struct hn_module *modules;
    char exe[PATH_MAX] = "";
    uint64_t size;
    hn_addr addr;
    size_t count;

    (void)state;
    assert_true(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
    assert_string_equal(target->exe, exe);
    assert_non_null(strstr(target->argv[0], "target_live"));
    assert_null(target->argv[1]);
    assert_int_equal(hn_target_modules(target, &modules, &count), HN_OK);
    assert_in_range(count, 2, 50);
    assert_string_equal(modules[0].path, exe);
    assert_non_null(modules[0].elf);
    assert_int_equal(
        hn_module_symbol(target, &modules[0], "hn_test_landmark", &addr, &size), HN_OK);
    assert_int_equal(addr, (hn_addr)&hn_test_landmark);
    hn_target_close(target);
    finish(pid);
}

enum { LOW = 0x10000000 };

static void
map_itself_as_data(int ready)
{
    int fd = open("/proc/self/exe", O_RDONLY);

    if (mmap((void *)LOW, 16 * PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0)
        == MAP_FAILED)
        _exit(2);
    say_ready(ready);
    for (;;)
        pause();
}

static void
a_program_mapped_as_data_too_is_the_duplicate(void **state)
{
    pid_t pid = start(map_itself_as_data);
    struct hn_target *target = open_live(pid, NULL);
    const struct hn_module *modules;
    size_t count, found = 0;

    (void)state;
    assert_int_equal(hn_target_modules(target, &modules, &count), HN_OK);
    assert_string_equal(modules[0].path, target->exe);
    assert_false(modules[0].duplicate);
    assert_int_not_equal(modules[0].start, LOW);
    for (size_t i = 1; i < count; i++)
        if (modules[i].start == LOW && modules[i].duplicate)
            found++;
    assert_int_equal(found, 1);
    hn_target_close(target);
    finish(pid);
}

/* Read-only pages of files are not asked from the process: nothing becomes resident
 * in it by being read. */
static void
constants_are_read_without_touching_the_process(void **state)
{
    pid_t pid = start(hold_bytes);
    struct hn_target *target = open_live(pid, NULL);
    const struct hn_module *modules;
    size_t count;
    uint64_t reads;
    char buf[sizeof(constant)];

    (void)state;
    assert_int_equal(hn_target_modules(target, &modules, &count), HN_OK);
    reads = target->reads;
    assert_int_equal(hn_target_read(target, (hn_addr)constant, buf, sizeof(buf)),
                     HN_OK);
    assert_string_equal(buf, constant);
    assert_int_equal(target->reads, reads);
    hn_target_close(target);
    finish(pid);
}

static void
stops_every_thread_and_lets_them_go(void **state)
{
    pid_t pid = start(run_threads);
    struct hn_target *target = open_live(pid, &stopping);
    struct hn_native_thread *threads;
    size_t count;

    (void)state;
    assert_true(target->consistent);
    assert_null(target->not_stopped_because);
    assert_int_equal(hn_target_threads(target, &target->arena, &threads, &count),
                     HN_OK);
    assert_int_equal(count, 4);
    assert_int_equal(threads[0].tid, pid);
    assert_string_equal(threads[0].name, "main one");
    assert_string_equal(threads[1].name, "a waiter");
    for (size_t i = 0; i < count; i++)
        assert_int_equal(state_of((pid_t)threads[i].tid), 't');
    hn_target_release(target);
    assert_true(target->stopped_ns > 0);
    for (int i = 0; i < 1000 && state_of(pid) == 't'; i++)
        usleep(1000);
    assert_int_not_equal(state_of(pid), 't');
    hn_target_close(target);
    finish(pid);
}

static void
stopped_threads_have_registers_and_their_system_call(void **state)
{
    pid_t pid = start(run_threads);
    struct hn_target *target;
    struct hn_native_thread *threads;
    struct hn_registers registers;
    size_t count;

    (void)state;
    usleep(50000); /* until they are where they stay */
    target = open_live(pid, &stopping);
    assert_int_equal(hn_target_threads(target, &target->arena, &threads, &count),
                     HN_OK);
    assert_int_equal(hn_target_registers(target, threads[1].tid, &registers), HN_OK);
    assert_true(hn_syscall_is_futex(registers.syscall));
#if defined(__x86_64__)
    assert_int_equal(registers.argument[0], (hn_addr)&futex_word);
#endif
    assert_true(hn_target_region(target, registers.pc)->executable);
    assert_true(hn_target_region(target, registers.sp)->writable);
    assert_true(hn_target_region(target, registers.thread_pointer)->writable);
    assert_int_equal(hn_target_registers(target, 1, &registers), HN_DONE);
    hn_target_close(target);
    finish(pid);
}

static void
a_process_that_starts_threads_all_the_time_is_stopped_too(void **state)
{
    pid_t pid = start(start_threads_all_the_time);

    (void)state;
    for (int i = 0; i < 20; i++) {
        struct hn_target *target = open_live(pid, &stopping);
        struct hn_native_thread *threads;
        size_t count;

        assert_true(target->consistent);
        assert_int_equal(hn_target_threads(target, &target->arena, &threads, &count),
                         HN_OK);
        for (size_t k = 0; k < count; k++)
            if (threads[k].run_state != 'Z' && threads[k].run_state != 'X')
                assert_int_equal(threads[k].run_state, 't');
        hn_target_close(target);
    }
    finish(pid);
}

static void
a_running_process_tells_its_system_calls_only(void **state)
{
    const struct hn_open_options running = { .no_stop = true };
    pid_t pid = start(run_threads);
    struct hn_target *target = open_live(pid, &running);
    struct hn_native_thread *threads;
    struct hn_registers registers;
    size_t count;

    (void)state;
    usleep(50000);
    assert_false(target->consistent);
    assert_non_null(target->not_stopped_because);
    assert_int_equal(hn_target_threads(target, &target->arena, &threads, &count),
                     HN_OK);
    assert_int_equal(hn_target_registers(target, threads[1].tid, &registers), HN_OK);
    assert_true(hn_syscall_is_futex(registers.syscall));
    assert_int_equal(registers.argument[0], (hn_addr)&futex_word);
    assert_int_equal(registers.valid, 0);
    hn_target_close(target);
    finish(pid);
}

/* Some other tracer: a child of ours that stops a process and keeps it. */
static pid_t traced;

static void
trace(int ready)
{
    prctl(PR_SET_NAME, "tracer");
    if (ptrace(PTRACE_SEIZE, traced, NULL, NULL) != 0)
        _exit(3);
    say_ready(ready);
    for (;;)
        pause();
}

static void
a_process_that_another_tracer_holds_is_read_running(void **state)
{
    pid_t pid = start(hold_bytes), tracer;
    struct hn_target *target;
    char expected[128], buf[8];

    (void)state;
    traced = pid;
    tracer = start(trace);
    target = open_live(pid, &stopping);
    assert_false(target->consistent);
    snprintf(expected, sizeof(expected), "process %d is traced by pid %d (tracer)", pid,
             tracer);
    assert_string_equal(target->not_stopped_because, expected);
    assert_int_equal(hn_target_read(target, (hn_addr)known, buf, 8), HN_OK);
    hn_target_close(target);
    finish(tracer);
    finish(pid);
}

static enum hn_status
host_registers(void *impl, int64_t tid, struct hn_registers *ret)
{
    (void)impl;
    memset(ret, 0, sizeof(*ret));
    ret->pc = (hn_addr)tid + 1;
    return HN_OK;
}

static void
inside_a_debugger_registers_come_from_it(void **state)
{
    const struct hn_target_ops ops = { .registers = host_registers };
    const struct hn_host host = { .name = "gdb", .ops = &ops };
    pid_t pid = start(hold_bytes);
    struct hn_registers registers;
    struct hn_target *target;

    (void)state;
    assert_int_equal(hn_target_open_live(pid, NULL, &host, &err, &target), HN_OK);
    assert_int_equal(hn_target_registers(target, pid, &registers), HN_OK);
    assert_int_equal(registers.pc, pid + 1);
    hn_target_close(target);
    finish(pid);
}

/* As GDB does: its plugins run on the thread that traces. */
static void
inside_the_tracer_the_kernel_tells_the_registers(void **state)
{
    const struct hn_target_ops ops = { .registers = host_registers };
    const struct hn_host host = { .name = "gdb", .ops = &ops };
    pid_t pid = start(run_threads);
    struct hn_registers registers;
    struct hn_target *target;

    (void)state;
    usleep(50000); /* until they are where they stay */
    assert_int_equal(ptrace(PTRACE_SEIZE, pid, NULL, NULL), 0);
    assert_int_equal(ptrace(PTRACE_INTERRUPT, pid, NULL, NULL), 0);
    assert_int_equal(waitpid(pid, NULL, __WALL), pid);
    assert_int_equal(hn_target_open_live(pid, NULL, &host, &err, &target), HN_OK);
    assert_int_equal(hn_target_registers(target, pid, &registers), HN_OK);
    assert_true(hn_target_region(target, registers.pc)->executable);
    assert_non_null(hn_syscall_name(registers.syscall));
    hn_target_close(target);
    finish(pid);
}

/* A host that can read this very program, as a debugger reads a remote one. */
static unsigned host_reads;

static size_t
host_read(void *impl, hn_addr addr, void *buf, size_t size)
{
    struct iovec here = { buf, size }, there = { (void *)(uintptr_t)addr, size };
    ssize_t n = process_vm_readv(getpid(), &here, 1, &there, 1, 0);

    (void)impl;
    host_reads++;
    return n > 0 ? (size_t)n : 0;
}

static enum hn_status
host_regions(void *impl, hn_region_fn *each, void *arg)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    enum hn_status st = HN_OK;
    struct hn_region region;
    char line[1024];

    (void)impl;
    while (st == HN_OK && fgets(line, sizeof(line), maps)) {
        line[strcspn(line, "\n")] = '\0';
        if (hn_maps_parse(line, &region))
            st = each(arg, &region);
    }
    fclose(maps);
    return st;
}

static void
what_a_host_maps_is_read_from_verified_files(void **state)
{
    const struct hn_target_ops ops = { .read = host_read, .regions = host_regions };
    const struct hn_host host = { .name = "gdb", .ops = &ops };
    char exe[PATH_MAX] = "", buf[sizeof(constant)];
    const struct hn_open_options options = { .exe = exe };
    const struct hn_module *modules;
    struct hn_target *target;
    unsigned reads;
    size_t count;

    (void)state;
    assert_true(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
    assert_int_equal(hn_target_open_host(&host, &options, 0, &err, &target), HN_OK);
    assert_int_equal(hn_target_modules(target, &modules, &count), HN_OK);
    assert_string_equal(modules[0].path, exe);
    assert_non_null(modules[0].elf);
    reads = host_reads;
    assert_int_equal(hn_target_read(target, (hn_addr)constant, buf, sizeof(buf)),
                     HN_OK);
    assert_string_equal(buf, constant);
    assert_int_equal(host_reads, reads);
    hn_target_close(target);
}

static void
a_refresh_shows_the_memory_of_now(void **state)
{
    pid_t pid = start(hold_bytes);
    struct hn_target *target = open_live(pid, NULL);
    char buf[8] = "";

    (void)state;
    assert_int_equal(hn_target_read(target, (hn_addr)known, buf, 8), HN_OK);
    assert_int_equal(ptrace(PTRACE_SEIZE, pid, NULL, NULL), 0);
    assert_int_equal(ptrace(PTRACE_INTERRUPT, pid, NULL, NULL), 0);
    waitpid(pid, NULL, __WALL);
    assert_int_equal(ptrace(PTRACE_POKEDATA, pid, known, (void *)0x2077656eL), 0);
    assert_int_equal(hn_target_read(target, (hn_addr)known, buf, 8), HN_OK);
    assert_memory_equal(buf, "changed ", 8); /* as it was when first read */
    assert_int_equal(hn_target_refresh(target), HN_OK);
    assert_int_equal(hn_target_read(target, (hn_addr)known, buf, 4), HN_OK);
    assert_memory_equal(buf, "new ", 4);
    hn_target_close(target);
    finish(pid);
}

static void
a_process_that_ended_is_gone(void **state)
{
    pid_t pid = start(hold_bytes);
    struct hn_target *target = open_live(pid, NULL);
    char byte;

    (void)state;
    finish(pid);
    assert_int_equal(hn_target_read(target, (hn_addr)known, &byte, 1), HN_E_GONE);
    assert_int_equal(hn_target_refresh(target), HN_E_GONE);
    hn_target_close(target);
    assert_int_equal(hn_target_open_live(pid, NULL, NULL, &err, &target), HN_E_GONE);
    assert_int_equal(hn_target_open_live(-1, NULL, NULL, &err, &target), HN_E_GONE);
}

static void
a_process_that_nobody_waited_for_is_gone(void **state)
{
    pid_t pid = start(hold_bytes);
    struct hn_target *target;

    (void)state;
    kill(pid, SIGKILL);
    while (state_of(pid) != 'Z')
        usleep(1000);
    assert_int_equal(hn_target_open_live(pid, NULL, NULL, &err, &target), HN_E_GONE);
    finish(pid);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_memory_of_another_process),
        cmocka_unit_test(names_the_first_byte_that_is_not_mapped),
        cmocka_unit_test(prefetching_takes_one_call_and_steps_over_holes),
        cmocka_unit_test(knows_program_arguments_and_modules),
        cmocka_unit_test(a_program_mapped_as_data_too_is_the_duplicate),
        cmocka_unit_test(constants_are_read_without_touching_the_process),
        cmocka_unit_test(stops_every_thread_and_lets_them_go),
        cmocka_unit_test(stopped_threads_have_registers_and_their_system_call),
        cmocka_unit_test(a_process_that_starts_threads_all_the_time_is_stopped_too),
        cmocka_unit_test(a_running_process_tells_its_system_calls_only),
        cmocka_unit_test(a_process_that_another_tracer_holds_is_read_running),
        cmocka_unit_test(inside_a_debugger_registers_come_from_it),
        cmocka_unit_test(inside_the_tracer_the_kernel_tells_the_registers),
        cmocka_unit_test(what_a_host_maps_is_read_from_verified_files),
        cmocka_unit_test(a_refresh_shows_the_memory_of_now),
        cmocka_unit_test(a_process_that_ended_is_gone),
        cmocka_unit_test(a_process_that_nobody_waited_for_is_gone),
    };

    return cmocka_run_group_tests_name("live processes", tests, setup, teardown);
}
