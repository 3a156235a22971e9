/* What py-locks and py-hang share: everything about waiting, of all interpreters. */
#ifndef HN_COMMAND_WAITING_H
#define HN_COMMAND_WAITING_H

#include "command/call.h"
#include "wait/tasks.h"
#include "wait/waits.h"

/* Beside each other, one for each interpreter of the process. */
struct hn_waiting {
    struct hn_tasks *tasks;
    struct hn_waits *waits;
};

/* Loads stacks, the inner ends of native ones, tasks and waits. An interruption is no
 * failure: what was read until then is there. */
HN_MUST_CHECK enum hn_status
hn_waiting_load(struct hn_call *call, struct hn_waiting *ret);

/* Names the C code that threads wait in: after hn_waiting_load() and when the target
 * was released, since that reads symbols. */
HN_MUST_CHECK enum hn_status
hn_waiting_name(struct hn_call *call, struct hn_waiting *all);

#endif
