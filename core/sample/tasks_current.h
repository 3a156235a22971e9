/* The tasks that run, up to 3.13: see hn_task_watch. */
#ifndef HN_SAMPLE_TASKS_CURRENT_H
#define HN_SAMPLE_TASKS_CURRENT_H

#include "sample/watch.h"
#include "wait/kinds.h"

/* As of when the last look began, if the dict had a table that was known; else as of
 * now. At most @limit; returns how many. */
size_t
hn_tasks_running(struct hn_kinds *kinds, struct hn_watch *watch,
                 struct hn_interp_watch *interp, hn_addr *ret, size_t limit);

#endif
