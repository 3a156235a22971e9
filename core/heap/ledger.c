/* Makes the ledger: see ledger.h. */
#include "heap/ledger_private.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

enum {
    STEPS = 1024,
    /* Mappings and pieces of arenas. */
    TAKEN_MOST = 1 << 26,
    PARTS_MOST = 1 << 12,
    PARTS_SHOWN = 12
};

enum hn_status
hn_book_step(struct hn_bookkeeper *b)
{
    return ++b->steps % STEPS == 0 ? hn_target_poll(b->py->target) : HN_OK;
}

uint64_t
hn_book(struct hn_bookkeeper *b, enum hn_ledger_row_name row, hn_addr start,
        hn_addr end)
{
    uint64_t bytes = hn_present_bytes(&b->present, start, end);

    b->ledger->rows[row].bytes += bytes;
    return bytes;
}

void
hn_book_taken(struct hn_bookkeeper *b, hn_addr start, hn_addr end)
{
    if (b->taken_count > 0 && b->taken[b->taken_count - 1].end == start) {
        b->taken[b->taken_count - 1].end = end;
        return;
    }
    if (b->taken_count >= TAKEN_MOST
        || !HN_GROW(b->taken, b->taken_capacity, b->taken_count + 1)) {
        b->failed = true;
        return;
    }
    b->taken[b->taken_count++] = (struct hn_taken){ start, end };
}

/* --- parts */

static struct hn_ledger_part *
part_of(struct hn_bookkeeper *b, struct hn_parts *parts, const char *name)
{
    for (size_t i = 0; i < parts->count; i++)
        if (strcmp(parts->items[i].name, name) == 0)
            return &parts->items[i];
    if (parts->count >= PARTS_MOST
        || !HN_GROW(parts->items, parts->capacity, parts->count + 1))
        return NULL; /* the row is right all the same */
    name = hn_arena_copy(b->arena, name, strlen(name));
    if (!name)
        return NULL;
    parts->items[parts->count] = (struct hn_ledger_part){ name, 0, 0 };
    return &parts->items[parts->count++];
}

void
hn_book_part(struct hn_bookkeeper *b, enum hn_ledger_row_name row, const char *name,
             uint64_t count, uint64_t bytes)
{
    struct hn_ledger_part *part = bytes ? part_of(b, &b->parts[row], name) : NULL;

    if (!part)
        return;
    part->count += count;
    part->bytes += bytes;
}

static int
by_bytes(const void *a, const void *b)
{
    const struct hn_ledger_part *x = a, *y = b;

    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return strcmp(x->name, y->name);
}

/* The largest; those left out become one. */
static bool
finish_parts(struct hn_bookkeeper *b, struct hn_parts *parts, struct hn_ledger_row *row)
{
    struct hn_ledger_part rest = { "others", 0, 0 };
    size_t shown;

    if (parts->count == 0)
        return true;
    qsort(parts->items, parts->count, sizeof(*parts->items), by_bytes);
    shown = parts->count <= PARTS_SHOWN ? parts->count : PARTS_SHOWN - 1;
    for (size_t i = shown; i < parts->count; i++) {
        rest.count += parts->items[i].count;
        rest.bytes += parts->items[i].bytes;
    }
    row->parts = hn_arena_array(b->arena, shown + 1, sizeof(*row->parts));
    if (!row->parts)
        return false;
    memcpy(row->parts, parts->items, shown * sizeof(*row->parts));
    row->part_count = shown;
    if (rest.bytes > 0)
        row->parts[row->part_count++] = rest;
    return true;
}

/* --- claims */

size_t
hn_book_claim_from(const struct hn_bookkeeper *b, hn_addr at)
{
    const struct hn_heap_claims *claims = b->heap->claims;
    size_t low = 0, high = claims->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (claims->items[middle].at < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void
hn_book_claim(struct hn_bookkeeper *b, const struct hn_heap_claim *claim, hn_addr start,
              hn_addr end)
{
    struct hn_ledger_row *rows = b->ledger->rows;
    uint64_t bytes;

    if (claim->is_object) {
        b->object_bytes[claim->kind] += hn_book(b, HN_LEDGER_OBJECTS, start, end);
        b->object_counts[claim->kind]++;
        rows[HN_LEDGER_OBJECTS].count++;
        return;
    }
    bytes = hn_book(b, HN_LEDGER_BUFFERS, start, end);
    rows[HN_LEDGER_BUFFERS].count++;
    b->buffer_bytes[claim->kind] += bytes;
    b->buffer_counts[claim->kind]++;
}

static int
by_address(const void *a, const void *b)
{
    const struct hn_heap_claim *x = a, *y = b;

    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return (int)y->is_object - (int)x->is_object;
}

static int
by_start(const void *a, const void *b)
{
    const struct hn_taken *x = a, *y = b;

    return (x->start > y->start) - (x->start < y->start);
}

/* Bytes of @kind's buffers in pools. The search counts a block for each owner that
 * points into it, and some of these are values inside of instances: what it found is
 * brought down to what the blocks really are. */
static uint64_t
pooled_buffers(const struct hn_bookkeeper *b, uint32_t kind, uint64_t found)
{
    const struct hn_heap_claims *claims = b->heap->claims;
    uint64_t bytes = kind < claims->kind_capacity ? claims->buffer_bytes[kind] : 0;

    if (found <= b->pooled_buffers)
        return bytes;
    return (uint64_t)((double)bytes * (double)b->pooled_buffers / (double)found);
}

static void
book_type_parts(struct hn_bookkeeper *b)
{
    const struct hn_heap *heap = b->heap;
    uint64_t found = 0;

    for (size_t i = 0; i < heap->claims->kind_capacity; i++)
        found += heap->claims->buffer_bytes[i];
    for (uint32_t i = 0; i < heap->type_count; i++) {
        hn_book_part(b, HN_LEDGER_BUFFERS, heap->type[i].name, b->buffer_counts[i],
                     b->buffer_bytes[i] + pooled_buffers(b, i, found));
        hn_book_part(b, HN_LEDGER_OBJECTS, heap->type[i].name, b->object_counts[i],
                     b->object_bytes[i]);
    }
}

static uint64_t
mapped_bytes(const struct hn_target *target)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < target->region_count; i++)
        bytes += target->regions[i].end - target->regions[i].start;
    return bytes;
}

static enum hn_status
make(struct hn_bookkeeper *b)
{
    struct hn_ledger *ledger = b->ledger;
    struct hn_heap_claims *claims = b->heap->claims;
    const struct hn_target *target = b->py->target;
    enum hn_status st = hn_present_load(b->py->target, &b->present);

    if (st)
        return st;
    ledger->total = b->present.bytes;
    ledger->swapped = b->present.swapped;
    ledger->kind = !b->present.exact               ? "mapped"
                   : target->kind == HN_PLACE_CORE ? "in the core"
                                                   : "resident";
    if (target->kind == HN_PLACE_CORE)
        ledger->absent = mapped_bytes(target) - b->present.bytes;
    if (claims->count)
        qsort(claims->items, claims->count, sizeof(*claims->items), by_address);

    st = hn_book_pools(b);
    if (!st)
        st = hn_glibc_load(b->py->target, &b->glibc);
    if (!st)
        st = hn_book_tables(b);
    if (!st)
        st = hn_book_malloc(b);
    if (b->taken_count)
        qsort(b->taken, b->taken_count, sizeof(*b->taken), by_start);
    if (!st)
        st = hn_book_mappings(b);
    return st;
}

static enum hn_status
no_memory(const struct hn_bookkeeper *b)
{
    return hn_fail(b->py->err, HN_E_NOMEM, 0, "no memory for the ledger");
}

/* Four sums for each type, in one piece. */
static bool
make_sums(struct hn_bookkeeper *b)
{
    size_t kinds = (size_t)b->heap->type_count + 1;

    b->object_bytes = calloc(4 * kinds, sizeof(*b->object_bytes));
    if (!b->object_bytes)
        return false;
    b->object_counts = b->object_bytes + kinds;
    b->buffer_bytes = b->object_counts + kinds;
    b->buffer_counts = b->buffer_bytes + kinds;
    return true;
}

enum hn_status
hn_ledger_make(struct hn_heap *heap, const struct hn_process *process,
               struct hn_arena *arena, struct hn_ledger *ret)
{
    struct hn_bookkeeper b = { .heap = heap,
                               .py = &heap->rt->py,
                               .process = process,
                               .arena = arena,
                               .ledger = ret };
    enum hn_status st;

    memset(ret, 0, sizeof(*ret));
    st = make_sums(&b) ? make(&b) : no_memory(&b);
    if (!st && !b.failed) {
        book_type_parts(&b);
        for (unsigned i = 0; i < HN_LEDGER_ROW_COUNT; i++)
            b.failed |= !finish_parts(&b, &b.parts[i], &ret->rows[i]);
    }
    if (!st && b.failed)
        st = no_memory(&b);
    for (unsigned i = 0; i < HN_LEDGER_ROW_COUNT; i++)
        free(b.parts[i].items);
    free(b.taken);
    free(b.tables);
    free(b.object_bytes);
    hn_present_deinit(&b.present);
    hn_glibc_deinit(&b.glibc);
    hn_py_arenas_deinit(&b.arenas);
    return st;
}
