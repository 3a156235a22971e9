/* Breadth-first searches from the roots: see paths.h. */
#include "heap/paths.h"

#include <stdlib.h>
#include <string.h>

#include "base/large.h"
#include "heap/pace.h"
#include "heap/search.h"

enum {
    /* Steps that are shown: longer paths are linked lists, of which the middle says
     * nothing. */
    STEPS_SHOWN = 64,
    HEAD_SHOWN = 40
};

static enum hn_status
fail_memory(const struct hn_graph *graph)
{
    return hn_fail(graph->heap->err, HN_E_NOMEM, 0, "no memory for paths");
}

/* --- the search */

/* How much a root says; the first search begins at the best. */
enum { RANKS = 3 };

static unsigned
rank_of(const struct hn_graph *graph, uint32_t object)
{
    const struct hn_root *root = hn_root_find(&graph->roots, object);

    if (!root)
        return RANKS - 1;
    switch ((enum hn_root_kind)root->kind) {
    case HN_ROOT_MODULES:
    case HN_ROOT_SYS:
    case HN_ROOT_BUILTINS:
    case HN_ROOT_LOCAL: return 0;
    default: return 1;
    }
}

struct search {
    struct hn_paths *paths;
    struct hn_pace pace;
    uint64_t done;               /* objects and references */
    bool detours;                /* whether globals of functions are followed */
    bool *is_function, *is_dict; /* by type */
};

static void
reach(struct hn_paths *paths, uint32_t object, uint32_t via)
{
    paths->via[object] = via;
    paths->order[paths->reached++] = object;
}

static bool
is_detour(const struct search *s, uint32_t from, uint32_t to)
{
    const struct hn_heap *heap = s->paths->graph->heap;

    return !s->detours && s->is_function[heap->types[from]]
           && s->is_dict[heap->types[to]];
}

/* For each object, and for each reference: one object may have more of these than all
 * others. */
static enum hn_status
step(struct search *s)
{
    const struct hn_graph *graph = s->paths->graph;

    return hn_pace_object(&s->pace, "looking for paths", s->done++,
                          (uint64_t)graph->count + graph->out_first[graph->count]);
}

static enum hn_status
follow(struct search *s, uint32_t first)
{
    struct hn_paths *paths = s->paths;
    const struct hn_graph *graph = paths->graph;

    for (uint32_t i = first; i < paths->reached; i++) {
        uint32_t node = paths->order[i];
        enum hn_status st = step(s);

        for (uint32_t e = graph->out_first[node]; !st && e < graph->out_first[node + 1];
             e++) {
            if (paths->via[graph->out[e]] == HN_HEAP_NONE
                && !is_detour(s, node, graph->out[e]))
                reach(paths, graph->out[e], node);
            st = step(s);
        }
        if (st)
            return st;
    }
    return HN_OK;
}

static enum hn_status
search_rank(struct search *s, unsigned rank)
{
    struct hn_paths *paths = s->paths;
    const struct hn_graph *graph = paths->graph;
    const uint32_t first = paths->reached;

    if (rank < RANKS - 1) {
        for (uint32_t i = 0; i < graph->roots.count; i++) {
            uint32_t object = graph->roots.items[i].object;

            if (paths->via[object] == HN_HEAP_NONE
                && (graph->bits[object] & HN_NODE_ROOT)
                && rank_of(graph, object) == rank)
                reach(paths, object, object);
        }
    } else {
        for (uint32_t i = 0; i < graph->count; i++)
            if ((graph->bits[i] & HN_NODE_ROOT) && paths->via[i] == HN_HEAP_NONE)
                reach(paths, i, i);
    }
    return follow(s, first);
}

static bool
learn_types(struct search *s, const struct hn_heap *heap)
{
    s->is_function = calloc((size_t)heap->type_count + 1, sizeof(bool));
    s->is_dict = calloc((size_t)heap->type_count + 1, sizeof(bool));
    if (!s->is_function || !s->is_dict)
        return false;
    for (uint32_t i = 0; i < heap->type_count; i++) {
        s->is_function[i] = strcmp(heap->type[i].name, "function") == 0
                            || strcmp(heap->type[i].name, "frame") == 0;
        s->is_dict[i] = strcmp(heap->type[i].name, "dict") == 0;
    }
    return true;
}

static enum hn_status
search_all(struct search *s)
{
    enum hn_status st = HN_OK;

    for (unsigned rank = 0; !st && rank < RANKS; rank++)
        st = search_rank(s, rank);
    /* What only the globals of a function lead to. */
    s->detours = true;
    s->done = 0;
    return st ? st : follow(s, 0);
}

enum hn_status
hn_paths_find(const struct hn_graph *graph, const struct hn_words *words,
              struct hn_paths *ret)
{
    struct search s = { .paths = ret };
    const size_t bytes = ((size_t)graph->count + 1) * sizeof(uint32_t);
    enum hn_status st = HN_OK;

    *ret = (struct hn_paths){ .graph = graph, .words = words };
    if (!words)
        st = hn_live_words_init(graph, &ret->live);
    if (st)
        return st;
    if (!words)
        ret->words = &ret->live.words;
    ret->via = hn_large_alloc(bytes, 1);
    ret->order = hn_large_alloc(bytes, 1);
    if (!ret->via || !ret->order || !learn_types(&s, graph->heap)) {
        st = fail_memory(graph);
    } else {
        memset(ret->via, 0xff, bytes);
        hn_pace_init(&s.pace, graph->heap->host, graph->heap->err);
        st = search_all(&s);
        hn_pace_end(&s.pace);
    }
    free(s.is_function);
    free(s.is_dict);
    return st;
}

void
hn_paths_deinit(struct hn_paths *paths)
{
    free(paths->via);
    free(paths->order);
    if (paths->words == &paths->live.words)
        hn_live_words_deinit(&paths->live);
    *paths = (struct hn_paths){ 0 };
}

/* --- one path as text */

static uint32_t
length_of(const struct hn_paths *paths, uint32_t object)
{
    uint32_t length = 1;

    for (; paths->via[object] != object; object = paths->via[object])
        length++;
    return length;
}

static void
fill_nodes(const struct hn_paths *paths, uint32_t object, uint32_t *nodes,
           uint32_t length)
{
    while (length-- > 0) {
        nodes[length] = object;
        object = paths->via[object];
    }
}

/* "sys.__dict__" and "x.__dict__" end where the name of an attribute may follow. */
static void
drop_dict(struct hn_text *text)
{
    static const char word[] = ".__dict__";
    const size_t size = sizeof(word) - 1;

    if (text->size > size && memcmp(text->bytes + text->size - size, word, size) == 0) {
        text->size -= size;
        text->bytes[text->size] = '\0';
    }
}

static bool
ends_with_dict(const struct hn_text *text)
{
    struct hn_text copy = *text;
    static const char word[] = ".__dict__";

    return copy.size >= sizeof(word)
           && memcmp(copy.bytes + copy.size - sizeof(word) + 1, word, sizeof(word) - 1)
                  == 0;
}

static void
put_step(struct hn_paths *paths, struct hn_text *text, uint32_t from, uint32_t to)
{
    const struct hn_words *words = paths->words;
    const bool attributes = ends_with_dict(text);
    struct hn_text label;

    hn_text_init(&label);
    if (!words->reference(words->arg, from, to, attributes, &label))
        hn_text_puts(&label, "<?>");
    if (attributes && label.size > 0 && label.bytes[0] == '.')
        drop_dict(text);
    hn_text_add(text, label.bytes ? label.bytes : "", label.size);
    text->failed |= label.failed;
    hn_text_deinit(&label);
}

static void
put_path(struct hn_paths *paths, struct hn_text *text, const uint32_t *nodes,
         uint32_t length, struct hn_arena *arena)
{
    const struct hn_words *words = paths->words;
    const char *root = words->root_expression(words->arg, nodes[0], arena);

    hn_text_puts(text, root ? root : "?");
    for (uint32_t i = 1; i < length; i++) {
        if (length > STEPS_SHOWN && i == HEAD_SHOWN) {
            uint32_t left = length - STEPS_SHOWN;

            hn_text_printf(text, "<%u more>", left);
            i += left;
        }
        put_step(paths, text, nodes[i - 1], nodes[i]);
    }
}

static enum hn_status
load_steps(struct hn_paths *paths, const uint32_t *nodes, uint32_t length,
           struct hn_arena *arena, struct hn_graph_path *ret)
{
    uint32_t count = length < STEPS_SHOWN ? length : STEPS_SHOWN;
    enum hn_status st = HN_OK;

    ret->steps = hn_arena_array(arena, count, sizeof(*ret->steps));
    if (!ret->steps)
        return fail_memory(paths->graph);
    for (; !st && ret->step_count < count; ret->step_count += st == HN_OK) {
        uint32_t i = (uint32_t)ret->step_count;

        if (count < length && i >= HEAD_SHOWN)
            i += length - count;
        st = paths->words->object(paths->words->arg, nodes[i], false, arena,
                                  &ret->steps[ret->step_count]);
        if (!st)
            ret->steps[ret->step_count].retained = paths->graph->retained[nodes[i]];
    }
    return st;
}

/* The path to @via and from there to @object, if that is another. */
static enum hn_status
load_through(struct hn_paths *paths, uint32_t via, uint32_t object, bool steps,
             struct hn_arena *arena, struct hn_graph_path *ret)
{
    const bool extended = via != object;
    uint32_t length = length_of(paths, via) + extended;
    uint32_t *nodes = malloc(((size_t)length + 1) * sizeof(*nodes));
    struct hn_text text;
    enum hn_status st = HN_OK;

    if (!nodes)
        return fail_memory(paths->graph);
    fill_nodes(paths, via, nodes, length - extended);
    if (extended)
        nodes[length - 1] = object;
    hn_text_init(&text);
    *ret = (struct hn_graph_path){ .objects = 1 };
    put_path(paths, &text, nodes, length, arena);
    ret->text = text.failed ? NULL : hn_arena_copy(arena, text.bytes, text.size);
    ret->root = paths->words->root_phrase(paths->words->arg, nodes[0], arena);
    ret->bytes = hn_heap_spent(paths->graph->heap, object);
    if (!ret->text || !ret->root)
        st = fail_memory(paths->graph);
    if (!st && steps)
        st = load_steps(paths, nodes, length, arena, ret);
    hn_text_deinit(&text);
    free(nodes);
    return st;
}

enum hn_status
hn_path_load(struct hn_paths *paths, uint32_t object, bool steps,
             struct hn_arena *arena, struct hn_graph_path *ret)
{
    if (paths->via[object] == HN_HEAP_NONE)
        return HN_DONE;
    return load_through(paths, object, object, steps, arena, ret);
}

/* --- several paths to one object */

struct referrer_distance {
    uint32_t object, length;
};

static int
by_length(const void *a, const void *b)
{
    const struct referrer_distance *x = a, *y = b;

    if (x->length != y->length)
        return x->length < y->length ? -1 : 1;
    return (x->object > y->object) - (x->object < y->object);
}

/* Whether the path to @referrer leads through @object itself. */
static bool
leads_through(const struct hn_paths *paths, uint32_t referrer, uint32_t object)
{
    while (referrer != object && paths->via[referrer] != referrer)
        referrer = paths->via[referrer];
    return referrer == object;
}

/* Objects that refer to @object, nearest to a root first. */
static uint32_t
nearest_referrers(const struct hn_paths *paths, uint32_t object,
                  struct referrer_distance *found)
{
    const struct hn_graph *graph = paths->graph;
    const uint32_t first = graph->in_first[object], end = graph->in_first[object + 1];
    uint32_t count = 0;

    for (uint32_t e = first; e < end; e++) {
        uint32_t from = graph->in[e];

        if (e > first && from == graph->in[e - 1])
            continue; /* it refers twice */
        if (paths->via[from] == HN_HEAP_NONE || leads_through(paths, from, object))
            continue;
        found[count++] = (struct referrer_distance){ from, length_of(paths, from) };
    }
    if (count > 0)
        qsort(found, count, sizeof(*found), by_length);
    return count;
}

enum hn_status
hn_paths_load(struct hn_paths *paths, uint32_t object, uint64_t limit,
              struct hn_arena *arena, struct hn_graph_paths *ret)
{
    /* Nobody reads more; each costs a walk to its root. */
    enum { REFERRERS_MOST = 10000 };
    const struct hn_graph *graph = paths->graph;
    uint32_t inbound = graph->in_first[object + 1] - graph->in_first[object];
    struct referrer_distance *found;
    uint32_t count = 0;
    enum hn_status st;

    *ret = (struct hn_graph_paths){ .total = 1 };
    st = paths->words->object(paths->words->arg, object, true, arena, &ret->object);
    if (st)
        return st;
    ret->object.retained = graph->retained[object];
    ret->garbage = paths->via[object] == HN_HEAP_NONE;
    found = malloc(((size_t)inbound + 1) * sizeof(*found));
    if (limit == 0 || limit > REFERRERS_MOST)
        limit = REFERRERS_MOST;
    ret->items = hn_arena_array(arena, (size_t)limit + 1, sizeof(*ret->items));
    if (!found || !ret->items) {
        free(found);
        return fail_memory(graph);
    }
    if (!ret->garbage && paths->via[object] == object)
        st =
            load_through(paths, object, object, true, arena, &ret->items[ret->count++]);
    if (inbound <= REFERRERS_MOST)
        count = nearest_referrers(paths, object, found);
    else if (!ret->garbage && paths->via[object] != object)
        found[count++] = (struct referrer_distance){ paths->via[object], 0 };
    for (uint32_t i = 0; !st && i < count && ret->count < limit; i++)
        st = load_through(paths, found[i].object, object, true, arena,
                          &ret->items[ret->count++]);
    free(found);
    return st;
}

/* --- where the objects of a type accumulate */

struct gathering {
    struct hn_paths *paths;
    uint32_t *below; /* of each object: those of the type that lead through it */
    uint64_t *bytes;
    bool *wanted; /* by type */
    uint64_t limit;
};

static bool
choose_types(struct gathering *g, const char *pattern)
{
    const struct hn_heap *heap = g->paths->graph->heap;

    g->wanted = calloc((size_t)heap->type_count + 1, sizeof(*g->wanted));
    for (uint32_t i = 0; g->wanted && i < heap->type_count; i++)
        g->wanted[i] = hn_heap_type_matches(pattern, heap->type[i].name);
    return g->wanted != NULL;
}

/* Adds up from the farthest object inward; those that nothing leads to are left out. */
static void
gather(struct gathering *g, struct hn_graph_paths *ret)
{
    const struct hn_graph *graph = g->paths->graph;

    for (uint32_t i = 0; i < graph->count; i++)
        if (g->wanted[graph->heap->types[i]]) {
            ret->total++;
            ret->total_bytes += graph->retained[i];
        }
    for (uint32_t i = g->paths->reached; i-- > 0;) {
        uint32_t object = g->paths->order[i], via = g->paths->via[object];

        if (g->wanted[graph->heap->types[object]]) {
            g->below[object]++;
            g->bytes[object] += hn_heap_spent(graph->heap, object);
        }
        if (via != object) {
            g->below[via] += g->below[object];
            g->bytes[via] += g->bytes[object];
        }
    }
}

/* An object is a place of its own when no single one behind it has nearly all. */
static void
find_places(const struct gathering *g, bool *is_place)
{
    const struct hn_paths *paths = g->paths;

    for (uint32_t i = 0; i < paths->graph->count; i++)
        is_place[i] = g->below[i] > 0;
    for (uint32_t i = 0; i < paths->reached; i++) {
        uint32_t object = paths->order[i], via = paths->via[object];

        if (via != object && g->below[object] > g->below[via] / 10 * 7)
            is_place[via] = false;
    }
}

struct place {
    uint32_t object, count;
};

static int
by_count(const void *a, const void *b)
{
    const struct place *x = a, *y = b;

    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return (x->object > y->object) - (x->object < y->object);
}

enum { MANY = 10 };

/* A place inside of another says more than that one, which is left out where most of
 * its objects are in such. Of places with less than a hundredth nobody hears, nor of
 * one object among many, which would be a place inside of its pile. From the farthest
 * on; @covered is by object how many are in places that were taken. */
static uint32_t
take_places(const struct gathering *g, const bool *is_place, uint64_t total,
            uint32_t *covered, struct place *places, uint32_t most)
{
    const struct hn_paths *paths = g->paths;
    const uint64_t few = total < MANY ? 0 : total < 100 ? 1 : total / 100;
    uint32_t count = 0;

    for (uint32_t i = paths->reached; i-- > 0;) {
        uint32_t object = paths->order[i], via = paths->via[object];
        uint32_t below = g->below[object];

        if (is_place[object] && below > few && count < most
            && covered[object] < below - below / 10 * 3) {
            places[count++] = (struct place){ object, below };
            covered[object] = below;
        }
        if (via != object)
            covered[via] += covered[object];
    }
    if (count > 0)
        qsort(places, count, sizeof(*places), by_count);
    return count;
}

static enum hn_status
load_places(struct gathering *g, struct hn_arena *arena, struct hn_graph_paths *ret)
{
    /* Each has at least a hundredth of the whole, on one of a few levels. */
    enum { PLACES_MOST = 1000 };
    const uint32_t objects = g->paths->graph->count;
    bool *is_place = calloc((size_t)objects + 1, sizeof(*is_place));
    struct place *places = calloc(PLACES_MOST, sizeof(*places));
    uint32_t *covered = calloc((size_t)objects + 1, sizeof(*covered)), count = 0;
    enum hn_status st = HN_OK;

    if (!is_place || !places || !covered) {
        st = fail_memory(g->paths->graph);
    } else {
        find_places(g, is_place);
        count = take_places(g, is_place, ret->total, covered, places, PLACES_MOST);
    }
    if (g->limit && g->limit < count)
        count = (uint32_t)g->limit;
    ret->items = hn_arena_array(arena, count, sizeof(*ret->items));
    for (uint32_t i = 0; !st && i < count; i++) {
        struct hn_graph_path *path = &ret->items[ret->count];

        st = hn_path_load(g->paths, places[i].object, true, arena, path);
        path->objects = places[i].count;
        path->bytes = g->bytes[places[i].object];
        ret->count += st == HN_OK;
    }
    free(is_place);
    free(places);
    free(covered);
    return st;
}

enum hn_status
hn_paths_of_type(struct hn_paths *paths, const char *pattern, uint64_t limit,
                 struct hn_arena *arena, struct hn_graph_paths *ret)
{
    const size_t count = (size_t)paths->graph->count + 1;
    struct gathering g = { .paths = paths, .limit = limit };
    enum hn_status st = HN_OK;

    *ret = (struct hn_graph_paths){ 0 };
    g.below = calloc(count, sizeof(*g.below));
    g.bytes = calloc(count, sizeof(*g.bytes));
    if (!g.below || !g.bytes || !choose_types(&g, pattern)) {
        st = fail_memory(paths->graph);
    } else {
        gather(&g, ret);
        st = load_places(&g, arena, ret);
    }
    free(g.below);
    free(g.bytes);
    free(g.wanted);
    return st;
}

enum hn_status
hn_paths_ask(const struct hn_graph *graph, const struct hn_words *words,
             const char *pattern, uint32_t object, uint64_t limit,
             struct hn_arena *arena, struct hn_graph_paths *ret)
{
    struct hn_paths paths;
    enum hn_status st = hn_paths_find(graph, words, &paths);

    if (!st && pattern)
        st = hn_paths_of_type(&paths, pattern, limit, arena, ret);
    else if (!st)
        st = hn_paths_load(&paths, object, limit, arena, ret);
    hn_paths_deinit(&paths);
    return st;
}
