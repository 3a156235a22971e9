/* Locks as objects: _thread.lock and _thread.RLock. */
#ifndef HN_WAIT_LOCK_H
#define HN_WAIT_LOCK_H

#include "wait/kinds.h"

struct hn_lock {
    hn_addr addr;
    bool recursive, locked;
    hn_addr waited_at; /* what a waiting thread's futex tells: a semaphore or mutex */
    bool mutex;        /* it is a PyMutex, which waits in its own way */
    uint64_t owner;    /* ident; 0: not recorded, or free */
};

/* HN_DONE when @object is neither. */
HN_MUST_CHECK enum hn_status
hn_lock_load(struct hn_kinds *kinds, hn_addr object, struct hn_lock *ret);

/* The PyMutex that a thread waits for whose futex is at @futex, which lies in the
 * waiter's own stack; 0 when that cannot be known. */
hn_addr
hn_waited_mutex(struct hn_python *py, hn_addr futex);

/* The lock whose PyMutex is at @mutex; 0 when there is none. */
hn_addr
hn_lock_of_mutex(struct hn_kinds *kinds, hn_addr mutex);

#endif
