/* py-info: which Python this is, and how we know. */
#include "command/call.h"
#include "report/document.h"
#include "report/process.h"

struct info_options {
    bool layout;
};

static enum hn_status
run(struct hn_call *call, const void *options)
{
    const struct info_options *o = options;
    enum hn_status st = hn_call_open(call);

    if (st == HN_OK && o->layout)
        st = hn_process_layout(call->session->runtime, &call->arena, &call->process);
    if (st)
        return st;
    hn_call_release(call);

    if (call->common.json) {
        hn_call_begin_json(call);
        hn_document_info(&call->json, &call->process);
        hn_call_end_json(call);
    } else {
        hn_call_begin_text(call, true);
        hn_process_put_info(&call->out.text, &call->look, &call->process);
        hn_call_end_text(call);
    }
    return HN_OK;
}

static const struct hn_arg args[] = {
    { "layout", 0, HN_ARG_FLAG, offsetof(struct info_options, layout), NULL,
      "every field that is read, its offset, and where that comes from", NULL, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct hn_example examples[] = {
    { "", "version, command line, GIL, GC" },
    { "--layout", "when a stack looks wrong" },
    { NULL, NULL },
};

const struct hn_command hn_command_info = {
    .entry = { "info", "Show which Python this is, and how it was recognised" },
    .details = "Exact version and build flavour, executable and command line, how "
               "_PyRuntime and the offsets were found, allocator, and for each "
               "interpreter its GIL, garbage collector and threads. For a core also "
               "the signal and what is missing from it.",
    .examples = examples,
    .args = args,
    .operands = "",
    .options_size = sizeof(struct info_options),
    .run = run,
};
