#include "report/document.h"
#include "report/tasks.h"

const char *
hn_task_state_name(enum hn_task_state state)
{
    switch (state) {
    case HN_TASK_UNKNOWN: break;
    case HN_TASK_CREATED: return "created";
    case HN_TASK_WAITING: return "waiting";
    case HN_TASK_READY: return "ready";
    case HN_TASK_RUNNING: return "running";
    case HN_TASK_ENDED: return "ended";
    }
    return "unknown";
}

static void
put_edges(struct hn_json *json, const char *key, const struct hn_tasks *tasks,
          const struct hn_task_edge *edges, size_t count)
{
    hn_json_open_list(json, key);
    for (size_t i = 0; i < count; i++) {
        hn_json_open_object(json, NULL);
        hn_json_address(json, "address", tasks->items[edges[i].task].addr);
        hn_json_string(json, "name", tasks->items[edges[i].task].name);
        hn_json_string(json, "how", edges[i].how);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
}

/* Seconds with the sign before them, to the millisecond: the clock of a loop. */
static void
put_seconds(struct hn_json *json, const char *key, double seconds)
{
    hn_json_integer(json, key, (int64_t)(seconds * 1000));
}

static void
put_awaited(struct hn_json *json, const struct hn_tasks *tasks,
            const struct hn_awaited *awaited)
{
    if (!awaited->kind[0])
        return;
    hn_json_open_object(json, "awaiting");
    hn_json_string(json, "kind", awaited->kind);
    hn_json_string(json, "text", awaited->text);
    if (awaited->addr != 0)
        hn_json_address(json, "address", awaited->addr);
    if (awaited->timed)
        put_seconds(json, "until_ms", awaited->when);
    if (awaited->timed && tasks->clock_known)
        put_seconds(json, "left_ms", awaited->when - tasks->clock);
    hn_json_close_object(json);
}

static void
put_task(struct hn_json *json, const struct hn_tasks *tasks, const struct hn_task *task)
{
    hn_json_open_object(json, NULL);
    hn_json_address(json, "address", task->addr);
    hn_json_string(json, "name", task->name);
    hn_json_string(json, "coroutine", task->coroutine_name);
    hn_json_string(json, "state", hn_task_state_name(task->state));
    hn_json_bool(json, "unreferenced", task->unreferenced);
    hn_json_open_list(json, "stack");
    for (size_t i = 0; i < task->stack.count; i++)
        hn_document_frame(json, NULL, &task->stack.frames[i]);
    hn_json_close_list(json);
    if (task->problem || task->stack.problem)
        hn_json_string(json, "problem",
                       task->problem ? task->problem : task->stack.problem);
    put_awaited(json, tasks, &task->awaited);
    put_edges(json, "awaits", tasks, task->awaits, task->awaits_count);
    put_edges(json, "awaited_by", tasks, task->awaited_by, task->awaited_by_count);
    hn_json_close_object(json);
}

static void
put_cycles(struct hn_json *json, const struct hn_tasks *tasks, uint32_t loop)
{
    hn_json_open_list(json, "cycles");
    for (size_t i = 0; i < tasks->cycle_count; i++) {
        const struct hn_task_cycle *cycle = &tasks->cycles[i];

        if (tasks->items[cycle->tasks[0]].loop_number != loop)
            continue;
        hn_json_open_list(json, NULL);
        for (size_t t = 0; t < cycle->count; t++)
            hn_json_address(json, NULL, tasks->items[cycle->tasks[t]].addr);
        hn_json_close_list(json);
    }
    hn_json_close_list(json);
}

/* At most @limit of a loop, 0: all. */
static bool
is_listed(const struct hn_task *task, uint32_t loop, size_t limit, size_t *count)
{
    return task->loop_number == loop && (limit == 0 || (*count)++ < limit);
}

size_t
hn_tasks_listed(const struct hn_tasks *tasks, size_t limit, uint32_t *ret)
{
    size_t listed = 0;

    for (uint32_t loop = 0; loop < tasks->loop_count; loop++) {
        size_t count = 0;

        for (uint32_t i = 0; i < tasks->count; i++)
            if (is_listed(&tasks->items[i], loop, limit, &count))
                ret[listed++] = i;
    }
    return listed;
}

static void
put_loop(struct hn_json *json, const struct hn_tasks *tasks, uint32_t number,
         size_t limit, bool (*poll)(void *arg), void *arg)
{
    const struct hn_loop *loop = &tasks->loops[number];
    size_t count = 0;

    hn_json_open_object(json, NULL);
    hn_json_address(json, "address", loop->addr);
    hn_json_string(json, "type", loop->type);
    if (loop->thread)
        hn_json_integer(json, "thread", loop->thread->native_id);
    else
        hn_json_null(json, "thread");
    hn_json_bool(json, "closed", loop->closed);
    if (loop->known) {
        hn_json_unsigned(json, "ready", loop->ready);
        hn_json_unsigned(json, "timers", loop->timers);
    }
    hn_json_unsigned(json, "count", loop->tasks);
    hn_json_open_list(json, "tasks");
    for (size_t i = 0; i < tasks->count && poll(arg); i++)
        if (is_listed(&tasks->items[i], number, limit, &count))
            put_task(json, tasks, &tasks->items[i]);
    hn_json_close_list(json);
    put_cycles(json, tasks, number);
    hn_json_close_object(json);
}

void
hn_tasks_document(struct hn_json *json, const struct hn_tasks *tasks, size_t limit,
                  bool (*poll)(void *arg), void *arg)
{
    for (size_t i = 0; i < tasks->loop_count && poll(arg); i++)
        put_loop(json, tasks, (uint32_t)i, limit, poll, arg);
}

void
hn_suspended_document(struct hn_json *json, const struct hn_suspended *items,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        hn_json_open_object(json, NULL);
        hn_json_address(json, "address", items[i].addr);
        hn_json_string(json, "kind", items[i].kind);
        hn_json_open_list(json, "stack");
        for (size_t f = 0; f < items[i].stack.count; f++)
            hn_document_frame(json, NULL, &items[i].stack.frames[f]);
        hn_json_close_list(json);
        hn_json_close_object(json);
    }
}
