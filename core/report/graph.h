/* Who keeps whom alive, as text and as JSON. */
#ifndef HN_REPORT_GRAPH_H
#define HN_REPORT_GRAPH_H

#include "model/heap_graph.h"
#include "report/json.h"
#include "report/look.h"

void
hn_links_put(struct hn_text *text, const struct hn_look *look,
             const struct hn_graph_links *links);
void
hn_document_links(struct hn_json *json, const struct hn_graph_links *links);

void
hn_paths_put(struct hn_text *text, const struct hn_look *look,
             const struct hn_graph_paths *paths);
void
hn_document_paths(struct hn_json *json, const struct hn_graph_paths *paths);

void
hn_retained_put(struct hn_text *text, const struct hn_look *look,
                const struct hn_graph_table *table);
void
hn_document_retained(struct hn_json *json, const struct hn_graph_table *table);

void
hn_suspects_put(struct hn_text *text, const struct hn_look *look,
                const struct hn_suspects *suspects);
void
hn_document_suspects(struct hn_json *json, const struct hn_suspects *suspects);

void
hn_cycles_put(struct hn_text *text, const struct hn_look *look,
              const struct hn_graph_cycles *cycles);
void
hn_document_cycles(struct hn_json *json, const struct hn_graph_cycles *cycles);

/* --- shared by the files of this part */

/* "0x7f3a5c0e1d30 list [1, 2, 3]" in what is left of the line; @used columns are not.
 */
void
hn_graph_object_put(struct hn_text *text, const struct hn_look *look,
                    const struct hn_graph_object *object, size_t used);

/* "1,234 objects" */
void
hn_graph_count_put(struct hn_text *text, uint64_t count, const char *one);

/* The members of the object, into the one that is open. */
void
hn_document_graph_object(struct hn_json *json, const struct hn_graph_object *object);

#endif
