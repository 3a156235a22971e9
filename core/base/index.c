/* Linear probing in a table that is at most two thirds full. */
#include "base/index.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 64 };

void
hn_index_init(struct hn_index *index)
{
    *index = (struct hn_index){ NULL, 0, 0 };
}

void
hn_index_deinit(struct hn_index *index)
{
    free(index->slots);
    hn_index_init(index);
}

/* Addresses differ in a few middle bits, which must reach the low ones (the finisher of
 * MurmurHash3). */
static uint64_t
mix(uint64_t word)
{
    word ^= word >> 33;
    word *= UINT64_C(0xff51afd7ed558ccd);
    word ^= word >> 33;
    word *= UINT64_C(0xc4ceb9fe1a85ec53);
    return word ^ word >> 33;
}

uint64_t
hn_index_hash(const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    uint64_t hash = size, word;

    for (; size >= sizeof(word); at += sizeof(word), size -= sizeof(word)) {
        memcpy(&word, at, sizeof(word));
        hash = mix(hash ^ word) + 1;
    }
    word = 0;
    if (size > 0)
        memcpy(&word, at, size);
    return mix(hash ^ word);
}

uint32_t
hn_index_find(const struct hn_index *index, uint64_t word,
              bool (*same)(const void *arg, uint32_t number), const void *arg)
{
    if (index->count == 0)
        return HN_INDEX_NONE;
    for (size_t i = mix(word);; i++) {
        const struct hn_index_slot *slot = &index->slots[i & (index->capacity - 1)];

        if (slot->number == HN_INDEX_NONE)
            return HN_INDEX_NONE;
        if (slot->word == word && (!same || same(arg, slot->number)))
            return slot->number;
    }
}

static void
put(struct hn_index *index, uint64_t word, uint32_t number)
{
    size_t i = mix(word);

    while (index->slots[i & (index->capacity - 1)].number != HN_INDEX_NONE)
        i++;
    index->slots[i & (index->capacity - 1)] = (struct hn_index_slot){ word, number };
}

static bool
grow(struct hn_index *index)
{
    struct hn_index bigger = {
        .capacity = index->capacity ? index->capacity * 2 : FIRST_CAPACITY,
        .count = index->count,
    };

    bigger.slots = calloc(bigger.capacity, sizeof(*bigger.slots));
    if (!bigger.slots)
        return false;
    for (size_t i = 0; i < bigger.capacity; i++)
        bigger.slots[i].number = HN_INDEX_NONE;
    for (size_t i = 0; i < index->capacity; i++)
        if (index->slots[i].number != HN_INDEX_NONE)
            put(&bigger, index->slots[i].word, index->slots[i].number);
    free(index->slots);
    *index = bigger;
    return true;
}

bool
hn_index_add(struct hn_index *index, uint64_t word, uint32_t number)
{
    if (index->count >= index->capacity / 3 * 2 && !grow(index))
        return false;
    put(index, word, number);
    index->count++;
    return true;
}
