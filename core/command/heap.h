/* What the heap commands share. */
#ifndef HN_COMMAND_HEAP_H
#define HN_COMMAND_HEAP_H

#include "command/call.h"
#include "heap/heap.h"
#include "model/ledger.h"

/* Opens the target and finds all of its objects. An interruption is no failure: what
 * was found until then is shown, and call->interrupted marks it. hn_heap_deinit() is
 * due in any case. */
HN_MUST_CHECK enum hn_status
hn_call_open_heap(struct hn_call *call, struct hn_heap *ret);

/* The same, with whose memory is where, and makes the ledger of it. An interruption is
 * one: half a ledger says nothing. */
HN_MUST_CHECK enum hn_status
hn_call_open_ledger(struct hn_call *call, struct hn_heap *ret, struct hn_ledger *ledger);

#endif
