/* Arenas, the memory they have, and the chunks in it: see glibc.h. */
#include "heap/glibc_private.h"

#include <stdlib.h>

#include "base/grow.h"

enum {
    WORD = 8,
    PAGE = 4 << 10,
    /* From the first bin to the end of struct malloc_state. */
    TOP_BEFORE_BINS = 2 * WORD,
    SYSTEM_BEHIND_BINS = 127 * 2 * WORD + 16 + 3 * WORD,
    STATE_BEHIND_BINS = SYSTEM_BEHIND_BINS + 2 * WORD,
    /* struct heap_info: its arena, the heap before it, its size. */
    HEAP_PREVIOUS = WORD,
    HEAP_SIZE = 2 * WORD,
    HEAP_INFO_MOST = 128,
    /* HEAP_MAX_SIZE; more with the tunable glibc.malloc.hugetlb. */
    HEAP_LEAST_LOG2 = 20,
    HEAP_USUAL_LOG2 = 26,
    HEAP_MOST_LOG2 = 31,
    /* A terabyte of them. */
    SPANS_MOST = 1 << 14
};

static void
add_span(struct hn_glibc *glibc, struct hn_glibc_span span)
{
    if (glibc->span_count >= SPANS_MOST
        || !HN_GROW(glibc->spans, glibc->span_capacity, glibc->span_count + 1)) {
        glibc->failed = true;
        return;
    }
    glibc->spans[glibc->span_count++] = span;
}

static hn_addr
align(hn_addr at)
{
    return (at + HN_CHUNK_ALIGNMENT - 1) & ~(hn_addr)(HN_CHUNK_ALIGNMENT - 1);
}

/* The top chunk: where it is, and where it ends. */
static bool
read_top(struct hn_target *target, const struct hn_glibc_shape *shape, hn_addr arena,
         hn_addr *top_ret, hn_addr *end_ret)
{
    hn_addr bins = arena + shape->bins_at;
    uint64_t size;

    if (!hn_peek(target, bins - TOP_BEFORE_BINS, top_ret)
        || *top_ret == bins - UINT64_C(2) * WORD || *top_ret % HN_CHUNK_ALIGNMENT != 0
        || !hn_peek(target, *top_ret + WORD, &size))
        return false;
    size &= ~(uint64_t)HN_CHUNK_FLAGS;
    *end_ret = *top_ret + size;
    return size >= HN_CHUNK_LEAST && *end_ret > *top_ret;
}

/* Memory from the break: all that the arena says it has, up to the end of its top. */
static void
add_main(struct hn_target *target, const struct hn_glibc_shape *shape,
         struct hn_glibc *glibc)
{
    const struct hn_region *region;
    struct hn_glibc_span span = { 0 };
    uint64_t system;

    if (!read_top(target, shape, glibc->main_arena, &span.top, &span.end))
        return; /* nothing was allocated yet */
    region = hn_target_region(target, span.top);
    if (!region || !hn_peek(target, shape->bins + SYSTEM_BEHIND_BINS, &system)
        || span.end > region->end) {
        glibc->damaged++;
        return;
    }
    /* What is mapped because the break could not grow is counted with it. */
    span.base = system <= span.end - region->start ? span.end - system : region->start;
    if (span.base > span.top)
        span.base = region->start;
    span.start = align(span.base);
    add_span(glibc, span);
}

/* Heaps of other arenas lie at multiples of their greatest size. */
static hn_addr
heap_of(struct hn_target *target, hn_addr inside, hn_addr arena, unsigned *log2)
{
    const unsigned sizes[] = { *log2, 26, 22, 30, 21, 23, 24, 25, 27, 28, 29, 31 };

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        hn_addr heap = inside >> sizes[i] << sizes[i];
        uint64_t owner;

        if (!hn_peek(target, heap, &owner) || owner != arena)
            continue;
        *log2 = sizes[i];
        return heap;
    }
    return 0;
}

static void
add_heaps(struct hn_target *target, const struct hn_glibc_shape *shape, hn_addr arena,
          uint32_t number, unsigned *log2, struct hn_glibc *glibc)
{
    hn_addr top, top_end, heap, info = 0;
    size_t first_span = glibc->span_count;

    if (!read_top(target, shape, arena, &top, &top_end)) {
        glibc->damaged++;
        return;
    }
    heap = heap_of(target, top, arena, log2);
    info = heap_of(target, arena, arena, log2);
    if (heap == 0 || info == 0 || arena - info > HEAP_INFO_MOST) {
        glibc->damaged++;
        return;
    }
    for (hn_addr last = 0;
         heap != 0 && heap != last && glibc->span_count - first_span < SPANS_MOST;) {
        struct hn_glibc_span span = { .base = heap, .arena = number };
        uint64_t owner, size, before;

        if (!hn_peek(target, heap, &owner) || owner != arena
            || !hn_peek(target, heap + HEAP_PREVIOUS, &before)
            || !hn_peek(target, heap + HEAP_SIZE, &size)
            || size > UINT64_C(1) << *log2) {
            glibc->damaged++;
            return;
        }
        span.start = align(heap == info ? arena + shape->bins_at + STATE_BEHIND_BINS
                                        : heap + (arena - info));
        span.end = heap + size;
        span.reserved = heap + (UINT64_C(1) << *log2);
        if (top > heap && top < span.end)
            span.top = top;
        if (span.start < span.end)
            add_span(glibc, span);
        last = heap;
        heap = before;
        if (glibc->failed)
            return;
    }
}

static int
by_start(const void *a, const void *b)
{
    const struct hn_glibc_span *x = a, *y = b;

    return (x->start > y->start) - (x->start < y->start);
}

/* Spans that overlap are damage; the later ones go. */
static void
sort_spans(struct hn_glibc *glibc)
{
    size_t kept = 0;

    if (glibc->span_count == 0)
        return;
    qsort(glibc->spans, glibc->span_count, sizeof(*glibc->spans), by_start);
    for (size_t i = 0; i < glibc->span_count; i++) {
        if (kept > 0 && glibc->spans[i].base < glibc->spans[kept - 1].end) {
            glibc->damaged++;
            continue;
        }
        glibc->spans[kept++] = glibc->spans[i];
    }
    glibc->span_count = kept;
}

enum hn_status
hn_glibc_load(struct hn_target *target, struct hn_glibc *ret)
{
    enum { ARENAS_MOST = 1 << 12 };
    struct hn_glibc_shape shape;
    unsigned log2 = HEAP_USUAL_LOG2;
    hn_addr arena;

    memset(ret, 0, sizeof(*ret));
    if (!hn_glibc_find_main(target, &shape))
        return HN_OK;
    ret->main_arena = arena = shape.bins - shape.bins_at;
    add_main(target, &shape, ret);
    for (ret->arena_count = 1; ret->arena_count < ARENAS_MOST; ret->arena_count++) {
        if (!hn_glibc_next(target, &shape, arena, &arena)) {
            ret->damaged++;
            break;
        }
        if (arena == ret->main_arena)
            break;
        add_heaps(target, &shape, arena, ret->arena_count, &log2, ret);
    }
    sort_spans(ret);
    hn_glibc_find_cached(target, &shape, ret);
    if (ret->failed)
        return hn_fail(target->err, HN_E_NOMEM, 0, "no memory for malloc's chunks");
    return HN_OK;
}

void
hn_glibc_deinit(struct hn_glibc *glibc)
{
    free(glibc->spans);
    free(glibc->cached);
    memset(glibc, 0, sizeof(*glibc));
}

/* --- chunks */

void
hn_chunk_iter_init(struct hn_target *target, const struct hn_glibc *glibc,
                   const struct hn_glibc_span *span, struct hn_chunk_iter *ret)
{
    *ret = (struct hn_chunk_iter){ target, glibc, span, span->start, 0 };
    for (size_t low = 0, high = glibc->cached_count; low < high;) {
        size_t middle = low + (high - low) / 2;

        if (glibc->cached[middle] < span->start)
            ret->cached = low = middle + 1;
        else
            high = middle;
    }
}

/* The size word of the chunk at @at; in sequence, so through windows. */
static bool
read_size(struct hn_chunk_iter *it, hn_addr at, uint64_t *ret)
{
    size_t size;
    const uint8_t *bytes = hn_target_lend(it->target, at + WORD, &size);

    if (!bytes || size < sizeof(*ret))
        return false;
    memcpy(ret, bytes, sizeof(*ret));
    return true;
}

static bool
is_cached(struct hn_chunk_iter *it, hn_addr at)
{
    const struct hn_glibc *glibc = it->glibc;

    while (it->cached < glibc->cached_count && glibc->cached[it->cached] < at)
        it->cached++;
    return it->cached < glibc->cached_count && glibc->cached[it->cached] == at;
}

static enum hn_chunk_use
use_of(struct hn_chunk_iter *it, hn_addr at, uint64_t size)
{
    uint64_t next;

    if (at + size == it->span->end)
        return HN_CHUNK_IS_USED;
    if (!read_size(it, at + size, &next))
        return HN_CHUNK_IS_BAD;
    if (!(next & HN_CHUNK_PREVIOUS_USED))
        return HN_CHUNK_IS_FREE;
    return is_cached(it, at) ? HN_CHUNK_IS_CACHED : HN_CHUNK_IS_USED;
}

/* A span that is not its arena's last ends with two headers that are no chunks. */
bool
hn_chunk_iter_next(struct hn_chunk_iter *it, struct hn_chunk *ret)
{
    const struct hn_glibc_span *span = it->span;
    uint64_t word, size;

    if (it->at >= span->end)
        return false;
    ret->at = it->at;
    ret->size = span->end - it->at;
    ret->use = HN_CHUNK_IS_BAD;
    it->at = span->end;
    if (ret->at == span->top) {
        ret->use = HN_CHUNK_IS_TOP;
        return true;
    }
    if (!read_size(it, ret->at, &word))
        return true;
    size = word & ~(uint64_t)HN_CHUNK_FLAGS;
    if (size <= HN_CHUNK_HEADER && ret->size <= UINT64_C(2) * HN_CHUNK_HEADER) {
        ret->use = HN_CHUNK_IS_FENCE;
        return true;
    }
    if (size == HN_CHUNK_HEADER) {
        ret->use = HN_CHUNK_IS_FENCE;
        ret->size = size;
        it->at = ret->at + size;
        return true;
    }
    if (size < HN_CHUNK_LEAST || size % HN_CHUNK_ALIGNMENT != 0 || size > ret->size)
        return true;
    ret->use = use_of(it, ret->at, size);
    ret->size = size;
    it->at = ret->at + size;
    return true;
}

/* Its size is in pages, since 2.43 without its header; and the word in front of it says
 * how far into its mapping it begins: 0 but for memalign(). */
bool
hn_chunk_is_mapping(struct hn_target *target, hn_addr at, hn_addr end,
                    uint64_t *size_ret)
{
    uint64_t words[2], size;
    size_t there;
    const uint8_t *bytes = at % PAGE == 0 ? hn_target_lend(target, at, &there) : NULL;

    if (!bytes || there < sizeof(words))
        return false;
    memcpy(words, bytes, sizeof(words));
    size = words[1] & ~(uint64_t)HN_CHUNK_FLAGS;
    if (size % PAGE == PAGE - HN_CHUNK_HEADER)
        size += HN_CHUNK_HEADER;
    if ((words[1] & HN_CHUNK_FLAGS) != HN_CHUNK_MAPPED || words[0] != 0
        || size % PAGE != 0 || size < PAGE || size > end - at)
        return false;
    *size_ret = size;
    return true;
}
