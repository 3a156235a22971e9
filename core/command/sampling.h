/* One sampling run: finds the process, or starts it, lets it run while the sampler
 * looks at it, and says how that ended. What py-sample and py-top have in common.
 *
 * Who lets the target run differs. The bare host never holds it; a debugger that holds
 * it lets it run for us (hn_host.run) and has it stopped again afterwards; one that has
 * let it run before, or a process named by -p, is looked at as it is. */
#ifndef HN_COMMAND_SAMPLING_H
#define HN_COMMAND_SAMPLING_H

#include <sys/types.h>

#include "command/call.h"
#include "model/profile.h"
#include "sample/sampler.h"

/* As the options of the two commands give it. */
struct hn_sampling_options {
    uint64_t duration_ns; /* 0: see hn_sampling_begin() */
    uint64_t rate;        /* a second; 0: the default */
    const char *const *threads;
    unsigned mode; /* enum hn_profile_mode */
    bool idle, no_idle, subprocesses, async_stacks, stop, memory, native;
    bool endless; /* without a duration it goes on until the user ends it */
};

struct hn_sampling {
    struct hn_call *call;
    const struct hn_sampling_options *options;
    struct hn_sampler_options how;
    uint64_t duration_ns; /* 0: until the target ends, or the user ends it */

    int64_t pid;
    bool held;          /* the debugger holds it, and lets it run for us alone */
    bool begins;        /* it is at its very beginning: Python is yet to appear in it */
    bool waits;         /* the debugger does not see to it while we look */
    bool stops;         /* it stands still at each sample */
    bool reads_by_host; /* it cannot be read directly, but through the debugger */
    pid_t child;        /* what the bare host started; 0: nothing */
    struct hn_sampler *sampler;
    struct hn_sampling_wait *wait; /* for Python to appear; NULL: not needed */

    /* Called some times a second while the target runs, maybe on another thread; the
     * run ends when it says true. NULL: a progress line is shown. */
    bool (*watch)(void *arg);
    void *watch_arg;
    int64_t next_progress_ms, gone_ms;

    /* How it ended. */
    const char *ended;     /* the reason, "" if the time was over */
    const char *note;      /* what else is to be told, or NULL */
    const char *why_stops; /* what the user did not ask for, or NULL */
    bool partial;          /* the user ended what should have lasted longer */
    int child_status;      /* as waitpid() has it; -1: it runs on */

    /* With @stops, what the sampler cannot know. */
    uint64_t began_ns, lasted_ns, due, on_time, stood_ns;
};

/* Finds the process and gets hold of its Python; a program that is yet to run is
 * started. Without a duration a debugger samples for 10 s what was running before; all
 * else goes on until the target ends or the user ends it. Fails as hn_call_open(). */
HN_MUST_CHECK enum hn_status
hn_sampling_begin(struct hn_sampling *sampling);

/* Lets it run, and samples. */
HN_MUST_CHECK enum hn_status
hn_sampling_run(struct hn_sampling *sampling);

/* What was sampled, in the call's arena. */
HN_MUST_CHECK enum hn_status
hn_sampling_profile(struct hn_sampling *sampling, struct hn_arena *arena,
                    struct hn_profile *ret);

/* Fine at any time after hn_sampling_begin(), which may have failed. */
void
hn_sampling_end(struct hn_sampling *sampling);

/* Milliseconds, nanoseconds on a clock that nobody sets. */
uint64_t
hn_sampling_now_ns(void);

/* Sleeps until then, or until the user interrupts: false. */
bool
hn_sampling_sleep_until(const struct hn_sampling *sampling, uint64_t until_ns);

/* Shows how far it is, and asks watch(); true if the run is to end. */
bool
hn_sampling_look(struct hn_sampling *sampling);

/* Whether the process has ended, waited for or not. */
bool
hn_sampling_is_gone(const struct hn_sampling *sampling);

/* --- parts, each in a file of its own ---------------------------------------- */

/* sampling_child.c: starts call->program. */
HN_MUST_CHECK enum hn_status
hn_sampling_start_child(struct hn_sampling *sampling);

/* Takes note of how it ended, if it has; else it runs on. */
void
hn_sampling_reap_child(struct hn_sampling *sampling);

/* sampling_wait.c: opens the sampler, on a thread, as soon as Python is there. */
HN_MUST_CHECK enum hn_status
hn_sampling_wait_begin(struct hn_sampling *sampling);

/* NULL while there is none; what it is told is the sampler's for good. */
struct hn_sampler *
hn_sampling_wait_sampler(struct hn_sampling_wait *wait);

/* Whether it has given up: the process is gone, or never will be Python. */
bool
hn_sampling_wait_failed(struct hn_sampling_wait *wait);

/* Ends it, hands over the sampler; fails if there is none. */
HN_MUST_CHECK enum hn_status
hn_sampling_wait_end(struct hn_sampling *sampling);

/* sampling_stops.c: the run, with a stop at each sample. */
HN_MUST_CHECK enum hn_status
hn_sampling_run_stops(struct hn_sampling *sampling);

#endif
