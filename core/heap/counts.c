/* Reading reference counts.
 *
 * Up to 3.11 a count is a word. Since 3.12 (PEP 683) objects may be immortal, which bit
 * 31 says; since 3.14 flags stand in the upper half. Free-threaded builds (PEP 703)
 * count twice: the owning thread in 32 bits, all others in a word above two flag bits;
 * of some objects (classes, functions, modules, code) references go uncounted, or are
 * counted by each thread apart, and such a count says nothing. */
#include "heap/counts.h"

#include <string.h>

#include "heap/graph.h"

enum {
    WORD = 8,
    IMMORTAL = 1, /* what a count can be beside a number */
    SPREAD = 2,
    DEFERRED_BIT = 1 << 6, /* _PyGC_BITS_DEFERRED */
    SHARED_SHIFT = 2
};

struct count {
    int64_t value;
    unsigned kind;
};

static struct count
count_of_split(const struct hn_layout *layout, const uint8_t *object)
{
    uint32_t local;
    int64_t shared;

    memcpy(&local, object + layout->offset[HN_OBJECT_REF_LOCAL], sizeof(local));
    memcpy(&shared, object + layout->offset[HN_OBJECT_REF_SHARED], sizeof(shared));
    if (local == UINT32_MAX)
        return (struct count){ 0, IMMORTAL };
    if (object[layout->offset[HN_OBJECT_GC_BITS]] & DEFERRED_BIT)
        return (struct count){ 0, SPREAD };
    return (struct count){ (int64_t)local + (shared >> SHARED_SHIFT), 0 };
}

static struct count
count_of(const struct hn_layout *layout, const uint8_t *object)
{
    uint32_t count;

    if (layout->flavour & HN_FLAVOUR_FREE_THREADED)
        return count_of_split(layout, object);
    memcpy(&count, object + layout->offset[HN_OBJECT_REFCOUNT], sizeof(count));
    if (count >> 31)
        return (struct count){ 0, IMMORTAL };
    return (struct count){ count, 0 };
}

/* The beginning of an object; NULL when it cannot be read. */
static const uint8_t *
begin_of(const struct hn_heap *heap, hn_addr at, uint8_t *copy, size_t size)
{
    struct hn_target *target = heap->rt->py.target;
    size_t there;
    const uint8_t *bytes = hn_target_lend(target, at, &there);

    if (bytes && there >= size)
        return bytes;
    return hn_target_read_some(target, at, copy, size) == size ? copy : NULL;
}

enum { BEGIN = 64 };

static struct count
load(const struct hn_heap *heap, uint32_t object)
{
    const struct hn_layout *layout = &heap->rt->py.layout;
    uint8_t copy[BEGIN];
    const uint8_t *bytes = begin_of(heap, hn_heap_address(heap, object), copy,
                                    layout->size[HN_STRUCT_OBJECT]);

    return bytes ? count_of(layout, bytes) : (struct count){ 0, SPREAD };
}

enum hn_status
hn_counts_load(const struct hn_heap *heap, const struct hn_process *process,
               struct hn_pace *pace, int32_t *count_ret, uint8_t *bits)
{
    (void)process;
    for (uint32_t i = 0; i < heap->count; i++) {
        struct count count = load(heap, i);

        if (i % HN_PACE_OBJECTS == 0) {
            enum hn_status st =
                hn_pace_step(pace, "reading reference counts", i, heap->count);

            if (st)
                return st;
        }
        count_ret[i] = count.value < INT32_MAX ? (int32_t)count.value : INT32_MAX;
        if (count.kind == IMMORTAL || (hn_heap_flags(heap, i) & HN_HEAP_STATIC))
            bits[i] |= HN_NODE_PINNED;
        else if (count.kind == SPREAD)
            bits[i] |= HN_NODE_UNKNOWN;
    }
    return HN_OK;
}

bool
hn_count_of(const struct hn_heap *heap, uint32_t object, int64_t *ret)
{
    struct count count = load(heap, object);

    *ret = count.value;
    return count.kind == 0;
}
