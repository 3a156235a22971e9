/* Who refers to an object, and what it refers to: for py-refs. Needs no graph: one walk
 * over all references finds those that lead to it. */
#ifndef HN_HEAP_REFS_H
#define HN_HEAP_REFS_H

#include "heap/labels.h"

/* More than this nobody reads, and a list of all referrers of None is long. */
enum { HN_REFS_MOST = 1 << 20 };

/* Objects that refer to @object, and what of the interpreter does; of more than @limit
 * (0: all) the rest is counted. In @arena. HN_E_INTERRUPTED: what was found until then
 * is in @ret. */
HN_MUST_CHECK enum hn_status
hn_refs_in(const struct hn_heap *heap, const struct hn_process *process,
           uint32_t object, uint64_t limit, struct hn_arena *arena,
           struct hn_graph_links *ret);

/* Objects that @object refers to, weak references included. */
HN_MUST_CHECK enum hn_status
hn_refs_out(const struct hn_heap *heap, const struct hn_process *process,
            uint32_t object, uint64_t limit, struct hn_arena *arena,
            struct hn_graph_links *ret);

#endif
