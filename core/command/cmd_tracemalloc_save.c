/* py-tracemalloc save: the traces as a file for the tracemalloc module itself. */
#include <string.h>

#include "command/parse.h"
#include "command/traces.h"
#include "tracemalloc/pickle.h"

enum python { PYTHON_SAME, PYTHON_3_8, PYTHON_3_9 };

struct save_options {
    unsigned python; /* enum python */
};

static bool
wants_totals(const struct save_options *options, const struct hn_traces *traces)
{
    if (options->python == PYTHON_SAME)
        return traces->has_totals;
    return options->python == PYTHON_3_9;
}

static enum hn_status
write_file(struct hn_call *call, const char *path, const struct hn_traces *traces,
           bool totals)
{
    struct hn_pickle_writer writer;
    struct hn_out out;
    bool more = true;
    enum hn_status st = hn_pickle_writer_init(&writer, traces, totals, &call->arena);

    if (!st)
        st = hn_out_open(&out, call->session->host, path, &call->arena,
                         &call->session->err);
    if (st)
        return st;
    while (more) {
        more = hn_pickle_writer_next(&writer, &out.text);
        if (!hn_out_poll(&out) && !out.failed) {
            hn_out_discard(&out);
            return HN_E_INTERRUPTED;
        }
    }
    st = hn_out_close(&out);
    hn_out_discard(&out);
    return st;
}

static void
say_saved(struct hn_call *call, const char *path, const struct hn_traces *traces)
{
    if (call->common.json) {
        hn_call_begin_json(call);
        hn_json_string(&call->json, "file", path);
        hn_json_integer(&call->json, "traces", (int64_t)traces->count);
        hn_json_integer(&call->json, "limit", traces->limit);
        hn_call_end_json(call);
    } else {
        hn_call_begin_text(call, false);
        hn_text_printf(&call->out.text, "%zu trace%s saved to ", traces->count,
                       traces->count == 1 ? "" : "s");
        hn_text_put_escaped(&call->out.text, path, strlen(path));
        hn_text_putc(&call->out.text, '\n');
        hn_call_end_text(call);
    }
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    struct hn_traces traces = { 0 };
    const char *path = NULL;
    enum hn_status st = hn_call_file(call, "save allocation traces", &path);

    if (!st)
        st = hn_call_open(call);
    if (!st)
        st = hn_call_load_traces(call, call->session->runtime, &traces);
    if (!st) {
        hn_call_release(call);
        call->doing = "save allocation traces";
        st = write_file(call, path, &traces, wants_totals(options, &traces));
    }
    if (!st) {
        call->doing = NULL;
        say_saved(call, path, &traces);
    }
    hn_traces_deinit(&traces);
    return st;
}

static const char *const pythons[] = { "same", "3.8", "3.9", NULL };

static const struct hn_arg args[] = {
    { "for-python", 0, HN_ARG_CHOICE, offsetof(struct save_options, python), "VERSION",
      "whose module will read it (default: the target's own; 3.9: or any later one)",
      pythons, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct hn_example examples[] = {
    { "monday.pickle", "for Snapshot.load('monday.pickle')" },
    { NULL, NULL },
};

const struct hn_command hn_command_tracemalloc_save = {
    .entry = { "tracemalloc save", "Save the traces for tracemalloc.Snapshot.load()" },
    .parent = &hn_command_tracemalloc,
    .details =
        "Writes what take_snapshot().dump(FILE) would have written in the target, "
        "which Snapshot.load() of any Python reads; 3.8 has another form than "
        "all later ones. The file is made with mode 0600.",
    .examples = examples,
    .args = args,
    .operands = "FILE",
    .operands_max = 1,
    .options_size = sizeof(struct save_options),
    .run = run,
};
