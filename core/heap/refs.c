/* References of one object, in and out: see refs.h. */
#include "heap/refs.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "heap/counts.h"
#include "heap/pace.h"

struct collector {
    const struct hn_heap *heap;
    uint32_t object; /* whose referrers are wanted; NONE: all references are */
    uint64_t limit;
    struct hn_reference *items;
    size_t count, capacity;
    uint64_t total, counted; /* of which have a part in the reference count */
    bool failed;
};

static void
take(void *arg, const struct hn_reference *reference)
{
    struct collector *c = arg;

    if (c->object != HN_HEAP_NONE && reference->to != c->object)
        return;
    c->total++;
    c->counted += !(reference->bits & (HN_REFERENCE_WEAK | HN_REFERENCE_UNCOUNTED));
    if (c->count >= c->limit)
        return;
    if (!HN_GROW(c->items, c->capacity, c->count + 1)) {
        c->failed = true;
        return;
    }
    c->items[c->count++] = *reference;
}

static void
take_root(void *arg, uint32_t object, unsigned bits)
{
    struct collector *c = arg;

    c->counted +=
        object == c->object
        && !(bits
             & (HN_REFERENCE_WEAK | HN_REFERENCE_UNCOUNTED | HN_REFERENCE_SCANNED));
}

static enum hn_status
fail_memory(const struct hn_heap *heap)
{
    return hn_fail(heap->rt->py.err, HN_E_NOMEM, 0, "no memory for references");
}

static enum hn_status
load_link(const struct collector *c, const struct hn_reference *reference,
          struct hn_arena *arena, struct hn_graph_link *ret)
{
    const bool inbound = c->object != HN_HEAP_NONE;
    struct hn_text text;
    enum hn_status st = hn_graph_object_load(
        c->heap, inbound ? reference->from : reference->to, true, arena, &ret->object);

    if (st)
        return st;
    hn_text_init(&text);
    hn_label_put(&text, c->heap, reference, false);
    ret->label = text.failed ? NULL : hn_arena_copy(arena, text.bytes, text.size);
    hn_text_deinit(&text);
    ret->scanned = reference->bits & HN_REFERENCE_SCANNED;
    ret->weak = reference->bits & HN_REFERENCE_WEAK;
    return ret->label ? HN_OK : fail_memory(c->heap);
}

static enum hn_status
load_links(struct collector *c, struct hn_arena *arena, struct hn_graph_links *ret)
{
    enum hn_status st = c->failed ? fail_memory(c->heap) : HN_OK;

    for (size_t i = 0; !st && i < c->count; i++) {
        st = load_link(c, &c->items[i], arena, &ret->items[ret->count]);
        ret->count += st == HN_OK;
    }
    ret->total += c->total;
    return st;
}

static enum hn_status
load_count(const struct hn_heap *heap, const struct hn_process *process,
           uint32_t object, struct hn_graph_links *ret)
{
    struct hn_refcounts counts;
    enum hn_status st = hn_refcounts_init(&counts, heap, process);

    if (st)
        return st;
    ret->counted = hn_refcount_of(&counts, object, &ret->references);
    hn_refcounts_deinit(&counts);
    return HN_OK;
}

static enum hn_status
begin(const struct hn_heap *heap, const struct hn_process *process, uint32_t object,
      uint64_t limit, struct hn_arena *arena, struct collector *c,
      struct hn_referrer *r, struct hn_graph_links *ret)
{
    enum hn_status st;

    *ret = (struct hn_graph_links){ 0 };
    *c = (struct collector){ .heap = heap, .object = HN_HEAP_NONE, .limit = limit };
    if (limit == 0 || limit > HN_REFS_MOST)
        c->limit = HN_REFS_MOST;
    st = hn_graph_object_load(heap, object, true, arena, &ret->object);
    if (!st)
        st = load_count(heap, process, object, ret);
    if (st)
        return st;
    st = hn_referrer_init(r, heap);
    r->visit = take;
    r->arg = c;
    return st;
}

enum hn_status
hn_refs_out(const struct hn_heap *heap, const struct hn_process *process,
            uint32_t object, uint64_t limit, struct hn_arena *arena,
            struct hn_graph_links *ret)
{
    struct hn_referrer r;
    struct collector c;
    enum hn_status st = begin(heap, process, object, limit, arena, &c, &r, ret);

    if (st)
        return st;
    ret->outbound = true;
    hn_references_of(&r, object);
    hn_referrer_deinit(&r);
    ret->items = hn_arena_array(arena, c.count + 1, sizeof(*ret->items));
    st = ret->items ? load_links(&c, arena, ret) : fail_memory(heap);
    free(c.items);
    return st;
}

/* --- referrers */

static enum hn_status
search(struct hn_referrer *r, const struct hn_heap *heap)
{
    struct hn_pace pace;
    enum hn_status st = HN_OK;

    hn_pace_init(&pace, heap->host, heap->err);
    for (uint32_t i = 0; !st && i < heap->count; i++) {
        hn_references_of(r, i);
        st = hn_pace_object(&pace, "looking for referrers", i, heap->count);
    }
    hn_pace_end(&pace);
    return st;
}

/* What of the interpreter refers to it: rows without an object. */
static enum hn_status
add_roots(const struct hn_heap *heap, const struct hn_roots *roots, uint32_t object,
          uint64_t limit, struct hn_arena *arena, struct hn_graph_links *ret)
{
    struct hn_graph graph = { .heap = heap, .count = heap->count, .roots = *roots };

    for (uint32_t i = 0; i < roots->count; i++) {
        struct hn_graph one = graph;
        const char *phrase;

        ret->total++;
        if (ret->count >= limit)
            continue;
        one.roots.items = &roots->items[i];
        one.roots.count = 1;
        phrase = hn_root_phrase(&one, object, arena);
        if (!phrase)
            return fail_memory(heap);
        ret->items[ret->count++] = (struct hn_graph_link){ .label = phrase };
    }
    return HN_OK;
}

enum hn_status
hn_refs_in(const struct hn_heap *heap, const struct hn_process *process,
           uint32_t object, uint64_t limit, struct hn_arena *arena,
           struct hn_graph_links *ret)
{
    struct hn_roots roots = { 0 };
    struct hn_referrer r;
    struct collector c;
    enum hn_status st = begin(heap, process, object, limit, arena, &c, &r, ret),
                   interrupted;

    if (st)
        return st;
    c.object = object;
    interrupted = search(&r, heap);
    if (!interrupted)
        st = hn_roots_load(&r, process, take_root, &c, &roots);
    hn_referrer_deinit(&r);
    if (ret->counted && (int64_t)c.counted < ret->references && !interrupted)
        ret->unexplained = (uint64_t)ret->references - c.counted;
    hn_roots_finish(&roots);
    hn_roots_choose(&roots, object, ret->counted && !ret->unexplained);
    ret->items = hn_arena_array(arena, c.count + roots.count + 1, sizeof(*ret->items));
    if (!st && !ret->items)
        st = fail_memory(heap);
    if (!st)
        st = add_roots(heap, &roots, object, c.limit, arena, ret);
    if (!st)
        st = load_links(&c, arena, ret);
    ret->immortal = !ret->counted;
    hn_roots_deinit(&roots);
    free(c.items);
    return st ? st : interrupted;
}
