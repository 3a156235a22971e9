/* py-heap suspects: the few places where memory piles up. */
#include "command/heap.h"
#include "heap/domtree.h"
#include "heap/suspects.h"
#include "report/graph.h"

struct suspects_options {
    uint64_t share, least, limit;
};

static void
write_suspects(struct hn_call *call, const struct hn_suspects *suspects)
{
    if (call->common.json) {
        hn_call_begin_json(call);
        hn_document_suspects(&call->json, suspects);
        hn_call_end_json(call);
    } else {
        hn_call_begin_text(call, false);
        hn_suspects_put(&call->out.text, &call->look, suspects);
        hn_call_end_text(call);
    }
}

static enum hn_status
find_suspects(struct hn_call *call, const struct suspects_options *o,
              const struct hn_graph *graph, struct hn_suspects *ret)
{
    const struct hn_suspects_wish wish = { (unsigned)o->share, o->least, o->limit };
    struct hn_domtree tree;
    enum hn_status st = hn_domtree_build(graph, &tree);

    if (!st)
        st = hn_call_find_suspects(call, &tree, &wish, ret);
    hn_domtree_deinit(&tree);
    return st;
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    const struct suspects_options *o = options;
    struct hn_suspects suspects;
    struct hn_graph graph = { 0 };
    struct hn_heap heap = { 0 };
    enum hn_status st;

    if (o->share < 1 || o->share > 100) {
        call->misused = true;
        return hn_fail(&call->session->err, HN_E_ARGUMENT, 0,
                       "--share is a number from 1 to 100");
    }
    st = hn_call_open_graph(call, &heap, &graph);
    if (!st)
        st = find_suspects(call, o, &graph, &suspects);
    if (!st) {
        hn_call_release(call);
        write_suspects(call, &suspects);
    }
    hn_graph_deinit(&graph);
    hn_heap_deinit(&heap);
    return st;
}

static const struct hn_arg args[] = {
    { "share", 0, HN_ARG_COUNT, offsetof(struct suspects_options, share), "PERCENT",
      "of all memory that an object must keep alive to be suspect", NULL, false },
    { "min-size", 0, HN_ARG_COUNT, offsetof(struct suspects_options, least), "BYTES",
      "that it must keep alive, too", NULL, false },
    { "limit", 0, HN_ARG_COUNT, offsetof(struct suspects_options, limit), "N",
      "only the N largest (0: all)", NULL, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct suspects_options defaults = { .share = HN_SUSPECTS_SHARE,
                                                  .least = HN_SUSPECTS_LEAST,
                                                  .limit = HN_SUSPECTS_LIMIT };

static const struct hn_example examples[] = {
    { "", "who is to blame" },
    { "--share 2", "also for less" },
    { NULL, NULL },
};

const struct hn_command hn_command_heap_suspects = {
    .entry = { "heap suspects", "Name the few objects that are to blame" },
    .parent = &hn_command_heap,
    .details =
        "Objects behind which a good part of all memory accumulates, each with the "
        "path that leads to it, what it is made of, and, where tracemalloc records "
        "allocations, the lines that made it. Many objects of one type that no single "
        "one holds, garbage in cycles, and objects that C code lost a reference to are "
        "suspects as well. A cache that is meant to be large is named, too: it is for "
        "you to judge.",
    .examples = examples,
    .args = args,
    .operands = "",
    .options_size = sizeof(struct suspects_options),
    .defaults = &defaults,
    .run = run,
};
