/* Interned stacks: one tree, in which every distinct stack is a node.
 *
 * A node is a place (code, byte offset in it) called by the stack @parent; node 0 is
 * the empty stack, and parents come before their children. Counting a stack again
 * costs one look-up per frame that differs from the last one, and no memory. */
#ifndef HN_SAMPLE_TREE_H
#define HN_SAMPLE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 4 million distinct stacks need about 160 MB; programs have thousands. */
enum { HN_TREE_MOST = 1 << 22 };
#define HN_TREE_NONE UINT32_MAX

/* A code of this and above is no code object but a C function: see natives.h. */
#define HN_TREE_NATIVE (UINT32_C(1) << 31)

struct hn_tree_node {
    uint32_t parent, code;
    int32_t at;
    /* The caller's: see doubt.h. 0 in a new node. */
    uint32_t pair, sound, spared;
    bool strange;
};

struct hn_tree {
    struct hn_tree_node *nodes;
    uint32_t count, capacity;
    uint32_t *slots; /* node + 1, 0: free; a power of two of them */
    uint32_t slot_count;
    bool full; /* a stack was turned away */
};

/* False when the machine has no memory left. */
bool
hn_tree_init(struct hn_tree *tree);

void
hn_tree_deinit(struct hn_tree *tree);

/* The stack "@code at @at, called by @parent"; HN_TREE_NONE when it is a new one and
 * there is no room for it. */
uint32_t
hn_tree_step(struct hn_tree *tree, uint32_t parent, uint32_t code, int32_t at);

#endif
