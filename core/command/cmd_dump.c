/* py-dump: the target header, then every thread of every interpreter. */
#include "command/natives.h"
#include "command/stacks.h"

static enum hn_status
run(struct hn_call *call, const void *options)
{
    const struct hn_stack_options *o = options;
    enum hn_status st = hn_call_open(call);

    if (st == HN_OK)
        st = hn_call_load_stacks(call, o->limit, o->depth);
    if (st == HN_OK)
        st = hn_stacks_load_locals(call, o);
    if (st == HN_OK && hn_stacks_native(o))
        st = hn_natives_load_all(call, o->limit);
    if (st)
        return st;
    hn_call_release(call);
    hn_natives_finish(call, o->debuginfod);
    hn_call_load_sources(call);

    if (call->common.json) {
        hn_call_begin_json(call);
        hn_stacks_write_json(call, o, NULL);
        hn_call_end_json(call);
    } else {
        hn_call_begin_text(call, true);
        hn_stacks_write_text(call, o);
        hn_call_end_text(call);
    }
    return HN_OK;
}

static const struct hn_arg args[] = {
    HN_STACK_ARGS,
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct hn_example examples[] = {
    { "", "the first thing to type" },
    { "--depth 10", "the innermost ten frames of each thread" },
    { "-l", "with the variables of every frame" },
    { "-n", "with the C functions that the Python frames call, and that call them" },
    { "--json -o dump.json", "all of it for a script" },
    { NULL, NULL },
};

const struct hn_command hn_command_dump = {
    .entry = { "dump", "Show everything in one go: the process and all Python stacks" },
    .details = "Prints which Python it is, who holds the GIL, and for every thread of "
               "every interpreter its state and its Python stack, innermost frame "
               "first. Repeated frames of a recursion are folded on the screen, never "
               "in JSON.",
    .examples = examples,
    .args = args,
    .operands = "",
    .options_size = sizeof(struct hn_stack_options),
    .defaults = &hn_stack_defaults,
    .run = run,
};
