/* py-tracemalloc: which lines allocated the memory that the target traces. */
#include "command/traces.h"
#include "report/traces.h"

static void
show(struct hn_call *call, const struct hn_trace_options *options,
     const struct hn_traces *traces, struct hn_trace_rows *rows)
{
    if (call->common.json) {
        hn_call_begin_json(call);
        hn_document_traces(&call->json, traces);
        hn_call_put_trace_rows(call, options, call->session->target, rows);
        hn_call_end_json(call);
    } else {
        hn_call_begin_text(call, false);
        hn_traces_put_total(&call->out.text, &call->look, traces);
        hn_call_put_trace_rows(call, options, call->session->target, rows);
        hn_call_end_text(call);
    }
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    const struct hn_trace_options *o = options;
    struct hn_traces traces = { 0 };
    struct hn_trace_selection selection;
    struct hn_trace_rows rows;
    enum hn_status st = hn_call_trace_selection(call, o, &selection);

    if (!st)
        st = hn_call_open(call);
    if (!st)
        st = hn_call_load_traces(call, call->session->runtime, &traces);
    if (!st) {
        hn_call_release(call);
        st = hn_traces_group(&traces, &selection, o->by, o->cumulative, &call->arena,
                             &rows);
    }
    if (!st)
        show(call, o, &traces, &rows);
    hn_traces_deinit(&traces);
    return st;
}

static const struct hn_arg args[] = {
    HN_TRACE_ARGS,
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct hn_example examples[] = {
    { "", "the ten lines that allocated most" },
    { "--by traceback -n 3", "whole tracebacks" },
    { "-i '*/shop/*' --by filename", "files of one package" },
    { NULL, NULL },
};

#define WORDS                                                                          \
    .details = "What tracemalloc.take_snapshot().statistics() would print in the "     \
               "target, read from its memory: it must have been started with "         \
               "PYTHONTRACEMALLOC, -X tracemalloc or tracemalloc.start(). Tracebacks " \
               "show the oldest call first, as the module does.",                      \
    .examples = examples, .args = args, .operands = "",                                \
    .options_size = sizeof(struct hn_trace_options), .defaults = &hn_trace_defaults,   \
    .run = run

const struct hn_command hn_command_tracemalloc = {
    .entry = { "tracemalloc", "Show where traced memory was allocated" },
    WORDS,
};

/* The same by a name of its own. */
const struct hn_command hn_command_tracemalloc_stat = {
    .entry = { "tracemalloc stat", "Show where traced memory was allocated" },
    .parent = &hn_command_tracemalloc,
    WORDS,
};
