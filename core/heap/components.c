/* Tarjan's strongly connected components: see components.h. */
#include "heap/components.h"

#include <stdlib.h>
#include <string.h>

#include "base/large.h"

enum { ABSENT = UINT32_MAX };

/* Arrays by position among the nodes of the part. */
struct finder {
    const struct hn_digraph *graph;
    struct hn_pace *pace;
    struct hn_components *ret;
    uint32_t *index;  /* when it was met */
    uint32_t *low;    /* the earliest that it leads back to */
    uint32_t *cursor; /* the next reference to follow */
    uint32_t *caller; /* where to go on once it is done */
    uint32_t *stack;  /* met, and in no component yet */
    uint32_t depth, met;
};

static enum hn_status
fail_memory(const struct hn_pace *pace)
{
    return hn_fail(pace->err, HN_E_NOMEM, 0, "no memory for cycles");
}

uint32_t
hn_components_position(const struct hn_components *components, uint32_t node)
{
    uint32_t low = 0, high = components->node_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (components->nodes[middle] < node)
            low = middle + 1;
        else
            high = middle;
    }
    return low < components->node_count && components->nodes[low] == node ? low
                                                                          : ABSENT;
}

static void
meet(struct finder *f, uint32_t at, uint32_t caller)
{
    f->index[at] = f->low[at] = f->met++;
    f->cursor[at] = f->graph->out_first[f->ret->nodes[at]];
    f->caller[at] = caller;
    f->stack[f->depth++] = at;
}

/* Everything on the stack down to @at is one component. */
static void
close_component(struct finder *f, uint32_t at)
{
    uint32_t member;

    do {
        member = f->stack[--f->depth];
        f->ret->component[member] = f->ret->count;
    } while (member != at);
    f->ret->count++;
}

static enum hn_status
step(struct finder *f, uint32_t done, uint32_t total)
{
    return hn_pace_object(f->pace, "looking for cycles", done, total);
}

static uint32_t
leave(struct finder *f, uint32_t at)
{
    uint32_t caller = f->caller[at];

    if (f->low[at] == f->index[at])
        close_component(f, at);
    if (caller != ABSENT && f->low[at] < f->low[caller])
        f->low[caller] = f->low[at];
    return caller;
}

static enum hn_status
follow(struct finder *f, uint32_t at)
{
    meet(f, at, ABSENT);
    while (at != ABSENT) {
        uint32_t node = f->ret->nodes[at], next;
        enum hn_status st;

        if (f->cursor[at] == f->graph->out_first[node + 1]) {
            at = leave(f, at);
            continue;
        }
        st = step(f, f->cursor[at], f->graph->out_first[f->graph->count]);
        if (st)
            return st;
        next = hn_components_position(f->ret, f->graph->out[f->cursor[at]++]);
        if (next == ABSENT)
            continue;
        if (f->index[next] == ABSENT) {
            meet(f, next, at);
            at = next;
        } else if (f->ret->component[next] == ABSENT && f->index[next] < f->low[at]) {
            f->low[at] = f->index[next];
        }
    }
    return HN_OK;
}

static enum hn_status
run(struct finder *f)
{
    const size_t count = (size_t)f->ret->node_count + 1;
    enum hn_status st = HN_OK;

    f->index = hn_large_alloc(count, sizeof(uint32_t));
    f->low = hn_large_alloc(count, sizeof(uint32_t));
    f->cursor = hn_large_alloc(count, sizeof(uint32_t));
    f->caller = hn_large_alloc(count, sizeof(uint32_t));
    f->stack = hn_large_alloc(count, sizeof(uint32_t));
    if (!f->index || !f->low || !f->cursor || !f->caller || !f->stack)
        return fail_memory(f->pace);
    memset(f->index, 0xff, count * sizeof(*f->index));
    memset(f->ret->component, 0xff, count * sizeof(*f->ret->component));
    for (uint32_t i = 0; !st && i < f->ret->node_count; i++)
        if (f->index[i] == ABSENT)
            st = follow(f, i);
    return st;
}

/* There is room for all nodes until it is known how many belong: what is not written
 * to takes no memory. */
static enum hn_status
collect(struct finder *f, bool (*belongs)(void *, uint32_t), void *arg)
{
    struct hn_components *ret = f->ret;
    uint32_t *fitting;

    ret->nodes = hn_large_alloc((size_t)f->graph->count + 1, sizeof(*ret->nodes));
    if (!ret->nodes)
        return fail_memory(f->pace);
    for (uint32_t i = 0; i < f->graph->count; i++) {
        enum hn_status st = step(f, i, f->graph->count);

        if (st)
            return st;
        if (belongs(arg, i))
            ret->nodes[ret->node_count++] = i;
    }
    fitting =
        hn_large_realloc(ret->nodes, (size_t)ret->node_count + 1, sizeof(*fitting));
    ret->nodes = fitting ? fitting : ret->nodes;
    ret->component =
        hn_large_alloc((size_t)ret->node_count + 1, sizeof(*ret->component));
    return ret->component ? HN_OK : fail_memory(f->pace);
}

enum hn_status
hn_components_find(const struct hn_digraph *graph,
                   bool (*belongs)(void *arg, uint32_t node), void *arg,
                   struct hn_pace *pace, struct hn_components *ret)
{
    struct finder f = { .graph = graph, .pace = pace, .ret = ret };
    enum hn_status st;

    *ret = (struct hn_components){ 0 };
    st = collect(&f, belongs, arg);
    if (!st)
        st = run(&f);
    free(f.index);
    free(f.low);
    free(f.cursor);
    free(f.caller);
    free(f.stack);
    if (st)
        hn_components_deinit(ret);
    return st;
}

void
hn_components_deinit(struct hn_components *components)
{
    free(components->nodes);
    free(components->component);
    *components = (struct hn_components){ 0 };
}
