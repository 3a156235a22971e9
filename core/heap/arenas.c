/* All pools of the process, and what is in them. */
#include "base/grow.h"
#include "heap/mimalloc.h"
#include "heap/private.h"

enum {
    PAGE = 4 << 10,
    /* More than the fixed part of any object. */
    LOOK = 2 << 10,
    /* Pages without a large pool, between two arenas for instance. */
    MISSES_MOST = 8,
    /* A terabyte of pools. */
    POOLS_MOST = 1 << 28
};

static bool
remember(struct hn_seeker *s, struct hn_found_pool pool)
{
    if (s->pool_count >= POOLS_MOST
        || !HN_GROW(s->pools, s->pool_capacity, s->pool_count + 1))
        return false;
    s->pools[s->pool_count++] = pool;
    return true;
}

static enum hn_status
take(struct hn_seeker *s, const struct hn_pool *pool)
{
    uint32_t blocks = (pool->size - pool->first) / pool->block_size;

    /* One without blocks in use went back to its arena, and can become one of another
     * size. It is kept in mind: what lies in there is dead, however it looks. */
    if (pool->used > 0) {
        s->sums->pools++;
        s->sums->pool_bytes += pool->size;
        s->sums->blocks += pool->used;
        s->sums->block_bytes += (uint64_t)pool->used * pool->block_size;
        s->sums->free_blocks += blocks - pool->used;
        s->sums->free_bytes += (uint64_t)(blocks - pool->used) * pool->block_size;
    }
    return remember(s, (struct hn_found_pool){ .at = pool->at })
                   && hn_heap_pages_add_pool(s->pages, pool->at, pool->size,
                                             pool->block_size)
               ? HN_OK
               : hn_fail(s->py->err, HN_E_NOMEM, 0, "no memory for the heap's pools");
}

/* Pools lie in anonymous memory: arenas are mapped, or malloc'ed where that cannot be
 * done. The data of programs is passed over. */
static bool
may_have_pools(const struct hn_region *region)
{
    return region->writable && region->path[0] != '/';
}

/* Among pools their headers are looked at, in other memory every page is. */
static enum hn_status
load_pool(struct hn_seeker *s, hn_addr at, bool among_pools, uint8_t copy[HN_POOL_MOST],
          struct hn_pool *ret)
{
    return among_pools ? hn_pool_check(s->py, at, copy, ret)
                       : hn_pool_load(s->py, at, copy, ret);
}

static enum hn_status
seek_in_region(struct hn_seeker *s, const struct hn_region *region)
{
    uint8_t copy[HN_POOL_MOST];
    hn_addr at = (region->start + PAGE - 1) & ~(hn_addr)(PAGE - 1), ahead = at;
    unsigned misses = 0;

    while (at < region->end) {
        struct hn_pool pool;
        enum hn_status st = hn_seeker_step(s, "looking for pools", at - region->start,
                                           region->end - region->start);

        if (st)
            return st;
        if (at >= ahead && misses <= MISSES_MOST)
            ahead = hn_target_lend_ahead(s->py->target, at, HN_POOL_MOST);
        st = load_pool(s, at, misses <= MISSES_MOST, copy, &pool);
        if (st == HN_E_CORRUPT)
            s->sums->bad_pools++;
        misses = st == HN_OK && pool.size == HN_POOL_MOST ? 0 : misses + 1;
        at += st == HN_OK ? pool.size : PAGE;
        if (!st && (st = take(s, &pool)))
            return st;
    }
    return HN_OK;
}

static bool
take_block(struct hn_seeker *s, hn_addr at, const uint8_t *bytes, size_t size,
           uint64_t room)
{
    struct hn_candidate found;

    switch (hn_heap_recognise(s->kinds, at, bytes, size, room, &found)) {
    case HN_BLOCK_OTHER:
        s->sums->other_blocks++;
        s->sums->other_bytes += room;
        return true;
    case HN_BLOCK_IDLE:
        s->sums->idle_objects++;
        s->sums->idle_bytes += room;
        hn_seeker_mark_idle(s, at);
        return true;
    case HN_BLOCK_OBJECT: break;
    }
    hn_seeker_claim_buffers(s, &found.size, found.kind);
    return hn_seeker_add(
        s, &found,
        hn_size_counted(&hn_heap_kind(s->kinds, found.kind)->size, &found.size),
        room + hn_seeker_buffer_bytes(s, &found.size),
        found.tracked ? HN_HEAP_TRACKED : 0);
}

static enum hn_status
no_memory(const struct hn_seeker *s)
{
    return hn_fail(s->py->err, HN_E_NOMEM, 0, "no memory for the objects");
}

static enum hn_status
look_in_pool(struct hn_seeker *s, struct hn_found_pool *found)
{
    uint8_t copy[HN_POOL_MOST];
    struct hn_pool pool;

    if (hn_pool_load(s->py, found->at, copy, &pool) != HN_OK)
        return HN_OK; /* a running process changed it meanwhile */
    for (uint32_t b = 0; b < pool.carved; b++) {
        uint32_t offset = pool.first + b * pool.block_size;

        if (!hn_pool_is_free(&pool, b)
            && !take_block(s, pool.at + offset, pool.bytes + offset, pool.block_size,
                           pool.block_size))
            return no_memory(s);
    }
    hn_pointers_keep(s, found, pool.bytes, pool.size);
    return HN_OK;
}

/* --- pages of mimalloc */

static enum hn_status
take_page(struct hn_seeker *s, const struct hn_mi_segment *segment, uint32_t index,
          const struct hn_mi_page *page)
{
    hn_addr start = segment->at + (hn_addr)index * HN_MI_SLICE;

    s->sums->pools++;
    s->sums->pool_bytes += page->end - start;
    s->sums->blocks += page->used;
    s->sums->block_bytes += page->used * page->block_size;
    s->sums->free_blocks += page->capacity - page->used;
    s->sums->free_bytes += (page->capacity - page->used) * page->block_size;
    if (!hn_heap_pages_add_pool(s->pages, start, page->end - start, page->block_size)
        || !remember(s, (struct hn_found_pool){
                            .at = segment->at, .index = index, .is_page = true }))
        return no_memory(s);
    return HN_OK;
}

static enum hn_status
seek_in_segment(struct hn_seeker *s, const struct hn_mi_segment *segment)
{
    struct hn_mi_page page;
    uint32_t slices;

    for (uint32_t i = segment->first; i < segment->end; i += slices) {
        enum hn_status st = hn_mi_page_load(s->py, segment, i, &slices, &page);

        if (st == HN_E_CORRUPT)
            s->sums->bad_pools++;
        if (slices == 0)
            break;
        if (st == HN_OK)
            st = take_page(s, segment, i, &page);
        if (st == HN_E_NOMEM)
            return st;
        st = hn_seeker_step(s, "looking for pages of mimalloc", 0, 0);
        if (st)
            return st;
    }
    return HN_OK;
}

static enum hn_status
seek_segments(struct hn_seeker *s)
{
    const struct hn_target *target = s->py->target;
    const uint64_t step = hn_mi_segment_bytes(s->py);

    for (size_t i = 0; i < target->region_count; i++) {
        const struct hn_region *region = &target->regions[i];
        hn_addr at = (region->start + step - 1) / step * step;

        for (; may_have_pools(region) && at < region->end; at += step) {
            struct hn_mi_segment segment;
            enum hn_status st = hn_mi_segment_load(s->py, at, &segment);

            if (st == HN_OK)
                st = seek_in_segment(s, &segment);
            if (st && st != HN_DONE)
                return st;
        }
    }
    return HN_OK;
}

/* Blocks of a page may be large: of each as much is looked at as an object's fields can
 * take. */
static enum hn_status
look_in_page(struct hn_seeker *s, const struct hn_found_pool *found)
{
    const struct hn_mi_segment segment = { found->at, 0, UINT32_MAX };
    struct hn_mi_page page;
    uint32_t slices;

    if (hn_mi_page_load(s->py, &segment, found->index, &slices, &page) != HN_OK)
        return HN_OK;
    if (!page.may_have_objects) {
        s->sums->other_blocks += page.used;
        s->sums->other_bytes += page.used * page.block_size;
        return HN_OK;
    }
    for (uint32_t b = 0; b < page.capacity; b++) {
        hn_addr at = page.at + b * page.block_size;
        uint8_t copy[LOOK];
        size_t size, wanted = page.block_size < LOOK ? (size_t)page.block_size : LOOK;
        const uint8_t *bytes;

        if (hn_mi_is_free(&page, b))
            continue;
        bytes = hn_target_lend(s->py->target, at, &size);
        if (s->py->target->kind != HN_PLACE_CORE || !bytes || size < wanted) {
            size = hn_seeker_copy(s, at, copy, wanted);
            bytes = copy;
        }
        if (!take_block(s, at, bytes, size < wanted ? size : wanted, page.block_size))
            return no_memory(s);
    }
    return HN_OK;
}

/* --- both */

enum hn_status
hn_seek_pools(struct hn_seeker *s)
{
    const struct hn_target *target = s->py->target;
    enum hn_status st = HN_OK;

    for (size_t i = 0; !st && i < target->region_count; i++)
        if (may_have_pools(&target->regions[i]))
            st = seek_in_region(s, &target->regions[i]);
    if (!st && hn_mi_exists(s->py))
        st = seek_segments(s);
    return st;
}

enum hn_status
hn_seek_in_pools(struct hn_seeker *s)
{
    enum hn_status st = HN_OK;

    for (size_t i = 0; !st && i < s->pool_count; i++) {
        st = hn_seeker_step(s, "reading pools", i, s->pool_count);
        if (!st)
            st = s->pools[i].is_page ? look_in_page(s, &s->pools[i])
                                     : look_in_pool(s, &s->pools[i]);
    }
    return st;
}
