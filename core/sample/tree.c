/* Interned stacks: an array of nodes and an open-addressing index over it. */
#include "sample/tree.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_NODES = 1024 };

static uint32_t
hash_of(uint32_t parent, uint32_t code, int32_t at)
{
    uint64_t h = (uint64_t)parent << 32 | code;

    h = (h ^ (uint32_t)at) * UINT64_C(0x9e3779b97f4a7c15);
    h = (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return (uint32_t)(h >> 32);
}

bool
hn_tree_init(struct hn_tree *tree)
{
    memset(tree, 0, sizeof(*tree));
    tree->nodes = calloc(FIRST_NODES, sizeof(*tree->nodes));
    tree->slots = calloc((size_t)FIRST_NODES * 2, sizeof(*tree->slots));
    if (!tree->nodes || !tree->slots) {
        hn_tree_deinit(tree);
        return false;
    }
    tree->capacity = FIRST_NODES;
    tree->slot_count = FIRST_NODES * 2;
    tree->count = 1; /* the empty stack, which no slot leads to */
    return true;
}

void
hn_tree_deinit(struct hn_tree *tree)
{
    free(tree->nodes);
    free(tree->slots);
    memset(tree, 0, sizeof(*tree));
}

static void
put(uint32_t *slots, uint32_t slot_count, uint32_t hash, uint32_t node)
{
    uint32_t i = hash & (slot_count - 1);

    while (slots[i] != 0)
        i = (i + 1) & (slot_count - 1);
    slots[i] = node + 1;
}

static bool
grow(struct hn_tree *tree)
{
    uint32_t capacity = tree->capacity * 2;
    struct hn_tree_node *nodes;
    uint32_t *slots;

    if (tree->count >= HN_TREE_MOST)
        return false;
    nodes = realloc(tree->nodes, capacity * sizeof(*nodes));
    if (!nodes)
        return false;
    tree->nodes = nodes;
    slots = calloc((size_t)capacity * 2, sizeof(*slots));
    if (!slots)
        return false;
    for (uint32_t i = 1; i < tree->count; i++)
        put(slots, capacity * 2, hash_of(nodes[i].parent, nodes[i].code, nodes[i].at),
            i);
    free(tree->slots);
    tree->slots = slots;
    tree->slot_count = capacity * 2;
    tree->capacity = capacity;
    return true;
}

static uint32_t
add(struct hn_tree *tree, uint32_t parent, uint32_t code, int32_t at)
{
    if (tree->count == tree->capacity && !grow(tree)) {
        tree->full = true;
        return HN_TREE_NONE;
    }
    tree->nodes[tree->count] =
        (struct hn_tree_node){ .parent = parent, .code = code, .at = at };
    put(tree->slots, tree->slot_count, hash_of(parent, code, at), tree->count);
    return tree->count++;
}

uint32_t
hn_tree_step(struct hn_tree *tree, uint32_t parent, uint32_t code, int32_t at)
{
    uint32_t i = hash_of(parent, code, at) & (tree->slot_count - 1);

    for (; tree->slots[i] != 0; i = (i + 1) & (tree->slot_count - 1)) {
        uint32_t node = tree->slots[i] - 1;
        const struct hn_tree_node *found = &tree->nodes[node];

        if (found->parent == parent && found->code == code && found->at == at)
            return node;
    }
    return add(tree, parent, code, at);
}
