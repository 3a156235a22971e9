/* Result structs of the heap commands. */
#ifndef HN_MODEL_HEAP_H
#define HN_MODEL_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What was met on the way, beside the objects. */
struct hn_heap_sums {
    uint64_t objects, counted, spent; /* number; bytes as getsizeof(); of memory */
    uint64_t pools, pool_bytes;
    uint64_t blocks, block_bytes;          /* in use */
    uint64_t free_blocks, free_bytes;      /* of pools, ready for the next object */
    uint64_t other_blocks, other_bytes;    /* in use, no objects: buffers, C memory */
    uint64_t idle_objects, idle_bytes;     /* dead, kept by their type for the next */
    uint64_t outside_objects;              /* not in pools */
    uint64_t static_objects, static_bytes; /* in the data of programs: no heap */
    uint64_t tracked;                      /* known to the collector */
    uint64_t bad_pools, bad_lists;         /* damaged: not counted from there on */
};

/* A row of the table by type. */
struct hn_heap_row {
    const char *name;
    uint64_t count, bytes, allocated;
};

struct hn_heap_census {
    struct hn_heap_row *rows;
    size_t row_count;
    struct hn_heap_sums sums;
};

/* One object of py-heap find. */
struct hn_heap_hit {
    uint64_t address;
    const char *type, *repr; /* repr: NULL where it was not asked for */
    uint64_t bytes, allocated;
    bool tracked;
    int generation; /* -1: in no list of the collector */
    bool is_static; /* in the data of a program or library */
};

struct hn_heap_hits {
    struct hn_heap_hit *items;
    size_t count;
    uint64_t total, total_bytes; /* of all that matched */
};

#endif
