/* Why a process does not move: rules over who waits for what. Reads no memory. */
#ifndef HN_WAIT_VERDICT_H
#define HN_WAIT_VERDICT_H

#include "base/arena.h"
#include "model/process.h"
#include "model/verdict.h"
#include "model/waits.h"

/* Verdicts on @interp of @process, at least one, in @arena; false when memory is short.
 */
bool
hn_verdicts_load(const struct hn_process *process, const struct hn_interpreter *interp,
                 const struct hn_waits *waits, const struct hn_watch *watch,
                 struct hn_arena *arena, struct hn_verdicts *ret);

#endif
