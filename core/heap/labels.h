/* References and paths in words: ".name", "['key']", "[3]", "local x of f()". */
#ifndef HN_HEAP_LABELS_H
#define HN_HEAP_LABELS_H

#include "base/text.h"
#include "heap/graph.h"
#include "model/heap_graph.h"

/* Adds what stands behind an expression for the object that has the reference. A dict
 * that is the attributes of an object (@of_attributes) makes ".name" of "['name']". */
void
hn_label_put(struct hn_text *text, const struct hn_heap *heap,
             const struct hn_reference *reference, bool of_attributes);

/* What keeps the first object of a path: a phrase for people, and the expression that
 * stands for the object. Live in @arena; NULL when memory is short. */
const char *
hn_root_phrase(const struct hn_graph *graph, uint32_t object, struct hn_arena *arena);
const char *
hn_root_expression(const struct hn_graph *graph, uint32_t object,
                   struct hn_arena *arena);

/* Fills @ret for an object; @values: with its repr. In @arena. */
HN_MUST_CHECK enum hn_status
hn_graph_object_load(const struct hn_heap *heap, uint32_t object, bool values,
                     struct hn_arena *arena, struct hn_graph_object *ret);

/* The reference from one object to another that says most; false when there is none.
 * @uncounted: also those that keep nothing alive. */
bool
hn_reference_between(struct hn_referrer *r, uint32_t from, uint32_t to,
                     struct hn_reference *ret);

#endif
