/* Objects outside of pools: too large for them, or in the data of programs, or all of
 * them where malloc serves Python.
 *
 * Two things lead there. The collector's lists have every container it tracks. Every
 * other object is referred to by some word of the process's writable memory: all of it
 * is searched for pointers to what looks like a living object (a type pointer to a
 * known type, a count above 0, a size that fits). Memory that was given back does not
 * pass: CPython leaves a count of 0 behind, and malloc overwrites the first words. */
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "heap/lists.h"
#include "heap/private.h"
#include "runtime/gc.h"

enum {
    WORD = 8,
    HEADER = 16, /* of the collector, in front of an object */
    PAGE = 4 << 10,
    SEEN_FIRST = 1 << 12,
    /* Addresses that were looked at; 16 bytes each. */
    SEEN_MOST = 1 << 28,
    MALLOC_ALIGNMENT = 16,
    /* What malloc may give beyond what was asked for, besides half of it. */
    SLACK = 8 << 10
};

struct place {
    hn_addr at;      /* 0: free */
    uint32_t object; /* index into items, or HN_HEAP_NONE: no object */
};

struct item {
    hn_addr at;
    uint32_t kind;
    unsigned flags;
    uint64_t counted, spent;
};

struct hn_outside {
    struct place *seen;
    size_t seen_count, slot_count;
    struct item *items;
    uint32_t count;
    size_t capacity;
    const struct hn_region *region; /* that was hit last */
    const struct hn_region *stack;  /* of the main thread, or NULL */
    size_t pool, words;             /* the search came to, and their words before it */
    uint64_t strays; /* objects in pools that say they are tracked, met in no list */
    bool complete;   /* all tracked objects are known */
    bool failed;
};

void
hn_outside_destroy(struct hn_outside *o)
{
    if (!o)
        return;
    free(o->seen);
    free(o->items);
    free(o);
}

static struct hn_outside *
outside_create(void)
{
    struct hn_outside *o = calloc(1, sizeof(*o));

    if (!o)
        return NULL;
    o->slot_count = SEEN_FIRST;
    o->seen = calloc(o->slot_count, sizeof(*o->seen));
    if (o->seen)
        return o;
    free(o);
    return NULL;
}

static struct place *
place_of(struct place *seen, size_t slot_count, hn_addr at)
{
    size_t i = (at >> 3) * UINT64_C(0x9e3779b97f4a7c15) >> 32 & (slot_count - 1);

    while (seen[i].at && seen[i].at != at)
        i = (i + 1) & (slot_count - 1);
    return &seen[i];
}

static bool
grow_seen(struct hn_outside *o)
{
    size_t count = o->slot_count * 2;
    struct place *seen;

    if (o->seen_count * 2 < o->slot_count)
        return true;
    seen = count <= SEEN_MOST ? calloc(count, sizeof(*seen)) : NULL;
    if (!seen)
        return false;
    for (size_t i = 0; i < o->slot_count; i++)
        if (o->seen[i].at)
            *place_of(seen, count, o->seen[i].at) = o->seen[i];
    free(o->seen);
    o->seen = seen;
    o->slot_count = count;
    return true;
}

/* --- one object */

/* The writable mapping that holds @at, or NULL. */
static const struct hn_region *
writable_region(struct hn_seeker *s, hn_addr at)
{
    struct hn_outside *o = s->outside;
    const struct hn_region *region = o->region;

    if (region && at >= region->start && at < region->end)
        return region;
    region = hn_target_region(s->py->target, at);
    if (!region || !region->writable || region->shared)
        return NULL;
    o->region = region;
    return region;
}

/* Some bytes from @at on: what a core lends, else a copy. These are scattered, and of a
 * process a megabyte would be read for each. */
static const uint8_t *
bytes_at(struct hn_seeker *s, hn_addr at, size_t wanted, uint8_t *copy,
         size_t *size_ret)
{
    const uint8_t *bytes = s->py->target->kind == HN_PLACE_CORE
                               ? hn_target_lend(s->py->target, at, size_ret)
                               : NULL;

    if (bytes && *size_ret >= wanted)
        return bytes;
    *size_ret = hn_target_read_some(s->py->target, at, copy, wanted);
    return copy;
}

/* What malloc keeps in front of a block: its size, three flag bits. */
static uint64_t
chunk_bytes(struct hn_seeker *s, hn_addr block, uint64_t size)
{
    uint64_t word;

    if (hn_target_read_some(s->py->target, block - WORD, &word, WORD) == WORD) {
        word &= ~UINT64_C(7);
        if (word % HN_BLOCK_ALIGNMENT == 0 && word >= size + WORD
            && word <= size + size / 2 + SLACK)
            return word;
    }
    return (size + WORD + HN_BLOCK_ALIGNMENT - 1) & ~(uint64_t)(HN_BLOCK_ALIGNMENT - 1);
}

enum place_kind { IN_POOL, IN_DATA, IN_MALLOC };

static enum place_kind
where_is(struct hn_seeker *s, hn_addr at, const struct hn_region *region)
{
    if (hn_heap_pages_in_pool(s->pages, at))
        return IN_POOL;
    return hn_target_is_data(s->py->target, region) ? IN_DATA : IN_MALLOC;
}

/* What the largest fixed part of an object needs to be recognised; longer ones have
 * their items behind it, which are not looked at. */
enum { LOOK = 1024 };

/* Whether memory goes on for as long as the object does. */
static bool
is_there(struct hn_seeker *s, hn_addr at, uint64_t size)
{
    const struct hn_region *region = writable_region(s, at);

    while (region && at + size > region->end) {
        const struct hn_region *next = hn_target_region(s->py->target, region->end);

        if (!next)
            return false;
        region = next;
    }
    return region != NULL;
}

/* As much, but nothing of a file that is mapped behind: looking would bring its pages
 * into memory. */
static size_t
look_bytes(const struct hn_seeker *s, hn_addr at)
{
    const struct hn_region *region = s->outside->region, *next = region + 1;
    const struct hn_target *target = s->py->target;

    if (region->end - at >= LOOK
        || (next < target->regions + target->region_count && next->start == region->end
            && next->writable && !next->shared))
        return LOOK;
    return (size_t)(region->end - at);
}

static bool
recognise(struct hn_seeker *s, hn_addr at, struct hn_candidate *ret)
{
    uint8_t copy[LOOK], before[HEADER];
    size_t size;
    const uint8_t *bytes = bytes_at(s, at, look_bytes(s, at), copy, &size);
    bool has_before = at >= s->outside->region->start + sizeof(before)
                      && hn_target_read_some(s->py->target, at - sizeof(before), before,
                                             sizeof(before))
                             == sizeof(before);

    return hn_heap_recognise_object(s->kinds, at, bytes, size,
                                    has_before ? before : NULL, ret)
               == HN_BLOCK_OBJECT
           && is_there(s, at, ret->size.body + ret->size.more);
}

static uint32_t
add_item(struct hn_seeker *s, const struct hn_candidate *found, bool in_data)
{
    struct hn_outside *o = s->outside;
    const struct hn_heap_type *type = hn_heap_kind(s->kinds, found->kind);
    struct item *item;

    if (o->count >= HN_HEAP_NONE || !HN_GROW(o->items, o->capacity, o->count + 1)) {
        o->failed = true;
        return HN_HEAP_NONE;
    }
    item = &o->items[o->count];
    *item = (struct item){
        .at = found->object,
        .kind = found->kind,
        .flags = (in_data ? HN_HEAP_STATIC : HN_HEAP_OUTSIDE)
                 | (found->tracked ? HN_HEAP_TRACKED : 0),
        .counted = hn_size_counted(&type->size, &found->size),
        .spent = hn_seeker_buffer_bytes(s, &found->size),
    };
    hn_seeker_claim_buffers(s, &found->size, found->kind);
    if (!in_data) {
        hn_addr block = found->object - type->size.header;
        uint64_t size = found->size.body + found->size.more + type->size.header;

        item->spent += chunk_bytes(s, block, size);
        hn_seeker_claim_object(s, block, size, found->kind);
    }
    return o->count++;
}

/* Nothing else is where malloc puts objects. A stack holds what is left of calls, and
 * often enough three words of that make an object. */
static bool
may_be_object(struct hn_seeker *s, hn_addr at, const struct hn_region *region)
{
    switch (where_is(s, at, region)) {
    case IN_POOL: return false;
    case IN_DATA: return true;
    case IN_MALLOC: return at % MALLOC_ALIGNMENT == 0 && region != s->outside->stack;
    }
    return false;
}

/* Looks at what may be an object at @at, once. Its index, or HN_HEAP_NONE. */
static uint32_t
look(struct hn_seeker *s, hn_addr at)
{
    struct hn_outside *o = s->outside;
    struct place *place = place_of(o->seen, o->slot_count, at);
    const struct hn_region *region;
    struct hn_candidate found;
    uint32_t object = HN_HEAP_NONE;

    if (place->at)
        return place->object;
    region = writable_region(s, at);
    if (!region || !may_be_object(s, at, region))
        return HN_HEAP_NONE;
    if (recognise(s, at, &found) && !(s->outside->complete && found.tracked))
        object = add_item(s, &found, where_is(s, at, region) == IN_DATA);
    if (!grow_seen(o)) {
        o->failed = true;
        return HN_HEAP_NONE;
    }
    *place_of(o->seen, o->slot_count, at) = (struct place){ at, object };
    o->seen_count++;
    return object;
}

/* --- the collector's lists */

static void
mark(struct hn_seeker *s, uint32_t object, unsigned list)
{
    const uint64_t flags =
        HN_HEAP_TRACKED | HN_HEAP_LISTED | (uint64_t)list << HN_HEAP_GENERATION_SHIFT;
    const unsigned before = hn_heap_flags(s->heap, object);

    if (!(before & HN_HEAP_TRACKED))
        s->sums->tracked++;
    else if (!(before & HN_HEAP_LISTED))
        s->outside->strays--;
    s->heap->places[object] |= flags << HN_HEAP_FLAG_SHIFT;
}

/* The node behind that of @object, where it was kept. */
static hn_addr
next_of(const struct hn_seeker *s, uint32_t object, hn_addr at)
{
    if (!s->steps || s->steps[object] == 0)
        return 0;
    return at - s->py->layout.formats.gc_header_bytes
           + (hn_addr)((int64_t)s->steps[object] * WORD);
}

static enum hn_status
walk_lists(struct hn_seeker *s, hn_addr interpreter)
{
    struct hn_gc_walk walk;
    hn_addr at;
    unsigned list;

    hn_gc_walk_init(s->py, hn_gc_state(s->heap->rt, interpreter), &walk);
    while (hn_gc_walk_next(&walk, &at, &list) == HN_OK) {
        uint32_t object = hn_heap_find(s->heap, at);
        enum hn_status st = hn_seeker_step(s, "walking the collector's lists", 0, 0);

        if (st)
            return st;
        if (object != HN_HEAP_NONE) {
            mark(s, object, list);
            walk.next = next_of(s, object, at);
            continue;
        }
        object = look(s, at);
        if (object != HN_HEAP_NONE)
            s->outside->items[object].flags |=
                HN_HEAP_TRACKED | HN_HEAP_LISTED | list << HN_HEAP_GENERATION_SHIFT;
    }
    s->sums->bad_lists += walk.bad;
    return HN_OK;
}

/* Whether every object that says it is tracked stands in a list that was walked: not
 * while a collection moves them about, and not when a list is damaged. */
static bool
lists_are_complete(const struct hn_seeker *s)
{
    /* What these track lies in pages of mimalloc, every one of which was seen. */
    if (s->py->layout.flavour & HN_FLAVOUR_FREE_THREADED)
        return true;
    if (s->sums->bad_lists || !hn_layout_has(&s->py->layout, HN_GC_GENERATIONS))
        return false;
    for (size_t i = 0; i < s->process->interpreter_count; i++)
        if (!s->process->interpreters[i].gc.known
            || s->process->interpreters[i].gc.collecting)
            return false;
    return true;
}

static bool
is_stray(uint64_t flags)
{
    return (flags & HN_HEAP_TRACKED) && !(flags & HN_HEAP_LISTED);
}

static void
forget_claims(struct hn_seeker *s, const struct hn_heap *heap, uint32_t object)
{
    uint8_t copy[LOOK];
    struct hn_candidate found;
    size_t size;

    if (!heap->claims)
        return;
    size = hn_seeker_copy(s, hn_heap_address(heap, object), copy, sizeof(copy));
    if (hn_heap_recognise_object(s->kinds, hn_heap_address(heap, object), copy, size,
                                 NULL, &found)
        == HN_BLOCK_OBJECT)
        hn_seeker_unclaim_buffers(s, &found.size, found.kind);
}

/* What says that it is tracked but is in no list was no object: the word in front of it
 * was something else. */
static void
drop_strays(struct hn_seeker *s)
{
    struct hn_heap *heap = s->heap;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < heap->count; i++) {
        if (is_stray(hn_heap_flags(heap, i))) {
            uint64_t size =
                hn_heap_pages_block_size(s->pages, hn_heap_address(heap, i));

            s->sums->other_blocks++;
            s->sums->other_bytes += size;
            forget_claims(s, heap, i);
            hn_heap_unsum(heap, i);
            continue;
        }
        if (kept != i)
            hn_heap_move(heap, kept, i, 1);
        kept++;
    }
    heap->count = kept;
    s->stale_index = true;
}

/* --- the search for references */

/* The kernel names it; a core has no names, but registers. */
static const struct hn_region *
find_stack(struct hn_target *target, int64_t main_thread)
{
    const struct hn_error saved = *target->err;
    struct hn_registers registers;
    enum hn_status st;

    for (size_t i = 0; i < target->region_count; i++)
        if (strcmp(target->regions[i].path, "[stack]") == 0)
            return &target->regions[i];
    st = hn_target_registers(target, main_thread, &registers);
    *target->err = saved;
    return st == HN_OK ? hn_target_region(target, registers.sp) : NULL;
}

/* A page that is in no pool, or in one whose words were not kept; there are more up to
 * @end. */
static void
search_page(struct hn_seeker *s, hn_addr at, hn_addr end)
{
    uint8_t copy[PAGE];
    hn_addr words[PAGE / WORD];
    size_t size, count;
    const uint8_t *bytes = hn_target_lend_some(s->py->target, at, end - at, &size);

    if (!bytes)
        return;
    size = size < PAGE ? size : PAGE;
    /* What is found is looked at elsewhere: the window may be taken back. */
    if (s->py->target->kind != HN_PLACE_CORE)
        bytes = memcpy(copy, bytes, size);
    count = hn_pointers_pick(s->pointers, s->pages, bytes, size, words);
    for (size_t i = 0; i < count; i++)
        look(s, words[i]);
}

/* The first pool from @at on whose words were kept, or NULL; addresses ascend from call
 * to call. */
static const struct hn_found_pool *
kept_pool(struct hn_seeker *s, hn_addr at)
{
    struct hn_outside *o = s->outside;

    while (o->pool < s->pool_count && !s->pools[o->pool].is_page
           && (s->pools[o->pool].at < at || s->pools[o->pool].searched_bytes == 0))
        o->words += s->pools[o->pool++].words;
    return o->pool < s->pool_count && !s->pools[o->pool].is_page ? &s->pools[o->pool]
                                                                 : NULL;
}

static void
look_at_kept(struct hn_seeker *s, const struct hn_found_pool *pool)
{
    const hn_addr *words = hn_pointers_kept(s->pointers) + s->outside->words;

    for (uint32_t i = 0; i < pool->words; i++)
        look(s, words[i]);
}

static enum hn_status
search_region(struct hn_seeker *s, const struct hn_region *region)
{
    hn_addr at = region->start;

    while (at < region->end && !s->outside->failed) {
        const struct hn_found_pool *pool = kept_pool(s, at);
        enum hn_status st =
            hn_seeker_step(s, "looking for large objects", at - region->start,
                           region->end - region->start);

        if (st)
            return st;
        if (pool && pool->at == at) {
            look_at_kept(s, pool);
            at += pool->searched_bytes;
        } else {
            search_page(s, at, pool && pool->at < region->end ? pool->at : region->end);
            at = (at & ~(hn_addr)(PAGE - 1)) + PAGE;
        }
    }
    return HN_OK;
}

static enum hn_status
search_memory(struct hn_seeker *s)
{
    const struct hn_target *target = s->py->target;

    hn_pointers_forget_recent(s->pointers);
    s->outside->stack = find_stack(s->py->target, s->process->pid);
    for (size_t i = 0; i < target->region_count; i++) {
        const struct hn_region *region = &target->regions[i];
        enum hn_status st;

        if (!hn_pointers_wanted(region))
            continue;
        st = search_region(s, region);
        if (st)
            return st;
    }
    return HN_OK;
}

/* --- putting both together */

static int
by_address(const void *a, const void *b)
{
    const struct item *x = a, *y = b;

    return (x->at > y->at) - (x->at < y->at);
}

static void
put(struct hn_heap *heap, uint32_t object, const struct item *item)
{
    hn_heap_set(heap, object, item->at, item->kind, item->flags, item->counted,
                item->spent);
    hn_heap_sum(heap, object);
}

/* From the end on, so that every object moves once, in as few pieces as can be. */
static void
put_between(struct hn_heap *heap, const struct item *items, uint32_t count)
{
    uint32_t left = heap->count;

    heap->count += count;
    while (count > 0) {
        const struct item *item = &items[count - 1];
        uint32_t at = hn_heap_below(heap, left, item->at);

        hn_heap_move(heap, at + count, at, left - at);
        left = at;
        put(heap, at + --count, item);
    }
}

static bool
merge(struct hn_heap *heap, struct item *items, uint32_t count)
{
    if (count > HN_HEAP_NONE - 1 - heap->count
        || (heap->count + count > heap->capacity
            && !hn_heap_resize(heap, heap->count + count)))
        return false;
    if (count > 0)
        qsort(items, count, sizeof(*items), by_address);
    put_between(heap, items, count);
    return true;
}

/* They share no page with objects in pools, and come by address. */
static enum hn_status
add_to_index(struct hn_seeker *s)
{
    const struct hn_outside *o = s->outside;
    enum hn_status st = HN_OK;

    for (uint32_t i = 0; !st && i < o->count; i++) {
        if (!hn_heap_pages_add_object(s->pages, o->items[i].at, 0))
            return hn_fail(s->py->err, HN_E_NOMEM, 0, "no memory for the objects");
        st = hn_pace_object(&s->pace, "numbering objects", i, o->count);
    }
    hn_heap_pages_number(s->pages);
    return st;
}

static void
add_up(struct hn_seeker *s)
{
    for (uint32_t i = 0; i < s->outside->count; i++) {
        const struct item *item = &s->outside->items[i];

        if (item->flags & HN_HEAP_STATIC) {
            s->sums->static_objects++;
            s->sums->static_bytes += item->counted;
        } else {
            s->sums->outside_objects++;
        }
    }
}

enum hn_status
hn_seek_outside(struct hn_seeker *s)
{
    enum hn_status st = HN_OK;

    s->outside = outside_create();
    if (!s->outside)
        return hn_fail(s->py->err, HN_E_NOMEM, 0, "no memory for the objects");
    s->outside->strays = s->sums->tracked;
    for (size_t i = 0; !st && i < s->process->interpreter_count; i++)
        st = walk_lists(s, s->process->interpreters[i].addr);
    free(s->steps);
    s->steps = NULL;
    s->outside->complete = !st && lists_are_complete(s);
    if (s->outside->complete && !(s->py->layout.flavour & HN_FLAVOUR_FREE_THREADED)
        && s->outside->strays > 0)
        drop_strays(s);
    if (!st)
        st = search_memory(s);
    if (st && st != HN_E_INTERRUPTED)
        return st;
    add_up(s);
    if (s->outside->failed || !merge(s->heap, s->outside->items, s->outside->count))
        return hn_fail(s->py->err, HN_E_NOMEM, 0, "no memory for the objects");
    return st || s->stale_index ? st : add_to_index(s);
}
