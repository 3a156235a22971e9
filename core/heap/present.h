/* Which memory takes room: resident (live) or in the file (core), as sums of ranges. */
#ifndef HN_HEAP_PRESENT_H
#define HN_HEAP_PRESENT_H

#include "target/target.h"

struct hn_present_run {
    hn_addr start, end;
    uint64_t before; /* bytes in all runs before this one */
};

struct hn_present {
    struct hn_present_run *runs; /* ascending, not overlapping */
    size_t count, capacity;
    size_t last; /* that was hit */
    uint64_t bytes, swapped;
    bool exact; /* false: the source cannot know; all that is mapped counts */
    bool failed;
};

HN_MUST_CHECK enum hn_status
hn_present_load(struct hn_target *target, struct hn_present *ret);

void
hn_present_deinit(struct hn_present *present);

/* Bytes of [start, end) that are there. */
uint64_t
hn_present_bytes(struct hn_present *present, hn_addr start, hn_addr end);

#endif
