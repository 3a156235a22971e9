/* py-snapshot show: the heap's views from a file, without the process. */
#include <stdlib.h>
#include <string.h>

#include "command/moments.h"
#include "command/parse.h"
#include "command/traces.h"
#include "heap/paths.h"
#include "heap/retained.h"
#include "report/graph.h"
#include "report/heap.h"
#include "report/heap_page.h"
#include "report/ledger.h"
#include "report/sites.h"
#include "report/traces.h"
#include "snapshot/sites.h"

struct show_options {
    unsigned by, sort;
    uint64_t limit, count;
    const char *type;
    uint64_t min_size, parts;
    bool brief, out, tree;
};

/* A view: what of the file it needs, and who writes it. */
struct view {
    const char *word;
    struct hn_snapshot_parts parts;
    bool of_one; /* of the object at an address */
    enum hn_status (*show)(struct hn_call *call, const struct show_options *o,
                           struct hn_moment *moment);
};

/* Of retained the first two, of types all, where an object is no group. */
static const char *const groups[] = { "object", "type",       "module",
                                      "size",   "generation", NULL };
enum { BY_OBJECT, BY_TYPE };
static const char *const orders[] = { "size", "count", "allocated", "name", NULL };

static void
begin(struct hn_call *call, const struct hn_moment *moment)
{
    if (call->common.json)
        hn_call_begin_json(call);
    hn_call_put_moment(call, moment);
}

static void
end(struct hn_call *call)
{
    if (call->common.json)
        hn_call_end_json(call);
    else
        hn_call_end_text(call);
}

static enum hn_status
show_types(struct hn_call *call, const struct show_options *o, struct hn_moment *moment)
{
    const unsigned by = o->by == BY_OBJECT ? BY_TYPE : o->by;
    struct hn_heap_census census;
    enum hn_status st =
        hn_moment_census(moment, by - BY_TYPE, o->sort, &call->arena, &census);

    if (st)
        return st;
    begin(call, moment);
    if (call->common.json)
        hn_document_census(&call->json, &census, groups[by], o->limit);
    else
        hn_census_put(&call->out.text, &call->look, &census, groups[by], o->limit);
    end(call);
    return HN_OK;
}

static enum hn_status
show_objects(struct hn_call *call, const struct show_options *o,
             struct hn_moment *moment)
{
    const struct hn_heap_filter filter = {
        .type = o->type, .min_size = o->min_size, .limit = o->limit, .values = !o->brief
    };
    struct hn_heap_hits hits;
    enum hn_status st;

    if (!moment->has_objects)
        return hn_fail(&call->session->err, HN_DONE, 0,
                       "it was saved with --no-objects: there are only sums in it");
    st = hn_moment_search(moment, &filter, &call->arena, &hits);
    if (st)
        return st;
    if (call->common.json || !o->brief)
        begin(call, moment);
    if (call->common.json)
        hn_document_hits(&call->json, &hits);
    else
        hn_hits_put(&call->out.text, &call->look, &hits, o->brief);
    if (call->common.json || !o->brief)
        end(call);
    return HN_OK;
}

static enum hn_status
show_strings(struct hn_call *call, const struct show_options *o,
             struct hn_moment *moment)
{
    struct hn_heap_strings strings = moment->strings;

    if (strings.groups == 0 && strings.strings == 0)
        return hn_fail(&call->session->err, HN_DONE, 0,
                       "it was saved with --no-values: there are no texts in it");
    if ((o->limit == 0 || o->limit > strings.count) && strings.count < strings.groups)
        hn_call_note(call, "a snapshot keeps the %zu texts whose copies take most",
                     strings.count);
    if (o->limit && o->limit < strings.count)
        strings.count = (size_t)o->limit;
    begin(call, moment);
    if (call->common.json)
        hn_document_strings(&call->json, &strings);
    else
        hn_strings_put(&call->out.text, &call->look, &strings);
    end(call);
    return HN_OK;
}

static enum hn_status
show_gc(struct hn_call *call, const struct show_options *o, struct hn_moment *moment)
{
    (void)o;
    begin(call, moment);
    if (call->common.json)
        hn_document_gc(&call->json, &moment->gc);
    else
        hn_gc_put(&call->out.text, &call->look, &moment->gc);
    end(call);
    return HN_OK;
}

static enum hn_status
show_lines(struct hn_call *call, const struct show_options *o, struct hn_moment *moment)
{
    struct hn_trace_options options = hn_trace_defaults;
    struct hn_trace_selection selection;
    struct hn_trace_rows rows;
    enum hn_status st = hn_call_trace_selection(call, &options, &selection);

    options.limit = o->limit;
    if (!st && !moment->traces.tracing)
        st = hn_fail(&call->session->err, HN_DONE, 0,
                     "tracemalloc did not trace in that process");
    if (!st)
        st = hn_traces_group(&moment->traces, &selection, options.by,
                             options.cumulative, &call->arena, &rows);
    if (st)
        return st;
    begin(call, moment);
    if (call->common.json)
        hn_document_traces(&call->json, &moment->traces);
    else
        hn_traces_put_total(&call->out.text, &call->look, &moment->traces);
    hn_call_put_trace_rows(call, &options, NULL, &rows);
    end(call);
    return HN_OK;
}

static enum hn_status
show_sites(struct hn_call *call, const struct show_options *o, struct hn_moment *moment)
{
    const struct hn_trace_selection all = { .has_domain = false };
    struct hn_sites sites;
    enum hn_status st = HN_OK;

    if (!moment->traces.tracing || !moment->has_objects)
        return hn_fail(&call->session->err, HN_DONE, 0,
                       "it takes both objects and allocation traces, and it has not");
    st = hn_sites_make(moment, &all, HN_TRACE_KEY_LINENO, o->type, NULL, &call->arena,
                       &sites);
    if (st)
        return st;
    begin(call, moment);
    if (call->common.json)
        hn_document_sites(&call->json, &sites, o->limit);
    else
        hn_sites_put(&call->out.text, &call->look, &sites, false, o->limit);
    end(call);
    return HN_OK;
}

/* What comes of the graph is missing: @earlier says why, if the graph is not. */
static enum hn_status
say_missing(struct hn_call *call, bool has_graph, const char *earlier)
{
    return hn_fail(&call->session->err, HN_DONE, 0,
                   has_graph
                       ? earlier
                       : "it was saved without the graph of its objects: see --graph");
}

static enum hn_status
say_no_links(struct hn_call *call, const struct hn_moment *moment)
{
    return say_missing(call, moment->has_graph,
                       moment->has_objects
                           ? "an earlier hognose saved it, which kept no references"
                           : "it was saved without its objects: see --no-objects");
}

/* The largest, as they were found when it was saved. */
static struct hn_graph_table
kept_table(const struct hn_moment *moment, uint64_t limit)
{
    struct hn_graph_table table = moment->retained;

    if (limit && limit < table.row_count)
        table.row_count = (size_t)limit;
    return table;
}

static enum hn_status
make_table(struct hn_call *call, const struct show_options *o, struct hn_moment *moment,
           struct hn_graph_table *ret)
{
    struct hn_graph graph = { 0 };
    struct hn_link_words words;
    enum hn_status st =
        moment->has_links ? hn_links_graph(moment, &graph) : say_no_links(call, moment);

    hn_link_words_init(moment, &graph, &words);
    if (!st)
        st = hn_retained_find(&graph, &words.words,
                              o->tree ? HN_RETAINED_TREE : HN_RETAINED_TYPES, o->limit,
                              &call->arena, ret);
    hn_graph_deinit(&graph);
    return st;
}

static enum hn_status
show_retained(struct hn_call *call, const struct show_options *o,
              struct hn_moment *moment)
{
    struct hn_graph_table table;
    enum hn_status st = moment->has_graph ? HN_OK : say_no_links(call, moment);

    if (!st && (o->tree || o->by == BY_TYPE))
        st = make_table(call, o, moment, &table);
    else if (!st)
        table = kept_table(moment, o->limit);
    if (st)
        return st;
    begin(call, moment);
    if (call->common.json)
        hn_document_retained(&call->json, &table);
    else
        hn_retained_put(&call->out.text, &call->look, &table);
    end(call);
    return HN_OK;
}

static enum hn_status
show_memory(struct hn_call *call, const struct show_options *o,
            struct hn_moment *moment)
{
    if (!moment->has_ledger)
        return hn_fail(&call->session->err, HN_DONE, 0,
                       "an earlier hognose saved it, without where all memory is");
    begin(call, moment);
    if (call->common.json)
        hn_document_ledger(&call->json, &moment->ledger);
    else
        hn_ledger_put(&call->out.text, &call->look, &moment->ledger,
                      o->parts < 100 ? (unsigned)o->parts : 100);
    end(call);
    return HN_OK;
}

static enum hn_status
say_no_suspects(struct hn_call *call, const struct hn_moment *moment)
{
    return say_missing(call, moment->has_graph,
                       "an earlier hognose saved it, which kept no suspects");
}

static enum hn_status
show_suspects(struct hn_call *call, const struct show_options *o,
              struct hn_moment *moment)
{
    struct hn_suspects suspects = moment->suspects;

    if (!moment->has_suspects)
        return say_no_suspects(call, moment);
    if (o->limit && o->limit < suspects.count)
        suspects.count = (size_t)o->limit;
    begin(call, moment);
    if (call->common.json)
        hn_document_suspects(&call->json, &suspects);
    else
        hn_suspects_put(&call->out.text, &call->look, &suspects);
    end(call);
    return HN_OK;
}

static enum hn_status
show_cycles(struct hn_call *call, const struct show_options *o,
            struct hn_moment *moment)
{
    struct hn_graph_cycles cycles = moment->cycles;

    if (!moment->has_suspects)
        return say_no_suspects(call, moment);
    if (o->limit && o->limit < cycles.count)
        cycles.count = (size_t)o->limit;
    begin(call, moment);
    if (call->common.json)
        hn_document_cycles(&call->json, &cycles);
    else
        hn_cycles_put(&call->out.text, &call->look, &cycles);
    end(call);
    return HN_OK;
}

/* --- references and paths */

/* The object whose address is the operand behind the view. */
static enum hn_status
find_object(struct hn_call *call, const struct hn_moment *moment, uint32_t *ret)
{
    const char *word = call->operand_count > 2 ? call->operands[2] : "";
    char *end;
    uint64_t address = strtoull(word, &end, 0);

    if (end == word || *end || *word == '-') {
        call->misused = true;
        return hn_fail_detail(&call->session->err, HN_E_ARGUMENT, 0,
                              "say which object, by its address", "%s", word);
    }
    *ret = hn_moment_find(moment, address);
    return *ret != HN_HEAP_NONE ? HN_OK
                                : hn_fail(&call->session->err, HN_E_ARGUMENT, address,
                                          "no object of the heap begins there");
}

static enum hn_status
show_refs(struct hn_call *call, const struct show_options *o, struct hn_moment *moment)
{
    struct hn_graph_links links;
    uint32_t object = 0;
    enum hn_status st = moment->has_links ? find_object(call, moment, &object)
                                          : say_no_links(call, moment);

    if (!st)
        st = hn_links_load(moment, object, o->out, o->limit, &call->arena, &links);
    if (st)
        return st;
    begin(call, moment);
    if (call->common.json)
        hn_document_links(&call->json, &links);
    else
        hn_links_put(&call->out.text, &call->look, &links);
    end(call);
    return HN_OK;
}

static enum hn_status
show_path(struct hn_call *call, const struct show_options *o, struct hn_moment *moment)
{
    struct hn_graph graph = { 0 };
    struct hn_link_words words;
    struct hn_graph_paths paths;
    uint32_t object = 0;
    enum hn_status st = moment->has_links ? HN_OK : say_no_links(call, moment);

    hn_link_words_init(moment, &graph, &words);
    if (!st && !o->type)
        st = find_object(call, moment, &object);
    if (!st)
        st = hn_links_graph(moment, &graph);
    if (!st)
        st = hn_paths_ask(&graph, &words.words, o->type, object, o->count, &call->arena,
                          &paths);
    hn_graph_deinit(&graph);
    if (st)
        return st;
    begin(call, moment);
    if (call->common.json)
        hn_document_paths(&call->json, &paths);
    else
        hn_paths_put(&call->out.text, &call->look, &paths);
    end(call);
    return HN_OK;
}

/* --- the page */

/* What the page says of the process, as far as a snapshot knows it. */
static struct hn_process
process_of(const struct hn_moment_facts *facts)
{
    return (struct hn_process){
        .kind = facts->read_from,
        .pid = facts->pid,
        .executable = facts->executable,
        .arguments = facts->arguments,
        .consistent = !facts->inconsistent,
        .hex = facts->hex,
        .version = facts->version,
        .flavour = { facts->flavour },
        .allocator = facts->allocator,
    };
}

static enum hn_status
show_page(struct hn_call *call, const struct show_options *o, struct hn_moment *moment)
{
    const struct hn_process process = process_of(&moment->facts);
    struct hn_heap_strings strings = moment->strings;
    struct hn_heap_report report = { .process = &process,
                                     .ledger = &moment->ledger,
                                     .strings = &strings,
                                     .made = moment->facts.time_ns / 1000000000 };
    struct hn_heap_census census;
    enum hn_status st = HN_OK;

    (void)o;
    if (!moment->has_ledger)
        return show_memory(call, o, moment);
    if (call->common.json || !call->common.output) {
        call->misused = true;
        st = hn_fail(&call->session->err, HN_E_ARGUMENT, 0,
                     "say which file the page is to be: -o FILE.html");
    }
    if (!st)
        st = hn_moment_census(moment, HN_CENSUS_TYPE, HN_CENSUS_BYTES, &call->arena,
                              &census);
    if (st)
        return st;
    if (strings.count > HN_HEAP_PAGE_STRINGS)
        strings.count = HN_HEAP_PAGE_STRINGS;
    report.census = &census;
    if (moment->has_suspects) {
        report.treemap = &moment->treemap;
        report.suspects = &moment->suspects;
    }
    hn_heap_page_put(&call->out.text, &report);
    return HN_OK;
}

static const struct view views[] = {
    { "types", { 0 }, false, show_types },
    { "find", { .objects = true }, false, show_objects },
    { "strings", { 0 }, false, show_strings },
    { "gc", { 0 }, false, show_gc },
    { "memory", { 0 }, false, show_memory },
    { "retained", { .objects = true, .links = true }, false, show_retained },
    { "refs", { .objects = true, .links = true }, true, show_refs },
    { "path", { .objects = true, .links = true }, true, show_path },
    { "suspects", { 0 }, false, show_suspects },
    { "cycles", { 0 }, false, show_cycles },
    { "report", { 0 }, false, show_page },
    { "lines", { .traces = true }, false, show_lines },
    { "sites", { .objects = true, .traces = true }, false, show_sites },
};

enum { VIEWS = sizeof(views) / sizeof(views[0]) };

/* @ret is NULL before. */
static enum hn_status
find_view(struct hn_call *call, const struct view **ret)
{
    const char *word = call->operand_count > 1 ? call->operands[1] : views[0].word;

    for (size_t i = 0; i < VIEWS && !*ret; i++)
        if (strcmp(views[i].word, word) == 0)
            *ret = &views[i];
    if (*ret && (call->operand_count < 3 || (*ret)->of_one))
        return HN_OK;
    call->misused = true;
    call->doing = "show a snapshot";
    if (*ret)
        return hn_fail_detail(&call->session->err, HN_E_ARGUMENT, 0,
                              "only refs and path are of one object", "%s",
                              call->operands[2]);
    return hn_fail_detail(
        &call->session->err, HN_E_ARGUMENT, 0,
        "its views are types, find, strings, gc, memory, retained, refs, path, "
        "suspects, cycles, report, lines and sites",
        "%s", word);
}

/* What retains most is a table of its own: objects are read for other questions. */
static struct hn_snapshot_parts
parts_of(const struct view *view, const struct show_options *o)
{
    const struct hn_snapshot_parts tables = { .objects = false };

    return view->show == show_retained && !o->tree && o->by != BY_TYPE ? tables
                                                                       : view->parts;
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    const struct show_options *o = options;
    const struct view *view = NULL;
    struct hn_snapshot_parts parts;
    struct hn_moment moment;
    const char *path = hn_parse_path(call->operands[0], &call->arena);
    enum hn_status st = path ? find_view(call, &view) : HN_E_NOMEM;

    call->no_target = true;
    hn_moment_init(&moment);
    if (!st) {
        parts = parts_of(view, o);
        st = hn_call_read_snapshot(call, path, &parts, &moment);
    }
    if (!st) {
        call->doing =
            hn_arena_format(&call->arena, "show %s of snapshot %s", view->word, path);
        st = view->show(call, o, &moment);
    }
    if (!st)
        call->doing = NULL;
    hn_moment_deinit(&moment);
    return st;
}

static const struct hn_arg args[] = {
    { "sort", 's', HN_ARG_CHOICE, offsetof(struct show_options, sort), "ORDER",
      "types: what decides the order of rows", orders, false },
    { "by", 0, HN_ARG_CHOICE, offsetof(struct show_options, by), "WHAT",
      "types: a row for each; retained: object or type", groups, false },
    { "tree", 0, HN_ARG_FLAG, offsetof(struct show_options, tree), NULL,
      "retained: the largest with what they keep alive below them", NULL, false },
    { "limit", 0, HN_ARG_COUNT, offsetof(struct show_options, limit), "N",
      "only the first N rows (0: all)", NULL, false },
    { "type", 't', HN_ARG_STRING, offsetof(struct show_options, type), "PATTERN",
      "find, sites: only types of this name, whole or its last part; path: where their "
      "objects accumulate; * and ? as in a shell",
      NULL, false },
    { "out", 0, HN_ARG_FLAG, offsetof(struct show_options, out), NULL,
      "refs: what the object refers to, instead of what refers to it", NULL, false },
    { "count", 'n', HN_ARG_COUNT, offsetof(struct show_options, count), "N",
      "path: the N shortest paths (0: all)", NULL, false },
    { "min-size", 0, HN_ARG_COUNT, offsetof(struct show_options, min_size), "BYTES",
      "find: only objects of at least that size", NULL, false },
    { "parts", 0, HN_ARG_COUNT, offsetof(struct show_options, parts), "N",
      "memory: at most N parts of each row", NULL, false },
    { "short", 0, HN_ARG_FLAG, offsetof(struct show_options, brief), NULL,
      "find: addresses and nothing else, for scripts", NULL, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct show_options defaults = { .limit = 20, .parts = 4, .count = 5 };

static const struct hn_example examples[] = {
    { "monday.hnsnap", "what the memory was made of" },
    { "monday.hnsnap find --type shop.model.Item", "the objects of a class" },
    { "monday.hnsnap suspects", "who is to blame" },
    { "monday.hnsnap path 0x7f3a5c0e1d30", "what kept the object at an address alive" },
    { "monday.hnsnap report -o monday.html", "all of it on one page, for a browser" },
    { "monday.hnsnap lines", "where it was allocated, if that was traced" },
    { NULL, NULL },
};

const struct hn_command hn_command_snapshot_show = {
    .entry = { "snapshot show", "Show a saved heap" },
    .parent = &hn_command_snapshot,
    .subject = HN_SUBJECT_FILES,
    .details =
        "VIEW is one of types (the default), find, strings, gc, memory, retained, "
        "suspects, cycles and report, as the `heap` commands of these names show them; "
        "refs and path of the object at ADDRESS, as `refs` and `path` do; and lines "
        "and sites, as `tracemalloc` and `tracemalloc types` do. A file holds values "
        "of "
        "its largest objects only.",
    .examples = examples,
    .args = args,
    .operands = "FILE [VIEW] [ADDRESS]",
    .operands_max = 3,
    .operands_min = 1,
    .options_size = sizeof(struct show_options),
    .defaults = &defaults,
    .run = run,
};
