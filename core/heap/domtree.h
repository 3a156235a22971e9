/* The dominator tree from the top down: what keeps most, what that is made of, and all
 * of it by type. The data behind py-heap retained, the suspects and the treemap. */
#ifndef HN_HEAP_DOMTREE_H
#define HN_HEAP_DOMTREE_H

#include "heap/graph.h"
#include "model/heap_graph.h"

struct hn_domtree {
    const struct hn_graph *graph;
    /* Children of node n (objects, and the two of the graph): children[first[n]] to
     * children[first[n + 1]], by number. */
    uint32_t *first, *children;
};

/* Takes 8 bytes an object. HN_E_NOMEM, HN_E_INTERRUPTED, as all of these: to be
 * deinited all the same. */
HN_MUST_CHECK enum hn_status
hn_domtree_build(const struct hn_graph *graph, struct hn_domtree *ret);

void
hn_domtree_deinit(struct hn_domtree *tree);

/* One child, or several of one type together. */
struct hn_domtree_item {
    uint32_t object;   /* HN_HEAP_NONE: @count objects of @type */
    uint32_t type;     /* number, in heap->type */
    uint64_t count;    /* 1 for a single object */
    uint64_t retained; /* of all of them */
    uint64_t own;
};

/* The children of @node, the largest first: each that retains at least @least bytes by
 * itself, at most @limit of these, and the rest by type. Start at hn_graph_root(); the
 * garbage is a child of it (item.object is hn_graph_garbage(), of type NONE). In
 * @arena. */
HN_MUST_CHECK enum hn_status
hn_domtree_children(const struct hn_domtree *tree, uint32_t node, uint64_t least,
                    size_t limit, struct hn_arena *arena, struct hn_domtree_item **ret,
                    size_t *count_ret);

/* What a node and all below it are made of: objects by type, the largest sum of own
 * bytes first. */
HN_MUST_CHECK enum hn_status
hn_domtree_made_of(const struct hn_domtree *tree, uint32_t node, struct hn_arena *arena,
                   struct hn_domtree_item **ret, size_t *count_ret);

/* For each type what all of its objects together keep alive: objects inside of another
 * of the same type count once. The largest first. */
HN_MUST_CHECK enum hn_status
hn_domtree_by_type(const struct hn_domtree *tree, struct hn_arena *arena,
                   struct hn_domtree_item **ret, size_t *count_ret);

/* What all objects of each group together keep alive, added to @ret by group: @groups
 * has that of each object, below @count, or HN_HEAP_NONE. An object inside of another
 * of its group counts once. */
HN_MUST_CHECK enum hn_status
hn_domtree_by_group(const struct hn_domtree *tree, const uint32_t *groups, size_t count,
                    uint64_t *ret);

/* The @limit objects that retain most, without those that merely lead to one larger
 * than nine tenths of theirs; a linked list, whose links all do, is its first link. Of
 * @tree only the graph is needed. */
HN_MUST_CHECK enum hn_status
hn_domtree_top(const struct hn_domtree *tree, size_t limit, struct hn_arena *arena,
               struct hn_domtree_item **ret, size_t *count_ret);

/* Bytes of all objects that a root or garbage keeps: what shares are of. */
uint64_t
hn_domtree_total(const struct hn_domtree *tree);

#endif
