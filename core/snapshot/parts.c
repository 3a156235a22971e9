/* Columns and the arrays of a moment: see parts.h. */
#include "snapshot/parts.h"

static const uint64_t ADDRESS = (UINT64_C(1) << HN_HEAP_FLAG_SHIFT) - 1;

/* A pair of copiers between a column of @type and @place, an expression with `i`. */
#define COLUMN(name, type, place)                                                      \
    static void get_##name(const struct hn_moment *moment, size_t first, size_t count, \
                           void *ret)                                                  \
    {                                                                                  \
        type *numbers = ret;                                                           \
                                                                                       \
        for (size_t n = 0, i = first; n < count; n++, i++)                             \
            numbers[n] = (type)place;                                                  \
    }                                                                                  \
    static void put_##name(struct hn_moment *moment, size_t first, size_t count,       \
                           const void *from)                                           \
    {                                                                                  \
        const type *numbers = from;                                                    \
                                                                                       \
        for (size_t n = 0, i = first; n < count; n++, i++)                             \
            place = numbers[n];                                                        \
    }

COLUMN(type, uint32_t, moment->heap.types[i])
COLUMN(counted, uint32_t, moment->heap.counted[i])
COLUMN(spent, uint32_t, moment->heap.spent[i])
COLUMN(content, uint32_t, moment->contents[i])
COLUMN(trace_address, uint64_t, moment->traces.traces[i].address)
COLUMN(trace_size, uint64_t, moment->traces.traces[i].size)
COLUMN(trace_domain, uint32_t, moment->traces.traces[i].domain)
COLUMN(trace_stack, uint32_t, moment->traces.traces[i].stack)
COLUMN(stack_count, uint32_t, moment->traces.stacks[i].count)
COLUMN(stack_total, uint32_t, moment->traces.stacks[i].total)
COLUMN(frame_file, uint32_t, moment->traces.frames[i].file)
COLUMN(frame_line, uint32_t, moment->traces.frames[i].line)

/* Addresses and flags share a word. */

static void
get_address(const struct hn_moment *moment, size_t first, size_t count, void *ret)
{
    uint64_t *numbers = ret;

    for (size_t i = 0; i < count; i++)
        numbers[i] = moment->heap.places[first + i] & ADDRESS;
}

static void
put_address(struct hn_moment *moment, size_t first, size_t count, const void *from)
{
    const uint64_t *numbers = from;

    for (size_t i = 0; i < count; i++)
        moment->heap.places[first + i] = numbers[i];
}

static void
get_flags(const struct hn_moment *moment, size_t first, size_t count, void *ret)
{
    uint8_t *numbers = ret;

    for (size_t i = 0; i < count; i++)
        numbers[i] = (uint8_t)(moment->heap.places[first + i] >> HN_HEAP_FLAG_SHIFT);
}

static void
put_flags(struct hn_moment *moment, size_t first, size_t count, const void *from)
{
    const uint8_t *numbers = from;

    for (size_t i = 0; i < count; i++)
        moment->heap.places[first + i] |= (uint64_t)numbers[i] << HN_HEAP_FLAG_SHIFT;
}

#define PART(name, width, differences, of, pair)                 \
    {                                                            \
        { name, width, differences }, of, get_##pair, put_##pair \
    }

/* Addresses stand before flags, which are put into the same word. */
const struct hn_part hn_parts[] = {
    PART("object.address", 8, true, HN_PART_OBJECTS, address),
    PART("object.flags", 1, false, HN_PART_OBJECTS, flags),
    PART("object.type", 4, false, HN_PART_OBJECTS, type),
    PART("object.bytes", 4, false, HN_PART_OBJECTS, counted),
    PART("object.allocated", 4, false, HN_PART_OBJECTS, spent),
    PART("object.content", 4, false, HN_PART_OBJECTS, content),
    PART("trace.address", 8, true, HN_PART_TRACES, trace_address),
    PART("trace.size", 8, false, HN_PART_TRACES, trace_size),
    PART("trace.domain", 4, false, HN_PART_TRACES, trace_domain),
    PART("trace.traceback", 4, false, HN_PART_TRACES, trace_stack),
    PART("traceback.frames", 4, false, HN_PART_TRACEBACKS, stack_count),
    PART("traceback.total", 4, false, HN_PART_TRACEBACKS, stack_total),
    PART("frame.file", 4, false, HN_PART_FRAMES, frame_file),
    PART("frame.line", 4, false, HN_PART_FRAMES, frame_line),
};
const size_t hn_part_count = sizeof(hn_parts) / sizeof(hn_parts[0]);

size_t
hn_part_rows(const struct hn_moment *moment, enum hn_part_of of)
{
    switch (of) {
    case HN_PART_OBJECTS: return moment->has_objects ? moment->heap.count : 0;
    case HN_PART_TRACES: return moment->traces.count;
    case HN_PART_TRACEBACKS: return moment->traces.stack_count;
    case HN_PART_FRAMES: return moment->traces.frame_count;
    }
    return 0;
}
