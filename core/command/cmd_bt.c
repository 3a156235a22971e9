/* py-bt: the Python stack of one thread, or with --all-threads of each. */
#include "command/natives.h"
#include "command/stacks.h"
#include "report/stack.h"

static void
write_text(struct hn_call *call, const struct hn_stack_options *options,
           const struct hn_thread *only)
{
    hn_call_begin_text(call, false);
    if (only && only->problem)
        hn_thread_put_heading(&call->out.text, &call->look, &call->process, only);
    else if (only)
        hn_stacks_write_one(call, options, only);
    else
        hn_stacks_write_text(call, options);
    hn_call_end_text(call);
}

static enum hn_status
load(struct hn_call *call, const struct hn_stack_options *options,
     struct hn_thread **only)
{
    enum hn_status st = hn_call_open(call);

    if (st == HN_OK && options->all_threads)
        return hn_call_load_stacks(call, options->limit, options->depth);
    if (st == HN_OK)
        st = hn_call_thread(call, options->thread, only);
    if (st == HN_OK)
        st = hn_call_load_stack(call, *only, options->depth);
    return st;
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    const struct hn_stack_options *o = options;
    struct hn_thread *only = NULL;
    enum hn_status st = load(call, o, &only);

    if (st == HN_OK)
        st = hn_stacks_load_locals(call, o);
    if (st == HN_OK && hn_stacks_native(o))
        st = only ? hn_natives_load(call, only) : hn_natives_load_all(call, o->limit);
    if (st)
        return st;
    hn_call_release(call);
    hn_natives_finish(call, o->debuginfod);
    hn_call_load_sources(call);

    if (call->common.json) {
        hn_call_begin_json(call);
        hn_stacks_write_json(call, o, only);
        hn_call_end_json(call);
    } else {
        write_text(call, o, only);
    }
    return HN_OK;
}

static const struct hn_arg args[] = {
    { "all-threads", 'a', HN_ARG_FLAG, offsetof(struct hn_stack_options, all_threads),
      NULL, "every thread, not only the selected one", NULL, false },
    { "thread", 't', HN_ARG_STRING, offsetof(struct hn_stack_options, thread), "THREAD",
      "another thread, " HN_THREAD_WORDS, NULL, false },
    HN_STACK_ARGS,
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct hn_example examples[] = {
    { "", "the stack of the selected thread" },
    { "-t 3 --columns", "thread 3, with the expressions marked" },
    { "-l", "with the variables of every frame" },
    { "-n", "with C functions between the Python frames" },
    { "--all-threads", "all threads, without the header" },
    { NULL, NULL },
};

const struct hn_command hn_command_bt = {
    .entry = { "bt", "Show the Python stack of the selected thread" },
    .details = "Frames are numbered from the innermost one: qualified name, file, line "
               "and the source line where the file is at hand. Without a debugger the "
               "selected thread is the main one, in a core the one that got the "
               "signal.",
    .examples = examples,
    .args = args,
    .operands = "",
    .options_size = sizeof(struct hn_stack_options),
    .defaults = &hn_stack_defaults,
    .run = run,
};

static const struct hn_example full_examples[] = {
    { "", "the stack of the selected thread, with all variables" },
    { "--depth 3", "of its three innermost frames" },
    { NULL, NULL },
};

static enum hn_status
run_full(struct hn_call *call, const void *options)
{
    struct hn_stack_options full = *(const struct hn_stack_options *)options;

    full.locals = true;
    return run(call, &full);
}

/* The name that users of CPython's own commands for GDB have in their fingers. */
const struct hn_command hn_command_bt_full = {
    .entry = { "bt-full",
               "Show the selected thread's Python stack with its variables" },
    .details = "The same as bt --locals.",
    .examples = full_examples,
    .args = args,
    .operands = "",
    .options_size = sizeof(struct hn_stack_options),
    .defaults = &hn_stack_defaults,
    .run = run_full,
};
