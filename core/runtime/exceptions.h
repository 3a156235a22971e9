/* The exceptions that a thread raises and handles. */
#ifndef HN_RUNTIME_EXCEPTIONS_H
#define HN_RUNTIME_EXCEPTIONS_H

#include "model/exception.h"
#include "objects/preview.h"
#include "runtime/runtime.h"

/* What @thread, whose stack is loaded, is raising, handling, and what generators among
 * its variables were handling when they were suspended; for the main thread of
 * @interpreter also what nobody caught. Innermost first; tracebacks have at most @depth
 * frames (0: all). Lives in @arena. What cannot be read leaves its reason in @ret: the
 * only failures are HN_E_NOMEM and HN_E_INTERRUPTED. */
HN_MUST_CHECK enum hn_status
hn_exceptions_load(struct hn_runtime *rt, const struct hn_interpreter *interpreter,
                   const struct hn_thread *thread, size_t depth,
                   const struct hn_preview_limits *limits, struct hn_arena *arena,
                   struct hn_exceptions *ret);

#endif
