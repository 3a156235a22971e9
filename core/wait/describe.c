/* What a task does, by its chain of coroutines; and where it runs: the frames of one
 * that does are those of its loop's thread. */
#include <string.h>

#include "objects/objects.h"
#include "wait/ahead.h"
#include "wait/await.h"
#include "wait/future.h"
#include "wait/purpose.h"
#include "wait/tasks.h"

/* Longer names of coroutines are damaged. */
enum { MAX_NAME = 1 << 12 };

struct describer {
    struct hn_runtime *rt;
    struct hn_arena *arena;
    struct hn_kinds kinds;
    struct hn_tasks *tasks;
    struct {
        hn_addr name;
        const char *text;
    } names[HN_KNOWN]; /* of coroutines */
};

/* --- its coroutine's name */

static const char *
load_qualname(struct describer *d, hn_addr name)
{
    size_t slot = hn_known_slot(name);
    const char *text;

    if (d->names[slot].name == name)
        return d->names[slot].text;
    if (hn_str_load(&d->rt->py, name, MAX_NAME, d->arena, &text, NULL, NULL))
        return "";
    d->names[slot].name = name;
    d->names[slot].text = text;
    return text;
}

/* Of a coroutine, generator or what a compiled one calls the same. */
static const char *
load_coroutine_name(struct describer *d, hn_addr coroutine)
{
    const char *type;
    hn_addr name;

    if (hn_kind_of(&d->kinds, coroutine) == HN_KIND_GENERATOR)
        return hn_field_read(&d->rt->py, HN_GEN_QUALNAME, coroutine, &name) == HN_OK
                   ? load_qualname(d, name)
                   : "";
    type = hn_kind_type_name(&d->kinds, coroutine);
    type = hn_arena_copy(d->arena, type, strlen(type));
    return type ? type : "";
}

/* --- its state */

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

/* --- where it runs */

static bool
is_own(const struct hn_task *task, hn_addr frame)
{
    return task->stack.count > 0
           && task->stack.frames[task->stack.count - 1].addr == frame;
}

static enum hn_status
place_running(struct describer *d, struct hn_task *task)
{
    struct hn_loop *loop = &d->tasks->loops[task->loop_number];
    struct hn_stack stack;
    enum hn_status st;

    if (!loop->thread)
        return HN_OK;
    st = hn_stack_load(d->rt, loop->thread, 0, d->arena, &stack);
    for (size_t i = 0; !st && i < stack.count; i++) {
        if (!is_own(task, stack.frames[i].addr))
            continue;
        task->stack.frames = stack.frames;
        task->stack.count = i + 1;
        task->thread = loop->thread->addr;
        loop->current = (uint32_t)(task - d->tasks->items);
        break;
    }
    return st;
}

/* --- all of it */

static enum hn_status
describe(struct describer *d, struct hn_task *task, bool timed)
{
    struct hn_kinds *kinds = &d->kinds;
    struct hn_await await;
    struct hn_future future, waiter;
    const struct hn_future *known = NULL;
    enum hn_kind kind;
    enum hn_status st =
        hn_future_load(kinds, task->addr, hn_kind_of(kinds, task->addr), &future);

    if (!st)
        st = hn_await_load(kinds, task->coroutine, d->arena, &await);
    if (st)
        return st;
    kind = hn_kind_of(kinds, future.waiter);
    if (hn_kind_is_future(kind)
        && hn_future_load(kinds, future.waiter, kind, &waiter) == HN_OK)
        known = &waiter;
    task->coroutine_name = load_coroutine_name(d, task->coroutine);
    task->state = state_of(&await, &future, known);
    task->unreferenced = task->state != HN_TASK_RUNNING && task->state != HN_TASK_ENDED
                         && is_unreferenced(&d->rt->py, task->addr, known);
    task->stack = await.stack;
    if (task->state == HN_TASK_RUNNING)
        return place_running(d, task);
    if (task->state == HN_TASK_WAITING)
        return hn_purpose_load(kinds, &task->stack, future.waiter, kind, timed,
                               d->arena, &task->awaited);
    return HN_OK;
}

/* The tasks, and the futures that they wait for: those were made later, when the tasks
 * ran, and so were the coroutines that wait for them. */
static void
read_ahead(struct describer *d, const uint32_t *numbers, size_t from, size_t count)
{
    struct hn_python *py = &d->rt->py;
    hn_addr tasks[HN_AHEAD], waiters[HN_AHEAD];
    size_t waiting = 0;

    count = count < HN_AHEAD ? count : HN_AHEAD;
    for (size_t i = 0; i < count; i++) {
        size_t number = numbers ? numbers[from + i] : from + i;

        tasks[i] = d->tasks->items[number].addr;
    }
    hn_read_ahead_dense(py->target, tasks, count,
                        (size_t)py->layout.size[HN_STRUCT_TASK]);
    for (size_t i = 0; i < count; i++)
        if (hn_field_read(py, HN_TASK_WAITER, tasks[i], &waiters[waiting]) == HN_OK
            && waiters[waiting] != 0)
            waiting++;
    hn_read_ahead_dense(py->target, waiters, waiting,
                        (size_t)py->layout.size[HN_STRUCT_FUTURE]);
}

static enum hn_status
describe_each(struct describer *d, const uint32_t *numbers, size_t count, size_t timed)
{
    struct hn_error *err = d->rt->py.err;
    enum hn_status st = HN_OK;

    for (size_t i = 0; i < count; i++) {
        struct hn_task *task = &d->tasks->items[numbers ? numbers[i] : i];

        if (i % HN_AHEAD == 0)
            read_ahead(d, numbers, i, count - i);
        st = describe(d, task, i < timed);
        if (!st)
            st = hn_target_poll(d->rt->py.target);
        if (st == HN_E_NOMEM || st == HN_E_INTERRUPTED)
            return st;
        if (st) {
            task->problem = err->what;
            task->problem_at = err->addr;
        }
    }
    return HN_OK;
}

enum hn_status
hn_tasks_describe(struct hn_runtime *rt, const uint32_t *numbers, size_t count,
                  size_t timed, struct hn_arena *arena, struct hn_tasks *tasks)
{
    struct describer d = { .rt = rt, .arena = arena, .tasks = tasks };
    enum hn_status st = hn_kinds_init(&d.kinds, rt);

    if (!st)
        st = describe_each(&d, numbers, count, timed);
    hn_kinds_deinit(&d.kinds);
    return st;
}
