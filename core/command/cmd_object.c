/* py-object: all that is known of one object. */
#include "command/traces.h"
#include "command/values.h"
#include "heap/where.h"
#include "objects/objects.h"
#include "report/document.h"
#include "report/object.h"
#include "report/value.h"
#include "runtime/object.h"

static void
write_result(struct hn_call *call, const struct hn_object_facts *object)
{
    if (call->common.json) {
        hn_call_begin_json(call);
        hn_document_object(&call->json, object);
        hn_call_end_json(call);
    } else {
        hn_call_begin_text(call, false);
        hn_object_put(&call->out.text, &call->look, object);
        hn_call_end_text(call);
    }
}

/* Where it was allocated, if that was traced. What cannot be read is left out. */
static void
load_allocation(struct hn_call *call, hn_addr object, struct hn_traces *traces,
                struct hn_object_facts *ret)
{
    struct hn_error saved = call->session->err;

    if (hn_traces_load_object(call->session->runtime, object, &call->arena, traces)
        == HN_OK)
        ret->allocation.traces = traces;
    call->session->err = saved;
}

static void
load_sources(struct hn_call *call, struct hn_object_facts *object)
{
    const struct hn_traces *traces = object->allocation.traces;
    const struct hn_trace_stack *stack;

    if (!traces)
        return;
    stack = &traces->stacks[traces->traces[0].stack];
    object->allocation.sources =
        hn_call_trace_sources(call, call->session->target, traces,
                              traces->frames + stack->first, stack->count);
}

static enum hn_status
fail_no_object(struct hn_call *call)
{
    return hn_fail(&call->session->err, HN_E_ARGUMENT, 0,
                   "this is a value without an object; `py-print` shows it");
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    const struct hn_value_options *o = options;
    struct hn_preview_limits limits = hn_value_limits(o);
    struct hn_object_facts object;
    struct hn_traces traces = { 0 };
    struct hn_lookup lookup;
    struct hn_found found;
    const char *expression;
    hn_addr at = 0;
    enum hn_status st = hn_call_open(call);

    if (!st)
        st = hn_call_evaluate(call, o, &expression, &lookup, &found);
    if (!st && !found.made)
        at = hn_stackref_pointer(&lookup.rt->py, found.bits);
    if (!st)
        st = at ? hn_object_load(&lookup, at, &limits, &object) : fail_no_object(call);
    if (!st && hn_heap_block_find(&lookup.rt->py, at, &object.block) == HN_E_NOMEM)
        st = HN_E_NOMEM;
    if (st)
        return st;
    load_allocation(call, at, &traces, &object);
    hn_call_release(call);
    load_sources(call, &object);
    write_result(call, &object);
    hn_traces_deinit(&traces);
    return HN_OK;
}

static const struct hn_arg args[] = {
    HN_FRAME_ARGS,
    HN_VALUE_ARGS,
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct hn_example examples[] = {
    { "self", "an object that a variable holds" },
    { "0x7f3a5c0e1d30", "the object at an address" },
    { NULL, NULL },
};

const struct hn_command hn_command_object = {
    .entry = { "object", "Show all that is known of one object" },
    .details = "Its type and the classes that inherits from, where it is, how large, "
               "how often it is referred to, whether the garbage collector knows it, "
               "where it was allocated if tracemalloc traces that, "
               "its value, its attributes and items. The size is what sys.getsizeof() "
               "would say, where memory tells. Expressions are those of print.",
    .examples = examples,
    .args = args,
    .operands = "EXPRESSION",
    .operands_max = HN_OPERANDS_EXPRESSION,
    .options_size = sizeof(struct hn_value_options),
    .defaults = &hn_many_values,
    .run = run,
};
