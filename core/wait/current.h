/* Which tasks run at this moment, where no thread state says so.
 *
 * Since 3.14 (gh-128002) a thread state names its task. Before that asyncio has a dict
 * of them, by event loop; a running process changes it at every step of every task. */
#ifndef HN_WAIT_CURRENT_H
#define HN_WAIT_CURRENT_H

#include "wait/kinds.h"

/* The dict, which stays the same one; HN_DONE while asyncio is not imported. */
HN_MUST_CHECK enum hn_status
hn_current_tasks_find(struct hn_kinds *kinds, hn_addr interpreter, hn_addr *ret);

/* What it holds, at most @limit; returns how many. What cannot be read is not there. */
size_t
hn_current_tasks(struct hn_kinds *kinds, hn_addr dict, hn_addr *ret, size_t limit);

#endif
