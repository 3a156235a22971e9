/* The process as a whole: interpreters and threads in their order, and the facts that
 * headers and py-info show. */
#include "runtime/internal.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* CPython numbers interpreters upward and never reuses an id; a process that keeps this
 * many is damaged. */
enum { MAX_INTERPRETERS = 1 << 14 };

static enum hn_status
load_interpreter(struct hn_runtime *rt, hn_addr addr, struct hn_interpreter *ret)
{
    uint64_t id, stop = 0;
    enum hn_status st = hn_field_read(&rt->py, HN_INTERP_ID, addr, &id);

    if (st)
        return hn_error_context(rt->py.err, "reading an interpreter");
    ret->addr = addr;
    ret->id = (int64_t)id;
    if (hn_layout_has(&rt->py.layout, HN_INTERP_WORLD_STOPPED)
        && hn_field_read(&rt->py, HN_INTERP_WORLD_STOPPED, addr, &stop) == HN_OK)
        ret->stop_the_world = stop != 0;
    /* It is asked for before every thread has come to a stop. */
    if (hn_layout_has(&rt->py.layout, HN_INTERP_STOP_REQUESTED)
        && hn_field_read(&rt->py, HN_INTERP_STOP_REQUESTED, addr, &stop) == HN_OK)
        ret->stop_the_world |= stop != 0;
    hn_gc_load(rt, ret);
    return HN_OK;
}

static int
by_id(const void *a, const void *b)
{
    const struct hn_interpreter *x = a, *y = b;

    return (x->id > y->id) - (x->id < y->id);
}

static enum hn_status
count_interpreters(struct hn_runtime *rt, size_t *ret)
{
    struct hn_python *py = &rt->py;
    hn_addr at;
    size_t count = 0;
    enum hn_status st =
        hn_field_read(py, HN_RUNTIME_INTERPRETERS_HEAD, rt->address, &at);

    while (!st && at != 0 && count < MAX_INTERPRETERS) {
        st = hn_field_read(py, HN_INTERP_NEXT, at, &at);
        count++;
    }
    *ret = count;
    if (count == 0)
        return st ? st
                  : hn_fail(py->err, HN_E_NOT_PYTHON, rt->address,
                            "Python has no interpreter any more");
    if (count == MAX_INTERPRETERS)
        return hn_fail(py->err, HN_E_CORRUPT, rt->address,
                       "the list of interpreters does not end");
    return HN_OK;
}

/* Sorted by id. An interpreter that cannot be read ends the list with its reason in the
 * one before; the first must be readable. */
static enum hn_status
load_interpreters(struct hn_runtime *rt, struct hn_arena *arena, struct hn_process *ret)
{
    struct hn_python *py = &rt->py;
    size_t count, i = 0;
    hn_addr at = 0;
    enum hn_status st = count_interpreters(rt, &count);

    if (st)
        return st;
    ret->interpreters = hn_arena_array(arena, count, sizeof(*ret->interpreters));
    if (!ret->interpreters)
        return hn_fail(py->err, HN_E_NOMEM, 0, "no memory for the interpreters");
    st = hn_field_read(py, HN_RUNTIME_INTERPRETERS_HEAD, rt->address, &at);
    while (!st && at != 0 && i < count) {
        st = load_interpreter(rt, at, &ret->interpreters[i]);
        if (st)
            break;
        i++;
        st = hn_field_read(py, HN_INTERP_NEXT, at, &at);
    }
    if (i == 0)
        return st;
    if (st) {
        ret->interpreters[i - 1].problem = py->err->what;
        ret->interpreters[i - 1].problem_at = py->err->addr;
    }
    ret->interpreter_count = i;
    qsort(ret->interpreters, i, sizeof(*ret->interpreters), by_id);
    return HN_OK;
}

/* --- numbers, the selected thread, the GIL's holder */

static void
number_threads(struct hn_process *process)
{
    unsigned number = 0;

    for (size_t i = 0; i < process->interpreter_count; i++)
        for (size_t k = 0; k < process->interpreters[i].thread_count; k++)
            process->interpreters[i].threads[k].number = ++number;
    process->thread_count = number;
}

static struct hn_thread *
find_thread(struct hn_process *process,
            bool (*matches)(const struct hn_thread *, uint64_t), uint64_t what)
{
    for (size_t i = 0; i < process->interpreter_count; i++)
        for (size_t k = 0; k < process->interpreters[i].thread_count; k++)
            if (matches(&process->interpreters[i].threads[k], what))
                return &process->interpreters[i].threads[k];
    return NULL;
}

static bool
has_address(const struct hn_thread *thread, uint64_t addr)
{
    return thread->addr == addr;
}

static bool
has_native_id(const struct hn_thread *thread, uint64_t tid)
{
    return tid != 0 && thread->native_id == (int64_t)tid;
}

static bool
is_faulting(const struct hn_thread *thread, uint64_t unused)
{
    (void)unused;
    return thread->faulting;
}

static bool
is_any(const struct hn_thread *thread, uint64_t unused)
{
    (void)unused;
    return thread->number > 0;
}

/* The host's thread; without one the faulting thread of a core, else the first: the
 * main thread of the main interpreter. A host's thread without Python selects none. */
static void
select_thread(struct hn_process *process, int64_t native_id)
{
    struct hn_thread *thread;

    if (native_id != 0)
        thread = find_thread(process, has_native_id, (uint64_t)native_id);
    else
        thread = find_thread(process, is_faulting, 0);
    if (!thread && native_id == 0)
        thread = find_thread(process, is_any, 0);
    if (thread)
        thread->selected = true;
}

static void
find_holders(struct hn_runtime *rt, struct hn_process *process)
{
    for (size_t i = 0; i < process->interpreter_count; i++) {
        struct hn_interpreter *interp = &process->interpreters[i];
        struct hn_thread *holder;
        struct hn_gil gil;

        if (hn_gil_load(rt, interp->addr, &gil) || gil.holder == 0)
            continue;
        holder = find_thread(process, has_address, gil.holder);
        if (holder && (holder->state & HN_THREAD_HAS_GIL))
            interp->gil.holder = holder->number;
    }
}

/* --- facts about the target and its Python */

static const char *
level_name(uint32_t hex)
{
    switch (hex >> 4 & 15) {
    case 0xa: return "a";
    case 0xb: return "b";
    case 0xc: return "rc";
    default: return "";
    }
}

static const char *
version_text(struct hn_arena *arena, uint32_t hex)
{
    if ((hex >> 4 & 15) == 0xf)
        return hn_arena_format(arena, "%u.%u.%u", hex >> 24, HN_HEX_MINOR(hex),
                               HN_HEX_MICRO(hex));
    return hn_arena_format(arena, "%u.%u.%u%s%u", hex >> 24, HN_HEX_MINOR(hex),
                           HN_HEX_MICRO(hex), level_name(hex), hex & 15);
}

static const char *
signal_name(struct hn_arena *arena, int signal)
{
    const char *name = sigabbrev_np(signal);

    return name ? hn_arena_format(arena, "SIG%s", name)
                : hn_arena_format(arena, "signal %d", signal);
}

static void
fill_core(const struct hn_target *target, struct hn_arena *arena,
          struct hn_process *ret)
{
    const struct hn_core_facts *core = target->core;

    if (!core)
        return;
    ret->core_path = target->core_path;
    ret->signal = core->signal;
    if (core->signal)
        ret->signal_name = signal_name(arena, core->signal);
    ret->fault_address = core->fault_address;
    ret->fault_thread = core->thread;
    ret->core_time = core->time;
    ret->missing = core->missing;
    ret->missing_count = core->missing_count;
}

static void
fill_target(const struct hn_target *target, struct hn_arena *arena,
            struct hn_process *ret)
{
    ret->kind = target->ops->kind;
    ret->reader = target->ops->reader;
    ret->pid = target->pid;
    ret->executable = target->exe;
    ret->arguments = target->argv;
    ret->consistent = target->consistent;
    ret->stopped_ns = target->stopped_ns;
    ret->not_stopped_because = target->not_stopped_because;
    fill_core(target, arena, ret);
}

static enum hn_status
fill_python(struct hn_runtime *rt, struct hn_arena *arena, struct hn_process *ret)
{
    const struct hn_layout *layout = &rt->py.layout;
    uint64_t finalizing;
    size_t n = 0;

    ret->hex = layout->hex;
    ret->version = version_text(arena, layout->hex);
    ret->flavour[n++] = layout->flavour & HN_FLAVOUR_DEBUG ? "debug" : "release";
    if (layout->flavour & HN_FLAVOUR_FREE_THREADED)
        ret->flavour[n++] = "free-threaded";
    ret->found_by = rt->found_by;
    ret->offsets_from = rt->offsets_from;
    ret->runtime = rt->address;
    ret->allocator = hn_allocator_name(rt, ret->interpreters[0].addr);
    ret->finalizing =
        hn_field_read(&rt->py, HN_RUNTIME_FINALIZING, rt->address, &finalizing) == HN_OK
        && finalizing != 0;
    if (!ret->version)
        return hn_fail(rt->py.err, HN_E_NOMEM, 0, "no memory for the process");
    return HN_OK;
}

enum hn_status
hn_process_load(struct hn_runtime *rt, int64_t selected, struct hn_arena *arena,
                struct hn_process *ret)
{
    struct hn_native_thread *natives = NULL;
    size_t native_count = 0;
    enum hn_status st;

    memset(ret, 0, sizeof(*ret));
    fill_target(rt->py.target, arena, ret);
    st = load_interpreters(rt, arena, ret);
    if (!st)
        st = fill_python(rt, arena, ret);
    if (st)
        return st;
    /* Without a list of native threads ids stay those the interpreter recorded. */
    st = hn_target_threads(rt->py.target, arena, &natives, &native_count);
    if (st)
        native_count = 0;
    st = HN_OK;
    for (size_t i = 0; !st && i < ret->interpreter_count; i++)
        st = hn_threads_load(rt, natives, native_count, arena, &ret->interpreters[i]);
    number_threads(ret);
    select_thread(ret, selected);
    find_holders(rt, ret);
    return st;
}

enum hn_status
hn_process_layout(struct hn_runtime *rt, struct hn_arena *arena, struct hn_process *ret)
{
    const struct hn_layout *layout = &rt->py.layout;
    struct hn_layout_row *rows = hn_arena_array(arena, HN_FIELD_COUNT, sizeof(*rows));

    if (!rows)
        return hn_fail(rt->py.err, HN_E_NOMEM, 0, "no memory for the layout");
    for (int f = 0; f < HN_FIELD_COUNT; f++) {
        const struct hn_field_info *info = hn_field_info((enum hn_field)f);

        rows[f] = (struct hn_layout_row){
            .structure = info->structure,
            .field = info->name,
            .present = layout->offset[f] >= 0,
            .offset = layout->offset[f],
            .width = info->width,
            .source = hn_source_name((enum hn_source)layout->source[f]),
        };
    }
    ret->layout = rows;
    ret->layout_count = HN_FIELD_COUNT;
    return HN_OK;
}
