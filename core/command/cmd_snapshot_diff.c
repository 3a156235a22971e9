/* py-snapshot diff: what grew between two or more moments. */
#include <stdlib.h>
#include <string.h>

#include "command/moments.h"
#include "command/side.h"
#include "report/number.h"
#include "report/snapshot.h"
#include "snapshot/compare.h"

struct diff_options {
    unsigned graph; /* enum hn_moment_graph */
    unsigned by;    /* enum hn_diff_by */
    uint64_t limit, fail_if_grown;
};

static enum hn_status
open_all(struct hn_call *call, const char *const *words, size_t count,
         enum hn_moment_graph graph, struct hn_moment *moments)
{
    enum hn_status st = HN_OK;

    for (size_t i = 0; !st && i < count; i++) {
        bool objects = hn_diff_wants_objects(i, count);
        const struct hn_moment_options options = {
            .graph = graph, .ledger = true, .objects = objects, .contents = objects
        };

        st = hn_call_open_moment(call, words[i], &options, &moments[i]);
        if (!objects)
            hn_moment_drop_objects(&moments[i]);
    }
    return st;
}

static enum hn_status
compare(struct hn_call *call, const struct hn_moment *moments, size_t count,
        enum hn_diff_by by, struct hn_diff *ret)
{
    const struct hn_moment **list = hn_arena_array(&call->arena, count, sizeof(*list));
    enum hn_status st;

    if (!list)
        return HN_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        list[i] = &moments[i];
    call->doing = "compare";
    st = hn_diff_make(list, count, by, &call->arena, &call->session->err, ret);
    if (!st)
        call->doing = NULL;
    return st;
}

static void
note_doubts(struct hn_call *call, const struct hn_diff *diff)
{
    for (size_t i = 0; i < diff->moment_count; i++) {
        const struct hn_moment_facts *facts = diff->moments[i].facts;

        if (facts->kind == HN_MOMENT_SNAPSHOT && facts->inconsistent)
            hn_call_note(call, "%s was saved while its process ran",
                         diff->moments[i].name);
        /* When a core was made is known to the second. */
        if (i > 0 && facts->time_ns && diff->moments[i - 1].facts->time_ns
            && facts->time_ns + INT64_C(1000000000)
                   < diff->moments[i - 1].facts->time_ns)
            hn_call_note(call, "%s is of an earlier time than what stands before it",
                         diff->moments[i].name);
    }
}

static void
check_growth(struct hn_call *call, const struct hn_diff *diff, uint64_t most)
{
    char grown[HN_NUMBER_SIZE], limit[HN_NUMBER_SIZE];

    if (!most || diff->grown_bytes <= 0 || (uint64_t)diff->grown_bytes <= most)
        return;
    hn_bytes_format(grown, (uint64_t)diff->grown_bytes);
    hn_bytes_format(limit, most);
    call->condition =
        hn_arena_format(&call->arena, "it grew by %s, more than %s", grown, limit);
}

/* A page is asked for by the name of the file. */
static bool
wants_page(const struct hn_call *call)
{
    const char *path = call->common.output;
    size_t size = path ? strlen(path) : 0;

    return !call->common.json && size > 5 && strcmp(path + size - 5, ".html") == 0;
}

/* Rows of a page's tables: what a browser shows at once. */
enum { PAGE_ROWS = 1000 };

static void
show(struct hn_call *call, const struct hn_diff *diff, uint64_t limit)
{
    note_doubts(call, diff);
    if (wants_page(call)) {
        hn_diff_put_page(&call->out.text, diff, PAGE_ROWS);
    } else if (call->common.json) {
        hn_call_begin_json(call);
        hn_document_diff(&call->json, diff, limit);
        hn_call_end_json(call);
    } else {
        hn_diff_put(&call->out.text, &call->look, diff, limit);
        hn_call_end_text(call);
    }
}

static enum hn_status
diff_moments(struct hn_call *call, const struct diff_options *o,
             const char *const *words, size_t count)
{
    struct hn_moment *moments = calloc(count, sizeof(*moments));
    struct hn_diff diff;
    enum hn_status st;

    if (!moments)
        return HN_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        hn_moment_init(&moments[i]);
    st = open_all(call, words, count, o->graph, moments);
    if (!st)
        st = compare(call, moments, count, o->by, &diff);
    if (!st) {
        show(call, &diff, o->limit);
        check_growth(call, &diff, o->fail_if_grown);
    }
    for (size_t i = 0; i < count; i++)
        hn_moment_deinit(&moments[i]);
    free(moments);
    return st;
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    const char *const *words;
    size_t count;
    enum hn_status st = hn_side_words(call, &words, &count);

    if (st)
        return st;
    call->no_target = true;
    return diff_moments(call, options, words, count);
}

static const char *const bys[] = { "auto", "type", "line",   "traceback", "module",
                                   "size", "path", "memory", NULL };

static const struct hn_arg args[] = {
    { "by", 'b', HN_ARG_CHOICE, offsetof(struct diff_options, by), "WHAT",
      "a row for each (auto: types, and lines that allocated if that was traced)", bys,
      false },
    { "limit", 'n', HN_ARG_COUNT, offsetof(struct diff_options, limit), "N",
      "only the first N rows of each table (0: all)", NULL, false },
    { "graph", 0, HN_ARG_CHOICE, offsetof(struct diff_options, graph), "WHEN",
      "whether to find out who holds the objects of processes and cores (auto: of up "
      "to "
      "two million)",
      hn_moment_graph_words, false },
    { "fail-if-grown", 0, HN_ARG_BYTES, offsetof(struct diff_options, fail_if_grown),
      "SIZE", "exit with 3 if the objects grew by more than SIZE: \"10MB\"", NULL,
      false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct diff_options defaults = { .limit = 10 };

static const struct hn_example examples[] = {
    { "monday.hnsnap tuesday.hnsnap", "what grew, by type and line" },
    { "1.hnsnap 2.hnsnap 3.hnsnap", "what grew at every step: the likely leak" },
    { "before.core 4711", "a core against a process" },
    { "1.hnsnap 2.hnsnap 3.hnsnap -o growth.html", "a page with a plot by type" },
    { "a.hnsnap b.hnsnap --fail-if-grown 10MB", "for a CI job" },
    { NULL, NULL },
};

const struct hn_command hn_command_snapshot_diff = {
    .entry = { "snapshot diff", "Compare two or more moments of the heap" },
    .parent = &hn_command_snapshot,
    .details =
        "Each of A, B... is a snapshot, a core, a pid, a file of the tracemalloc "
        "module's Snapshot.dump(), or . for the current target. Moments of one process "
        "are compared object by object: new, gone, kept; an address that was used "
        "again is told from an object that stayed where content, traceback or "
        "generation show it. Different processes are compared by sums. With three or "
        "more, `stayed` counts what was born between the first two and is there in the "
        "last. Memory that is not that of objects (C code's, free memory that cannot "
        "be "
        "given back) is compared as well, by the rows of `heap memory`: with --by "
        "memory, "
        "or when it grew. With -o FILE.html it is a page with a plot of memory by type "
        "over time.",
    .examples = examples,
    .args = args,
    .operands = "A B [C...]",
    .operands_max = HN_DIFF_MOMENTS,
    .options_size = sizeof(struct diff_options),
    .defaults = &defaults,
    .run = run,
};
