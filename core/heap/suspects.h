/* Leak suspects: the few places where memory piles up, with what a person needs to
 * judge them. Data; report/suspects.c makes sentences of it.
 *
 * From the root of the dominator tree down, every object that keeps a tenth of all
 * memory alive is looked at. If one below it does so, too, that one is looked at in its
 * place; what then is left of the upper one counts for itself. Where it ends, memory
 * accumulates. Code, modules and classes are what programs are made of: they are no
 * suspects, but objects beside them are, by type, when they are many. Garbage in cycles
 * and references that C code lost are suspects of their own. */
#ifndef HN_HEAP_SUSPECTS_H
#define HN_HEAP_SUSPECTS_H

#include "heap/domtree.h"
#include "heap/lost.h"
#include "heap/paths.h"
#include "model/traces.h"

/* What makes a suspect where nobody says otherwise. What the standard library alone
 * takes stays below. */
enum { HN_SUSPECTS_SHARE = 10, HN_SUSPECTS_LEAST = 2 << 20, HN_SUSPECTS_LIMIT = 10 };

struct hn_suspects_options {
    const struct hn_process *process;
    unsigned share;                 /* percent of all memory that makes a suspect */
    uint64_t least;                 /* bytes, too */
    uint64_t limit;                 /* of suspects; 0: all */
    const struct hn_traces *traces; /* NULL: none */
    const struct hn_trace *(*find_trace)(const struct hn_traces *traces,
                                         uint32_t domain, uint64_t address);
};

/* The suspects, the largest first, in @arena. HN_E_NOMEM, HN_E_INTERRUPTED. */
HN_MUST_CHECK enum hn_status
hn_suspects_find(const struct hn_domtree *tree, struct hn_paths *paths,
                 const struct hn_suspects_options *options, struct hn_arena *arena,
                 struct hn_suspects *ret);

/* "dict of 1,234 items": what an object is, in a few words. In @arena; NULL when memory
 * is short. */
const char *
hn_suspect_words(const struct hn_heap *heap, uint32_t object, struct hn_arena *arena);

/* Parts of what @items says, the largest @limit, as the model has them. */
HN_MUST_CHECK enum hn_status
hn_suspect_parts(const struct hn_heap *heap, const struct hn_domtree_item *items,
                 size_t count, size_t limit, struct hn_arena *arena,
                 struct hn_suspect_part **ret, size_t *count_ret);

#endif
