/* Generators, coroutines and asynchronous generators: what they run, and what they
 * wait for.
 *
 * All three share one structure. A suspended one waits for what it delegates to
 * (`yield from`, `await`), which lies on its value stack, or stands in a plain yield
 * and waits for whoever iterates over it. */
#ifndef HN_RUNTIME_GENERATOR_H
#define HN_RUNTIME_GENERATOR_H

#include "runtime/runtime.h"

enum hn_generator_state {
    HN_GENERATOR_CREATED, /* nobody ran it yet */
    HN_GENERATOR_SUSPENDED,
    HN_GENERATOR_RUNNING, /* its frame is in the stack of a thread */
    HN_GENERATOR_ENDED    /* it has no frame any more */
};

struct hn_generator {
    hn_addr addr;
    enum hn_generator_state state;
    hn_addr frame;   /* 0 when it has ended */
    hn_addr awaited; /* what it delegates to; 0: nothing */
};

/* "generator", "coroutine" or "async_generator"; NULL for other objects. */
const char *
hn_generator_kind(struct hn_runtime *rt, hn_addr object);

/* Reads the one at @addr, which is known to be of one of these kinds. */
HN_MUST_CHECK enum hn_status
hn_generator_load(struct hn_runtime *rt, hn_addr addr, struct hn_generator *ret);

/* The frame of one that has not ended, as hn_stack_load() would show it. */
HN_MUST_CHECK enum hn_status
hn_generator_frame(struct hn_runtime *rt, const struct hn_generator *generator,
                   struct hn_frame *ret);

#endif
