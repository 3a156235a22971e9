/* Result structs of py-tracemalloc types: which line allocated objects of which type.
 */
#ifndef HN_MODEL_SITES_H
#define HN_MODEL_SITES_H

#include "model/traces.h"

struct hn_site {
    const char *type;
    const struct hn_trace_frame *frames; /* the most recent call first */
    uint32_t frame_count;
    uint64_t count, bytes, allocated;
    uint64_t retained; /* with what they keep alive; see has_retained */
};

struct hn_sites {
    const struct hn_traces *of; /* whose files frames speak of */
    struct hn_site *items;      /* the largest first */
    size_t count;
    uint64_t objects, bytes; /* of all that are traced and were let pass */
    bool has_retained;
    uint64_t untraced; /* objects without a trace: allocated before it began */
};

#endif
