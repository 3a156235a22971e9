/* Few opcodes, the same ones for the same traces: two files of one state are equal byte
 * for byte. Protocol 4, which all Pythons from 3.4 on read. */
#include "tracemalloc/pickle.h"

#include <string.h>

#include "base/index.h"

/* Traces that one list operation appends; pickle's own batches are as long. */
enum { BATCH = 1000 };

static void
put_number(struct hn_text *text, uint64_t number, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        hn_text_putc(text, (char)(number >> 8 * i));
}

/* BININT1, BININT2, BININT or LONG1, whichever is shortest. */
static void
put_int(struct hn_text *text, uint64_t value)
{
    size_t bytes = 4;

    if (value <= INT32_MAX) {
        const char *opcode = value <= UINT8_MAX ? "K" : value <= UINT16_MAX ? "M" : "J";

        hn_text_puts(text, opcode);
        put_number(text, value, *opcode == 'K' ? 1 : *opcode == 'M' ? 2 : 4);
        return;
    }
    /* Two's complement: the highest bit is the sign. */
    while (bytes < 8 && value >> (8 * bytes - 1))
        bytes++;
    hn_text_putc(text, '\x8a');
    hn_text_putc(text, (char)(bytes + (value >> 63)));
    put_number(text, value, bytes);
    if (value >> 63)
        hn_text_putc(text, '\0');
}

static void
put_string(struct hn_text *text, const char *bytes, size_t size)
{
    hn_text_puts(text, size <= UINT8_MAX ? "\x8c" : "X");
    put_number(text, size, size <= UINT8_MAX ? 1 : 4);
    hn_text_add(text, bytes, size);
}

static void
put_get(struct hn_text *text, uint32_t memo)
{
    hn_text_puts(text, memo <= UINT8_MAX ? "h" : "j");
    put_number(text, memo, memo <= UINT8_MAX ? 1 : 4);
}

static void
memoize(struct hn_pickle_writer *w, struct hn_text *text, uint32_t *ret)
{
    hn_text_puts(text, "\x94");
    *ret = w->memo++;
}

static void
put_frame(struct hn_pickle_writer *w, struct hn_text *text,
          const struct hn_trace_frame *frame)
{
    const struct hn_trace_file *file = &w->traces->files[frame->file];

    if (w->files[frame->file] != HN_INDEX_NONE) {
        put_get(text, w->files[frame->file]);
    } else {
        put_string(text, file->name, file->size);
        memoize(w, text, &w->files[frame->file]);
    }
    put_int(text, frame->line);
    hn_text_puts(text, "\x86"); /* a tuple of two */
}

static void
put_stack(struct hn_pickle_writer *w, struct hn_text *text, uint32_t number)
{
    const struct hn_trace_stack *stack = &w->traces->stacks[number];

    if (w->stacks[number] != HN_INDEX_NONE) {
        put_get(text, w->stacks[number]);
        return;
    }
    hn_text_putc(text, '(');
    for (uint32_t i = 0; i < stack->count; i++)
        put_frame(w, text, &w->traces->frames[stack->first + i]);
    hn_text_putc(text, 't');
    memoize(w, text, &w->stacks[number]);
}

static void
put_trace(struct hn_pickle_writer *w, struct hn_text *text,
          const struct hn_trace *trace)
{
    hn_text_putc(text, '(');
    put_int(text, trace->domain);
    put_int(text, trace->size);
    put_stack(w, text, trace->stack);
    if (w->totals)
        put_int(text, w->traces->stacks[trace->stack].total);
    hn_text_putc(text, 't');
}

enum hn_status
hn_pickle_writer_init(struct hn_pickle_writer *w, const struct hn_traces *traces,
                      bool totals, struct hn_arena *arena)
{
    *w = (struct hn_pickle_writer){ .traces = traces, .totals = totals };
    w->stacks = hn_arena_array(arena, traces->stack_count + 1, sizeof(*w->stacks));
    w->files = hn_arena_array(arena, traces->file_count + 1, sizeof(*w->files));
    if (!w->stacks || !w->files)
        return HN_E_NOMEM;
    memset(w->stacks, 0xff, traces->stack_count * sizeof(*w->stacks));
    memset(w->files, 0xff, traces->file_count * sizeof(*w->files));
    return HN_OK;
}

/* Classes are made by NEWOBJ with no arguments; their attributes follow as a dict. */
static void
put_beginning(struct hn_text *text)
{
    hn_text_puts(text, "\x80\x04"
                       "ctracemalloc\nSnapshot\n)\x81}(");
    put_string(text, "traces", 6);
    hn_text_puts(text, "ctracemalloc\n_Traces\n)\x81}");
    put_string(text, "_traces", 7);
    hn_text_putc(text, ']');
}

static void
put_end(struct hn_pickle_writer *w, struct hn_text *text)
{
    hn_text_puts(text, "sb");
    put_string(text, "traceback_limit", 15);
    put_int(text, w->traces->limit);
    hn_text_puts(text, "ub.");
}

bool
hn_pickle_writer_next(struct hn_pickle_writer *w, struct hn_text *text)
{
    size_t left = w->traces->count - w->next;

    if (!w->begun)
        put_beginning(text);
    w->begun = true;
    if (left == 0) {
        put_end(w, text);
        return false;
    }
    hn_text_putc(text, '(');
    for (size_t i = 0; i < (left < BATCH ? left : BATCH); i++)
        put_trace(w, text, &w->traces->traces[w->next++]);
    hn_text_putc(text, 'e');
    return true;
}
