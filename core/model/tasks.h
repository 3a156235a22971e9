/* Result structs of py-tasks: event loops, their tasks, and who awaits whom.
 *
 * No behaviour here. Strings are UTF-8 in the arena of whoever made the result. */
#ifndef HN_MODEL_TASKS_H
#define HN_MODEL_TASKS_H

#include "model/stack.h"

enum hn_task_state {
    HN_TASK_UNKNOWN, /* nobody asked what it does, or that could not be read */
    HN_TASK_CREATED, /* its first step is still to come */
    HN_TASK_WAITING, /* suspended, something has to complete first */
    HN_TASK_READY,   /* suspended, nothing is in its way: the loop has yet to run it */
    HN_TASK_RUNNING, /* a thread is inside it */
    HN_TASK_ENDED    /* its coroutine is through, its result not yet set */
};

enum { HN_NO_TASK = UINT32_MAX };

/* @how: "await", or who joins them: "gather", "TaskGroup", "wait", "wait_for",
 * "shield", "as_completed", "staggered_race", "callback". */
struct hn_task_edge {
    uint32_t task;
    const char *how;
};

/* What the innermost coroutine waits for. */
struct hn_awaited {
    const char *kind; /* "sleep", "lock", "queue-get", ... "task", "future"; "" when
                         nothing is known */
    const char *text; /* completes "waits for": "Lock 0x7f...", "sleep(3)" */
    hn_addr addr;     /* the lock, queue, ..., or the future; 0: none */
    bool timed;       /* a time is known: */
    double when;      /* on the loop's clock, seconds */
};

struct hn_task {
    hn_addr addr, loop, coroutine;
    const char *name;
    const char *coroutine_name; /* qualified; "" if it is not known */
    enum hn_task_state state;
    bool cancelling;       /* cancel() was called and has yet to reach it */
    bool unreferenced;     /* nobody refers to it but what will run it next */
    uint32_t loop_number;  /* index among the loops */
    hn_addr thread;        /* RUNNING: the thread state inside it; else 0 */
    struct hn_stack stack; /* of coroutines, innermost first */
    struct hn_awaited awaited;
    hn_addr mirror; /* the concurrent.futures.Future that its result goes to, or 0 */
    struct hn_task_edge *awaits, *awaited_by;
    size_t awaits_count, awaited_by_count;
    const char *problem; /* what it does could not be read: why; else NULL */
    hn_addr problem_at;
};

struct hn_loop {
    hn_addr addr;
    const char *type;               /* "asyncio.unix_events._UnixSelectorEventLoop" */
    const struct hn_thread *thread; /* that runs it; NULL: none does */
    bool known;     /* it is written in Python: the following is known */
    uint64_t ready; /* callbacks that wait for their turn */
    uint64_t timers;
    uint64_t descriptors; /* that it watches, its own one included; 0: not known */
    bool closed;
    uint32_t current; /* the task that runs; HN_NO_TASK: none, or none that is known */
    size_t tasks;
};

/* Tasks that wait for each other in a circle. */
struct hn_task_cycle {
    const uint32_t *tasks;
    size_t count;
};

struct hn_tasks {
    struct hn_loop *loops;
    size_t loop_count;
    struct hn_task *items; /* by loop, then as they were found */
    size_t count;
    struct hn_task_cycle *cycles;
    size_t cycle_count;
    bool clock_known; /* the loops' clock at this moment, CLOCK_MONOTONIC: */
    double clock;
    const char *problem; /* some could not be found: why; else NULL */
    hn_addr problem_at;
};

/* A generator, coroutine or asynchronous generator that no task runs, or a greenlet. */
struct hn_suspended {
    hn_addr addr;
    const char *kind; /* "generator", "coroutine", "async_generator", "greenlet" */
    struct hn_stack stack;
};

#endif
