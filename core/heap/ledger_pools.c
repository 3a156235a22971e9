/* Books pools and arenas of pymalloc, and segments of mimalloc, block by block. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "heap/ledger_private.h"
#include "heap/mimalloc.h"
#include "heap/pages.h"
#include "heap/pools.h"

enum {
    ARENA_POOLS_MOST = 1024,
    /* An arena of which less than an eighth is in use is nearly empty. */
    NEARLY_EMPTY = 8,
    PINS_SHOWN = 5,
    HOLDERS_SHOWN = 3
};

/* What a block in use is; @next is the first object that may be in it. */
static enum hn_ledger_row_name
row_of(const struct hn_heap *heap, hn_addr at, uint64_t size, uint32_t *next)
{
    while (*next < heap->count && hn_heap_address(heap, *next) < at)
        ++*next;
    if (*next < heap->count && hn_heap_address(heap, *next) < at + size)
        return HN_LEDGER_OBJECTS;
    if (hn_heap_pages_marked(heap->pages, at, size, HN_MARK_OWNED))
        return HN_LEDGER_BUFFERS;
    if (hn_heap_pages_marked(heap->pages, at, size, HN_MARK_IDLE))
        return HN_LEDGER_IDLE;
    return HN_LEDGER_OTHER;
}

/* Books a block that is in use; @whole: all of it is there. */
static void
book_block(struct hn_bookkeeper *b, hn_addr at, uint64_t size, bool whole,
           uint32_t *next)
{
    enum hn_ledger_row_name row = row_of(b->heap, at, size, next);
    uint64_t bytes = whole ? size : hn_present_bytes(&b->present, at, at + size);

    b->ledger->rows[row].bytes += bytes;
    b->ledger->rows[row].count++;
    if (row == HN_LEDGER_BUFFERS)
        b->pooled_buffers += bytes;
    if (row == HN_LEDGER_OBJECTS) {
        uint32_t kind = b->heap->types[*next];

        b->object_bytes[kind] += bytes;
        b->object_counts[kind]++;
    }
}

/* --- pymalloc */

static void
book_pool(struct hn_bookkeeper *b, const struct hn_pool *pool)
{
    const hn_addr first = pool->at + pool->first;
    const uint32_t blocks = (pool->size - pool->first) / pool->block_size;
    const hn_addr end = first + (hn_addr)blocks * pool->block_size;
    bool whole =
        hn_present_bytes(&b->present, pool->at, pool->at + pool->size) == pool->size;
    uint32_t next = hn_heap_below(b->heap, b->heap->count, pool->at);

    hn_book_taken(b, pool->at, pool->at + pool->size);
    if (pool->used == 0) {
        hn_book(b, HN_LEDGER_FREE_POOLS, pool->at, pool->at + pool->size);
        b->ledger->rows[HN_LEDGER_FREE_POOLS].count++;
        return;
    }
    hn_book(b, HN_LEDGER_KEEPING, pool->at, first);
    hn_book(b, HN_LEDGER_KEEPING, end, pool->at + pool->size);
    b->ledger->rows[HN_LEDGER_FREE_BLOCKS].count += blocks - pool->used;
    for (uint32_t i = 0; i < pool->carved; i++) {
        hn_addr at = first + (hn_addr)i * pool->block_size;

        if (!hn_pool_is_free(pool, i))
            book_block(b, at, pool->block_size, whole, &next);
        else if (whole)
            b->ledger->rows[HN_LEDGER_FREE_BLOCKS].bytes += pool->block_size;
        else
            hn_book(b, HN_LEDGER_FREE_BLOCKS, at, at + pool->block_size);
    }
    hn_book(b, HN_LEDGER_FREE_BLOCKS, first + (hn_addr)pool->carved * pool->block_size,
            end);
}

static enum hn_status
book_pymalloc(struct hn_bookkeeper *b)
{
    uint8_t copy[HN_POOL_MOST];

    for (size_t i = 0; i < b->heap->pool_count; i++) {
        struct hn_pool pool;
        struct hn_py_arena *arena;
        enum hn_status st = hn_book_step(b);

        if (st)
            return st;
        if (b->heap->pools[i].is_page
            || hn_pool_load(b->py, b->heap->pools[i].at, copy, &pool) != HN_OK)
            continue; /* a running process changed it: it stays unaccounted */
        book_pool(b, &pool);
        arena = hn_py_arenas_find(&b->arenas, pool.at);
        if (arena)
            arena->used_bytes += (uint64_t)pool.used * pool.block_size;
    }
    return HN_OK;
}

/* Marks the pools on the arena's list: they were in use and are free. */
static void
mark_free_pools(struct hn_bookkeeper *b, const struct hn_py_arena *arena,
                uint64_t bits[ARENA_POOLS_MOST / 64])
{
    hn_addr at = arena->free_list;

    memset(bits, 0, ARENA_POOLS_MOST / 8);
    for (uint32_t i = 0; i < arena->free_pools && at != 0; i++) {
        uint64_t slot = (at - arena->first_pool) / arena->pool_size;

        if (at < arena->first_pool || at >= arena->at + arena->size
            || slot >= ARENA_POOLS_MOST
            || hn_field_read(b->py, HN_POOL_NEXT_POOL, at, &at) != HN_OK)
            return;
        bits[slot / 64] |= UINT64_C(1) << (slot % 64);
    }
}

static void
book_arena(struct hn_bookkeeper *b, const struct hn_py_arena *arena)
{
    const hn_addr end = arena->at + arena->size;
    uint64_t bits[ARENA_POOLS_MOST / 64];
    hn_addr at = arena->first_pool;

    mark_free_pools(b, arena, bits);
    hn_book(b, HN_LEDGER_KEEPING, arena->at, at);
    for (; at + arena->pool_size <= end; at += arena->pool_size) {
        uint64_t slot = (at - arena->first_pool) / arena->pool_size;
        enum hn_ledger_row_name row = HN_LEDGER_UNACCOUNTED;

        if (hn_heap_pages_block_size(b->heap->pages, at) > 0)
            continue;
        if (at >= arena->fresh
            || (slot < ARENA_POOLS_MOST && bits[slot / 64] >> (slot % 64) & 1))
            row = HN_LEDGER_FREE_POOLS;
        else
            b->ledger->damaged++;
        if (hn_book(b, row, at, at + arena->pool_size) > 0)
            b->ledger->rows[row].count++;
    }
    hn_book(b, HN_LEDGER_KEEPING, at, end);
    hn_book_taken(b, arena->at, end);
}

/* --- nearly empty arenas */

static const char *
name_holders(struct hn_bookkeeper *b, const struct hn_py_arena *arena)
{
    const struct hn_heap *heap = b->heap;
    uint32_t first = hn_heap_below(heap, heap->count, arena->at);
    uint32_t end = hn_heap_below(heap, heap->count, arena->at + arena->size), shown = 0;
    const char *text = "";

    for (uint32_t i = first; i < end && shown < HOLDERS_SHOWN && text; i++, shown++)
        text =
            hn_arena_format(b->arena, "%s%s%s 0x%" PRIx64, text, *text ? ", " : "",
                            heap->type[heap->types[i]].name, hn_heap_address(heap, i));
    if (text && shown == 0)
        text = "no object: memory of C code";
    else if (text && end - first > shown)
        text = hn_arena_format(b->arena, "%s, %" PRIu32 " more", text,
                               end - first - shown);
    return text ? text : "";
}

static bool
is_pinned(const struct hn_py_arena *arena)
{
    return arena->pools > 0 && arena->used_bytes < arena->size / NEARLY_EMPTY;
}

/* The emptiest first, each with what holds it. */
static void
book_pins(struct hn_bookkeeper *b)
{
    const struct hn_py_arena *chosen[PINS_SHOWN];
    struct hn_ledger *ledger = b->ledger;
    size_t count = 0;

    for (size_t i = 0; i < b->arenas.count; i++) {
        const struct hn_py_arena *arena = &b->arenas.items[i];
        size_t at = count;

        ledger->arenas++;
        ledger->arena_bytes += arena->size;
        if (!is_pinned(arena))
            continue;
        ledger->pinned++;
        ledger->pinned_bytes += arena->size - arena->used_bytes;
        while (at > 0 && chosen[at - 1]->used_bytes > arena->used_bytes)
            at--;
        if (at == PINS_SHOWN)
            continue;
        count += count < PINS_SHOWN;
        memmove(chosen + at + 1, chosen + at, (count - 1 - at) * sizeof(chosen[0]));
        chosen[at] = arena;
    }
    ledger->pins = hn_arena_array(b->arena, count + 1, sizeof(*ledger->pins));
    for (size_t i = 0; ledger->pins && i < count; i++)
        ledger->pins[ledger->pin_count++] = (struct hn_ledger_pin){
            .address = chosen[i]->at,
            .bytes = chosen[i]->size,
            .free_bytes = chosen[i]->size - chosen[i]->used_bytes,
            .blocks = chosen[i]->used,
            .holders = name_holders(b, chosen[i]),
        };
}

/* --- mimalloc */

static void
book_page(struct hn_bookkeeper *b, hn_addr start, const struct hn_mi_page *page)
{
    bool whole = hn_present_bytes(&b->present, start, page->end) == page->end - start;
    hn_addr end = page->at + page->capacity * page->block_size;
    uint32_t next = hn_heap_below(b->heap, b->heap->count, page->at);

    hn_book(b, HN_LEDGER_KEEPING, start, page->at);
    b->ledger->rows[HN_LEDGER_FREE_BLOCKS].count += page->capacity - page->used;
    for (uint32_t i = 0; i < page->capacity; i++) {
        hn_addr at = page->at + i * page->block_size;

        if (hn_mi_is_free(page, i))
            hn_book(b, HN_LEDGER_FREE_BLOCKS, at, at + page->block_size);
        else
            book_block(b, at, page->block_size, whole, &next);
    }
    hn_book(b, HN_LEDGER_FREE_BLOCKS, end, page->end);
}

static enum hn_status
book_segment(struct hn_bookkeeper *b, const struct hn_mi_segment *segment,
             struct hn_mi_page *page, hn_addr *end_ret)
{
    hn_addr end = segment->at + (hn_addr)segment->end * HN_MI_SLICE;
    uint32_t slices;

    hn_book(b, HN_LEDGER_KEEPING, segment->at,
            segment->at + (hn_addr)segment->first * HN_MI_SLICE);
    for (uint32_t i = segment->first; i < segment->end; i += slices) {
        hn_addr start = segment->at + (hn_addr)i * HN_MI_SLICE, stop;
        enum hn_status st = hn_book_step(b), loaded;

        if (st)
            return st;
        loaded = hn_mi_page_load(b->py, segment, i, &slices, page);
        stop = slices ? start + (hn_addr)slices * HN_MI_SLICE : end;
        if (loaded == HN_OK)
            book_page(b, start, page);
        else
            hn_book(b, loaded == HN_DONE ? HN_LEDGER_FREE_POOLS : HN_LEDGER_UNACCOUNTED,
                    start, stop);
        b->ledger->rows[HN_LEDGER_FREE_POOLS].count += loaded == HN_DONE;
        b->ledger->damaged += loaded != HN_OK && loaded != HN_DONE;
        if (stop > end)
            end = stop; /* one huge page */
        if (slices == 0)
            break;
    }
    hn_book_taken(b, segment->at, end);
    *end_ret = end;
    return HN_OK;
}

/* mimalloc reserves a gigabyte at once and cuts segments off it: the pieces between
 * @from and @to that are none wait for that. */
static void
book_reserved(struct hn_bookkeeper *b, hn_addr from, hn_addr to)
{
    if (from >= to)
        return;
    if (hn_book(b, HN_LEDGER_FREE_POOLS, from, to) > 0)
        b->ledger->rows[HN_LEDGER_FREE_POOLS].count++;
    hn_book_taken(b, from, to);
}

static enum hn_status
book_segments_in(struct hn_bookkeeper *b, const struct hn_region *region,
                 struct hn_mi_page *page, hn_addr *reserved)
{
    const uint64_t step = hn_mi_segment_bytes(b->py);
    hn_addr at = (region->start + step - 1) / step * step;
    /* What was reserved is split by what mimalloc gave back or guards of a segment. */
    bool goes_on = *reserved != 0 && region->start >= *reserved
                   && region->start < *reserved + step;
    bool is_reserved = goes_on || at == region->start;
    hn_addr done = goes_on ? at : 0; /* the end of the last segment; 0: none yet */

    while (at < region->end) {
        struct hn_mi_segment segment;
        enum hn_status st;

        if (hn_mi_segment_load(b->py, at, &segment) != HN_OK) {
            at += step;
            continue;
        }
        if (done && is_reserved)
            book_reserved(b, done, at);
        st = book_segment(b, &segment, page, &done);
        if (st)
            return st;
        at = (done + step - 1) / step * step;
    }
    if (done && is_reserved) {
        book_reserved(b, done, region->end / step * step);
        *reserved = region->end;
    }
    return HN_OK;
}

static enum hn_status
book_segments(struct hn_bookkeeper *b, struct hn_mi_page *page)
{
    const struct hn_target *target = b->py->target;
    hn_addr reserved = 0;

    for (size_t i = 0; i < target->region_count; i++) {
        const struct hn_region *region = &target->regions[i];
        enum hn_status st;

        if (!region->writable || region->path[0] == '/')
            continue;
        st = book_segments_in(b, region, page, &reserved);
        if (st)
            return st;
    }
    return HN_OK;
}

static enum hn_status
book_mimalloc(struct hn_bookkeeper *b)
{
    struct hn_mi_page *page = malloc(sizeof(*page));
    enum hn_status st;

    if (!page)
        return hn_fail(b->py->err, HN_E_NOMEM, 0, "no memory for a page");
    st = book_segments(b, page);
    free(page);
    return st;
}

enum hn_status
hn_book_pools(struct hn_bookkeeper *b)
{
    enum hn_status st = hn_py_arenas_load(b->heap, b->process, &b->arenas);

    if (!st)
        st = book_pymalloc(b);
    for (size_t i = 0; !st && i < b->arenas.count; i++)
        book_arena(b, &b->arenas.items[i]);
    if (!st)
        book_pins(b);
    b->ledger->arenas_known = b->arenas.orphans == 0;
    b->ledger->damaged += b->heap->sums.bad_pools;
    if (!st && hn_mi_exists(b->py))
        st = book_mimalloc(b);
    return st;
}
