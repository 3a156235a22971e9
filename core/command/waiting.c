#include "command/waiting.h"

#include "command/natives.h"
#include "wait/native.h"

/* Verdicts speak of few tasks. */
enum { TIMED = 100 };

static enum hn_status
load_each(struct hn_call *call, struct hn_waiting *ret)
{
    struct hn_runtime *rt = call->session->runtime;
    enum hn_status st = HN_OK;

    for (size_t i = 0; !st && i < call->process.interpreter_count; i++) {
        const struct hn_interpreter *interp = &call->process.interpreters[i];

        st = hn_tasks_load(rt, interp, &call->arena, &ret->tasks[i]);
        if (!st)
            st = hn_tasks_describe(rt, NULL, ret->tasks[i].count, TIMED, &call->arena,
                                   &ret->tasks[i]);
        if (!st)
            st =
                hn_waits_load(rt, interp, &ret->tasks[i], &call->arena, &ret->waits[i]);
    }
    return st;
}

enum hn_status
hn_waiting_load(struct hn_call *call, struct hn_waiting *ret)
{
    size_t count = call->process.interpreter_count;
    enum hn_status st = hn_call_load_stacks(call, 0, 0);

    ret->tasks = hn_arena_array(&call->arena, count, sizeof *ret->tasks);
    ret->waits = hn_arena_array(&call->arena, count, sizeof *ret->waits);
    if (!ret->tasks || !ret->waits)
        return HN_E_NOMEM;
    if (!st && !call->interrupted)
        st = load_each(call, ret);
    if (!st && !call->interrupted)
        st = hn_natives_load_inner(call);
    if (st == HN_E_INTERRUPTED) {
        call->interrupted = true;
        st = HN_OK;
    }
    return st;
}

enum hn_status
hn_waiting_name(struct hn_call *call, struct hn_waiting *all)
{
    hn_natives_name(call);
    for (size_t i = 0; i < call->process.interpreter_count; i++)
        if (!hn_waits_add_natives(&call->process, &all->waits[i], &call->arena))
            return hn_fail(&call->session->err, HN_E_NOMEM, 0,
                           "no memory for what threads wait for");
    return HN_OK;
}
