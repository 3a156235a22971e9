/* What a thread is blocked in. */
#ifndef HN_WAIT_BLOCKED_H
#define HN_WAIT_BLOCKED_H

#include "model/process.h"
#include "model/waits.h"
#include "wait/kinds.h"

/* Fills @ret but for actor and holder (which it knows for mutexes of C code alone, as
 * @owner, a native id). @thread's stack is loaded. HN_DONE when it is not blocked, or
 * nothing shows it. HN_E_NOMEM is the only failure. Lives in @arena. */
HN_MUST_CHECK enum hn_status
hn_blocked_load(struct hn_kinds *kinds, const struct hn_thread *thread,
                struct hn_arena *arena, struct hn_wait *ret);

#endif
