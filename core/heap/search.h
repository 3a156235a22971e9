/* Objects by type, size and value. */
#ifndef HN_HEAP_SEARCH_H
#define HN_HEAP_SEARCH_H

#include "heap/heap.h"

struct hn_heap_filter {
    const char *type;  /* a pattern as in a shell, of the qualified name or its last
                          part; NULL: all */
    uint64_t min_size; /* bytes as sys.getsizeof() counts */
    const char *value; /* an extended regular expression found in repr(); NULL: any */
    uint64_t limit;    /* the largest so many; 0: all */
    bool values;       /* hits are wanted with their repr */
};

/* Whether a type's name passes @pattern, as filter->type does. */
bool
hn_heap_type_matches(const char *pattern, const char *name);

/* The objects that pass, the largest first. HN_E_ARGUMENT for a bad expression. After
 * an interruption @ret holds what was found until then. Lives in @arena. */
HN_MUST_CHECK enum hn_status
hn_heap_search(const struct hn_heap *heap, const struct hn_heap_filter *filter,
               struct hn_arena *arena, struct hn_heap_hits *ret);

#endif
