/* Where the garbage collector keeps its state. */
#ifndef HN_RUNTIME_GC_H
#define HN_RUNTIME_GC_H

#include "runtime/runtime.h"

/* The collector's state of @interpreter (up to 3.8: of the runtime); 0 when this
 * CPython does not say. */
hn_addr
hn_gc_state(const struct hn_runtime *rt, hn_addr interpreter);

#endif
