/* Reference counts of all objects, as the graph needs them. */
#ifndef HN_HEAP_COUNTS_H
#define HN_HEAP_COUNTS_H

#include "heap/heap.h"
#include "heap/pace.h"

/* Fills @count_ret for every object of @heap, and sets in @bits those of HN_NODE_PINNED
 * and HN_NODE_UNKNOWN (graph.h). */
HN_MUST_CHECK enum hn_status
hn_counts_load(const struct hn_heap *heap, const struct hn_process *process,
               struct hn_pace *pace, int32_t *count_ret, uint8_t *bits);

/* The count of one object: false when it never changes, or is spread over threads. */
bool
hn_count_of(const struct hn_heap *heap, uint32_t object, int64_t *ret);

#endif
