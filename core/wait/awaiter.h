/* Who awaits one task, without looking at all the others: through the callbacks that
 * are run once it is done, and what it records itself since 3.14. */
#ifndef HN_WAIT_AWAITER_H
#define HN_WAIT_AWAITER_H

#include "wait/future.h"

/* Futures between a task and who awaits it: more than asyncio or a program puts there.
 */
enum { HN_BETWEEN_MOST = 16 };

struct hn_awaiter {
    struct hn_future task;
    struct hn_future
        passed[HN_BETWEEN_MOST]; /* on the way there; [0] the task awaited */
    size_t passed_count;
};

/* The first one that is found; HN_DONE when nobody awaits it, or that cannot be read.
 */
HN_MUST_CHECK enum hn_status
hn_awaiter_find(struct hn_kinds *kinds, const struct hn_future *task,
                struct hn_awaiter *ret);

#endif
