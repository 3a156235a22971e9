/* What the rules of verdict.c share. */
#ifndef HN_WAIT_JUDGE_H
#define HN_WAIT_JUDGE_H

#include "wait/verdict.h"

/* A process with more reasons has one too many. */
enum { HN_VERDICTS_MOST = 32 };

struct hn_judge {
    const struct hn_process *process;
    const struct hn_interpreter *interp;
    const struct hn_waits *waits;
    const struct hn_tasks *tasks;
    const struct hn_watch *watch;
    struct hn_arena *arena;
    struct hn_verdict verdicts[HN_VERDICTS_MOST];
    size_t count;
    const struct hn_wait **wait_of; /* by actor */
    bool *explained;                /* by actor: a verdict speaks of it */
    bool failed;                    /* memory is short */
};

/* "thread 2 \"worker\"", "task Task-1 main()" */
const char *
hn_judge_name(struct hn_judge *j, uint32_t actor);

/* " in f (file.py:12)", or "". */
const char *
hn_judge_place(struct hn_judge *j, const struct hn_frame *frame);

/* A new verdict, or NULL when there are enough. */
struct hn_verdict *
hn_judge_add(struct hn_judge *j, const char *kind, enum hn_confidence confidence,
             const char *sentence);

const char *
hn_judge_text(struct hn_judge *j, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void
hn_judge_evidence(struct hn_judge *j, struct hn_verdict *verdict, const char *text);

/* The evidence of what @actor waits for, and who has that. */
void
hn_judge_tell_wait(struct hn_judge *j, struct hn_verdict *verdict, uint32_t actor);

/* How the actors at the ends of chains wait. */
bool
hn_judge_is_outside(const struct hn_wait *wait);
bool
hn_judge_is_idle(const struct hn_wait *wait);

const struct hn_motion *
hn_judge_motion(const struct hn_judge *j, const struct hn_thread *thread);

/* --- rules: each adds its verdicts; in rules_*.c */

void
hn_rule_cycles(struct hn_judge *j);
void
hn_rule_pool(struct hn_judge *j);
void
hn_rule_lost_holder(struct hn_judge *j);
void
hn_rule_own_file_lock(struct hn_judge *j);
void
hn_rule_native_owner(struct hn_judge *j);
void
hn_rule_shutdown(struct hn_judge *j);
void
hn_rule_world(struct hn_judge *j);
void
hn_rule_collecting(struct hn_judge *j);
void
hn_rule_gil(struct hn_judge *j);
void
hn_rule_loop(struct hn_judge *j);
void
hn_rule_recursion(struct hn_judge *j);
void
hn_rule_busy(struct hn_judge *j);
void
hn_rule_chains(struct hn_judge *j);
void
hn_rule_outside(struct hn_judge *j);
void
hn_rule_nobody_left(struct hn_judge *j);
void
hn_rule_idle(struct hn_judge *j);

#endif
