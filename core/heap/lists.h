/* The collector's lists: every container it tracks, by generation.
 *
 * A list is a ring through the headers of its objects and one head in the collector's
 * state. During a collection some hang off heads on the stack of the thread that
 * collects; a walk from the state does not see those, the pools do.
 * Free-threaded builds have no lists. CPython: Include/internal/pycore_gc.h. */
#ifndef HN_HEAP_LISTS_H
#define HN_HEAP_LISTS_H

#include "layout/python.h"

enum { HN_GC_LISTS = 4, HN_GC_FROZEN = 3 };

struct hn_gc_walk {
    struct hn_python *py;
    hn_addr heads[HN_GC_LISTS]; /* 0: there is no such list */
    unsigned list;              /* that is walked */
    hn_addr at;                 /* the node whose object comes next; 0: none yet */
    hn_addr next;               /* node behind @at, where the caller knows it, or 0 */
    hn_addr mark;               /* a node passed, to notice a ring without its head */
    uint64_t steps, next_mark;
    unsigned bad; /* lists that did not end at their head */
};

/* For the collector's state at @gc. */
void
hn_gc_walk_init(struct hn_python *py, hn_addr gc, struct hn_gc_walk *ret);

/* The node that the header at @bytes leads to. */
hn_addr
hn_gc_next(const struct hn_python *py, const uint8_t *bytes);

/* The next object, with the number of its list: a generation, or HN_GC_FROZEN. HN_DONE
 * after the last. A damaged list ends where the damage is. */
enum hn_status
hn_gc_walk_next(struct hn_gc_walk *walk, hn_addr *object_ret, unsigned *list_ret);

#endif
