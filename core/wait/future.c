#include "wait/future.h"

#include <string.h>

#include "objects/objects.h"

/* asyncio names tasks itself, or the program does. */
enum { MAX_NAME = 1 << 12 };

/* None is nothing. */
static hn_addr
something(struct hn_kinds *kinds, hn_addr object)
{
    if (object == 0 || object == kinds->none)
        return 0;
    return kinds->none == 0 && hn_kind_of(kinds, object) == HN_KIND_NONE ? 0 : object;
}

/* --- written in C */

static enum hn_status
load_native(struct hn_kinds *kinds, struct hn_future *ret)
{
    struct hn_python *py = &kinds->rt->py;
    struct hn_record future, task;
    enum hn_status st = hn_record_load(py, HN_STRUCT_FUTURE, ret->addr, &future);

    if (st)
        return st;
    ret->state = (enum hn_future_state)hn_record_u64(&future, HN_FUTURE_STATE);
    ret->loop = something(kinds, hn_record_u64(&future, HN_FUTURE_LOOP));
    ret->callback = something(kinds, hn_record_u64(&future, HN_FUTURE_CALLBACK));
    ret->callbacks = something(kinds, hn_record_u64(&future, HN_FUTURE_CALLBACKS));
    ret->awaited_by = hn_record_u64_or_0(&future, HN_FUTURE_AWAITED_BY);
    ret->awaited_by_is_set =
        hn_record_u64_or_0(&future, HN_FUTURE_AWAITED_BY_IS_SET) & 1;
    if (!ret->task)
        return HN_OK;
    st = hn_record_load(py, HN_STRUCT_TASK, ret->addr, &task);
    if (st)
        return st;
    ret->coroutine = something(kinds, hn_record_u64(&task, HN_TASK_CORO));
    ret->name = hn_record_u64(&task, HN_TASK_NAME);
    ret->waiter = something(kinds, hn_record_u64(&task, HN_TASK_WAITER));
    return HN_OK;
}

/* --- written in Python */

static const struct {
    const char *name;
    size_t offset;
} attributes[] = {
    { "_loop", offsetof(struct hn_future, loop) },
    { "_callbacks", offsetof(struct hn_future, callbacks) },
    { "_Future__asyncio_awaited_by", offsetof(struct hn_future, awaited_by) },
    { "_coro", offsetof(struct hn_future, coroutine) },
    { "_name", offsetof(struct hn_future, name) },
    { "_fut_waiter", offsetof(struct hn_future, waiter) },
};

static enum hn_future_state
state_of_text(const char *text)
{
    if (strcmp(text, "CANCELLED") == 0)
        return HN_FUTURE_CANCELLED;
    return strcmp(text, "FINISHED") == 0 ? HN_FUTURE_FINISHED : HN_FUTURE_PENDING;
}

static enum hn_status
take_state(struct hn_python *py, hn_addr object, struct hn_future *ret)
{
    struct hn_arena scratch;
    const char *text;
    enum hn_status st;

    hn_arena_init(&scratch);
    st = hn_str_load(py, object, 20, &scratch, &text, NULL, NULL);
    if (!st)
        ret->state = state_of_text(text);
    hn_arena_deinit(&scratch);
    return st;
}

/* An attribute that only its class has keeps its meaning of "nothing": the instance
 * sets it once it is something. */
static enum hn_status
load_python(struct hn_kinds *kinds, struct hn_future *ret)
{
    struct hn_python *py = &kinds->rt->py;
    hn_addr object;
    enum hn_status st = hn_instance_find(py, ret->addr, "_state", &object);

    if (!st)
        st = take_state(py, object, ret);
    if (st != HN_OK && st != HN_DONE)
        return st;
    for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
        st = hn_instance_find(py, ret->addr, attributes[i].name, &object);
        if (st != HN_OK && st != HN_DONE)
            return st;
        object = st == HN_OK ? something(kinds, object) : 0;
        memcpy((char *)ret + attributes[i].offset, &object, sizeof object);
    }
    ret->awaited_by_is_set = ret->awaited_by != 0;
    return HN_OK;
}

enum hn_status
hn_future_load(struct hn_kinds *kinds, hn_addr addr, enum hn_kind kind,
               struct hn_future *ret)
{
    *ret = (struct hn_future){ .addr = addr, .task = hn_kind_is_task(kind) };
    if (kind == HN_KIND_NATIVE_TASK || kind == HN_KIND_NATIVE_FUTURE)
        return load_native(kinds, ret);
    return load_python(kinds, ret);
}

/* --- names */

/* Since 3.12 (gh-107803) a task that nobody named has a number until somebody asks. */
const char *
hn_task_name(struct hn_kinds *kinds, const struct hn_future *task,
             struct hn_arena *arena)
{
    struct hn_python *py = &kinds->rt->py;
    const char *text = NULL;
    int64_t number;

    if (task->name == 0)
        return "";
    if (hn_str_load(py, task->name, MAX_NAME, arena, &text, NULL, NULL) == HN_OK)
        return text;
    if (hn_int_load(py, task->name, &number) == HN_OK)
        text = hn_arena_format(arena, "Task-%lld", (long long)number);
    return text ? text : "";
}

/* --- callbacks */

/* The callable of a (callable, context); what is no tuple is one itself. */
static enum hn_status
callable_of(struct hn_python *py, hn_addr item, hn_addr *ret)
{
    hn_addr type;
    uint64_t flags;
    enum hn_status st = hn_object_flags(py, item, &type, &flags);

    *ret = item;
    if (st || !(flags & HN_TPFLAG_TUPLE))
        return st;
    return hn_target_read_u64(py->target, hn_field_addr(py, HN_TUPLE_ITEMS, item), ret);
}

enum hn_status
hn_future_callbacks(struct hn_kinds *kinds, const struct hn_future *future,
                    hn_addr *ret, size_t limit, size_t *count_ret)
{
    struct hn_python *py = &kinds->rt->py;
    uint64_t listed = 0;
    hn_addr items = 0, item;
    size_t count = 0;
    enum hn_status st = HN_OK;

    if (future->callback != 0 && limit > 0)
        ret[count++] = future->callback;
    if (future->callbacks != 0) {
        st = hn_field_read(py, HN_VAR_SIZE, future->callbacks, &listed);
        if (!st)
            st = hn_field_read(py, HN_LIST_ITEMS, future->callbacks, &items);
    }
    for (uint64_t i = 0; !st && i < listed && count < limit; i++) {
        st = hn_target_read_u64(py->target, items + 8 * i, &item);
        if (!st)
            st = callable_of(py, item, &ret[count]);
        if (!st)
            count++;
    }
    *count_ret = count;
    return st;
}
