/* Brings together what the files of this room find: tasks, their chains, their loops
 * and the threads that run those. Tasks that are through are left out, as
 * asyncio.all_tasks() does. */
#include "wait/tasks.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "objects/objects.h"
#include "wait/ahead.h"
#include "wait/await.h"
#include "wait/find.h"
#include "wait/future.h"
#include "wait/graph.h"
#include "wait/local.h"
#include "wait/purpose.h"

/* Longer names of coroutines are damaged. */
enum { MAX_NAME = 1 << 12 };

/* More event loops than threads can run make no sense, but tasks of closed ones may
 * still be around. */
enum { MAX_LOOPS = 1 << 16 };

struct loader {
    struct hn_runtime *rt;
    const struct hn_interpreter *interp;
    struct hn_arena *arena;
    struct hn_kinds kinds;
    struct hn_tasks *result;
    struct hn_future *futures; /* beside result->items */
    struct hn_index numbers;   /* of tasks by address */
    struct hn_index loops;
    size_t loop_capacity, described;
    struct {
        hn_addr name;
        const char *text;
    } names[HN_KNOWN]; /* of coroutines */
};

static enum hn_status
fail_memory(struct loader *l)
{
    return hn_fail(l->rt->py.err, HN_E_NOMEM, 0, "no memory for tasks");
}

/* --- loops */

static enum hn_status
add_loop(struct loader *l, hn_addr addr, uint32_t *number_ret)
{
    struct hn_tasks *result = l->result;
    uint32_t number = hn_index_find(&l->loops, addr, NULL, NULL);
    struct hn_loop *loops;

    if (number == HN_INDEX_NONE) {
        if (result->loop_count >= MAX_LOOPS)
            return hn_fail(l->rt->py.err, HN_E_CORRUPT, addr, "too many event loops");
        if (result->loop_count == l->loop_capacity) {
            l->loop_capacity = l->loop_capacity ? l->loop_capacity * 2 : 8;
            loops = hn_arena_array(l->arena, l->loop_capacity, sizeof *loops);
            if (!loops)
                return fail_memory(l);
            if (result->loop_count > 0)
                memcpy(loops, result->loops, result->loop_count * sizeof *loops);
            result->loops = loops;
        }
        number = (uint32_t)result->loop_count;
        if (!hn_index_add(&l->loops, addr, number))
            return fail_memory(l);
        result->loops[result->loop_count++] =
            (struct hn_loop){ .addr = addr, .type = "", .current = HN_NO_TASK };
    }
    *number_ret = number;
    return HN_OK;
}

static const char *
keep_text(struct loader *l, const char *text)
{
    const char *kept = hn_arena_copy(l->arena, text, strlen(text));

    return kept ? kept : "";
}

/* What a loop of Python code knows of itself. */
static void
describe_loop(struct loader *l, struct hn_loop *loop)
{
    hn_addr ready = hn_own_attribute(&l->kinds, loop->addr, "_ready"),
            thread = hn_own_attribute(&l->kinds, loop->addr, "_thread_id"),
            closed = hn_own_attribute(&l->kinds, loop->addr, "_closed");
    int64_t flag = 0;
    uint64_t ident;

    loop->type = keep_text(l, hn_kind_type_name(&l->kinds, loop->addr));
    if (ready == 0)
        return;
    loop->known = true;
    loop->ready = hn_length(&l->kinds, ready);
    loop->timers =
        hn_length(&l->kinds, hn_own_attribute(&l->kinds, loop->addr, "_scheduled"));
    loop->descriptors =
        hn_length(&l->kinds,
                  hn_own_attribute(&l->kinds,
                                   hn_own_attribute(&l->kinds, loop->addr, "_selector"),
                                   "_fd_to_key"));
    loop->closed =
        closed != 0 && hn_int_load(&l->rt->py, closed, &flag) == HN_OK && flag != 0;
    if (loop->thread || thread == 0 || hn_uint_load(&l->rt->py, thread, &ident))
        return;
    for (size_t i = 0; i < l->interp->thread_count; i++)
        if (l->interp->threads[i].ident == ident)
            loop->thread = &l->interp->threads[i];
}

static enum hn_status
find_running_loops(struct loader *l)
{
    enum hn_status st = HN_OK;

    for (size_t i = 0; !st && i < l->interp->thread_count; i++) {
        uint32_t number;
        hn_addr loop;

        if (l->interp->threads[i].problem
            || hn_running_loop(&l->kinds, &l->interp->threads[i], &loop))
            continue;
        st = add_loop(l, loop, &number);
        if (!st)
            l->result->loops[number].thread = &l->interp->threads[i];
    }
    return st;
}

/* --- a task */

static const char *
load_qualname(struct loader *l, hn_addr name)
{
    size_t slot = hn_known_slot(name);
    const char *text;

    if (l->names[slot].name == name)
        return l->names[slot].text;
    if (hn_str_load(&l->rt->py, name, MAX_NAME, l->arena, &text, NULL, NULL))
        return "";
    l->names[slot].name = name;
    l->names[slot].text = text;
    return text;
}

/* Of a coroutine, generator or what a compiled one calls the same. */
static const char *
load_coroutine_name(struct loader *l, hn_addr coroutine)
{
    hn_addr name;

    if (hn_kind_of(&l->kinds, coroutine) == HN_KIND_GENERATOR)
        return hn_field_read(&l->rt->py, HN_GEN_QUALNAME, coroutine, &name) == HN_OK
                   ? load_qualname(l, name)
                   : "";
    return keep_text(l, hn_kind_type_name(&l->kinds, coroutine));
}

/* @waiter is what it waits for; NULL: nothing, or nothing that is known. */
static enum hn_task_state
state_of(const struct hn_await *await, const struct hn_future *future,
         const struct hn_future *waiter)
{
    switch (await->state) {
    case HN_GENERATOR_CREATED: return HN_TASK_CREATED;
    case HN_GENERATOR_RUNNING: return HN_TASK_RUNNING;
    case HN_GENERATOR_ENDED:
        if (await->target_kind == HN_KIND_GENERATOR)
            return HN_TASK_ENDED;
        break; /* a coroutine of no kind that we know */
    case HN_GENERATOR_SUSPENDED: break;
    }
    if (future->waiter == 0)
        return HN_TASK_READY;
    if (waiter && waiter->state != HN_FUTURE_PENDING)
        return HN_TASK_READY;
    return HN_TASK_WAITING;
}

/* Whether it has no references but that of the callback or handle by which its loop
 * will run it next, and since 3.14 that of the future it waits for, which records it.
 * The sets and lists of all tasks do not count. */
static bool
is_unreferenced(struct hn_python *py, hn_addr task, const struct hn_future *waiter)
{
    enum { SHARED_FLAG_BITS = 2 };
    int64_t expected = waiter && waiter->awaited_by != 0 ? 2 : 1;
    struct hn_record rec;

    if (hn_record_load(py, HN_STRUCT_OBJECT, task, &rec))
        return false;
    if (hn_layout_has(&py->layout, HN_OBJECT_REFCOUNT))
        return (int64_t)(hn_record_u64(&rec, HN_OBJECT_REFCOUNT) & UINT32_MAX)
               == expected;
    return hn_layout_has(&py->layout, HN_OBJECT_REF_LOCAL)
           && (int64_t)hn_record_u64(&rec, HN_OBJECT_REF_LOCAL)
                      + (hn_record_i64(&rec, HN_OBJECT_REF_SHARED) >> SHARED_FLAG_BITS)
                  == expected;
}

static enum hn_status
load_task(struct loader *l, const struct hn_future *future, struct hn_task *ret)
{
    struct hn_await await;
    struct hn_future waiter;
    enum hn_kind waiter_kind = hn_kind_of(&l->kinds, future->waiter);
    const struct hn_future *known =
        hn_kind_is_future(waiter_kind)
                && hn_future_load(&l->kinds, future->waiter, waiter_kind, &waiter)
                       == HN_OK
            ? &waiter
            : NULL;
    enum hn_status st = hn_await_load(&l->kinds, future->coroutine, l->arena, &await);

    if (st)
        return st;
    ret->addr = future->addr;
    ret->loop = future->loop;
    ret->coroutine = future->coroutine;
    ret->name = hn_task_name(&l->kinds, future, l->arena);
    ret->coroutine_name = load_coroutine_name(l, future->coroutine);
    ret->state = state_of(&await, future, known);
    ret->unreferenced = ret->state != HN_TASK_RUNNING && ret->state != HN_TASK_ENDED
                        && is_unreferenced(&l->rt->py, future->addr, known);
    ret->stack = await.stack;
    ret->awaited = (struct hn_awaited){ .kind = "", .text = "" };
    if (ret->state == HN_TASK_WAITING)
        st = hn_purpose_load(&l->kinds, &ret->stack, future->waiter, waiter_kind,
                             l->described == 0 || l->result->count < l->described,
                             l->arena, &ret->awaited);
    if (!st)
        st = add_loop(l, future->loop, &ret->loop_number);
    if (!st)
        l->result->loops[ret->loop_number].tasks++;
    return st;
}

static enum hn_status
add_task(struct loader *l, hn_addr addr)
{
    struct hn_tasks *result = l->result;
    struct hn_error *err = l->rt->py.err;
    uint32_t number = (uint32_t)result->count;
    struct hn_future *future = &l->futures[number];
    enum hn_status st =
        hn_future_load(&l->kinds, addr, hn_kind_of(&l->kinds, addr), future);

    if (!st && future->state != HN_FUTURE_PENDING)
        return HN_OK;
    if (!st)
        st = load_task(l, future, &result->items[number]);
    if (st == HN_E_NOMEM || st == HN_E_INTERRUPTED)
        return st;
    if (st) {
        if (!result->problem) {
            result->problem = err->what;
            result->problem_at = err->addr;
        }
        return HN_OK;
    }
    if (!hn_index_add(&l->numbers, addr, number))
        return fail_memory(l);
    result->count++;
    return HN_OK;
}

/* The tasks from @from on, and the futures that they wait for: those were made later,
 * when the tasks ran, and so were the coroutines that wait for them. */
static void
read_ahead(struct loader *l, const struct hn_found_tasks *found, size_t from)
{
    struct hn_python *py = &l->rt->py;
    const hn_addr *tasks = found->items + from;
    size_t count = found->count - from, waiting = 0;
    hn_addr waiters[HN_AHEAD];

    hn_read_ahead(py->target, tasks, count, (size_t)py->layout.size[HN_STRUCT_TASK]);
    for (size_t i = 0; i < count && i < HN_AHEAD; i++)
        if (hn_field_read(py, HN_TASK_WAITER, tasks[i], &waiters[waiting]) == HN_OK
            && waiters[waiting] != 0)
            waiting++;
    hn_read_ahead(py->target, waiters, waiting,
                  (size_t)py->layout.size[HN_STRUCT_FUTURE]);
}

static enum hn_status
load_all(struct loader *l, const struct hn_found_tasks *found)
{
    enum hn_status st = HN_OK;

    l->result->items = hn_arena_array(l->arena, found->count, sizeof *l->result->items);
    l->futures = calloc(found->count + 1, sizeof *l->futures);
    if (!l->result->items || !l->futures)
        return fail_memory(l);
    for (size_t i = 0; !st && i < found->count; i++) {
        if (i % HN_AHEAD == 0)
            read_ahead(l, found, i);
        st = add_task(l, found->items[i]);
        if (!st && hn_target_interrupted(l->rt->py.target))
            st = hn_fail(l->rt->py.err, HN_E_INTERRUPTED, 0, "interrupted");
    }
    return st;
}

/* --- tasks that run: their frames are those of a thread */

static bool
is_own(const struct hn_task *task, hn_addr frame)
{
    return task->stack.count > 0
           && task->stack.frames[task->stack.count - 1].addr == frame;
}

static enum hn_status
place_running(struct loader *l, struct hn_task *task)
{
    struct hn_loop *loop = &l->result->loops[task->loop_number];
    struct hn_stack stack;
    enum hn_status st;

    if (!loop->thread)
        return HN_OK;
    st = hn_stack_load(l->rt, loop->thread, 0, l->arena, &stack);
    for (size_t i = 0; !st && i < stack.count; i++) {
        if (!is_own(task, stack.frames[i].addr))
            continue;
        task->stack.frames = stack.frames;
        task->stack.count = i + 1;
        task->thread = loop->thread->addr;
        loop->current = (uint32_t)(task - l->result->items);
        break;
    }
    return st;
}

static enum hn_status
settle(struct loader *l)
{
    struct hn_tasks *result = l->result;
    enum hn_status st = HN_OK;

    for (size_t i = 0; i < result->loop_count; i++)
        describe_loop(l, &result->loops[i]);
    for (size_t i = 0; !st && i < result->count; i++)
        if (result->items[i].state == HN_TASK_RUNNING)
            st = place_running(l, &result->items[i]);
    if (!st)
        st = hn_graph_link(&l->kinds, l->futures, &l->numbers, l->arena, result);
    if (!st)
        st = hn_graph_find_cycles(result, l->arena, l->rt->py.err);
    return st;
}

/* time.monotonic() of a process of this machine is ours; a core's has passed. */
static void
read_clock(struct hn_runtime *rt, struct hn_tasks *ret)
{
    struct timespec now;

    if (rt->py.target->kind != HN_PLACE_LIVE || clock_gettime(CLOCK_MONOTONIC, &now))
        return;
    ret->clock_known = true;
    ret->clock = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

enum hn_status
hn_tasks_load(struct hn_runtime *rt, const struct hn_interpreter *interp,
              size_t described, struct hn_arena *arena, struct hn_tasks *ret)
{
    struct loader l = { .rt = rt,
                        .interp = interp,
                        .arena = arena,
                        .result = ret,
                        .described = described };
    struct hn_found_tasks found = { .items = NULL };
    enum hn_status st = hn_kinds_init(&l.kinds, rt);

    *ret = (struct hn_tasks){ .items = NULL };
    hn_index_init(&l.numbers);
    hn_index_init(&l.loops);
    read_clock(rt, ret);
    if (!st)
        hn_kinds_find_none(&l.kinds, interp->addr);
    if (!st)
        st = hn_found_tasks_load(&l.kinds, interp, arena, &found);
    if (!st)
        st = find_running_loops(&l);
    if (!st)
        st = load_all(&l, &found);
    if (!st)
        st = settle(&l);
    if (found.problem && !ret->problem) {
        ret->problem = found.problem;
        ret->problem_at = found.problem_at;
    }
    hn_found_tasks_deinit(&found);
    hn_index_deinit(&l.numbers);
    hn_index_deinit(&l.loops);
    hn_kinds_deinit(&l.kinds);
    free(l.futures);
    return st;
}
