/* asyncio's futures and tasks, written in C or in Python.
 *
 * Both have the same parts under similar names: a C one in a structure (Modules/
 * _asynciomodule.c, FutureObj is where TaskObj begins), a Python one as attributes
 * (Lib/asyncio/{futures,tasks}.py). */
#ifndef HN_WAIT_FUTURE_H
#define HN_WAIT_FUTURE_H

#include "wait/kinds.h"

enum hn_future_state { HN_FUTURE_PENDING, HN_FUTURE_CANCELLED, HN_FUTURE_FINISHED };

/* Addresses are 0 where there is nothing (None counts as nothing). */
struct hn_future {
    hn_addr addr;
    bool task;
    enum hn_future_state state;
    hn_addr loop;
    hn_addr callback;   /* the first one of a C future: a bare callable */
    hn_addr callbacks;  /* list of (callable, context) */
    hn_addr awaited_by; /* 3.14+: a future or task, or a set of them */
    bool awaited_by_is_set;
    hn_addr coroutine, name, waiter; /* of tasks: @waiter is the future it waits for */
};

/* @kind is what hn_kind_of() said of it, and a future's. */
HN_MUST_CHECK enum hn_status
hn_future_load(struct hn_kinds *kinds, hn_addr addr, enum hn_kind kind,
               struct hn_future *ret);

/* The task's name; "" when it cannot be read. Lives in @arena, or for good. */
const char *
hn_task_name(struct hn_kinds *kinds, const struct hn_future *task,
             struct hn_arena *arena);

/* The callables that are run once it is done, at most @limit of them into @ret. */
HN_MUST_CHECK enum hn_status
hn_future_callbacks(struct hn_kinds *kinds, const struct hn_future *future,
                    hn_addr *ret, size_t limit, size_t *count_ret);

#endif
