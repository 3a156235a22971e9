/* All pools of the process, and what is in them. */
#include <stdlib.h>

#include "heap/private.h"

enum {
    PAGE = 4 << 10,
    /* A terabyte of pools. */
    POOLS_MOST = 1 << 28
};

static bool
remember(struct hn_seeker *s, const struct hn_pool *pool)
{
    if (s->pool_count == s->pool_capacity) {
        size_t capacity = s->pool_capacity ? s->pool_capacity * 2 : 1024;
        void *pools = capacity <= POOLS_MOST
                          ? reallocarray(s->pools, capacity, sizeof(*s->pools))
                          : NULL;

        if (!pools)
            return false;
        s->pools = pools;
        s->pool_capacity = capacity;
    }
    s->pools[s->pool_count++] =
        (struct hn_found_pool){ pool->at, pool->size, pool->block_size };
    return hn_heap_pages_add_pool(s->pages, pool->at, pool->size, pool->block_size);
}

static enum hn_status
take(struct hn_seeker *s, const struct hn_pool *pool)
{
    uint32_t blocks = (pool->size - pool->first) / pool->block_size;

    s->sums->pools++;
    s->sums->pool_bytes += pool->size;
    s->sums->blocks += pool->used;
    s->sums->block_bytes += (uint64_t)pool->used * pool->block_size;
    s->sums->free_blocks += blocks - pool->used;
    s->sums->free_bytes += (uint64_t)(blocks - pool->used) * pool->block_size;
    return remember(s, pool)
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

static enum hn_status
seek_in_region(struct hn_seeker *s, const struct hn_region *region)
{
    uint8_t copy[HN_POOL_MOST];
    hn_addr at = (region->start + PAGE - 1) & ~(hn_addr)(PAGE - 1);

    while (at < region->end) {
        struct hn_pool pool;
        enum hn_status st = hn_seeker_step(s, "looking for pools", at - region->start,
                                           region->end - region->start);

        if (st)
            return st;
        st = hn_pool_load(s->py, at, copy, &pool);
        if (st == HN_E_CORRUPT)
            s->sums->bad_pools++;
        at += st == HN_OK ? pool.size : PAGE;
        if (!st && (st = take(s, &pool)))
            return st;
    }
    return HN_OK;
}

enum hn_status
hn_seek_pools(struct hn_seeker *s)
{
    const struct hn_target *target = s->py->target;

    for (size_t i = 0; i < target->region_count; i++) {
        enum hn_status st = HN_OK;

        if (may_have_pools(&target->regions[i]))
            st = seek_in_region(s, &target->regions[i]);
        if (st)
            return st;
    }
    return HN_OK;
}

static bool
take_block(struct hn_seeker *s, const struct hn_pool *pool, uint32_t block)
{
    uint32_t offset = pool->first + block * pool->block_size;
    struct hn_candidate found;

    switch (hn_heap_recognise(s->kinds, pool->at + offset, pool->bytes + offset,
                              pool->block_size, &found)) {
    case HN_BLOCK_OTHER:
        s->sums->other_blocks++;
        s->sums->other_bytes += pool->block_size;
        return true;
    case HN_BLOCK_IDLE:
        s->sums->idle_objects++;
        s->sums->idle_bytes += pool->block_size;
        return true;
    case HN_BLOCK_OBJECT: break;
    }
    return hn_heap_add(
        s->heap, &found,
        hn_size_counted(&hn_heap_kind(s->kinds, found.kind)->size, &found.size),
        pool->block_size + hn_seeker_buffer_bytes(s, &found.size),
        found.tracked ? HN_HEAP_TRACKED : 0);
}

enum hn_status
hn_seek_in_pools(struct hn_seeker *s)
{
    uint8_t copy[HN_POOL_MOST];

    for (size_t i = 0; i < s->pool_count; i++) {
        struct hn_pool pool;
        enum hn_status st = hn_seeker_step(s, "reading pools", i, s->pool_count);

        if (st)
            return st;
        if (hn_pool_load(s->py, s->pools[i].at, copy, &pool) != HN_OK)
            continue; /* a running process changed it meanwhile */
        for (uint32_t b = 0; b < pool.carved; b++)
            if (!hn_pool_is_free(&pool, b) && !take_block(s, &pool, b))
                return hn_fail(s->py->err, HN_E_NOMEM, 0, "no memory for the objects");
    }
    return HN_OK;
}
