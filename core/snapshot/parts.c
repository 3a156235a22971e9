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
COLUMN(node_bits, uint8_t, moment->links.bits[i])
COLUMN(node_retained, uint64_t, moment->links.retained[i])
COLUMN(node_references, uint32_t, moment->links.references[i])
COLUMN(node_unexplained, uint32_t, moment->links.unexplained[i])
COLUMN(link_label, uint32_t, moment->links.label[i])
COLUMN(link_kind, uint8_t, moment->links.kind[i])
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

/* Objects that refer to each other are near each other: what is kept is how far, the
 * sign in the lowest bit. */

static uint32_t
distance(uint32_t from, uint32_t to)
{
    return to >= from ? (to - from) << 1 : (from - to) << 1 | 1;
}

static uint32_t
at_distance(uint32_t from, uint32_t number)
{
    return number & 1 ? from - (number >> 1) : from + (number >> 1);
}

static void
get_node_dominator(const struct hn_moment *moment, size_t first, size_t count,
                   void *ret)
{
    uint32_t *numbers = ret;

    for (size_t i = 0; i < count; i++)
        numbers[i] =
            distance((uint32_t)(first + i), moment->links.dominator[first + i]);
}

static void
put_node_dominator(struct hn_moment *moment, size_t first, size_t count,
                   const void *from)
{
    const uint32_t *numbers = from;

    for (size_t i = 0; i < count; i++)
        moment->links.dominator[first + i] =
            at_distance((uint32_t)(first + i), numbers[i]);
}

static void
get_node_links(const struct hn_moment *moment, size_t first, size_t count, void *ret)
{
    const uint32_t *starts = moment->links.first + first;
    uint32_t *numbers = ret;

    for (size_t i = 0; i < count; i++)
        numbers[i] = starts[i + 1] - starts[i];
}

static void
put_node_links(struct hn_moment *moment, size_t first, size_t count, const void *from)
{
    uint32_t *starts = moment->links.first + first;
    const uint32_t *numbers = from;

    for (size_t i = 0; i < count; i++)
        starts[i + 1] = starts[i] + numbers[i];
}

/* The object that has link @link. */
static uint32_t
owner_of(const struct hn_moment *moment, uint32_t link)
{
    uint32_t low = 0, high = moment->heap.count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (moment->links.first[middle + 1] <= link)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void
get_link_to(const struct hn_moment *moment, size_t first, size_t count, void *ret)
{
    const struct hn_links *links = &moment->links;
    uint32_t from = owner_of(moment, (uint32_t)first), *numbers = ret;

    for (size_t i = 0; i < count; i++) {
        while (from < moment->heap.count && links->first[from + 1] <= first + i)
            from++;
        numbers[i] = distance(from, links->to[first + i]);
    }
}

static void
put_link_to(struct hn_moment *moment, size_t first, size_t count, const void *ret)
{
    struct hn_links *links = &moment->links;
    uint32_t from = owner_of(moment, (uint32_t)first);
    const uint32_t *numbers = ret;

    for (size_t i = 0; i < count; i++) {
        while (from < moment->heap.count && links->first[from + 1] <= first + i)
            from++;
        links->to[first + i] = at_distance(from, numbers[i]);
    }
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
    /* How many links an object has is known before where they lead. */
    PART("node.links", 4, false, HN_PART_NODES, node_links),
    PART("node.bits", 1, false, HN_PART_NODES, node_bits),
    PART("node.dominator", 4, false, HN_PART_NODES, node_dominator),
    PART("node.retained", 8, false, HN_PART_NODES, node_retained),
    PART("node.references", 4, false, HN_PART_NODES, node_references),
    PART("node.unexplained", 4, false, HN_PART_NODES, node_unexplained),
    PART("link.to", 4, false, HN_PART_LINKS, link_to),
    PART("link.label", 4, false, HN_PART_LINKS, link_label),
    PART("link.kind", 1, false, HN_PART_LINKS, link_kind),
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
    case HN_PART_NODES: return moment->has_links ? moment->heap.count : 0;
    case HN_PART_LINKS: return moment->has_links ? moment->links.count : 0;
    case HN_PART_TRACES: return moment->traces.count;
    case HN_PART_TRACEBACKS: return moment->traces.stack_count;
    case HN_PART_FRAMES: return moment->traces.frame_count;
    }
    return 0;
}
