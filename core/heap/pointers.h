/* Words that may be addresses of objects outside of pools. What they lead to is looked
 * at in outside.c. */
#ifndef HN_HEAP_POINTERS_H
#define HN_HEAP_POINTERS_H

#include "heap/heap.h"

struct hn_pointers;
struct hn_seeker;

/* @blocks of all pools limit what is kept. NULL when memory is short. */
struct hn_pointers *
hn_pointers_create(const struct hn_target *target, uint64_t blocks);

/* NULL is fine. */
void
hn_pointers_destroy(struct hn_pointers *pointers);

/* Whether a mapping is searched at all. */
bool
hn_pointers_wanted(const struct hn_region *region);

/* Leaves in @ret, which has room for all, the words among @size @bytes that may be
 * addresses outside of pools, and were not picked just before; returns how many. */
size_t
hn_pointers_pick(struct hn_pointers *pointers, const struct hn_heap_pages *pages,
                 const uint8_t *bytes, size_t size, hn_addr *ret);

/* Makes it pick again what was picked before. */
void
hn_pointers_forget_recent(struct hn_pointers *pointers);

/* Keeps those of a whole pool, and says in @pool how many; they stand behind those of
 * the pools before it. Nothing when it is full: then searched_bytes stays 0. */
void
hn_pointers_keep(struct hn_seeker *s, struct hn_found_pool *pool, const uint8_t *bytes,
                 size_t size);

/* What was kept, in the order of pools. */
const hn_addr *
hn_pointers_kept(const struct hn_pointers *pointers);

#endif
