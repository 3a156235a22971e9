/* Whether one function's names let one expect that it calls another.
 *
 * A torn copy may show any function above any other. What a function calls it mostly
 * names: a global, an attribute, a local variable. One that it does not name it may
 * call all the same (what it was handed, what C code calls for it), so the answer "no"
 * rules out nothing; it says that there had better be more evidence. */
#ifndef HN_SAMPLE_EXPECT_H
#define HN_SAMPLE_EXPECT_H

#include "runtime/runtime.h"

/* True also when the names cannot be read. @caller_addr is the caller's code object. */
bool
hn_expects_call(struct hn_runtime *rt, hn_addr caller_addr,
                const struct hn_code *caller, const struct hn_code *callee);

#endif
