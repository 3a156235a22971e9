/* Equal strings that exist more than once. */
#ifndef HN_HEAP_STRINGS_H
#define HN_HEAP_STRINGS_H

#include "heap/heap.h"

/* Compares all str objects by their text; at most @limit groups (0: all) in @arena,
 * those that would save most first. Texts are compared by a hash of 64 bits and their
 * length.
 */
HN_MUST_CHECK enum hn_status
hn_heap_strings(const struct hn_heap *heap, uint64_t limit, struct hn_arena *arena,
                struct hn_heap_strings *ret);

#endif
