/* Who waits for what, and who has it: threads and tasks together. */
#ifndef HN_WAIT_WAITS_H
#define HN_WAIT_WAITS_H

#include "model/process.h"
#include "model/waits.h"
#include "runtime/runtime.h"

/* Everything py-locks shows of @interp, whose threads have their stacks loaded; @tasks
 * are its own. Lives in @arena, and as long as those. HN_E_NOMEM and HN_E_INTERRUPTED
 * are the only failures. */
HN_MUST_CHECK enum hn_status
hn_waits_load(struct hn_runtime *rt, const struct hn_interpreter *interp,
              const struct hn_tasks *tasks, struct hn_arena *arena,
              struct hn_waits *ret);

#endif
