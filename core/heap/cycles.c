/* Cycles among the garbage: see cycles.h. */
#include "heap/cycles.h"

#include <stdlib.h>
#include <string.h>

#include "heap/components.h"
#include "heap/domtree.h"
#include "heap/labels.h"
#include "heap/lost.h"
#include "heap/suspects.h"
#include "objects/objects.h"
#include "runtime/gc.h"

enum { PARTS_SHOWN = 4, LOST_SHOWN = 20, GARBAGE_SHOWN = 20, WAY_MOST = 6 };

struct finder {
    const struct hn_graph *graph;
    struct hn_domtree tree;
    struct hn_components components;
    uint32_t *size; /* by component: objects in it */
    struct hn_pace pace;
    struct hn_arena *arena;
};

/* One that is entered from no other. */
struct entry {
    uint32_t object;
    uint32_t component;
    uint64_t bytes;
};

static enum hn_status
fail_memory(const struct finder *f)
{
    return hn_fail(f->pace.err, HN_E_NOMEM, 0, "no memory for cycles");
}

static bool
is_garbage(void *arg, uint32_t node)
{
    const struct hn_graph *graph = arg;

    return graph->bits[node] & HN_NODE_GARBAGE;
}

static int
by_bytes(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return (x->object > y->object) - (x->object < y->object);
}

/* A reference from @node to another of the same component, or to itself. */
static uint32_t
next_in_cycle(const struct finder *f, uint32_t node)
{
    const struct hn_graph *graph = f->graph;
    const uint32_t at = hn_components_position(&f->components, node);
    const uint32_t component = f->components.component[at];

    for (uint32_t e = graph->out_first[node]; e < graph->out_first[node + 1]; e++) {
        uint32_t to = hn_components_position(&f->components, graph->out[e]);

        if (to != UINT32_MAX && f->components.component[to] == component
            && (to != at || f->size[component] == 1))
            return graph->out[e];
    }
    return HN_HEAP_NONE;
}

/* A few steps around it: ".next.prev". */
static const char *
way_around(struct finder *f, uint32_t object)
{
    struct hn_referrer r;
    struct hn_text text;
    const char *ret = NULL;
    uint32_t at = object;

    if (hn_referrer_init(&r, f->graph->heap) != HN_OK)
        return NULL;
    hn_text_init(&text);
    for (unsigned i = 0; i < WAY_MOST; i++) {
        uint32_t next = next_in_cycle(f, at);
        struct hn_reference reference;

        if (next == HN_HEAP_NONE)
            break;
        if (hn_reference_between(&r, at, next, &reference))
            hn_label_put(&text, f->graph->heap, &reference, false);
        at = next;
        if (at == object)
            break;
    }
    if (at != object)
        hn_text_puts(&text, "...");
    if (!text.failed)
        ret = hn_arena_copy(f->arena, text.bytes ? text.bytes : "", text.size);
    hn_text_deinit(&text);
    hn_referrer_deinit(&r);
    return ret;
}

static enum hn_status
load_cycle(struct finder *f, const struct entry *entry, struct hn_graph_cycle *ret)
{
    struct hn_domtree_item *items;
    size_t count;
    enum hn_status st = hn_graph_object_load(f->graph->heap, entry->object, true,
                                             f->arena, &ret->object);

    if (!st)
        st = hn_domtree_made_of(&f->tree, entry->object, f->arena, &items, &count);
    if (st)
        return st;
    ret->bytes = entry->bytes;
    for (size_t i = 0; i < count; i++)
        ret->objects += items[i].count;
    ret->text = way_around(f, entry->object);
    if (!ret->text)
        return fail_memory(f);
    return hn_suspect_parts(f->graph->heap, items, count, PARTS_SHOWN, f->arena,
                            &ret->parts, &ret->part_count);
}

static bool
count_sizes(struct finder *f)
{
    f->size = calloc((size_t)f->components.count + 1, sizeof(*f->size));
    for (uint32_t i = 0; f->size && i < f->components.node_count; i++)
        f->size[f->components.component[i]]++;
    return f->size != NULL;
}

/* Garbage hangs under its own node by the first object of each cycle. */
static enum hn_status
load_cycles(struct finder *f, uint64_t limit, struct hn_graph_cycles *ret)
{
    const struct hn_graph *graph = f->graph;
    const uint32_t garbage = hn_graph_garbage(graph);
    const uint32_t first = f->tree.first[garbage];
    uint32_t count = f->tree.first[garbage + 1] - first;
    struct entry *entries = calloc((size_t)count + 1, sizeof(*entries));
    enum hn_status st = HN_OK;

    if (!entries)
        return fail_memory(f);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t object = f->tree.children[first + i];

        entries[i] = (struct entry){ object, 0, graph->retained[object] };
    }
    if (count > 0)
        qsort(entries, count, sizeof(*entries), by_bytes);
    ret->total = count;
    if (limit && limit < count)
        count = (uint32_t)limit;
    ret->items = hn_arena_array(f->arena, count, sizeof(*ret->items));
    if (!ret->items)
        st = fail_memory(f);
    for (uint32_t i = 0; !st && i < count; i++) {
        st = load_cycle(f, &entries[i], &ret->items[i]);
        ret->count += st == HN_OK;
    }
    free(entries);
    return st;
}

/* --- gc.garbage */

static enum hn_status
load_uncollectable(struct finder *f, const struct hn_process *process,
                   struct hn_graph_cycles *ret)
{
    struct hn_python *py = &f->graph->heap->rt->py;
    struct hn_arena scratch;
    enum hn_status st = HN_OK;

    ret->uncollectable =
        hn_arena_array(f->arena, GARBAGE_SHOWN, sizeof(*ret->uncollectable));
    if (!ret->uncollectable)
        return fail_memory(f);
    hn_arena_init(&scratch);
    for (size_t i = 0; i < process->interpreter_count; i++) {
        hn_addr gc = hn_gc_state(f->graph->heap->rt, process->interpreters[i].addr);
        const hn_addr *items;
        hn_addr list;
        size_t count;

        if (gc == 0 || hn_field_read(py, HN_GC_GARBAGE, gc, &list) || list == 0
            || hn_items_load(py, list, 1 << 20, &scratch, &items, &count))
            continue;
        for (size_t n = 0; !st && n < count; n++) {
            uint32_t object = hn_heap_find(f->graph->heap, items[n]);

            if (object == HN_HEAP_NONE || ret->uncollectable_count == GARBAGE_SHOWN)
                continue;
            st = hn_graph_object_load(f->graph->heap, object, true, f->arena,
                                      &ret->uncollectable[ret->uncollectable_count]);
            ret->uncollectable_count += st == HN_OK;
        }
    }
    hn_arena_deinit(&scratch);
    return st;
}

/* --- lost references */

static int
by_retained(const void *a, const void *b, void *arg)
{
    const struct hn_graph *graph = arg;
    const struct hn_lost *x = a, *y = b;
    uint64_t size_x = graph->retained[x->object], size_y = graph->retained[y->object];

    if (size_x != size_y)
        return size_x < size_y ? 1 : -1;
    return (x->object > y->object) - (x->object < y->object);
}

static enum hn_status
load_lost(struct finder *f, const struct hn_process *process,
          struct hn_graph_cycles *ret)
{
    struct hn_lost_list list;
    enum hn_status st = hn_lost_find(f->graph, process, &list);
    uint32_t count;

    if (st)
        return st;
    ret->lost_total = list.count;
    for (uint32_t i = 0; i < list.count; i++)
        ret->lost_bytes += f->graph->retained[list.items[i].object];
    if (list.count > 0)
        qsort_r(list.items, list.count, sizeof(*list.items), by_retained,
                (void *)f->graph);
    count = list.count < LOST_SHOWN ? list.count : LOST_SHOWN;
    ret->lost = hn_arena_array(f->arena, count, sizeof(*ret->lost));
    if (!ret->lost)
        st = fail_memory(f);
    for (uint32_t i = 0; !st && i < count; i++) {
        struct hn_graph_lost *lost = &ret->lost[i];

        st = hn_graph_object_load(f->graph->heap, list.items[i].object, true, f->arena,
                                  &lost->object);
        lost->object.retained = f->graph->retained[list.items[i].object];
        lost->counted = list.items[i].counted;
        lost->found = list.items[i].found;
        ret->lost_count += st == HN_OK;
    }
    hn_lost_deinit(&list);
    return st;
}

enum hn_status
hn_cycles_find(const struct hn_graph *graph, const struct hn_process *process,
               uint64_t limit, struct hn_arena *arena, struct hn_graph_cycles *ret)
{
    const struct hn_digraph digraph = { graph->count, graph->out_first, graph->out,
                                        graph->in_first, graph->in };
    struct finder f = { .graph = graph, .arena = arena };
    enum hn_status st;

    *ret = (struct hn_graph_cycles){
        .objects = graph->garbage_objects,
        .bytes = graph->retained[hn_graph_garbage(graph)],
    };
    hn_pace_init(&f.pace, graph->heap->host, graph->heap->err);
    st = hn_domtree_build(graph, &f.tree);
    if (!st)
        st = hn_components_find(&digraph, is_garbage, (void *)graph, &f.pace,
                                &f.components);
    if (!st && !count_sizes(&f))
        st = fail_memory(&f);
    if (!st)
        st = load_cycles(&f, limit, ret);
    if (!st)
        st = load_uncollectable(&f, process, ret);
    if (!st)
        st = load_lost(&f, process, ret);
    hn_pace_end(&f.pace);
    hn_components_deinit(&f.components);
    hn_domtree_deinit(&f.tree);
    free(f.size);
    return st;
}
