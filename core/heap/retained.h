/* Tables of what keeps memory alive, for py-heap retained. */
#ifndef HN_HEAP_RETAINED_H
#define HN_HEAP_RETAINED_H

#include "heap/paths.h"
#include "heap/domtree.h"

enum hn_retained_kind { HN_RETAINED_OBJECTS, HN_RETAINED_TYPES, HN_RETAINED_TREE };

/* The @limit largest rows (0: all); of a tree, those of at least a hundredth, at most
 * @limit below each. @paths may be NULL. In @arena. */
HN_MUST_CHECK enum hn_status
hn_retained_load(const struct hn_domtree *tree, const struct hn_words *words,
                 struct hn_paths *paths, enum hn_retained_kind kind, uint64_t limit,
                 struct hn_arena *arena, struct hn_graph_table *ret);

/* The same from the graph alone. @words are NULL where the process is at hand. */
HN_MUST_CHECK enum hn_status
hn_retained_find(const struct hn_graph *graph, const struct hn_words *words,
                 enum hn_retained_kind kind, uint64_t limit, struct hn_arena *arena,
                 struct hn_graph_table *ret);

#endif
