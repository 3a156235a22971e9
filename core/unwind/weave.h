/* Weaving: C frames put between the Python frames that called them. */
#ifndef HN_UNWIND_WEAVE_H
#define HN_UNWIND_WEAVE_H

#include "runtime/runtime.h"
#include "unwind/unwind.h"

/* Marks in @native what belongs to the interpreter itself, and gives each frame of
 * @stack the C frames that it called. Where that cannot be right, native->not_woven
 * says why and @stack has none. */
void
hn_weave(struct hn_runtime *runtime, struct hn_native_stack *native,
         struct hn_stack *stack);

#endif
