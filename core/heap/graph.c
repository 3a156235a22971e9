/* Building the graph: see graph.h. */
#include "heap/graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/large.h"
#include "heap/components.h"
#include "heap/counts.h"
#include "heap/dominators.h"

enum {
    /* Most heaps have fewer: room that is not written to takes no memory, while an
     * array that grows is moved, and no longer lies in large pages. */
    EDGES_EACH = 2,
    EDGES_FIRST = 1 << 16,
    EDGES_MOST = UINT32_MAX - 1,
    /* Entries of a dict that tell whether it is the one of interned strings. */
    INTERNED_LEAST = 100
};

struct builder {
    struct hn_graph *graph;
    const struct hn_heap *heap;
    struct hn_pace pace;
    struct hn_referrer referrer;
    struct hn_refcounts counts;
    int32_t *missing; /* of each object: references that are counted, but not found;
                         the same memory then serves other ends */
    uint32_t edges, edge_capacity;
    uint32_t marked;       /* objects that roots lead to */
    enum hn_status status; /* of what is done with a reference */
};

static enum hn_status
fail_memory(const struct builder *b)
{
    return hn_fail(b->heap->rt->py.err, HN_E_NOMEM, 0, "no memory for the graph");
}

static enum hn_status
step(struct builder *b, uint32_t i, const char *what)
{
    return hn_pace_object(&b->pace, what, i, b->graph->count);
}

/* The same for a reference: one object may have more of them than all others. */
static enum hn_status
edge_step(struct builder *b, uint32_t edge, const char *what)
{
    return hn_pace_object(&b->pace, what, edge, b->edges);
}

/* --- outbound references */

static bool
make_room(struct builder *b)
{
    uint64_t capacity = b->edge_capacity
                            ? (uint64_t)b->edge_capacity * 3 / 2
                            : (uint64_t)b->graph->count * EDGES_EACH + EDGES_FIRST;
    uint32_t *out;

    if (b->edges < b->edge_capacity)
        return true;
    if (capacity > EDGES_MOST)
        capacity = EDGES_MOST;
    if (capacity == b->edge_capacity)
        return false;
    out = hn_large_realloc(b->graph->out, capacity, sizeof(*out));
    if (!out)
        return false;
    b->graph->out = out;
    b->edge_capacity = (uint32_t)capacity;
    return true;
}

static void
explain(struct builder *b, uint32_t object, unsigned bits)
{
    if (!(bits & (HN_REFERENCE_WEAK | HN_REFERENCE_UNCOUNTED)))
        b->missing[object]--;
    if (bits & HN_REFERENCE_SCANNED)
        b->graph->bits[object] |= HN_NODE_SCANNED;
}

static void
take_reference(void *arg, const struct hn_reference *reference)
{
    struct builder *b = arg;

    explain(b, reference->to, reference->bits);
    if (reference->bits & HN_REFERENCE_WEAK)
        return;
    if (++b->graph->references % HN_PACE_OBJECTS == 0 && !b->status) {
        b->status = hn_pace_step(&b->pace, "reading references", reference->from,
                                 b->graph->count);
        b->referrer.stop = b->status != HN_OK;
    }
    b->graph->scanned += (reference->bits & HN_REFERENCE_SCANNED) != 0;
    if (b->graph->bits[reference->to] & HN_NODE_PINNED)
        return;
    if (!make_room(b)) {
        b->status = fail_memory(b);
        b->referrer.stop = true;
        return;
    }
    b->graph->out[b->edges++] = reference->to;
}

/* These are known before anything is read: much refers to None. */
static enum hn_status
pin_static(struct builder *b)
{
    enum hn_status st = HN_OK;

    for (uint32_t i = 0; !st && i < b->graph->count; i++) {
        if (hn_heap_flags(b->heap, i) & HN_HEAP_STATIC)
            b->graph->bits[i] = HN_NODE_PINNED;
        st = step(b, i, "reading references");
    }
    return st;
}

/* What was referred to before its count said that it is immortal. */
static enum hn_status
drop_pinned(struct builder *b)
{
    struct hn_graph *graph = b->graph;
    uint32_t kept = 0, edge = 0;
    enum hn_status st = HN_OK;

    for (uint32_t i = 0; !st && i < graph->count; i++) {
        graph->out_first[i] = kept;
        for (; !st && edge < graph->out_first[i + 1]; edge++) {
            if (!(graph->bits[graph->out[edge]] & HN_NODE_PINNED))
                graph->out[kept++] = graph->out[edge];
            st = edge_step(b, edge, "reading references");
        }
    }
    graph->out_first[graph->count] = b->edges = kept;
    return st;
}

/* An object's count lies beside its references: memory is gone through once. */
static enum hn_status
load_references(struct builder *b)
{
    struct hn_graph *graph = b->graph;
    bool pinned_late = false;
    enum hn_status st = pin_static(b);

    b->referrer.visit = take_reference;
    b->referrer.arg = b;
    for (uint32_t i = 0; !st && i < graph->count; i++) {
        st = step(b, i, "reading references");
        graph->out_first[i] = b->edges;
        if (!(graph->bits[i] & HN_NODE_PINNED)) {
            hn_refcounts_add(&b->counts, i, &b->missing[i], &graph->bits[i]);
            pinned_late |= (graph->bits[i] & HN_NODE_PINNED) != 0;
        }
        hn_references_of(&b->referrer, i);
        if (b->status)
            st = b->status;
    }
    graph->out_first[graph->count] = b->edges;
    graph->cut = b->referrer.words_left < HN_PIECE / 8;
    return st || !pinned_late ? st : drop_pinned(b);
}

static void
take_root(void *arg, uint32_t object, unsigned bits)
{
    struct builder *b = arg;

    if (bits & (HN_REFERENCE_WEAK | HN_REFERENCE_SCANNED))
        return;
    explain(b, object, bits);
    b->graph->bits[object] |= HN_NODE_ROOT;
}

/* --- the dict of interned strings */

/* Where a string that lives as long as somebody else wants it is in a dict that nothing
 * refers to, as key and as value of the same entry, it is that one; its references are
 * not counted (Objects/unicodeobject.c, all versions but 3.12). */
static bool
looks_interned(const struct builder *b, uint32_t object)
{
    const struct hn_graph *graph = b->graph;
    const uint32_t first = graph->out_first[object], end = graph->out_first[object + 1];
    uint32_t pairs = 0, short_of = 0;

    if (graph->in_first[object + 1] != graph->in_first[object]
        || end - first < 2 * INTERNED_LEAST)
        return false;
    for (uint32_t i = first; i + 1 < end && pairs < INTERNED_LEAST; i += 2, pairs++) {
        if (graph->out[i] != graph->out[i + 1])
            return false;
        short_of += b->missing[graph->out[i]] < 0;
    }
    return short_of > pairs / 2;
}

/* Takes the references of @object out of the array, and their effect on counts. */
static void
forget_interned(struct builder *b, uint32_t object)
{
    struct hn_graph *graph = b->graph;
    const uint32_t first = graph->out_first[object], end = graph->out_first[object + 1];

    for (uint32_t i = first; i < end; i++)
        b->missing[graph->out[i]]++;
    memmove(graph->out + first, graph->out + end,
            (b->edges - end) * sizeof(*graph->out));
    for (uint32_t i = object + 1; i <= graph->count; i++)
        graph->out_first[i] -= end - first;
    b->edges -= end - first;
    graph->bits[object] |= HN_NODE_INTERNED;
}

static enum hn_status
find_interned(struct builder *b)
{
    const struct hn_heap *heap = b->heap;
    enum hn_status st = HN_OK;

    for (uint32_t i = 0; !st && i < b->graph->count; i++) {
        if (hn_plan_find(b->referrer.plans, heap->types[i])->form == HN_PLAN_DICT
            && looks_interned(b, i))
            forget_interned(b, i);
        st = step(b, i, "turning references around");
    }
    return st;
}

/* --- inbound references */

static enum hn_status
count_inbound(struct builder *b)
{
    struct hn_graph *graph = b->graph;

    return hn_digraph_count_inbound(graph->count, graph->out_first, graph->out,
                                    graph->in_first, &b->pace);
}

static enum hn_status
invert(struct builder *b)
{
    struct hn_graph *graph = b->graph;
    uint32_t *fitting =
        hn_large_realloc(graph->out, (size_t)b->edges + 1, sizeof(*fitting));
    enum hn_status st;

    if (fitting)
        graph->out = fitting;
    st = count_inbound(b);
    if (st)
        return st;
    st = find_interned(b);
    if (!st)
        st = count_inbound(b);
    if (st)
        return st;
    graph->in = hn_large_alloc((size_t)b->edges + 1, sizeof(*graph->in));
    if (!graph->in)
        return fail_memory(b);
    return hn_digraph_invert(graph->count, graph->out_first, graph->out,
                             graph->in_first, graph->in, &b->pace);
}

/* --- roots and garbage */

/* What is counted more often than it is referred to, C code refers to. */
static enum hn_status
find_c_roots(struct builder *b)
{
    struct hn_graph *graph = b->graph;
    enum hn_status st = HN_OK;

    for (uint32_t i = 0; !st && i < graph->count; i++) {
        if (graph->bits[i] & (HN_NODE_PINNED | HN_NODE_INTERNED))
            graph->bits[i] |= HN_NODE_ROOT;
        else if (b->missing[i] > 0 && !(graph->bits[i] & HN_NODE_UNKNOWN)) {
            graph->bits[i] |= HN_NODE_ROOT | HN_NODE_C;
            graph->c_references += (uint32_t)b->missing[i];
        }
        st = step(b, i, "looking for roots");
    }
    return st;
}

/* Marks what the roots lead to as no garbage; @todo has room for all. */
static enum hn_status
mark_from(struct builder *b, uint32_t *todo, uint32_t first)
{
    struct hn_graph *graph = b->graph;
    uint32_t left = 0;

    todo[left++] = first;
    graph->bits[first] &= (uint8_t)~HN_NODE_GARBAGE;
    while (left > 0) {
        uint32_t node = todo[--left];
        enum hn_status st = step(b, b->marked++, "looking for garbage");

        for (uint32_t e = graph->out_first[node]; !st && e < graph->out_first[node + 1];
             e++) {
            uint32_t to = graph->out[e];

            st = edge_step(b, e, "looking for garbage");
            if (!(graph->bits[to] & HN_NODE_GARBAGE))
                continue;
            graph->bits[to] &= (uint8_t)~HN_NODE_GARBAGE;
            todo[left++] = to;
        }
        if (st)
            return st;
    }
    return HN_OK;
}

/* Objects whose count is not known exactly may be kept by what we do not see: nobody
 * calls them garbage. */
static enum hn_status
mark_reached(struct builder *b, uint32_t *todo)
{
    struct hn_graph *graph = b->graph;
    enum hn_status st = HN_OK;

    for (uint32_t i = 0; !st && i < graph->count; i++) {
        if ((graph->bits[i] & HN_NODE_ROOT) && (graph->bits[i] & HN_NODE_GARBAGE))
            st = mark_from(b, todo, i);
        if (!st)
            st = step(b, i, "looking for garbage");
    }
    for (uint32_t i = 0; !st && i < graph->count; i++)
        if ((graph->bits[i] & HN_NODE_UNKNOWN) && (graph->bits[i] & HN_NODE_GARBAGE)) {
            graph->bits[i] |= HN_NODE_ROOT | HN_NODE_C;
            st = mark_from(b, todo, i);
        }
    return st;
}

static enum hn_status
find_garbage(struct builder *b)
{
    struct hn_graph *graph = b->graph;
    enum hn_status st;

    for (uint32_t i = 0; i < graph->count; i++)
        graph->bits[i] |= HN_NODE_GARBAGE;
    st = mark_reached(b, (uint32_t *)b->missing);
    for (uint32_t i = 0; i < graph->count; i++)
        graph->garbage_objects += (graph->bits[i] & HN_NODE_GARBAGE) != 0;
    return st;
}

/* --- dominators */

struct entries {
    const struct hn_graph *graph;
    struct hn_components components; /* of the garbage */
    bool *held;                      /* by component: another one refers to it */
    uint32_t *first; /* by component: the object that it is entered by */
};

static bool
is_garbage(void *arg, uint32_t node)
{
    const struct hn_graph *graph = arg;

    return graph->bits[node] & HN_NODE_GARBAGE;
}

static enum hn_entry
entry_of(void *arg, uint32_t node)
{
    const struct entries *e = arg;
    uint32_t at, component;

    if (e->graph->bits[node] & HN_NODE_ROOT)
        return HN_ENTRY_ROOT;
    if (!(e->graph->bits[node] & HN_NODE_GARBAGE))
        return HN_ENTRY_NONE;
    at = hn_components_position(&e->components, node);
    component = e->components.component[at];
    return !e->held[component] && e->first[component] == node ? HN_ENTRY_STRAY
                                                              : HN_ENTRY_NONE;
}

static uint64_t
weight_of(void *arg, uint32_t node)
{
    const struct entries *e = arg;

    return hn_heap_spent(e->graph->heap, node);
}

/* Garbage is entered where no other garbage refers to: at one object of each such
 * cycle, the first. */
static enum hn_status
find_entries(struct builder *b, struct entries *e)
{
    struct hn_graph *graph = b->graph;
    const struct hn_digraph digraph = { graph->count, graph->out_first, graph->out,
                                        graph->in_first, graph->in };
    struct hn_components *c = &e->components;
    enum hn_status st = hn_components_find(&digraph, is_garbage, graph, &b->pace, c);

    if (st)
        return st;
    e->held = calloc((size_t)c->count + 1, sizeof(*e->held));
    e->first = calloc((size_t)c->count + 1, sizeof(*e->first));
    if (!e->held || !e->first)
        return fail_memory(b);
    for (uint32_t i = c->node_count; i-- > 0;) {
        uint32_t node = c->nodes[i];

        e->first[c->component[i]] = node;
        for (uint32_t n = graph->out_first[node]; n < graph->out_first[node + 1]; n++) {
            uint32_t to = hn_components_position(c, graph->out[n]);

            if (to != UINT32_MAX && c->component[to] != c->component[i])
                e->held[c->component[to]] = true;
        }
    }
    return HN_OK;
}

static enum hn_status
find_dominators(struct builder *b)
{
    struct hn_graph *graph = b->graph;
    struct entries e = { .graph = graph };
    const struct hn_dominators_input input = {
        .graph = { graph->count, graph->out_first, graph->out, graph->in_first,
                   graph->in },
        .entry = entry_of,
        .weight = weight_of,
        .arg = &e,
        .spare = (uint32_t *)b->missing,
    };
    struct hn_dominators found;
    enum hn_status st = find_entries(b, &e);

    if (!st) {
        b->missing = NULL;
        st = hn_dominators_find(&input, &b->pace, &found);
    }
    if (!st) {
        graph->dominator = found.dominator;
        graph->retained = found.sum;
    }
    hn_components_deinit(&e.components);
    free(e.held);
    free(e.first);
    return st;
}

/* --- all together */

static enum hn_status
allocate(struct builder *b)
{
    struct hn_graph *graph = b->graph;
    const size_t count = (size_t)graph->count + 1;

    graph->out_first = hn_large_alloc(count, sizeof(*graph->out_first));
    graph->in_first = hn_large_alloc(count, sizeof(*graph->in_first));
    graph->bits = hn_large_calloc(count, sizeof(*graph->bits));
    b->missing = hn_large_calloc(count + 1, sizeof(*b->missing));
    if (!graph->out_first || !graph->in_first || !graph->bits || !b->missing)
        return fail_memory(b);
    return HN_OK;
}

static enum hn_status
build(struct builder *b, const struct hn_process *process)
{
    struct hn_graph *graph = b->graph;
    enum hn_status st = allocate(b);

    if (!st)
        st = hn_refcounts_init(&b->counts, b->heap, process);
    if (st)
        return st;
    st = load_references(b);
    hn_refcounts_deinit(&b->counts);
    if (!st)
        st = hn_roots_load(&b->referrer, process, take_root, b, &graph->roots);
    if (!st)
        st = invert(b);
    if (st)
        return st;
    hn_roots_finish(&graph->roots);
    st = find_c_roots(b);
    if (!st)
        st = find_garbage(b);
    return st ? st : find_dominators(b);
}

enum hn_status
hn_graph_build(const struct hn_heap *heap, const struct hn_process *process,
               struct hn_graph *ret)
{
    struct builder b = { .graph = ret, .heap = heap };
    enum hn_status st;

    *ret = (struct hn_graph){ .heap = heap, .count = heap->count };
    hn_pace_init(&b.pace, heap->host, heap->err);
    st = hn_referrer_init(&b.referrer, heap);
    if (st)
        return st;
    st = build(&b, process);
    hn_pace_end(&b.pace);
    hn_referrer_deinit(&b.referrer);
    free(b.missing);
    return st;
}

void
hn_graph_deinit(struct hn_graph *graph)
{
    free(graph->out_first);
    free(graph->out);
    free(graph->in_first);
    free(graph->in);
    free(graph->bits);
    free(graph->dominator);
    free(graph->retained);
    hn_roots_deinit(&graph->roots);
    *graph = (struct hn_graph){ 0 };
}
