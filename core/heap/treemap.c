/* The treemap, level by level. A page of a few thousand areas is read by a browser at
 * once, and more than that nobody sees. */
#include "heap/treemap.h"

#include <string.h>

#include "heap/labels.h"

enum {
    NODES_MOST = 4000,
    /* Single objects, and types, below one node. */
    CHILDREN_MOST = 60,
    GROUPS_MOST = 12
};

struct maker {
    const struct hn_domtree *tree;
    struct hn_arena *arena;
    struct hn_treemap *ret;
    uint32_t objects[NODES_MOST]; /* of each node; NONE: nothing is below it */
};

static enum hn_status
add(struct maker *m, uint32_t parent, const struct hn_domtree_item *item)
{
    const struct hn_graph *graph = m->tree->graph;
    struct hn_treemap_node *node = &m->ret->nodes[m->ret->count];
    struct hn_graph_object object = { 0 };
    enum hn_status st = HN_OK;

    if (item->object == hn_graph_garbage(graph) || item->type == HN_HEAP_NONE)
        object.type = "(garbage in cycles)";
    else if (item->object == HN_HEAP_NONE)
        object.type = hn_arena_copy(m->arena, graph->heap->type[item->type].name,
                                    strlen(graph->heap->type[item->type].name));
    else
        st = hn_graph_object_load(graph->heap, item->object, true, m->arena, &object);
    if (st)
        return st;
    if (!object.type)
        return hn_fail(graph->heap->rt->py.err, HN_E_NOMEM, 0, "no memory for the map");
    *node = (struct hn_treemap_node){
        .parent = parent,
        .address = item->object < graph->count ? object.address : 0,
        .type = object.type,
        .repr = object.repr,
        .count = item->count,
        .own = item->own,
        .retained = item->retained,
    };
    m->objects[m->ret->count++] = item->object;
    return HN_OK;
}

static enum hn_status
open_node(struct maker *m, uint32_t node)
{
    struct hn_domtree_item *items;
    size_t count, groups = 0;
    enum hn_status st;

    st = hn_domtree_children(m->tree, m->objects[node], m->ret->least, CHILDREN_MOST,
                             m->arena, &items, &count);
    for (size_t i = 0; !st && i < count && m->ret->count < NODES_MOST; i++) {
        if (items[i].object == HN_HEAP_NONE && groups++ >= GROUPS_MOST)
            continue;
        st = add(m, node, &items[i]);
    }
    return st;
}

enum hn_status
hn_treemap_make(const struct hn_domtree *tree, uint64_t share, struct hn_arena *arena,
                struct hn_treemap *ret)
{
    const struct hn_graph *graph = tree->graph;
    struct maker *m = hn_arena_alloc(arena, sizeof(*m));
    enum hn_status st = HN_OK;

    *ret = (struct hn_treemap){ .least = hn_domtree_total(tree) / share + 1 };
    ret->nodes = hn_arena_array(arena, NODES_MOST, sizeof(*ret->nodes));
    if (!m || !ret->nodes)
        return hn_fail(graph->heap->rt->py.err, HN_E_NOMEM, 0, "no memory for the map");
    m->tree = tree;
    m->arena = arena;
    m->ret = ret;
    ret->nodes[0] = (struct hn_treemap_node){
        .type = "all that is kept alive",
        .count = graph->count,
        .retained = hn_domtree_total(tree),
    };
    m->objects[0] = hn_graph_root(graph);
    ret->count = 1;
    for (uint32_t i = 0; !st && i < ret->count && ret->count < NODES_MOST; i++)
        if (m->objects[i] != HN_HEAP_NONE)
            st = open_node(m, i);
    return st;
}
