/* Reading reference counts.
 *
 * Up to 3.11 a count is a word. Since 3.12 (PEP 683) objects may be immortal, which bit
 * 31 says; since 3.14 flags stand in the upper half. Free-threaded builds (PEP 703)
 * count twice: the owning thread in 32 bits, all others in a word above two flag bits.
 * Objects that only the collector frees (classes, functions, modules, code: "deferred")
 * are counted some beyond that, and some of them by each thread apart; references from
 * stacks go uncounted then, which the slots of the stack say. */
#include "heap/counts.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "heap/graph.h"
#include "objects/objects.h"

enum {
    WORD = 8,
    IMMORTAL = 1, /* what a count can be beside a number */
    SPREAD = 2,
    DEFERRED_BIT = 1 << 6, /* _PyGC_BITS_DEFERRED */
    SHARED_SHIFT = 2,
    DICT_ID_SHIFT = 32, /* in _ma_watcher_tag */
    /* Classes, code objects and modules of the largest programs are a few 100,000. */
    IDS_MOST = 1 << 24
};

struct count {
    int64_t value;
    unsigned kind;
};

/* --- counts of threads */

static bool
are_by_thread(const struct hn_layout *layout)
{
    return layout->flavour & HN_FLAVOUR_FREE_THREADED
           && hn_layout_has(layout, HN_THREADIMPL_REFCOUNTS)
           && hn_layout_has(layout, HN_INTERP_UNIQUE_IDS);
}

/* A thread's array ends where it had the last of its objects. */
static bool
add_thread(struct hn_python *py, struct hn_thread_counts *counts, hn_addr thread)
{
    uint64_t values, size;
    int64_t value;

    if (thread == 0 || hn_field_read(py, HN_THREADIMPL_REFCOUNTS, thread, &values)
        || hn_field_read(py, HN_THREADIMPL_REFCOUNTS_SIZE, thread, &size))
        return true;
    if (size > IDS_MOST)
        return true; /* damage */
    if (!HN_GROW_CLEARED(counts->sums, counts->room, size))
        return false;
    for (uint64_t i = 0; i < size; i++)
        if (hn_target_read_some(py->target, values + i * WORD, &value, WORD) == WORD)
            counts->sums[i] += value;
    return true;
}

static bool
add_interpreter(struct hn_python *py, struct hn_thread_counts *counts,
                const struct hn_interpreter *interpreter)
{
    hn_addr pool = hn_field_addr(py, HN_INTERP_UNIQUE_IDS, interpreter->addr);

    if (hn_field_read(py, HN_UNIQUEIDS_TABLE, pool, &counts->table)
        || hn_field_read(py, HN_UNIQUEIDS_SIZE, pool, &counts->size))
        counts->size = 0;
    for (size_t i = 0; i < interpreter->thread_count; i++)
        if (!add_thread(py, counts, interpreter->threads[i].addr))
            return false;
    return true;
}

enum hn_status
hn_refcounts_init(struct hn_refcounts *counts, const struct hn_heap *heap,
                  const struct hn_process *process)
{
    struct hn_python *py = &heap->rt->py;
    bool fine;

    *counts = (struct hn_refcounts){ .heap = heap };
    if (!are_by_thread(&py->layout))
        return HN_OK;
    counts->interpreters =
        calloc(process->interpreter_count + 1, sizeof(*counts->interpreters));
    fine = counts->interpreters != NULL;
    if (fine)
        counts->interpreter_count = process->interpreter_count;
    for (size_t i = 0; fine && i < process->interpreter_count; i++)
        fine = add_interpreter(py, &counts->interpreters[i], &process->interpreters[i]);
    if (fine)
        return HN_OK;
    hn_refcounts_deinit(counts);
    return hn_fail(heap->err, HN_E_NOMEM, 0, "no memory for counts");
}

void
hn_refcounts_deinit(struct hn_refcounts *counts)
{
    for (size_t i = 0; i < counts->interpreter_count; i++)
        free(counts->interpreters[i].sums);
    free(counts->interpreters);
    counts->interpreters = NULL;
    counts->interpreter_count = 0;
}

/* The number of an object that threads count apart; 0: it has none. */
static uint64_t
id_of(const struct hn_heap *heap, uint32_t object)
{
    struct hn_python *py = &heap->rt->py;
    const hn_addr at = hn_heap_address(heap, object);
    uint64_t id = 0;
    enum hn_status st = HN_DONE;

    switch (heap->type[heap->types[object]].size.rule) {
    case HN_SIZE_TYPE: st = hn_field_read(py, HN_HEAPTYPE_UNIQUE_ID, at, &id); break;
    case HN_SIZE_CODE: st = hn_field_read(py, HN_CODE_UNIQUE_ID, at, &id); break;
    case HN_SIZE_DICT:
        st = hn_field_read(py, HN_DICT_WATCHER_TAG, at, &id);
        id >>= DICT_ID_SHIFT;
        break;
    default: break;
    }
    return st ? 0 : id;
}

/* What threads counted of the object that has number @id in one of the interpreters;
 * false if it has it in none. */
static bool
count_by_threads(const struct hn_refcounts *counts, hn_addr object, uint64_t id,
                 int64_t *ret)
{
    struct hn_target *target = counts->heap->rt->py.target;

    for (size_t i = 0; i < counts->interpreter_count; i++) {
        const struct hn_thread_counts *c = &counts->interpreters[i];
        hn_addr owner;

        if (id > c->size
            || hn_target_read_some(target, c->table + (id - 1) * WORD, &owner, WORD)
                   != WORD
            || owner != object)
            continue;
        *ret = id <= c->room ? c->sums[id - 1] : 0;
        return true;
    }
    return false;
}

/* --- counts of objects */

static struct count
count_of_split(const struct hn_refcounts *counts, uint32_t number,
               const uint8_t *object)
{
    const struct hn_layout *layout = &counts->heap->rt->py.layout;
    uint32_t local;
    int64_t shared, sum, by_threads = 0;
    uint64_t id;
    bool known = true;

    memcpy(&local, object + layout->offset[HN_OBJECT_REF_LOCAL], sizeof(local));
    memcpy(&shared, object + layout->offset[HN_OBJECT_REF_SHARED], sizeof(shared));
    if (local == UINT32_MAX)
        return (struct count){ 0, IMMORTAL };
    sum = (int64_t)local + (shared >> SHARED_SHIFT);
    if (!(object[layout->offset[HN_OBJECT_GC_BITS]] & DEFERRED_BIT))
        return (struct count){ sum, 0 };
    /* In 3.13 it is one, which the owning thread counts. */
    sum -= sum > HN_REF_DEFERRED / 2 ? HN_REF_DEFERRED : 1;
    id = counts->interpreters ? id_of(counts->heap, number) : 0;
    if (id > 0)
        known = count_by_threads(counts, hn_heap_address(counts->heap, number), id,
                                 &by_threads);
    sum += by_threads;
    return (struct count){ sum, sum < 0 || !known ? SPREAD : 0 };
}

static struct count
count_of(const struct hn_refcounts *counts, uint32_t number, const uint8_t *object)
{
    const struct hn_layout *layout = &counts->heap->rt->py.layout;
    uint32_t count;

    if (layout->flavour & HN_FLAVOUR_FREE_THREADED)
        return count_of_split(counts, number, object);
    memcpy(&count, object + layout->offset[HN_OBJECT_REFCOUNT], sizeof(count));
    if (count >> 31)
        return (struct count){ 0, IMMORTAL };
    return (struct count){ count, 0 };
}

/* The beginning of an object; NULL when it cannot be read. */
static const uint8_t *
begin_of(const struct hn_heap *heap, hn_addr at, uint8_t *copy, size_t size)
{
    struct hn_target *target = heap->rt->py.target;
    size_t there;
    const uint8_t *bytes = hn_target_lend(target, at, &there);

    if (bytes && there >= size)
        return bytes;
    return hn_target_read_some(target, at, copy, size) == size ? copy : NULL;
}

enum { BEGIN = 64 };

static struct count
load(const struct hn_refcounts *counts, uint32_t object)
{
    const struct hn_heap *heap = counts->heap;
    const struct hn_layout *layout = &heap->rt->py.layout;
    uint8_t copy[BEGIN];
    const uint8_t *bytes = begin_of(heap, hn_heap_address(heap, object), copy,
                                    layout->size[HN_STRUCT_OBJECT]);

    return bytes ? count_of(counts, object, bytes) : (struct count){ 0, SPREAD };
}

void
hn_refcounts_add(const struct hn_refcounts *counts, uint32_t object, int32_t *count_ret,
                 uint8_t *bits_ret)
{
    struct count count = load(counts, object);
    const int64_t sum = *count_ret + count.value;

    *count_ret = sum < INT32_MAX ? (int32_t)sum : INT32_MAX;
    if (count.kind == IMMORTAL)
        *bits_ret |= HN_NODE_PINNED;
    else if (count.kind == SPREAD)
        *bits_ret |= HN_NODE_UNKNOWN;
}

bool
hn_refcount_of(const struct hn_refcounts *counts, uint32_t object, int64_t *ret)
{
    struct count count = load(counts, object);

    *ret = count.value;
    return count.kind == 0;
}
