/* One side of a comparison of allocation traces. */
#ifndef HN_COMMAND_TRACE_SIDE_H
#define HN_COMMAND_TRACE_SIDE_H

#include "command/side.h"
#include "command/traces.h"

struct hn_trace_side {
    struct hn_side side;
    struct hn_traces traces;
};

/* Reads the traces of the side that @word names. Storage is the caller's and must not
 * move; hn_trace_side_close() also after a failure. */
HN_MUST_CHECK enum hn_status
hn_trace_side_open(struct hn_call *call, const char *word, struct hn_trace_side *ret);

void
hn_trace_side_close(struct hn_trace_side *side);

#endif
