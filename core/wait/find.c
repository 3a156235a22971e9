/* Up to 3.11 all tasks are in one WeakSet, asyncio.tasks._all_tasks; 3.12 (gh-97696)
 * has another for those that the loop runs and a set of those that run at once. Since
 * 3.14 (gh-128002) the tasks of C code are links of a list in the thread state of
 * whoever made them, which moves to the interpreter when the thread ends; only tasks of
 * Python code are still in the sets. */
#include "wait/find.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "objects/objects.h"
#include "runtime/lookup.h"
#include "wait/ahead.h"
#include "wait/set.h"

/* More links than this are a damaged list: 64 bytes each would be 4 GiB. */
enum { MAX_TASKS = 1 << 26 };

static enum hn_status
add(struct hn_found_tasks *tasks, hn_addr task, struct hn_error *err)
{
    if (hn_index_find(&tasks->index, task, NULL, NULL) != HN_INDEX_NONE)
        return HN_OK;
    if (!HN_GROW(tasks->items, tasks->capacity, tasks->count + 1)
        || !hn_index_add(&tasks->index, task, (uint32_t)tasks->count))
        return hn_fail(err, HN_E_NOMEM, 0, "no memory for tasks");
    tasks->items[tasks->count++] = task;
    return HN_OK;
}

static enum hn_status
note_problem(struct hn_found_tasks *tasks, struct hn_error *err, enum hn_status st)
{
    if (st == HN_OK || st == HN_DONE)
        return HN_OK;
    if (st == HN_E_NOMEM || st == HN_E_INTERRUPTED)
        return st;
    if (!tasks->problem) {
        tasks->problem = err->what;
        tasks->problem_at = err->addr;
    }
    return HN_OK;
}

/* --- the sets of Python */

static enum hn_status
add_members(struct hn_kinds *kinds, const hn_addr *members, size_t count,
            struct hn_found_tasks *ret)
{
    struct hn_python *py = &kinds->rt->py;
    enum hn_status st = HN_OK;

    for (size_t i = 0; !st && i < count; i++) {
        if (i % HN_AHEAD == 0)
            hn_read_ahead(py->target, members + i, count - i,
                          (size_t)py->layout.size[HN_STRUCT_OBJECT]);
        if (hn_kind_is_task(hn_kind_of(kinds, members[i])))
            st = add(ret, members[i], py->err);
    }
    return st;
}

static enum hn_status
add_set(struct hn_kinds *kinds, const struct hn_interpreter *interp, const char *name,
        struct hn_arena *arena, struct hn_found_tasks *ret)
{
    struct hn_python *py = &kinds->rt->py;
    const hn_addr *members;
    size_t count;
    hn_addr set;
    enum hn_status st =
        hn_module_attribute(kinds->rt, interp->addr, "asyncio.tasks", name, &set);

    if (st)
        return st;
    if (hn_object_is(py, set, "set"))
        st = hn_set_load(py, set, arena, &members, &count);
    else
        st = hn_weakset_load(py, set, arena, &members, &count);
    return st ? st : add_members(kinds, members, count, ret);
}

/* --- the lists of C */

static enum hn_status
add_list(struct hn_kinds *kinds, hn_addr head, struct hn_found_tasks *ret)
{
    struct hn_python *py = &kinds->rt->py;
    uint64_t node = (uint64_t)py->layout.offset[HN_TASK_NODE];
    hn_addr at, mark = 0;
    enum hn_status st = hn_field_read(py, HN_LINK_NEXT, head, &at);

    for (size_t i = 0; !st && at != head && at != 0; i++) {
        if (i == MAX_TASKS || at == mark || at % 8 != 0)
            return hn_fail(py->err, HN_E_CORRUPT, at, "the list of tasks does not end");
        if ((i & (i - 1)) == 0)
            mark = at; /* at powers of two: finds circles of any length */
        st = hn_target_poll(py->target);
        if (st)
            return st;
        if (hn_kind_is_task(hn_kind_of(kinds, at - node)))
            st = add(ret, at - node, py->err);
        if (!st)
            st = hn_field_read(py, HN_LINK_NEXT, at, &at);
    }
    return st;
}

static enum hn_status
add_lists(struct hn_kinds *kinds, const struct hn_interpreter *interp,
          struct hn_found_tasks *ret)
{
    struct hn_python *py = &kinds->rt->py;
    enum hn_status st = HN_OK;

    if (!hn_layout_has(&py->layout, HN_TASK_NODE)
        || !hn_layout_has(&py->layout, HN_THREADIMPL_TASKS))
        return HN_OK;
    for (size_t i = 0; !st && i < interp->thread_count; i++) {
        hn_addr head = hn_field_addr(py, HN_THREADIMPL_TASKS, interp->threads[i].addr);

        st = note_problem(ret, py->err, add_list(kinds, head, ret));
    }
    if (!st && hn_layout_has(&py->layout, HN_INTERP_TASKS))
        st = note_problem(
            ret, py->err,
            add_list(kinds, hn_field_addr(py, HN_INTERP_TASKS, interp->addr), ret));
    return st;
}

enum hn_status
hn_found_tasks_load(struct hn_kinds *kinds, const struct hn_interpreter *interp,
                    struct hn_arena *arena, struct hn_found_tasks *ret)
{
    static const char *const sets[] = { "_all_tasks", "_scheduled_tasks",
                                        "_eager_tasks" };
    struct hn_error *err = kinds->rt->py.err;
    enum hn_status st;

    *ret = (struct hn_found_tasks){ .items = NULL };
    hn_index_init(&ret->index);
    st = add_lists(kinds, interp, ret);
    for (size_t i = 0; !st && i < sizeof(sets) / sizeof(sets[0]); i++)
        st = note_problem(ret, err, add_set(kinds, interp, sets[i], arena, ret));
    return st;
}

void
hn_found_tasks_deinit(struct hn_found_tasks *tasks)
{
    free(tasks->items);
    hn_index_deinit(&tasks->index);
}

/* --- loops */

/* Up to 3.12 in the thread's dict; up to 3.11 inside a holder that knows the process,
 * too, so that a fork's child has none. */
static enum hn_status
loop_in_dict(struct hn_kinds *kinds, hn_addr thread, hn_addr *ret)
{
    struct hn_python *py = &kinds->rt->py;
    hn_addr dict, object;
    enum hn_status st = hn_field_read(py, HN_THREAD_DICT, thread, &dict);

    if (!st && dict == 0)
        return HN_DONE;
    if (!st)
        st = hn_dict_find(py, dict, "__asyncio_running_event_loop__", &object);
    if (!st && strstr(hn_kind_type_name(kinds, object), "RunningLoopHolder"))
        st = hn_target_read_u64(py->target, object + py->layout.size[HN_STRUCT_OBJECT],
                                &object);
    if (!st)
        *ret = object;
    return st;
}

enum hn_status
hn_running_loop(struct hn_kinds *kinds, const struct hn_thread *thread, hn_addr *ret)
{
    struct hn_python *py = &kinds->rt->py;
    hn_addr loop = 0;
    enum hn_status st;

    if (hn_layout_has(&py->layout, HN_THREADIMPL_RUNNING_LOOP))
        st = hn_field_read(py, HN_THREADIMPL_RUNNING_LOOP, thread->addr, &loop);
    else
        st = loop_in_dict(kinds, thread->addr, &loop);
    if (st)
        return st;
    if (loop == 0 || hn_kind_of(kinds, loop) == HN_KIND_NONE)
        return HN_DONE;
    *ret = loop;
    return HN_OK;
}
