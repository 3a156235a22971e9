#include "wait/ahead.h"

/* Bytes that an object takes with all that it is made of, when those are many: a task
 * with its coroutines, future and timer takes a fourth. */
static const hn_addr DENSE_BYTES = 1 << 13;

void
hn_read_ahead(struct hn_target *target, const hn_addr *objects, size_t count,
              size_t size)
{
    struct hn_range ranges[HN_AHEAD];

    if (count > HN_AHEAD)
        count = HN_AHEAD;
    for (size_t i = 0; i < count; i++)
        ranges[i] = (struct hn_range){ objects[i], size };
    hn_target_prefetch(target, ranges, count);
}

void
hn_read_ahead_dense(struct hn_target *target, const hn_addr *objects, size_t count,
                    size_t size)
{
    hn_addr low = UINT64_MAX, high = 0;

    if (count > HN_AHEAD)
        count = HN_AHEAD;
    for (size_t i = 0; i < count; i++) {
        low = objects[i] < low ? objects[i] : low;
        high = objects[i] > high ? objects[i] : high;
    }
    if (count > 0 && high - low <= HN_AHEAD * DENSE_BYTES)
        hn_target_prefetch(target,
                           &(struct hn_range){ low, (size_t)(high - low) + size }, 1);
    else
        hn_read_ahead(target, objects, count, size);
}
