/* Where a target's tracemalloc keeps its tables, and its own counters. */
#ifndef HN_TRACEMALLOC_PLACE_H
#define HN_TRACEMALLOC_PLACE_H

#include "runtime/runtime.h"

/* tracemalloc's own limit is what fits an int; more frames than the deepest stack has
 * are never kept. */
enum { HN_TRACE_LIMIT_MOST = 1 << 16 };

struct hn_trace_place {
    bool tracing;
    bool has_peak;
    uint64_t traced, peak; /* bytes */
    uint32_t limit;        /* frames of a traceback; 0: not known */
    hn_addr traces;        /* table; 0: there is none yet */
    hn_addr domains;       /* table of tables; 0: there is none */
};

/* HN_E_UNSUPPORTED where it cannot be found. */
HN_MUST_CHECK enum hn_status
hn_trace_place_find(struct hn_runtime *rt, struct hn_trace_place *ret);

/* shape.c: the same by what tables look like, for binaries without symbols; @ret's
 * tracing and limit are the caller's already. HN_DONE when no tables are there whose
 * sizes add up. */
HN_MUST_CHECK enum hn_status
hn_trace_place_by_shape(struct hn_runtime *rt, struct hn_trace_place *ret);

#endif
