/* What a moment shows of itself: see moment.h. */
#include "snapshot/moment.h"

#include <stdlib.h>
#include <string.h>

#include "tracemalloc/tracemalloc.h"

void
hn_moment_init(struct hn_moment *moment)
{
    static const char *const none[] = { NULL };

    memset(moment, 0, sizeof(*moment));
    hn_arena_init(&moment->arena);
    hn_arena_init(&moment->heap.arena);
    moment->name = "";
    moment->facts = (struct hn_moment_facts){ .hognose = "",
                                              .version = "",
                                              .flavour = "",
                                              .allocator = "",
                                              .build_id = "",
                                              .executable = "",
                                              .arguments = none,
                                              .note = "",
                                              .read_from = "" };
}

void
hn_moment_deinit(struct hn_moment *moment)
{
    hn_heap_deinit(&moment->heap);
    hn_traces_deinit(&moment->traces);
    hn_links_deinit(&moment->links);
    free(moment->contents);
    hn_arena_deinit(&moment->arena);
    memset(moment, 0, sizeof(*moment));
}

bool
hn_moment_wants_graph(enum hn_moment_graph wish, uint32_t objects)
{
    return wish == HN_MOMENT_GRAPH_YES
           || (wish == HN_MOMENT_GRAPH_AUTO && objects <= HN_MOMENT_GRAPH_AUTO_MOST);
}

void
hn_moment_detach(struct hn_moment *moment, const struct hn_host *host,
                 struct hn_error *err)
{
    moment->heap.rt = NULL;
    moment->heap.host = host;
    moment->heap.err = err;
}

void
hn_moment_drop_objects(struct hn_moment *moment)
{
    struct hn_heap *heap = &moment->heap;

    free(heap->places);
    free(heap->types);
    free(heap->counted);
    free(heap->spent);
    free(moment->contents);
    hn_links_deinit(&moment->links);
    moment->has_links = false;
    heap->places = NULL;
    heap->types = heap->counted = heap->spent = moment->contents = NULL;
    heap->count = heap->capacity = 0;
    moment->has_objects = false;
}

/* --- tables */

static enum hn_status
copy_rows(const struct hn_heap_census *kept, struct hn_arena *arena,
          struct hn_heap_census *ret)
{
    ret->rows = hn_arena_array(arena, kept->row_count + 1, sizeof(*ret->rows));
    if (!ret->rows)
        return HN_E_NOMEM;
    if (kept->row_count)
        memcpy(ret->rows, kept->rows, kept->row_count * sizeof(*ret->rows));
    ret->row_count = kept->row_count;
    return HN_OK;
}

static enum hn_status
rows_of_types(const struct hn_moment *moment, enum hn_census_group group,
              struct hn_arena *arena, struct hn_heap_census *ret)
{
    const struct hn_heap *heap = &moment->heap;

    ret->rows = hn_arena_array(arena, heap->type_count + 1, sizeof(*ret->rows));
    if (!ret->rows)
        return HN_E_NOMEM;
    ret->row_count = heap->type_count;
    for (uint32_t i = 0; i < heap->type_count; i++) {
        const struct hn_heap_type *type = &heap->type[i];
        const struct hn_moment_type *sums = &moment->sums[i];

        ret->rows[i] = (struct hn_heap_row){
            group == HN_CENSUS_TYPE ? type->name : hn_census_module(type),
            sums->count,
            sums->bytes,
            sums->allocated,
        };
    }
    return HN_OK;
}

enum hn_status
hn_moment_census(const struct hn_moment *moment, enum hn_census_group group,
                 enum hn_census_order order, struct hn_arena *arena,
                 struct hn_heap_census *ret)
{
    enum hn_status st = HN_OK;

    *ret = (struct hn_heap_census){ .sums = moment->heap.sums };
    if (group == HN_CENSUS_SIZE)
        st = copy_rows(&moment->by_size, arena, ret);
    else if (group == HN_CENSUS_GENERATION)
        st = copy_rows(&moment->by_generation, arena, ret);
    else
        st = rows_of_types(moment, group, arena, ret);
    if (!st)
        ret->row_count = hn_census_finish(ret->rows, ret->row_count, order);
    return st;
}

/* --- objects */

static int
by_address(const void *a, const void *b)
{
    const struct hn_moment_value *x = a, *y = b;

    return (x->address > y->address) - (x->address < y->address);
}

uint32_t
hn_moment_find(const struct hn_moment *moment, uint64_t address)
{
    const struct hn_heap *heap = &moment->heap;
    const uint32_t at = hn_heap_below(heap, heap->count, address);

    return at < heap->count && hn_heap_address(heap, at) == address ? at : HN_HEAP_NONE;
}

const char *
hn_moment_repr(const struct hn_moment *moment, uint64_t address)
{
    const struct hn_moment_value wanted = { .address = address };
    const struct hn_moment_value *found = NULL;

    if (moment->value_count > 0)
        found = bsearch(&wanted, moment->values, moment->value_count, sizeof(wanted),
                        by_address);
    return found ? found->repr : NULL;
}

enum hn_status
hn_moment_search(const struct hn_moment *moment, const struct hn_heap_filter *filter,
                 struct hn_arena *arena, struct hn_heap_hits *ret)
{
    struct hn_heap_filter plain = *filter;
    enum hn_status st;

    plain.values = false;
    plain.value = NULL;
    st = hn_heap_search(&moment->heap, &plain, arena, ret);
    for (size_t i = 0; i < ret->count && filter->values; i++)
        ret->items[i].repr = hn_moment_repr(moment, ret->items[i].address);
    return st;
}

/* An object lies at most that far behind the beginning of its block: the header of the
 * collector, and the words of its attributes and weak references. */
enum { BEFORE_MOST = 32 };

const struct hn_trace *
hn_moment_trace(const struct hn_moment *moment, uint32_t object)
{
    const struct hn_traces *traces = &moment->traces;
    hn_addr at = hn_heap_address(&moment->heap, object);
    size_t low = 0, high = traces->count;

    /* The last trace of domain 0 that begins at or before the object. */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct hn_trace *trace = &traces->traces[middle];

        if (trace->domain == 0 && trace->address <= at)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    low--;
    return at - traces->traces[low].address <= BEFORE_MOST
                   && at - traces->traces[low].address < traces->traces[low].size
               ? &traces->traces[low]
               : NULL;
}
