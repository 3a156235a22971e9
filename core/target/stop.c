/* Stopping all threads of a process with ptrace. */
#include "target/stop.h"

#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/grow.h"
#include "target/arch.h"
#include "target/proc.h"

enum {
    /* Each round stops the threads that those before it started meanwhile; a process
     * that outruns this many is a fork bomb. */
    MAX_ROUNDS = 64,
    /* Stopping takes microseconds, on a machine with far more work than processors up
     * to hundreds of milliseconds; who takes longer sits in the kernel. */
    PATIENCE_NS = 1000 * 1000 * 1000,
    POLL_NS = 20 * 1000,
    /* wait status of a stop that PTRACE_INTERRUPT or a group stop caused */
    EVENT_STOP = 128,
};

struct standing {
    pid_t tid;
    bool stopped;
    int signal; /* held back by our stop, to be delivered when we let go */
};

struct hn_stop {
    struct standing *threads;
    size_t count, capacity, waited;
    uint64_t since_ns;
    bool refused, no_memory;
};

static uint64_t
now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static struct standing *
find(struct hn_stop *stop, int64_t tid)
{
    for (size_t i = 0; i < stop->count; i++)
        if (stop->threads[i].tid == tid)
            return &stop->threads[i];
    return NULL;
}

/* Zombies cannot be traced: a main thread that called pthread_exit() is one. */
bool
hn_stop_is_zombie(int64_t tid)
{
    struct hn_text status;
    const char *state;
    int proc = hn_proc_open(tid);
    bool zombie = true;

    if (proc < 0)
        return true;
    hn_text_init(&status);
    if (hn_proc_read(proc, "status", &status)) {
        state = hn_proc_field(&status, "State");
        zombie = state && (*state == 'Z' || *state == 'X');
    }
    hn_text_deinit(&status);
    close(proc);
    return zombie;
}

static bool
seize(void *arg, int64_t tid)
{
    struct hn_stop *stop = arg;

    if (find(stop, tid))
        return true;
    if (!HN_GROW(stop->threads, stop->capacity, stop->count + 1)) {
        stop->no_memory = true;
        return false;
    }
    if (ptrace(PTRACE_SEIZE, (pid_t)tid, NULL, NULL) != 0) {
        stop->refused = errno != ESRCH && !hn_stop_is_zombie(tid);
        return !stop->refused;
    }
    ptrace(PTRACE_INTERRUPT, (pid_t)tid, NULL, NULL);
    stop->threads[stop->count++] = (struct standing){ .tid = (pid_t)tid };
    return true;
}

/* One look at a thread: whether there is nothing more to wait for. */
static bool
has_settled(struct standing *thread)
{
    int status;
    pid_t got = waitpid(thread->tid, &status, __WALL | WNOHANG);

    if (got == 0)
        return false;
    if (got < 0 || !WIFSTOPPED(status))
        return true; /* it ended */
    thread->stopped = true;
    if (status >> 16 != EVENT_STOP)
        thread->signal = WSTOPSIG(status);
    return true;
}

static bool
wait_for_new(struct hn_stop *stop)
{
    const struct timespec pause = { .tv_nsec = POLL_NS };
    uint64_t deadline = now_ns() + PATIENCE_NS;
    bool all = true;

    for (; stop->waited < stop->count; stop->waited++) {
        struct standing *thread = &stop->threads[stop->waited];

        while (!has_settled(thread)) {
            if (now_ns() > deadline) {
                all = false;
                break;
            }
            nanosleep(&pause, NULL);
        }
    }
    return all;
}

static const char *
describe_tracer(int64_t pid, int64_t tracer, struct hn_arena *arena)
{
    struct hn_text name;
    int proc = hn_proc_open(tracer);
    const char *text;

    hn_text_init(&name);
    if (proc < 0 || !hn_proc_read(proc, "comm", &name) || name.size == 0)
        hn_text_puts(&name, "?\n");
    text = hn_arena_format(arena,
                           "process %" PRId64 " is traced by pid %" PRId64 " (%.*s)",
                           pid, tracer, (int)name.size - 1, name.bytes);
    hn_text_deinit(&name);
    if (proc >= 0)
        close(proc);
    return text;
}

static int
yama_scope(void)
{
    FILE *file = fopen("/proc/sys/kernel/yama/ptrace_scope", "re");
    int scope = 0;

    if (!file)
        return 0;
    if (fscanf(file, "%d", &scope) != 1)
        scope = 0;
    fclose(file);
    return scope;
}

const char *
hn_stop_refusal(int64_t pid, int proc, struct hn_arena *arena)
{
    struct hn_text status;
    const char *text;
    int64_t tracer = 0;
    int scope = yama_scope();

    hn_text_init(&status);
    if (hn_proc_read(proc, "status", &status))
        tracer = hn_proc_number(&status, "TracerPid", 0);
    hn_text_deinit(&status);
    if (tracer > 0)
        text = describe_tracer(pid, tracer, arena);
    else if (scope > 0)
        text =
            hn_arena_format(arena,
                            "no ptrace permission (kernel.yama.ptrace_scope=%d: only "
                            "root%s may)",
                            scope, scope == 1 ? " or a parent of the process" : "");
    else
        text = "no ptrace permission (only root and the same user may)";
    return text ? text : "no ptrace permission";
}

static void
destroy(struct hn_stop *stop)
{
    free(stop->threads);
    free(stop);
}

static bool
stop_all(struct hn_stop *stop, int proc)
{
    bool all = true;

    for (unsigned round = 0; round < MAX_ROUNDS; round++) {
        size_t before = stop->count;

        if (!hn_proc_numbers(proc, "task", seize, stop) || stop->refused
            || stop->no_memory)
            return false;
        if (stop->count == before)
            return all;
        all = wait_for_new(stop) && all;
    }
    return false;
}

struct hn_stop *
hn_stop_begin(int64_t pid, int proc, struct hn_arena *arena, const char **why_ret)
{
    struct hn_stop *stop = calloc(1, sizeof(*stop));

    *why_ret = NULL;
    if (!stop) {
        *why_ret = "no memory left to stop it";
        return NULL;
    }
    stop->since_ns = now_ns();
    if (stop_all(stop, proc))
        return stop;
    if (!stop->refused && stop->count > 0) {
        *why_ret = "a thread does not stop: it waits in the kernel, uninterruptibly";
        return stop;
    }
    *why_ret = hn_stop_refusal(pid, proc, arena);
    hn_stop_end(stop);
    return NULL;
}

uint64_t
hn_stop_end(struct hn_stop *stop)
{
    uint64_t stood;

    if (!stop)
        return 0;
    for (size_t i = 0; i < stop->count; i++) {
        struct standing *thread = &stop->threads[i];

        /* One that did not stop in time may have by now. What still has not is let
         * go by the kernel when this program ends. */
        if (thread->stopped || (has_settled(thread) && thread->stopped))
            ptrace(PTRACE_DETACH, thread->tid, NULL, (void *)(intptr_t)thread->signal);
    }
    stood = now_ns() - stop->since_ns;
    destroy(stop);
    return stood;
}

static bool
read_set(pid_t tid, uint32_t type, uint64_t *words, size_t *count)
{
    struct iovec set = { words, *count * sizeof(*words) };

    memset(words, 0, set.iov_len);
    if (ptrace(PTRACE_GETREGSET, tid, (void *)(uintptr_t)type, &set) != 0)
        return false;
    /* A short word (a system call's number is an int) counts as one, zero-extended. */
    *count = (set.iov_len + sizeof(*words) - 1) / sizeof(*words);
    return true;
}

enum hn_status
hn_traced_registers(int64_t tid, struct hn_registers *ret)
{
    const struct hn_arch *arch = hn_arch_native();
    uint64_t words[HN_ARCH_WORDS_MAX];
    size_t count = HN_ARCH_WORDS_MAX;

    if (!arch || !read_set((pid_t)tid, NT_PRSTATUS, words, &count)
        || count < arch->words)
        return HN_DONE;
    arch->decode(words, ret);
    for (const uint32_t *type = arch->extra; type && *type; type++) {
        count = HN_ARCH_WORDS_MAX;
        if (read_set((pid_t)tid, *type, words, &count))
            arch->decode_extra(*type, words, count, ret);
    }
    return HN_OK;
}

enum hn_status
hn_stop_registers(struct hn_stop *stop, int64_t tid, struct hn_registers *ret)
{
    const struct standing *thread = find(stop, tid);

    if (!thread || !thread->stopped)
        return HN_DONE;
    return hn_traced_registers(tid, ret);
}
