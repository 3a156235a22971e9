/* py-heap retained: which objects keep most memory alive. */
#include "command/heap.h"
#include "heap/retained.h"
#include "report/graph.h"

struct retained_options {
    unsigned by;
    bool tree;
    uint64_t limit;
};

static const char *const groups[] = { "object", "type", NULL };

static void
write_table(struct hn_call *call, const struct hn_graph_table *table)
{
    if (call->common.json) {
        hn_call_begin_json(call);
        hn_document_retained(&call->json, table);
        hn_call_end_json(call);
    } else {
        hn_call_begin_text(call, false);
        hn_retained_put(&call->out.text, &call->look, table);
        hn_call_end_text(call);
    }
}

static enum hn_status
load_table(struct hn_call *call, const struct retained_options *o,
           const struct hn_graph *graph, struct hn_graph_table *ret)
{
    const enum hn_retained_kind kind = o->tree      ? HN_RETAINED_TREE
                                       : o->by == 1 ? HN_RETAINED_TYPES
                                                    : HN_RETAINED_OBJECTS;

    call->doing = "show what keeps memory alive";
    return hn_retained_find(graph, NULL, kind, o->limit, &call->arena, ret);
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    struct hn_graph_table table;
    struct hn_graph graph = { 0 };
    struct hn_heap heap = { 0 };
    enum hn_status st = hn_call_open_graph(call, &heap, &graph);

    if (!st)
        st = load_table(call, options, &graph, &table);
    if (!st) {
        hn_call_release(call);
        write_table(call, &table);
    }
    hn_graph_deinit(&graph);
    hn_heap_deinit(&heap);
    return st;
}

static const struct hn_arg args[] = {
    { "by", 0, HN_ARG_CHOICE, offsetof(struct retained_options, by), "WHAT",
      "a row for each", groups, false },
    { "tree", 0, HN_ARG_FLAG, offsetof(struct retained_options, tree), NULL,
      "the largest with what they keep alive below them", NULL, false },
    { "limit", 0, HN_ARG_COUNT, offsetof(struct retained_options, limit), "N",
      "only the N largest, in a tree below each (0: all)", NULL, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct retained_options defaults = { .limit = 20 };

static const struct hn_example examples[] = {
    { "", "the objects that keep most memory alive" },
    { "--tree --limit 5", "what the largest are made of" },
    { "--by type", "what all objects of a class keep alive together" },
    { NULL, NULL },
};

const struct hn_command hn_command_heap_retained = {
    .entry = { "heap retained", "Show which objects keep most memory alive" },
    .parent = &hn_command_heap,
    .details =
        "What an object keeps alive is what would be free without it: itself, and all "
        "that is reached through it alone. What several share belongs to the one that "
        "all of these are reached through. Objects that merely lead to one that keeps "
        "more than nine tenths of theirs are left out of the list, of a linked list "
        "all links but the first; --tree has them. "
        "Sizes are memory of the allocator.",
    .examples = examples,
    .args = args,
    .operands = "",
    .options_size = sizeof(struct retained_options),
    .defaults = &defaults,
    .run = run,
};
