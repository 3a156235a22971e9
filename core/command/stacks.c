/* Writes stacks frame by frame, polling for interruption in between: a damaged or
 * runaway process may have millions. */
#include "command/stacks.h"

#include "report/document.h"
#include "command/values.h"
#include "report/stack.h"

const struct hn_stack_options hn_stack_defaults = { .width = 200 };

enum hn_status
hn_stacks_load_locals(struct hn_call *call, const struct hn_stack_options *options)
{
    struct hn_preview_limits limits = HN_PREVIEW_LINE;

    limits.width = options->width;
    return options->locals ? hn_call_load_locals(call, &limits) : HN_OK;
}

bool
hn_stacks_native(const struct hn_stack_options *options)
{
    return options->native || options->native_all;
}

/* A native stack that could not be woven stands below, with the reason. */
static void
write_apart(struct hn_call *call, const struct hn_stack_options *options,
            const struct hn_native_stack *native)
{
    struct hn_text *text = &call->out.text, scratch;

    hn_text_puts(text, "  native stack, not woven in: ");
    hn_text_puts(text, native->not_woven);
    hn_text_putc(text, '\n');
    hn_text_init(&scratch);
    hn_native_stack_put(text, &call->look, native, true, options->reverse, &scratch);
    hn_text_deinit(&scratch);
}

void
hn_stacks_write_one(struct hn_call *call, const struct hn_stack_options *options,
                    const struct hn_thread *thread)
{
    const struct hn_native_view native = { thread->native, options->native_all };
    struct hn_stack_view view;
    struct hn_text scratch;

    if (thread->problem)
        return;
    hn_text_init(&scratch);
    hn_stack_view_init(&view, &thread->stack, &native, &call->look, options->reverse,
                       options->columns, &scratch);
    hn_text_deinit(&scratch);
    while (hn_stack_view_next(&view, &call->out.text))
        if (!hn_call_poll(call))
            return;
    if (thread->native && thread->native->not_woven)
        write_apart(call, options, thread->native);
}

static void
write_thread(struct hn_call *call, const struct hn_stack_options *options,
             const struct hn_thread *thread)
{
    if (thread->number > 1)
        hn_text_putc(&call->out.text, '\n');
    hn_thread_put_heading(&call->out.text, &call->look, &call->process, thread);
    hn_stacks_write_one(call, options, thread);
}

/* Threads without Python. */
static void
write_natives(struct hn_call *call, const struct hn_stack_options *options)
{
    const struct hn_process *process = &call->process;
    struct hn_text *text = &call->out.text, scratch;

    hn_text_init(&scratch);
    for (size_t i = 0; i < process->native_count && hn_call_poll(call); i++) {
        const struct hn_native_only *thread = &process->natives[i];

        hn_text_putc(text, '\n');
        hn_native_only_put_heading(text, &call->look, thread);
        hn_native_stack_put(text, &call->look, &thread->stack, options->native_all,
                            options->reverse, &scratch);
    }
    hn_text_deinit(&scratch);
}

void
hn_stacks_write_text(struct hn_call *call, const struct hn_stack_options *options)
{
    const struct hn_process *process = &call->process;
    uint64_t shown = 0;

    for (size_t i = 0; i < process->interpreter_count; i++) {
        const struct hn_interpreter *interpreter = &process->interpreters[i];

        for (size_t t = 0; t < interpreter->thread_count; t++) {
            if ((options->limit && shown == options->limit) || !hn_call_poll(call))
                break;
            write_thread(call, options, &interpreter->threads[t]);
            shown++;
        }
    }
    if (shown < process->thread_count && !call->interrupted) {
        hn_text_putc(&call->out.text, '\n');
        hn_threads_put_rest(&call->out.text, process->thread_count - (size_t)shown);
    }
    write_natives(call, options);
}

static void
write_json_natives(struct hn_call *call, const struct hn_stack_options *options,
                   const struct hn_native_frame *frames, size_t count)
{
    for (size_t i = 0; i < count && hn_call_poll(call); i++)
        hn_document_native(&call->json, &frames[options->reverse ? count - 1 - i : i]);
}

static void
write_json_frame(struct hn_call *call, const struct hn_stack_options *options,
                 const struct hn_frame *frame)
{
    if (!options->reverse)
        write_json_natives(call, options, frame->native, frame->native_count);
    hn_document_frame(&call->json, NULL, frame);
    if (options->reverse)
        write_json_natives(call, options, frame->native, frame->native_count);
}

/* What the outermost Python frame was called by; all there is where there is none. */
static void
write_json_outside(struct hn_call *call, const struct hn_stack_options *options,
                   const struct hn_thread *thread)
{
    const struct hn_stack *stack = &thread->stack;

    if (stack->count == 0 && thread->native && !thread->native->not_woven)
        write_json_natives(call, options, thread->native->frames,
                           thread->native->count);
    else
        write_json_natives(call, options, stack->native, stack->native_count);
}

static void
write_json_apart(struct hn_call *call, const struct hn_stack_options *options,
                 const struct hn_native_stack *native)
{
    hn_json_open_list(&call->json, "native_frames");
    write_json_natives(call, options, native->frames, native->count);
    hn_json_close_list(&call->json);
}

static void
write_json_only(struct hn_call *call, const struct hn_stack_options *options,
                const struct hn_native_only *thread)
{
    hn_json_open_object(&call->json, NULL);
    hn_json_integer(&call->json, "native_id", thread->tid);
    hn_json_string(&call->json, "name", thread->name);
    hn_json_open_list(&call->json, "frames");
    write_json_natives(call, options, thread->stack.frames, thread->stack.count);
    hn_json_close_list(&call->json);
    hn_document_native_end(&call->json, &thread->stack);
    hn_json_close_object(&call->json);
}

static void
write_json_thread(struct hn_call *call, const struct hn_stack_options *options,
                  const struct hn_thread *thread)
{
    const struct hn_stack *stack = &thread->stack;

    hn_json_open_object(&call->json, NULL);
    hn_document_thread(&call->json, thread);
    hn_json_open_list(&call->json, "frames");
    if (options->reverse)
        write_json_outside(call, options, thread);
    for (size_t i = 0; i < stack->count && hn_call_poll(call); i++)
        write_json_frame(call, options,
                         &stack->frames[options->reverse ? stack->count - 1 - i : i]);
    if (!options->reverse)
        write_json_outside(call, options, thread);
    hn_json_close_list(&call->json);
    if (stack->cut)
        hn_json_bool(&call->json, "cut", true);
    if (thread->native && thread->native->not_woven)
        write_json_apart(call, options, thread->native);
    if (thread->native)
        hn_document_native_end(&call->json, thread->native);
    hn_json_close_object(&call->json);
}

static void
write_json_interpreter(struct hn_call *call, const struct hn_stack_options *options,
                       const struct hn_thread *only,
                       const struct hn_interpreter *interpreter)
{
    hn_json_open_object(&call->json, NULL);
    hn_json_integer(&call->json, "id", interpreter->id);
    hn_json_open_list(&call->json, "threads");
    for (size_t t = 0; t < interpreter->thread_count && hn_call_poll(call); t++) {
        const struct hn_thread *thread = &interpreter->threads[t];

        if (only ? thread != only : options->limit && thread->number > options->limit)
            continue;
        write_json_thread(call, options, thread);
    }
    hn_json_close_list(&call->json);
    hn_json_close_object(&call->json);
}

void
hn_stacks_write_json(struct hn_call *call, const struct hn_stack_options *options,
                     const struct hn_thread *only)
{
    const struct hn_process *process = &call->process;

    hn_document_python(&call->json, process);
    hn_json_open_list(&call->json, "interpreters");
    for (size_t i = 0; i < process->interpreter_count; i++) {
        const struct hn_interpreter *interpreter = &process->interpreters[i];

        if (only && only->interpreter != interpreter->id)
            continue;
        write_json_interpreter(call, options, only, interpreter);
    }
    hn_json_close_list(&call->json);
    if (!process->natives)
        return;
    hn_json_open_list(&call->json, "native_threads");
    for (size_t i = 0; i < process->native_count && hn_call_poll(call); i++)
        write_json_only(call, options, &process->natives[i]);
    hn_json_close_list(&call->json);
}
