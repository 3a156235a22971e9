/* Books the memory of glibc's malloc, chunk by chunk. */
#include "heap/ledger_private.h"

bool
hn_book_is_malloc(const struct hn_bookkeeper *b, hn_addr at)
{
    size_t low = 0, high = b->glibc.span_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (b->glibc.spans[middle].end <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low < b->glibc.span_count && at >= b->glibc.spans[low].base;
}

/* What malloc() returned lies two words into the chunk and ends one word behind it. */
static void
book_used(struct hn_bookkeeper *b, hn_addr start, hn_addr end)
{
    const struct hn_heap_claims *claims = b->heap->claims;
    const struct hn_table *table;

    while (b->next_claim < claims->count && claims->items[b->next_claim].at < start)
        b->next_claim++;
    if (b->next_claim < claims->count && claims->items[b->next_claim].at < end) {
        hn_book_claim(b, &claims->items[b->next_claim], start, end);
        return;
    }
    table = hn_book_table_in(b, start, end);
    if (table) {
        hn_book_part(b, HN_LEDGER_TABLES, table->name, 1,
                     hn_book(b, HN_LEDGER_TABLES, start, end));
        return;
    }
    hn_book(b, HN_LEDGER_C_USED, start, end);
    b->ledger->rows[HN_LEDGER_C_USED].count++;
}

static void
book_free(struct hn_bookkeeper *b, const struct hn_chunk *chunk, const char *name)
{
    if (chunk->use == HN_CHUNK_IS_CACHED)
        b->ledger->c_cached += chunk->size;
    else
        b->ledger->c_free += chunk->size;
    hn_book_part(b, HN_LEDGER_C_FREE, name, 1,
                 hn_book(b, HN_LEDGER_C_FREE, chunk->at, chunk->at + chunk->size));
    b->ledger->rows[HN_LEDGER_C_FREE].count++;
}

static void
book_chunk(struct hn_bookkeeper *b, const struct hn_chunk *chunk)
{
    const hn_addr end = chunk->at + chunk->size;

    switch (chunk->use) {
    case HN_CHUNK_IS_USED: book_used(b, chunk->at, end); return;
    case HN_CHUNK_IS_CACHED:
        book_free(b, chunk, "kept aside (tcache, fastbins)");
        return;
    case HN_CHUNK_IS_FREE: book_free(b, chunk, "between blocks in use"); return;
    case HN_CHUNK_IS_TOP: book_free(b, chunk, "at the end of arenas"); return;
    case HN_CHUNK_IS_FENCE: hn_book(b, HN_LEDGER_KEEPING, chunk->at, end); return;
    case HN_CHUNK_IS_BAD:
        b->ledger->damaged++;
        hn_book(b, HN_LEDGER_UNACCOUNTED, chunk->at, end);
        return;
    }
}

static enum hn_status
book_span(struct hn_bookkeeper *b, const struct hn_glibc_span *span)
{
    struct hn_chunk_iter it;
    struct hn_chunk chunk;

    b->ledger->c_system += span->end - span->base;
    hn_book(b, HN_LEDGER_KEEPING, span->base, span->start);
    hn_chunk_iter_init(b->py->target, &b->glibc, span, &it);
    b->next_claim = hn_book_claim_from(b, span->start);
    while (hn_chunk_iter_next(&it, &chunk)) {
        enum hn_status st = hn_book_step(b);

        if (st)
            return st;
        book_chunk(b, &chunk);
    }
    hn_book_taken(b, span->base, span->end);
    /* Nothing can be there; a core by GDB has it all the same, as zeros. */
    if (span->reserved > span->end) {
        hn_book_part(b, HN_LEDGER_C_FREE, "reserved for arenas to grow", 1,
                     hn_book(b, HN_LEDGER_C_FREE, span->end, span->reserved));
        hn_book_taken(b, span->end, span->reserved);
    }
    return HN_OK;
}

enum hn_status
hn_book_malloc(struct hn_bookkeeper *b)
{
    const struct hn_glibc *glibc = &b->glibc;

    b->ledger->damaged += glibc->damaged;
    if (glibc->main_arena == 0)
        b->ledger->c_allocator = "not glibc's: not taken apart";
    else
        b->ledger->c_allocator =
            hn_arena_format(b->arena, "glibc's, %u arena%s", glibc->arena_count,
                            glibc->arena_count == 1 ? "" : "s");
    for (size_t i = 0; i < glibc->span_count; i++) {
        enum hn_status st = book_span(b, &glibc->spans[i]);

        if (st)
            return st;
    }
    return HN_OK;
}
