/* What an expression of py-print means in a frame. */
#ifndef HN_RUNTIME_EVALUATE_H
#define HN_RUNTIME_EVALUATE_H

#include "runtime/lookup.h"
#include "runtime/variables.h"

struct hn_scope {
    const struct hn_frame *frame; /* NULL: only addresses mean anything */
    hn_addr interpreter;          /* the frame's; 0: not known */
};

/* Finds the object that @expression leads to: its first name among the variables of the
 * frame (enclosing functions' included), its globals, and the builtins. HN_E_ARGUMENT
 * when it is no expression, HN_DONE when something of that name is not there: the
 * message then says which, and what near names exist. Lives in @arena. */
HN_MUST_CHECK enum hn_status
hn_evaluate(struct hn_runtime *rt, const struct hn_scope *scope, const char *expression,
            struct hn_arena *arena, struct hn_found *ret);

#endif
