/* Generators, coroutines and asynchronous generators that are suspended, and that no
 * task and no thread is inside of; and suspended greenlets. */
#ifndef HN_COMMAND_GENERATORS_H
#define HN_COMMAND_GENERATORS_H

#include "command/call.h"
#include "heap/heap.h"
#include "model/tasks.h"

struct hn_suspended_list {
    struct hn_suspended *items;
    size_t count;
};

/* Looks through @heap for at most @limit (0: all) of each kind; @tasks are those of
 * all interpreters. One that another awaits is in that one's stack alone. */
HN_MUST_CHECK enum hn_status
hn_suspended_find(struct hn_call *call, const struct hn_heap *heap,
                  const struct hn_tasks *tasks, uint64_t limit,
                  struct hn_suspended_list *ret);

#endif
