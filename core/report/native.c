/* Lays out native frames. A function is followed by its source line where debug
 * information says it, and by the name of the file that holds its code. */
#include "report/native.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { GAP = 3, INDENT = 5, MAX_FUNCTION = 40 };

bool
hn_native_shown(const struct hn_native_frame *frame, bool all)
{
    return all || !(frame->marks & (HN_NATIVE_LOOP | HN_NATIVE_GLUE));
}

const char *
hn_native_label(const struct hn_native_frame *frame, struct hn_text *scratch)
{
    if (frame->marks & HN_NATIVE_SIGNAL)
        return "<signal handler called>";
    if (frame->function)
        return frame->function;
    hn_text_clear(scratch);
    hn_text_printf(scratch, "0x%" PRIx64, frame->pc);
    return scratch->bytes ? scratch->bytes : "?";
}

void
hn_native_put(struct hn_text *text, const struct hn_look *look,
              const struct hn_native_frame *frame,
              const struct hn_native_columns *columns)
{
    struct hn_text scratch;
    size_t used;

    hn_text_init(&scratch);
    hn_text_pad(text, ' ', columns->indent);
    used = hn_look_put(text, look, HN_FUNCTION, hn_native_label(frame, &scratch));
    hn_look_pad(text, used, columns->function + GAP, GAP);
    if (frame->file) {
        used = hn_look_put(text, look, HN_FILE, frame->file);
        hn_text_clear(&scratch);
        hn_text_printf(&scratch, ":%" PRId32, frame->line);
        used += scratch.size;
        hn_text_add(text, scratch.bytes, scratch.size);
        hn_look_pad(text, used, columns->location, GAP);
    }
    hn_look_put(text, look, HN_FILE,
                frame->library[0] ? hn_base_name(frame->library) : "(no file)");
    if (frame->marks & HN_NATIVE_GUESSED)
        hn_text_puts(text, "  (guessed)");
    hn_text_putc(text, '\n');
    hn_text_deinit(&scratch);
}

void
hn_native_put_end(struct hn_text *text, const struct hn_look *look,
                  const struct hn_native_stack *stack)
{
    if (stack->problem) {
        hn_text_puts(text, "  ");
        hn_look_start(text, look, HN_PROBLEM);
        hn_text_puts(text, "<native stack ends: ");
        hn_text_put_escaped(text, stack->problem, strlen(stack->problem));
        if (stack->problem_at)
            hn_text_printf(text, " (at 0x%" PRIx64 ")", stack->problem_at);
        hn_text_putc(text, '>');
        hn_look_end(text, look, HN_PROBLEM);
        hn_text_putc(text, '\n');
    } else if (stack->cut) {
        hn_text_puts(text, "  ... more native frames\n");
    }
}

static size_t
widest(const struct hn_native_stack *stack, bool all, struct hn_text *scratch)
{
    struct hn_text label;
    size_t most = 0;

    hn_text_init(&label);
    for (size_t i = 0; i < stack->count; i++) {
        size_t columns;

        if (!hn_native_shown(&stack->frames[i], all))
            continue;
        columns = hn_look_measure(scratch, hn_native_label(&stack->frames[i], &label));
        if (columns > most && columns <= MAX_FUNCTION)
            most = columns;
    }
    hn_text_deinit(&label);
    return most;
}

void
hn_native_stack_put(struct hn_text *text, const struct hn_look *look,
                    const struct hn_native_stack *stack, bool all, bool reverse,
                    struct hn_text *scratch)
{
    struct hn_native_columns columns = { .indent = INDENT,
                                         .function = widest(stack, all, scratch) };

    if (reverse)
        hn_native_put_end(text, look, stack);
    for (size_t i = 0; i < stack->count; i++) {
        const struct hn_native_frame *frame =
            &stack->frames[reverse ? stack->count - 1 - i : i];

        if (hn_native_shown(frame, all))
            hn_native_put(text, look, frame, &columns);
    }
    if (!reverse)
        hn_native_put_end(text, look, stack);
}

void
hn_native_only_put_heading(struct hn_text *text, const struct hn_look *look,
                           const struct hn_native_only *thread)
{
    hn_look_start(text, look, HN_HEADING);
    hn_text_printf(text, "Thread without Python (LWP %" PRId64 ")", thread->tid);
    if (thread->name[0]) {
        hn_text_puts(text, " \"");
        hn_text_put_escaped(text, thread->name, strlen(thread->name));
        hn_text_putc(text, '"');
    }
    hn_look_end(text, look, HN_HEADING);
    hn_text_puts(text, ":\n");
}
