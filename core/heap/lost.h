/* References that C code lost: objects that are counted more often than all of the
 * process's memory refers to them.
 *
 * An object that C code holds has its address somewhere: in a variable of a library, in
 * memory of malloc, on a stack. One whose address no word of writable memory has, other
 * than the references that were found, nobody can ever release. Only counts that are
 * exact are looked at; a word left over by chance hides an object, so the numbers are
 * a floor. */
#ifndef HN_HEAP_LOST_H
#define HN_HEAP_LOST_H

#include "heap/graph.h"

struct hn_lost {
    uint32_t object;
    uint32_t counted, found; /* references */
};

struct hn_lost_list {
    struct hn_lost *items; /* by object */
    uint32_t count;
};

/* Looks through all memory once. HN_E_NOMEM, HN_E_INTERRUPTED: nothing to deinit. */
HN_MUST_CHECK enum hn_status
hn_lost_find(const struct hn_graph *graph, const struct hn_process *process,
             struct hn_lost_list *ret);

void
hn_lost_deinit(struct hn_lost_list *list);

#endif
