/* py-tasks: asyncio's event loops and tasks, and who awaits whom. */
#include "command/generators.h"
#include "command/heap.h"
#include "report/document.h"
#include "report/tasks.h"
#include "wait/tasks.h"

struct tasks_options {
    bool flat, bare, reverse, generators;
    uint64_t limit;
};

static struct hn_tasks_view
view_of(const struct tasks_options *options)
{
    return (struct hn_tasks_view){ options->flat, options->bare, options->reverse,
                                   options->limit };
}

static bool
choose(const struct hn_call *call, const struct tasks_options *options,
       const struct hn_tasks *tasks, uint32_t *numbers, size_t *count)
{
    struct hn_tasks_view view = view_of(options);

    if (!call->common.json)
        return hn_tasks_shown(tasks, &view, numbers, count);
    *count = hn_tasks_listed(tasks, options->limit, numbers);
    return true;
}

/* What those do that are shown; and those in circles, which are named. */
static enum hn_status
describe_chosen(struct hn_call *call, const struct tasks_options *options,
                struct hn_tasks *tasks)
{
    struct hn_runtime *rt = call->session->runtime;
    uint32_t *numbers = hn_arena_array(&call->arena, tasks->count, sizeof *numbers);
    size_t count;
    struct hn_sources sources;
    enum hn_status st = HN_OK;

    if (!numbers || !choose(call, options, tasks, numbers, &count))
        return hn_fail(&call->session->err, HN_E_NOMEM, 0, "no memory for tasks");
    for (size_t i = 0; !st && i < tasks->cycle_count; i++)
        st = hn_tasks_describe(rt, tasks->cycles[i].tasks, tasks->cycles[i].count, 0,
                               &call->arena, tasks);
    if (!st)
        st = hn_tasks_describe(rt, numbers, count, count, &call->arena, tasks);
    hn_sources_init(&sources, call->session->target, &call->arena);
    for (size_t i = 0; !st && i < count; i++)
        hn_sources_fill(&sources, &tasks->items[numbers[i]].stack);
    hn_sources_deinit(&sources);
    return st;
}

static enum hn_status
load(struct hn_call *call, const struct tasks_options *options, struct hn_tasks *all)
{
    struct hn_runtime *rt = call->session->runtime;
    enum hn_status st = HN_OK;

    for (size_t i = 0; !st && i < call->process.interpreter_count; i++) {
        st = hn_tasks_load(rt, &call->process.interpreters[i], &call->arena, &all[i]);
        /* What no task is inside of is told by all their stacks. */
        if (!st && options->generators)
            st = hn_tasks_describe(rt, NULL, all[i].count, 0, &call->arena, &all[i]);
        if (!st)
            st = describe_chosen(call, options, &all[i]);
    }
    if (st == HN_E_INTERRUPTED) {
        call->interrupted = true;
        st = HN_OK;
    }
    return st;
}

static bool
poll(void *arg)
{
    return hn_call_poll(arg);
}

static void
write_text(struct hn_call *call, const struct tasks_options *options,
           const struct hn_tasks *all, const struct hn_suspended_list *suspended)
{
    struct hn_tasks_view view = view_of(options);
    size_t loops = 0;

    hn_call_begin_text(call, false);
    for (size_t i = 0; i < call->process.interpreter_count; i++) {
        if (all[i].loop_count == 0 && !all[i].problem)
            continue;
        loops += all[i].loop_count;
        if (!hn_tasks_put(&call->out.text, &call->look, &all[i], &view, poll, call))
            call->out.text.failed = true;
    }
    if (loops == 0)
        hn_text_puts(&call->out.text, "no event loop, and no task\n");
    hn_suspended_put(&call->out.text, &call->look, suspended->items, suspended->count,
                     options->reverse);
    hn_call_end_text(call);
}

static void
write_json(struct hn_call *call, const struct tasks_options *options,
           const struct hn_tasks *all, const struct hn_suspended_list *suspended)
{
    hn_call_begin_json(call);
    hn_json_open_list(&call->json, "loops");
    for (size_t i = 0; i < call->process.interpreter_count; i++)
        hn_tasks_document(&call->json, &all[i], options->limit, poll, call);
    hn_json_close_list(&call->json);
    if (options->generators) {
        hn_json_open_list(&call->json, "generators");
        hn_suspended_document(&call->json, suspended->items, suspended->count);
        hn_json_close_list(&call->json);
    }
    hn_call_end_json(call);
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    const struct tasks_options *o = options;
    struct hn_suspended_list suspended = { .count = 0 };
    struct hn_heap heap = { 0 };
    struct hn_tasks *all;
    enum hn_status st =
        o->generators ? hn_call_open_heap(call, &heap) : hn_call_open(call);

    all = hn_arena_array(&call->arena, call->process.interpreter_count, sizeof *all);
    if (!st)
        st = all ? load(call, o, all) : HN_E_NOMEM;
    if (!st && o->generators && !call->interrupted)
        st = hn_suspended_find(call, &heap, all, o->limit, &suspended);
    hn_heap_deinit(&heap);
    if (st)
        return st;
    hn_call_release(call);
    if (call->common.json)
        write_json(call, o, all, &suspended);
    else
        write_text(call, o, all, &suspended);
    return HN_OK;
}

static const struct hn_arg args[] = {
    { "flat", 0, HN_ARG_FLAG, offsetof(struct tasks_options, flat), NULL,
      "no tree: every task once, in the order they were made where that is known", NULL,
      false },
    { "no-stacks", 0, HN_ARG_FLAG, offsetof(struct tasks_options, bare), NULL,
      "a line for each task", NULL, false },
    { "generators", 'g', HN_ARG_FLAG, offsetof(struct tasks_options, generators), NULL,
      "also suspended generators and coroutines that no task is inside of, and "
      "greenlets",
      NULL, false },
    { "reverse", 0, HN_ARG_FLAG, offsetof(struct tasks_options, reverse), NULL,
      "outermost frame first, as Python's tracebacks", NULL, false },
    { "limit", 0, HN_ARG_COUNT, offsetof(struct tasks_options, limit), "N",
      "only the first N tasks (0: all)", NULL, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct hn_example examples[] = {
    { "", "all event loops, the tree of who awaits whom" },
    { "--no-stacks --limit 0", "every task, a line each" },
    { NULL, NULL },
};

static const struct tasks_options defaults = { .limit = 200 };

const struct hn_command hn_command_tasks = {
    .entry = { "tasks", "Show asyncio's event loops and tasks, and who awaits whom" },
    .details = "A task stands below those that await it, by whatever joins them "
               "(await, gather, TaskGroup, wait, shield...), with the stack of its "
               "coroutines, innermost first, and what that waits for. One that "
               "several await stands under each.",
    .examples = examples,
    .args = args,
    .operands = "",
    .options_size = sizeof(struct tasks_options),
    .defaults = &defaults,
    .run = run,
};
