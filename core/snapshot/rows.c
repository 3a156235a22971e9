/* A table of rows that grows: see rows.h. */
#include "snapshot/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

void
hn_rows_init(struct hn_rows *rows, struct hn_arena *arena, size_t moments)
{
    *rows = (struct hn_rows){ .arena = arena, .moments = moments };
    hn_index_init(&rows->index);
}

void
hn_rows_deinit(struct hn_rows *rows)
{
    hn_index_deinit(&rows->index);
}

static uint32_t
add(struct hn_rows *rows, uint64_t word)
{
    struct hn_change *row;

    if (rows->failed || rows->count >= HN_INDEX_NONE
        || !HN_GROW_IN(rows->arena, rows->rows, rows->room, rows->count + 1)
        || !hn_index_add(&rows->index, word, (uint32_t)rows->count)) {
        rows->failed = true;
        return 0;
    }
    row = &rows->rows[rows->count];
    row->counts = hn_arena_array(rows->arena, rows->moments, sizeof(*row->counts));
    row->bytes = hn_arena_array(rows->arena, rows->moments, sizeof(*row->bytes));
    if (!row->counts || !row->bytes)
        rows->failed = true;
    return (uint32_t)rows->count++;
}

struct wanted {
    const struct hn_rows *rows;
    const char *name;
};

static bool
has_name(const void *arg, uint32_t number)
{
    const struct wanted *wanted = arg;

    return strcmp(wanted->rows->rows[number].name, wanted->name) == 0;
}

uint32_t
hn_rows_named(struct hn_rows *rows, const char *name)
{
    const struct wanted wanted = { rows, name };
    uint64_t hash = hn_index_hash(name, strlen(name));
    uint32_t number = hn_index_find(&rows->index, hash, has_name, &wanted);

    if (number != HN_INDEX_NONE)
        return number;
    number = add(rows, hash);
    if (!rows->failed) {
        rows->rows[number].name = hn_arena_copy(rows->arena, name, strlen(name));
        rows->failed = !rows->rows[number].name;
    }
    return number;
}

uint32_t
hn_rows_numbered(struct hn_rows *rows, uint64_t word)
{
    uint32_t number = hn_index_find(&rows->index, word, NULL, NULL);

    return number != HN_INDEX_NONE ? number : add(rows, word);
}

int64_t
hn_change_bytes(const struct hn_change *change, size_t moments)
{
    return (int64_t)(change->bytes[moments - 1] - change->bytes[0]);
}

int64_t
hn_change_count(const struct hn_change *change, size_t moments)
{
    return (int64_t)(change->counts[moments - 1] - change->counts[0]);
}

static int
by_growth(const void *a, const void *b, void *arg)
{
    size_t moments = *(size_t *)arg;
    const struct hn_change *x = a, *y = b;
    int64_t bytes_x = hn_change_bytes(x, moments),
            bytes_y = hn_change_bytes(y, moments);
    int64_t count_x = hn_change_count(x, moments),
            count_y = hn_change_count(y, moments);

    if (bytes_x != bytes_y)
        return bytes_x < bytes_y ? 1 : -1;
    if (count_x != count_y)
        return count_x < count_y ? 1 : -1;
    if (x->name && y->name)
        return strcmp(x->name, y->name);
    return (x->stack > y->stack) - (x->stack < y->stack);
}

void
hn_rows_sort(struct hn_rows *rows)
{
    if (rows->count > 1)
        qsort_r(rows->rows, rows->count, sizeof(*rows->rows), by_growth,
                &rows->moments);
}
