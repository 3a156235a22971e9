/* asyncio joins tasks by callbacks: gather() and wait() by closures over the future
 * that they return, wait_for() by a partial, a TaskGroup by a method of its own.
 * CPython: Lib/asyncio/{tasks,taskgroups,staggered,futures}.py. */
#include "wait/callback.h"

#include <string.h>

#include "objects/objects.h"
#include "wait/local.h"

/* Variables of a closure, and arguments of a partial, that are looked at. */
enum { MAX_CELLS = 32, MAX_QUALNAME = 200 };

#define WAKEUP "task_wakeup"

static const struct {
    const char *begins, *how;
} names[] = {
    { "gather.", "gather" },
    { "_gather.", "gather" }, /* 3.9 */
    { "_wait.", "wait" },
    { "_release_waiter", "wait_for" },
    { "TaskGroup.", "TaskGroup" },
    { "shield.", "shield" },
    { "staggered_race.", "staggered_race" },
    { "Task.__wakeup", "await" }, /* of Python code */
    { "as_completed.", "as_completed" },
    { "_AsCompletedIterator.", "as_completed" },
};

static struct hn_known_name
read_name(struct hn_kinds *kinds, hn_addr name)
{
    struct hn_known_name known = { .name = name, .how = "callback" };
    struct hn_arena scratch;
    const char *text;

    hn_arena_init(&scratch);
    if (hn_str_load(&kinds->rt->py, name, MAX_QUALNAME, &scratch, &text, NULL, NULL)
        == HN_OK) {
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
            if (strncmp(text, names[i].begins, strlen(names[i].begins)) == 0)
                known.how = names[i].how;
        known.executor = strncmp(text, "_chain_future.", 14) == 0;
    }
    hn_arena_deinit(&scratch);
    return known;
}

static const char *
how_of(struct hn_kinds *kinds, hn_addr function, bool *executor)
{
    struct hn_known_name *known;
    hn_addr name;

    if (hn_field_read(&kinds->rt->py, HN_FUNCTION_QUALNAME, function, &name))
        return "callback";
    known = &kinds->names[hn_known_slot(name)];
    if (known->name != name)
        *known = read_name(kinds, name);
    *executor = known->executor;
    return known->how;
}

static void
add(struct hn_kinds *kinds, hn_addr object, struct hn_woken *ret)
{
    if (hn_kind_is_future(hn_kind_of(kinds, object)) && ret->count < HN_WOKEN_MOST)
        ret->items[ret->count++] = object;
    else if (ret->executor
             && strcmp(hn_kind_type_name(kinds, object),
                       "concurrent.futures._base.Future")
                    == 0)
        ret->source = object;
}

/* Items of one block of a deque: they lie between its two links. */
static uint64_t
block_items(const struct hn_layout *layout)
{
    return (uint64_t)(layout->offset[HN_DEQUEBLOCK_RIGHT]
                      - layout->offset[HN_DEQUEBLOCK_ITEMS])
           / 8;
}

/* as_completed() waits at a queue of its own: who gets from that has a future in it.
 * Those in its first block will do. */
static void
add_getters(struct hn_kinds *kinds, hn_addr queue, struct hn_woken *ret)
{
    struct hn_python *py = &kinds->rt->py;
    hn_addr deque = hn_own_attribute(kinds, queue, "_getters"), block, object;
    uint64_t count = hn_length(kinds, deque), first, end = block_items(&py->layout);

    if (count == 0 || !hn_layout_has(&py->layout, HN_DEQUEBLOCK_ITEMS)
        || hn_field_read(py, HN_DEQUE_LEFT, deque, &block)
        || hn_field_read(py, HN_DEQUE_LEFT_INDEX, deque, &first))
        return;
    for (uint64_t i = first; i < end && i - first < count; i++)
        if (hn_target_read_u64(py->target,
                               hn_field_addr(py, HN_DEQUEBLOCK_ITEMS, block) + 8 * i,
                               &object)
            == HN_OK)
            add(kinds, object, ret);
}

static bool
is_queue(struct hn_kinds *kinds, hn_addr object)
{
    return strcmp(hn_kind_type_name(kinds, object), "asyncio.queues.Queue") == 0;
}

static void
add_items(struct hn_kinds *kinds, hn_addr tuple, bool cells, struct hn_woken *ret)
{
    struct hn_python *py = &kinds->rt->py;
    uint64_t count;
    hn_addr at = hn_field_addr(py, HN_TUPLE_ITEMS, tuple), object;

    if (hn_field_read(py, HN_VAR_SIZE, tuple, &count) || count > MAX_CELLS)
        return;
    for (uint64_t i = 0; i < count; i++) {
        if (hn_target_read_u64(py->target, at + 8 * i, &object))
            return;
        if (cells && hn_field_read(py, HN_CELL_VALUE, object, &object))
            continue;
        if (object != 0)
            add(kinds, object, ret);
        if (object != 0 && cells && strcmp(ret->how, "as_completed") == 0
            && is_queue(kinds, object))
            add_getters(kinds, object, ret);
    }
}

static void
look_into_function(struct hn_kinds *kinds, hn_addr function, struct hn_woken *ret)
{
    hn_addr closure;

    ret->how = how_of(kinds, function, &ret->executor);
    if (hn_field_read(&kinds->rt->py, HN_FUNCTION_CLOSURE, function, &closure) == HN_OK
        && closure != 0)
        add_items(kinds, closure, true, ret);
}

static void
look_into_method(struct hn_kinds *kinds, hn_addr method, struct hn_woken *ret)
{
    struct hn_python *py = &kinds->rt->py;
    hn_addr function, self, object;

    if (hn_field_read(py, HN_METHOD_FUNCTION, method, &function)
        || hn_field_read(py, HN_METHOD_SELF, method, &self))
        return;
    if (hn_object_is(py, function, "function"))
        ret->how = how_of(kinds, function, &ret->executor);
    object = hn_own_attribute(kinds, self, "_parent_task");
    if (object != 0)
        add(kinds, object, ret);
    else if (strcmp(ret->how, "await") == 0)
        add(kinds, self, ret);
    object = strcmp(ret->how, "as_completed") == 0
                 ? hn_own_attribute(kinds, self, "_done")
                 : 0;
    if (object != 0 && is_queue(kinds, object))
        add_getters(kinds, object, ret);
}

/* What wakes a task of C code that awaits a future: a method of the task, or up to 3.9
 * a wrapper that holds the task and nothing else. */
static void
look_into_wakeup(struct hn_kinds *kinds, hn_addr callback, const char *type,
                 struct hn_woken *ret)
{
    struct hn_python *py = &kinds->rt->py;
    char name[sizeof(WAKEUP)] = "";
    hn_addr method, at, task;

    if (strcmp(type, "TaskWakeupMethWrapper") == 0) {
        if (hn_target_read_u64(py->target, callback + py->layout.size[HN_STRUCT_OBJECT],
                               &task))
            return;
    } else {
        /* ml_name is where PyMethodDef begins */
        if (hn_field_read(py, HN_CFUNCTION_METHOD, callback, &method)
            || hn_target_read_u64(py->target, method, &at)
            || hn_target_read(py->target, at, name, sizeof(name))
            || memcmp(name, WAKEUP, sizeof(WAKEUP)) != 0
            || hn_field_read(py, HN_CFUNCTION_SELF, callback, &task))
            return;
    }
    ret->how = "await";
    add(kinds, task, ret);
}

static void
look_into_partial(struct hn_kinds *kinds, hn_addr partial, struct hn_woken *ret)
{
    struct hn_python *py = &kinds->rt->py;
    hn_addr function, args;

    if (hn_field_read(py, HN_PARTIAL_FUNCTION, partial, &function)
        || hn_field_read(py, HN_PARTIAL_ARGS, partial, &args))
        return;
    if (hn_object_is(py, function, "function"))
        look_into_function(kinds, function, ret);
    add_items(kinds, args, false, ret);
}

void
hn_callback_woken(struct hn_kinds *kinds, hn_addr callback, struct hn_woken *ret)
{
    const char *type = hn_kind_type_name(kinds, callback);

    ret->count = 0;
    ret->how = "callback";
    ret->executor = false;
    ret->source = 0;
    if (strcmp(type, "function") == 0)
        look_into_function(kinds, callback, ret);
    else if (strcmp(type, "method") == 0)
        look_into_method(kinds, callback, ret);
    else if (strcmp(type, "functools.partial") == 0)
        look_into_partial(kinds, callback, ret);
    else
        look_into_wakeup(kinds, callback, type, ret);
}
