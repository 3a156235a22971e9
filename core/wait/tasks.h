/* The asyncio tasks of a process, and who awaits whom. */
#ifndef HN_WAIT_TASKS_H
#define HN_WAIT_TASKS_H

#include "model/process.h"
#include "model/tasks.h"
#include "runtime/runtime.h"

/* All tasks of @interp by their names, their loops and who awaits whom. What cannot be
 * read leaves its reason in its place: the only failures are HN_E_NOMEM and
 * HN_E_INTERRUPTED. Lives in @arena. */
HN_MUST_CHECK enum hn_status
hn_tasks_load(struct hn_runtime *rt, const struct hn_interpreter *interp,
              struct hn_arena *arena, struct hn_tasks *ret);

/* What @count of them do, those with these @numbers (NULL: the first): their states,
 * stacks and what they wait for. That takes several times what all of the above does,
 * and nobody reads thousands. Of those that sleep only the first @timed say until when.
 * Fails as hn_tasks_load(); lives in @arena. */
HN_MUST_CHECK enum hn_status
hn_tasks_describe(struct hn_runtime *rt, const uint32_t *numbers, size_t count,
                  size_t timed, struct hn_arena *arena, struct hn_tasks *tasks);

#endif
