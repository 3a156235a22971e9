/* Looking for lost references: see lost.h. */
#include "heap/lost.h"

#include <stdlib.h>
#include <string.h>

#include "heap/counts.h"
#include "heap/pace.h"

enum {
    WORD = 8,
    PAGE = 4 << 10,
    TAGS = 3, /* low bits that stack references and links of lists use */
    /* Nobody forgets more: it is no count, but what is left in a block of a dead object
     * (free-threaded builds give blocks back late). */
    LOST_MOST = 1 << 24
};

/* One object that C code seems to hold. */
struct held {
    uint32_t object;
    uint32_t found; /* references that are counted */
    uint32_t known; /* words that are known to be its address */
    uint32_t words; /* of all memory */
};

struct finder {
    const struct hn_graph *graph;
    struct hn_pace pace;
    struct held *items; /* by object */
    uint32_t count;
};

static enum hn_status
fail_memory(const struct finder *f)
{
    return hn_fail(f->pace.err, HN_E_NOMEM, 0, "no memory for lost references");
}

static bool
is_candidate(const struct hn_graph *graph, uint32_t object)
{
    return (graph->bits[object] & HN_NODE_C)
           && !(graph->bits[object]
                & (HN_NODE_PINNED | HN_NODE_UNKNOWN | HN_NODE_SCANNED));
}

static enum hn_status
choose(struct finder *f)
{
    const struct hn_graph *graph = f->graph;
    uint32_t count = 0;

    for (uint32_t i = 0; i < graph->count; i++)
        count += is_candidate(graph, i);
    f->items = calloc((size_t)count + 1, sizeof(*f->items));
    if (!f->items)
        return fail_memory(f);
    for (uint32_t i = 0; i < graph->count; i++)
        if (is_candidate(graph, i))
            f->items[f->count++].object = i;
    return HN_OK;
}

static struct held *
find(const struct finder *f, uint32_t object)
{
    uint32_t low = 0, high = f->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (f->items[middle].object < object)
            low = middle + 1;
        else
            high = middle;
    }
    return low < f->count && f->items[low].object == object ? &f->items[low] : NULL;
}

static void
take(void *arg, const struct hn_reference *reference)
{
    struct finder *f = arg;
    struct held *held;

    if (!(f->graph->bits[reference->to] & HN_NODE_C))
        return;
    held = find(f, reference->to);
    if (!held)
        return;
    held->known++;
    held->found += !(reference->bits & (HN_REFERENCE_WEAK | HN_REFERENCE_UNCOUNTED));
}

static void
take_root(void *arg, uint32_t object, unsigned bits)
{
    struct finder *f = arg;
    struct held *held = f->graph->bits[object] & HN_NODE_C ? find(f, object) : NULL;

    if (!held || (bits & HN_REFERENCE_SCANNED))
        return; /* words of structures count as C code's */
    held->known++;
    held->found += !(bits & (HN_REFERENCE_WEAK | HN_REFERENCE_UNCOUNTED));
}

static enum hn_status
count_references(struct finder *f, const struct hn_process *process)
{
    struct hn_roots roots = { 0 };
    struct hn_referrer r;
    enum hn_status st = hn_referrer_init(&r, f->graph->heap);

    if (st)
        return st;
    r.visit = take;
    r.arg = f;
    for (uint32_t i = 0; !st && i < f->graph->count; i++) {
        hn_references_of(&r, i);
        st =
            hn_pace_object(&f->pace, "looking for lost references", i, f->graph->count);
    }
    if (!st)
        st = hn_roots_load(&r, process, take_root, f, &roots);
    hn_roots_deinit(&roots);
    hn_referrer_deinit(&r);
    return st;
}

/* --- all words of memory */

static void
count_words(struct finder *f, const uint8_t *bytes, size_t size)
{
    const struct hn_graph *graph = f->graph;

    for (size_t i = 0; i + WORD <= size; i += WORD) {
        uint64_t word;
        uint32_t object;
        struct held *held;

        memcpy(&word, bytes + i, WORD);
        if (word < PAGE)
            continue;
        object = hn_heap_find(graph->heap, word & ~(uint64_t)TAGS);
        if (object == HN_HEAP_NONE || !(graph->bits[object] & HN_NODE_C))
            continue;
        held = find(f, object);
        if (held)
            held->words++;
    }
}

static enum hn_status
search_region(struct finder *f, const struct hn_region *region)
{
    struct hn_target *target = f->graph->heap->rt->py.target;

    for (hn_addr at = region->start; at < region->end;
         at = (at & ~(hn_addr)(PAGE - 1)) + PAGE) {
        size_t size;
        const uint8_t *bytes = hn_target_lend(target, at, &size);
        enum hn_status st = hn_pace_step(&f->pace, "looking for lost references", 0, 0);

        if (st)
            return st;
        if (bytes)
            count_words(f, bytes, size < PAGE ? size : PAGE);
    }
    return HN_OK;
}

static enum hn_status
search_memory(struct finder *f)
{
    const struct hn_target *target = f->graph->heap->rt->py.target;
    enum hn_status st = HN_OK;

    for (size_t i = 0; !st && i < target->region_count; i++)
        if (target->regions[i].writable)
            st = search_region(f, &target->regions[i]);
    return st;
}

static enum hn_status
keep(struct finder *f, const struct hn_refcounts *counts, struct hn_lost_list *ret)
{
    ret->items = calloc((size_t)f->count + 1, sizeof(*ret->items));
    if (!ret->items)
        return fail_memory(f);
    for (uint32_t i = 0; i < f->count; i++) {
        const struct held *held = &f->items[i];
        int64_t count;

        if (held->words > held->known || !hn_refcount_of(counts, held->object, &count)
            || count <= held->found || count - held->found > LOST_MOST)
            continue;
        ret->items[ret->count++] =
            (struct hn_lost){ held->object, (uint32_t)count, held->found };
    }
    return HN_OK;
}

enum hn_status
hn_lost_find(const struct hn_graph *graph, const struct hn_process *process,
             struct hn_lost_list *ret)
{
    struct finder f = { .graph = graph };
    struct hn_refcounts counts;
    enum hn_status st = hn_refcounts_init(&counts, graph->heap, process);

    *ret = (struct hn_lost_list){ 0 };
    if (st)
        return st;
    hn_pace_init(&f.pace, graph->heap->host, graph->heap->err);
    st = choose(&f);
    if (!st)
        st = count_references(&f, process);
    if (!st)
        st = search_memory(&f);
    hn_pace_end(&f.pace);
    if (!st)
        st = keep(&f, &counts, ret);
    hn_refcounts_deinit(&counts);
    free(f.items);
    return st;
}

void
hn_lost_deinit(struct hn_lost_list *list)
{
    free(list->items);
    *list = (struct hn_lost_list){ 0 };
}
