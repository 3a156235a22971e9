/* Verdicts as text and JSON. */
#ifndef HN_REPORT_VERDICT_H
#define HN_REPORT_VERDICT_H

#include "model/verdict.h"
#include "report/json.h"
#include "report/look.h"

void
hn_verdicts_put(struct hn_text *text, const struct hn_look *look,
                const struct hn_verdicts *verdicts);

/* Objects into an open list; @interpreter: its id, -1 to leave it out. */
void
hn_verdicts_document(struct hn_json *json, const struct hn_verdicts *verdicts,
                     int64_t interpreter);

#endif
