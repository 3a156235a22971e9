/* Walks over the dominator tree: see domtree.h. None recurses: the way back is in
 * graph->dominator. */
#include "heap/domtree.h"

#include <stdlib.h>
#include <string.h>

#include "base/large.h"
#include "heap/pace.h"

enum { NONE = HN_HEAP_NONE };

static enum hn_status
fail_memory(const struct hn_graph *graph)
{
    return hn_fail(graph->heap->err, HN_E_NOMEM, 0, "no memory for the tree");
}

static uint32_t
node_count(const struct hn_graph *graph)
{
    return graph->count + 2;
}

static void
start(struct hn_pace *pace, const struct hn_graph *graph)
{
    hn_pace_init(pace, graph->heap->host, graph->heap->err);
}

static enum hn_status
step(struct hn_pace *pace, const struct hn_graph *graph, uint32_t node)
{
    return hn_pace_object(pace, "adding up what is kept alive", node,
                          node_count(graph));
}

static enum hn_status
count_children(struct hn_domtree *tree, struct hn_pace *pace)
{
    const struct hn_graph *graph = tree->graph;
    enum hn_status st = HN_OK;

    for (uint32_t i = 0; !st && i < node_count(graph); i++) {
        uint32_t parent = graph->dominator[i];

        if (parent != i)
            tree->first[parent + 1]++;
        st = step(pace, graph, i);
    }
    for (uint32_t i = 0; !st && i < node_count(graph); i++) {
        tree->first[i + 1] += tree->first[i];
        st = step(pace, graph, i);
    }
    return st;
}

/* From the last on, so that each node's children ascend; see fill_inbound(). */
static enum hn_status
fill_children(struct hn_domtree *tree, struct hn_pace *pace)
{
    const struct hn_graph *graph = tree->graph;
    uint32_t nodes = node_count(graph), total = tree->first[nodes];
    enum hn_status st = HN_OK;

    for (uint32_t i = nodes; !st && i-- > 0;) {
        if (graph->dominator[i] != i)
            tree->children[--tree->first[graph->dominator[i] + 1]] = i;
        st = step(pace, graph, i);
    }
    memmove(tree->first, tree->first + 1, (size_t)nodes * sizeof(*tree->first));
    tree->first[nodes] = total;
    return st;
}

enum hn_status
hn_domtree_build(const struct hn_graph *graph, struct hn_domtree *ret)
{
    const size_t nodes = node_count(graph);
    struct hn_pace pace;
    enum hn_status st;

    *ret = (struct hn_domtree){ .graph = graph };
    ret->first = hn_large_calloc(nodes + 1, sizeof(*ret->first));
    ret->children = hn_large_alloc(nodes + 1, sizeof(*ret->children));
    if (!ret->first || !ret->children)
        return fail_memory(graph);
    start(&pace, graph);
    st = count_children(ret, &pace);
    if (!st)
        st = fill_children(ret, &pace);
    hn_pace_end(&pace);
    return st;
}

void
hn_domtree_deinit(struct hn_domtree *tree)
{
    free(tree->first);
    free(tree->children);
    *tree = (struct hn_domtree){ 0 };
}

uint64_t
hn_domtree_total(const struct hn_domtree *tree)
{
    return tree->graph->retained[hn_graph_root(tree->graph)];
}

/* --- items */

static uint32_t
type_of(const struct hn_graph *graph, uint32_t node)
{
    return node < graph->count ? graph->heap->types[node] : NONE;
}

static uint64_t
own_bytes(const struct hn_graph *graph, uint32_t node)
{
    return node < graph->count ? hn_heap_spent(graph->heap, node) : 0;
}

static int
by_retained(const void *a, const void *b)
{
    const struct hn_domtree_item *x = a, *y = b;

    if (x->retained != y->retained)
        return x->retained < y->retained ? 1 : -1;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    if (x->type != y->type)
        return x->type < y->type ? -1 : 1;
    return (x->object > y->object) - (x->object < y->object);
}

static int
by_own(const void *a, const void *b)
{
    const struct hn_domtree_item *x = a, *y = b;

    if (x->own != y->own)
        return x->own < y->own ? 1 : -1;
    return by_retained(a, b);
}

/* A row for each type, to be added up in. */
static struct hn_domtree_item *
type_rows(const struct hn_graph *graph)
{
    struct hn_domtree_item *rows =
        calloc((size_t)graph->heap->type_count + 1, sizeof(*rows));

    for (uint32_t i = 0; rows && i < graph->heap->type_count; i++)
        rows[i] = (struct hn_domtree_item){ .object = NONE, .type = i };
    return rows;
}

/* Those rows that have objects, sorted, in @arena. */
static enum hn_status
keep_rows(const struct hn_graph *graph, const struct hn_domtree_item *rows,
          int (*order)(const void *, const void *), struct hn_arena *arena,
          struct hn_domtree_item **ret, size_t *count_ret)
{
    size_t count = 0;

    for (uint32_t i = 0; i < graph->heap->type_count; i++)
        count += rows[i].count > 0;
    *ret = hn_arena_array(arena, count, sizeof(**ret));
    if (!*ret)
        return fail_memory(graph);
    *count_ret = 0;
    for (uint32_t i = 0; i < graph->heap->type_count; i++)
        if (rows[i].count > 0)
            (*ret)[(*count_ret)++] = rows[i];
    qsort(*ret, *count_ret, sizeof(**ret), order);
    return HN_OK;
}

/* --- the largest of many: a heap with the smallest on top */

struct best {
    struct hn_domtree_item *items;
    size_t count, limit;
};

static void
sink(struct best *best, size_t at)
{
    for (;;) {
        size_t child = 2 * at + 1;
        struct hn_domtree_item item;

        if (child >= best->count)
            return;
        if (child + 1 < best->count
            && by_retained(&best->items[child + 1], &best->items[child]) > 0)
            child++;
        if (by_retained(&best->items[child], &best->items[at]) <= 0)
            return;
        item = best->items[at];
        best->items[at] = best->items[child];
        best->items[child] = item;
        at = child;
    }
}

/* Keeps @item if it is among the largest; *dropped_ret is what falls out. False when
 * nothing does. */
static bool
offer(struct best *best, const struct hn_domtree_item *item,
      struct hn_domtree_item *dropped_ret)
{
    if (best->count < best->limit) {
        best->items[best->count++] = *item;
        if (best->count == best->limit)
            for (size_t i = best->limit / 2 + 1; i-- > 0;)
                sink(best, i);
        return false;
    }
    *dropped_ret = *item;
    if (best->limit == 0 || by_retained(item, &best->items[0]) >= 0)
        return true;
    *dropped_ret = best->items[0];
    best->items[0] = *item;
    sink(best, 0);
    return true;
}

static struct hn_domtree_item
single(const struct hn_graph *graph, uint32_t node)
{
    return (struct hn_domtree_item){
        .object = node,
        .type = type_of(graph, node),
        .count = 1,
        .retained = graph->retained[node],
        .own = own_bytes(graph, node),
    };
}

static void
join(struct hn_domtree_item *rows, const struct hn_domtree_item *item)
{
    struct hn_domtree_item *row = &rows[item->type];

    row->count += item->count;
    row->retained += item->retained;
    row->own += item->own;
}

enum hn_status
hn_domtree_children(const struct hn_domtree *tree, uint32_t node, uint64_t least,
                    size_t limit, struct hn_arena *arena, struct hn_domtree_item **ret,
                    size_t *count_ret)
{
    const struct hn_graph *graph = tree->graph;
    struct best best = { malloc((limit + 1) * sizeof(*best.items)), 0, limit };
    struct hn_domtree_item *rows = type_rows(graph), *groups;
    size_t group_count;
    enum hn_status st = best.items && rows ? HN_OK : fail_memory(graph);

    for (uint32_t i = tree->first[node]; !st && i < tree->first[node + 1]; i++) {
        struct hn_domtree_item item = single(graph, tree->children[i]), dropped;

        if (item.type == NONE && item.retained == 0)
            continue; /* no garbage */
        if (item.type != NONE && item.retained < least)
            join(rows, &item);
        else if (offer(&best, &item, &dropped) && dropped.type != NONE)
            join(rows, &dropped);
    }
    if (!st)
        st = keep_rows(graph, rows, by_retained, arena, &groups, &group_count);
    if (!st) {
        *ret = hn_arena_array(arena, best.count + group_count, sizeof(**ret));
        if (*ret) {
            memcpy(*ret, best.items, best.count * sizeof(**ret));
            memcpy(*ret + best.count, groups, group_count * sizeof(**ret));
            *count_ret = best.count + group_count;
            qsort(*ret, *count_ret, sizeof(**ret), by_retained);
        } else {
            st = fail_memory(graph);
        }
    }
    free(best.items);
    free(rows);
    return st;
}

/* --- walks */

/* The node that a walk over everything below @top comes to after @node; NONE at the
 * end. Nodes are left for good once their children are done: @leave is told. */
struct tour {
    const struct hn_domtree *tree;
    uint32_t top;
    void (*leave)(void *arg, uint32_t node);
    void *arg;
};

/* The child of @parent behind @child, which ascend; NONE. */
static uint32_t
next_child(const struct hn_domtree *tree, uint32_t parent, uint32_t child)
{
    uint32_t low = tree->first[parent], end = tree->first[parent + 1], high = end;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (tree->children[middle] <= child)
            low = middle + 1;
        else
            high = middle;
    }
    return low < end ? tree->children[low] : NONE;
}

static uint32_t
next_node(const struct tour *tour, uint32_t node)
{
    const struct hn_domtree *tree = tour->tree;
    uint32_t next = NONE;

    if (tree->first[node] < tree->first[node + 1])
        return tree->children[tree->first[node]];
    while (next == NONE) {
        if (tour->leave)
            tour->leave(tour->arg, node);
        if (node == tour->top)
            return NONE;
        next = next_child(tree, tree->graph->dominator[node], node);
        node = tree->graph->dominator[node];
    }
    return next;
}

enum hn_status
hn_domtree_made_of(const struct hn_domtree *tree, uint32_t node, struct hn_arena *arena,
                   struct hn_domtree_item **ret, size_t *count_ret)
{
    const struct hn_graph *graph = tree->graph;
    struct hn_domtree_item *rows = type_rows(graph);
    const struct tour tour = { .tree = tree, .top = node };
    struct hn_pace pace;
    enum hn_status st = rows ? HN_OK : fail_memory(graph);
    uint32_t steps = 0;

    start(&pace, graph);
    for (uint32_t at = node; !st && at != NONE; at = next_node(&tour, at)) {
        struct hn_domtree_item item = single(graph, at);

        item.retained = item.own;
        if (item.type != NONE)
            join(rows, &item);
        st = step(&pace, graph, steps++);
    }
    hn_pace_end(&pace);
    if (!st)
        st = keep_rows(graph, rows, by_own, arena, ret, count_ret);
    free(rows);
    return st;
}

struct groups {
    const struct hn_graph *graph;
    const uint32_t *of; /* by object */
    uint32_t *inside;   /* by group: how many of it we are below */
};

static uint32_t
group_of(const struct groups *g, uint32_t node)
{
    return node < g->graph->count ? g->of[node] : NONE;
}

static void
leave_group(void *arg, uint32_t node)
{
    struct groups *g = arg;
    uint32_t group = group_of(g, node);

    if (group != NONE)
        g->inside[group]--;
}

static enum hn_status
tour_groups(const struct tour *tour, struct groups *g, uint64_t *ret)
{
    struct hn_pace pace;
    enum hn_status st = HN_OK;
    uint32_t steps = 0;

    start(&pace, g->graph);
    for (uint32_t at = tour->top; !st && at != NONE; at = next_node(tour, at)) {
        uint32_t group = group_of(g, at);

        if (group != NONE && g->inside[group]++ == 0)
            ret[group] += g->graph->retained[at];
        st = step(&pace, g->graph, steps++);
    }
    hn_pace_end(&pace);
    return st;
}

enum hn_status
hn_domtree_by_group(const struct hn_domtree *tree, const uint32_t *groups, size_t count,
                    uint64_t *ret)
{
    const struct hn_graph *graph = tree->graph;
    struct groups g = { graph, groups, calloc(count + 1, sizeof(*g.inside)) };
    const struct tour tour = { tree, hn_graph_root(graph), leave_group, &g };
    enum hn_status st = g.inside ? tour_groups(&tour, &g, ret) : fail_memory(graph);

    free(g.inside);
    return st;
}

enum hn_status
hn_domtree_by_type(const struct hn_domtree *tree, struct hn_arena *arena,
                   struct hn_domtree_item **ret, size_t *count_ret)
{
    const struct hn_graph *graph = tree->graph;
    const size_t types = graph->heap->type_count;
    struct hn_domtree_item *rows = type_rows(graph);
    uint64_t *retained = calloc(types + 1, sizeof(*retained));
    enum hn_status st = rows && retained ? HN_OK : fail_memory(graph);
    struct hn_pace pace;

    start(&pace, graph);
    for (uint32_t i = 0; !st && i < graph->count; i++) {
        struct hn_domtree_item item = single(graph, i);

        item.retained = 0;
        join(rows, &item);
        st = step(&pace, graph, i);
    }
    hn_pace_end(&pace);
    if (!st)
        st = hn_domtree_by_group(tree, graph->heap->types, types, retained);
    for (size_t i = 0; !st && i < types; i++)
        rows[i].retained = retained[i];
    if (!st)
        st = keep_rows(graph, rows, by_retained, arena, ret, count_ret);
    free(retained);
    free(rows);
    return st;
}

/* --- what keeps most */

/* So many in a row are a list, and no namespace of a module in that of another. */
enum { LINKS_LEAST = 4 };

/* Whether the node that dominates @node merely leads to it. */
static bool
is_led_to(const struct hn_graph *graph, uint32_t node)
{
    uint32_t parent = graph->dominator[node];

    return parent != node
           && graph->retained[node]
                  > graph->retained[parent] - graph->retained[parent] / 10;
}

static enum hn_status
find_leads(const struct hn_graph *graph, struct hn_pace *pace, bool *leads)
{
    enum hn_status st = HN_OK;

    for (uint32_t i = 0; !st && i < node_count(graph); i++) {
        if (is_led_to(graph, i))
            leads[graph->dominator[i]] = true;
        st = step(pace, graph, i);
    }
    return st;
}

static bool
is_of_module(const struct hn_graph *graph, uint32_t node)
{
    const struct hn_heap *heap = graph->heap;

    for (uint32_t e = graph->in_first[node]; e < graph->in_first[node + 1]; e++)
        if (strcmp(heap->type[heap->types[graph->in[e]]].name, "module") == 0)
            return true;
    return false;
}

/* Each link of a linked list merely leads to the next, and yet the last keeps little:
 * what keeps the list is its first. Links have the type of the next, or of the one
 * after that where each has a dict of its own; the namespace that the list is in is
 * none, though a dict too. Returns @end if it ends no list. */
static uint32_t
first_link(const struct hn_graph *graph, struct hn_pace *pace, uint32_t end,
           enum hn_status *st)
{
    const uint32_t *types = graph->heap->types;
    uint32_t first = end, second = end, next = end, node = end, alike = 0;

    while (!*st && is_led_to(graph, node) && graph->dominator[node] < graph->count) {
        uint32_t parent = graph->dominator[node];
        bool is_link = types[parent] == types[node] || types[parent] == types[next];

        alike = is_link ? alike + 1 : 0;
        if (alike >= LINKS_LEAST) {
            first = parent;
            second = node;
        }
        next = node;
        node = parent;
        *st = step(pace, graph, node);
    }
    return first != end && is_of_module(graph, first) ? second : first;
}

static void
offer_one(const struct hn_graph *graph, struct best *best, uint32_t node)
{
    struct hn_domtree_item item = single(graph, node), dropped;

    offer(best, &item, &dropped);
}

static enum hn_status
offer_all(const struct hn_graph *graph, struct best *best)
{
    bool *leads = calloc(node_count(graph), sizeof(*leads));
    struct hn_pace pace;
    enum hn_status st;

    start(&pace, graph);
    st = leads ? find_leads(graph, &pace, leads) : fail_memory(graph);
    for (uint32_t i = 0; !st && i < graph->count; i++) {
        uint32_t first;

        st = step(&pace, graph, i);
        if (st || graph->retained[i] == 0 || leads[i])
            continue;
        offer_one(graph, best, i);
        first = first_link(graph, &pace, i, &st);
        if (graph->retained[i] <= graph->retained[first] / 10 * 9)
            offer_one(graph, best, first);
    }
    hn_pace_end(&pace);
    free(leads);
    return st;
}

enum hn_status
hn_domtree_top(const struct hn_domtree *tree, size_t limit, struct hn_arena *arena,
               struct hn_domtree_item **ret, size_t *count_ret)
{
    const struct hn_graph *graph = tree->graph;
    struct best best = { 0 };
    enum hn_status st;

    if (limit == 0 || limit > graph->count)
        limit = graph->count;
    best.limit = limit;
    best.items = hn_arena_array(arena, limit + 1, sizeof(*best.items));
    st = best.items ? offer_all(graph, &best) : fail_memory(graph);
    if (st)
        return st;
    if (best.count > 0)
        qsort(best.items, best.count, sizeof(*best.items), by_retained);
    *ret = best.items;
    *count_ret = best.count;
    return HN_OK;
}
