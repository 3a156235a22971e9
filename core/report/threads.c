/* The table of py-threads: one row a thread, `*` at the debugger's selected one. */
#include "report/stack.h"

#include <inttypes.h>
#include <string.h>

#include "report/state.h"

/* The columns of py-threads but the last, which takes what is left. */
enum { NUMBER, LWP, NAME, INTERPRETER, STATE, CELLS };

static const struct {
    const char *title;
    bool right;
} cells[CELLS] = {
    { "#", true },       { "LWP", false },   { "name", false },
    { "interp", false }, { "state", false },
};

static void
put_cell(struct hn_text *text, const struct hn_thread *thread, int cell)
{
    switch (cell) {
    case NUMBER: hn_text_printf(text, "%u", thread->number); break;
    case LWP: hn_native_id_put(text, thread); break;
    case NAME: hn_text_put_escaped(text, thread->name, strlen(thread->name)); break;
    case INTERPRETER: hn_text_printf(text, "%" PRId64, thread->interpreter); break;
    default: hn_state_put(text, thread, true); break;
    }
}

static size_t
measure_cell(struct hn_text *scratch, const struct hn_thread *thread, int cell)
{
    hn_text_clear(scratch);
    put_cell(scratch, thread, cell);
    return scratch->size ? hn_utf8_columns(scratch->bytes, scratch->size) : 0;
}

static size_t
widest(size_t a, size_t b)
{
    return a > b ? a : b;
}

static void
put_top(struct hn_text *text, const struct hn_look *look,
        const struct hn_thread *thread, size_t at)
{
    const struct hn_stack *stack = &thread->stack;
    const char *problem = thread->problem ? thread->problem : stack->problem;
    const struct hn_frame *top = stack->count ? &stack->frames[0] : NULL;
    size_t used, room;

    if (top && top->kind == HN_FRAME_PYTHON) {
        used = hn_look_put(text, look, HN_FUNCTION, top->code->qualname);
        hn_text_puts(text, " (");
        room = look->width > at + used + 3 ? look->width - at - used - 3 : 0;
        hn_location_put(text, look, top, room);
        hn_text_putc(text, ')');
    } else if (top) {
        hn_problem_put(text, look, top->problem, top->problem_at);
    } else if (problem) {
        hn_problem_put(text, look, problem,
                       thread->problem ? thread->problem_at : stack->problem_at);
    } else {
        hn_text_puts(text, "(no Python frame)");
    }
    hn_text_putc(text, '\n');
}

static void
put_row(struct hn_text *text, const struct hn_look *look,
        const struct hn_thread *thread, const size_t *widths, struct hn_text *scratch)
{
    size_t at = 2;

    hn_text_puts(text, thread->selected ? "  * " : "    ");
    for (int i = 0; i < CELLS; i++) {
        size_t used = measure_cell(scratch, thread, i);

        if (cells[i].right)
            hn_text_pad(text, ' ', widths[i] - used);
        put_cell(text, thread, i);
        hn_text_pad(text, ' ', (cells[i].right ? 0 : widths[i] - used) + 2);
        at += widths[i] + 2;
    }
    put_top(text, look, thread, at + 2);
}

static void
put_titles(struct hn_text *text, const struct hn_look *look, const size_t *widths)
{
    hn_look_start(text, look, HN_HEADING);
    hn_text_puts(text, "    ");
    for (int i = 0; i < CELLS; i++) {
        size_t rest = widths[i] - strlen(cells[i].title);

        hn_text_pad(text, ' ', cells[i].right ? rest : 0);
        hn_text_puts(text, cells[i].title);
        hn_text_pad(text, ' ', (cells[i].right ? 0 : rest) + 2);
    }
    hn_text_puts(text, "top");
    hn_look_end(text, look, HN_HEADING);
    hn_text_putc(text, '\n');
}

/* The @index-th thread of the process, NULL past the last one that @limit lets show. */
static const struct hn_thread *
thread_at(const struct hn_process *process, size_t limit, size_t index)
{
    if (limit && index >= limit)
        return NULL;
    for (size_t i = 0; i < process->interpreter_count; i++) {
        if (index < process->interpreters[i].thread_count)
            return &process->interpreters[i].threads[index];
        index -= process->interpreters[i].thread_count;
    }
    return NULL;
}

void
hn_threads_put_rest(struct hn_text *text, size_t count)
{
    hn_text_printf(text, "... %zu more thread%s (--limit 0)\n", count,
                   count == 1 ? "" : "s");
}

void
hn_threads_put(struct hn_text *text, const struct hn_look *look,
               const struct hn_process *process, size_t limit, struct hn_text *scratch)
{
    size_t widths[CELLS];
    const struct hn_thread *thread;

    for (int i = 0; i < CELLS; i++)
        widths[i] = strlen(cells[i].title);
    for (size_t n = 0; (thread = thread_at(process, limit, n)); n++)
        for (int i = 0; i < CELLS; i++)
            widths[i] = widest(widths[i], measure_cell(scratch, thread, i));
    put_titles(text, look, widths);
    for (size_t n = 0; (thread = thread_at(process, limit, n)); n++)
        put_row(text, look, thread, widths, scratch);
    if (limit && limit < process->thread_count)
        hn_threads_put_rest(text, process->thread_count - limit);
}
