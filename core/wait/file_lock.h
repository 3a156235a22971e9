/* Who has the lock of a file that a thread of a running process waits for. */
#ifndef HN_WAIT_FILE_LOCK_H
#define HN_WAIT_FILE_LOCK_H

#include "base/arena.h"
#include "target/target.h"

struct hn_file_lock {
    int64_t pid;      /* who took it, 0: not known */
    int64_t fd;       /* the process itself has it, by this descriptor; else -1 */
    bool ended;       /* @pid is no process any more */
    const char *name; /* of process @pid, "" */
};

/* Whose lock keeps descriptor @fd of the process from having it; @whole: as flock()
 * locks, else as fcntl() does. HN_DONE when nothing tells, and for what is not a
 * running process. Lives in @arena. */
HN_MUST_CHECK enum hn_status
hn_file_lock_find(struct hn_target *target, int64_t fd, bool whole,
                  struct hn_arena *arena, struct hn_file_lock *ret);

#endif
