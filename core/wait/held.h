/* Who is inside `with` of what. */
#ifndef HN_WAIT_HELD_H
#define HN_WAIT_HELD_H

#include "model/waits.h"
#include "wait/kinds.h"

struct hn_held {
    hn_addr object;
    uint32_t actor;
    const struct hn_frame *frame;
};

struct hn_held_list {
    struct hn_held *items;
    size_t count, capacity;
};

/* Adds what the frames of @stack hold, and the locks inside that (a Condition's). The
 * list is malloc'ed: free(items). HN_E_NOMEM is the only failure. */
HN_MUST_CHECK enum hn_status
hn_held_add(struct hn_kinds *kinds, const struct hn_stack *stack, uint32_t actor,
            struct hn_held_list *list);

/* The one who holds @object, other than @but; NULL: nobody is seen to. */
const struct hn_held *
hn_held_find(const struct hn_held_list *list, hn_addr object, uint32_t but);

#endif
