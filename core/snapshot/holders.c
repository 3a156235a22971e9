/* Who holds the memory of a moment: what retains most, and where objects of each type
 * accumulate. Takes the graph of all objects, which takes longer than all else. */
#include <stdlib.h>
#include <string.h>

#include "heap/cycles.h"
#include "heap/retained.h"
#include "heap/suspects.h"
#include "heap/treemap.h"
#include "objects/objects.h"
#include "snapshot/holders.h"
#include "tracemalloc/tracemalloc.h"

enum {
    RETAINED_KEPT = 100,
    CYCLES_KEPT = 100,
    /* Each type is a walk over all objects: together they may visit so many. */
    VISITS_MOST = 30 << 20,
    TYPES_LEAST = 4,
    TYPES_MOST = 120,
    PLACES_KEPT = 3
};

/* A type worth looking for: classes of programs first, then by memory. */
struct candidate {
    uint32_t type;
    bool is_class;
    uint64_t bytes;
};

static int
by_worth(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;

    if (x->is_class != y->is_class)
        return x->is_class ? -1 : 1;
    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return (x->type > y->type) - (x->type < y->type);
}

static size_t
types_wanted(const struct hn_heap *heap)
{
    size_t count = heap->count ? VISITS_MOST / heap->count : TYPES_MOST;

    if (count < TYPES_LEAST)
        count = TYPES_LEAST;
    return count < TYPES_MOST ? count : TYPES_MOST;
}

/* Names are patterns there: one that has a wildcard in it would find others. */
static bool
is_plain(const char *name)
{
    return name[strcspn(name, "*?[\\")] == '\0';
}

static size_t
choose_types(const struct hn_moment *moment, struct candidate *ret)
{
    const struct hn_heap *heap = &moment->heap;
    size_t count = 0, wanted = types_wanted(heap);

    for (uint32_t i = 0; i < heap->type_count; i++)
        if (moment->sums[i].count > 0 && is_plain(heap->type[i].name))
            ret[count++] = (struct candidate){
                i,
                heap->type[i].flags & HN_TPFLAG_HEAP
                    && strchr(heap->type[i].name, '.') != NULL,
                moment->sums[i].bytes,
            };
    if (count > 1)
        qsort(ret, count, sizeof(*ret), by_worth);
    return count < wanted ? count : wanted;
}

static enum hn_status
take_places(struct hn_moment *moment, struct hn_paths *paths, const char *type)
{
    struct hn_graph_paths found;
    enum hn_status st =
        hn_paths_of_type(paths, type, PLACES_KEPT, &moment->arena, &found);

    for (size_t i = 0; !st && i < found.count; i++)
        if (found.items[i].text)
            moment->places[moment->place_count++] = (struct hn_moment_place){
                type, found.items[i].text, found.items[i].objects, found.items[i].bytes
            };
    return st == HN_DONE ? HN_OK : st;
}

static enum hn_status
take_all_places(struct hn_moment *moment, struct hn_paths *paths)
{
    size_t count = moment->heap.type_count;
    struct candidate *types = calloc(count + 1, sizeof(*types));
    enum hn_status st = types ? HN_OK : HN_E_NOMEM;

    count = types ? choose_types(moment, types) : 0;
    moment->places = hn_arena_array(&moment->arena, count * PLACES_KEPT + 1,
                                    sizeof(*moment->places));
    if (!moment->places)
        st = HN_E_NOMEM;
    for (size_t i = 0; !st && i < count; i++)
        st = take_places(moment, paths, moment->heap.type[types[i].type].name);
    free(types);
    return st;
}

static enum hn_status
take_suspects(struct hn_moment *moment, const struct hn_domtree *tree,
              struct hn_paths *paths, const struct hn_process *process)
{
    const struct hn_suspects_options options = {
        .process = process,
        .share = HN_SUSPECTS_SHARE,
        .least = HN_SUSPECTS_LEAST,
        .limit = HN_SUSPECTS_LIMIT,
        .traces = &moment->traces,
        .find_trace = hn_traces_find,
    };

    return hn_suspects_find(tree, paths, &options, &moment->arena, &moment->suspects);
}

/* What the dominator tree tells. */
static enum hn_status
take_tree(struct hn_moment *moment, const struct hn_graph *graph,
          struct hn_paths *paths, const struct hn_process *process)
{
    struct hn_domtree tree;
    enum hn_status st = hn_domtree_build(graph, &tree);

    if (!st)
        st = hn_retained_load(&tree, paths->words, paths, HN_RETAINED_OBJECTS,
                              RETAINED_KEPT, &moment->arena, &moment->retained);
    if (!st)
        st = take_suspects(moment, &tree, paths, process);
    if (!st)
        st = hn_treemap_make(&tree, HN_TREEMAP_SHARE, &moment->arena, &moment->treemap);
    hn_domtree_deinit(&tree);
    return st;
}

enum hn_status
hn_holders_take(struct hn_moment *moment, const struct hn_process *process, bool links)
{
    struct hn_graph graph = { 0 };
    struct hn_paths paths = { 0 };
    enum hn_status st = hn_graph_build(&moment->heap, process, &graph);

    if (!st)
        st = hn_paths_find(&graph, NULL, &paths);
    if (!st)
        st = take_tree(moment, &graph, &paths, process);
    if (!st)
        st = hn_cycles_find(&graph, process, CYCLES_KEPT, &moment->arena,
                            &moment->cycles);
    if (!st)
        st = take_all_places(moment, &paths);
    if (!st && links)
        st = hn_links_take(moment, process, &graph);
    moment->has_graph = moment->has_suspects = !st;
    if (paths.graph)
        hn_paths_deinit(&paths);
    hn_graph_deinit(&graph);
    return st;
}
