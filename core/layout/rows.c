/* Choosing among the generated rows, and spreading one out into a layout.
 *
 * tables.inc is data alone; what it looks like is said by the types here. */
#include "layout/rows.h"

struct place {
    uint16_t field; /* enum hn_field; HN_FIELD_COUNT ends a list */
    int32_t offset;
};

struct shape {
    uint32_t size;
    const struct place *places;
};

/* What the generated rows are for; aarch64's glibc has larger mutexes. */
enum { ROW_MUTEX_BYTES = 40, MUTEXES_IN_GIL = 2 };

#define END               \
    {                     \
        HN_FIELD_COUNT, 0 \
    }
#define USE(structure, number) [HN_STRUCT_##structure] = &shape_##structure##_##number
#define LENT(structure) [HN_STRUCT_##structure] = true
#include "layout/tables.inc"

enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };

const struct hn_row *
hn_row_at(size_t index)
{
    return index < ROW_COUNT ? &rows[index] : NULL;
}

const struct hn_row *
hn_row_find(uint32_t hex, hn_row_test *suits, const void *context)
{
    const struct hn_row *best = NULL;

    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct hn_row *row = &rows[i];

        if (row->hex >> 16 != hex >> 16 || !suits(row, context))
            continue;
        /* The first one in any case, a newer one if it is not too new. Of those that
         * share a version the first is upstream's. */
        if (!best || (row->hex <= hex && row->hex > best->hex))
            best = row;
    }
    return best;
}

const struct hn_row *
hn_row_newest(unsigned flavour)
{
    const struct hn_row *best = NULL;

    for (size_t i = 0; i < ROW_COUNT; i++) {
        if ((rows[i].flavour ^ flavour) & HN_FLAVOUR_FREE_THREADED)
            continue;
        if (!best || rows[i].hex > best->hex)
            best = &rows[i];
    }
    return best;
}

static void
apply_shape(const struct hn_row *row, enum hn_struct type, struct hn_layout *layout)
{
    const struct shape *shape = row->shapes[type];
    bool measured = layout->exact && !(row->lent && row->lent[type]);

    if (!shape)
        return;
    layout->size[type] = shape->size;
    for (const struct place *at = shape->places; at->field < HN_FIELD_COUNT; at++) {
        layout->offset[at->field] = at->offset;
        layout->source[at->field] = measured ? HN_SOURCE_TABLE : HN_SOURCE_NEIGHBOUR;
    }
}

/* The GIL holds two mutexes: where they are larger, what lies behind it in the
 * structure that embeds it moves. tools/layout-generate holds this rule against
 * builds for aarch64. */
static void
widen(struct hn_layout *layout, enum hn_struct type, enum hn_field gil, uint32_t extra)
{
    int32_t from = layout->offset[gil];

    if (from < 0)
        return;
    for (int field = 0; field < HN_FIELD_COUNT; field++)
        if (hn_field_info(field)->type == type && layout->offset[field] > from)
            layout->offset[field] += (int32_t)extra;
    if (type != HN_STRUCT_RUNTIME)
        layout->size[type] += extra;
}

void
hn_row_apply(const struct hn_row *row, struct hn_layout *layout)
{
    uint32_t extra = MUTEXES_IN_GIL * (layout->mutex_bytes - ROW_MUTEX_BYTES);

    layout->row = row->name;
    layout->exact = row->hex == layout->hex && row->flavour == layout->flavour;
    for (int type = 0; type < HN_STRUCT_COUNT; type++)
        layout->size[type] = 0;
    for (int field = 0; field < HN_FIELD_COUNT; field++) {
        layout->offset[field] = -1;
        layout->source[field] = HN_SOURCE_NONE;
    }
    for (int type = 0; type < HN_STRUCT_COUNT; type++)
        apply_shape(row, type, layout);
    if (extra == 0)
        return;
    widen(layout, HN_STRUCT_RUNTIME, HN_RUNTIME_GIL, extra);
    widen(layout, HN_STRUCT_INTERP, HN_INTERP_OWN_GIL, extra);
    layout->size[HN_STRUCT_GIL] += extra;
    /* It holds a GIL either way: its own, or (3.12) its main interpreter's. */
    layout->size[HN_STRUCT_RUNTIME] += extra;
}

size_t
hn_row_generations(const int32_t **ret)
{
    *ret = generations_seen;
    return sizeof(generations_seen) / sizeof(generations_seen[0]);
}
