/* Finding main_arena by its shape: see glibc.h. */
#include "heap/glibc_private.h"

enum {
    WORD = 8,
    BINS = 127,
    /* A few bins may be damaged; with this many whole ones it is no accident. */
    BINS_WHOLE = 120,
    BINS_BYTES = BINS * 2 * WORD,
    BINMAP_BYTES = 16,
    NEXT_BEHIND_BINS = BINS_BYTES + BINMAP_BYTES,
    /* In front of the bins: lock and flags; fastbins; top, last remainder. */
    BINS_AT_LEAST = 8 + 2 * WORD,
    BINS_AT_MOST = 128,
    /* Data of all programs and libraries that is searched. */
    REGION_MOST = 1 << 28,
    TRIES = 1 << 12,
    /* glibc makes eight for each core, unless told otherwise. */
    ARENAS_MOST = 1 << 12
};

/* A bin's links are where a chunk would have them that begins two words earlier. */
static bool
is_whole_bin(struct hn_target *target, hn_addr links)
{
    const hn_addr bin = links - UINT64_C(2) * WORD;
    uint64_t first, last, back, forth;

    if (!hn_peek(target, links, &first) || !hn_peek(target, links + WORD, &last))
        return false;
    if (first == bin && last == bin)
        return true;
    return first != bin && last != bin && first % HN_CHUNK_ALIGNMENT == 0
           && hn_peek(target, first + UINT64_C(3) * WORD, &back)
           && hn_peek(target, last + UINT64_C(2) * WORD, &forth) && back == bin
           && forth == bin;
}

bool
hn_glibc_next(struct hn_target *target, const struct hn_glibc_shape *shape,
              hn_addr arena, hn_addr *ret)
{
    return hn_peek(target, arena + shape->bins_at + NEXT_BEHIND_BINS, ret);
}

/* The ring of arenas, were the bins at @shape->bins_at: it leads back here. */
static bool
ring_closes(struct hn_target *target, const struct hn_glibc_shape *shape)
{
    const hn_addr home = shape->bins - shape->bins_at;
    hn_addr at = home;

    for (unsigned i = 0; i < ARENAS_MOST; i++) {
        if (!hn_glibc_next(target, shape, at, &at) || at == 0 || at % WORD != 0)
            return false;
        if (at == home)
            return true;
    }
    return false;
}

static bool
measure(struct hn_target *target, hn_addr bins, struct hn_glibc_shape *ret)
{
    ret->bins = bins;
    for (ret->bins_at = BINS_AT_MOST; ret->bins_at >= BINS_AT_LEAST;
         ret->bins_at -= WORD) {
        if (!ring_closes(target, ret))
            continue;
        /* Lock, flags and, since 2.26, a mark; each an int. */
        ret->fastbins = ret->bins_at == 112 || ret->bins_at == 104 ? 10 : 0;
        return true;
    }
    return false;
}

/* The links at @links are those of an empty bin, of which number is not known: where
 * most of 127 in a row are whole, there they are. */
static bool
try_bin(struct hn_target *target, hn_addr links, struct hn_glibc_shape *ret)
{
    enum { AROUND = 2 * BINS - 1 };
    const hn_addr first = links - (hn_addr)(BINS - 1) * 2 * WORD;
    bool whole[AROUND];
    unsigned count = 0, best = 0, best_at = 0;

    for (unsigned i = 0; i < AROUND; i++) {
        whole[i] = is_whole_bin(target, first + (hn_addr)i * 2 * WORD);
        count += whole[i];
        if (i >= BINS)
            count -= whole[i - BINS];
        if (i >= BINS - 1 && count > best) {
            best = count;
            best_at = i - (BINS - 1);
        }
    }
    return best >= BINS_WHOLE
           && measure(target, first + (hn_addr)best_at * 2 * WORD, ret);
}

static bool
search(struct hn_target *target, const struct hn_region *region, unsigned *tries,
       struct hn_glibc_shape *ret)
{
    for (hn_addr at = region->start; at + UINT64_C(2) * WORD <= region->end;) {
        size_t size;
        const uint8_t *bytes = hn_target_lend(target, at, &size);

        if (!bytes || size < UINT64_C(2) * WORD) {
            at = (at | 4095) + 1;
            continue;
        }
        if (size > region->end - at)
            size = region->end - at;
        for (size_t i = 0; i + UINT64_C(2) * WORD <= size; i += WORD) {
            uint64_t links[2];

            memcpy(links, bytes + i, sizeof(links));
            if (links[0] != at + i - UINT64_C(2) * WORD || links[1] != links[0])
                continue;
            if (try_bin(target, at + i, ret))
                return true;
            if (++*tries > TRIES)
                return false;
            /* What was lent may be gone after so many looks elsewhere. */
            bytes = hn_target_lend(target, at, &size);
            if (!bytes)
                return false;
            if (size > region->end - at)
                size = region->end - at;
        }
        at += size < UINT64_C(2) * WORD ? UINT64_C(2) * WORD : size - WORD;
        if (size <= UINT64_C(2) * WORD)
            at = (at | 4095) + 1;
    }
    return false;
}

/* In the data of a library or program, or in what follows it. */
bool
hn_glibc_find_main(struct hn_target *target, struct hn_glibc_shape *ret)
{
    unsigned tries = 0;

    for (size_t i = 0; i < target->region_count; i++) {
        const struct hn_region *region = &target->regions[i];

        if (!region->writable || region->shared || !hn_target_is_data(target, region)
            || region->end - region->start > REGION_MOST)
            continue;
        if (search(target, region, &tries, ret))
            return true;
    }
    return false;
}
