/* Suspended greenlets, of the package of that name: gevent's and eventlet's are some.
 */
#ifndef HN_WAIT_GREENLET_H
#define HN_WAIT_GREENLET_H

#include "model/stack.h"
#include "wait/kinds.h"

/* Whether @type is greenlet.greenlet, or derives from it. */
bool
hn_is_greenlet_type(struct hn_kinds *kinds, hn_addr type);

/* The stack of a greenlet that is suspended. HN_DONE for one that runs, has not begun,
 * or is over. Lives in @arena. */
HN_MUST_CHECK enum hn_status
hn_greenlet_load(struct hn_kinds *kinds, hn_addr greenlet, struct hn_arena *arena,
                 struct hn_stack *ret);

#endif
