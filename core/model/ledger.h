/* Where all memory of a process is: the result of py-heap memory. */
#ifndef HN_MODEL_LEDGER_H
#define HN_MODEL_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The rows, in the order they are shown; X(name, key in JSON, words for people). Every
 * byte that takes room is in exactly one of them. */
#define HN_LEDGER_ROWS(X)                                                 \
    X(OBJECTS, "objects", "live objects")                                 \
    X(BUFFERS, "buffers", "buffers they own")                             \
    X(IDLE, "free_lists", "dead objects on free lists")                   \
    X(OTHER, "other_blocks", "other blocks of Python's allocator in use") \
    X(FREE_BLOCKS, "free_blocks", "free blocks in used pools")            \
    X(FREE_POOLS, "free_pools", "free pools and arenas")                  \
    X(TABLES, "interpreter", "the interpreter's own tables")              \
    X(C_USED, "malloc_used", "malloc: in use by C code")                  \
    X(C_FREE, "malloc_free", "malloc: free")                              \
    X(KEEPING, "bookkeeping", "allocators' own bookkeeping")              \
    X(MAPPINGS, "mappings", "other anonymous mappings")                   \
    X(STACKS, "stacks", "stacks of threads")                              \
    X(DATA, "data", "data of programs and libraries")                     \
    X(FILES, "files", "files: code, read-only data, mapped files")        \
    X(UNACCOUNTED, "unaccounted", "unaccounted")

enum hn_ledger_row_name {
#define HN_LEDGER_NAME(name, key, words) HN_LEDGER_##name,
    HN_LEDGER_ROWS(HN_LEDGER_NAME)
#undef HN_LEDGER_NAME
        HN_LEDGER_ROW_COUNT
};

/* Some of a row, the largest first; parts need not be all of it. */
struct hn_ledger_part {
    const char *name;
    uint64_t count, bytes;
};

struct hn_ledger_row {
    uint64_t count, bytes; /* count: 0 where it means nothing */
    struct hn_ledger_part *parts;
    size_t part_count;
};

/* An arena that is nearly empty, but cannot be given back. */
struct hn_ledger_pin {
    uint64_t address, bytes;
    uint64_t free_bytes;
    uint64_t blocks;     /* in use */
    const char *holders; /* some of what is in them: "dict 0x..., str 0x..., 3 more" */
};

struct hn_ledger {
    struct hn_ledger_row rows[HN_LEDGER_ROW_COUNT];
    uint64_t total;          /* resident, or in the core */
    const char *kind;        /* "resident", "in the core", "mapped" */
    uint64_t swapped;        /* not in the total */
    uint64_t absent;         /* mapped, not in the core: not in the total */
    const char *c_allocator; /* "glibc, 3 arenas"; why it is not known */
    /* Of glibc's malloc, also what is not resident: memory it cuts up, and of that what
     * is free and what is kept aside; and large blocks, which are mappings. */
    uint64_t c_system, c_free, c_cached, c_large;
    bool arenas_known; /* of pymalloc, if that is in use */

    uint64_t arenas, arena_bytes;  /* of pymalloc */
    uint64_t pinned, pinned_bytes; /* nearly empty ones: how many; free bytes */
    struct hn_ledger_pin *pins;    /* the emptiest */
    size_t pin_count;
    uint64_t damaged; /* pieces that cannot be what they should: in unaccounted */
};

#endif
