/* Growing arrays, and what is in them already. */
#include "tracemalloc/builder.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "tracemalloc/tracemalloc.h"

/* Room that is taken on a table's word, which may be damaged. */
enum { EXPECTED_MOST = 1 << 22 };

void
hn_traces_deinit(struct hn_traces *traces)
{
    free(traces->traces);
    free(traces->stacks);
    free(traces->frames);
    free(traces->files);
    *traces = (struct hn_traces){ 0 };
}

void
hn_trace_builder_init(struct hn_trace_builder *b, struct hn_arena *arena)
{
    *b = (struct hn_trace_builder){ .arena = arena };
    hn_index_init(&b->files);
    hn_index_init(&b->stacks);
}

void
hn_trace_builder_deinit(struct hn_trace_builder *b)
{
    hn_traces_deinit(&b->traces);
    hn_index_deinit(&b->files);
    hn_index_deinit(&b->stacks);
}

void
hn_trace_builder_take(struct hn_trace_builder *b, struct hn_traces *ret)
{
    *ret = b->traces;
    b->traces = (struct hn_traces){ 0 };
}

struct wanted_file {
    const struct hn_traces *traces;
    const char *name;
    size_t size;
};

static bool
is_file(const void *arg, uint32_t number)
{
    const struct wanted_file *wanted = arg;
    const struct hn_trace_file *file = &wanted->traces->files[number];

    return file->size == wanted->size
           && memcmp(file->name, wanted->name, wanted->size) == 0;
}

enum hn_status
hn_trace_builder_file(struct hn_trace_builder *b, const char *name, size_t size,
                      uint32_t *ret)
{
    struct hn_traces *t = &b->traces;
    const struct wanted_file wanted = { t, name, size };
    uint64_t hash = hn_index_hash(name, size);
    uint32_t number = hn_index_find(&b->files, hash, is_file, &wanted);
    const char *copy;

    if (number == HN_INDEX_NONE) {
        number = (uint32_t)t->file_count;
        copy = hn_arena_copy(b->arena, name, size);
        if (!copy || t->file_count >= HN_TRACES_MOST
            || !HN_GROW_LARGE(t->files, b->file_room, t->file_count + 1)
            || !hn_index_add(&b->files, hash, number))
            return HN_E_NOMEM;
        t->files[t->file_count++] = (struct hn_trace_file){ copy, size };
    }
    *ret = number;
    return HN_OK;
}

struct wanted_stack {
    const struct hn_traces *traces;
    const struct hn_trace_frame *frames;
    uint32_t count, total;
};

static bool
is_stack(const void *arg, uint32_t number)
{
    const struct wanted_stack *wanted = arg;
    const struct hn_trace_stack *stack = &wanted->traces->stacks[number];

    return stack->count == wanted->count && stack->total == wanted->total
           && memcmp(wanted->traces->frames + stack->first, wanted->frames,
                     wanted->count * sizeof(*wanted->frames))
                  == 0;
}

enum hn_status
hn_trace_builder_stack(struct hn_trace_builder *b, const struct hn_trace_frame *frames,
                       uint32_t count, uint32_t total, uint32_t *ret)
{
    struct hn_traces *t = &b->traces;
    const struct wanted_stack wanted = { t, frames, count, total };
    uint64_t hash = hn_index_hash(frames, count * sizeof(*frames)) + total;
    uint32_t number = hn_index_find(&b->stacks, hash, is_stack, &wanted);

    if (number == HN_INDEX_NONE) {
        number = (uint32_t)t->stack_count;
        if (t->stack_count >= HN_TRACES_MOST
            || !HN_GROW_LARGE(t->stacks, b->stack_room, t->stack_count + 1)
            || !HN_GROW_LARGE(t->frames, b->frame_room, t->frame_count + count)
            || !hn_index_add(&b->stacks, hash, number))
            return HN_E_NOMEM;
        memcpy(t->frames + t->frame_count, frames, count * sizeof(*frames));
        t->stacks[t->stack_count++] =
            (struct hn_trace_stack){ t->frame_count, count, total };
        t->frame_count += count;
    }
    *ret = number;
    return HN_OK;
}

void
hn_trace_builder_expect(struct hn_trace_builder *b, uint64_t more)
{
    if (more > EXPECTED_MOST)
        more = EXPECTED_MOST;
    (void)HN_GROW_LARGE(b->traces.traces, b->trace_room, b->traces.count + more);
}

enum hn_status
hn_trace_builder_add(struct hn_trace_builder *b, const struct hn_trace *trace)
{
    struct hn_traces *t = &b->traces;

    if (t->count >= HN_TRACES_MOST
        || !HN_GROW_LARGE(t->traces, b->trace_room, t->count + 1))
        return HN_E_NOMEM;
    t->traces[t->count++] = *trace;
    return HN_OK;
}
