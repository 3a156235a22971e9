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

static const char *
how_of(struct hn_kinds *kinds, hn_addr function, bool *executor)
{
    struct hn_python *py = &kinds->rt->py;
    struct hn_arena scratch;
    const char *text, *how = "callback";
    hn_addr object;

    hn_arena_init(&scratch);
    if (hn_field_read(py, HN_FUNCTION_QUALNAME, function, &object) == HN_OK
        && hn_str_load(py, object, MAX_QUALNAME, &scratch, &text, NULL, NULL)
               == HN_OK) {
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
            if (strncmp(text, names[i].begins, strlen(names[i].begins)) == 0)
                how = names[i].how;
        *executor = strncmp(text, "_chain_future.", 14) == 0;
    }
    hn_arena_deinit(&scratch);
    return how;
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
