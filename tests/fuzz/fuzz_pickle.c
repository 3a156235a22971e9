/* Files of Snapshot.dump(): random bytes must be refused or be a whole set of traces,
 * which is then grouped, and written and read once more without a change. */
#include "tracemalloc/pickle.h"
#include "tracemalloc/statistics.h"
#include "tracemalloc/tracemalloc.h"

#include <stdlib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void
check_numbers(const struct hn_traces *t)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->traces[i].stack >= t->stack_count)
            abort();
    for (size_t i = 0; i < t->stack_count; i++)
        if (t->stacks[i].count == 0
            || t->stacks[i].first + t->stacks[i].count > t->frame_count)
            abort();
    for (size_t i = 0; i < t->frame_count; i++)
        if (t->frames[i].file >= t->file_count)
            abort();
}

static uint64_t
group(const struct hn_traces *t, struct hn_arena *arena)
{
    static const struct hn_trace_filter filter = { "*[a-z]?*", 8, false, 0 };
    const struct hn_trace_selection selection = { .exclude = &filter,
                                                  .exclude_count = 1 };
    static const struct hn_trace_selection all;
    struct hn_trace_rows rows, kept;

    if (hn_traces_group(t, &all, HN_TRACE_KEY_LINENO, true, arena, &rows) != HN_OK
        || hn_traces_group(t, &selection, HN_TRACE_KEY_TRACEBACK, false, arena, &kept)
               != HN_OK
        || hn_traces_compare(&kept, &rows, arena, &kept) != HN_OK)
        abort();
    return rows.size;
}

static void
write_and_read(const struct hn_traces *t, uint64_t size, struct hn_arena *arena)
{
    struct hn_pickle_writer writer;
    struct hn_error err;
    struct hn_traces again;
    struct hn_text text;

    hn_text_init(&text);
    if (hn_pickle_writer_init(&writer, t, t->has_totals, arena) != HN_OK)
        abort();
    while (hn_pickle_writer_next(&writer, &text))
        ;
    if (hn_traces_read_pickle(text.bytes, text.size, arena, &err, &again) != HN_OK
        || again.count != t->count || again.limit != t->limit
        || group(&again, arena) != size)
        abort();
    hn_text_deinit(&text);
    hn_traces_deinit(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct hn_arena arena;
    struct hn_error err;
    struct hn_traces traces;

    hn_arena_init(&arena);
    if (hn_traces_read_pickle(bytes, size, &arena, &err, &traces) == HN_OK) {
        check_numbers(&traces);
        write_and_read(&traces, group(&traces, &arena), &arena);
        hn_traces_deinit(&traces);
    }
    hn_arena_deinit(&arena);
    return 0;
}
