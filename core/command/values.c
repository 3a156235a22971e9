/* Frames, limits and expressions of the commands that show values. */
#include "command/values.h"

#include <string.h>

#include "command/parse.h"
#include "runtime/variables.h"

const struct hn_value_options hn_one_value = { .limit = 100,
                                               .depth = 6,
                                               .width = 2000 };
const struct hn_value_options hn_many_values = { .limit = 10,
                                                 .depth = 3,
                                                 .width = 200 };

struct hn_preview_limits
hn_value_limits(const struct hn_value_options *options)
{
    bool deep = options->depth == 0 || options->depth > HN_PREVIEW_DEPTH_MOST;

    return (struct hn_preview_limits){
        .depth = deep ? HN_PREVIEW_DEPTH_MOST : (unsigned)options->depth,
        .items = options->limit,
        .width = options->width,
    };
}

static enum hn_status
frame_number(struct hn_call *call, const char *word, const struct hn_thread *thread,
             uint64_t *ret)
{
    *ret = hn_session_frame(call->session, thread);
    if (!word || hn_parse_count(word, ret))
        return HN_OK;
    call->doing = hn_arena_format(&call->arena, "choose frame %s", word);
    call->misused = true;
    return hn_fail(&call->session->err, HN_E_ARGUMENT, 0, "this is not a number");
}

enum hn_status
hn_call_frame(struct hn_call *call, const struct hn_value_options *options,
              struct hn_thread **thread_ret, const struct hn_frame **ret)
{
    struct hn_thread *thread;
    uint64_t number = 0;
    enum hn_status st = hn_call_thread(call, options->thread, &thread);

    if (!st)
        st = frame_number(call, options->frame, thread, &number);
    if (!st)
        st = hn_call_load_stack(call, thread, number + 1);
    if (st)
        return st;
    *thread_ret = thread;
    if (number < thread->stack.count) {
        *ret = &thread->stack.frames[number];
        return HN_OK;
    }
    call->doing = hn_arena_format(&call->arena, "look at frame %zu", (size_t)number);
    if (thread->stack.count == 0)
        return hn_fail(&call->session->err, HN_DONE, 0,
                       "the thread runs no Python code");
    return hn_fail_detail(&call->session->err, HN_DONE, 0, "the stack ends before it",
                          "the outermost is %zu", thread->stack.count - 1);
}

const struct hn_interpreter *
hn_call_interpreter(const struct hn_call *call, const struct hn_thread *thread)
{
    const struct hn_process *process = &call->process;

    for (size_t i = 0; i < process->interpreter_count; i++)
        if (process->interpreters[i].id == thread->interpreter)
            return &process->interpreters[i];
    return NULL;
}

static enum hn_status
join_operands(struct hn_call *call, const char **ret)
{
    struct hn_text text;

    if (call->operand_count == 0) {
        call->doing = "show a value";
        call->misused = true;
        return hn_fail(&call->session->err, HN_E_ARGUMENT, 0,
                       "a name, an expression or an address is missing");
    }
    hn_text_init(&text);
    for (size_t i = 0; i < call->operand_count; i++) {
        if (i > 0)
            hn_text_putc(&text, ' ');
        hn_text_puts(&text, call->operands[i]);
    }
    *ret = text.failed ? NULL : hn_arena_copy(&call->arena, text.bytes, text.size);
    hn_text_deinit(&text);
    return *ret ? HN_OK : HN_E_NOMEM;
}

/* An address means the same in every frame, and where there is none. */
static bool
needs_frame(const char *expression)
{
    return expression[strspn(expression, " \t")] != '0';
}

enum hn_status
hn_call_evaluate(struct hn_call *call, const struct hn_value_options *options,
                 const char **expression_ret, struct hn_lookup *lookup_ret,
                 struct hn_found *ret)
{
    struct hn_runtime *rt = call->session->runtime;
    struct hn_scope scope = { 0 };
    struct hn_thread *thread = NULL;
    const struct hn_interpreter *interpreter;
    const char *expression = NULL;
    enum hn_status st = join_operands(call, &expression);

    if (!st && needs_frame(expression))
        st = hn_call_frame(call, options, &thread, &scope.frame);
    if (st)
        return st;
    interpreter =
        thread ? hn_call_interpreter(call, thread) : &call->process.interpreters[0];
    if (interpreter && call->process.interpreter_count > 0)
        scope.interpreter = interpreter->addr;
    call->doing = hn_arena_format(&call->arena, "show %s", expression);
    st = hn_evaluate(rt, &scope, expression, &call->arena, ret);
    if (st)
        return st;
    *expression_ret = expression;
    *lookup_ret = (struct hn_lookup){ rt, scope.interpreter, &call->arena };
    return HN_OK;
}

static enum hn_status
load_stack_locals(struct hn_call *call, const struct hn_preview_limits *limits,
                  struct hn_stack *stack)
{
    for (size_t i = 0; i < stack->count; i++) {
        struct hn_variables *locals = hn_arena_alloc(&call->arena, sizeof(*locals));
        enum hn_status st;

        if (!locals)
            return HN_E_NOMEM;
        if (stack->frames[i].kind != HN_FRAME_PYTHON)
            continue;
        st = hn_variables_load(call->session->runtime, &stack->frames[i],
                               HN_VARIABLES_DATA, limits, &call->arena, locals);
        stack->frames[i].locals = locals;
        if (st)
            return st;
    }
    return HN_OK;
}

enum hn_status
hn_call_load_locals(struct hn_call *call, const struct hn_preview_limits *limits)
{
    for (size_t i = 0; i < call->process.interpreter_count; i++) {
        struct hn_interpreter *interpreter = &call->process.interpreters[i];

        for (size_t t = 0; t < interpreter->thread_count; t++) {
            enum hn_status st =
                load_stack_locals(call, limits, &interpreter->threads[t].stack);

            if (st == HN_E_INTERRUPTED) {
                call->interrupted = true;
                return HN_OK;
            }
            if (st)
                return st;
        }
    }
    return HN_OK;
}
