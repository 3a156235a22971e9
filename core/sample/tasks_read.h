/* What is known of one task, and reading it. */
#ifndef HN_SAMPLE_TASKS_READ_H
#define HN_SAMPLE_TASKS_READ_H

#include "sample/tasks.h"

/* Of a structure's fields, or the beginning of a name. */
enum { HN_PROOF_BYTES = 96 };

/* Bytes that stood somewhere when the task was read. */
struct hn_task_proof {
    hn_addr addr;
    uint32_t size;
    uint8_t bytes[HN_PROOF_BYTES];
};

struct hn_known_task {
    hn_addr coroutine, task;
    uint32_t process;
    uint32_t chain; /* node of hn_task_marks.chains */
    struct hn_task_proof *proofs;
    uint32_t proof_count; /* 0: it changes in ways that cannot be proved */
};

/* The coroutine of the task at @addr; 0 if that is none. */
hn_addr
hn_task_coroutine(struct hn_kinds *kinds, hn_addr addr);

/* Whether all that it was read from is still so. */
bool
hn_known_task_holds(const struct hn_known_task *known, struct hn_target *target);

/* Reads @task, whose coroutine stands at @link, into @ret, and gives up what that held.
 * False if it changed while it was read. */
bool
hn_known_task_read(struct hn_task_marks *marks, struct hn_kinds *kinds,
                   struct hn_watch *watch, hn_addr task, const struct hn_link *link,
                   struct hn_known_task *ret);

#endif
