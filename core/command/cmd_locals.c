/* py-locals, py-globals: the variables that the chosen Python frame can see. */
#include "command/values.h"
#include "report/document.h"
#include "report/stack.h"
#include "report/value.h"

static void
write_result(struct hn_call *call, const struct hn_frame *frame, size_t number,
             const struct hn_variables *variables)
{
    if (call->common.json) {
        hn_call_begin_json(call);
        hn_document_frame(&call->json, "frame", frame);
        hn_document_variables(&call->json, "variables", variables);
        hn_call_end_json(call);
    } else {
        hn_call_begin_text(call, false);
        hn_frame_put(&call->out.text, &call->look, frame, number);
        hn_variables_put_list(&call->out.text, &call->look, variables);
        hn_call_end_text(call);
    }
}

static enum hn_status
show(struct hn_call *call, const struct hn_value_options *options,
     enum hn_variables_choice choice)
{
    struct hn_preview_limits limits = hn_value_limits(options);
    struct hn_variables variables;
    struct hn_thread *thread;
    const struct hn_frame *frame;
    enum hn_status st = hn_call_open(call);

    if (!st)
        st = hn_call_frame(call, options, &thread, &frame);
    if (!st)
        st = hn_variables_load(call->session->runtime, frame, choice, &limits,
                               &call->arena, &variables);
    if (st)
        return st;
    if (variables.problem)
        hn_call_note(call, "some variables cannot be read: %s", variables.problem);
    hn_call_release(call);
    hn_call_load_sources(call);
    write_result(call, frame, (size_t)(frame - thread->stack.frames), &variables);
    return HN_OK;
}

static enum hn_status
run_locals(struct hn_call *call, const void *options)
{
    return show(call, options, HN_VARIABLES_LOCAL);
}

static enum hn_status
run_globals(struct hn_call *call, const void *options)
{
    return show(call, options, HN_VARIABLES_GLOBAL);
}

static const struct hn_arg args[] = {
    HN_FRAME_ARGS,
    HN_VALUE_ARGS,
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct hn_example locals_examples[] = {
    { "", "the chosen frame's" },
    { "-f 2 --limit 0", "frame #2's, containers in full" },
    { NULL, NULL },
};

static const struct hn_example globals_examples[] = {
    { "", "of the module that the chosen frame's code is in" },
    { NULL, NULL },
};

const struct hn_command hn_command_locals = {
    .entry = { "locals", "Show the local variables of the chosen Python frame" },
    .details = "Arguments come first. A cell is a variable that inner functions share, "
               "a free one belongs to an enclosing function. In a module or a class "
               "body these are the names it has defined so far.",
    .examples = locals_examples,
    .args = args,
    .operands = "",
    .options_size = sizeof(struct hn_value_options),
    .defaults = &hn_many_values,
    .run = run_locals,
};

const struct hn_command hn_command_globals = {
    .entry = { "globals", "Show the global variables of the chosen Python frame" },
    .details = "These are the names of the module that the frame's code was defined "
               "in, or of the dict that exec() was given.",
    .examples = globals_examples,
    .args = args,
    .operands = "",
    .options_size = sizeof(struct hn_value_options),
    .defaults = &hn_many_values,
    .run = run_globals,
};
