/* The asyncio tasks of a process, and who awaits whom. */
#ifndef HN_WAIT_TASKS_H
#define HN_WAIT_TASKS_H

#include "model/process.h"
#include "model/tasks.h"
#include "runtime/runtime.h"

/* Everything py-tasks shows of @interp; of those that sleep only the first @described
 * (0: all) say until when. What cannot be read leaves its reason in its
 * place: the only failures are HN_E_NOMEM and HN_E_INTERRUPTED. Lives in @arena. */
HN_MUST_CHECK enum hn_status
hn_tasks_load(struct hn_runtime *rt, const struct hn_interpreter *interp,
              size_t described, struct hn_arena *arena, struct hn_tasks *ret);

#endif
