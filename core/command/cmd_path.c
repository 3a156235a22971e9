/* py-path: how an object is reached from what keeps it alive. */
#include "command/heap.h"
#include "heap/paths.h"
#include "report/graph.h"

#include <string.h>

struct path_options {
    struct hn_value_options value; /* thread, frame */
    uint64_t count;
    const char *type;
};

static void
write_paths(struct hn_call *call, const struct hn_graph_paths *paths)
{
    if (call->common.json) {
        hn_call_begin_json(call);
        hn_document_paths(&call->json, paths);
        hn_call_end_json(call);
    } else {
        hn_call_begin_text(call, false);
        hn_paths_put(&call->out.text, &call->look, paths);
        hn_call_end_text(call);
    }
}

static enum hn_status
find_paths(struct hn_call *call, const struct path_options *o,
           const struct hn_graph *graph, hn_addr address, struct hn_graph_paths *ret)
{
    uint32_t object = 0;
    enum hn_status st = HN_OK;

    if (!o->type)
        st = hn_call_find_object(call, graph->heap, address, &object);
    if (st)
        return st;
    call->doing = "find a path";
    return hn_paths_ask(graph, NULL, o->type, object, o->count, &call->arena, ret);
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    const struct path_options *o = options;
    struct hn_graph_paths found;
    struct hn_heap heap = { 0 };
    struct hn_graph graph = { 0 };
    hn_addr address = 0;
    enum hn_status st = hn_call_open(call);

    if (!st && !o->type)
        st = hn_call_operand_object(call, &o->value, &address);
    if (st)
        return st;
    st = hn_call_find_graph(call, &heap, &graph);
    if (!st)
        st = find_paths(call, o, &graph, address, &found);
    if (!st) {
        hn_call_release(call);
        write_paths(call, &found);
    }
    hn_graph_deinit(&graph);
    hn_heap_deinit(&heap);
    return st;
}

static const struct hn_arg args[] = {
    HN_FRAME_ARGS,
    { "count", 'n', HN_ARG_COUNT, offsetof(struct path_options, count), "N",
      "the N shortest paths (0: all)", NULL, false },
    { "type", 0, HN_ARG_STRING, offsetof(struct path_options, type), "PATTERN",
      "where all objects of a type accumulate, instead of one object's path; * and ? "
      "as in a shell",
      NULL, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct path_options defaults = { .count = 5 };

static const struct hn_example examples[] = {
    { "0x7f3a5c0e1d30", "what keeps the object at an address alive" },
    { "--type shop.model.Item", "where the objects of a class pile up" },
    { NULL, NULL },
};

const struct hn_command hn_command_path = {
    .entry = { "path", "Show what keeps an object alive" },
    .details = "The shortest paths from a root to the object, as a Python expression: "
               "from a module, a variable of a function that runs, or what C code "
               "holds. Every path leads through another referrer. Weak references are "
               "not followed.",
    .examples = examples,
    .args = args,
    .operands = "[EXPRESSION]",
    .operands_max = HN_OPERANDS_EXPRESSION,
    .options_size = sizeof(struct path_options),
    .defaults = &defaults,
    .run = run,
};
