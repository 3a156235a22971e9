/* What a suspended task waits for, in words: asyncio's own coroutines, by name, say
 * more than the future at the end of the chain does. */
#ifndef HN_WAIT_PURPOSE_H
#define HN_WAIT_PURPOSE_H

#include "model/tasks.h"
#include "wait/future.h"

/* Fills @ret for a task with this @stack that waits for the future @waiter (0: not
 * known; else of @kind). Without @whole a sleep() does not say how long. Lives in
 * @arena; HN_E_NOMEM is the only failure. */
HN_MUST_CHECK enum hn_status
hn_purpose_load(struct hn_kinds *kinds, const struct hn_stack *stack, hn_addr waiter,
                enum hn_kind kind, bool whole, struct hn_arena *arena,
                struct hn_awaited *ret);

#endif
