/* py-locks: what threads and tasks wait for, and who has it. */
#include "command/waiting.h"
#include "report/waits.h"

static void
write_text(struct hn_call *call, const struct hn_waiting *all)
{
    size_t shown = 0;

    hn_call_begin_text(call, false);
    for (size_t i = 0; i < call->process.interpreter_count && hn_call_poll(call); i++)
        shown += hn_waits_put(&call->out.text, &call->look, &all->waits[i]);
    if (shown == 0)
        hn_text_puts(&call->out.text, "no thread and no task is seen to wait\n");
    hn_call_end_text(call);
}

static void
write_json(struct hn_call *call, const struct hn_waiting *all)
{
    size_t count = call->process.interpreter_count;

    hn_call_begin_json(call);
    hn_json_open_list(&call->json, "waits");
    for (size_t i = 0; i < count && hn_call_poll(call); i++)
        hn_waits_document(&call->json, &all->waits[i]);
    hn_json_close_list(&call->json);
    hn_json_open_list(&call->json, "cycles");
    for (size_t i = 0; i < count && hn_call_poll(call); i++)
        hn_wait_cycles_document(&call->json, &all->waits[i]);
    hn_json_close_list(&call->json);
    hn_call_end_json(call);
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    struct hn_waiting all;
    enum hn_status st = hn_call_open(call);

    (void)options;
    if (!st)
        st = hn_waiting_load(call, &all);
    if (st)
        return st;
    hn_call_release(call);
    st = hn_waiting_name(call, &all);
    if (st)
        return st;
    if (call->common.json)
        write_json(call, &all);
    else
        write_text(call, &all);
    return HN_OK;
}

static const struct hn_arg args[] = {
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct hn_example examples[] = {
    { "", "who waits, for what, and who has it" },
    { NULL, NULL },
};

const struct hn_command hn_command_locks = {
    .entry = { "locks", "Show what threads and tasks wait for, and who has it" },
    .details =
        "Locks of all kinds, queues, futures, threads, child processes, sockets, "
        "the GIL, mutexes of C code. Who has a plain lock is not recorded by "
        "Python: then it is whoever is inside `with` of it. Who waits for each "
        "other comes first.",
    .examples = examples,
    .args = args,
    .operands = "",
    .options_size = 1,
    .run = run,
};
