/* Who awaits whom among tasks that were read: edges, and circles in them. */
#ifndef HN_WAIT_GRAPH_H
#define HN_WAIT_GRAPH_H

#include "model/tasks.h"
#include "wait/future.h"

/* Fills awaits and awaited_by of @tasks; @futures are the same tasks as they were read,
 * @numbers finds a task's number by its address. Lives in @arena. What cannot be read
 * has no edges: HN_E_NOMEM and HN_E_INTERRUPTED are the only failures. */
HN_MUST_CHECK enum hn_status
hn_graph_link(struct hn_kinds *kinds, const struct hn_future *futures,
              const struct hn_index *numbers, struct hn_arena *arena,
              struct hn_tasks *tasks);

/* Finds circles of tasks: one for each set of tasks that all await each other. */
HN_MUST_CHECK enum hn_status
hn_graph_find_cycles(struct hn_tasks *tasks, struct hn_arena *arena,
                     struct hn_error *err);

#endif
