/* The GNU C library's malloc: its arenas, and every chunk in them.
 *
 * No symbol tells where main_arena is; its shape does. It is in the data of a program
 * or library and holds 127 bins, each a ring of free chunks: the empty ones point to
 * themselves, the others to chunks that point back. Behind them `next` leads through
 * all arenas and back to the main one. What stands in front of the bins differs between
 * versions, and is measured by that ring too.
 *
 * An arena's memory is cut into chunks from end to end. A chunk begins with its size;
 * whether it is in use says a bit of the chunk behind it. Small chunks that were given
 * back are kept aside as in use: in bins of the arena (fastbins), or of a thread
 * (tcache). glibc: malloc/malloc.c, malloc/arena.c, 2.26 to 2.42. */
#ifndef HN_HEAP_GLIBC_H
#define HN_HEAP_GLIBC_H

#include "target/target.h"

/* A piece of memory that malloc cuts into chunks, all of one arena. */
struct hn_glibc_span {
    hn_addr start, end; /* the chunks: what is in front of them is not in it */
    hn_addr base;       /* where the memory begins */
    hn_addr reserved;   /* addresses up to here are kept for it to grow */
    hn_addr top;        /* the last chunk, which never was in use; 0: not in here */
    uint32_t arena;     /* 0: the main one */
};

struct hn_glibc {
    hn_addr main_arena; /* 0: there is none */
    uint32_t arena_count;
    struct hn_glibc_span *spans; /* ascending */
    size_t span_count, span_capacity;
    hn_addr *cached; /* chunks in a tcache or a fastbin, ascending */
    size_t cached_count, cached_capacity;
    uint64_t tcaches;
    uint64_t damaged; /* arenas, heaps and chains that were left out, or ended early */
    bool failed;      /* memory ran out */
};

/* Finds arenas, spans, and chunks that are kept aside. A C library that has none, as
 * musl, is no failure. hn_glibc_deinit() is due in any case. */
HN_MUST_CHECK enum hn_status
hn_glibc_load(struct hn_target *target, struct hn_glibc *ret);

void
hn_glibc_deinit(struct hn_glibc *glibc);

enum hn_chunk_use {
    HN_CHUNK_IS_USED,
    HN_CHUNK_IS_CACHED, /* free, in a tcache or a fastbin */
    HN_CHUNK_IS_FREE,
    HN_CHUNK_IS_TOP,   /* the end of an arena, never used or given back */
    HN_CHUNK_IS_FENCE, /* marks the end of a span */
    HN_CHUNK_IS_BAD    /* cannot be: nothing is known from here to the span's end */
};

struct hn_chunk {
    hn_addr at;
    uint64_t size; /* with its header */
    enum hn_chunk_use use;
};

/* Steps through the chunks of a span. */
struct hn_chunk_iter {
    struct hn_target *target;
    const struct hn_glibc *glibc;
    const struct hn_glibc_span *span;
    hn_addr at;
    size_t cached; /* the next one that is kept aside */
};

void
hn_chunk_iter_init(struct hn_target *target, const struct hn_glibc *glibc,
                   const struct hn_glibc_span *span, struct hn_chunk_iter *ret);

bool
hn_chunk_iter_next(struct hn_chunk_iter *it, struct hn_chunk *ret);

/* Whether a chunk of its own mapping, as malloc makes them for large requests, begins
 * at @at, a page; how long it is. */
bool
hn_chunk_is_mapping(struct hn_target *target, hn_addr at, hn_addr end,
                    uint64_t *size_ret);

#endif
