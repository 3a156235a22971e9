/* py-refs: who refers to an object, and what it refers to. */
#include "command/heap.h"
#include "heap/refs.h"
#include "report/graph.h"

#include <string.h>

struct refs_options {
    struct hn_value_options value; /* thread, frame, limit */
    bool out;
};

static void
write_links(struct hn_call *call, const struct hn_graph_links *links)
{
    if (call->common.json) {
        hn_call_begin_json(call);
        hn_document_links(&call->json, links);
        hn_call_end_json(call);
    } else {
        hn_call_begin_text(call, false);
        hn_links_put(&call->out.text, &call->look, links);
        hn_call_end_text(call);
    }
}

static enum hn_status
load_links(struct hn_call *call, const struct refs_options *o,
           const struct hn_heap *heap, hn_addr address, struct hn_graph_links *ret)
{
    uint32_t object;
    enum hn_status st = hn_call_find_object(call, heap, address, &object);

    if (st)
        return st;
    call->doing = "look for references";
    st = o->out ? hn_refs_out(heap, &call->process, object, o->value.limit,
                              &call->arena, ret)
                : hn_refs_in(heap, &call->process, object, o->value.limit, &call->arena,
                             ret);
    if (st == HN_E_INTERRUPTED) {
        call->interrupted = true;
        st = HN_OK;
    }
    return st;
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    const struct refs_options *o = options;
    struct hn_graph_links links;
    struct hn_heap heap = { 0 };
    hn_addr address = 0;
    enum hn_status st = hn_call_open(call);

    if (!st)
        st = hn_call_operand_object(call, &o->value, &address);
    if (st)
        return st;
    st = hn_call_load_heap(call, &heap);
    if (!st)
        st = load_links(call, o, &heap, address, &links);
    if (!st) {
        hn_call_release(call);
        write_links(call, &links);
    }
    hn_heap_deinit(&heap);
    return st;
}

static const struct hn_arg args[] = {
    HN_FRAME_ARGS,
    { "out", 0, HN_ARG_FLAG, offsetof(struct refs_options, out), NULL,
      "what the object refers to, instead of what refers to it", NULL, false },
    { "limit", 0, HN_ARG_COUNT, offsetof(struct refs_options, value.limit), "N",
      "only the first N (0: all)", NULL, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct refs_options defaults = { .value = { .limit = 20 } };

static const struct hn_example examples[] = {
    { "self", "who refers to what a variable holds" },
    { "--out 0x7f3a5c0e1d30", "what the object at an address refers to" },
    { NULL, NULL },
};

const struct hn_command hn_command_refs = {
    .entry = { "refs", "Show who refers to an object" },
    .details =
        "Every reference with where it stands: an attribute, a key, an index, a "
        "variable of a function. Weak references are not among the referrers, since "
        "they keep nothing alive. What is marked (scanned) was found in an object "
        "of C code that does not say where it keeps references. References that are "
        "counted but were found nowhere are C code's.",
    .examples = examples,
    .args = args,
    .operands = "EXPRESSION",
    .operands_max = HN_OPERANDS_EXPRESSION,
    .options_size = sizeof(struct refs_options),
    .defaults = &defaults,
    .run = run,
};
