/* Adds up the heap: see census.h. */
#include "heap/census.h"

#include <stdlib.h>
#include <string.h>

/* --- groups: each object belongs to one row */

const char *
hn_census_module(const struct hn_heap_type *type)
{
    return *type->module ? type->module : "(no module)";
}

static int
by_name(const void *a, const void *b)
{
    const struct hn_heap_row *x = a, *y = b;

    return strcmp(x->name, y->name);
}

static int
by_bytes(const void *a, const void *b)
{
    const struct hn_heap_row *x = a, *y = b;

    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return strcmp(x->name, y->name);
}

static int
by_count(const void *a, const void *b)
{
    const struct hn_heap_row *x = a, *y = b;

    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return by_bytes(a, b);
}

static int
by_allocated(const void *a, const void *b)
{
    const struct hn_heap_row *x = a, *y = b;

    if (x->allocated != y->allocated)
        return x->allocated < y->allocated ? 1 : -1;
    return by_bytes(a, b);
}

static int (*const orders[])(const void *, const void *) = {
    [HN_CENSUS_BYTES] = by_bytes,
    [HN_CENSUS_COUNT] = by_count,
    [HN_CENSUS_ALLOCATED] = by_allocated,
    [HN_CENSUS_NAME] = by_name,
};

/* Rows of the same name become one: two classes of one name and module, or the types of
 * one module. Leaves only rows that have objects. */
static size_t
join(struct hn_heap_row *rows, size_t count)
{
    size_t kept = 0;

    qsort(rows, count, sizeof(*rows), by_name);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].count == 0)
            continue;
        if (kept > 0 && strcmp(rows[kept - 1].name, rows[i].name) == 0) {
            rows[kept - 1].count += rows[i].count;
            rows[kept - 1].bytes += rows[i].bytes;
            rows[kept - 1].allocated += rows[i].allocated;
        } else {
            rows[kept++] = rows[i];
        }
    }
    return kept;
}

static void
count_object(const struct hn_heap *heap, uint32_t object, struct hn_heap_row *row)
{
    row->count++;
    row->bytes += hn_heap_counted(heap, object);
    row->allocated += hn_heap_spent(heap, object);
}

/* Sizes by powers of two. */
static const char *const size_names[] = {
    "up to 32 bytes",  "up to 64 bytes", "up to 128 bytes", "up to 256 bytes",
    "up to 512 bytes", "up to 1 KiB",    "up to 4 KiB",     "up to 16 KiB",
    "up to 64 KiB",    "up to 256 KiB",  "up to 1 MiB",     "up to 16 MiB",
    "up to 256 MiB",   "more",
};
static const uint64_t size_limits[] = {
    32,       64,       128,       256,     512,      1 << 10,   4 << 10,
    16 << 10, 64 << 10, 256 << 10, 1 << 20, 16 << 20, 256 << 20, UINT64_MAX,
};

enum { SIZES = sizeof(size_limits) / sizeof(size_limits[0]) };

const char *
hn_census_size_name(uint64_t bytes)
{
    size_t i = 0;

    while (bytes > size_limits[i])
        i++;
    return size_names[i];
}

static const char *const generation_names[] = {
    "generation 0",
    "generation 1",
    "generation 2",
    "frozen",
    "tracked, in no list that was walked",
    "not tracked by the collector",
};

enum { LISTS = 4, UNLISTED = 4, UNTRACKED, GENERATIONS };

static size_t
size_row(uint64_t bytes)
{
    size_t i = 0;

    while (bytes > size_limits[i])
        i++;
    return i;
}

static size_t
row_of(const struct hn_heap *heap, uint32_t object, enum hn_census_group group)
{
    unsigned flags = hn_heap_flags(heap, object);

    switch (group) {
    case HN_CENSUS_TYPE:
    case HN_CENSUS_MODULE: return heap->types[object];
    case HN_CENSUS_SIZE: return size_row(hn_heap_counted(heap, object));
    case HN_CENSUS_GENERATION:
        if (flags & HN_HEAP_LISTED)
            return hn_heap_generation(heap, object);
        return flags & HN_HEAP_TRACKED ? UNLISTED : UNTRACKED;
    }
    return 0;
}

static size_t
row_count(const struct hn_heap *heap, enum hn_census_group group)
{
    switch (group) {
    case HN_CENSUS_TYPE:
    case HN_CENSUS_MODULE: return heap->type_count;
    case HN_CENSUS_SIZE: return SIZES;
    case HN_CENSUS_GENERATION: return GENERATIONS;
    }
    return 0;
}

static const char *
row_name(const struct hn_heap *heap, enum hn_census_group group, size_t row)
{
    switch (group) {
    case HN_CENSUS_TYPE: return heap->type[row].name;
    case HN_CENSUS_MODULE: return hn_census_module(&heap->type[row]);
    case HN_CENSUS_SIZE: return size_names[row];
    case HN_CENSUS_GENERATION: return generation_names[row];
    }
    return "";
}

size_t
hn_census_finish(struct hn_heap_row *rows, size_t count, enum hn_census_order order)
{
    count = join(rows, count);
    qsort(rows, count, sizeof(*rows), orders[order]);
    return count;
}

enum hn_status
hn_census_make(const struct hn_heap *heap, enum hn_census_group group,
               enum hn_census_order order, struct hn_arena *arena,
               struct hn_heap_census *ret)
{
    size_t count = row_count(heap, group);
    struct hn_heap_row *rows = hn_arena_array(arena, count, sizeof(*rows));

    if (!rows)
        return hn_fail(heap->err, HN_E_NOMEM, 0, "no memory for the table");
    for (size_t i = 0; i < count; i++)
        rows[i].name = hn_arena_copy(arena, row_name(heap, group, i),
                                     strlen(row_name(heap, group, i)));
    for (uint32_t i = 0; i < heap->count; i++)
        count_object(heap, i, &rows[row_of(heap, i, group)]);
    ret->rows = rows;
    ret->row_count = hn_census_finish(rows, count, order);
    ret->sums = heap->sums;
    return HN_OK;
}
