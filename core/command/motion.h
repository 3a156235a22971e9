/* Several looks at a running process: what moved between them. */
#ifndef HN_COMMAND_MOTION_H
#define HN_COMMAND_MOTION_H

#include "command/call.h"
#include "model/verdict.h"

struct hn_motions;

struct hn_motions *
hn_motions_create(void);

/* NULL is fine. */
void
hn_motions_destroy(struct hn_motions *motions);

/* Adds what is seen now; the stacks of all threads are loaded. False when memory is
 * short. */
bool
hn_motions_look(struct hn_motions *motions, struct hn_runtime *rt,
                const struct hn_process *process);

/* Whether some thread was on CPU at the last look. */
bool
hn_motions_busy(const struct hn_process *process);

/* What moved between the first look and the last, in @arena. */
bool
hn_motions_sum(const struct hn_motions *motions, struct hn_arena *arena,
               struct hn_watch *ret);

#endif
