/* What a coroutine waits for: through all that it awaits down to what is no coroutine.
 */
#ifndef HN_WAIT_AWAIT_H
#define HN_WAIT_AWAIT_H

#include "runtime/generator.h"
#include "wait/kinds.h"

struct hn_await {
    enum hn_generator_state state; /* of the outermost; ENDED for what is none */
    struct hn_stack stack;         /* innermost first */
    hn_addr target;                /* what the innermost awaits; 0: it just yields */
    enum hn_kind target_kind;
};

/* Follows the chain from @coroutine. One that breaks leaves its reason in the stack:
 * the only failures are HN_E_NOMEM and HN_E_INTERRUPTED. Lives in @arena. */
HN_MUST_CHECK enum hn_status
hn_await_load(struct hn_kinds *kinds, hn_addr coroutine, struct hn_arena *arena,
              struct hn_await *ret);

#endif
