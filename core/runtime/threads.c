/* The threads of one interpreter: order, names, native ids and what each one does.
 *
 * The list is linked newest first (Python/pystate.c), so it is turned around and the
 * main thread put in front. A state is claimed only when data shows it: GIL and futex
 * facts first, then the registers. */
#include "runtime/internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

/* Linux's own limit of threads, PID_MAX_LIMIT. */
enum { MAX_THREADS = 1 << 22 };

/* PyThreadState.state of 3.13+ (Include/internal/pycore_pystate.h). */
enum { STATE_DETACHED = 0, STATE_ATTACHED = 1, STATE_SUSPENDED = 2 };

static enum hn_status
load_tstate(struct hn_runtime *rt, hn_addr addr, struct hn_tstate *ret,
            hn_addr *next_ret)
{
    struct hn_python *py = &rt->py;
    const struct hn_layout *layout = &py->layout;
    struct hn_record rec;
    enum hn_status st = hn_record_load(py, HN_STRUCT_THREAD, addr, &rec);

    if (st)
        return hn_error_context(py->err, "reading a thread state");
    *ret = (struct hn_tstate){
        .addr = addr,
        .ident = hn_record_u64(&rec, HN_THREAD_THREAD_ID),
        .native_id = (int64_t)hn_record_u64_or_0(&rec, HN_THREAD_NATIVE_THREAD_ID),
        .has_state = hn_layout_has(layout, HN_THREAD_STATE),
        .state = (uint32_t)hn_record_u64_or_0(&rec, HN_THREAD_STATE),
        .holds_gil = !hn_layout_has(layout, HN_THREAD_HOLDS_GIL)
                     || hn_record_u64(&rec, HN_THREAD_HOLDS_GIL) != 0,
        .gil_requested = hn_record_u64_or_0(&rec, HN_THREAD_GIL_REQUESTED) != 0,
    };
    *next_ret = hn_record_u64(&rec, HN_THREAD_NEXT);
    return HN_OK;
}

static enum hn_status
append(struct hn_tstate **list, size_t *capacity, size_t count,
       const struct hn_tstate *item)
{
    if (!HN_GROW(*list, *capacity, count + 1))
        return HN_E_NOMEM;
    (*list)[count] = *item;
    return HN_OK;
}

/* Reads the list into @list_ret (malloc'ed, newest first). A list that breaks or does
 * not end keeps what was read and leaves its reason in @interp. */
static enum hn_status
load_list(struct hn_runtime *rt, struct hn_interpreter *interp,
          struct hn_tstate **list_ret, size_t *count_ret)
{
    struct hn_python *py = &rt->py;
    struct hn_tstate *list = NULL, item;
    size_t capacity = 0, count = 0;
    hn_addr at, mark = 0;
    enum hn_status st = hn_field_read(py, HN_INTERP_THREADS_HEAD, interp->addr, &at);

    while (!st && at != 0) {
        if (count >= MAX_THREADS || at == mark || at % 8 != 0)
            st = hn_fail(py->err, HN_E_CORRUPT, at, "the list of threads does not end");
        if (!st)
            st = hn_target_poll(py->target);
        if ((count & (count - 1)) == 0)
            mark = at; /* at powers of two: finds circles of any length */
        if (!st)
            st = load_tstate(rt, at, &item, &at);
        if (!st)
            st = append(&list, &capacity, count, &item);
        if (!st)
            count++;
    }
    *list_ret = list;
    *count_ret = count;
    if (st == HN_E_NOMEM)
        return hn_fail(py->err, st, 0, "no memory for the threads");
    if (st == HN_E_INTERRUPTED)
        return st;
    if (st) {
        interp->problem = py->err->what;
        interp->problem_at = py->err->addr;
    }
    return HN_OK;
}

/* --- what a thread does */

struct facts {
    struct hn_runtime *rt;
    const struct hn_interpreter *interp;
    struct hn_gil gil;
    uint64_t finalizing, main_ident;
    struct hn_native_map *natives;
    bool natives_known;
    const struct hn_thread_name *names;
    size_t name_count;
};

static bool
waits_in(const struct hn_registers *regs, hn_addr start, hn_addr size)
{
    return regs && hn_syscall_is_futex(regs->syscall) && regs->argument[0] >= start
           && regs->argument[0] - start < size;
}

static unsigned
gil_state(const struct facts *f, const struct hn_tstate *t,
          const struct hn_registers *regs)
{
    if (!f->gil.exists)
        return 0;
    if (f->gil.holder == t->addr && t->holds_gil)
        return HN_THREAD_HAS_GIL;
    if (t->gil_requested || waits_in(regs, f->gil.addr, f->gil.size))
        return HN_THREAD_WAITS_FOR_GIL;
    return 0;
}

/* A thread without the GIL that runs is in C code by definition; without a GIL the
 * thread state says whether it is attached to the interpreter. */
static unsigned
running_state(const struct facts *f, const struct hn_tstate *t, unsigned gil)
{
    bool attached = f->gil.exists ? (gil & HN_THREAD_HAS_GIL) != 0
                                  : !t->has_state || t->state == STATE_ATTACHED;

    return attached ? HN_THREAD_ON_CPU : HN_THREAD_NATIVE;
}

/* Only system calls that can block have a name: a thread that sent itself a signal,
 * say, is in one but not idle. */
static unsigned
native_state(const struct facts *f, const struct hn_tstate *t, unsigned gil,
             const struct hn_native_thread *native, const struct hn_registers *regs,
             struct hn_thread *ret)
{
    if (gil & HN_THREAD_WAITS_FOR_GIL)
        return 0;
    if (!regs || regs->syscall == -2)
        return native && native->run_state == 'R' ? running_state(f, t, gil) : 0u;
    ret->syscall = hn_syscall_name(regs->syscall);
    return ret->syscall ? HN_THREAD_IDLE : running_state(f, t, gil);
}

static unsigned
interpreter_state(const struct facts *f, const struct hn_tstate *t, unsigned gil)
{
    bool runs_python = f->gil.exists ? (gil & HN_THREAD_HAS_GIL) != 0
                                     : t->has_state && t->state == STATE_ATTACHED;
    unsigned state = 0;

    if (f->interp->gc.collecting && runs_python)
        state |= HN_THREAD_COLLECTING;
    if (f->finalizing == t->addr)
        state |= HN_THREAD_FINALIZING;
    if (t->has_state && t->state == STATE_SUSPENDED)
        state |= HN_THREAD_STOPPED_FOR;
    return state;
}

static void
fill_state(const struct facts *f, const struct hn_tstate *t,
           const struct hn_native_thread *native, struct hn_thread *ret)
{
    const struct hn_registers *regs;
    unsigned gil;

    if (!native && f->natives_known && (t->native_id > 0 || t->ident != 0)) {
        ret->state = HN_THREAD_ENDED;
        return;
    }
    regs = native ? hn_native_map_registers(f->natives, native) : NULL;
    gil = gil_state(f, t, regs);
    ret->state =
        gil | native_state(f, t, gil, native, regs, ret) | interpreter_state(f, t, gil);
}

static const struct hn_thread_name *
name_of(const struct facts *f, uint64_t ident)
{
    for (size_t i = 0; i < f->name_count; i++)
        if (f->names[i].ident == ident)
            return &f->names[i];
    return NULL;
}

static enum hn_status
fill_thread(const struct facts *f, const struct hn_tstate *t, struct hn_arena *arena,
            struct hn_thread *ret)
{
    const struct hn_thread_name *named = name_of(f, t->ident);
    const struct hn_native_thread *native =
        hn_native_map_find(f->natives, t, named ? named->native_id : 0);
    const struct hn_core_facts *core = f->rt->py.target->core;
    const char *name = named ? named->name : native ? native->name : "";

    ret->addr = t->addr;
    ret->interpreter = f->interp->id;
    ret->ident = t->ident;
    ret->native_id = native ? native->tid : t->native_id;
    ret->main = t->ident != 0 && t->ident == f->main_ident;
    ret->faulting = native && core && core->thread == native->tid && core->signal != 0;
    ret->name = hn_arena_copy(arena, name, strlen(name));
    if (!ret->name)
        return hn_fail(f->rt->py.err, HN_E_NOMEM, 0, "no memory for the threads");
    fill_state(f, t, native, ret);
    return HN_OK;
}

/* --- all of them */

static enum hn_status
gather_facts(struct facts *f, const struct hn_native_thread *natives,
             size_t native_count, struct hn_arena *arena)
{
    struct hn_runtime *rt = f->rt;
    enum hn_status st;

    f->natives_known = native_count > 0;
    st = hn_native_map_make(rt, natives, native_count, arena, &f->natives);
    if (st)
        return st;
    /* Each of these may be missing; threads are shown without what it would tell. */
    if (hn_field_read(&rt->py, HN_RUNTIME_FINALIZING, rt->address, &f->finalizing))
        f->finalizing = 0;
    if (hn_layout_has(&rt->py.layout, HN_RUNTIME_MAIN_THREAD)
        && hn_field_read(&rt->py, HN_RUNTIME_MAIN_THREAD, rt->address, &f->main_ident))
        f->main_ident = 0;
    if (hn_gil_load(rt, f->interp->addr, &f->gil))
        f->gil = (struct hn_gil){ .exists = false };
    st = hn_thread_names_load(rt, f->interp->addr, arena, &f->names, &f->name_count);
    return st == HN_E_NOMEM || st == HN_E_INTERRUPTED ? st : HN_OK;
}

static void
main_first(struct hn_thread *threads, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct hn_thread main = threads[i];

        if (!main.main)
            continue;
        memmove(threads + 1, threads, i * sizeof(*threads));
        threads[0] = main;
        return;
    }
}

enum hn_status
hn_threads_load(struct hn_runtime *rt, const struct hn_native_thread *natives,
                size_t native_count, struct hn_arena *arena, struct hn_interpreter *ret)
{
    struct facts f = { .rt = rt, .interp = ret };
    struct hn_tstate *list = NULL;
    size_t count = 0;
    enum hn_status st = gather_facts(&f, natives, native_count, arena);

    if (!st)
        st = load_list(rt, ret, &list, &count);
    if (!st) {
        ret->threads = hn_arena_array(arena, count, sizeof(*ret->threads));
        if (!ret->threads)
            st = hn_fail(rt->py.err, HN_E_NOMEM, 0, "no memory for the threads");
    }
    for (size_t i = 0; !st && i < count; i++) {
        st = fill_thread(&f, &list[count - 1 - i], arena, &ret->threads[i]);
        ret->thread_count = i + 1;
    }
    free(list);
    main_first(ret->threads, ret->thread_count);
    ret->gil.exists = f.gil.exists;
    ret->gil.locked = f.gil.locked;
    ret->gil.own = f.gil.own;
    return st;
}
