/* What the files of glibc's malloc share. */
#ifndef HN_HEAP_GLIBC_PRIVATE_H
#define HN_HEAP_GLIBC_PRIVATE_H

#include <string.h>

#include "heap/glibc.h"

enum {
    HN_CHUNK_ALIGNMENT = 16,
    HN_CHUNK_HEADER = 16, /* to what malloc() returned; its first word may be in use */
    HN_CHUNK_LEAST = 32,
    HN_CHUNK_PREVIOUS_USED = 1,
    HN_CHUNK_MAPPED = 2,
    HN_CHUNK_FLAGS = 7
};

/* A word that lies far from the one before: not worth a window. */
static inline bool
hn_peek(struct hn_target *target, hn_addr at, uint64_t *ret)
{
    return hn_target_read_some(target, at, ret, sizeof(*ret)) == sizeof(*ret);
}

/* Where things are in struct malloc_state, from the first bin. */
struct hn_glibc_shape {
    hn_addr bins;      /* of the main arena */
    uint32_t bins_at;  /* offset */
    uint32_t fastbins; /* how many there are */
};

/* Finds main_arena; false when there is none. */
bool
hn_glibc_find_main(struct hn_target *target, struct hn_glibc_shape *ret);

/* The address of the arena after @arena in the ring; false if it cannot be read. */
bool
hn_glibc_next(struct hn_target *target, const struct hn_glibc_shape *shape,
              hn_addr arena, hn_addr *ret);

/* Fills in glibc->cached. */
void
hn_glibc_find_cached(struct hn_target *target, const struct hn_glibc_shape *shape,
                     struct hn_glibc *glibc);

bool
hn_glibc_in_span(const struct hn_glibc *glibc, hn_addr at);

#endif
