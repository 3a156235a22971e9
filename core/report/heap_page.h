/* The heap as a page: core/report/pages/heap.js draws it from the data. */
#ifndef HN_REPORT_HEAP_PAGE_H
#define HN_REPORT_HEAP_PAGE_H

#include "base/text.h"
#include "model/heap_report.h"

/* Texts of the strings' table. */
enum { HN_HEAP_PAGE_STRINGS = 200 };

void
hn_heap_page_put(struct hn_text *text, const struct hn_heap_report *report);

#endif
