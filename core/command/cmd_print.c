/* py-print: the value of an expression, found by reading memory only. */
#include "command/values.h"
#include "report/document.h"
#include "report/value.h"
#include "runtime/variables.h"

static void
write_result(struct hn_call *call, const char *expression, const struct hn_value *value)
{
    if (call->common.json) {
        hn_call_begin_json(call);
        hn_json_string(&call->json, "expression", expression);
        hn_json_open_object(&call->json, "value");
        hn_document_value(&call->json, value);
        hn_json_close_object(&call->json);
        hn_call_end_json(call);
    } else {
        hn_call_begin_text(call, false);
        hn_value_put(&call->out.text, &call->look, value);
        hn_text_putc(&call->out.text, '\n');
        hn_call_end_text(call);
    }
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    const struct hn_value_options *o = options;
    struct hn_preview_limits limits = hn_value_limits(o);
    struct hn_lookup lookup;
    struct hn_found found;
    struct hn_value value;
    const char *expression;
    enum hn_status st = hn_call_open(call);

    if (!st)
        st = hn_call_evaluate(call, o, &expression, &lookup, &found);
    if (!st && found.made)
        value = *found.made;
    else if (!st)
        st = hn_runtime_value(call->session->runtime, found.bits, &limits, &call->arena,
                              &value);
    if (st)
        return st;
    hn_call_release(call);
    write_result(call, expression, &value);
    return HN_OK;
}

static const struct hn_arg args[] = {
    HN_FRAME_ARGS,
    HN_VALUE_ARGS,
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct hn_example examples[] = {
    { "basket", "a variable of the chosen frame" },
    { "basket.items[0].prices['net']", "a chain of attributes and items" },
    { "0x7f3a5c0e1d30.name", "from an object by its address" },
    { NULL, NULL },
};

const struct hn_command hn_command_print = {
    .entry = { "print", "Show the value of a Python expression" },
    .details = "The first name is looked up among the variables of the chosen frame "
               "and of the functions around it, its globals, and the builtins. "
               "Attributes and items are read from memory, nothing is called: a "
               "property is shown as a property. A word without quotes in brackets is "
               "a string key, never a variable; a number is tried as int, then as str.",
    .examples = examples,
    .args = args,
    .operands = "EXPRESSION",
    .operands_max = HN_OPERANDS_EXPRESSION,
    .options_size = sizeof(struct hn_value_options),
    .defaults = &hn_one_value,
    .run = run,
};
