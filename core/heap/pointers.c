/* Words that may be addresses of objects outside of pools: picked out of memory as it
 * is read.
 *
 * Every word of the process is looked at. Those of pools are picked while the pool is
 * read for its objects, and kept until the search comes to it: to read a heap of
 * gigabytes a second time costs more than all else of the search. */
#include "heap/pointers.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "heap/private.h"

enum {
    WORD = 8,
    /* Mappings above this hold the buffer of one array, file or table, as a rule. */
    REGION_MOST = 1 << 30,
    RECENT = 1 << 12,
    /* Kept words: 4 bytes for every block, and these. */
    BLOCKS_PER_WORD = 2,
    KEPT_LEAST = 1 << 16
};

struct hn_pointers {
    hn_addr low, span;                /* all writable memory is in between */
    hn_addr recent[RECENT];           /* picked just now */
    const struct hn_region *searched; /* the mapping that a pool was in last */
    hn_addr *kept;
    size_t count, capacity, most;
    bool full; /* what follows is not kept */
};

static void
learn_bounds(const struct hn_target *target, struct hn_pointers *ret)
{
    hn_addr low = UINT64_MAX, high = 0;

    for (size_t i = 0; i < target->region_count; i++)
        if (target->regions[i].writable) {
            if (target->regions[i].start < low)
                low = target->regions[i].start;
            high = target->regions[i].end;
        }
    ret->low = low;
    ret->span = high > low ? high - low : 0;
}

struct hn_pointers *
hn_pointers_create(const struct hn_target *target, uint64_t blocks)
{
    struct hn_pointers *p = calloc(1, sizeof(*p));

    if (!p)
        return NULL;
    learn_bounds(target, p);
    p->most = (size_t)(blocks / BLOCKS_PER_WORD) + KEPT_LEAST;
    return p;
}

void
hn_pointers_destroy(struct hn_pointers *p)
{
    if (p)
        free(p->kept);
    free(p);
}

bool
hn_pointers_wanted(const struct hn_region *region)
{
    return region->writable && !region->shared
           && region->end - region->start <= REGION_MOST;
}

/* The words that may be addresses in writable memory; returns how many. Whether a word
 * is one decides no branch. */
static size_t
pick_addresses(const struct hn_pointers *p, const uint8_t *bytes, size_t size,
               hn_addr *ret)
{
    size_t count = 0;

    for (size_t i = 0; i + WORD <= size; i += WORD) {
        uint64_t word;

        memcpy(&word, bytes + i, WORD);
        ret[count] = word;
        count += (word - p->low < p->span) & (word % WORD == 0);
    }
    return count;
}

size_t
hn_pointers_pick(struct hn_pointers *p, const struct hn_heap_pages *pages,
                 const uint8_t *bytes, size_t size, hn_addr *ret)
{
    size_t count = pick_addresses(p, bytes, size, ret), kept = 0;

    for (size_t i = 0; i < count; i++) {
        hn_addr *recent = &p->recent[(ret[i] >> 4) & (RECENT - 1)];

        if (hn_heap_pages_in_pool(pages, ret[i]) || *recent == ret[i])
            continue;
        *recent = ret[i];
        ret[kept++] = ret[i];
    }
    return kept;
}

void
hn_pointers_forget_recent(struct hn_pointers *p)
{
    memset(p->recent, 0, sizeof(p->recent));
}

/* Room for the words of a pool. */
static bool
make_room(struct hn_pointers *p)
{
    size_t wanted = p->count + HN_POOL_MOST / WORD;

    return wanted <= p->capacity
           || (wanted <= p->most && HN_GROW(p->kept, p->capacity, wanted));
}

/* Whether the search comes to all of this pool. */
static bool
is_wanted(struct hn_pointers *p, const struct hn_target *target, hn_addr at,
          size_t size)
{
    const struct hn_region *region = p->searched;

    if (!region || at < region->start || at >= region->end)
        p->searched = region = hn_target_region(target, at);
    return region && hn_pointers_wanted(region) && size <= region->end - at;
}

void
hn_pointers_keep(struct hn_seeker *s, struct hn_found_pool *pool, const uint8_t *bytes,
                 size_t size)
{
    struct hn_pointers *p = s->pointers;

    if (p->full || !is_wanted(p, s->py->target, pool->at, size))
        return;
    /* Those that were just kept are not kept again: once one pool is left out, so are
     * all that follow. */
    p->full = !make_room(p);
    if (p->full)
        return;
    pool->words =
        (uint16_t)hn_pointers_pick(p, s->pages, bytes, size, p->kept + p->count);
    pool->searched_bytes = (uint16_t)size;
    p->count += pool->words;
}

const hn_addr *
hn_pointers_kept(const struct hn_pointers *p)
{
    return p->kept;
}
