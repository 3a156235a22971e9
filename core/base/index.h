/* A map from 64-bit words to numbers: open addressing, 16 bytes a slot, nothing per
 * entry, so that millions of things can be told apart. Owned by whoever called
 * hn_index_init(), freed by hn_index_deinit(). */
#ifndef HN_BASE_INDEX_H
#define HN_BASE_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HN_INDEX_NONE = UINT32_MAX };

struct hn_index_slot {
    uint64_t word;
    uint32_t number; /* HN_INDEX_NONE: the slot is free */
};

struct hn_index {
    struct hn_index_slot *slots;
    size_t capacity, count; /* capacity is a power of two, or 0 */
};

void
hn_index_init(struct hn_index *index);

void
hn_index_deinit(struct hn_index *index);

/* The number that was added under @word, HN_INDEX_NONE if none was. Where words are
 * hashes, @same tells whether @number is the wanted one; NULL: any is. */
uint32_t
hn_index_find(const struct hn_index *index, uint64_t word,
              bool (*same)(const void *arg, uint32_t number), const void *arg);

/* Adds @number, which is not HN_INDEX_NONE, under @word. False when the machine has no
 * memory left. */
bool
hn_index_add(struct hn_index *index, uint64_t word, uint32_t number);

/* A hash of bytes for words of an index. */
uint64_t
hn_index_hash(const void *bytes, size_t size);

#endif
