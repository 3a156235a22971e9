/* Lays out frames and threads. Widths are measured first, so that columns line up; a
 * name that is wider than its column pushes the rest aside instead of being cut. */
#include "report/stack.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report/state.h"
#include "report/value.h"

/* Wider names than these do not widen the column for everyone. */
enum { MAX_FUNCTION = 40, MAX_LOCATION = 60 };

/* Space between columns, and before source lines that stand below their frame. */
enum { GAP_FUNCTION = 3, GAP_LOCATION = 5, INDENT = 7 };

/* A terminal that leaves less than this for source lines gets them below the frames. */
enum { MIN_SOURCE = 30 };

static size_t
digits_of(size_t number)
{
    size_t digits = 1;

    while (number >= 10) {
        number /= 10;
        digits++;
    }
    return digits;
}

void
hn_problem_put(struct hn_text *text, const struct hn_look *look, const char *why,
               hn_addr at)
{
    hn_look_start(text, look, HN_PROBLEM);
    hn_text_puts(text, "<unreadable");
    if (at)
        hn_text_printf(text, " 0x%" PRIx64, at);
    hn_text_puts(text, ": ");
    hn_text_put_escaped(text, why, strlen(why));
    hn_text_putc(text, '>');
    hn_look_end(text, look, HN_PROBLEM);
}

static size_t
line_digits(const struct hn_frame *frame)
{
    return frame->position.line < 0 ? 1 : digits_of((size_t)frame->position.line);
}

size_t
hn_location_put(struct hn_text *text, const struct hn_look *look,
                const struct hn_frame *frame, size_t columns)
{
    size_t tail = 1 + line_digits(frame), used;

    columns = columns > tail + 4 ? columns - tail : 0;
    used = hn_look_fit(text, look, HN_FILE, frame->code->file, columns, HN_CUT_START);
    if (frame->position.line < 0)
        hn_text_puts(text, ":?");
    else
        hn_text_printf(text, ":%" PRId32, frame->position.line);
    return used + tail;
}

/* Marks the part of the source line that runs, below it. @start is the column that the
 * line began at. */
static void
put_marks(struct hn_text *text, const struct hn_look *look,
          const struct hn_frame *frame, size_t start)
{
    const struct hn_position *p = &frame->position;
    size_t size = strlen(frame->source), from, to, before, marked;
    struct hn_text scratch;

    if (p->column < 0 || (uint32_t)p->column < frame->indent)
        return;
    from = (size_t)p->column - frame->indent;
    to = p->end_line == p->line && p->end_column >= p->column
             ? (size_t)p->end_column - frame->indent
             : size;
    to = to < size ? to : size;
    if (from >= to)
        return;

    hn_text_init(&scratch);
    hn_text_put_escaped(&scratch, frame->source, from);
    before = scratch.size ? hn_utf8_columns(scratch.bytes, scratch.size) : 0;
    hn_text_clear(&scratch);
    hn_text_put_escaped(&scratch, frame->source + from, to - from);
    marked = scratch.size ? hn_utf8_columns(scratch.bytes, scratch.size) : 0;
    hn_text_deinit(&scratch);
    if (look->width && start + before + marked > look->width) {
        if (start + before >= look->width)
            return;
        marked = look->width - start - before;
    }
    hn_text_pad(text, ' ', start + before);
    hn_look_start(text, look, HN_MARK);
    hn_text_pad(text, '^', marked);
    hn_look_end(text, look, HN_MARK);
    hn_text_putc(text, '\n');
}

/* The source line at column @start of the current line, and the marks under it. */
static void
put_source(struct hn_text *text, const struct hn_look *look,
           const struct hn_frame *frame, size_t start, bool marks)
{
    size_t room = look->width > start ? look->width - start : 0;

    hn_look_fit(text, look, HN_PLAIN, frame->source, room, HN_CUT_END);
    hn_text_putc(text, '\n');
    if (marks)
        put_marks(text, look, frame, start);
}

static void
put_frame(struct hn_text *text, const struct hn_stack_view *view,
          const struct hn_frame *frame, size_t number)
{
    size_t at = 2 + 1 + view->digits + 1, used, room;

    hn_text_printf(text, "  #%-*zu ", (int)view->digits, number);
    if (frame->kind == HN_FRAME_UNREADABLE) {
        hn_problem_put(text, view->look, frame->problem, frame->problem_at);
        hn_text_putc(text, '\n');
        return;
    }
    used = hn_look_put(text, view->look, HN_FUNCTION, frame->code->qualname);
    hn_look_pad(text, used, view->function + GAP_FUNCTION, GAP_FUNCTION);
    at += (used > view->function ? used : view->function) + GAP_FUNCTION;

    room = view->look->width > at ? view->look->width - at : 0;
    used = hn_location_put(text, view->look, frame, room);
    if (!frame->source) {
        hn_text_putc(text, '\n');
    } else if (view->below) {
        hn_text_putc(text, '\n');
        hn_text_pad(text, ' ', INDENT);
        put_source(text, view->look, frame, INDENT, view->fold.columns);
    } else {
        hn_look_pad(text, used, view->location + GAP_LOCATION, GAP_LOCATION);
        at += (used > view->location ? used : view->location) + GAP_LOCATION;
        put_source(text, view->look, frame, at, view->fold.columns);
    }
    if (frame->locals)
        hn_variables_put(text, view->look, frame->locals, INDENT);
}

/* The C functions in @frames; outermost first where the stack is. */
static void
put_natives(struct hn_text *text, const struct hn_stack_view *view,
            const struct hn_native_frame *frames, size_t count)
{
    const struct hn_native_columns columns = {
        .indent = 2 + 1 + view->digits + 1,
        .function = view->function,
        .location = view->location + GAP_LOCATION,
    };

    for (size_t i = 0; i < count; i++) {
        const struct hn_native_frame *frame =
            &frames[view->fold.reverse ? count - 1 - i : i];

        if (hn_native_shown(frame, view->native.all))
            hn_native_put(text, view->look, frame, &columns);
    }
}

static void
put_with_natives(struct hn_text *text, const struct hn_stack_view *view,
                 const struct hn_frame *frame, size_t number)
{
    if (!view->fold.reverse)
        put_natives(text, view, frame->native, frame->native_count);
    put_frame(text, view, frame, number);
    if (view->fold.reverse)
        put_natives(text, view, frame->native, frame->native_count);
}

static void
put_run(struct hn_text *text, const struct hn_piece *run)
{
    hn_text_printf(text, "  ... frames #%zu to #%zu: the same ", run->number,
                   run->last);
    if (run->period > 1)
        hn_text_printf(text, "%zu frames", run->period);
    else
        hn_text_puts(text, "frame");
    hn_text_printf(text, " %zu more times\n", run->repetitions);
}

/* Says why the stack does not go on beyond its outermost frame here. */
static void
put_end(struct hn_text *text, const struct hn_stack_view *view)
{
    const struct hn_stack *stack = view->fold.stack;

    if (stack->problem) {
        hn_text_puts(text, "  ");
        hn_problem_put(text, view->look, stack->problem, stack->problem_at);
        hn_text_putc(text, '\n');
    } else if (stack->cut) {
        hn_text_puts(text, "  ... more frames (--depth 0)\n");
    } else if (stack->count == 0) {
        hn_text_puts(text, "  (no Python frame)\n");
    }
}

/* The native frames outside of all Python frames, and what is to be said of them. */
static void
put_native_end(struct hn_text *text, const struct hn_stack_view *view)
{
    const struct hn_stack *stack = view->fold.stack;
    const struct hn_native_stack *native = view->native.stack;

    if (!native || native->not_woven)
        return;
    if (view->fold.reverse)
        hn_native_put_end(text, view->look, native);
    if (stack->count == 0)
        put_natives(text, view, native->frames, native->count);
    else
        put_natives(text, view, stack->native, stack->native_count);
    if (!view->fold.reverse)
        hn_native_put_end(text, view->look, native);
}

static size_t
larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t
smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void
measure_natives(struct hn_stack_view *view, struct hn_text *scratch)
{
    const struct hn_native_stack *native = view->native.stack;
    struct hn_text label;

    hn_text_init(&label);
    for (size_t i = 0; native && !native->not_woven && i < native->count; i++) {
        const struct hn_native_frame *frame = &native->frames[i];
        size_t columns;

        if (!hn_native_shown(frame, view->native.all))
            continue;
        columns = hn_look_measure(scratch, hn_native_label(frame, &label));
        view->function = larger(view->function, smaller(columns, MAX_FUNCTION));
        if (!frame->file)
            continue;
        columns =
            hn_look_measure(scratch, frame->file) + 1 + digits_of((size_t)frame->line);
        view->location = larger(view->location, smaller(columns, MAX_LOCATION));
    }
    hn_text_deinit(&label);
}

static void
measure(struct hn_stack_view *view, struct hn_text *scratch)
{
    struct hn_fold fold = view->fold;
    struct hn_piece piece;
    size_t source = 0, need;

    while (hn_fold_next(&fold, &piece)) {
        const struct hn_frame *frame = piece.frame;
        size_t columns;

        if (!frame || frame->kind == HN_FRAME_UNREADABLE)
            continue;
        columns = hn_look_measure(scratch, frame->code->qualname);
        view->function = larger(view->function, smaller(columns, MAX_FUNCTION));
        columns = hn_look_measure(scratch, frame->code->file) + 1 + line_digits(frame);
        view->location = larger(view->location, smaller(columns, MAX_LOCATION));
        if (frame->source)
            source = larger(source, hn_look_measure(scratch, frame->source));
    }
    need = 4 + view->digits + view->function + GAP_FUNCTION + view->location
           + GAP_LOCATION + smaller(source, MIN_SOURCE);
    view->below = view->look->width && source && need > view->look->width;
}

void
hn_stack_view_init(struct hn_stack_view *view, const struct hn_stack *stack,
                   const struct hn_native_view *native, const struct hn_look *look,
                   bool reverse, bool columns, struct hn_text *scratch)
{
    *view = (struct hn_stack_view){ .look = look };
    if (native)
        view->native = *native;
    hn_fold_init(&view->fold, stack, reverse, columns);
    view->digits = digits_of(stack->count ? stack->count - 1 : 0);
    measure_natives(view, scratch);
    measure(view, scratch);
}

bool
hn_stack_view_next(struct hn_stack_view *view, struct hn_text *text)
{
    struct hn_piece piece;

    if (view->fold.reverse && !view->end_shown) {
        view->end_shown = true;
        put_native_end(text, view);
        put_end(text, view);
    }
    if (hn_fold_next(&view->fold, &piece)) {
        if (piece.frame)
            put_with_natives(text, view, piece.frame, piece.number);
        else
            put_run(text, &piece);
        return true;
    }
    if (!view->end_shown) {
        view->end_shown = true;
        put_end(text, view);
        put_native_end(text, view);
        return true;
    }
    return false;
}

void
hn_frame_put(struct hn_text *text, const struct hn_look *look,
             const struct hn_frame *frame, size_t number)
{
    struct hn_stack one = { .count = 1 };
    struct hn_stack_view view = { .look = look, .digits = digits_of(number) };

    hn_fold_init(&view.fold, &one, false, false);
    put_frame(text, &view, frame, number);
}

void
hn_native_id_put(struct hn_text *text, const struct hn_thread *thread)
{
    if (thread->native_id)
        hn_text_printf(text, "%" PRId64, thread->native_id);
    else
        hn_text_putc(text, '?');
}

void
hn_thread_put_heading(struct hn_text *text, const struct hn_look *look,
                      const struct hn_process *process, const struct hn_thread *thread)
{
    hn_look_start(text, look, HN_HEADING);
    hn_text_printf(text, "Thread %u (LWP ", thread->number);
    hn_native_id_put(text, thread);
    hn_text_putc(text, ')');
    if (thread->name[0]) {
        hn_text_puts(text, " \"");
        hn_text_put_escaped(text, thread->name, strlen(thread->name));
        hn_text_putc(text, '"');
    }
    if (process->interpreter_count > 1)
        hn_text_printf(text, " in interpreter %" PRId64, thread->interpreter);
    hn_look_end(text, look, HN_HEADING);
    hn_text_puts(text, ": ");
    hn_state_put(text, thread, false);
    hn_text_putc(text, '\n');
    if (thread->problem) {
        hn_text_puts(text, "  ");
        hn_problem_put(text, look, thread->problem, thread->problem_at);
        hn_text_putc(text, '\n');
    }
}
