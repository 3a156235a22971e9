/* The tasks that run, as asyncio's dict says: see hn_task_watch. */
#ifndef HN_SAMPLE_TASKS_CURRENT_H
#define HN_SAMPLE_TASKS_CURRENT_H

#include "sample/watch.h"
#include "wait/kinds.h"

/* Those of both copies of the last look, the one before the stacks and the one after
 * them. Was the stack copied later than these, or had the dict a table that was not
 * known, those of now too. One may be there more than once. At most @limit; returns how
 * many. */
size_t
hn_tasks_running(struct hn_kinds *kinds, struct hn_watch *watch,
                 struct hn_interp_watch *interp, bool copied_later, hn_addr *ret,
                 size_t limit);

#endif
