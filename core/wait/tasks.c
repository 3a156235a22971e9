/* Brings together what the files of this room find: tasks, who awaits whom, their loops
 * and the threads that run those. Tasks that are through are left out, as
 * asyncio.all_tasks() does. */
#include "wait/tasks.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/grow.h"
#include "objects/objects.h"
#include "wait/ahead.h"
#include "wait/find.h"
#include "wait/future.h"
#include "wait/graph.h"
#include "wait/local.h"

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
    size_t loop_capacity;
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

    if (number == HN_INDEX_NONE) {
        if (result->loop_count >= MAX_LOOPS)
            return hn_fail(l->rt->py.err, HN_E_CORRUPT, addr, "too many event loops");
        number = (uint32_t)result->loop_count;
        if (!HN_GROW_IN(l->arena, result->loops, l->loop_capacity,
                        result->loop_count + 1)
            || !hn_index_add(&l->loops, addr, number))
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

/* --- tasks */

static enum hn_status
load_task(struct loader *l, hn_addr addr, struct hn_future *future, struct hn_task *ret)
{
    struct hn_tasks *result = l->result;
    uint32_t number = (uint32_t)result->count;
    enum hn_status st =
        hn_future_load(&l->kinds, addr, hn_kind_of(&l->kinds, addr), future);

    if (st || future->state != HN_FUTURE_PENDING)
        return st;
    *ret = (struct hn_task){ .addr = addr,
                             .loop = future->loop,
                             .coroutine = future->coroutine,
                             .coroutine_name = "",
                             .awaited = { .kind = "", .text = "" } };
    st = add_loop(l, future->loop, &ret->loop_number);
    if (st)
        return st;
    ret->name = hn_task_name(&l->kinds, future, l->arena);
    if (!hn_index_add(&l->numbers, addr, number))
        return fail_memory(l);
    result->loops[ret->loop_number].tasks++;
    result->count++;
    return HN_OK;
}

/* One that cannot be read is one less. */
static enum hn_status
add_task(struct loader *l, hn_addr addr)
{
    struct hn_tasks *result = l->result;
    struct hn_error *err = l->rt->py.err;
    enum hn_status st =
        load_task(l, addr, &l->futures[result->count], &result->items[result->count]);

    if (!st || st == HN_E_NOMEM || st == HN_E_INTERRUPTED)
        return st;
    if (!result->problem) {
        result->problem = err->what;
        result->problem_at = err->addr;
    }
    return HN_OK;
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
            hn_read_ahead(l->rt->py.target, found->items + i, found->count - i,
                          (size_t)l->rt->py.layout.size[HN_STRUCT_TASK]);
        st = add_task(l, found->items[i]);
        if (!st)
            st = hn_target_poll(l->rt->py.target);
    }
    return st;
}

static enum hn_status
settle(struct loader *l)
{
    struct hn_tasks *result = l->result;
    enum hn_status st;

    for (size_t i = 0; i < result->loop_count; i++)
        describe_loop(l, &result->loops[i]);
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
              struct hn_arena *arena, struct hn_tasks *ret)
{
    struct loader l = { .rt = rt, .interp = interp, .arena = arena, .result = ret };
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
