/* Blocks are first added up by traceback, of which there are far fewer, and then by
 * what rows are about. */
#include "tracemalloc/statistics.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/index.h"

/* --- filters */

/* Filters know the source of a compiled file by its name. */
static size_t
source_size(const struct hn_trace_file *file)
{
    if (file->size > 4 && memcmp(file->name + file->size - 4, ".pyc", 4) == 0)
        return file->size - 1;
    return file->size;
}

static bool
matches(const struct hn_traces *traces, const struct hn_trace_filter *filter,
        const struct hn_trace_frame *frame)
{
    const struct hn_trace_file *file = &traces->files[frame->file];

    return (!filter->has_line || filter->line == frame->line)
           && hn_trace_name_matches(file->name, source_size(file), filter->pattern,
                                    filter->pattern_size);
}

/* Filters look at the most recent call alone (all_frames is False). */
bool
hn_trace_is_selected(const struct hn_traces *traces,
                     const struct hn_trace_selection *selection,
                     const struct hn_trace_frame *frame)
{
    bool included = selection->include_count == 0;

    for (size_t i = 0; i < selection->include_count && !included; i++)
        included = matches(traces, &selection->include[i], frame);
    for (size_t i = 0; i < selection->exclude_count && included; i++)
        included = !matches(traces, &selection->exclude[i], frame);
    return included;
}

/* --- grouping */

struct sum {
    uint64_t size, count;
};

struct grouper {
    const struct hn_traces *traces;
    enum hn_trace_key key;
    struct hn_index index;
    struct hn_trace_row *rows;
    size_t count, room;
    struct hn_trace_frame *files; /* by file: its frame of line 0 */
};

struct wanted_row {
    const struct grouper *grouper;
    const struct hn_trace_frame *frames;
    uint32_t count;
};

static bool
is_row(const void *arg, uint32_t number)
{
    const struct wanted_row *wanted = arg;
    const struct hn_trace_row *row = &wanted->grouper->rows[number];

    return row->frame_count == wanted->count
           && memcmp(row->frames, wanted->frames,
                     wanted->count * sizeof(*wanted->frames))
                  == 0;
}

/* Adds @sum to the row of these frames. */
static enum hn_status
add_frames(struct grouper *g, const struct hn_trace_frame *frames, uint32_t count,
           struct sum sum)
{
    const struct wanted_row wanted = { g, frames, count };
    uint64_t hash = hn_index_hash(frames, count * sizeof(*frames));
    uint32_t number = hn_index_find(&g->index, hash, is_row, &wanted);

    if (number == HN_INDEX_NONE) {
        number = (uint32_t)g->count;
        if (!HN_GROW(g->rows, g->room, g->count + 1)
            || !hn_index_add(&g->index, hash, number))
            return HN_E_NOMEM;
        g->rows[g->count++] = (struct hn_trace_row){ .of = g->traces,
                                                     .frames = frames,
                                                     .frame_count = count };
    }
    g->rows[number].size += sum.size;
    g->rows[number].count += sum.count;
    return HN_OK;
}

static enum hn_status
add_frame(struct grouper *g, const struct hn_trace_frame *frame, struct sum sum)
{
    if (g->key == HN_TRACE_KEY_FILENAME)
        frame = &g->files[frame->file];
    return add_frames(g, frame, 1, sum);
}

static enum hn_status
add_stack(struct grouper *g, const struct hn_trace_stack *stack, bool cumulative,
          struct sum sum)
{
    const struct hn_trace_frame *frames = g->traces->frames + stack->first;
    uint32_t count = cumulative ? stack->count : 1;
    enum hn_status st = HN_OK;

    if (g->key == HN_TRACE_KEY_TRACEBACK)
        return add_frames(g, frames, stack->count, sum);
    /* A function that calls itself is counted as often as it is there, as the module
     * does. */
    for (uint32_t i = 0; !st && i < count; i++)
        st = add_frame(g, &frames[i], sum);
    return st;
}

static void
add_up(const struct hn_traces *traces, const struct hn_trace_selection *selection,
       struct sum *sums)
{
    for (size_t i = 0; i < traces->count; i++) {
        const struct hn_trace *trace = &traces->traces[i];

        if (selection->has_domain && trace->domain != selection->domain)
            continue;
        sums[trace->stack].size += trace->size;
        sums[trace->stack].count++;
    }
}

static enum hn_status
group(struct grouper *g, const struct hn_trace_selection *selection, bool cumulative,
      const struct sum *sums, struct hn_trace_rows *ret)
{
    const struct hn_traces *t = g->traces;
    enum hn_status st = HN_OK;

    for (size_t i = 0; !st && i < t->stack_count; i++) {
        if (sums[i].count == 0
            || !hn_trace_is_selected(t, selection, &t->frames[t->stacks[i].first]))
            continue;
        ret->size += sums[i].size;
        ret->blocks += sums[i].count;
        st = add_stack(g, &t->stacks[i], cumulative, sums[i]);
    }
    return st;
}

/* --- order */

static int
compare_names(const struct hn_trace_file *a, const struct hn_trace_file *b)
{
    size_t size = a->size < b->size ? a->size : b->size;
    int order = memcmp(a->name, b->name, size);

    return order ? order : (a->size > b->size) - (a->size < b->size);
}

/* The module compares tracebacks from their oldest call on. UTF-8 sorts as its
 * characters do. */
static int
compare_frames(const struct hn_trace_row *a, const struct hn_trace_row *b)
{
    uint32_t i = a->frame_count, k = b->frame_count;

    while (i > 0 && k > 0) {
        const struct hn_trace_frame *x = &a->frames[--i], *y = &b->frames[--k];
        int order = 0;

        if (a->of != b->of || x->file != y->file)
            order = compare_names(&a->of->files[x->file], &b->of->files[y->file]);
        if (order == 0)
            order = (x->line > y->line) - (x->line < y->line);
        if (order)
            return order;
    }
    return (i > 0) - (k > 0);
}

static int
by_frames(const void *a, const void *b)
{
    return compare_frames(a, b);
}

static int
descending(uint64_t a, uint64_t b)
{
    return (a < b) - (a > b);
}

static int
by_size(const void *a, const void *b)
{
    const struct hn_trace_row *x = a, *y = b;
    int order = descending(x->size, y->size);

    if (order == 0)
        order = descending(x->count, y->count);
    return order ? order : compare_frames(y, x);
}

static uint64_t
magnitude(int64_t number)
{
    return number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
}

static int
by_difference(const void *a, const void *b)
{
    const struct hn_trace_row *x = a, *y = b;
    int order = descending(magnitude(x->size_diff), magnitude(y->size_diff));

    if (order == 0)
        order = descending(x->size, y->size);
    if (order == 0)
        order = descending(magnitude(x->count_diff), magnitude(y->count_diff));
    if (order == 0)
        order = descending(x->count, y->count);
    return order ? order : compare_frames(y, x);
}

static void
sort(struct hn_trace_row *rows, size_t count,
     int (*order)(const void *a, const void *b))
{
    if (count > 1)
        qsort(rows, count, sizeof(*rows), order);
}

static enum hn_status
keep(struct grouper *g, struct hn_arena *arena, struct hn_trace_rows *ret)
{
    sort(g->rows, g->count, by_size);
    ret->rows = hn_arena_array(arena, g->count + 1, sizeof(*ret->rows));
    if (!ret->rows)
        return HN_E_NOMEM;
    if (g->count > 0)
        memcpy(ret->rows, g->rows, g->count * sizeof(*ret->rows));
    ret->count = g->count;
    return HN_OK;
}

enum hn_status
hn_traces_group(const struct hn_traces *traces,
                const struct hn_trace_selection *selection, enum hn_trace_key key,
                bool cumulative, struct hn_arena *arena, struct hn_trace_rows *ret)
{
    struct grouper g = { .traces = traces, .key = key };
    struct hn_trace_rows rows = { 0 };
    struct sum *sums = calloc(traces->stack_count + 1, sizeof(*sums));
    enum hn_status st = HN_E_NOMEM;

    hn_index_init(&g.index);
    g.files = hn_arena_array(arena, traces->file_count + 1, sizeof(*g.files));
    if (sums && g.files) {
        for (size_t i = 0; i < traces->file_count; i++)
            g.files[i] = (struct hn_trace_frame){ (uint32_t)i, 0 };
        add_up(traces, selection, sums);
        st = group(&g, selection, cumulative, sums, &rows);
    }
    if (!st)
        st = keep(&g, arena, &rows);
    if (!st)
        *ret = rows;
    hn_index_deinit(&g.index);
    free(g.rows);
    free(sums);
    return st;
}

/* --- comparison */

static struct hn_trace_row *
sorted_copy(const struct hn_trace_rows *rows, struct hn_arena *arena)
{
    struct hn_trace_row *copy = hn_arena_array(arena, rows->count + 1, sizeof(*copy));

    if (copy && rows->count > 0) {
        memcpy(copy, rows->rows, rows->count * sizeof(*copy));
        sort(copy, rows->count, by_frames);
    }
    return copy;
}

/* What became of the frames of @place, from @before to @after. */
static struct hn_trace_row
difference(const struct hn_trace_row *place, const struct hn_trace_row *before,
           const struct hn_trace_row *after)
{
    struct hn_trace_row row = *place;

    row.size = after->size;
    row.count = after->count;
    row.size_diff = (int64_t)(after->size - before->size);
    row.count_diff = (int64_t)(after->count - before->count);
    return row;
}

enum hn_status
hn_traces_compare(const struct hn_trace_rows *before, const struct hn_trace_rows *after,
                  struct hn_arena *arena, struct hn_trace_rows *ret)
{
    static const struct hn_trace_row nothing;
    struct hn_trace_row *old = sorted_copy(before, arena);
    struct hn_trace_row *new = sorted_copy(after, arena), *rows;
    size_t o = 0, n = 0, count = 0;

    rows = hn_arena_array(arena, before->count + after->count + 1, sizeof(*rows));
    if (!old || !new || !rows)
        return HN_E_NOMEM;
    while (o < before->count || n < after->count) {
        int order = o == before->count  ? 1
                    : n == after->count ? -1
                                        : compare_frames(&old[o], &new[n]);

        rows[count++] =
            difference(order >= 0 ? &new[n] : &old[o], order <= 0 ? &old[o] : &nothing,
                       order >= 0 ? &new[n] : &nothing);
        o += order <= 0;
        n += order >= 0;
    }
    sort(rows, count, by_difference);
    *ret = (struct hn_trace_rows){
        .rows = rows,
        .count = count,
        .size = after->size,
        .blocks = after->blocks,
        .compared = true,
    };
    return HN_OK;
}
