/* Which line allocated objects of which type, as text and as JSON. */
#ifndef HN_REPORT_SITES_H
#define HN_REPORT_SITES_H

#include "model/sites.h"
#include "report/json.h"
#include "report/look.h"

/* At most @limit rows (0: all); @whole: each with its traceback below. */
void
hn_sites_put(struct hn_text *text, const struct hn_look *look,
             const struct hn_sites *sites, bool whole, uint64_t limit);

/* Members of the result, without the brackets. */
void
hn_document_sites(struct hn_json *json, const struct hn_sites *sites, uint64_t limit);

#endif
