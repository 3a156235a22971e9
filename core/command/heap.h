/* What the heap commands share. */
#ifndef HN_COMMAND_HEAP_H
#define HN_COMMAND_HEAP_H

#include "command/call.h"
#include "heap/heap.h"

/* Opens the target and finds all of its objects. An interruption is no failure: what
 * was found until then is shown, and call->interrupted marks it. hn_heap_deinit() is
 * due in any case. */
HN_MUST_CHECK enum hn_status
hn_call_open_heap(struct hn_call *call, struct hn_heap *ret);

/* Notes what was damaged in the heap. */
void
hn_call_note_heap(struct hn_call *call, const struct hn_heap_sums *sums);

#endif
