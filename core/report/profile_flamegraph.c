/* The flame graph, of one profile or of two compared: core/report/pages/flamegraph.js
 * draws it from the data; nothing is laid out here. */
#include "report/profile_page.h"

void
hn_profile_write_flamegraph(const struct hn_profile *profile,
                            const struct hn_profile_options *options,
                            struct hn_text *text)
{
    hn_profile_put_page(text, &hn_page_flamegraph, NULL, profile, options);
}

void
hn_profile_write_flamegraph_diff(const struct hn_profile *base,
                                 const struct hn_profile *profile,
                                 const struct hn_profile_options *options,
                                 struct hn_text *text)
{
    hn_profile_put_page(text, &hn_page_flamegraph, base, profile, options);
}
