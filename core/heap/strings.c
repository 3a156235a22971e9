/* Groups strings by their text: see strings.h. */
#include "heap/strings.h"

#include <stdlib.h>
#include <string.h>

#include "objects/str.h"
#include "runtime/variables.h"

enum { POLL = 1 << 10, PIECE = 64 << 10 };

struct text {
    uint64_t hash, length;
    uint32_t object;
};

struct group {
    uint32_t first, count; /* among the sorted texts */
    uint64_t bytes, saved;
};

struct strings {
    const struct hn_heap *heap;
    struct text *texts;
    uint32_t count;
    struct group *groups;
    uint32_t group_count;
};

static enum hn_status
no_memory(const struct hn_heap *heap)
{
    return hn_fail(heap->rt->py.err, HN_E_NOMEM, 0, "no memory for the strings");
}

/* FNV-1a over words, then over what is left; the order of equal texts is all that
 * matters. */
static uint64_t
mix(uint64_t hash, const uint8_t *bytes, size_t size)
{
    const uint64_t prime = UINT64_C(0x100000001b3);
    size_t i = 0;

    for (; i + sizeof(uint64_t) <= size; i += sizeof(uint64_t)) {
        uint64_t word;

        memcpy(&word, bytes + i, sizeof(word));
        hash = (hash ^ word) * prime;
        hash ^= hash >> 32;
    }
    for (; i < size; i++)
        hash = (hash ^ bytes[i]) * prime;
    return hash ^ hash >> 29;
}

static bool
hash_text(struct hn_target *target, const struct hn_str_shape *shape, uint64_t *ret)
{
    uint64_t left = shape->length * shape->width, hash = UINT64_C(0xcbf29ce484222325);
    hn_addr at = shape->data;
    uint8_t copy[PIECE];

    while (left > 0) {
        size_t wanted = left < PIECE ? (size_t)left : PIECE, there;
        const uint8_t *bytes = hn_target_lend(target, at, &there);

        if (!bytes || there < wanted) {
            if (hn_target_read_some(target, at, copy, wanted) != wanted)
                return false;
            bytes = copy;
        }
        hash = mix(hash, bytes, wanted);
        at += wanted;
        left -= wanted;
    }
    *ret = hash;
    return true;
}

static void
add_text(struct strings *s, uint32_t object)
{
    struct hn_python *py = &s->heap->rt->py;
    struct hn_str_shape shape;
    uint64_t hash;

    if (hn_str_shape_load(py, hn_heap_address(s->heap, object), &shape) != HN_OK
        || !hash_text(py->target, &shape, &hash))
        return;
    s->texts[s->count++] = (struct text){ hash ^ shape.width, shape.length, object };
}

static enum hn_status
collect(struct strings *s, struct hn_heap_strings *ret)
{
    const struct hn_heap *heap = s->heap;
    bool *str_types = calloc(heap->type_count + 1, sizeof(*str_types));
    enum hn_status st = HN_OK;

    if (!str_types)
        return no_memory(heap);
    for (uint32_t i = 0; i < heap->type_count; i++)
        str_types[i] = heap->type[i].flags & HN_TPFLAG_UNICODE
                       && strcmp(heap->type[i].name, "str") == 0;
    for (uint32_t i = 0; i < heap->count; i++)
        ret->strings += str_types[heap->types[i]];
    s->texts = malloc((ret->strings + 1) * sizeof(*s->texts));
    if (!s->texts)
        st = no_memory(heap);
    for (uint32_t i = 0; !st && i < heap->count; i++) {
        if (i % POLL == 0)
            st = hn_target_poll(heap->rt->py.target);
        if (st || !str_types[heap->types[i]])
            continue;
        ret->bytes += hn_heap_counted(heap, i);
        add_text(s, i);
    }
    free(str_types);
    return st;
}

static int
by_text(const void *a, const void *b)
{
    const struct text *x = a, *y = b;

    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    if (x->length != y->length)
        return x->length < y->length ? -1 : 1;
    return (x->object > y->object) - (x->object < y->object);
}

/* Sorted by the highest bits first, in one pass, so that what is left to sort are
 * pieces that fit the processor's cache. */
enum { BUCKET_BITS = 16, BUCKETS = 1 << BUCKET_BITS };

static size_t
bucket_of(const struct text *text)
{
    return (size_t)(text->hash >> (64 - BUCKET_BITS));
}

static enum hn_status
sort_texts(struct strings *s)
{
    uint32_t *ends = calloc(BUCKETS + 1, sizeof(*ends));
    struct text *sorted = malloc(((size_t)s->count + 1) * sizeof(*sorted));

    if (!ends || !sorted) {
        free(ends);
        free(sorted);
        return no_memory(s->heap);
    }
    for (uint32_t i = 0; i < s->count; i++)
        ends[bucket_of(&s->texts[i]) + 1]++;
    for (size_t i = 0; i < BUCKETS; i++)
        ends[i + 1] += ends[i];
    for (uint32_t i = 0; i < s->count; i++)
        sorted[ends[bucket_of(&s->texts[i])]++] = s->texts[i];
    for (size_t i = 0; i < BUCKETS; i++) {
        uint32_t first = i ? ends[i - 1] : 0;

        qsort(sorted + first, ends[i] - first, sizeof(*sorted), by_text);
    }
    free(ends);
    free(s->texts);
    s->texts = sorted;
    return HN_OK;
}

static int
by_saving(const void *a, const void *b)
{
    const struct group *x = a, *y = b;

    if (x->saved != y->saved)
        return x->saved < y->saved ? 1 : -1;
    return (x->first > y->first) - (x->first < y->first);
}

/* The largest of equal ones is kept: it may have its UTF-8 form already. */
static void
add_group(struct strings *s, uint32_t first, uint32_t count,
          struct hn_heap_strings *ret)
{
    struct group *group = &s->groups[s->group_count];
    uint64_t sum = 0, largest = 0;

    if (count < 2)
        return;
    for (uint32_t i = first; i < first + count; i++) {
        uint64_t bytes = hn_heap_counted(s->heap, s->texts[i].object);

        sum += bytes;
        largest = bytes > largest ? bytes : largest;
    }
    *group = (struct group){ first, count, largest, sum - largest };
    s->group_count++;
    ret->saved += group->saved;
}

static enum hn_status
make_groups(struct strings *s, struct hn_heap_strings *ret)
{
    uint32_t first = 0;

    enum hn_status st;

    s->groups = malloc(((size_t)s->count / 2 + 1) * sizeof(*s->groups));
    if (!s->groups)
        return no_memory(s->heap);
    st = sort_texts(s);
    if (st)
        return st;
    for (uint32_t i = 1; i <= s->count; i++)
        if (i == s->count || s->texts[i].hash != s->texts[first].hash
            || s->texts[i].length != s->texts[first].length) {
            add_group(s, first, i - first, ret);
            first = i;
        }
    ret->groups = s->group_count;
    qsort(s->groups, s->group_count, sizeof(*s->groups), by_saving);
    return HN_OK;
}

static enum hn_status
fill(const struct strings *s, uint64_t limit, struct hn_arena *arena,
     struct hn_heap_strings *ret)
{
    static const struct hn_preview_limits shown = { .depth = 1,
                                                    .items = 1,
                                                    .width = 80 };
    size_t count = s->group_count;
    enum hn_status st = HN_OK;

    if (limit && limit < count)
        count = (size_t)limit;
    ret->items = hn_arena_array(arena, count, sizeof(*ret->items));
    if (!ret->items)
        return no_memory(s->heap);
    for (size_t i = 0; !st && i < count; i++) {
        const struct group *group = &s->groups[i];
        hn_addr at = hn_heap_address(s->heap, s->texts[group->first].object);
        struct hn_value value;

        st = hn_runtime_value(s->heap->rt, at, &shown, arena, &value);
        if (st)
            break;
        ret->items[ret->count++] = (struct hn_heap_copies){
            value.repr, group->count, group->bytes, group->saved, at,
        };
    }
    return st;
}

enum hn_status
hn_heap_strings(const struct hn_heap *heap, uint64_t limit, struct hn_arena *arena,
                struct hn_heap_strings *ret)
{
    struct strings s = { .heap = heap };
    enum hn_status interrupted, st;

    memset(ret, 0, sizeof(*ret));
    interrupted = collect(&s, ret);
    st = interrupted == HN_E_INTERRUPTED ? HN_OK : interrupted;
    if (!st)
        st = make_groups(&s, ret);
    if (!st)
        st = fill(&s, limit, arena, ret);
    free(s.texts);
    free(s.groups);
    return st ? st : interrupted;
}
