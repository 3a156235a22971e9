/* py-heap report: one page with all of the heap. */
#include <string.h>
#include <time.h>

#include "command/heap.h"
#include "command/output.h"
#include "command/parse.h"
#include "heap/census.h"
#include "heap/strings.h"
#include "heap/suspects.h"
#include "heap/treemap.h"
#include "report/heap_page.h"

struct report_options {
    const char *output;
};

/* What the graph of all objects adds; a page without it is of use, too. */
static enum hn_status
look_at_graph(struct hn_call *call, const struct hn_heap *heap,
              struct hn_treemap *treemap, struct hn_suspects *suspects,
              struct hn_heap_report *ret)
{
    struct hn_graph graph = { 0 };
    struct hn_domtree tree = { 0 };
    enum hn_status st = hn_call_load_graph(call, heap, &graph);

    if (!st)
        st = hn_domtree_build(&graph, &tree);
    if (!st)
        st = hn_treemap_make(&tree, HN_TREEMAP_SHARE, &call->arena, treemap);
    if (!st) {
        ret->treemap = treemap;
        st = hn_call_find_suspects(call, &tree,
                                   &(struct hn_suspects_wish){ HN_SUSPECTS_SHARE,
                                                               HN_SUSPECTS_LEAST,
                                                               HN_SUSPECTS_LIMIT },
                                   suspects);
    }
    if (!st)
        ret->suspects = suspects;
    hn_domtree_deinit(&tree);
    hn_graph_deinit(&graph);
    return st;
}

static enum hn_status
write_page(struct hn_call *call, const char *path, const struct hn_heap_report *report)
{
    struct hn_out out;
    enum hn_status st =
        hn_out_open(&out, call->session->host, path, &call->arena, &call->session->err);

    if (st)
        return st;
    hn_heap_page_put(&out.text, report);
    st = hn_out_close(&out);
    hn_out_discard(&out);
    return st;
}

static void
say_written(struct hn_call *call, const char *path)
{
    if (call->common.json) {
        hn_call_begin_json(call);
        hn_json_string(&call->json, "file", path);
        hn_call_end_json(call);
    } else {
        hn_call_begin_text(call, false);
        hn_text_puts(&call->out.text, "the heap's page was written to ");
        hn_text_put_escaped(&call->out.text, path, strlen(path));
        hn_text_putc(&call->out.text, '\n');
        hn_call_end_text(call);
    }
}

static enum hn_status
make(struct hn_call *call, struct hn_heap *heap, const char *path,
     const struct hn_ledger *ledger)
{
    struct hn_heap_report report = { .process = &call->process, .ledger = ledger };
    struct hn_heap_census census;
    struct hn_heap_strings strings;
    struct hn_treemap treemap;
    struct hn_suspects suspects;
    enum hn_status st =
        hn_census_make(heap, HN_CENSUS_TYPE, HN_CENSUS_BYTES, &call->arena, &census);

    if (!st)
        st = hn_heap_strings(heap, HN_HEAP_PAGE_STRINGS, &call->arena, &strings);
    if (!st)
        st = look_at_graph(call, heap, &treemap, &suspects, &report);
    if (st)
        return st;
    hn_call_release(call);
    report.census = &census;
    report.strings = &strings;
    report.made = (int64_t)time(NULL);
    call->doing = "write the page";
    st = write_page(call, path, &report);
    if (!st)
        say_written(call, path);
    return st;
}

/* As an operand or with -o. */
static enum hn_status
find_path(struct hn_call *call, const struct report_options *o, const char **ret)
{
    *ret = o->output;
    if (!*ret && call->operand_count == 1)
        *ret = hn_parse_path(call->operands[0], &call->arena);
    if (*ret && strcmp(*ret, "-") != 0)
        return HN_OK;
    call->misused = true;
    return hn_fail(&call->session->err, HN_E_ARGUMENT, 0,
                   "say which file the page is to be: -o FILE.html");
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    struct hn_ledger ledger;
    struct hn_heap heap = { 0 };
    const char *path;
    enum hn_status st = find_path(call, options, &path);

    if (st)
        return st;
    st = hn_call_open_ledger(call, &heap, &ledger);
    if (!st)
        st = make(call, &heap, path, &ledger);
    hn_heap_deinit(&heap);
    return st;
}

static const struct hn_arg args[] = {
    { "output", 'o', HN_ARG_PATH, offsetof(struct report_options, output), "FILE",
      "the page's file", NULL, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct report_options defaults = { NULL };

static const struct hn_example examples[] = {
    { "-o heap.html", "all of it on one page, for a browser" },
    { NULL, NULL },
};

const struct hn_command hn_command_heap_report = {
    .entry = { "heap report", "Write one page with all of the heap" },
    .parent = &hn_command_heap,
    .details =
        "One HTML file that needs nothing else: where the memory is, a map of what "
        "keeps what alive, types, leak suspects and strings that exist more than "
        "once.",
    .examples = examples,
    .args = args,
    .operands = "[FILE]",
    .options_size = sizeof(struct report_options),
    .defaults = &defaults,
    .run = run,
};
