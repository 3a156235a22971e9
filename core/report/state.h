/* The words for what a thread does, in text and in JSON. */
#ifndef HN_REPORT_STATE_H
#define HN_REPORT_STATE_H

#include "base/text.h"
#include "model/stack.h"

/* "has GIL, on CPU" in a thread's heading; "GIL, on CPU" where the @table's column says
 * the rest. */
void
hn_state_put(struct hn_text *text, const struct hn_thread *thread, bool table);

/* The name in JSON of the @index-th state that holds, NULL past the last. A thread of
 * which nothing is known has the one state "unknown". */
const char *
hn_state_name(const struct hn_thread *thread, size_t index);

#endif
