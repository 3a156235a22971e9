/* The index of pages: a hash of megabytes, in each an entry for every page. */
#include "heap/pages.h"

#include <stdlib.h>
#include <string.h>

enum {
    PAGE_SHIFT = 12,
    CHUNK_SHIFT = 20,
    PAGES = 1 << (CHUNK_SHIFT - PAGE_SHIFT),
    /* Objects begin at multiples of 8: a bit for each of these in a page. */
    PLACE_SHIFT = 3,
    WORD_BITS = 64,
    WORDS = (1 << (PAGE_SHIFT - PLACE_SHIFT)) / WORD_BITS,
    SLOTS_FIRST = 256,
    /* A terabyte of Python objects. */
    CHUNKS_MOST = 1 << 20
};

struct chunk {
    hn_addr number; /* address >> CHUNK_SHIFT */
    uint32_t first[PAGES];
    uint16_t count[PAGES];
    uint32_t block[PAGES]; /* bytes of a block, cut; 0: no pool */
    uint64_t begins[PAGES][WORDS]; /* where objects begin */
};

struct hn_heap_pages {
    struct chunk **slots;
    size_t slot_count, used;
    struct chunk *last; /* that something was put into */
};

struct hn_heap_pages *
hn_heap_pages_create(void)
{
    struct hn_heap_pages *pages = calloc(1, sizeof(*pages));

    if (!pages)
        return NULL;
    pages->slot_count = SLOTS_FIRST;
    pages->slots = calloc(pages->slot_count, sizeof(*pages->slots));
    if (pages->slots)
        return pages;
    free(pages);
    return NULL;
}

void
hn_heap_pages_destroy(struct hn_heap_pages *pages)
{
    if (!pages)
        return;
    for (size_t i = 0; i < pages->slot_count; i++)
        free(pages->slots[i]);
    free(pages->slots);
    free(pages);
}

static size_t
slot_of(struct chunk *const *slots, size_t slot_count, hn_addr number)
{
    size_t i = number * UINT64_C(0x9e3779b97f4a7c15) >> 32 & (slot_count - 1);

    while (slots[i] && slots[i]->number != number)
        i = (i + 1) & (slot_count - 1);
    return i;
}

static const struct chunk *
find(const struct hn_heap_pages *pages, hn_addr addr)
{
    return pages->slots[slot_of(pages->slots, pages->slot_count, addr >> CHUNK_SHIFT)];
}

static bool
grow(struct hn_heap_pages *pages)
{
    size_t count = pages->slot_count * 2;
    struct chunk **slots;

    if (pages->used * 2 < pages->slot_count)
        return true;
    slots = pages->used < CHUNKS_MOST ? calloc(count, sizeof(*slots)) : NULL;
    if (!slots)
        return false;
    for (size_t i = 0; i < pages->slot_count; i++)
        if (pages->slots[i])
            slots[slot_of(slots, count, pages->slots[i]->number)] = pages->slots[i];
    free(pages->slots);
    pages->slots = slots;
    pages->slot_count = count;
    return true;
}

static struct chunk *
claim(struct hn_heap_pages *pages, hn_addr addr)
{
    hn_addr number = addr >> CHUNK_SHIFT;
    struct chunk *chunk;
    size_t slot;

    if (pages->last && pages->last->number == number)
        return pages->last;
    slot = slot_of(pages->slots, pages->slot_count, number);
    if (pages->slots[slot])
        return pages->last = pages->slots[slot];
    if (!grow(pages))
        return NULL;
    chunk = calloc(1, sizeof(*chunk));
    if (!chunk)
        return NULL;
    chunk->number = number;
    pages->slots[slot_of(pages->slots, pages->slot_count, number)] = chunk;
    pages->used++;
    return chunk;
}

static size_t
page_of(hn_addr addr)
{
    return addr >> PAGE_SHIFT & (PAGES - 1);
}

static size_t
place_of(hn_addr addr)
{
    return (addr & ((1 << PAGE_SHIFT) - 1)) >> PLACE_SHIFT;
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
    }
    return true;
}

uint64_t
hn_heap_pages_block_size(const struct hn_heap_pages *pages, hn_addr addr)
{
    const struct chunk *chunk = find(pages, addr);

    return chunk ? chunk->block[page_of(addr)] : 0;
}

bool
hn_heap_pages_add_object(struct hn_heap_pages *pages, hn_addr addr, uint32_t object)
{
    struct chunk *chunk = claim(pages, addr);
    size_t page = page_of(addr), place;

    if (!chunk)
        return false;
    if (chunk->count[page]++ == 0)
        chunk->first[page] = object;
    place = place_of(addr);
    chunk->begins[page][place / WORD_BITS] |= UINT64_C(1) << (place % WORD_BITS);
    return true;
}

void
hn_heap_pages_clear_objects(struct hn_heap_pages *pages)
{
    for (size_t i = 0; i < pages->slot_count; i++)
        if (pages->slots[i]) {
            memset(pages->slots[i]->count, 0, sizeof(pages->slots[i]->count));
            memset(pages->slots[i]->begins, 0, sizeof(pages->slots[i]->begins));
        }
}

uint32_t
hn_heap_pages_object(const struct hn_heap_pages *pages, hn_addr addr)
{
    const struct chunk *chunk = find(pages, addr);
    size_t page = page_of(addr), place = place_of(addr), word = place / WORD_BITS;
    const uint64_t *begins;
    uint64_t bit = UINT64_C(1) << (place % WORD_BITS);
    uint32_t object;

    if (!chunk || addr % (1 << PLACE_SHIFT) != 0)
        return UINT32_MAX;
    begins = chunk->begins[page];
    if (!(begins[word] & bit))
        return UINT32_MAX;
    object = chunk->first[page]
             + (uint32_t)__builtin_popcountll(begins[word] & (bit - 1));
    for (size_t i = 0; i < word; i++)
        object += (uint32_t)__builtin_popcountll(begins[i]);
    return object;
}
