/* What keeps what alive, as areas: the large part of the dominator tree. */
#ifndef HN_HEAP_TREEMAP_H
#define HN_HEAP_TREEMAP_H

#include "heap/domtree.h"
#include "model/heap_report.h"

/* Of everything kept alive; smaller areas cannot be told apart. */
enum { HN_TREEMAP_SHARE = 500 };

/* Nodes that keep at least a @share'th of everything, and beside them what is below
 * that by type. In @arena. */
HN_MUST_CHECK enum hn_status
hn_treemap_make(const struct hn_domtree *tree, uint64_t share, struct hn_arena *arena,
                struct hn_treemap *ret);

#endif
