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
    bool by_shape;         /* tables, sums and whether it traces are not known yet */
    uint64_t traced, peak; /* bytes */
    uint32_t limit;        /* frames of a traceback; 0: not known */
    hn_addr traces;        /* table; 0: there is none yet */
    hn_addr domains;       /* table of tables; 0: there is none */
};

/* HN_E_UNSUPPORTED where it cannot be found. In binaries without symbols only the
 * switches may be known: then @ret->by_shape is set and the tables are still to be
 * found. */
HN_MUST_CHECK enum hn_status
hn_trace_place_find(struct hn_runtime *rt, struct hn_trace_place *ret);

/* shape.c: tables that look like those of traces, one after the other. Which is the
 * right one is known when all of its traces were read, so whoever reads them anyway
 * proves it:
 *
 *     while (hn_trace_shapes_next(shapes, &place))
 *         read the table at place.traces, and if all of it could be read and
 *         hn_trace_shapes_prove(shapes, the sum of its sizes, &place): that is it
 */
struct hn_trace_shapes;

/* @limit: of the frames of a traceback. NULL when memory is short. */
struct hn_trace_shapes *
hn_trace_shapes_find(struct hn_runtime *rt, uint32_t limit);

void
hn_trace_shapes_free(struct hn_trace_shapes *shapes);

bool
hn_trace_shapes_next(struct hn_trace_shapes *shapes, struct hn_trace_place *ret);

/* Whether @sum, with the traces of other domains or without, stands where the module
 * keeps its own; fills in @ret. Of those domains' tables all traces are read. */
bool
hn_trace_shapes_prove(struct hn_trace_shapes *shapes, uint64_t sum,
                      struct hn_trace_place *ret);

#endif
