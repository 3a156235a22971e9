/* py-heap cycles: garbage that only the collector can free, and lost references. */
#include "command/heap.h"
#include "heap/cycles.h"
#include "report/graph.h"

struct cycles_options {
    uint64_t limit;
};

static void
write_cycles(struct hn_call *call, const struct hn_graph_cycles *cycles)
{
    if (call->common.json) {
        hn_call_begin_json(call);
        hn_document_cycles(&call->json, cycles);
        hn_call_end_json(call);
    } else {
        hn_call_begin_text(call, false);
        hn_cycles_put(&call->out.text, &call->look, cycles);
        hn_call_end_text(call);
    }
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    const struct cycles_options *o = options;
    struct hn_graph_cycles cycles;
    struct hn_graph graph = { 0 };
    struct hn_heap heap = { 0 };
    enum hn_status st = hn_call_open_graph(call, &heap, &graph);

    if (!st) {
        call->doing = "look for cycles";
        st = hn_cycles_find(&graph, &call->process, o->limit, &call->arena, &cycles);
    }
    if (!st) {
        hn_call_release(call);
        write_cycles(call, &cycles);
    }
    hn_graph_deinit(&graph);
    hn_heap_deinit(&heap);
    return st;
}

static const struct hn_arg args[] = {
    { "limit", 0, HN_ARG_COUNT, offsetof(struct cycles_options, limit), "N",
      "only the N largest (0: all)", NULL, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct cycles_options defaults = { .limit = 20 };

static const struct hn_example examples[] = {
    { "", "what the collector would free if it ran now" },
    { NULL, NULL },
};

const struct hn_command hn_command_heap_cycles = {
    .entry = { "heap cycles", "Show garbage in cycles and lost references" },
    .parent = &hn_command_heap,
    .details = "Objects that refer to each other while nothing else leads to them: the "
               "collector frees them when it runs, nobody else does. Then what it gave "
               "up on (gc.garbage), and objects whose reference count is higher than "
               "the references in all of the process's memory: C code forgot to "
               "release one.",
    .examples = examples,
    .args = args,
    .operands = "",
    .options_size = sizeof(struct cycles_options),
    .defaults = &defaults,
    .run = run,
};
