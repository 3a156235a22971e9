/* Looks for objects: see search.h. */
#include "heap/search.h"

#include <fnmatch.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "heap/pace.h"
#include "runtime/variables.h"

/* What is shown of a value, and what a pattern may look at. */
static const struct hn_preview_limits shown = { .depth = 2, .items = 5, .width = 120 };
static const struct hn_preview_limits searched = { .depth = 3,
                                                   .items = 100,
                                                   .width = 1 << 16 };

struct search {
    const struct hn_heap *heap;
    const struct hn_heap_filter *filter;
    bool *types; /* those that pass, by number */
    regex_t value;
    uint32_t *found;
    uint32_t count;
    size_t capacity;
};

static const char *
last_part(const char *name)
{
    const char *dot = strrchr(name, '.');

    return dot ? dot + 1 : name;
}

bool
hn_heap_type_matches(const char *pattern, const char *name)
{
    return !pattern || fnmatch(pattern, name, 0) == 0
           || fnmatch(pattern, last_part(name), 0) == 0;
}

static enum hn_status
no_memory(const struct hn_heap *heap)
{
    return hn_fail(heap->err, HN_E_NOMEM, 0, "no memory for the search");
}

static bool
choose_types(struct search *s, struct hn_arena *arena)
{
    const struct hn_heap *heap = s->heap;

    s->types = hn_arena_array(arena, heap->type_count, sizeof(*s->types));
    for (uint32_t i = 0; s->types && i < heap->type_count; i++)
        s->types[i] = hn_heap_type_matches(s->filter->type, heap->type[i].name);
    return s->types != NULL;
}

static enum hn_status
value_passes(struct search *s, uint32_t object, struct hn_arena *scratch, bool *ret)
{
    struct hn_arena_mark mark = hn_arena_mark(scratch);
    struct hn_value value;
    enum hn_status st = hn_runtime_value(s->heap->rt, hn_heap_address(s->heap, object),
                                         &searched, scratch, &value);

    if (!st)
        *ret = regexec(&s->value, value.repr, 0, NULL, 0) == 0;
    hn_arena_reset(scratch, mark);
    return st;
}

static bool
remember(struct search *s, uint32_t object)
{
    if (s->count >= UINT32_MAX || !HN_GROW(s->found, s->capacity, s->count + 1))
        return false;
    s->found[s->count++] = object;
    return true;
}

static enum hn_status
look_through(struct search *s, struct hn_arena *scratch)
{
    const struct hn_heap *heap = s->heap;
    struct hn_pace pace;
    enum hn_status st = HN_OK;

    hn_pace_init(&pace, heap->host, heap->err);
    for (uint32_t i = 0; !st && i < heap->count; i++) {
        bool passes =
            s->types[heap->types[i]] && hn_heap_counted(heap, i) >= s->filter->min_size;

        st = hn_pace_object(&pace, "looking through objects", i, heap->count);
        if (!st && passes && s->filter->value)
            st = value_passes(s, i, scratch, &passes);
        if (!st && passes && !remember(s, i))
            st = no_memory(heap);
    }
    hn_pace_end(&pace);
    return st;
}

static int
by_size(const void *a, const void *b, void *arg)
{
    const struct hn_heap *heap = arg;
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    uint64_t size_x = hn_heap_counted(heap, x), size_y = hn_heap_counted(heap, y);

    if (size_x != size_y)
        return size_x < size_y ? 1 : -1;
    return (x > y) - (x < y);
}

static enum hn_status
fill_hit(const struct search *s, uint32_t object, struct hn_arena *arena,
         struct hn_heap_hit *ret)
{
    const struct hn_heap *heap = s->heap;
    unsigned flags = hn_heap_flags(heap, object);
    struct hn_value value;
    enum hn_status st;

    *ret = (struct hn_heap_hit){
        .address = hn_heap_address(heap, object),
        .type = heap->type[heap->types[object]].name,
        .bytes = hn_heap_counted(heap, object),
        .allocated = hn_heap_spent(heap, object),
        .tracked = flags & HN_HEAP_TRACKED,
        .generation =
            flags & HN_HEAP_LISTED ? (int)hn_heap_generation(heap, object) : -1,
        .is_static = flags & HN_HEAP_STATIC,
    };
    ret->type = hn_arena_copy(arena, ret->type, strlen(ret->type));
    if (!s->filter->values)
        return HN_OK;
    st = hn_runtime_value(heap->rt, ret->address, &shown, arena, &value);
    if (!st)
        ret->repr = value.repr;
    return st;
}

static enum hn_status
fill_hits(struct search *s, struct hn_arena *arena, struct hn_heap_hits *ret)
{
    size_t count = s->count;
    enum hn_status st = HN_OK;

    ret->total = s->count;
    for (uint32_t i = 0; i < s->count; i++)
        ret->total_bytes += hn_heap_counted(s->heap, s->found[i]);
    if (s->filter->limit && s->filter->limit < count)
        count = (size_t)s->filter->limit;
    if (s->count > 0)
        qsort_r(s->found, s->count, sizeof(*s->found), by_size, (void *)s->heap);
    ret->items = hn_arena_array(arena, count, sizeof(*ret->items));
    if (!ret->items)
        return no_memory(s->heap);
    for (; !st && ret->count < count; ret->count += st == HN_OK)
        st = fill_hit(s, s->found[ret->count], arena, &ret->items[ret->count]);
    return st;
}

enum hn_status
hn_heap_search(const struct hn_heap *heap, const struct hn_heap_filter *filter,
               struct hn_arena *arena, struct hn_heap_hits *ret)
{
    struct search s = { .heap = heap, .filter = filter };
    struct hn_arena scratch;
    enum hn_status st, interrupted;

    memset(ret, 0, sizeof(*ret));
    if (filter->value
        && regcomp(&s.value, filter->value, REG_EXTENDED | REG_NOSUB) != 0)
        return hn_fail_detail(heap->err, HN_E_ARGUMENT, 0, "not a regular expression",
                              "%s", filter->value);
    hn_arena_init(&scratch);
    interrupted =
        choose_types(&s, arena) ? look_through(&s, &scratch) : no_memory(heap);
    st = interrupted == HN_E_INTERRUPTED ? HN_OK : interrupted;
    if (!st)
        st = fill_hits(&s, arena, ret);
    hn_arena_deinit(&scratch);
    if (filter->value)
        regfree(&s.value);
    free(s.found);
    return st ? st : interrupted;
}
