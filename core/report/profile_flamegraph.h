/* Profiles as pages: flame graphs, and memory over time. Each is one HTML file that
 * needs nothing else, not even a network. */
#ifndef HN_REPORT_PROFILE_FLAMEGRAPH_H
#define HN_REPORT_PROFILE_FLAMEGRAPH_H

#include "base/text.h"
#include "model/profile.h"

struct hn_profile_options;

void
hn_profile_write_flamegraph(const struct hn_profile *profile,
                            const struct hn_profile_options *options, struct hn_text *text);

/* Both in one graph: what grew from @base to @profile is red, what shrank is blue. */
void
hn_profile_write_flamegraph_diff(const struct hn_profile *base,
                                 const struct hn_profile *profile,
                                 const struct hn_profile_options *options,
                                 struct hn_text *text);

/* Resident memory over time, and the lines at which it grew (--memory). */
void
hn_profile_write_memory_page(const struct hn_profile *profile,
                             const struct hn_profile_options *options,
                             struct hn_text *text);

#endif
