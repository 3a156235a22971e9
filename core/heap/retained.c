/* Tables of retained memory: see retained.h. */
#include "heap/retained.h"

#include <string.h>

enum {
    TREE_ROWS_MOST = 500,
    TREE_DEPTH_MOST = 40,
    TREE_SHARE = 100, /* of the whole, at least */
    TREE_WIDTH = 5
};

static enum hn_status
fail_memory(const struct hn_domtree *tree)
{
    return hn_fail(tree->graph->heap->err, HN_E_NOMEM, 0, "no memory for the table");
}

static enum hn_status
load_row(const struct hn_domtree *tree, const struct hn_words *words,
         struct hn_paths *paths, const struct hn_domtree_item *item,
         struct hn_arena *arena, struct hn_graph_row *ret)
{
    const struct hn_heap *heap = tree->graph->heap;
    struct hn_graph_path path;
    enum hn_status st = HN_OK;

    *ret = (struct hn_graph_row){ .count = item->count };
    if (item->type == HN_HEAP_NONE) {
        ret->object.type = "(garbage)";
        ret->count = tree->graph->garbage_objects;
    } else if (item->object == HN_HEAP_NONE) {
        const char *name = heap->type[item->type].name;

        ret->object.type = hn_arena_copy(arena, name, strlen(name));
    } else {
        st = words->object(words->arg, item->object, true, arena, &ret->object);
    }
    if (st || !ret->object.type)
        return st ? st : fail_memory(tree);
    ret->object.bytes = item->own;
    ret->object.retained = item->retained;
    if (!paths || item->object >= tree->graph->count)
        return HN_OK;
    st = hn_path_load(paths, item->object, false, arena, &path);
    if (st == HN_DONE)
        return HN_OK;
    ret->path = path.text;
    return st;
}

static enum hn_status
load_rows(const struct hn_domtree *tree, const struct hn_words *words,
          struct hn_paths *paths, const struct hn_domtree_item *items, size_t count,
          struct hn_arena *arena, struct hn_graph_table *ret)
{
    enum hn_status st = HN_OK;

    ret->rows = hn_arena_array(arena, count, sizeof(*ret->rows));
    if (!ret->rows)
        return fail_memory(tree);
    for (size_t i = 0; !st && i < count; i++) {
        st = load_row(tree, words, paths, &items[i], arena, &ret->rows[ret->row_count]);
        ret->row_count += st == HN_OK;
    }
    return st;
}

/* --- the tree, as rows with a depth */

struct level {
    struct hn_domtree_item *items;
    size_t count, next;
};

static enum hn_status
open_level(const struct hn_domtree *tree, uint32_t node, uint64_t limit,
           struct hn_arena *arena, struct level *ret)
{
    enum hn_status st = hn_domtree_children(
        tree, node, hn_domtree_total(tree) / TREE_SHARE,
        limit ? (size_t)limit : TREE_WIDTH, arena, &ret->items, &ret->count);

    ret->next = 0;
    return st;
}

static enum hn_status
load_tree(const struct hn_domtree *tree, const struct hn_words *words, uint64_t limit,
          struct hn_arena *arena, struct hn_graph_table *ret)
{
    const uint64_t least = hn_domtree_total(tree) / TREE_SHARE;
    struct level levels[TREE_DEPTH_MOST];
    unsigned depth = 0;
    enum hn_status st =
        open_level(tree, hn_graph_root(tree->graph), limit, arena, &levels[0]);

    ret->rows = hn_arena_array(arena, TREE_ROWS_MOST, sizeof(*ret->rows));
    if (!st && !ret->rows)
        return fail_memory(tree);
    while (!st && ret->row_count < TREE_ROWS_MOST) {
        struct level *level = &levels[depth];
        const struct hn_domtree_item *item;

        if (level->next == level->count || level->items[level->next].retained < least) {
            if (depth-- == 0)
                break;
            continue;
        }
        item = &level->items[level->next++];
        st = load_row(tree, words, NULL, item, arena, &ret->rows[ret->row_count]);
        ret->rows[ret->row_count++].depth = depth;
        if (!st && item->object != HN_HEAP_NONE && depth + 1 < TREE_DEPTH_MOST)
            st = open_level(tree, item->object, limit, arena, &levels[++depth]);
    }
    return st;
}

enum hn_status
hn_retained_load(const struct hn_domtree *tree, const struct hn_words *words,
                 struct hn_paths *paths, enum hn_retained_kind kind, uint64_t limit,
                 struct hn_arena *arena, struct hn_graph_table *ret)
{
    const struct hn_graph *graph = tree->graph;
    struct hn_domtree_item *items;
    size_t count;
    enum hn_status st;

    *ret = (struct hn_graph_table){
        .by_type = kind == HN_RETAINED_TYPES,
        .is_tree = kind == HN_RETAINED_TREE,
        .total = hn_domtree_total(tree),
        .objects = graph->count,
        .references = graph->references,
        .garbage_objects = graph->garbage_objects,
        .garbage_bytes = graph->retained[hn_graph_garbage(graph)],
    };
    if (kind == HN_RETAINED_TREE)
        return load_tree(tree, words, limit, arena, ret);
    if (kind == HN_RETAINED_TYPES)
        st = hn_domtree_by_type(tree, arena, &items, &count);
    else
        st = hn_domtree_top(tree, (size_t)limit, arena, &items, &count);
    if (st)
        return st;
    if (limit && limit < count)
        count = (size_t)limit;
    return load_rows(tree, words, paths, items, count, arena, ret);
}

/* Objects come with their paths, and need no tree. */
static enum hn_status
find_with(const struct hn_graph *graph, const struct hn_words *words,
          enum hn_retained_kind kind, uint64_t limit, struct hn_arena *arena,
          struct hn_graph_table *ret)
{
    struct hn_paths paths = { 0 };
    struct hn_domtree tree = { .graph = graph };
    enum hn_status st = kind == HN_RETAINED_OBJECTS
                            ? hn_paths_find(graph, words, &paths)
                            : hn_domtree_build(graph, &tree);

    if (!st)
        st = hn_retained_load(&tree, words, paths.graph ? &paths : NULL, kind, limit,
                              arena, ret);
    if (paths.graph)
        hn_paths_deinit(&paths);
    hn_domtree_deinit(&tree);
    return st;
}

enum hn_status
hn_retained_find(const struct hn_graph *graph, const struct hn_words *words,
                 enum hn_retained_kind kind, uint64_t limit, struct hn_arena *arena,
                 struct hn_graph_table *ret)
{
    struct hn_live_words live;
    enum hn_status st;

    if (words)
        return find_with(graph, words, kind, limit, arena, ret);
    st = hn_live_words_init(graph, &live);
    if (st)
        return st;
    st = find_with(graph, &live.words, kind, limit, arena, ret);
    hn_live_words_deinit(&live);
    return st;
}
