/* py-snapshot save: the heap now, into a file; and py-snapshot alone. */
#include <inttypes.h>
#include <string.h>

#include "command/moments.h"
#include "command/parse.h"
#include "report/number.h"

/* --- py-snapshot */

struct no_options {
    bool unused;
};

static enum hn_status
run_alone(struct hn_call *call, const void *options)
{
    (void)options;
    call->misused = true;
    call->doing = "tell what to do";
    return hn_fail(&call->session->err, HN_E_ARGUMENT, 0,
                   "a word is missing: save, show or diff");
}

static const struct hn_arg no_args[] = {
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct hn_example alone_examples[] = {
    { "--help", "what can be done with snapshots" },
    { NULL, NULL },
};

const struct hn_command hn_command_snapshot = {
    .entry = { "snapshot", "Save the heap, look at it later, compare moments" },
    .details = "A snapshot is a file with what the heap's commands show, some bytes an "
               "object; `snapshot save` makes one, `snapshot show` looks at it, and "
               "`snapshot diff` compares any moments, saved or not.",
    .examples = alone_examples,
    .args = no_args,
    .operands = "",
    .options_size = sizeof(struct no_options),
    .run = run_alone,
};

/* --- py-snapshot save */

struct save_options {
    unsigned graph; /* enum hn_moment_graph */
    const char *note;
    bool no_objects, objects_table, no_values;
};

static void
say_saved(struct hn_call *call, const char *path, const struct hn_moment *moment,
          bool objects)
{
    struct hn_text *text = &call->out.text;

    if (call->common.json) {
        hn_call_begin_json(call);
        hn_json_string(&call->json, "file", path);
        hn_json_integer(&call->json, "objects", moment->heap.count);
        hn_json_bool(&call->json, "objects_kept", objects);
        hn_json_integer(&call->json, "types", moment->heap.type_count);
        hn_json_integer(&call->json, "traces", (int64_t)moment->traces.count);
        hn_call_end_json(call);
        return;
    }
    hn_call_begin_text(call, false);
    hn_number_put(text, moment->heap.count);
    hn_text_printf(text, " object%s of ", moment->heap.count == 1 ? "" : "s");
    hn_number_put(text, moment->heap.type_count);
    hn_text_printf(text, " type%s", moment->heap.type_count == 1 ? "" : "s");
    if (moment->traces.tracing) {
        hn_text_puts(text, " and ");
        hn_number_put(text, moment->traces.count);
        hn_text_puts(text, " allocation traces");
    }
    hn_text_puts(text, " saved to ");
    hn_text_put_escaped(text, path, strlen(path));
    hn_text_putc(text, '\n');
    hn_call_end_text(call);
}

static enum hn_status
save(struct hn_call *call, const struct save_options *o, const char *path,
     struct hn_moment *moment)
{
    const struct hn_moment_options options = { .graph = o->graph,
                                               .ledger = true,
                                               .objects = !o->no_objects,
                                               .values = !o->no_values,
                                               .no_values = o->no_values,
                                               .links = !o->no_objects,
                                               .contents = !o->no_objects };
    const struct hn_snapshot_options form = { .objects_table = o->objects_table };
    enum hn_status st = hn_call_take_moment(call, &options, moment);

    if (st)
        return st;
    hn_call_release(call);
    if (o->note)
        moment->facts.note = o->note;
    call->doing = hn_arena_format(&call->arena, "save a snapshot to %s", path);
    st = hn_snapshot_write(moment, path, &form, call->session->host, &call->arena,
                           &call->session->err);
    if (!st)
        call->doing = NULL;
    return st;
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    const struct save_options *o = options;
    struct hn_moment moment;
    const char *path = NULL;
    enum hn_status st = hn_call_file(call, "save a snapshot", &path);

    hn_moment_init(&moment);
    if (!st)
        st = save(call, o, path, &moment);
    if (!st)
        say_saved(call, path, &moment, moment.has_objects);
    hn_moment_deinit(&moment);
    return st;
}

static const struct hn_arg args[] = {
    { "note", 0, HN_ARG_STRING, offsetof(struct save_options, note), "TEXT",
      "what to remember of this moment", NULL, false },
    { "no-objects", 0, HN_ARG_FLAG, offsetof(struct save_options, no_objects), NULL,
      "sums by type and line only: small, but objects cannot be told apart later", NULL,
      false },
    { "objects-table", 0, HN_ARG_FLAG, offsetof(struct save_options, objects_table),
      NULL, "a plain row for each object too, for queries in the sqlite3 shell", NULL,
      false },
    { "graph", 0, HN_ARG_CHOICE, offsetof(struct save_options, graph), "WHEN",
      "whether to find out who holds the objects, which takes a second or two for a "
      "million (auto: of up to two million)",
      hn_moment_graph_words, false },
    { "no-values", 0, HN_ARG_FLAG, offsetof(struct save_options, no_values), NULL,
      "no contents of the process: neither values nor keys of dicts", NULL, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct hn_example examples[] = {
    { "monday.hnsnap --note nightly", "one moment of a process" },
    { "small.hnsnap --no-objects", "sums alone: some hundred kilobytes" },
    { NULL, NULL },
};

const struct hn_command hn_command_snapshot_save = {
    .entry = { "snapshot save", "Save the heap into a file" },
    .parent = &hn_command_snapshot,
    .details =
        "The file is an SQLite database, described in core/snapshot/FORMAT.md; it "
        "holds types, objects, allocation traces if the process traces them, and the "
        "collector's state. It is made with mode 0600, whole or not at all.",
    .examples = examples,
    .args = args,
    .operands = "FILE",
    .operands_max = 1,
    .options_size = sizeof(struct save_options),
    .run = run,
};
