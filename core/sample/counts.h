/* How often each (thread, stack, state) was seen, and by how much resident memory grew
 * meanwhile. A table that grows with the distinct combinations, not with time. */
#ifndef HN_SAMPLE_COUNTS_H
#define HN_SAMPLE_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 16 million combinations are about 700 MB; what comes later is counted as lost. */
enum { HN_COUNTS_MOST = 1 << 24 };

struct hn_tally {
    uint32_t thread, node, state;
    uint64_t samples;
    int64_t grown;          /* bytes; with --memory */
    uint64_t grown_samples; /* at which memory had grown or shrunk */
};

struct hn_counts {
    struct hn_tally *items;
    uint32_t count, capacity;
    uint32_t *slots;
    uint32_t slot_count;
};

bool
hn_counts_init(struct hn_counts *counts);

void
hn_counts_deinit(struct hn_counts *counts);

/* The tally of this combination, made when it is new; NULL when there is no room.
 * Valid until the next call. @hint is the index of a likely one (any number will do).
 */
struct hn_tally *
hn_counts_at(struct hn_counts *counts, uint32_t thread, uint32_t node, uint32_t state,
             uint32_t hint);

#endif
