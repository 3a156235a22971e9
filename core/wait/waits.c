/* First everyone's wait, then its holder: what the version records (the owner of an
 * RLock, of a module's import lock, of a mutex of C code), else who is inside `with` of
 * the object, or who by his frames works on what is waited for. Circles among all that
 * are deadlocks. */
#include "wait/waits.h"

#include <stdlib.h>
#include <string.h>

#include "objects/objects.h"
#include "wait/blocked.h"
#include "wait/graph.h"
#include "wait/held.h"
#include "wait/local.h"
#include "wait/process_lock.h"

/* A worker's frames between its bottom and the one that runs the work. */
enum { MAX_WORKER_FRAMES = 64 };

/* Tasks whose frames are searched for what they hold. */
enum { MAX_HOLDING_TASKS = 100000 };

struct loader {
    struct hn_runtime *rt;
    const struct hn_interpreter *interp;
    const struct hn_tasks *tasks;
    struct hn_arena *arena;
    struct hn_kinds kinds;
    struct hn_waits *result;
    struct hn_held_list held;
    uint32_t *wait_of; /* by actor: index of its wait, or HN_NOBODY */
};

static enum hn_status
fail_memory(struct loader *l)
{
    return hn_fail(l->rt->py.err, HN_E_NOMEM, 0, "no memory for what threads wait for");
}

static uint32_t
actor_of_task(const struct loader *l, uint32_t task)
{
    return (uint32_t)l->result->thread_count + task;
}

static uint32_t
actor_of_ident(const struct loader *l, uint64_t ident)
{
    for (size_t i = 0; ident != 0 && i < l->interp->thread_count; i++)
        if (l->interp->threads[i].ident == ident
            && !(l->interp->threads[i].state & HN_THREAD_ENDED))
            return (uint32_t)i;
    return HN_NOBODY;
}

static uint32_t
actor_of_native(const struct loader *l, uint64_t tid)
{
    for (size_t i = 0; i < l->interp->thread_count; i++)
        if ((uint64_t)l->interp->threads[i].native_id == tid)
            return (uint32_t)i;
    return HN_NOBODY;
}

/* Whether a thread that runs no Python has that native id. */
static bool
is_native_thread(struct loader *l, int64_t tid)
{
    struct hn_native_thread *threads;
    size_t count;

    if (hn_target_threads(l->rt->py.target, l->arena, &threads, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (threads[i].tid == tid)
            return true;
    return false;
}

static void
hold(struct hn_wait *wait, uint32_t actor, const char *how)
{
    wait->holder = actor;
    wait->how = actor == HN_NOBODY ? NULL : how;
}

/* --- everyone */

static enum hn_status
make_actors(struct loader *l)
{
    struct hn_waits *r = l->result;

    r->tasks = l->tasks;
    r->thread_count = l->interp->thread_count;
    r->actor_count = r->thread_count + l->tasks->count;
    r->actors = hn_arena_array(l->arena, r->actor_count, sizeof *r->actors);
    r->items = hn_arena_array(l->arena, r->actor_count, sizeof *r->items);
    l->wait_of = malloc((r->actor_count + 1) * sizeof *l->wait_of);
    if (!r->actors || !r->items || !l->wait_of)
        return fail_memory(l);
    for (size_t i = 0; i < r->actor_count; i++) {
        bool thread = i < r->thread_count;

        r->actors[i].thread = thread ? &l->interp->threads[i] : NULL;
        r->actors[i].task = thread ? HN_NO_TASK : (uint32_t)(i - r->thread_count);
        l->wait_of[i] = HN_NOBODY;
    }
    return HN_OK;
}

static void
add_wait(struct loader *l, uint32_t actor, const struct hn_wait *wait)
{
    struct hn_waits *r = l->result;

    l->wait_of[actor] = (uint32_t)r->count;
    r->items[r->count] = *wait;
    r->items[r->count++].actor = actor;
}

static enum hn_status
load_threads(struct loader *l)
{
    struct hn_wait wait;

    for (size_t i = 0; i < l->result->thread_count; i++) {
        enum hn_status st =
            hn_blocked_load(&l->kinds, &l->interp->threads[i], l->arena, &wait);

        if (st == HN_OK)
            add_wait(l, (uint32_t)i, &wait);
        else if (st != HN_DONE)
            return st;
    }
    return HN_OK;
}

static const struct {
    const char *name;
    enum hn_wait_kind kind;
} task_kinds[] = {
    { "lock", HN_WAIT_LOCK },           { "condition", HN_WAIT_CONDITION },
    { "event", HN_WAIT_EVENT },         { "semaphore", HN_WAIT_SEMAPHORE },
    { "barrier", HN_WAIT_BARRIER },     { "queue-get", HN_WAIT_QUEUE_GET },
    { "queue-put", HN_WAIT_QUEUE_PUT }, { "queue-join", HN_WAIT_QUEUE_JOIN },
    { "executor", HN_WAIT_FUTURE },
};

/* Only what several may wait for: py-tasks shows the rest. */
static void
load_tasks(struct loader *l)
{
    for (size_t i = 0; i < l->tasks->count; i++) {
        const struct hn_task *task = &l->tasks->items[i];

        for (size_t k = 0; k < sizeof(task_kinds) / sizeof(task_kinds[0]); k++) {
            if (strcmp(task->awaited.kind, task_kinds[k].name) != 0)
                continue;
            add_wait(l, actor_of_task(l, (uint32_t)i),
                     &(struct hn_wait){
                         .kind = task_kinds[k].kind,
                         .text = task->awaited.text,
                         .addr = task->awaited.addr,
                         .fd = -1,
                         .holder = HN_NOBODY,
                         .locked = task_kinds[k].kind == HN_WAIT_LOCK,
                         .frame = task->stack.count > 0
                                      ? &task->stack.frames[task->stack.count - 1]
                                      : NULL,
                     });
        }
    }
}

/* --- who holds */

static enum hn_status
load_held(struct loader *l)
{
    bool tasks = false;
    enum hn_status st = HN_OK;

    for (size_t i = 0; i < l->result->count; i++)
        tasks |= l->result->items[i].actor >= l->result->thread_count;
    for (size_t i = 0; !st && i < l->interp->thread_count; i++)
        st =
            hn_held_add(&l->kinds, &l->interp->threads[i].stack, (uint32_t)i, &l->held);
    for (size_t i = 0; tasks && !st && i < l->tasks->count && i < MAX_HOLDING_TASKS;
         i++)
        if (l->tasks->items[i].state != HN_TASK_RUNNING)
            st = hn_held_add(&l->kinds, &l->tasks->items[i].stack,
                             actor_of_task(l, (uint32_t)i), &l->held);
    return st;
}

/* The next frame from @at on of a function of concurrent.futures' pool of threads: only
 * the bottom of a stack is one of its threads. NULL: no more. */
static const struct hn_frame *
next_pool_frame(const struct hn_stack *stack, const char *name, size_t *at)
{
    if (stack->count > MAX_WORKER_FRAMES && *at < stack->count - MAX_WORKER_FRAMES)
        *at = stack->count - MAX_WORKER_FRAMES;
    while (*at < stack->count) {
        const struct hn_frame *frame = &stack->frames[(*at)++];

        if (frame->code && strcmp(frame->code->name, name) == 0
            && hn_file_is(frame->code->file, "concurrent/futures/thread.py"))
            return frame;
    }
    return NULL;
}

/* What the bottom of a pool's thread takes its work from. */
static void
find_pools(struct loader *l)
{
    for (size_t i = 0; i < l->interp->thread_count; i++) {
        const struct hn_stack *stack = &l->interp->threads[i].stack;
        const struct hn_frame *frame;
        size_t at = 0;

        while ((frame = next_pool_frame(stack, "_worker", &at)))
            l->result->actors[i].pool = hn_local_find(l->rt, frame, "work_queue");
    }
}

/* The thread that has _WorkItem.run() with this future among its frames. */
static uint32_t
worker_of(struct loader *l, hn_addr future)
{
    for (size_t i = 0; i < l->interp->thread_count; i++) {
        const struct hn_stack *stack = &l->interp->threads[i].stack;
        const struct hn_frame *frame;
        size_t at = 0;

        while ((frame = next_pool_frame(stack, "run", &at)))
            if (hn_own_attribute(&l->kinds, hn_local_find(l->rt, frame, "self"),
                                 "future")
                == future)
                return (uint32_t)i;
    }
    return HN_NOBODY;
}

static uint32_t
task_for(const struct loader *l, hn_addr future)
{
    for (size_t i = 0; i < l->tasks->count; i++)
        if (l->tasks->items[i].mirror == future)
            return actor_of_task(l, (uint32_t)i);
    return HN_NOBODY;
}

static bool
is_pending(struct loader *l, hn_addr future)
{
    hn_addr state = hn_own_attribute(&l->kinds, future, "_state");
    struct hn_arena scratch;
    const char *text;
    bool pending;

    hn_arena_init(&scratch);
    pending =
        state != 0
        && hn_str_load(&l->rt->py, state, 20, &scratch, &text, NULL, NULL) == HN_OK
        && strcmp(text, "PENDING") == 0;
    hn_arena_deinit(&scratch);
    return pending;
}

static void
find_future(struct loader *l, struct hn_wait *wait)
{
    if (wait->addr == 0)
        return;
    wait->pending = is_pending(l, wait->addr);
    hold(wait, worker_of(l, wait->addr), "it works on it");
    if (wait->holder == HN_NOBODY)
        hold(wait, task_for(l, wait->addr), "it is the task whose result that is");
}

/* An attribute with a thread's ident, as Thread._ident and _ModuleLock.owner (a list of
 * such, or none, in 3.12 and later: then of no use). */
static void
find_ident(struct loader *l, struct hn_wait *wait, const char *name, const char *how)
{
    hn_addr object = hn_own_attribute(&l->kinds, wait->addr, name);
    uint64_t ident;

    if (object == 0 || hn_uint_load(&l->rt->py, object, &ident))
        return;
    hold(wait, actor_of_ident(l, ident), how);
    if (wait->holder == HN_NOBODY)
        wait->owner = ident;
}

static void
find_gil(struct loader *l, struct hn_wait *wait)
{
    for (size_t i = 0; i < l->interp->thread_count; i++)
        if (l->interp->threads[i].state & HN_THREAD_HAS_GIL)
            hold(wait, (uint32_t)i, "recorded");
}

static void
find_locker(struct loader *l, struct hn_wait *wait)
{
    const struct hn_held *held;

    if (wait->owner != 0) {
        hold(wait, actor_of_ident(l, wait->owner), "recorded");
        if (wait->holder != HN_NOBODY)
            wait->owner = 0;
        return;
    }
    held = hn_held_find(&l->held, wait->addr, wait->actor);
    if (held)
        hold(wait, held->actor, "its frames are inside `with` of it");
}

/* Names of processes that are told. */
enum { MAX_SHARING = 4 };

/* Nothing records which other process has it; all who might are told. */
static enum hn_status
tell_sharing(struct loader *l, struct hn_wait *wait, const struct hn_process_lock *lock)
{
    int64_t pids[MAX_SHARING];
    size_t count =
        hn_sharing_processes(l->rt->py.target, lock->handle, pids, MAX_SHARING);

    wait->text =
        hn_arena_format(l->arena, "%s, which another process has%s", wait->text,
                        lock->exclusive ? "" : " to release, or another thread");
    for (size_t i = 0; wait->text && i < count && i < MAX_SHARING; i++)
        wait->text = hn_arena_format(l->arena, "%s%s%lld", wait->text,
                                     i > 0        ? ", "
                                     : count == 1 ? ": it is shared with process "
                                                  : ": it is shared with processes ",
                                     (long long)pids[i]);
    if (wait->text && count > MAX_SHARING)
        wait->text = hn_arena_format(l->arena, "%s and %zu more", wait->text,
                                     count - MAX_SHARING);
    if (count == 1)
        wait->pid = pids[0];
    return wait->text ? HN_OK : fail_memory(l);
}

/* A Condition or Event of multiprocessing is nobody's: who waits for it has released
 * what it is made of. */
static enum hn_status
find_process_lock(struct loader *l, struct hn_wait *wait)
{
    struct hn_process_lock lock;

    if (hn_process_lock_load(&l->kinds, wait->addr, &lock))
        return HN_OK;
    if (lock.count < 1)
        return tell_sharing(l, wait, &lock);
    hold(wait, actor_of_ident(l, lock.thread),
         lock.recursive ? "recorded" : "recorded: it took it last");
    if (wait->holder == HN_NOBODY)
        wait->owner = lock.thread;
    return HN_OK;
}

/* The C library records the native id. */
static void
find_mutex_owner(struct loader *l, struct hn_wait *wait)
{
    hold(wait, actor_of_native(l, wait->owner), "recorded by the C library");
    if (wait->holder == HN_NOBODY && is_native_thread(l, (int64_t)wait->owner))
        wait->native_holder = (int64_t)wait->owner;
    if (wait->holder != HN_NOBODY || wait->native_holder != 0)
        wait->owner = 0;
}

static enum hn_status
find_holder(struct loader *l, struct hn_wait *wait)
{
    switch (wait->kind) {
    case HN_WAIT_GIL: find_gil(l, wait); break;
    case HN_WAIT_LOCK:
    case HN_WAIT_RLOCK:
    case HN_WAIT_SEMAPHORE: find_locker(l, wait); break;
    case HN_WAIT_PROCESS_LOCK: return find_process_lock(l, wait);
    case HN_WAIT_JOIN: find_ident(l, wait, "_ident", "it is that thread"); break;
    case HN_WAIT_IMPORT: find_ident(l, wait, "owner", "recorded"); break;
    case HN_WAIT_FUTURE: find_future(l, wait); break;
    case HN_WAIT_MUTEX: find_mutex_owner(l, wait); break;
    default: break;
    }
    return HN_OK;
}

/* --- circles: everyone as a task whose awaits are those it waits for */

static size_t
edges_of(const struct loader *l, uint32_t actor, struct hn_task_edge *ret)
{
    const struct hn_wait *wait =
        l->wait_of[actor] == HN_NOBODY ? NULL : &l->result->items[l->wait_of[actor]];
    size_t count = 0;

    if (wait && wait->holder != HN_NOBODY)
        ret[count++] = (struct hn_task_edge){ wait->holder, "holder" };
    if (actor >= l->result->thread_count) {
        const struct hn_task *task = &l->tasks->items[actor - l->result->thread_count];
        const struct hn_thread *thread = l->tasks->loops[task->loop_number].thread;

        for (size_t i = 0; i < task->awaits_count; i++)
            ret[count++] =
                (struct hn_task_edge){ actor_of_task(l, task->awaits[i].task),
                                       "awaits" };
        /* Whatever wakes a task, its loop has to run it: a thread that is blocked in
         * something else than the loop stands in its way. */
        if (thread) {
            uint32_t of = (uint32_t)(thread - l->interp->threads);
            const struct hn_wait *blocked =
                l->wait_of[of] == HN_NOBODY ? NULL : &l->result->items[l->wait_of[of]];

            if (blocked && blocked->kind != HN_WAIT_LOOP)
                ret[count++] = (struct hn_task_edge){ of, "loop" };
        }
    }
    return count;
}

static enum hn_status
find_cycles(struct loader *l)
{
    struct hn_waits *r = l->result;
    struct hn_tasks graph = { .count = r->actor_count };
    size_t edges = 2 * r->actor_count;
    struct hn_task_edge *next;
    enum hn_status st;

    for (size_t i = 0; i < l->tasks->count; i++)
        edges += l->tasks->items[i].awaits_count;
    graph.items = calloc(r->actor_count + 1, sizeof *graph.items);
    next = calloc(edges + 1, sizeof *next);
    if (!graph.items || !next) {
        free(graph.items);
        free(next);
        return fail_memory(l);
    }
    struct hn_task_edge *at = next;
    for (size_t i = 0; i < r->actor_count; i++) {
        graph.items[i].awaits = at;
        graph.items[i].awaits_count = edges_of(l, (uint32_t)i, at);
        at += graph.items[i].awaits_count;
    }
    st = hn_graph_find_cycles(&graph, l->arena, l->rt->py.err);
    r->cycles = graph.cycles;
    r->cycle_count = graph.cycle_count;
    free(graph.items);
    free(next);
    return st;
}

static enum hn_status
load(struct loader *l)
{
    enum hn_status st = make_actors(l);

    if (!st)
        st = load_threads(l);
    if (st)
        return st;
    load_tasks(l);
    find_pools(l);
    st = load_held(l);
    for (size_t i = 0; !st && i < l->result->count; i++)
        st = find_holder(l, &l->result->items[i]);
    return st ? st : find_cycles(l);
}

enum hn_status
hn_waits_load(struct hn_runtime *rt, const struct hn_interpreter *interp,
              const struct hn_tasks *tasks, struct hn_arena *arena,
              struct hn_waits *ret)
{
    struct loader l = {
        .rt = rt, .interp = interp, .tasks = tasks, .arena = arena, .result = ret
    };
    enum hn_status st = hn_kinds_init(&l.kinds, rt);

    *ret = (struct hn_waits){ .actors = NULL };
    if (!st)
        st = load(&l);
    free(l.held.items);
    free(l.wait_of);
    hn_kinds_deinit(&l.kinds);
    return st;
}
