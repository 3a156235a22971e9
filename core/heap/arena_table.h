/* The arenas that pools of pymalloc are cut from, and which of their pools are free.
 *
 * Before 3.12 no exported symbol leads to the table of arenas, and what leads there
 * later differs. One way serves all: some word of the program's data, or of an
 * interpreter's state, points to the table, and a pool knows its arena's number in it.
 * A table in which known pools find arenas around themselves is the right one.
 * CPython: Objects/obmalloc.c (struct arena_object). */
#ifndef HN_HEAP_ARENA_TABLE_H
#define HN_HEAP_ARENA_TABLE_H

#include "heap/heap.h"

struct hn_py_arena {
    hn_addr at;
    uint64_t size;
    hn_addr first_pool; /* pools begin at a multiple of their size */
    hn_addr fresh;      /* pools from here on were never in use */
    uint32_t pool_size;
    uint32_t free_pools;  /* as it says; the fresh ones among them */
    hn_addr free_list;    /* pools that were in use before */
    uint32_t pools, used; /* that were found in it; blocks in use in these */
    uint64_t used_bytes;
};

struct hn_py_arenas {
    struct hn_py_arena *items; /* by address */
    size_t count, capacity;
    struct hn_heap_claim *tables; /* the tables themselves */
    size_t table_count;
    uint64_t orphans; /* pools whose arena was not found */
    bool failed;
};

/* hn_py_arenas_deinit() is due in any case. */
HN_MUST_CHECK enum hn_status
hn_py_arenas_load(const struct hn_heap *heap, const struct hn_process *process,
                  struct hn_py_arenas *ret);

void
hn_py_arenas_deinit(struct hn_py_arenas *arenas);

/* The arena around @at, or NULL. */
struct hn_py_arena *
hn_py_arenas_find(const struct hn_py_arenas *arenas, hn_addr at);

#endif
