/* Chunks that were given back but still count as in use: fastbins of an arena, and the
 * bins of each thread (tcache), which lie in a chunk of their own.
 *
 * Since 2.32 links are mangled with the address they stand at ("safe linking"); which
 * it is tells each link by what comes out. glibc: malloc/malloc.c
 * (tcache_perthread_struct, PROTECT_PTR). */
#include "heap/glibc_private.h"

#include <stdlib.h>

#include "base/grow.h"

enum {
    WORD = 8,
    SMALL_BINS = 64,
    /* Of one bin; the tunable goes up to 127 before 2.42, 65535 after. */
    CHAIN_MOST = 1 << 16,
    /* Chunks of all kinds that are kept aside. */
    CACHED_MOST = 1 << 28,
    TCACHE_MOST = 0x300
};

/* How the bins of a thread look, by the size of their chunk. */
static const struct tcache_form {
    uint64_t chunk;
    uint32_t bins, counts_bytes; /* of one count */
    bool counts_left;            /* how many still fit, not how many there are */
} tcache_forms[] = {
    { 0x250, 64, 1, false }, /* 2.26 */
    { 0x290, 64, 2, false }, /* 2.30 */
    { 0x300, 76, 2, true },  /* 2.42: some for large chunks, too */
};

enum { FORMS = sizeof(tcache_forms) / sizeof(tcache_forms[0]) };

bool
hn_glibc_in_span(const struct hn_glibc *glibc, hn_addr at)
{
    size_t low = 0, high = glibc->span_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (glibc->spans[middle].end <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low < glibc->span_count && at >= glibc->spans[low].start;
}

static bool
is_chunk(const struct hn_glibc *glibc, hn_addr at)
{
    return at % HN_CHUNK_ALIGNMENT == 0 && hn_glibc_in_span(glibc, at);
}

/* The link at @at; 0 ends the chain. False when neither way to read it makes sense. */
static bool
read_link(struct hn_target *target, const struct hn_glibc *glibc, hn_addr at,
          hn_addr *ret)
{
    uint64_t raw, plain;

    if (!hn_peek(target, at, &raw))
        return false;
    plain = raw ^ at >> 12;
    if (raw == 0 || plain == 0)
        *ret = 0;
    else if (is_chunk(glibc, plain))
        *ret = plain;
    else if (is_chunk(glibc, raw))
        *ret = raw;
    else
        return false;
    return true;
}

static void
add_cached(struct hn_glibc *glibc, hn_addr chunk)
{
    if (glibc->cached_count >= CACHED_MOST
        || !HN_GROW(glibc->cached, glibc->cached_capacity, glibc->cached_count + 1)) {
        glibc->failed = true;
        return;
    }
    glibc->cached[glibc->cached_count++] = chunk;
}

/* A chain from @at on, which leads to addresses @header behind their chunks. */
static void
add_chain(struct hn_target *target, struct hn_glibc *glibc, hn_addr at, hn_addr header)
{
    unsigned left = CHAIN_MOST;

    for (; at != 0 && left > 0 && !glibc->failed; left--) {
        add_cached(glibc, at - header);
        if (!read_link(target, glibc, at - header + HN_CHUNK_HEADER, &at)) {
            glibc->damaged++;
            return;
        }
    }
    if (left == 0)
        glibc->damaged++;
}

/* --- bins of an arena */

static void
add_fastbins(struct hn_target *target, const struct hn_glibc_shape *shape,
             hn_addr arena, struct hn_glibc *glibc)
{
    /* In front of the top chunk and the last remainder. */
    hn_addr first =
        arena + shape->bins_at - UINT64_C(2) * WORD - (hn_addr)shape->fastbins * WORD;

    for (unsigned i = 0; i < shape->fastbins; i++) {
        uint64_t chunk;

        if (!hn_peek(target, first + (hn_addr)i * WORD, &chunk) || chunk == 0)
            continue;
        if (is_chunk(glibc, chunk))
            add_chain(target, glibc, chunk, 0);
        else
            glibc->damaged++;
    }
}

/* --- bins of a thread */

struct tcache {
    const struct tcache_form *form;
    uint8_t bytes[TCACHE_MOST];
};

static uint64_t
entry(const struct tcache *t, unsigned bin)
{
    const struct tcache_form *form = t->form;
    uint64_t value;

    memcpy(&value,
           t->bytes + (size_t)form->bins * form->counts_bytes + (size_t)bin * WORD,
           sizeof(value));
    return value;
}

static unsigned
count(const struct tcache *t, unsigned bin)
{
    uint16_t value;

    if (t->form->counts_bytes == 1)
        return t->bytes[bin];
    memcpy(&value, t->bytes + (size_t)bin * 2, sizeof(value));
    return value;
}

/* A bin has chunks of one size, and as many as it says. */
static bool
bin_is_true(struct hn_target *target, const struct hn_glibc *glibc,
            const struct tcache *t, unsigned bin, unsigned most)
{
    hn_addr at = entry(t, bin);
    unsigned left = t->form->counts_left ? most - count(t, bin) : count(t, bin);
    uint64_t size;

    if (at == 0 || left == 0)
        return at == 0 && left == 0;
    if (!is_chunk(glibc, at) || !hn_peek(target, at - WORD, &size))
        return false;
    return bin >= SMALL_BINS
           || (size & ~(uint64_t)HN_CHUNK_FLAGS)
                  == HN_CHUNK_LEAST + (uint64_t)bin * HN_CHUNK_ALIGNMENT;
}

static bool
is_tcache(struct hn_target *target, const struct hn_glibc *glibc,
          const struct tcache *t)
{
    unsigned most = 0;
    bool any = false;

    for (unsigned i = 0; i < t->form->bins; i++)
        most = count(t, i) > most ? count(t, i) : most;
    for (unsigned i = 0; i < t->form->bins; i++) {
        if (!bin_is_true(target, glibc, t, i, most))
            return false;
        any |= entry(t, i) != 0;
    }
    return any;
}

static void
try_tcache(struct hn_target *target, struct hn_glibc *glibc,
           const struct tcache_form *form, hn_addr chunk)
{
    struct tcache t = { .form = form };
    size_t size = (size_t)form->bins * (form->counts_bytes + WORD);

    if (hn_target_read_some(target, chunk + HN_CHUNK_HEADER, t.bytes, size) != size
        || !is_tcache(target, glibc, &t))
        return;
    glibc->tcaches++;
    for (unsigned i = 0; i < form->bins; i++)
        add_chain(target, glibc, entry(&t, i), HN_CHUNK_HEADER);
}

static void
find_tcaches(struct hn_target *target, struct hn_glibc *glibc)
{
    for (size_t i = 0; i < glibc->span_count; i++) {
        struct hn_chunk_iter it;
        struct hn_chunk chunk;

        hn_chunk_iter_init(target, glibc, &glibc->spans[i], &it);
        /* None is known yet: what is kept aside comes as used. */
        it.cached = SIZE_MAX;
        while (hn_chunk_iter_next(&it, &chunk) && !hn_target_interrupted(target))
            for (unsigned f = 0; chunk.use == HN_CHUNK_IS_USED && f < FORMS; f++)
                if (chunk.size == tcache_forms[f].chunk)
                    try_tcache(target, glibc, &tcache_forms[f], chunk.at);
    }
}

static int
by_address(const void *a, const void *b)
{
    const hn_addr *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Each once: a damaged chain can meet another. */
static void
sort(struct hn_glibc *glibc)
{
    size_t kept = 0;

    if (glibc->cached_count == 0)
        return;
    qsort(glibc->cached, glibc->cached_count, sizeof(*glibc->cached), by_address);
    for (size_t i = 0; i < glibc->cached_count; i++)
        if (kept == 0 || glibc->cached[kept - 1] != glibc->cached[i])
            glibc->cached[kept++] = glibc->cached[i];
    glibc->cached_count = kept;
}

void
hn_glibc_find_cached(struct hn_target *target, const struct hn_glibc_shape *shape,
                     struct hn_glibc *glibc)
{
    hn_addr arena = glibc->main_arena;

    for (uint32_t i = 0; i < glibc->arena_count; i++) {
        add_fastbins(target, shape, arena, glibc);
        if (!hn_glibc_next(target, shape, arena, &arena))
            break;
    }
    find_tcaches(target, glibc);
    sort(glibc);
}
