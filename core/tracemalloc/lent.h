/* Small structures where they lie: in a core's pages, or in the windows that are read
 * of a live process (hn_target_lend()). A million of them are looked at in the order of
 * their addresses, so the piece of memory that was lent last has nearly all. */
#ifndef HN_TRACEMALLOC_LENT_H
#define HN_TRACEMALLOC_LENT_H

#include "base/take.h"
#include "target/target.h"

enum {
    HN_LENT_MOST = 64, /* bytes of the largest structure */
    /* Structures that are fetched from memory while one is in work. */
    HN_LENT_AHEAD = 16
};

/* Nothing else may borrow of the target between two calls. */
struct hn_lent {
    struct hn_target *target;
    hn_addr start;
    size_t size;
    const uint8_t *bytes;
    uint8_t copy[HN_LENT_MOST];
};

static inline void
hn_lent_init(struct hn_lent *lent, struct hn_target *target)
{
    *lent = (struct hn_lent){ .target = target };
}

/* In the piece that was lent last; NULL: not there. */
static inline const uint8_t *
hn_lent_here(const struct hn_lent *lent, hn_addr addr, size_t size)
{
    hn_addr at = addr - lent->start;

    return at < lent->size && size <= lent->size - at ? lent->bytes + at : NULL;
}

/* @size bytes at @addr, until the next call; NULL if there are none. */
static inline const uint8_t *
hn_lent_at(struct hn_lent *lent, hn_addr addr, size_t size)
{
    const uint8_t *bytes = hn_lent_here(lent, addr, size);

    if (bytes)
        return bytes;
    lent->start = addr;
    lent->bytes = hn_target_lend(lent->target, addr, &lent->size);
    if (lent->bytes && lent->size >= size)
        return lent->bytes;
    lent->size = 0;
    /* Across the end of a piece, or in a file. */
    return size <= sizeof(lent->copy)
                   && hn_target_read_some(lent->target, addr, lent->copy, size) == size
               ? lent->copy
               : NULL;
}

/* Lets the processor fetch what is looked at soon. */
static inline void
hn_lent_fetch(const struct hn_lent *lent, hn_addr addr)
{
    __builtin_prefetch(hn_lent_here(lent, addr, 1));
}

#endif
