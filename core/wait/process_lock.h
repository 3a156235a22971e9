/* The semaphores that multiprocessing's locks are made of. */
#ifndef HN_WAIT_PROCESS_LOCK_H
#define HN_WAIT_PROCESS_LOCK_H

#include "wait/kinds.h"

struct hn_process_lock {
    hn_addr addr;    /* the _multiprocessing.SemLock */
    hn_addr handle;  /* the C library's semaphore, in memory that processes share */
    bool recursive;  /* only who has it can release it */
    bool exclusive;  /* one has it at a time: no semaphore that counts */
    int32_t count;   /* how often this process has it; below 1: it has not */
    uint64_t thread; /* ident of this process' thread that took it last */
};

/* @object is a SemLock or keeps one, as multiprocessing.Lock does. HN_DONE when it is
 * neither. */
HN_MUST_CHECK enum hn_status
hn_process_lock_load(struct hn_kinds *kinds, hn_addr object,
                     struct hn_process_lock *ret);

/* Relatives of the target, parent and children and the parent's other children, that
 * share the memory at @address with it: at most @limit into @ret; returns how many
 * there are. None for what is not a running process. */
size_t
hn_sharing_processes(struct hn_target *target, hn_addr address, int64_t *ret,
                     size_t limit);

#endif
