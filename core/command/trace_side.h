/* One side of a comparison of allocation traces: the current target, another process, a
 * core, or a file of Snapshot.dump(). Processes and cores other than the current one
 * are opened in a session of their own. */
#ifndef HN_COMMAND_TRACE_SIDE_H
#define HN_COMMAND_TRACE_SIDE_H

#include "command/traces.h"

struct hn_trace_side {
    const char *name;           /* as it is shown */
    struct hn_host host;        /* of @session */
    struct hn_session *session; /* NULL: the call's own, or a file */
    struct hn_traces traces;
};

/* Reads the side that @word names: "." is the current target. Storage is the caller's
 * and must not move; hn_trace_side_close() also after a failure. */
HN_MUST_CHECK enum hn_status
hn_trace_side_open(struct hn_call *call, const char *word, struct hn_trace_side *ret);

void
hn_trace_side_close(struct hn_trace_side *side);

#endif
