/* The heap as text and as JSON. */
#ifndef HN_REPORT_HEAP_H
#define HN_REPORT_HEAP_H

#include "model/heap.h"
#include "report/json.h"
#include "report/look.h"

/* The table, of at most @limit rows (0: all); @what stands over their names: "type". */
void
hn_census_put(struct hn_text *text, const struct hn_look *look,
              const struct hn_heap_census *census, const char *what, uint64_t limit);

void
hn_document_census(struct hn_json *json, const struct hn_heap_census *census,
                   const char *what, uint64_t limit);

/* A line an object; @brief: its address and nothing else. */
void
hn_hits_put(struct hn_text *text, const struct hn_look *look,
            const struct hn_heap_hits *hits, bool brief);

void
hn_document_hits(struct hn_json *json, const struct hn_heap_hits *hits);

void
hn_gc_put(struct hn_text *text, const struct hn_look *look,
          const struct hn_gc_report *report);

void
hn_document_gc(struct hn_json *json, const struct hn_gc_report *report);

void
hn_strings_put(struct hn_text *text, const struct hn_look *look,
               const struct hn_heap_strings *strings);

void
hn_document_strings(struct hn_json *json, const struct hn_heap_strings *strings);

#endif
