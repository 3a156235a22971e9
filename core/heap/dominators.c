/* SEMI-NCA: see dominators.h. Nodes are renamed by the order of a depth-first search,
 * in which the arrays below are indexed; a smaller number is nearer to the root. */
#include "heap/dominators.h"

#include <stdlib.h>
#include <string.h>

#include "base/large.h"

enum { ABSENT = UINT32_MAX };

struct finder {
    const struct hn_dominators_input *in;
    struct hn_pace *pace;
    uint32_t nodes;   /* the two of ours included */
    uint32_t visited; /* have a number */
    uint32_t *number; /* by node */
    /* By number. Two of these arrays are two things: one's entry is needed until the
     * other's is known. */
    union {
        uint32_t *node;
        uint32_t *semi; /* its semidominator, once it is known */
    };
    union {
        uint64_t *links; /* both of the next ones, which end before sums begin */
        uint64_t *sum;
    };
    uint32_t *parent; /* in the search's tree; later the ancestor of the link forest */
    union {
        uint32_t *next;  /* while searching: the next reference to follow */
        uint32_t *label; /* the smallest semidominator on the way to the ancestor */
    };
    uint32_t *idom; /* until it is known: the parent in the search's tree */
};

static enum hn_status
fail_memory(const struct finder *f)
{
    return hn_fail(f->pace->err, HN_E_NOMEM, 0, "no memory for dominators");
}

static uint32_t *
array(const struct finder *f)
{
    return hn_large_alloc(f->nodes, sizeof(uint32_t));
}

static enum hn_status
step(struct finder *f, uint32_t i, const char *what)
{
    return hn_pace_object(f->pace, what, i, f->nodes);
}

/* The same for a reference: one node may have more of them than all others. */
static enum hn_status
edge_step(struct finder *f, uint32_t edge, const char *what)
{
    const struct hn_digraph *graph = &f->in->graph;

    return hn_pace_object(f->pace, what, edge, graph->out_first[graph->count]);
}

/* --- depth-first search */

static void
number(struct finder *f, uint32_t node, uint32_t parent)
{
    const uint32_t at = f->visited++;

    f->number[node] = at;
    f->node[at] = node;
    f->parent[at] = parent;
    f->next[at] = node < f->in->graph.count ? f->in->graph.out_first[node] : 0;
}

/* Follows everything from @entry, which hangs under number @from. The way back is in
 * the parents. */
static enum hn_status
search(struct finder *f, uint32_t entry, uint32_t from)
{
    const struct hn_digraph *graph = &f->in->graph;
    uint32_t at = f->visited;
    enum hn_status st = HN_OK;

    number(f, entry, from);
    while (!st && at != from) {
        uint32_t node = f->node[at], next;

        if (f->next[at] == graph->out_first[node + 1]) {
            at = f->parent[at];
            continue;
        }
        st = edge_step(f, f->next[at], "following references");
        next = graph->out[f->next[at]++];
        if (f->number[next] != ABSENT)
            continue;
        at = f->visited;
        number(f, next, f->number[node]);
    }
    return st;
}

static enum hn_status
search_from(struct finder *f, enum hn_entry kind, uint32_t from)
{
    const struct hn_dominators_input *in = f->in;
    enum hn_status st = HN_OK;

    for (uint32_t i = 0; !st && i < in->graph.count; i++) {
        if (f->number[i] == ABSENT && in->entry(in->arg, i) == kind)
            st = search(f, i, from);
        if (!st)
            st = step(f, i, "following references");
    }
    return st;
}

static enum hn_status
search_all(struct finder *f)
{
    const uint32_t count = f->in->graph.count;
    enum hn_status st;

    memset(f->number, 0xff, (size_t)f->nodes * sizeof(uint32_t));
    number(f, count, 0);
    st = search_from(f, HN_ENTRY_ROOT, 0);
    if (st)
        return st;
    number(f, count + 1, 0);
    return search_from(f, HN_ENTRY_STRAY, f->number[count + 1]);
}

/* --- semidominators */

/* The smallest label from @v up to the root of its tree in the forest of those above
 * @last. On the way up links are turned around, on the way down they are led to the
 * root: no stack is needed. */
static uint32_t
smallest(struct finder *f, uint32_t v, uint32_t last)
{
    uint32_t *up = f->parent, *label = f->label;
    uint32_t below = ABSENT, root, best;

    if (up[v] <= last)
        return label[v];
    while (up[v] > last) {
        uint32_t next = up[v];

        up[v] = below;
        below = v;
        v = next;
    }
    root = up[v];
    best = label[v];
    while (below != ABSENT) {
        v = below;
        below = up[v];
        up[v] = root;
        if (label[v] < best)
            best = label[v];
        else
            label[v] = best;
    }
    return best;
}

/* What a reference from number @v says of the semidominator of @w. */
static uint32_t
hint(struct finder *f, uint32_t v, uint32_t w)
{
    if (v == ABSENT)
        return ABSENT;
    return v <= w ? v : smallest(f, v, w);
}

/* The smallest hint of all references to @w, if it is below @best. */
static enum hn_status
follow_back(struct finder *f, uint32_t w, uint32_t best, uint32_t *ret)
{
    const struct hn_digraph *graph = &f->in->graph;
    const uint32_t node = f->node[w];
    enum hn_status st = HN_OK;

    for (uint32_t i = graph->in_first[node]; !st && i < graph->in_first[node + 1];
         i++) {
        uint32_t semi = hint(f, f->number[graph->in[i]], w);

        if (semi < best)
            best = semi;
        st = edge_step(f, i, "finding what keeps what alive");
    }
    *ret = best;
    return st;
}

static enum hn_status
semidominator(struct finder *f, uint32_t w, uint32_t *ret)
{
    const struct hn_digraph *graph = &f->in->graph;
    const uint32_t node = f->node[w];
    uint32_t best = f->parent[w];

    *ret = 0;
    if (node >= graph->count)
        return HN_OK;
    switch (f->in->entry(f->in->arg, node)) {
    case HN_ENTRY_ROOT: return HN_OK;
    case HN_ENTRY_STRAY:
        best = hint(f, f->number[graph->count + 1], w);
        if (f->parent[w] < best)
            best = f->parent[w];
        break;
    case HN_ENTRY_NONE: break;
    }
    return follow_back(f, w, best, ret);
}

static enum hn_status
find_semidominators(struct finder *f)
{
    for (uint32_t w = f->visited; w-- > 1;) {
        enum hn_status st = step(f, f->visited - w, "finding what keeps what alive");
        uint32_t semi;

        if (!st)
            st = semidominator(f, w, &semi);
        if (st)
            return st;
        f->semi[w] = f->label[w] = semi;
    }
    return HN_OK;
}

/* --- the result */

static enum hn_status
find_dominators(struct finder *f)
{
    f->idom[0] = 0;
    for (uint32_t w = 1; w < f->visited; w++) {
        enum hn_status st = step(f, w, "finding what keeps what alive");
        uint32_t d = f->idom[w];

        if (st)
            return st;
        while (d > f->semi[w])
            d = f->idom[d];
        f->idom[w] = d;
    }
    return HN_OK;
}

/* Semidominators took the place of the nodes. */
static enum hn_status
find_nodes(struct finder *f)
{
    enum hn_status st = HN_OK;

    for (uint32_t i = 0; !st && i < f->nodes; i++) {
        if (f->number[i] != ABSENT)
            f->node[f->number[i]] = i;
        st = step(f, i, "finding what keeps what alive");
    }
    return st;
}

static enum hn_status
add_up(struct finder *f)
{
    const uint32_t count = f->in->graph.count;
    uint64_t *sum = f->sum;
    enum hn_status st = HN_OK;

    sum[count] = sum[count + 1] = 0; /* nodes of ours weigh nothing */
    for (uint32_t i = 0; !st && i < count; i++) {
        sum[i] = f->in->weight(f->in->arg, i);
        st = step(f, i, "adding up what is kept alive");
    }
    for (uint32_t w = f->visited; !st && w-- > 1;) {
        sum[f->node[f->idom[w]]] += sum[f->node[w]];
        st = step(f, w, "adding up what is kept alive");
    }
    return st;
}

/* Turns numbers into the nodes' dominators, each where it is read. */
static enum hn_status
name_dominators(struct finder *f)
{
    enum hn_status st = HN_OK;

    for (uint32_t i = 0; !st && i < f->nodes; i++) {
        uint32_t *at = &f->number[i];

        *at = *at != ABSENT ? f->node[f->idom[*at]] : i;
        st = step(f, i, "adding up what is kept alive");
    }
    return st;
}

static enum hn_status
write_down(struct finder *f, struct hn_dominators *ret)
{
    enum hn_status st = add_up(f);

    if (!st)
        st = name_dominators(f);
    if (st)
        return st;
    ret->sum = f->sum;
    ret->dominator = f->number;
    f->sum = NULL;
    f->number = NULL;
    return HN_OK;
}

static bool
allocate(struct finder *f)
{
    f->number = f->in->spare ? f->in->spare : array(f);
    f->node = array(f);
    f->links = hn_large_alloc(f->nodes, sizeof(*f->links));
    f->parent = (uint32_t *)f->links;
    f->next = f->parent + f->nodes;
    return f->number && f->node && f->links;
}

static enum hn_status
find(struct finder *f, struct hn_dominators *ret)
{
    enum hn_status st;

    if (!allocate(f))
        return fail_memory(f);
    st = search_all(f);
    if (st)
        return st;
    f->idom = array(f);
    if (!f->idom)
        return fail_memory(f);
    memcpy(f->idom, f->parent, (size_t)f->visited * sizeof(uint32_t));
    st = find_semidominators(f);
    if (st)
        return st;
    st = find_dominators(f);
    if (st)
        return st;
    st = find_nodes(f);
    return st ? st : write_down(f, ret);
}

enum hn_status
hn_dominators_find(const struct hn_dominators_input *input, struct hn_pace *pace,
                   struct hn_dominators *ret)
{
    struct finder f = { .in = input, .pace = pace, .nodes = input->graph.count + 2 };
    enum hn_status st = find(&f, ret);

    free(f.number);
    free(f.node);
    free(f.links);
    free(f.idom);
    return st;
}
