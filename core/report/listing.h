/* A part of a source file, with a mark at the line that runs. */
#ifndef HN_REPORT_LISTING_H
#define HN_REPORT_LISTING_H

#include "model/listing.h"
#include "report/look.h"

void
hn_listing_put(struct hn_text *text, const struct hn_look *look,
               const struct hn_listing *listing);

#endif
