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

struct hn_traces;

/* One object of py-heap find. */
struct hn_heap_hit {
    uint64_t address;
    const char *type, *repr; /* repr: NULL where it was not asked for */
    uint64_t bytes, allocated;
    bool tracked;
    int generation;                /* -1: in no list of the collector */
    bool is_static;                /* in the data of a program or library */
    const struct hn_traces *trace; /* of its one block; NULL: it was not traced */
};

struct hn_heap_hits {
    struct hn_heap_hit *items;
    size_t count;
    uint64_t total, total_bytes; /* of all that matched */
};

/* The collector of one interpreter, for py-heap gc. */
enum { HN_GC_GENERATIONS_SHOWN = 3 };

struct hn_gc_generation_facts {
    int64_t threshold, count;
    uint64_t objects; /* in its list */
    bool has_stats;
    uint64_t collections, collected, uncollectable; /* since the start */
};

struct hn_gc_facts {
    int64_t interpreter;
    bool known, enabled, collecting;
    bool has_lists; /* objects and frozen mean something */
    struct hn_gc_generation_facts generation[HN_GC_GENERATIONS_SHOWN];
    uint64_t frozen;
    unsigned bad_lists; /* whose count ends where they are damaged */
};

struct hn_gc_report {
    struct hn_gc_facts *items;
    size_t count;
};

/* --- py-heap strings */

struct hn_heap_copies {
    const char *repr; /* of the text, cut */
    uint64_t count;   /* of equal objects */
    uint64_t bytes;   /* of one */
    uint64_t saved;   /* by keeping one */
    uint64_t address; /* of one of them */
};

struct hn_heap_strings {
    struct hn_heap_copies *items; /* what saves most first */
    size_t count;
    uint64_t groups;                /* texts that exist more than once */
    uint64_t strings, bytes, saved; /* all of them; what one of each would save */
};

#endif
