/* Kept references, in use: the graph, its words, and one object's. See links.h. */
#include "snapshot/links.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/large.h"
#include "heap/digraph.h"
#include "heap/refs.h"
#include "snapshot/moment.h"

static enum hn_status
fail_memory(const struct hn_moment *moment)
{
    return hn_fail(moment->heap.err, HN_E_NOMEM, 0, "no memory for references");
}

void
hn_links_deinit(struct hn_links *links)
{
    free(links->first);
    free(links->to);
    free(links->label);
    free(links->kind);
    free(links->bits);
    free(links->dominator);
    free(links->retained);
    free(links->references);
    free(links->unexplained);
    *links = (struct hn_links){ 0 };
}

bool
hn_links_make_objects(struct hn_links *links, uint32_t objects)
{
    const size_t count = (size_t)objects + 1;

    hn_links_deinit(links);
    links->first = hn_large_calloc(count, sizeof(*links->first));
    links->bits = hn_large_calloc(count, sizeof(*links->bits));
    links->dominator = hn_large_calloc(count, sizeof(*links->dominator));
    links->retained = hn_large_calloc(count, sizeof(*links->retained));
    links->references = hn_large_calloc(count, sizeof(*links->references));
    links->unexplained = hn_large_calloc(count, sizeof(*links->unexplained));
    return links->first && links->bits && links->dominator && links->retained
           && links->references && links->unexplained;
}

/* --- what a file says */

static bool
roots_are_sound(const struct hn_moment *moment)
{
    const struct hn_links *links = &moment->links;

    for (size_t i = 0; i < links->root_count; i++) {
        const struct hn_link_root *root = &links->roots[i];

        if (root->kind > HN_ROOT_C || !root->phrase || !root->expression
            || hn_moment_find(moment, root->address) == HN_HEAP_NONE
            || (i > 0 && root->address < root[-1].address))
            return false;
    }
    for (size_t i = 0; i < links->name_count; i++)
        if (!links->names[i].name
            || (i > 0 && links->names[i].address < links->names[i - 1].address))
            return false;
    return true;
}

bool
hn_links_are_sound(const struct hn_moment *moment)
{
    const struct hn_links *links = &moment->links;
    const uint32_t count = moment->heap.count;

    if (links->first[0] != 0 || links->first[count] != links->count)
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (links->first[i] > links->first[i + 1] || links->dominator[i] > count + 1)
            return false;
    for (uint32_t i = 0; i < links->count; i++)
        if (links->to[i] >= count
            || links->kind[i] >> HN_LINK_PLACE_SHIFT > HN_REFERENCE_STATE
            || (!(links->label[i] & HN_LINK_INDEX)
                && links->label[i] >= links->label_count))
            return false;
    return roots_are_sound(moment);
}

/* --- the graph */

/* References that keep something alive: see struct hn_graph. Those of the dict of
 * interned strings do not. */
static bool
counts(const struct hn_links *links, uint32_t from, uint32_t link)
{
    return !(links->kind[link] & HN_LINK_WEAK)
           && !(links->bits[links->to[link]] & HN_NODE_PINNED)
           && !(links->bits[from] & HN_NODE_INTERNED);
}

static enum hn_status
fill(const struct hn_moment *moment, struct hn_graph *graph)
{
    const struct hn_links *links = &moment->links;
    struct hn_pace pace;
    uint32_t edges = 0;
    enum hn_status st;

    for (uint32_t i = 0; i < graph->count; i++) {
        graph->out_first[i] = edges;
        for (uint32_t e = links->first[i]; e < links->first[i + 1]; e++)
            if (counts(links, i, e))
                graph->out[edges++] = links->to[e];
    }
    graph->out_first[graph->count] = edges;
    hn_pace_init(&pace, moment->heap.host, moment->heap.err);
    st = hn_digraph_count_inbound(graph->count, graph->out_first, graph->out,
                                  graph->in_first, &pace);
    if (!st)
        st = hn_digraph_invert(graph->count, graph->out_first, graph->out,
                               graph->in_first, graph->in, &pace);
    hn_pace_end(&pace);
    return st;
}

/* Their words stand at the same places of links->roots: hn_root.index says where. */
static bool
fill_roots(const struct hn_moment *moment, struct hn_roots *ret)
{
    const struct hn_links *links = &moment->links;

    ret->items = calloc(links->root_count + 1, sizeof(*ret->items));
    if (!ret->items)
        return false;
    for (size_t i = 0; i < links->root_count; i++)
        ret->items[ret->count++] = (struct hn_root){
            .object = hn_moment_find(moment, links->roots[i].address),
            .kind = (uint8_t)links->roots[i].kind,
            .doubtful = links->roots[i].doubtful,
            .index = (uint32_t)i,
        };
    return true;
}

enum hn_status
hn_links_graph(const struct hn_moment *moment, struct hn_graph *ret)
{
    const struct hn_links *links = &moment->links;
    const size_t count = (size_t)moment->heap.count + 1;

    *ret = (struct hn_graph){ .heap = &moment->heap, .count = moment->heap.count };
    ret->out_first = hn_large_alloc(count, sizeof(*ret->out_first));
    ret->in_first = hn_large_alloc(count, sizeof(*ret->in_first));
    ret->out = hn_large_alloc((size_t)links->count + 1, sizeof(*ret->out));
    ret->in = hn_large_alloc((size_t)links->count + 1, sizeof(*ret->in));
    ret->bits = hn_large_alloc(count, sizeof(*ret->bits));
    ret->dominator = hn_large_alloc(count + 1, sizeof(*ret->dominator));
    ret->retained = hn_large_calloc(count + 1, sizeof(*ret->retained));
    if (!ret->out_first || !ret->in_first || !ret->out || !ret->in || !ret->bits
        || !ret->dominator || !ret->retained || !fill_roots(moment, &ret->roots))
        return fail_memory(moment);
    memcpy(ret->bits, links->bits, count - 1);
    memcpy(ret->dominator, links->dominator, (count - 1) * sizeof(*ret->dominator));
    memcpy(ret->retained, links->retained, (count - 1) * sizeof(*ret->retained));
    ret->dominator[hn_graph_root(ret)] = hn_graph_root(ret);
    ret->dominator[hn_graph_garbage(ret)] = hn_graph_root(ret);
    ret->retained[hn_graph_root(ret)] = moment->retained.total;
    ret->retained[hn_graph_garbage(ret)] = moment->retained.garbage_bytes;
    ret->references = moment->retained.references;
    ret->garbage_objects = moment->retained.garbage_objects;
    return fill(moment, ret);
}

/* --- words */

/* "['name']" of the attributes of an object is ".name". */
static void
put_name(struct hn_text *text, const char *label)
{
    const size_t size = strlen(label);
    bool is_name = size > 4 && strncmp(label, "['", 2) == 0
                   && strcmp(label + size - 2, "']") == 0
                   && !(label[2] >= '0' && label[2] <= '9');

    for (size_t i = 2; is_name && i < size - 2; i++) {
        unsigned char c = (unsigned char)label[i];

        is_name = c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
                  || (c >= 'A' && c <= 'Z') || c >= 0x80;
    }
    if (is_name) {
        hn_text_putc(text, '.');
        hn_text_add(text, label + 2, size - 4);
    } else {
        hn_text_puts(text, label);
    }
}

static void
put_label(struct hn_text *text, const struct hn_links *links, uint32_t link,
          bool of_attributes)
{
    uint32_t label = links->label[link];
    const char *words;

    if (label & HN_LINK_INDEX) {
        hn_text_printf(text, "[%" PRIu32 "]", label & ~HN_LINK_INDEX);
        return;
    }
    words = links->labels[label];
    if (of_attributes && links->kind[link] >> HN_LINK_PLACE_SHIFT == HN_REFERENCE_VALUE)
        put_name(text, words);
    else
        hn_text_puts(text, words);
}

static unsigned
worth(const struct hn_links *links, uint32_t link)
{
    return hn_reference_worth(links->kind[link] >> HN_LINK_PLACE_SHIFT,
                              links->kind[link]);
}

static bool
kept_reference(void *arg, uint32_t from, uint32_t to, bool of_attributes,
               struct hn_text *text)
{
    const struct hn_link_words *words = arg;
    const struct hn_links *links = &words->moment->links;
    uint32_t best = HN_HEAP_NONE;

    for (uint32_t e = links->first[from]; e < links->first[from + 1]; e++)
        if (links->to[e] == to && !(links->kind[e] & HN_LINK_WEAK)
            && (best == HN_HEAP_NONE || worth(links, e) > worth(links, best)))
            best = e;
    if (best == HN_HEAP_NONE)
        return false;
    put_label(text, links, best, of_attributes);
    return true;
}

static const struct hn_link_root *
root_of(const struct hn_link_words *words, uint32_t object)
{
    const struct hn_root *root = hn_root_find(&words->graph->roots, object);

    return root ? &words->moment->links.roots[root->index] : NULL;
}

static const char *
kept_phrase(void *arg, uint32_t object, struct hn_arena *arena)
{
    const struct hn_link_words *words = arg;
    const struct hn_link_root *root = root_of(words, object);

    (void)arena;
    return root ? root->phrase : hn_root_phrase_of_bits(words->graph, object);
}

static int
by_address(const void *a, const void *b)
{
    const struct hn_link_name *x = a, *y = b;

    return (x->address > y->address) - (x->address < y->address);
}

static const char *
kept_expression(void *arg, uint32_t object, struct hn_arena *arena)
{
    const struct hn_link_words *words = arg;
    const struct hn_links *links = &words->moment->links;
    const struct hn_heap *heap = &words->moment->heap;
    const struct hn_link_root *root = root_of(words, object);
    const struct hn_link_name wanted = { .address = hn_heap_address(heap, object) };
    const struct hn_link_name *name = NULL;

    if (root)
        return root->expression;
    if (links->name_count > 0)
        name = bsearch(&wanted, links->names, links->name_count, sizeof(wanted),
                       by_address);
    return name ? name->name
                : hn_arena_format(arena, "<%s at 0x%" PRIx64 ">",
                                  heap->type[heap->types[object]].name, wanted.address);
}

static enum hn_status
load_object(const struct hn_moment *moment, uint32_t object, bool values,
            struct hn_graph_object *ret)
{
    const struct hn_heap *heap = &moment->heap;

    *ret = (struct hn_graph_object){
        .address = hn_heap_address(heap, object),
        .type = heap->type[heap->types[object]].name,
        .bytes = hn_heap_spent(heap, object),
    };
    if (values)
        ret->repr = hn_moment_repr(moment, ret->address);
    return HN_OK;
}

static enum hn_status
kept_object(void *arg, uint32_t object, bool values, struct hn_arena *arena,
            struct hn_graph_object *ret)
{
    (void)arena;
    return load_object(((const struct hn_link_words *)arg)->moment, object, values,
                       ret);
}

void
hn_link_words_init(const struct hn_moment *moment, const struct hn_graph *graph,
                   struct hn_link_words *ret)
{
    *ret = (struct hn_link_words){
        .moment = moment,
        .graph = graph,
        .words = { kept_reference, kept_phrase, kept_expression, kept_object, ret },
    };
}

/* --- one object's references */

struct loader {
    const struct hn_moment *moment;
    struct hn_arena *arena;
    size_t limit;
    struct hn_graph_links *ret;
    size_t room;
    bool failed; /* memory is short */
};

/* The next link to fill, NULL where the limit is reached. */
static struct hn_graph_link *
next_link(struct loader *l)
{
    struct hn_graph_links *ret = l->ret;

    ret->total++;
    if (ret->count >= l->limit)
        return NULL;
    if (!HN_GROW_IN(l->arena, ret->items, l->room, ret->count + 1)) {
        l->failed = true;
        return NULL;
    }
    return &ret->items[ret->count++];
}

static enum hn_status
add_link(struct loader *l, uint32_t link, uint32_t other)
{
    const struct hn_links *links = &l->moment->links;
    struct hn_graph_link *item = next_link(l);
    struct hn_text text;
    enum hn_status st;

    if (!item)
        return l->failed ? fail_memory(l->moment) : HN_OK;
    hn_text_init(&text);
    put_label(&text, links, link, false);
    *item = (struct hn_graph_link){
        .label = text.failed ? NULL : hn_arena_copy(l->arena, text.bytes, text.size),
        .scanned = links->kind[link] & HN_LINK_SCANNED,
        .weak = links->kind[link] & HN_LINK_WEAK,
    };
    hn_text_deinit(&text);
    st = item->label ? HN_OK : fail_memory(l->moment);
    return st ? st : load_object(l->moment, other, true, &item->object);
}

static enum hn_status
add_roots(struct loader *l, uint32_t object)
{
    struct hn_graph_links *ret = l->ret;
    struct hn_roots roots = { 0 };

    if (!fill_roots(l->moment, &roots))
        return fail_memory(l->moment);
    hn_roots_choose(&roots, object, ret->counted && !ret->unexplained);
    for (uint32_t i = 0; i < roots.count; i++) {
        struct hn_graph_link *item = next_link(l);

        if (item)
            *item = (struct hn_graph_link){
                .label = l->moment->links.roots[roots.items[i].index].phrase
            };
    }
    hn_roots_deinit(&roots);
    return l->failed ? fail_memory(l->moment) : HN_OK;
}

static enum hn_status
add_referrers(struct loader *l, uint32_t object)
{
    const struct hn_links *links = &l->moment->links;
    enum hn_status st = add_roots(l, object);

    for (uint32_t i = 0; !st && i < l->moment->heap.count; i++)
        for (uint32_t e = links->first[i]; !st && e < links->first[i + 1]; e++)
            if (links->to[e] == object)
                st = add_link(l, e, i);
    return st;
}

static enum hn_status
add_referents(struct loader *l, uint32_t object)
{
    const struct hn_links *links = &l->moment->links;
    enum hn_status st = HN_OK;

    for (uint32_t e = links->first[object]; !st && e < links->first[object + 1]; e++)
        st = add_link(l, e, links->to[e]);
    return st;
}

enum hn_status
hn_links_load(const struct hn_moment *moment, uint32_t object, bool outbound,
              uint64_t limit, struct hn_arena *arena, struct hn_graph_links *ret)
{
    const struct hn_links *links = &moment->links;
    struct loader l = { .moment = moment, .arena = arena, .ret = ret };
    enum hn_status st;

    l.limit = limit == 0 || limit > HN_REFS_MOST ? HN_REFS_MOST : (size_t)limit;
    *ret = (struct hn_graph_links){
        .outbound = outbound,
        .counted = links->references[object] != HN_LINK_UNKNOWN,
        .unexplained = outbound ? 0 : links->unexplained[object],
    };
    ret->references = ret->counted ? links->references[object] : 0;
    ret->immortal = !outbound && !ret->counted;
    st = load_object(moment, object, true, &ret->object);
    if (!st)
        st = outbound ? add_referents(&l, object) : add_referrers(&l, object);
    return st;
}
