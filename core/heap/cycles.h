/* Garbage that only the collector can free, what it gave up on (gc.garbage), and
 * objects with references that C code lost: for py-heap cycles. */
#ifndef HN_HEAP_CYCLES_H
#define HN_HEAP_CYCLES_H

#include "heap/graph.h"
#include "model/heap_graph.h"

/* The @limit largest cycles (0: all) that no root leads to, in @arena. HN_E_NOMEM,
 * HN_E_INTERRUPTED. */
HN_MUST_CHECK enum hn_status
hn_cycles_find(const struct hn_graph *graph, const struct hn_process *process,
               uint64_t limit, struct hn_arena *arena, struct hn_graph_cycles *ret);

#endif
