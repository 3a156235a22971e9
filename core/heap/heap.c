/* Finding all objects, step by step: see heap.h. */
#include "heap/private.h"

#include <stdlib.h>
#include <string.h>

#include "base/large.h"

enum hn_status
hn_seeker_step(struct hn_seeker *s, const char *what, uint64_t done, uint64_t total)
{
    return hn_pace_step(&s->pace, what, done, total);
}

static uint32_t
clip(uint64_t value)
{
    return value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}

static bool
resize_words(uint64_t **items, size_t count)
{
    uint64_t *resized = hn_large_realloc(*items, count, sizeof(*resized));

    if (!resized)
        return false;
    *items = resized;
    return true;
}

static bool
resize_halves(uint32_t **items, size_t count)
{
    uint32_t *resized = hn_large_realloc(*items, count, sizeof(*resized));

    if (!resized)
        return false;
    *items = resized;
    return true;
}

bool
hn_heap_resize(struct hn_heap *heap, uint32_t capacity)
{
    size_t count = (size_t)capacity + 1;

    if (!resize_words(&heap->places, count) || !resize_halves(&heap->types, count)
        || !resize_halves(&heap->counted, count) || !resize_halves(&heap->spent, count))
        return false;
    heap->capacity = capacity;
    return true;
}

void
hn_heap_set(struct hn_heap *heap, uint32_t object, hn_addr at, uint32_t kind,
            unsigned flags, uint64_t counted, uint64_t spent)
{
    heap->places[object] = at | (uint64_t)flags << HN_HEAP_FLAG_SHIFT;
    heap->types[object] = kind;
    heap->counted[object] = clip(counted);
    heap->spent[object] = clip(spent / HN_HEAP_UNIT);
}

void
hn_heap_move(struct hn_heap *heap, uint32_t to, uint32_t from, uint32_t count)
{
    const size_t halves = (size_t)count * sizeof(*heap->types);

    memmove(heap->places + to, heap->places + from, count * sizeof(*heap->places));
    memmove(heap->types + to, heap->types + from, halves);
    memmove(heap->counted + to, heap->counted + from, halves);
    memmove(heap->spent + to, heap->spent + from, halves);
}

void
hn_heap_sum(struct hn_heap *heap, uint32_t object)
{
    heap->sums.counted += hn_heap_counted(heap, object);
    heap->sums.spent += hn_heap_spent(heap, object);
    heap->sums.tracked += hn_heap_flags(heap, object) & HN_HEAP_TRACKED;
}

void
hn_heap_unsum(struct hn_heap *heap, uint32_t object)
{
    heap->sums.counted -= hn_heap_counted(heap, object);
    heap->sums.spent -= hn_heap_spent(heap, object);
    heap->sums.tracked -= hn_heap_flags(heap, object) & HN_HEAP_TRACKED;
}

/* Lists lead all over the heap: of a process all of it would be read once more. */
static bool
reserve_steps(struct hn_seeker *s)
{
    if (s->py->target->kind == HN_PLACE_CORE)
        return true;
    s->steps = hn_large_alloc((size_t)s->heap->capacity + 1, sizeof(*s->steps));
    return s->steps != NULL;
}

static void
keep_step(struct hn_seeker *s, uint32_t number, const struct hn_candidate *object)
{
    const hn_addr node = object->object - s->py->layout.formats.gc_header_bytes;
    const int64_t step = (int64_t)(object->next - node) / HN_HEAP_UNIT;

    s->steps[number] =
        object->next && step >= INT32_MIN && step <= INT32_MAX ? (int32_t)step : 0;
}

bool
hn_seeker_add(struct hn_seeker *s, const struct hn_candidate *object, uint64_t counted,
              uint64_t spent, unsigned flags)
{
    struct hn_heap *heap = s->heap;
    const uint32_t number = heap->count;

    if (number == heap->capacity
        || !hn_heap_pages_add_object(s->pages, object->object, number))
        return false;
    hn_heap_set(heap, number, object->object, object->kind, flags, counted, spent);
    hn_heap_sum(heap, number);
    if (s->steps)
        keep_step(s, number, object);
    heap->count++;
    s->stale_index |= object->object < s->last;
    s->last = object->object;
    return true;
}

/* A buffer in a pool takes a block of it; another takes a chunk of malloc, with its
 * size word and rounded up. */
uint64_t
hn_seeker_buffer_bytes(const struct hn_seeker *s, const struct hn_size *size)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < size->buffer_count; i++) {
        uint64_t bytes = hn_heap_pages_block_size(s->pages, size->buffers[i].at);

        if (bytes == 0)
            bytes = (size->buffers[i].size + 8 + HN_BLOCK_ALIGNMENT - 1)
                    & ~(uint64_t)(HN_BLOCK_ALIGNMENT - 1);
        sum += bytes;
    }
    return sum;
}

size_t
hn_seeker_copy(struct hn_seeker *s, hn_addr at, uint8_t *copy, size_t size)
{
    size_t there;
    const uint8_t *bytes = hn_target_lend(s->py->target, at, &there);

    if (!bytes || there < size)
        return hn_target_read_some(s->py->target, at, copy, size);
    memcpy(copy, bytes, size);
    return size;
}

static enum hn_status
no_memory(const struct hn_heap *heap)
{
    return hn_fail(heap->err, HN_E_NOMEM, 0, "no memory for the objects");
}

static enum hn_status
remake_index(struct hn_seeker *s)
{
    struct hn_heap *heap = s->heap;
    enum hn_status st = HN_OK;

    hn_heap_pages_clear_objects(heap->pages);
    for (uint32_t i = 0; !st && i < heap->count; i++) {
        if (!hn_heap_pages_add_object(heap->pages, hn_heap_address(heap, i), i))
            return no_memory(heap);
        st = hn_pace_object(&s->pace, "numbering objects", i, heap->count);
    }
    return st;
}

static enum hn_status
seek(struct hn_seeker *s)
{
    enum hn_status st = hn_seek_pools(s);

    if (st)
        return st;
    /* Every block in use may be an object. */
    if (s->sums->blocks >= HN_HEAP_NONE
        || !hn_heap_resize(s->heap, (uint32_t)s->sums->blocks))
        return no_memory(s->heap);
    s->pointers = hn_pointers_create(s->py->target, s->sums->blocks);
    if (!s->pointers || !reserve_steps(s))
        return no_memory(s->heap);
    st = hn_seek_in_pools(s);
    if (!st)
        st = hn_seek_outside(s);
    if (!st && s->stale_index)
        st = remake_index(s);
    /* What an interrupted search leaves has other numbers, and nobody waits for them.
     */
    if (st)
        hn_heap_pages_clear_objects(s->pages);
    return st;
}

static void
finish(struct hn_seeker *s)
{
    struct hn_heap *heap = s->heap;

    /* There was room for every block; many hold no object. */
    if (heap->capacity > heap->count && !hn_heap_resize(heap, heap->count))
        heap->capacity = heap->count;

    heap->type = hn_heap_kinds_types(s->kinds, &heap->type_count);
    heap->sums.objects = heap->count;
}

static enum hn_status
load(struct hn_runtime *rt, const struct hn_process *process, bool wants_claims,
     struct hn_heap *ret)
{
    struct hn_seeker s = { .heap = ret, .py = &rt->py, .process = process };
    struct hn_lookup lookup = { rt, process->interpreters[0].addr, NULL };
    enum hn_status st;

    memset(ret, 0, sizeof(*ret));
    hn_arena_init(&ret->arena);
    ret->rt = rt;
    ret->host = rt->py.target->host;
    ret->err = rt->py.err;
    ret->pages = s.pages = hn_heap_pages_create();
    ret->kinds = s.kinds = hn_heap_kinds_create(&lookup);
    s.sums = &ret->sums;
    hn_pace_init(&s.pace, ret->host, ret->err);
    if (wants_claims)
        ret->claims = calloc(1, sizeof(*ret->claims));
    if (!s.pages || !s.kinds || (wants_claims && !ret->claims))
        return no_memory(ret);
    st = seek(&s);
    finish(&s);
    hn_pace_end(&s.pace);
    hn_outside_destroy(s.outside);
    hn_pointers_destroy(s.pointers);
    free(s.steps);
    ret->pools = s.pools;
    ret->pool_count = s.pool_count;
    return !st && ret->claims && ret->claims->failed ? no_memory(ret) : st;
}

enum hn_status
hn_heap_load(struct hn_runtime *rt, const struct hn_process *process,
             struct hn_heap *ret)
{
    return load(rt, process, false, ret);
}

enum hn_status
hn_heap_load_claims(struct hn_runtime *rt, const struct hn_process *process,
                    struct hn_heap *ret)
{
    return load(rt, process, true, ret);
}

void
hn_heap_deinit(struct hn_heap *heap)
{
    free(heap->places);
    free(heap->types);
    free(heap->counted);
    free(heap->spent);
    free(heap->pools);
    hn_heap_claims_destroy(heap->claims);
    hn_heap_pages_destroy(heap->pages);
    hn_heap_kinds_destroy(heap->kinds);
    hn_arena_deinit(&heap->arena);
    memset(heap, 0, sizeof(*heap));
}

uint32_t
hn_heap_find(const struct hn_heap *heap, hn_addr address)
{
    return hn_heap_pages_object(heap->pages, address);
}

uint64_t
hn_heap_counted(const struct hn_heap *heap, uint32_t object)
{
    return heap->counted[object];
}

void
hn_heap_drop_counted(struct hn_heap *heap)
{
    free(heap->counted);
    heap->counted = NULL;
}

uint64_t
hn_heap_spent(const struct hn_heap *heap, uint32_t object)
{
    if (hn_heap_flags(heap, object) & HN_HEAP_STATIC)
        return 0;
    return (uint64_t)heap->spent[object] * HN_HEAP_UNIT;
}
