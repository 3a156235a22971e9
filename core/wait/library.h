/* What the standard library's own functions wait for, by their names: a thread inside
 * queue.Queue.get() waits for an item, whatever lock it does that with. */
#ifndef HN_WAIT_LIBRARY_H
#define HN_WAIT_LIBRARY_H

#include "model/waits.h"
#include "wait/kinds.h"

struct hn_library_wait {
    enum hn_wait_kind kind;
    const char *words;  /* before the object */
    hn_addr subject;    /* 0: none, or not found */
    hn_addr lock;       /* LOCK: the lock itself; else 0 */
    bool shared;        /* it is multiprocessing's */
    size_t inner_count; /* of frames at the inner end that are the library's */
};

/* HN_DONE when the innermost frames of @stack are no waiting of the library. */
HN_MUST_CHECK enum hn_status
hn_library_wait_find(struct hn_kinds *kinds, const struct hn_stack *stack,
                     struct hn_library_wait *ret);

/* How many frames at the inner end are the library's: threading's, queue's... */
size_t
hn_library_frames(const struct hn_stack *stack);

#endif
