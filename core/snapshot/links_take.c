/* Keeping the references of a process: see links.h. Labels are made once for each name,
 * key and slot that they are made of. */
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/index.h"
#include "base/large.h"
#include "heap/counts.h"
#include "heap/pace.h"
#include "snapshot/moment.h"

enum {
    LINKS_FIRST = 1 << 16,
    /* Texts that are told apart; a key of a dict beyond them is "[...]". Each takes
     * some microseconds, and its bytes in the file. */
    TEXTS_MOST = 1 << 20,
    OTHERS = 0 /* number of that label */
};

/* What a label is made of; zeros where it does not depend on it. */
struct origin {
    uint64_t place, type, index, key, is_name;
};

struct taker {
    struct hn_moment *moment;
    struct hn_links *links;
    struct hn_pace pace;
    struct hn_referrer referrer;
    uint32_t object;

    /* References of the object at hand, which are put into words when all are read. */
    struct hn_reference *items;
    size_t item_count, item_room;

    uint32_t capacity; /* of links */
    size_t label_room;
    struct hn_index by_origin, by_text;
    struct hn_text text;
    uint32_t *found;    /* of each object: references that its count is for */
    bool *is_namespace; /* of each object: its keys are names; only without values */
    bool failed;
};

static enum hn_status
fail_memory(const struct taker *t)
{
    return hn_fail(t->moment->heap.err, HN_E_NOMEM, 0, "no memory for references");
}

/* --- labels */

static bool
is_text(const void *arg, uint32_t number)
{
    const struct taker *t = arg;

    return strcmp(t->links->labels[number], t->text.bytes) == 0;
}

static uint32_t
add_label(struct taker *t)
{
    struct hn_links *links = t->links;
    const char *copy = hn_arena_copy(&t->moment->arena, t->text.bytes, t->text.size);

    if (!copy
        || !HN_GROW_IN(&t->moment->arena, links->labels, t->label_room,
                       links->label_count + 1)) {
        t->failed = true;
        links->label_count = 0;
        return OTHERS;
    }
    links->labels[links->label_count] = copy;
    return (uint32_t)links->label_count++;
}

/* The number of the label that stands in t->text. */
static uint32_t
number_of_text(struct taker *t)
{
    uint64_t hash = hn_index_hash(t->text.bytes, t->text.size);
    uint32_t number = hn_index_find(&t->by_text, hash, is_text, t);

    if (number != HN_INDEX_NONE)
        return number;
    if (t->links->label_count >= TEXTS_MOST)
        return OTHERS;
    number = add_label(t);
    t->failed |= !hn_index_add(&t->by_text, hash, number);
    return number;
}

/* Without values keys of dicts are left out, but for those that are names. */
static bool
is_name(const struct taker *t, const struct hn_reference *r)
{
    return t->is_namespace && r->place == HN_REFERENCE_VALUE
           && t->is_namespace[r->from];
}

static uint64_t
origin_of(const struct taker *t, const struct hn_reference *r)
{
    struct origin origin = { .place = r->place, .is_name = is_name(t, r) };

    switch (r->place) {
    case HN_REFERENCE_WORD: origin.type = t->moment->heap.types[r->from]; break;
    case HN_REFERENCE_ATTRIBUTE:
    case HN_REFERENCE_VALUE:
    case HN_REFERENCE_LOCAL: origin.key = r->key; break;
    default: break;
    }
    switch (r->place) {
    case HN_REFERENCE_WORD:
    case HN_REFERENCE_ITEM:
    case HN_REFERENCE_LOCAL:
    case HN_REFERENCE_FRAME: origin.index = r->index; break;
    default: break;
    }
    return hn_index_hash(&origin, sizeof(origin));
}

static uint32_t
label_of(struct taker *t, const struct hn_reference *r)
{
    uint64_t origin;
    uint32_t number;

    if (r->place == HN_REFERENCE_ITEM && r->index < HN_LINK_INDEX)
        return HN_LINK_INDEX | (uint32_t)r->index;
    origin = origin_of(t, r);
    number = hn_index_find(&t->by_origin, origin, NULL, NULL);
    if (number != HN_INDEX_NONE)
        return number;
    if (t->links->label_count >= TEXTS_MOST)
        return OTHERS;
    hn_text_clear(&t->text);
    hn_label_put(&t->text, &t->moment->heap, r, is_name(t, r));
    if (t->text.failed) {
        t->failed = true;
        return OTHERS;
    }
    number = number_of_text(t);
    t->failed |= !hn_index_add(&t->by_origin, origin, number);
    return number;
}

/* --- references */

/* May not read the target: see struct hn_referrer. */
static void
collect(void *arg, const struct hn_reference *reference)
{
    struct taker *t = arg;

    if (!(reference->bits & (HN_REFERENCE_WEAK | HN_REFERENCE_UNCOUNTED)))
        t->found[reference->to]++;
    if (!HN_GROW(t->items, t->item_room, t->item_count + 1)) {
        t->failed = true;
        return;
    }
    t->items[t->item_count++] = *reference;
}

static bool
make_room(struct taker *t)
{
    struct hn_links *links = t->links;
    uint64_t wanted = (uint64_t)links->count + t->item_count, capacity = t->capacity;
    uint32_t *to, *label;
    uint8_t *kind;

    if (wanted <= capacity)
        return true;
    capacity = capacity ? capacity * 3 / 2 : LINKS_FIRST;
    if (capacity < wanted)
        capacity = wanted;
    if (capacity >= HN_HEAP_NONE)
        return false;
    to = hn_large_realloc(links->to, capacity, sizeof(*to));
    if (to)
        links->to = to;
    label = hn_large_realloc(links->label, capacity, sizeof(*label));
    if (label)
        links->label = label;
    kind = hn_large_realloc(links->kind, capacity, sizeof(*kind));
    if (kind)
        links->kind = kind;
    if (!to || !label || !kind)
        return false;
    t->capacity = (uint32_t)capacity;
    return true;
}

static void
keep(struct taker *t)
{
    struct hn_links *links = t->links;

    if (!make_room(t)) {
        t->failed = true;
        return;
    }
    for (size_t i = 0; i < t->item_count; i++) {
        const struct hn_reference *r = &t->items[i];

        links->to[links->count] = r->to;
        links->kind[links->count] =
            (uint8_t)(r->bits | (unsigned)r->place << HN_LINK_PLACE_SHIFT);
        links->label[links->count++] = label_of(t, r);
    }
}

static uint32_t
count_of(const struct hn_refcounts *counts, uint32_t object)
{
    int64_t references;

    if (!hn_refcount_of(counts, object, &references))
        return HN_LINK_UNKNOWN;
    if (references < 0)
        return 0;
    return references < HN_LINK_UNKNOWN ? (uint32_t)references : HN_LINK_UNKNOWN - 1;
}

/* And the counts, which lie beside them: memory is gone through once. */
static enum hn_status
take_references(struct taker *t, const struct hn_process *process)
{
    const uint32_t count = t->moment->heap.count;
    struct hn_refcounts counts;
    enum hn_status st = hn_refcounts_init(&counts, &t->moment->heap, process);

    t->referrer.visit = collect;
    t->referrer.arg = t;
    for (uint32_t i = 0; !st && i < count; i++) {
        t->links->first[i] = t->links->count;
        t->links->references[i] = count_of(&counts, i);
        t->item_count = 0;
        hn_references_of(&t->referrer, i);
        keep(t);
        st = t->failed ? fail_memory(t)
                       : hn_pace_object(&t->pace, "keeping references", i, count);
    }
    t->links->first[count] = t->links->count;
    hn_refcounts_deinit(&counts);
    return st;
}

/* --- namespaces */

static void
mark_namespace(void *arg, const struct hn_reference *reference)
{
    struct taker *t = arg;

    if (reference->place == HN_REFERENCE_DICT)
        t->is_namespace[reference->to] = true;
}

static enum hn_status
find_namespaces(struct taker *t)
{
    const uint32_t count = t->moment->heap.count;
    enum hn_status st = HN_OK;

    t->is_namespace = calloc((size_t)count + 1, sizeof(*t->is_namespace));
    if (!t->is_namespace)
        return fail_memory(t);
    t->referrer.visit = mark_namespace;
    t->referrer.arg = t;
    for (uint32_t i = 0; !st && i < count; i++) {
        hn_references_of(&t->referrer, i);
        st = hn_pace_object(&t->pace, "looking for names", i, count);
    }
    return st;
}

/* --- what counts are for, roots and names */

static void
count_root(void *arg, uint32_t object, unsigned bits)
{
    struct taker *t = arg;

    t->found[object] +=
        !(bits & (HN_REFERENCE_WEAK | HN_REFERENCE_UNCOUNTED | HN_REFERENCE_SCANNED));
}

static enum hn_status
explain_counts(struct taker *t)
{
    struct hn_links *links = t->links;
    const uint32_t count = t->moment->heap.count;
    enum hn_status st = HN_OK;

    for (uint32_t i = 0; !st && i < count; i++) {
        bool exceeds = links->references[i] != HN_LINK_UNKNOWN
                       && t->found[i] < links->references[i];

        links->unexplained[i] = exceeds ? links->references[i] - t->found[i] : 0;
        st = hn_pace_object(&t->pace, "explaining reference counts", i, count);
    }
    return st;
}

static enum hn_status
take_roots(struct taker *t, const struct hn_graph *graph)
{
    struct hn_links *links = t->links;
    struct hn_arena *arena = &t->moment->arena;
    const struct hn_roots *roots = &graph->roots;

    links->roots =
        hn_arena_array(arena, (size_t)roots->count + 1, sizeof(*links->roots));
    if (!links->roots)
        return fail_memory(t);
    for (uint32_t i = 0; i < roots->count; i++) {
        const uint32_t object = roots->items[i].object;
        struct hn_link_root *root = &links->roots[links->root_count++];
        struct hn_graph one = *graph;

        /* An object may have several: each is asked for its own words. */
        one.roots.items = &roots->items[i];
        one.roots.count = 1;
        *root = (struct hn_link_root){
            .address = hn_heap_address(&t->moment->heap, object),
            .kind = roots->items[i].kind,
            .doubtful = roots->items[i].doubtful,
            .phrase = hn_root_phrase(&one, object, arena),
            .expression = hn_root_expression(&one, object, arena),
        };
        if (!root->phrase || !root->expression)
            return fail_memory(t);
    }
    return HN_OK;
}

static bool
may_begin_path(const struct hn_graph *graph, uint32_t object)
{
    return (graph->bits[object] & HN_NODE_ROOT) && !hn_root_find(&graph->roots, object);
}

static enum hn_status
take_names(struct taker *t, const struct hn_graph *graph)
{
    struct hn_links *links = t->links;
    struct hn_arena *arena = &t->moment->arena;
    size_t room = 0;

    for (uint32_t i = 0; i < graph->count; i++)
        room += may_begin_path(graph, i);
    links->names = hn_arena_array(arena, room + 1, sizeof(*links->names));
    if (!links->names)
        return fail_memory(t);
    for (uint32_t i = 0; i < graph->count; i++) {
        const char *name =
            may_begin_path(graph, i) ? hn_own_name(graph->heap, i, arena) : NULL;

        if (name)
            links->names[links->name_count++] = (struct hn_link_name){
                hn_heap_address(graph->heap, i),
                hn_arena_copy(arena, name, strlen(name)),
            };
    }
    return HN_OK;
}

/* --- all of it */

static enum hn_status
take_all(struct taker *t, const struct hn_process *process,
         const struct hn_graph *graph)
{
    const uint32_t count = graph->count;
    struct hn_roots roots = { 0 };
    enum hn_status st;

    if (!hn_links_make_objects(t->links, count))
        return fail_memory(t);
    memcpy(t->links->bits, graph->bits, count);
    memcpy(t->links->dominator, graph->dominator, count * sizeof(*graph->dominator));
    memcpy(t->links->retained, graph->retained, count * sizeof(*graph->retained));
    hn_text_puts(&t->text, "[...]");
    (void)number_of_text(t);
    st = t->moment->heap.no_values ? find_namespaces(t) : HN_OK;
    if (!st)
        st = take_references(t, process);
    if (!st)
        st = hn_roots_load(&t->referrer, process, count_root, t, &roots);
    hn_roots_deinit(&roots);
    if (!st)
        st = explain_counts(t);
    if (!st)
        st = take_roots(t, graph);
    return st ? st : take_names(t, graph);
}

enum hn_status
hn_links_take(struct hn_moment *moment, const struct hn_process *process,
              const struct hn_graph *graph)
{
    struct taker t = { .moment = moment, .links = &moment->links };
    enum hn_status st = hn_referrer_init(&t.referrer, &moment->heap);

    if (st)
        return st;
    hn_pace_init(&t.pace, moment->heap.host, moment->heap.err);
    hn_index_init(&t.by_origin);
    hn_index_init(&t.by_text);
    hn_text_init(&t.text);
    t.found = hn_large_calloc((size_t)graph->count + 1, sizeof(*t.found));
    st = t.found ? take_all(&t, process, graph) : fail_memory(&t);
    moment->has_links = !st;
    hn_pace_end(&t.pace);
    free(t.found);
    free(t.is_namespace);
    free(t.items);
    hn_text_deinit(&t.text);
    hn_index_deinit(&t.by_origin);
    hn_index_deinit(&t.by_text);
    hn_referrer_deinit(&t.referrer);
    return st;
}
