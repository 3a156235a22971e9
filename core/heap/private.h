/* What the files of this room share: the heap while it is being found. */
#ifndef HN_HEAP_PRIVATE_H
#define HN_HEAP_PRIVATE_H

#include "heap/heap.h"
#include "heap/kinds.h"
#include "heap/pace.h"
#include "heap/pages.h"
#include "heap/pointers.h"
#include "heap/pools.h"

struct hn_seeker {
    struct hn_heap *heap;
    struct hn_python *py;
    const struct hn_process *process;
    struct hn_heap_pages *pages;
    struct hn_heap_kinds *kinds;
    struct hn_heap_sums *sums;
    struct hn_pointers *pointers;

    struct hn_found_pool *pools;
    size_t pool_count, pool_capacity;

    /* Objects outside of pools, in the order they were met. */
    struct hn_outside *outside;

    /* By object in a pool: how far behind it the next one stands in the collector's
     * list, in words; 0: not known. NULL where reading that costs nothing. */
    int32_t *steps;

    hn_addr last;     /* object that was added last */
    bool stale_index; /* objects were dropped, or did not come by address */

    struct hn_pace pace;
};

/* Counts one step of work; every so many it looks for Ctrl-C and shows @what, @done of
 * @total (0: not known). HN_E_INTERRUPTED then. */
HN_MUST_CHECK enum hn_status
hn_seeker_step(struct hn_seeker *s, const char *what, uint64_t done, uint64_t total);

/* Writes down one object; @spent in bytes. */
void
hn_heap_set(struct hn_heap *heap, uint32_t object, hn_addr at, uint32_t kind,
            unsigned flags, uint64_t counted, uint64_t spent);

/* Moves @count objects; both places may overlap. */
void
hn_heap_move(struct hn_heap *heap, uint32_t to, uint32_t from, uint32_t count);

/* Takes an object into the sums, or out of them. */
void
hn_heap_sum(struct hn_heap *heap, uint32_t object);
void
hn_heap_unsum(struct hn_heap *heap, uint32_t object);

/* Adds an object in a pool, to the index and the sums, too; false when memory ran out.
 */
bool
hn_seeker_add(struct hn_seeker *s, const struct hn_candidate *object, uint64_t counted,
              uint64_t spent, unsigned flags);

/* Copies at most @size bytes, without a detour through the cache of pages where they
 * can be lent. Returns how many there are. */
size_t
hn_seeker_copy(struct hn_seeker *s, hn_addr at, uint8_t *copy, size_t size);

/* Memory that the buffers of an object take; their own sizes where that is not known.
 */
uint64_t
hn_seeker_buffer_bytes(const struct hn_seeker *s, const struct hn_size *size);

/* Writes down whose memory is where, for the ledger; nothing unless that is wanted. */
void
hn_seeker_claim_buffers(struct hn_seeker *s, const struct hn_size *size, uint32_t kind);
void
hn_seeker_unclaim_buffers(struct hn_seeker *s, const struct hn_size *size,
                          uint32_t kind);
void
hn_seeker_claim_object(struct hn_seeker *s, hn_addr at, uint64_t size, uint32_t kind);
void
hn_seeker_mark_idle(struct hn_seeker *s, hn_addr at);

/* --- arenas.c */

/* Finds the pools of the whole process, by address. */
HN_MUST_CHECK enum hn_status
hn_seek_pools(struct hn_seeker *s);

/* Finds the objects in them. */
HN_MUST_CHECK enum hn_status
hn_seek_in_pools(struct hn_seeker *s);

/* --- outside.c */

/* Finds the objects that the collector's lists and references lead to outside of
 * pools, and marks generations. Merges them into the heap's arrays. */
HN_MUST_CHECK enum hn_status
hn_seek_outside(struct hn_seeker *s);

void
hn_heap_claims_destroy(struct hn_heap_claims *claims);

void
hn_outside_destroy(struct hn_outside *outside);

#endif
