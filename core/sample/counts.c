/* The table of tallies: an array and an open-addressing index over it. */
#include "sample/counts.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_TALLIES = 1024 };

static uint32_t
hash_of(uint32_t thread, uint32_t node, uint32_t state)
{
    uint64_t h = (uint64_t)thread << 32 | node;

    h = (h ^ (uint64_t)state << 24) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)((h ^ h >> 29) >> 16);
}

bool
hn_counts_init(struct hn_counts *counts)
{
    memset(counts, 0, sizeof(*counts));
    counts->items = calloc(FIRST_TALLIES, sizeof(*counts->items));
    counts->slots = calloc((size_t)FIRST_TALLIES * 2, sizeof(*counts->slots));
    if (!counts->items || !counts->slots) {
        hn_counts_deinit(counts);
        return false;
    }
    counts->capacity = FIRST_TALLIES;
    counts->slot_count = FIRST_TALLIES * 2;
    return true;
}

void
hn_counts_deinit(struct hn_counts *counts)
{
    free(counts->items);
    free(counts->slots);
    memset(counts, 0, sizeof(*counts));
}

static void
put(uint32_t *slots, uint32_t slot_count, uint32_t hash, uint32_t item)
{
    uint32_t i = hash & (slot_count - 1);

    while (slots[i] != 0)
        i = (i + 1) & (slot_count - 1);
    slots[i] = item + 1;
}

static bool
grow(struct hn_counts *counts)
{
    uint32_t capacity = counts->capacity * 2;
    struct hn_tally *items;
    uint32_t *slots;

    if (counts->count >= HN_COUNTS_MOST)
        return false;
    items = realloc(counts->items, capacity * sizeof(*items));
    if (!items)
        return false;
    counts->items = items;
    slots = calloc((size_t)capacity * 2, sizeof(*slots));
    if (!slots)
        return false;
    for (uint32_t i = 0; i < counts->count; i++)
        put(slots, capacity * 2,
            hash_of(items[i].thread, items[i].node, items[i].state), i);
    free(counts->slots);
    counts->slots = slots;
    counts->slot_count = capacity * 2;
    counts->capacity = capacity;
    return true;
}

static bool
is(const struct hn_tally *item, uint32_t thread, uint32_t node, uint32_t state)
{
    return item->thread == thread && item->node == node && item->state == state;
}

struct hn_tally *
hn_counts_at(struct hn_counts *counts, uint32_t thread, uint32_t node, uint32_t state,
             uint32_t hint)
{
    uint32_t hash = hash_of(thread, node, state);
    uint32_t i = hash & (counts->slot_count - 1);

    if (hint < counts->count && is(&counts->items[hint], thread, node, state))
        return &counts->items[hint];
    for (; counts->slots[i] != 0; i = (i + 1) & (counts->slot_count - 1)) {
        struct hn_tally *item = &counts->items[counts->slots[i] - 1];

        if (is(item, thread, node, state))
            return item;
    }
    if (counts->count == counts->capacity && !grow(counts))
        return NULL;
    counts->items[counts->count] =
        (struct hn_tally){ .thread = thread, .node = node, .state = state };
    put(counts->slots, counts->slot_count, hash, counts->count);
    return &counts->items[counts->count++];
}
