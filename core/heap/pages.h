/* An index of memory by pages: which are pools, with blocks of which size, and which
 * object is the first in each. One lookup costs a hash and a few bits. */
#ifndef HN_HEAP_PAGES_H
#define HN_HEAP_PAGES_H

#include <stdbool.h>

#include "hognose/status.h"

struct hn_heap_pages;

struct hn_heap_pages *
hn_heap_pages_create(void);

/* NULL is fine. */
void
hn_heap_pages_destroy(struct hn_heap_pages *pages);

/* Says that the pages of [at, at + size) are a pool of blocks of @block_size. False
 * when memory ran out. */
bool
hn_heap_pages_add_pool(struct hn_heap_pages *pages, hn_addr at, uint64_t size,
                       uint64_t block_size);

/* The size of the blocks around @addr; 0 when that is no pool. */
uint64_t
hn_heap_pages_block_size(const struct hn_heap_pages *pages, hn_addr addr);

/* Says that @object begins at @addr; objects come by ascending address. */
bool
hn_heap_pages_add_object(struct hn_heap_pages *pages, hn_addr addr, uint32_t object);

/* Forgets which objects there are, not the pools. */
void
hn_heap_pages_clear_objects(struct hn_heap_pages *pages);

/* The object that begins at @addr, UINT32_MAX for none. */
uint32_t
hn_heap_pages_object(const struct hn_heap_pages *pages, hn_addr addr);

#endif
