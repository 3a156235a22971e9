/* Which types there are, and which blocks of memory are their objects.
 *
 * Every type is examined once, when a pointer to it is first met. What is no type is
 * remembered too, for a while: most words of memory are not. */
#ifndef HN_HEAP_KINDS_H
#define HN_HEAP_KINDS_H

#include "heap/heap.h"

struct hn_heap_kinds *
hn_heap_kinds_create(const struct hn_lookup *lookup);

/* NULL is fine. */
void
hn_heap_kinds_destroy(struct hn_heap_kinds *kinds);

/* The number of the type at @type; HN_HEAP_NONE when there is none. */
uint32_t
hn_heap_kind_find(struct hn_heap_kinds *kinds, hn_addr type);

const struct hn_heap_type *
hn_heap_kind(const struct hn_heap_kinds *kinds, uint32_t number);

/* All types met so far, by number. */
const struct hn_heap_type *
hn_heap_kinds_types(const struct hn_heap_kinds *kinds, uint32_t *count_ret);

enum hn_block_use {
    HN_BLOCK_OTHER, /* a buffer, or memory of C code */
    HN_BLOCK_OBJECT,
    HN_BLOCK_IDLE /* was an object; its type keeps it for the next one */
};

struct hn_candidate {
    hn_addr object;
    uint32_t kind;
    bool tracked;
    hn_addr next; /* in the collector's list, if it is tracked by one */
    struct hn_size size;
};

/* What is in the block of @room bytes at @at, of which @bytes holds the first @size. */
enum hn_block_use
hn_heap_recognise(struct hn_heap_kinds *kinds, hn_addr at, const uint8_t *bytes,
                  size_t size, uint64_t room, struct hn_candidate *ret);

/* The same where the object itself begins at @object and may be larger than what is at
 * hand: @bytes holds the first @size bytes, and @before (16 bytes) what stands in front
 * of it, or NULL. */
enum hn_block_use
hn_heap_recognise_object(struct hn_heap_kinds *kinds, hn_addr object,
                         const uint8_t *bytes, size_t size, const uint8_t *before,
                         struct hn_candidate *ret);

#endif
