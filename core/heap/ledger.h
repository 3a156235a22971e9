/* The ledger: where all memory of the process is.
 *
 * Everything that is resident (live) or in the file (core) is put into one row, once.
 * Pools, pages of mimalloc and chunks of malloc are added up block by block; each such
 * piece of memory is then *taken*. What mappings have beside pieces taken is classed by
 * what the mapping is: file, data, stack, a chunk of its own, memory that an object
 * owns or that a library's data points to. What is left is `unaccounted`. */
#ifndef HN_HEAP_LEDGER_H
#define HN_HEAP_LEDGER_H

#include "heap/heap.h"
#include "model/ledger.h"

/* @heap was loaded with hn_heap_load_claims(). Lives in @arena. */
HN_MUST_CHECK enum hn_status
hn_ledger_make(struct hn_heap *heap, const struct hn_process *process,
               struct hn_arena *arena, struct hn_ledger *ret);

#endif
