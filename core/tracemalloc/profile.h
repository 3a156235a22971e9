/* Traces as a profile, whose samples are bytes: for flame graphs of memory. */
#ifndef HN_TRACEMALLOC_PROFILE_H
#define HN_TRACEMALLOC_PROFILE_H

#include "model/process.h"
#include "model/profile.h"
#include "tracemalloc/statistics.h"

/* The stacks that allocated what @selection lets pass. tracemalloc knows files and
 * lines, but no functions: those are named by their place. Lives in @arena. Fails for
 * want of memory only. */
HN_MUST_CHECK enum hn_status
hn_traces_profile(const struct hn_traces *traces,
                  const struct hn_trace_selection *selection,
                  const struct hn_process *process, struct hn_arena *arena,
                  struct hn_profile *ret);

#endif
