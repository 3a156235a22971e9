/* py-tracemalloc diff: what grew between two moments, or two processes. */
#include "command/trace_side.h"
#include "report/traces.h"

#include <string.h>

static enum hn_status
compare(struct hn_call *call, const struct hn_trace_options *options,
        const struct hn_trace_side sides[2], struct hn_trace_rows *ret)
{
    struct hn_trace_rows rows[2];
    struct hn_trace_selection selection;
    enum hn_status st = hn_call_trace_selection(call, options, &selection);

    for (size_t i = 0; !st && i < 2; i++)
        st = hn_traces_group(&sides[i].traces, &selection, options->by,
                             options->cumulative, &call->arena, &rows[i]);
    return st ? st : hn_traces_compare(&rows[0], &rows[1], &call->arena, ret);
}

/* Cut at different lengths, equal tracebacks are not equal. */
static void
note_limits(struct hn_call *call, const struct hn_trace_options *options,
            const struct hn_trace_side sides[2])
{
    if (options->by == HN_TRACE_KEY_TRACEBACK
        && sides[0].traces.limit != sides[1].traces.limit)
        hn_call_note(call,
                     "one side keeps %u frames of a traceback and the other %u: "
                     "longer tracebacks are told apart though they are the same",
                     sides[0].traces.limit, sides[1].traces.limit);
}

/* Whose files have the source lines: those of the later side that is no file. */
static struct hn_target *
files_of(const struct hn_call *call, const struct hn_trace_side sides[2])
{
    for (size_t i = 2; i-- > 0;)
        if (sides[i].side.session)
            return sides[i].side.session->target;
    return call->session->target;
}

static void
show(struct hn_call *call, const struct hn_trace_options *options,
     const struct hn_trace_side sides[2], struct hn_trace_rows *rows)
{
    static const char *const labels[] = { "before", "after" };

    if (call->common.json) {
        hn_call_begin_json(call);
        for (size_t i = 0; i < 2; i++) {
            hn_json_open_object(&call->json, labels[i]);
            hn_json_string(&call->json, "name", sides[i].side.name);
            hn_document_traces(&call->json, &sides[i].traces);
            hn_json_close_object(&call->json);
        }
        hn_call_put_trace_rows(call, options, files_of(call, sides), rows);
        hn_call_end_json(call);
        return;
    }
    hn_call_begin_text(call, false);
    for (size_t i = 0; i < 2; i++) {
        hn_text_printf(&call->out.text, "%-8s", labels[i]);
        hn_text_put_escaped(&call->out.text, sides[i].side.name,
                            strlen(sides[i].side.name));
        hn_text_puts(&call->out.text, ": ");
        hn_traces_put_total(&call->out.text, &call->look, &sides[i].traces);
    }
    hn_call_put_trace_rows(call, options, files_of(call, sides), rows);
    hn_call_end_text(call);
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    struct hn_trace_side sides[2];
    const char *const *words = NULL;
    size_t count = 0;
    struct hn_trace_rows rows;
    enum hn_status st = hn_side_words(call, &words, &count);

    memset(sides, 0, sizeof(sides));
    call->no_target = !st && strcmp(words[0], ".") != 0 && strcmp(words[1], ".") != 0;
    for (size_t i = 0; !st && i < 2; i++)
        st = hn_trace_side_open(call, words[i], &sides[i]);
    if (!st)
        st = compare(call, options, sides, &rows);
    if (!st) {
        note_limits(call, options, sides);
        show(call, options, sides, &rows);
    }
    for (size_t i = 0; i < 2; i++)
        hn_trace_side_close(&sides[i]);
    return st;
}

static const struct hn_arg args[] = {
    HN_TRACE_ARGS,
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct hn_example examples[] = {
    { "monday.pickle", "what grew since a file was saved" },
    { "monday.core tuesday.core", "two cores" },
    { "--by traceback 4711", "against another process, by tracebacks" },
    { NULL, NULL },
};

const struct hn_command hn_command_tracemalloc_diff = {
    .entry = { "tracemalloc diff", "Show what traced memory grew or went, and where" },
    .parent = &hn_command_tracemalloc,
    .details =
        "What Snapshot.compare_to() would say of two moments or processes. A and "
        "B are each a pid, a core, a snapshot, a file written by Snapshot.dump() or by "
        "`tracemalloc save`, or . for the current target, which B is if it is not "
        "given.",
    .examples = examples,
    .args = args,
    .operands = "A [B]",
    .operands_max = 2,
    .options_size = sizeof(struct hn_trace_options),
    .defaults = &hn_trace_defaults,
    .run = run,
};
