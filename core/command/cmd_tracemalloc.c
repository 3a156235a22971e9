/* py-tracemalloc: which lines allocated the memory that the target traces. */
#include <string.h>

#include "command/profiles.h"
#include "command/traces.h"
#include "report/traces.h"
#include "tracemalloc/profile.h"

/* What else the traces can be written as: pictures of who called whom. */
enum format { FORMAT_AUTO, FORMAT_TABLE, FORMAT_FLAMEGRAPH, FORMAT_FOLDED };

static const char *const formats[] = { "auto", "table", "flamegraph", "folded", NULL };

struct stat_options {
    struct hn_trace_options traces; /* first, as HN_TRACE_ARGS has it */
    unsigned format;
};

static bool
ends_with(const char *path, const char *end)
{
    size_t size = path ? strlen(path) : 0, end_size = strlen(end);

    return size >= end_size && strcmp(path + size - end_size, end) == 0;
}

static enum format
format_of(const struct hn_call *call, const struct stat_options *o)
{
    if (o->format != FORMAT_AUTO || call->common.json)
        return call->common.json ? FORMAT_TABLE : (enum format)o->format;
    if (ends_with(call->common.output, ".html"))
        return FORMAT_FLAMEGRAPH;
    return ends_with(call->common.output, ".folded") ? FORMAT_FOLDED : FORMAT_TABLE;
}

/* A page of megabytes is no text for a screen. */
static enum hn_status
check_format(struct hn_call *call, enum format format)
{
    if (format != FORMAT_FLAMEGRAPH || call->common.output)
        return HN_OK;
    call->misused = true;
    call->doing = "draw a flame graph";
    return hn_fail(&call->session->err, HN_E_ARGUMENT, 0,
                   "it is a page for a browser: -o FILE.html");
}

static enum hn_status
draw(struct hn_call *call, enum format format, const struct hn_traces *traces,
     const struct hn_trace_selection *selection)
{
    const struct hn_profile_options options = { .by = HN_PROFILE_BY_LINE,
                                                .look = call->look };
    struct hn_profile profile;
    enum hn_status st =
        hn_traces_profile(traces, selection, &call->process, &call->arena, &profile);

    if (st)
        return st;
    if (format == FORMAT_FLAMEGRAPH)
        hn_profile_write_flamegraph(&profile, &options, &call->out.text);
    else
        hn_profile_write_folded(&profile, &options, &call->out.text);
    return HN_OK;
}

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
    const struct stat_options *all = options;
    const struct hn_trace_options *o = &all->traces;
    enum format format = format_of(call, all);
    struct hn_traces traces = { 0 };
    struct hn_trace_selection selection;
    struct hn_trace_rows rows;
    enum hn_status st = hn_call_trace_selection(call, o, &selection);

    if (!st)
        st = check_format(call, format);
    if (!st)
        st = hn_call_open(call);
    if (!st)
        st = hn_call_load_traces(call, call->session->runtime, &traces);
    if (!st) {
        hn_call_release(call);
        st = format == FORMAT_TABLE ? hn_traces_group(
                 &traces, &selection, o->by, o->cumulative, &call->arena, &rows)
                                    : draw(call, format, &traces, &selection);
    }
    if (!st && format == FORMAT_TABLE)
        show(call, o, &traces, &rows);
    hn_traces_deinit(&traces);
    return st;
}

static const struct hn_arg args[] = {
    HN_TRACE_ARGS,
    { "format", 'f', HN_ARG_CHOICE, offsetof(struct stat_options, format), "FORMAT",
      "how it is written (auto: by FILE's ending, .html or .folded, else as a table)",
      formats, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct stat_options defaults = { .traces.limit = 10 };

static const struct hn_example examples[] = {
    { "", "the ten lines that allocated most" },
    { "--by traceback -n 3", "whole tracebacks" },
    { "-i '*/shop/*' --by filename", "files of one package" },
    { "-o memory.html", "a flame graph of memory, by who called whom" },
    { NULL, NULL },
};

#define WORDS                                                                          \
    .details = "What tracemalloc.take_snapshot().statistics() would print in the "     \
               "target, read from its memory: it must have been started with "         \
               "PYTHONTRACEMALLOC, -X tracemalloc or tracemalloc.start(). Tracebacks " \
               "show the oldest call first, as the module does.",                      \
    .examples = examples, .args = args, .operands = "",                                \
    .options_size = sizeof(struct stat_options), .defaults = &defaults, .run = run

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
