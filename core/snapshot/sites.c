/* One walk through objects and traces, both sorted by address: see sites.h. */
#include "snapshot/sites.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/index.h"
#include "heap/search.h"
#include "snapshot/identity.h"

struct sites {
    const struct hn_moment *moment;
    struct hn_index index;
    size_t room;
    uint32_t *rows; /* of each object its row, or NONE; NULL where nobody asks */
    struct hn_sites *ret;
};

static enum hn_status
no_memory(const struct hn_moment *moment)
{
    return hn_fail(moment->heap.err, HN_E_NOMEM, 0, "no memory for the table");
}

/* Grows by malloc, as rows may be many; handed to the arena at the end. */
static struct hn_site *
add_row(struct sites *s, uint64_t word)
{
    struct hn_sites *ret = s->ret;

    if (ret->count >= HN_INDEX_NONE || !HN_GROW(ret->items, s->room, ret->count + 1)
        || !hn_index_add(&s->index, word, (uint32_t)ret->count))
        return NULL;
    ret->items[ret->count] = (struct hn_site){ 0 };
    return &ret->items[ret->count++];
}

/* A number for each place of a traceback that makes rows: the traceback, or one that
 * has the same line. */
static enum hn_status
number_places(const struct hn_moment *moment, enum hn_trace_key key, uint32_t *ret)
{
    const struct hn_traces *traces = &moment->traces;
    struct hn_index lines;
    bool failed = false;

    hn_index_init(&lines);
    for (size_t i = 0; i < traces->stack_count && !failed; i++) {
        const struct hn_trace_frame *frame = &traces->frames[traces->stacks[i].first];
        uint64_t word = (uint64_t)frame->file << 32 | frame->line;
        uint32_t first = (uint32_t)i;

        if (key != HN_TRACE_KEY_TRACEBACK) {
            first = hn_index_find(&lines, word, NULL, NULL);
            if (first == HN_INDEX_NONE) {
                first = (uint32_t)i;
                failed = !hn_index_add(&lines, word, first);
            }
        }
        ret[i] = first;
    }
    hn_index_deinit(&lines);
    return failed ? no_memory(moment) : HN_OK;
}

static enum hn_status
count_object(struct sites *s, uint32_t object, uint32_t place, bool whole)
{
    const struct hn_heap *heap = &s->moment->heap;
    const struct hn_traces *traces = &s->moment->traces;
    uint64_t word = (uint64_t)heap->types[object] << 32 | place;
    uint32_t number = hn_index_find(&s->index, word, NULL, NULL);
    struct hn_site *row =
        number == HN_INDEX_NONE ? add_row(s, word) : &s->ret->items[number];

    if (!row)
        return no_memory(s->moment);
    if (s->rows)
        s->rows[object] = (uint32_t)(row - s->ret->items);
    row->type = heap->type[heap->types[object]].name;
    row->frames = &traces->frames[traces->stacks[place].first];
    row->frame_count = whole ? traces->stacks[place].count : 1;
    row->count++;
    row->bytes += hn_heap_counted(heap, object);
    row->allocated += hn_heap_spent(heap, object);
    s->ret->objects++;
    s->ret->bytes += hn_heap_counted(heap, object);
    return HN_OK;
}

static enum hn_status
count_all(struct sites *s, const struct hn_trace_selection *selection,
          const char *pattern, const uint32_t *places, bool whole)
{
    const struct hn_heap *heap = &s->moment->heap;
    const struct hn_traces *traces = &s->moment->traces;
    struct hn_trace_walk walk = { s->moment, 0 };
    enum hn_status st = HN_OK;

    for (uint32_t i = 0; !st && i < heap->count; i++) {
        const struct hn_trace *trace = hn_trace_walk_to(&walk, i);
        uint32_t stack = trace ? trace->stack : 0;

        if (!trace) {
            s->ret->untraced += !(hn_heap_flags(heap, i) & HN_HEAP_STATIC);
            continue;
        }
        if (hn_trace_is_selected(traces, selection,
                                 &traces->frames[traces->stacks[stack].first])
            && hn_heap_type_matches(pattern, heap->type[heap->types[i]].name))
            st = count_object(s, i, places[stack], whole);
    }
    return st;
}

static int
by_bytes(const void *a, const void *b)
{
    const struct hn_site *x = a, *y = b;

    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return strcmp(x->type, y->type);
}

static enum hn_status
add_retained(struct sites *s, const struct hn_domtree *tree)
{
    struct hn_sites *sites = s->ret;
    uint64_t *retained = calloc(sites->count + 1, sizeof(*retained));
    enum hn_status st = retained
                            ? hn_domtree_by_group(tree, s->rows, sites->count, retained)
                            : no_memory(s->moment);

    for (size_t i = 0; !st && i < sites->count; i++)
        sites->items[i].retained = retained[i];
    sites->has_retained = !st;
    free(retained);
    return st;
}

/* Room for the row of each object. */
static enum hn_status
make_rows(struct sites *s)
{
    const uint32_t count = s->moment->heap.count;

    s->rows = malloc(((size_t)count + 1) * sizeof(*s->rows));
    if (!s->rows)
        return no_memory(s->moment);
    memset(s->rows, 0xff, ((size_t)count + 1) * sizeof(*s->rows)); /* HN_HEAP_NONE */
    return HN_OK;
}

static enum hn_status
keep(struct sites *s, struct hn_arena *arena)
{
    struct hn_sites *ret = s->ret;
    struct hn_site *kept = hn_arena_array(arena, ret->count + 1, sizeof(*kept));

    if (!kept)
        return no_memory(s->moment);
    if (ret->count) {
        memcpy(kept, ret->items, ret->count * sizeof(*kept));
        qsort(kept, ret->count, sizeof(*kept), by_bytes);
    }
    free(ret->items);
    ret->items = kept;
    return HN_OK;
}

enum hn_status
hn_sites_make(const struct hn_moment *moment,
              const struct hn_trace_selection *selection, enum hn_trace_key key,
              const char *type, const struct hn_domtree *tree, struct hn_arena *arena,
              struct hn_sites *ret)
{
    struct sites s = { .moment = moment, .ret = ret };
    uint32_t *places = calloc(moment->traces.stack_count + 1, sizeof(*places));
    enum hn_status st = places ? HN_OK : no_memory(moment);

    *ret = (struct hn_sites){ .of = &moment->traces };
    hn_index_init(&s.index);
    if (!st && tree)
        st = make_rows(&s);
    if (!st)
        st = number_places(moment, key, places);
    if (!st)
        st = count_all(&s, selection, type, places, key == HN_TRACE_KEY_TRACEBACK);
    if (!st && tree)
        st = add_retained(&s, tree);
    if (!st)
        st = keep(&s, arena);
    if (st) {
        free(ret->items);
        ret->items = NULL;
    }
    hn_index_deinit(&s.index);
    free(s.rows);
    free(places);
    return st;
}
