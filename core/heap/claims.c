/* Whose memory is where, written down while objects are found: for the ledger. */
#include <stdlib.h>

#include "base/grow.h"
#include "heap/private.h"

/* Buffers and objects outside of pools: 24 bytes each. */
enum { CLAIMS_MOST = 1 << 28 };

void
hn_heap_claims_destroy(struct hn_heap_claims *claims)
{
    if (!claims)
        return;
    free(claims->items);
    free(claims->buffer_bytes);
    free(claims);
}

static void
add(struct hn_heap_claims *claims, struct hn_heap_claim claim)
{
    if (claims->count >= CLAIMS_MOST
        || !HN_GROW(claims->items, claims->capacity, claims->count + 1)) {
        claims->failed = true;
        return;
    }
    claims->items[claims->count++] = claim;
}

static void
count_buffer(struct hn_heap_claims *claims, uint32_t kind, uint64_t bytes)
{
    if (!HN_GROW_CLEARED(claims->buffer_bytes, claims->kind_capacity,
                         (size_t)kind + 1)) {
        claims->failed = true;
        return;
    }
    claims->buffer_bytes[kind] += bytes;
}

void
hn_seeker_claim_buffers(struct hn_seeker *s, const struct hn_size *size, uint32_t kind)
{
    struct hn_heap_claims *claims = s->heap->claims;

    for (unsigned i = 0; claims && i < size->buffer_count; i++) {
        const struct hn_buffer *buffer = &size->buffers[i];
        uint64_t block = hn_heap_pages_block_size(s->pages, buffer->at);

        if (block == 0)
            add(claims,
                (struct hn_heap_claim){ buffer->at, buffer->size, kind, false });
        else if (hn_heap_pages_mark(s->pages, buffer->at, HN_MARK_OWNED))
            count_buffer(claims, kind, block);
    }
}

/* For what turned out to be no object. The blocks stay marked where another claims them
 * too; that is not known any more, and does not matter to the sums. */
void
hn_seeker_unclaim_buffers(struct hn_seeker *s, const struct hn_size *size,
                          uint32_t kind)
{
    struct hn_heap_claims *claims = s->heap->claims;

    for (unsigned i = 0; claims && i < size->buffer_count; i++) {
        uint64_t block = hn_heap_pages_block_size(s->pages, size->buffers[i].at);

        if (kind < claims->kind_capacity && claims->buffer_bytes[kind] >= block)
            claims->buffer_bytes[kind] -= block;
    }
}

void
hn_seeker_claim_object(struct hn_seeker *s, hn_addr at, uint64_t size, uint32_t kind)
{
    if (s->heap->claims)
        add(s->heap->claims, (struct hn_heap_claim){ at, size, kind, true });
}

void
hn_seeker_mark_idle(struct hn_seeker *s, hn_addr at)
{
    if (s->heap->claims)
        hn_heap_pages_mark(s->pages, at, HN_MARK_IDLE);
}
