/* Stops what GDB lets run when its time is over.
 *
 * GDB's own loop must see to the target's events while that runs (a target that starts
 * threads would freeze otherwise), so somebody else has to keep the time: a thread,
 * which then does to GDB what Ctrl-C does. It touches nothing of GDB or Python, holds
 * no lock of theirs, and takes no signal meant for them. */
#ifndef HOGNOSE_GDB_TIMER_H
#define HOGNOSE_GDB_TIMER_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct timer {
    pthread_t thread, whom;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t duration_ns; /* 0: without limit */
    bool (*finished)(void *arg);
    void *arg;
    bool cancelled, fired; /* under @lock */
};

/* Begins, once GDB has resumed the target: before that GDB would take the signal for a
 * wish to end the command. The calling thread, GDB's main one, is interrupted when @duration_ns is over
 * or @finished says so. False if there is no thread to be had. */
bool
timer_begin(struct timer *timer, uint64_t duration_ns, bool (*finished)(void *arg),
            void *arg);

/* Ends it, waiting for its thread; true if it had fired. Never fires afterwards. */
bool
timer_end(struct timer *timer);

#endif
