/* Native threads and their registers, whatever the source. */
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "target/arch.h"
#include "target/source.h"
#include "target/stop.h"

/* kernel.pid_max cannot be above this. */
enum { MAX_THREADS = 1 << 22 };

struct collection {
    struct hn_error *err;
    struct hn_native_thread *items;
    size_t count, capacity;
};

static enum hn_status
collect(void *arg, const struct hn_native_thread *thread)
{
    struct collection *c = arg;

    if (c->count == MAX_THREADS)
        return hn_fail(c->err, HN_E_CORRUPT, 0, "the list of threads does not end");
    if (!HN_GROW(c->items, c->capacity, c->count + 1))
        return hn_fail(c->err, HN_E_NOMEM, 0, "listing threads");
    c->items[c->count++] = *thread;
    return HN_OK;
}

static int
by_tid(const void *a, const void *b)
{
    const struct hn_native_thread *left = a, *right = b;

    if (left->tid != right->tid)
        return left->tid < right->tid ? -1 : 1;
    return 0;
}

static void
put_first(struct hn_native_thread *threads, size_t count, int64_t tid)
{
    for (size_t i = 1; i < count; i++) {
        struct hn_native_thread main = threads[i];

        if (main.tid != tid)
            continue;
        memmove(threads + 1, threads, i * sizeof(*threads));
        threads[0] = main;
        return;
    }
}

/* HN_OK with nothing in @c where the source knows no threads. */
static enum hn_status
ask_source(struct hn_target *target, struct collection *c)
{
    if (!target->ops->threads)
        return HN_OK;
    return target->ops->threads(target->impl, collect, c);
}

enum hn_status
hn_target_threads(struct hn_target *target, struct hn_arena *arena,
                  struct hn_native_thread **ret, size_t *count_ret)
{
    struct collection c = { .err = target->err };
    struct hn_native_thread *threads;
    enum hn_status st = ask_source(target, &c);

    if (st)
        goto out;
    threads = hn_arena_array(arena, c.count, sizeof(*threads));
    if (!threads) {
        st = hn_fail(target->err, HN_E_NOMEM, 0, "listing threads");
        goto out;
    }
    if (c.count > 0) {
        qsort(c.items, c.count, sizeof(*c.items), by_tid);
        memcpy(threads, c.items, c.count * sizeof(*threads));
        put_first(threads, c.count, target->pid);
    }
    *ret = threads;
    *count_ret = c.count;
out:
    free(c.items);
    return st;
}

/* A debugger that holds the process knows the registers. */
static bool
host_knows(const struct hn_target *target)
{
    return target->kind == HN_PLACE_LIVE && target->consistent
           && target->stopped_ns == 0 && target->host && target->host->ops
           && target->host->ops->registers;
}

/* LLDB does not show orig_rax, but the kernel tells which call a thread is in. It
 * also does so for one that has just returned, until the thread runs on. */
static void
complete_syscall(struct hn_target *target, int64_t tid, struct hn_registers *ret)
{
    /* rax and x0: DWARF numbers both 0 */
    const int64_t result = (int64_t)ret->dwarf[0];
    struct hn_registers kernel;

    if (ret->syscall != -2 || !target->ops->registers
        || target->ops->registers(target->impl, tid, &kernel) != HN_OK)
        return;
    ret->syscall = kernel.syscall;
    memcpy(ret->argument, kernel.argument, sizeof(ret->argument));
    if (kernel.syscall >= 0 && !hn_arch_still_in_syscall(result))
        ret->syscall = -1;
}

/* GDB's own thread, on which we then run, is the tracer: the kernel tells us in a
 * microsecond what takes GDB, name by name, some 200. Others' tracers are elsewhere. */
static enum hn_status
ask_debugger(struct hn_target *target, int64_t tid, struct hn_registers *ret)
{
    enum hn_status st = hn_traced_registers(tid, ret);

    if (st == HN_OK)
        return st;
    st = target->host->ops->registers(target->host->impl, tid, ret);
    if (st == HN_OK)
        complete_syscall(target, tid, ret);
    return st;
}

enum hn_status
hn_target_registers(struct hn_target *target, int64_t tid, struct hn_registers *ret)
{
    enum hn_status st = HN_DONE;

    if (host_knows(target))
        st = ask_debugger(target, tid, ret);
    if (st != HN_OK)
        st = target->ops->registers ? target->ops->registers(target->impl, tid, ret)
                                    : HN_DONE;
    if (st == HN_OK)
        hn_syscall_see_past_restart(target, ret);
    return st;
}
