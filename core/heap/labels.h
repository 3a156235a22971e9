/* References and paths in words: ".name", "['key']", "[3]", "local x of f()".
 *
 * The process at hand has them, or what a snapshot kept of it: whoever makes a path of
 * references asks a struct hn_words. */
#ifndef HN_HEAP_LABELS_H
#define HN_HEAP_LABELS_H

#include "base/text.h"
#include "heap/graph.h"
#include "model/heap_graph.h"

struct hn_words {
    /* Adds what stands behind an expression for the reference from one object to
     * another that says most; false when there is none. */
    bool (*reference)(void *arg, uint32_t from, uint32_t to, bool of_attributes,
                      struct hn_text *text);
    /* What keeps the first object of a path: a phrase for people, and the expression
     * that stands for the object. Live in @arena; NULL when memory is short. */
    const char *(*root_phrase)(void *arg, uint32_t object, struct hn_arena *arena);
    const char *(*root_expression)(void *arg, uint32_t object, struct hn_arena *arena);
    /* As hn_graph_object_load(). */
    enum hn_status (*object)(void *arg, uint32_t object, bool values,
                             struct hn_arena *arena, struct hn_graph_object *ret);
    void *arg;
};

/* Those of the process at hand. */
struct hn_live_words {
    const struct hn_graph *graph;
    struct hn_referrer referrer;
    struct hn_words words;
};

/* HN_E_NOMEM leaves nothing to deinit. @ret may not be moved. */
HN_MUST_CHECK enum hn_status
hn_live_words_init(const struct hn_graph *graph, struct hn_live_words *ret);

void
hn_live_words_deinit(struct hn_live_words *words);

/* Adds what stands behind an expression for the object that has the reference. A dict
 * that is the attributes of an object (@of_attributes) makes ".name" of "['name']". */
void
hn_label_put(struct hn_text *text, const struct hn_heap *heap,
             const struct hn_reference *reference, bool of_attributes);

/* See struct hn_words. */
const char *
hn_root_phrase(const struct hn_graph *graph, uint32_t object, struct hn_arena *arena);
const char *
hn_root_expression(const struct hn_graph *graph, uint32_t object,
                   struct hn_arena *arena);

/* The phrase for an object that is a root by its bits alone: not in graph->roots. */
const char *
hn_root_phrase_of_bits(const struct hn_graph *graph, uint32_t object);

/* The name that a class, a module or a function has by itself; NULL for all else. */
const char *
hn_own_name(const struct hn_heap *heap, uint32_t object, struct hn_arena *arena);

/* Fills @ret for an object; @values: with its repr. In @arena. */
HN_MUST_CHECK enum hn_status
hn_graph_object_load(const struct hn_heap *heap, uint32_t object, bool values,
                     struct hn_arena *arena, struct hn_graph_object *ret);

/* How much a reference says: what a person would follow, an attribute or an item, more
 * than a key or a slot that was only searched. */
unsigned
hn_reference_worth(enum hn_reference_place place, unsigned bits);

/* The reference from one object to another that says most; false when there is none. */
bool
hn_reference_between(struct hn_referrer *r, uint32_t from, uint32_t to,
                     struct hn_reference *ret);

#endif
