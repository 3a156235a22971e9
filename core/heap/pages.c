/* The index of pages: a table of 4 GiB each, of tables of megabytes, in each of these
 * an entry for every page. Both tables of a process stay in the processor's cache. */
#include "heap/pages.h"

#include <stdlib.h>
#include <string.h>

enum {
    PAGE_SHIFT = 12,
    CHUNK_SHIFT = 20,
    PAGES = 1 << (CHUNK_SHIFT - PAGE_SHIFT),
    GRAIN_SHIFT = 4,
    MARK_WORDS = 1 << (CHUNK_SHIFT - GRAIN_SHIFT - 6),
    /* Objects begin at multiples of 8: a bit for each of these in a page. */
    PLACE_SHIFT = 3,
    WORD_BITS = 64,
    WORDS = (1 << (PAGE_SHIFT - PLACE_SHIFT)) / WORD_BITS,
    ADDRESS_BITS = 48,
    TABLE_SHIFT = 32,
    TABLES = 1 << (ADDRESS_BITS - TABLE_SHIFT),
    CHUNKS = 1 << (TABLE_SHIFT - CHUNK_SHIFT),
    /* A terabyte of Python objects. */
    CHUNKS_MOST = 1 << 20
};

struct chunk {
    uint32_t first[PAGES];
    uint16_t count[PAGES];
    uint32_t block[PAGES];         /* bytes of a block, cut; 0: no pool */
    uint64_t *marks[HN_MARKS];     /* a bit for 16 bytes; NULL: nothing is marked */
    uint64_t begins[PAGES][WORDS]; /* where objects begin */
    uint16_t before[PAGES][WORDS]; /* how many in words before; of words with any */
};

struct table {
    struct chunk *chunks[CHUNKS]; /* some NULL */
    /* A bit for each page that is of a pool. Asked of every word of a process that may
     * be an address: a heap of gigabytes has some ten kilobytes of these. */
    uint64_t pools[(size_t)CHUNKS * PAGES / WORD_BITS];
};

struct hn_heap_pages {
    struct table *tables[TABLES]; /* some NULL */
    size_t used;
};

struct hn_heap_pages *
hn_heap_pages_create(void)
{
    return calloc(1, sizeof(struct hn_heap_pages));
}

static void
destroy_chunk(struct chunk *chunk)
{
    for (unsigned m = 0; chunk && m < HN_MARKS; m++)
        free(chunk->marks[m]);
    free(chunk);
}

void
hn_heap_pages_destroy(struct hn_heap_pages *pages)
{
    if (!pages)
        return;
    for (size_t t = 0; t < TABLES; t++) {
        for (size_t i = 0; pages->tables[t] && i < CHUNKS; i++)
            destroy_chunk(pages->tables[t]->chunks[i]);
        free(pages->tables[t]);
    }
    free(pages);
}

static size_t
chunk_of(hn_addr addr)
{
    return addr >> CHUNK_SHIFT & (CHUNKS - 1);
}

static struct chunk *
find(const struct hn_heap_pages *pages, hn_addr addr)
{
    const struct table *table =
        addr >> ADDRESS_BITS ? NULL : pages->tables[addr >> TABLE_SHIFT];

    return table ? table->chunks[chunk_of(addr)] : NULL;
}

/* The same, made if need be. */
static struct chunk *
claim(struct hn_heap_pages *pages, hn_addr addr)
{
    struct chunk *chunk = find(pages, addr);
    struct table **table;

    if (chunk || addr >> ADDRESS_BITS || pages->used == CHUNKS_MOST)
        return chunk;
    table = &pages->tables[addr >> TABLE_SHIFT];
    if (!*table)
        *table = calloc(1, sizeof(**table));
    if (!*table)
        return NULL;
    chunk = calloc(1, sizeof(*chunk));
    pages->used += chunk != NULL;
    (*table)->chunks[chunk_of(addr)] = chunk;
    return chunk;
}

static size_t
page_of(hn_addr addr)
{
    return addr >> PAGE_SHIFT & (PAGES - 1);
}

/* Its page in the table of @addr. */
static size_t
table_page_of(hn_addr addr)
{
    return addr >> PAGE_SHIFT & ((size_t)CHUNKS * PAGES - 1);
}

static size_t
place_of(hn_addr addr)
{
    return (addr & ((1 << PAGE_SHIFT) - 1)) >> PLACE_SHIFT;
}

static void
mark_pool(struct table *table, hn_addr addr)
{
    const size_t page = table_page_of(addr);

    table->pools[page / WORD_BITS] |= UINT64_C(1) << page % WORD_BITS;
}

bool
hn_heap_pages_add_pool(struct hn_heap_pages *pages, hn_addr at, uint64_t size,
                       uint64_t block_size)
{
    for (hn_addr page = at; page < at + size; page += 1 << PAGE_SHIFT) {
        struct chunk *chunk = claim(pages, page);

        if (!chunk)
            return false;
        chunk->block[page_of(page)] =
            (uint32_t)(block_size < UINT32_MAX ? block_size : UINT32_MAX);
        if (block_size > 0)
            mark_pool(pages->tables[page >> TABLE_SHIFT], page);
    }
    return true;
}

bool
hn_heap_pages_in_pool(const struct hn_heap_pages *pages, hn_addr addr)
{
    const struct table *table =
        addr >> ADDRESS_BITS ? NULL : pages->tables[addr >> TABLE_SHIFT];
    const size_t page = table_page_of(addr);

    return table && table->pools[page / WORD_BITS] >> page % WORD_BITS & 1;
}

uint64_t
hn_heap_pages_block_size(const struct hn_heap_pages *pages, hn_addr addr)
{
    const struct chunk *chunk = find(pages, addr);

    return chunk ? chunk->block[page_of(addr)] : 0;
}

static size_t
grain_of(hn_addr addr)
{
    return addr >> GRAIN_SHIFT & ((1 << (CHUNK_SHIFT - GRAIN_SHIFT)) - 1);
}

bool
hn_heap_pages_mark(struct hn_heap_pages *pages, hn_addr addr, enum hn_heap_mark mark)
{
    struct chunk *chunk = claim(pages, addr);
    size_t grain = grain_of(addr);
    uint64_t bit = UINT64_C(1) << (grain % WORD_BITS), *word;

    if (chunk && !chunk->marks[mark])
        chunk->marks[mark] = calloc(MARK_WORDS, sizeof(*chunk->marks[mark]));
    if (!chunk || !chunk->marks[mark])
        return false;
    word = &chunk->marks[mark][grain / WORD_BITS];
    if (*word & bit)
        return false;
    *word |= bit;
    return true;
}

/* Bits [first, end) of a chunk. */
static bool
any_bit(const uint64_t *words, size_t first, size_t end)
{
    while (first < end) {
        size_t at = first % WORD_BITS, n = WORD_BITS - at;
        uint64_t mask;

        n = n < end - first ? n : end - first;
        mask = n == WORD_BITS ? UINT64_MAX : ((UINT64_C(1) << n) - 1) << at;
        if (words[first / WORD_BITS] & mask)
            return true;
        first += n;
    }
    return false;
}

bool
hn_heap_pages_marked(const struct hn_heap_pages *pages, hn_addr at, uint64_t size,
                     enum hn_heap_mark mark)
{
    const hn_addr end = at + size;

    while (at < end) {
        const struct chunk *chunk = find(pages, at);
        hn_addr chunk_end = (at >> CHUNK_SHIFT << CHUNK_SHIFT) + (1 << CHUNK_SHIFT);
        hn_addr stop = end < chunk_end ? end : chunk_end;

        if (chunk && chunk->marks[mark]
            && any_bit(chunk->marks[mark], grain_of(at), grain_of(stop - 1) + 1))
            return true;
        at = stop;
    }
    return false;
}

bool
hn_heap_pages_add_object(struct hn_heap_pages *pages, hn_addr addr, uint32_t object)
{
    struct chunk *chunk = claim(pages, addr);
    size_t page = page_of(addr), place;

    if (!chunk)
        return false;
    place = place_of(addr);
    if (chunk->count[page] == 0)
        chunk->first[page] = object;
    if (chunk->begins[page][place / WORD_BITS] == 0)
        chunk->before[page][place / WORD_BITS] = chunk->count[page];
    chunk->count[page]++;
    chunk->begins[page][place / WORD_BITS] |= UINT64_C(1) << (place % WORD_BITS);
    return true;
}

static uint32_t
number_chunk(struct chunk *chunk, uint32_t number)
{
    for (size_t page = 0; page < PAGES; page++) {
        chunk->first[page] = number;
        number += chunk->count[page];
    }
    return number;
}

void
hn_heap_pages_number(struct hn_heap_pages *pages)
{
    uint32_t number = 0;

    for (size_t t = 0; t < TABLES; t++)
        for (size_t i = 0; pages->tables[t] && i < CHUNKS; i++)
            if (pages->tables[t]->chunks[i])
                number = number_chunk(pages->tables[t]->chunks[i], number);
}

void
hn_heap_pages_clear_objects(struct hn_heap_pages *pages)
{
    for (size_t t = 0; t < TABLES; t++)
        for (size_t i = 0; pages->tables[t] && i < CHUNKS; i++) {
            struct chunk *chunk = pages->tables[t]->chunks[i];

            if (!chunk)
                continue;
            memset(chunk->count, 0, sizeof(chunk->count));
            memset(chunk->begins, 0, sizeof(chunk->begins));
        }
}

uint32_t
hn_heap_pages_object(const struct hn_heap_pages *pages, hn_addr addr)
{
    const struct chunk *chunk = find(pages, addr);
    size_t page = page_of(addr), place = place_of(addr), word = place / WORD_BITS;
    const uint64_t bit = UINT64_C(1) << (place % WORD_BITS);
    uint64_t begins;

    if (!chunk || addr % (1 << PLACE_SHIFT) != 0)
        return UINT32_MAX;
    begins = chunk->begins[page][word];
    if (!(begins & bit))
        return UINT32_MAX;
    return chunk->first[page] + chunk->before[page][word]
           + (uint32_t)__builtin_popcountll(begins & (bit - 1));
}
