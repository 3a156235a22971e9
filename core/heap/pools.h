/* Pools of pymalloc, found by their shape.
 *
 * A pool is 4 or 16 KiB of equal blocks behind a header of 48 bytes, at an address that
 * is a multiple of its size. Its header says how many blocks are in use; those it ever
 * handed out, less those on its chain of free ones, must be as many. No other memory
 * passes for a pool by chance, so no symbols and no offsets of arenas are needed, on
 * any version from 3.8 to 3.15. CPython: Objects/obmalloc.c,
 * Include/internal/pycore_obmalloc.h. */
#ifndef HN_HEAP_POOLS_H
#define HN_HEAP_POOLS_H

#include "layout/python.h"
#include "model/heap.h"

enum {
    HN_POOL_MOST = 16 << 10,
    HN_BLOCK_ALIGNMENT = 16,
    /* Of the largest pool with the smallest blocks. */
    HN_POOL_BLOCKS_MOST = HN_POOL_MOST / HN_BLOCK_ALIGNMENT
};

struct hn_pool {
    hn_addr at;
    uint32_t size; /* of the pool */
    uint32_t block_size;
    uint32_t first;  /* offset of the first block */
    uint32_t carved; /* blocks that were ever in use; those behind are clean */
    uint32_t used;
    const uint8_t *bytes;                    /* the pool, lent */
    uint64_t free[HN_POOL_BLOCKS_MOST / 64]; /* a bit for each block that is free */
};

/* The pool at @at; its bytes are what is lent (until the next pool is), or in @copy.
 * HN_DONE when there is none; HN_E_CORRUPT when its header is one, but its chain of
 * free blocks is not. */
enum hn_status
hn_pool_load(struct hn_python *py, hn_addr at, uint8_t copy[HN_POOL_MOST],
             struct hn_pool *ret);

/* Says the same of it, of a process without reading all of it where its header alone
 * tells; then its bytes are that. */
enum hn_status
hn_pool_check(struct hn_python *py, hn_addr at, uint8_t copy[HN_POOL_MOST],
              struct hn_pool *ret);

static inline bool
hn_pool_is_free(const struct hn_pool *pool, uint32_t block)
{
    return pool->free[block / 64] >> (block % 64) & 1;
}

#endif
