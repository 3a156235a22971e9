/* A profile as the data of a page: what pages/profile.js reads. */
#ifndef HN_REPORT_PROFILE_PAGE_H
#define HN_REPORT_PROFILE_PAGE_H

#include "model/profile.h"
#include "report/json.h"
#include "report/page.h"

/* The page with one profile, or with two to compare: then @base is the one before.
 * Without comparison @base is NULL. A text that failed says that memory ran out. */
void
hn_profile_put_page(struct hn_text *text, const struct hn_page *page,
                    const struct hn_profile *base, const struct hn_profile *profile);

#endif
