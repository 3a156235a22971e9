/* Segments and pages of mimalloc, which serves free-threaded builds, and others under
 * PYTHONMALLOC=mimalloc (3.13 and later).
 *
 * A segment begins at a multiple of its size, 32 MiB, with a description of its 64 KiB
 * slices; a page is a run of slices with blocks of one size. Where the segments are no
 * pointer needs to tell: every multiple of 32 MiB is looked at. Blocks in use are those
 * that are on none of the three chains of free ones.
 * CPython: Include/internal/mimalloc/mimalloc/types.h, Objects/mimalloc/segment.c. */
#ifndef HN_HEAP_MIMALLOC_H
#define HN_HEAP_MIMALLOC_H

#include "layout/python.h"

enum {
    HN_MI_SLICE = 64 << 10,
    HN_MI_CAPACITY_MOST = 1 << 16, /* it has 16 bits */
};

struct hn_mi_segment {
    hn_addr at;
    uint32_t first, end; /* slices that can be in pages */
};

struct hn_mi_page {
    hn_addr at;          /* of the first block */
    hn_addr end;         /* of the page's slices */
    uint64_t block_size; /* of a huge block: all of the page */
    uint32_t capacity;   /* blocks that may be or have been in use */
    uint32_t used;
    bool may_have_objects; /* or only what nobody counts references to */
    uint64_t free[HN_MI_CAPACITY_MOST / 64];
};

/* Whether this CPython can have segments, and how far apart they are. */
bool
hn_mi_exists(const struct hn_python *py);
uint64_t
hn_mi_segment_bytes(const struct hn_python *py);

/* The segment at @at; HN_DONE when there is none. */
enum hn_status
hn_mi_segment_load(struct hn_python *py, hn_addr at, struct hn_mi_segment *ret);

/* The page that begins with slice @index, and how many slices it has; HN_DONE when
 * those are free, HN_E_CORRUPT when they cannot be what they say: *slices_ret is then 0
 * if what follows cannot be found either. */
enum hn_status
hn_mi_page_load(struct hn_python *py, const struct hn_mi_segment *segment,
                uint32_t index, uint32_t *slices_ret, struct hn_mi_page *ret);

static inline bool
hn_mi_is_free(const struct hn_mi_page *page, uint32_t block)
{
    return page->free[block / 64] >> (block % 64) & 1;
}

#endif
