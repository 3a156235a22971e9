/* py-tracemalloc types: which line allocated how many objects of which type. */
#include <string.h>

#include "command/heap.h"
#include "command/moments.h"
#include "command/traces.h"
#include "report/sites.h"
#include "snapshot/sites.h"

struct types_options {
    unsigned by;                    /* 1: whole tracebacks */
    struct hn_trace_options traces; /* by is not used */
    const char *type;
    unsigned graph; /* enum hn_moment_graph */
};

static void
show(struct hn_call *call, const struct types_options *o, const struct hn_sites *sites)
{
    if (call->common.json) {
        hn_call_begin_json(call);
        hn_document_sites(&call->json, sites, o->traces.limit);
        hn_call_end_json(call);
    } else {
        hn_call_begin_text(call, false);
        hn_sites_put(&call->out.text, &call->look, sites, o->by == 1, o->traces.limit);
        hn_call_end_text(call);
    }
}

/* The rows; with the graph of all objects, where it is wanted, what they keep alive. */
static enum hn_status
make(struct hn_call *call, const struct types_options *o,
     const struct hn_trace_selection *selection, const struct hn_moment *moment,
     struct hn_sites *ret)
{
    const bool wanted = hn_moment_wants_graph(o->graph, moment->heap.count);
    struct hn_graph graph = { 0 };
    struct hn_domtree tree = { 0 };
    enum hn_status st = HN_OK;

    if (wanted)
        st = hn_call_load_graph(call, &moment->heap, &graph);
    if (!st && wanted)
        st = hn_domtree_build(&graph, &tree);
    if (!st)
        st = hn_sites_make(moment, selection,
                           o->by ? HN_TRACE_KEY_TRACEBACK : HN_TRACE_KEY_LINENO,
                           o->type, wanted ? &tree : NULL, &call->arena, ret);
    hn_domtree_deinit(&tree);
    hn_graph_deinit(&graph);
    return st;
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    static const struct hn_moment_options wanted = { .graph = HN_MOMENT_GRAPH_NO,
                                                     .objects = true };
    const struct types_options *o = options;
    struct hn_trace_selection selection;
    struct hn_moment moment;
    struct hn_sites sites;
    enum hn_status st = hn_call_trace_selection(call, &o->traces, &selection);

    hn_moment_init(&moment);
    if (!st)
        st = hn_call_take_moment(call, &wanted, &moment);
    if (!st)
        st = hn_call_check_tracing(call, &moment.traces);
    if (!st)
        st = make(call, o, &selection, &moment, &sites);
    if (!st) {
        hn_call_release(call);
        show(call, o, &sites);
    }
    hn_moment_deinit(&moment);
    return st;
}

static const char *const bys[] = { "lineno", "traceback", NULL };

static const struct hn_arg args[] = {
    { "by", 'b', HN_ARG_CHOICE, offsetof(struct types_options, by), "KEY",
      "what stands beside a type", bys, false },
    { "type", 't', HN_ARG_STRING, offsetof(struct types_options, type), "PATTERN",
      "only types of this name, whole or its last part; * and ? as in a shell", NULL,
      false },
    { "include", 'i', HN_ARG_LIST, offsetof(struct types_options, traces.include),
      "PATTERN", "only what was allocated in files like PATTERN[:LINE] (repeatable)",
      NULL, false },
    { "exclude", 'x', HN_ARG_LIST, offsetof(struct types_options, traces.exclude),
      "PATTERN", "nothing allocated in files like PATTERN[:LINE] (repeatable)", NULL,
      false },
    { "graph", 0, HN_ARG_CHOICE, offsetof(struct types_options, graph), "WHEN",
      "whether to find out what the objects keep alive, which takes a second or two "
      "for "
      "a million (auto: of up to two million)",
      hn_moment_graph_words, false },
    { "limit", 'n', HN_ARG_COUNT, offsetof(struct types_options, traces.limit), "N",
      "show at most N rows, 0: all (default: 20)", NULL, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct types_options defaults = { .traces.limit = 20 };

static const struct hn_example examples[] = {
    { "", "the lines and types that take most" },
    { "--type shop.model.Item --by traceback",
      "how the objects of a class came to be" },
    { "-i '*/shop/*'", "what one package allocated" },
    { NULL, NULL },
};

const struct hn_command hn_command_tracemalloc_types = {
    .entry = { "tracemalloc types", "Show which line allocated objects of which type" },
    .parent = &hn_command_tracemalloc,
    .details =
        "Joins the traces with the objects of the heap, which the module itself "
        "cannot: "
        "an object belongs to the trace of the block that it lies in. Sizes are those "
        "of sys.getsizeof(); \"retained\" is what the allocator spends on them and on "
        "all "
        "that would be freed with them. Blocks that hold no object (keys of dicts, "
        "memory of C "
        "code) are not counted here.",
    .examples = examples,
    .args = args,
    .operands = "",
    .options_size = sizeof(struct types_options),
    .defaults = &defaults,
    .run = run,
};
