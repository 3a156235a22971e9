/* Result structs of py-exc: the exceptions that threads raise and handle.
 *
 * Exceptions refer to each other (cause, context, members of groups), sometimes in a
 * circle; each stands here once. No behaviour. Strings are UTF-8 in the arena of
 * whoever made the result. */
#ifndef HN_MODEL_EXCEPTION_H
#define HN_MODEL_EXCEPTION_H

#include "model/stack.h"

struct hn_exception {
    hn_addr addr;        /* 0: raised by C code and no object yet (up to 3.11) */
    size_t number;       /* its place among those of its thread */
    const char *type;    /* "KeyError", "shop.errors.NoStock" */
    const char *message; /* str() of it; of classes whose __str__ is Python code, what
                            BaseException's would give */
    const char *const *notes;
    size_t note_count;
    struct hn_stack traceback;                  /* where it came through */
    const struct hn_exception *cause, *context; /* NULL: none */
    bool suppress_context; /* raise ... from: Python does not show @context */
    const struct hn_exception *const *group; /* members of an ExceptionGroup */
    size_t group_count, group_total;         /* shown here; of all */
    const char *problem; /* could not be read to its end: why; else NULL */
    hn_addr problem_at;
};

enum hn_exception_state {
    HN_EXCEPTION_RAISED,    /* on its way to a handler */
    HN_EXCEPTION_HANDLED,   /* an except or finally block runs for it */
    HN_EXCEPTION_SUSPENDED, /* the same, in a generator or coroutine that waits */
    HN_EXCEPTION_LAST       /* nobody caught it: sys.last_exc, sys.last_value */
};

struct hn_exception_held {
    enum hn_exception_state state;
    const struct hn_exception *exception;
    const char *holder; /* SUSPENDED: "coroutine fetch"; else NULL */
};

struct hn_exceptions {
    struct hn_exception_held *items;
    size_t count;
    struct hn_exception **all; /* held or referred to: all[i] has number i */
    size_t all_count;
    bool cut;            /* there are more that these refer to */
    const char *problem; /* some were not found: why; else NULL */
    hn_addr problem_at;
};

#endif
