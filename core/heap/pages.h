/* An index of memory by pages: which are pools, with blocks of which size, and which
 * object is the first in each. One lookup costs two tables and a few bits. */
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

/* Whether there is a pool around @addr. */
bool
hn_heap_pages_in_pool(const struct hn_heap_pages *pages, hn_addr addr);

/* What the ledger wants to know of blocks that are no living objects. */
enum hn_heap_mark {
    HN_MARK_OWNED, /* the buffer of an object */
    HN_MARK_IDLE,  /* a dead object that its type keeps */
    HN_MARKS
};

/* Marks the 16 bytes around @addr. False when they were marked already, or when memory
 * ran out. */
bool
hn_heap_pages_mark(struct hn_heap_pages *pages, hn_addr addr, enum hn_heap_mark mark);

/* Whether anything in [at, at + size) is marked. */
bool
hn_heap_pages_marked(const struct hn_heap_pages *pages, hn_addr at, uint64_t size,
                     enum hn_heap_mark mark);

/* Says that @object begins at @addr; objects come by ascending address. */
bool
hn_heap_pages_add_object(struct hn_heap_pages *pages, hn_addr addr, uint32_t object);

/* Numbers all objects anew, by ascending address. */
void
hn_heap_pages_number(struct hn_heap_pages *pages);

/* Forgets which objects there are, not the pools. */
void
hn_heap_pages_clear_objects(struct hn_heap_pages *pages);

/* The object that begins at @addr, UINT32_MAX for none. */
uint32_t
hn_heap_pages_object(const struct hn_heap_pages *pages, hn_addr addr);

#endif
