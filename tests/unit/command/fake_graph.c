/* Who keeps whom in the heap of fake_heap.c. */
#include "heap/cycles.h"
#include "heap/domtree.h"
#include "heap/graph.h"
#include "heap/paths.h"
#include "heap/refs.h"
#include "heap/retained.h"
#include "heap/suspects.h"
#include "heap/treemap.h"
#include "tracemalloc/tracemalloc.h"

uint32_t
hn_heap_find(const struct hn_heap *heap, hn_addr address)
{
    (void)heap;
    (void)address;
    return HN_HEAP_NONE;
}

enum hn_status
hn_graph_build(const struct hn_heap *heap, const struct hn_process *process,
               struct hn_graph *ret)
{
    (void)process;
    *ret = (struct hn_graph){ .heap = heap };
    return HN_OK;
}

void
hn_graph_deinit(struct hn_graph *graph)
{
    (void)graph;
}

enum hn_status
hn_domtree_build(const struct hn_graph *graph, struct hn_domtree *ret)
{
    *ret = (struct hn_domtree){ .graph = graph };
    return HN_OK;
}

void
hn_domtree_deinit(struct hn_domtree *tree)
{
    (void)tree;
}

enum hn_status
hn_domtree_by_group(const struct hn_domtree *tree, const uint32_t *groups, size_t count,
                    uint64_t *ret)
{
    (void)tree;
    (void)groups;
    (void)count;
    (void)ret;
    return HN_OK;
}

enum hn_status
hn_paths_find(const struct hn_graph *graph, const struct hn_words *words,
              struct hn_paths *ret)
{
    *ret = (struct hn_paths){ .graph = graph, .words = words };
    return HN_OK;
}

void
hn_paths_deinit(struct hn_paths *paths)
{
    (void)paths;
}

enum hn_status
hn_paths_ask(const struct hn_graph *graph, const struct hn_words *words,
             const char *pattern, uint32_t object, uint64_t limit,
             struct hn_arena *arena, struct hn_graph_paths *ret)
{
    static struct hn_graph_path items[] = {
        { .text = "sys.modules['shop'].items", .root = "sys.modules", .objects = 2 },
    };

    (void)graph;
    (void)words;
    (void)object;
    (void)limit;
    (void)arena;
    if (pattern)
        *ret = (struct hn_graph_paths){ .items = items, .count = 1, .total = 2 };
    else
        *ret =
            (struct hn_graph_paths){ .object = { .address = 0x1000, .type = "str" } };
    return HN_OK;
}

enum hn_status
hn_retained_find(const struct hn_graph *graph, const struct hn_words *words,
                 enum hn_retained_kind kind, uint64_t limit, struct hn_arena *arena,
                 struct hn_graph_table *ret)
{
    static struct hn_graph_row rows[] = {
        { .object = { 0x1000, "str", "'a'", 50, 50 }, .count = 1 },
    };

    (void)graph;
    (void)words;
    (void)kind;
    (void)limit;
    (void)arena;
    *ret = (struct hn_graph_table){ .rows = rows, .row_count = 1, .total = 320 };
    return HN_OK;
}

enum hn_status
hn_refs_in(const struct hn_heap *heap, const struct hn_process *process,
           uint32_t object, uint64_t limit, struct hn_arena *arena,
           struct hn_graph_links *ret)
{
    return hn_refs_out(heap, process, object, limit, arena, ret);
}

enum hn_status
hn_refs_out(const struct hn_heap *heap, const struct hn_process *process,
            uint32_t object, uint64_t limit, struct hn_arena *arena,
            struct hn_graph_links *ret)
{
    (void)heap;
    (void)process;
    (void)object;
    (void)limit;
    (void)arena;
    *ret = (struct hn_graph_links){ .object = { .address = 0x1000, .type = "str" } };
    return HN_OK;
}

enum hn_status
hn_suspects_find(const struct hn_domtree *tree, struct hn_paths *paths,
                 const struct hn_suspects_options *options, struct hn_arena *arena,
                 struct hn_suspects *ret)
{
    (void)tree;
    (void)paths;
    (void)options;
    (void)arena;
    *ret = (struct hn_suspects){ .total = 320, .objects = 3 };
    return HN_OK;
}

enum hn_status
hn_cycles_find(const struct hn_graph *graph, const struct hn_process *process,
               uint64_t limit, struct hn_arena *arena, struct hn_graph_cycles *ret)
{
    (void)graph;
    (void)process;
    (void)limit;
    (void)arena;
    *ret = (struct hn_graph_cycles){ .total = 0 };
    return HN_OK;
}

void
hn_traces_sort(struct hn_traces *traces)
{
    (void)traces;
}

const struct hn_trace *
hn_traces_find(const struct hn_traces *traces, uint32_t domain, uint64_t address)
{
    (void)traces;
    (void)domain;
    (void)address;
    return NULL;
}

enum hn_status
hn_treemap_make(const struct hn_domtree *tree, uint64_t share, struct hn_arena *arena,
                struct hn_treemap *ret)
{
    static struct hn_treemap_node nodes[] = { { .type = "all", .retained = 320 } };

    (void)tree;
    (void)share;
    (void)arena;
    *ret = (struct hn_treemap){ nodes, 1, 1 };
    return HN_OK;
}

/* What kept references are shown by; there are none. */

unsigned
hn_reference_worth(enum hn_reference_place place, unsigned bits)
{
    (void)place;
    return bits;
}

const char *
hn_root_phrase_of_bits(const struct hn_graph *graph, uint32_t object)
{
    (void)graph;
    (void)object;
    return "";
}

const struct hn_root *
hn_root_find(const struct hn_roots *roots, uint32_t object)
{
    (void)roots;
    (void)object;
    return NULL;
}

void
hn_roots_choose(struct hn_roots *roots, uint32_t object, bool explained)
{
    (void)object;
    (void)explained;
    roots->count = 0;
}

void
hn_roots_deinit(struct hn_roots *roots)
{
    *roots = (struct hn_roots){ 0 };
}
