/* The heap added up: how many objects of which type, and what they take. */
#ifndef HN_HEAP_CENSUS_H
#define HN_HEAP_CENSUS_H

#include "heap/heap.h"

enum hn_census_group {
    HN_CENSUS_TYPE,
    HN_CENSUS_MODULE,
    HN_CENSUS_SIZE,
    HN_CENSUS_GENERATION
};
enum hn_census_order {
    HN_CENSUS_BYTES,
    HN_CENSUS_COUNT,
    HN_CENSUS_ALLOCATED,
    HN_CENSUS_NAME
};

/* Rows in @arena, the largest first. */
HN_MUST_CHECK enum hn_status
hn_census_make(const struct hn_heap *heap, enum hn_census_group group,
               enum hn_census_order order, struct hn_arena *arena,
               struct hn_heap_census *ret);

/* The same for rows that somebody else has counted: joins those of one name, leaves out
 * empty ones, sorts. Returns how many there are. */
size_t
hn_census_finish(struct hn_heap_row *rows, size_t count, enum hn_census_order order);

/* What stands for the module of a type in the table. */
const char *
hn_census_module(const struct hn_heap_type *type);

/* The class of sizes that an object of @bytes belongs to. */
const char *
hn_census_size_name(uint64_t bytes);

#endif
