/* glibc's malloc: an arena's bins stand where they should, everything else is random:
 * chains, sizes, the ring of arenas, the headers of heaps.
 *
 * Whatever comes in, the walk ends, and chunks lie in their span one behind the other.
 */
#include "heap/glibc.h"

#include <stdlib.h>
#include <string.h>

enum {
    WORD = 8,
    PAGE = 4 << 10,
    DATA = 0x10000,
    HEAP = 0x4000000, /* a multiple of 64 MiB: also where a thread's heap can be */
    DATA_SIZE = 2 * PAGE,
    HEAP_SIZE = 16 * PAGE,
    BINS_AT = 112,
    BINS = 127
};

struct memory {
    uint8_t data[DATA_SIZE], heap[HEAP_SIZE];
};

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static size_t
read_memory(void *impl, hn_addr at, void *buf, size_t size)
{
    struct memory *m = impl;
    const uint8_t *from;
    size_t there;

    if (at >= DATA && at < DATA + DATA_SIZE) {
        from = m->data + (at - DATA);
        there = DATA + DATA_SIZE - at;
    } else if (at >= HEAP && at < HEAP + HEAP_SIZE) {
        from = m->heap + (at - HEAP);
        there = HEAP + HEAP_SIZE - at;
    } else {
        return 0;
    }
    if (size > there)
        size = there;
    memcpy(buf, from, size);
    return size;
}

static enum hn_status
show_regions(void *impl, hn_region_fn *each, void *arg)
{
    const struct hn_region data = { .start = DATA,
                                    .end = DATA + DATA_SIZE,
                                    .readable = true,
                                    .writable = true,
                                    .path = "/lib/libc.so.6" };
    const struct hn_region heap = { .start = HEAP,
                                    .end = HEAP + HEAP_SIZE,
                                    .readable = true,
                                    .writable = true,
                                    .path = "" };
    enum hn_status st = each(arg, &data);

    (void)impl;
    return st ? st : each(arg, &heap);
}

static void
close_nothing(void *impl)
{
    (void)impl;
}

static const struct hn_target_ops ops = {
    .kind = "built",
    .reader = "fuzz",
    .read = read_memory,
    .close = close_nothing,
    .regions = show_regions,
};

static void
put(struct memory *m, size_t at, uint64_t word)
{
    memcpy(m->data + at, &word, WORD);
}

/* Whole bins but for one in eight, by the first byte. */
static void
put_bins(struct memory *m, uint8_t broken)
{
    for (size_t i = 0; i < BINS; i++) {
        size_t at = BINS_AT + i * 2 * WORD;

        if (i % 32 == broken % 64)
            continue;
        put(m, at, DATA + at - 2 * WORD);
        put(m, at + WORD, DATA + at - 2 * WORD);
    }
}

static void
walk(struct hn_target *target, const struct hn_glibc *glibc,
     const struct hn_glibc_span *span)
{
    struct hn_chunk_iter it;
    struct hn_chunk chunk;
    hn_addr last = span->start;

    hn_chunk_iter_init(target, glibc, span, &it);
    while (hn_chunk_iter_next(&it, &chunk)) {
        if (chunk.at < last || chunk.size == 0 || chunk.size > span->end - chunk.at)
            abort();
        last = chunk.at + chunk.size;
    }
    if (last != span->end)
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct memory *m = calloc(1, sizeof(*m));
    struct hn_target *target;
    struct hn_error err = { 0 };
    struct hn_glibc glibc;
    size_t there = size < 4 ? 0 : size - 1;

    if (!m || there == 0) {
        free(m);
        return 0;
    }
    for (size_t i = 0; i < sizeof(m->heap); i++)
        m->heap[i] = bytes[1 + i % there];
    memcpy(m->data, bytes + 1, there < BINS_AT ? there : BINS_AT);
    if (there > BINS_AT)
        memcpy(m->data + BINS_AT + BINS * 2 * WORD, bytes + 1 + BINS_AT,
               there - BINS_AT < 64 ? there - BINS_AT : 64);
    put_bins(m, bytes[0]);
    if (bytes[0] & 64) /* one arena alone; else the ring is random */
        put(m, BINS_AT + BINS * 2 * WORD + 16, DATA);
    if (hn_target_open_ops(&ops, m, &err, &target) == HN_OK) {
        if (hn_glibc_load(target, &glibc) == HN_OK)
            for (size_t i = 0; i < glibc.span_count; i++)
                walk(target, &glibc, &glibc.spans[i]);
        hn_glibc_deinit(&glibc);
        hn_target_close(target);
    }
    free(m);
    return 0;
}
