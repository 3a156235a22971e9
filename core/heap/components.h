/* Strongly connected components of a part of a graph: Tarjan's algorithm, with its own
 * stack. Knows of numbers only. */
#ifndef HN_HEAP_COMPONENTS_H
#define HN_HEAP_COMPONENTS_H

#include "heap/dominators.h"

struct hn_components {
    uint32_t *nodes;     /* of the part, ascending */
    uint32_t *component; /* of each of them, from 0 */
    uint32_t node_count, count;
};

/* Components of the nodes for which @belongs says yes. Takes memory for those alone.
 * HN_E_NOMEM, HN_E_INTERRUPTED; nothing is left to deinit then. */
HN_MUST_CHECK enum hn_status
hn_components_find(const struct hn_digraph *graph,
                   bool (*belongs)(void *arg, uint32_t node), void *arg,
                   struct hn_pace *pace, struct hn_components *ret);

void
hn_components_deinit(struct hn_components *components);

/* The position of @node in components->nodes; UINT32_MAX when it is not there. */
uint32_t
hn_components_position(const struct hn_components *components, uint32_t node);

#endif
