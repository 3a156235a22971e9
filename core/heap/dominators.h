/* Dominators of a graph, and sums over what each node dominates. Knows of numbers only.
 *
 * SEMI-NCA (Georgiadis, "Linear-time algorithms for dominators and related problems",
 * 2005): semidominators as Lengauer and Tarjan have them, then each node's dominator by
 * a walk up the tree. No recursion: how deep a heap is has no limit. */
#ifndef HN_HEAP_DOMINATORS_H
#define HN_HEAP_DOMINATORS_H

#include "heap/digraph.h"

/* Where the graph is entered from outside. */
enum hn_entry {
    HN_ENTRY_NONE,
    HN_ENTRY_ROOT, /* from the root, node @count */
    HN_ENTRY_STRAY /* from node count + 1, which the root leads to: for what else no
                      entry leads to */
};

struct hn_dominators {
    uint32_t *dominator; /* of each node; its own number for what no entry leads to */
    uint64_t *sum; /* of what each of count + 2 nodes dominates, itself included */
};

/* @entry(arg, node) says how each node is entered, @weight(arg, node) what it counts.
 * @spare has room for count + 2 nodes and is of no more use, or is NULL; memory that
 * was used before costs less than new, which the kernel has to clear. It is freed or
 * returned in any case. The caller frees both arrays. Takes 20 bytes a node while it
 * works. HN_E_NOMEM, HN_E_INTERRUPTED: then there is nothing to free. */
struct hn_dominators_input {
    struct hn_digraph graph;
    enum hn_entry (*entry)(void *arg, uint32_t node);
    uint64_t (*weight)(void *arg, uint32_t node);
    void *arg;
    uint32_t *spare;
};

HN_MUST_CHECK enum hn_status
hn_dominators_find(const struct hn_dominators_input *input, struct hn_pace *pace,
                   struct hn_dominators *ret);

#endif
