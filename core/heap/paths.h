/* Shortest paths from the roots to every object, found in one go.
 *
 * Roots that say something come first (sys.modules, builtins, variables of functions),
 * then the rest of the interpreter, then what only C code holds: an object that is both
 * in a module and in some C structure is shown where its program put it. The globals
 * of a function are not followed, unless nothing else leads there. */
#ifndef HN_HEAP_PATHS_H
#define HN_HEAP_PATHS_H

#include "heap/labels.h"

struct hn_paths {
    const struct hn_graph *graph;
    uint32_t *via;   /* of each object: the one before it, itself for a root; NONE */
    uint32_t *order; /* objects as they were reached, nearest first */
    uint32_t reached;
    const struct hn_words *words;
    struct hn_live_words live; /* where no others were given */
};

/* Takes 8 bytes an object. @words, which must outlive @ret, are NULL where the process
 * is at hand. HN_E_NOMEM, HN_E_INTERRUPTED: to be deinited all the same. @ret may not
 * be moved. */
HN_MUST_CHECK enum hn_status
hn_paths_find(const struct hn_graph *graph, const struct hn_words *words,
              struct hn_paths *ret);

void
hn_paths_deinit(struct hn_paths *paths);

/* The path to @object as text and phrase, and its steps where @steps; in @arena.
 * HN_DONE when no root leads there: it is garbage. */
HN_MUST_CHECK enum hn_status
hn_path_load(struct hn_paths *paths, uint32_t object, bool steps,
             struct hn_arena *arena, struct hn_graph_path *ret);

/* At most @limit paths, each through another object that refers to @object. */
HN_MUST_CHECK enum hn_status
hn_paths_load(struct hn_paths *paths, uint32_t object, uint64_t limit,
              struct hn_arena *arena, struct hn_graph_paths *ret);

/* Where the objects of the types that match @pattern (as in py-heap find) accumulate:
 * at most @limit places. */
HN_MUST_CHECK enum hn_status
hn_paths_of_type(struct hn_paths *paths, const char *pattern, uint64_t limit,
                 struct hn_arena *arena, struct hn_graph_paths *ret);

/* The same from the graph alone: where the types of @pattern accumulate, or without
 * one the paths to @object. @words as in hn_paths_find(). */
HN_MUST_CHECK enum hn_status
hn_paths_ask(const struct hn_graph *graph, const struct hn_words *words,
             const char *pattern, uint32_t object, uint64_t limit,
             struct hn_arena *arena, struct hn_graph_paths *ret);

#endif
