/* The ledger as text and as JSON. */
#ifndef HN_REPORT_LEDGER_H
#define HN_REPORT_LEDGER_H

#include "model/ledger.h"
#include "report/json.h"
#include "report/look.h"

/* @parts: at most so many of each row. */
void
hn_ledger_put(struct hn_text *text, const struct hn_look *look,
              const struct hn_ledger *ledger, unsigned parts);

void
hn_document_ledger(struct hn_json *json, const struct hn_ledger *ledger);

#endif
