/* Profiles as pages: flame graphs, and memory over time. Each is one HTML file that
 * needs nothing else, not even a network. (The flame graph of one profile is in the
 * table of report/profile.h.) */
#ifndef HN_REPORT_PROFILE_PAGE_H
#define HN_REPORT_PROFILE_PAGE_H

#include "report/page.h"
#include "report/profile.h"

/* Two profiles in one graph: what grew from @base to @profile is red, what shrank is
 * blue. */
void
hn_profile_write_flamegraph_diff(const struct hn_profile *base,
                                 const struct hn_profile *profile,
                                 const struct hn_profile_options *options,
                                 struct hn_text *text);

/* Resident memory over time, and the lines at which it grew (--memory). */
hn_profile_write_fn hn_profile_write_memory_page;

/* The data that pages/profile.js reads, in @page. With two profiles to compare @base is
 * the one before, else NULL. */
void
hn_profile_put_page(struct hn_text *text, const struct hn_page *page,
                    const struct hn_profile *base, const struct hn_profile *profile,
                    const struct hn_profile_options *options);

#endif
