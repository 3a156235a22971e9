/* The rows of the table "totals": each a member of struct hn_heap_sums, by its name. */
#ifndef HN_SNAPSHOT_TOTALS_H
#define HN_SNAPSHOT_TOTALS_H

#include "model/heap.h"

/* clang-format off */
#define HN_TOTALS(X)                                                               \
    X(objects) X(counted) X(spent) X(pools) X(pool_bytes) X(blocks) X(block_bytes) \
    X(free_blocks) X(free_bytes) X(other_blocks) X(other_bytes) X(idle_objects)    \
    X(idle_bytes) X(outside_objects) X(static_objects) X(static_bytes) X(tracked)  \
    X(bad_pools) X(bad_lists)
/* clang-format on */

struct hn_total {
    const char *name;
    size_t offset;
};

#define HN_TOTAL(name) { #name, offsetof(struct hn_heap_sums, name) },
static const struct hn_total hn_totals[] = { HN_TOTALS(HN_TOTAL) };

enum { HN_TOTAL_COUNT = sizeof(hn_totals) / sizeof(hn_totals[0]) };

static inline uint64_t *
hn_total_at(const struct hn_heap_sums *sums, size_t total)
{
    return (uint64_t *)((char *)sums + hn_totals[total].offset);
}

#endif
