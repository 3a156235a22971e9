/* The sampler: looks at the stacks of all threads of a process again and again while it
 * runs, and counts them.
 *
 * One sample is one look at one process: the thread states and the used part of each
 * thread's frame stack are gathered with as few reads as possible, the raw chains of
 * (code, instruction) are hashed and counted, and names and lines are resolved once per
 * code object. Stacks that were changing while we read are recognised, discarded and
 * counted. The target is never stopped by this room, and never written to.
 *
 * A sampler owns a target, a runtime and an error slot of its own and never calls the
 * debugger, so that its thread can work while the debugger's event loop runs. */
#ifndef HN_SAMPLE_SAMPLER_H
#define HN_SAMPLE_SAMPLER_H

#include "base/arena.h"
#include "hognose/target.h"
#include "model/profile.h"

struct hn_sampler;

struct hn_sampler_options {
    uint64_t interval_ns;
    enum hn_profile_mode mode;
    bool idle;         /* wall mode: count threads that wait, too */
    bool async_stacks; /* put a task's awaiters under it */
    bool memory;       /* attribute growth of resident memory */
    bool subprocesses; /* follow children, also those that start during the run */
    bool timeline;     /* keep spans, for formats that show time */
    bool native;       /* put C frames in; only hn_sampler_step() can */
    /* Registers of a thread that stands still, from who holds it; NULL: ask the kernel,
     * which tells its tracer alone. */
    enum hn_status (*registers)(void *arg, int64_t tid, struct hn_registers *ret);
    void *registers_arg;
    const char *const *threads; /* names, native ids, or py-threads' numbers as of the
                                   beginning; NULL-terminated; NULL: all */
    const struct hn_host *host; /* reads through it what cannot be read directly, so by
                                   hn_sampler_step() alone; NULL: reads itself */
};

/* Opens process @pid for sampling. HN_E_NOT_PYTHON, HN_E_UNSUPPORTED, HN_E_SYSTEM
 * (EPERM: no right to read it) and HN_E_GONE as for any target. Copies @options, but
 * for the host, which outlives the sampler. */
HN_MUST_CHECK enum hn_status
hn_sampler_open(int64_t pid, const struct hn_sampler_options *options,
                struct hn_error *err, struct hn_sampler **ret);

/* Ends a run if one goes on. NULL is fine. */
void
hn_sampler_close(struct hn_sampler *sampler);

/* Starts a thread that samples every interval (with jitter against aliasing) for
 * @duration_ns (0: until told to stop). All signals are blocked in it. */
HN_MUST_CHECK enum hn_status
hn_sampler_start(struct hn_sampler *sampler, uint64_t duration_ns);

/* What can be told while it runs, at no cost to it; any thread may ask. */
struct hn_sampler_progress {
    bool finished; /* the thread has ended: time is over, or the process is gone */
    uint64_t taken, missed, discarded, stacks;
    uint64_t elapsed_ns;
};
void
hn_sampler_progress(const struct hn_sampler *sampler, struct hn_sampler_progress *ret);

/* Ends the thread and waits for it: at most a sample's time. Fine when it ended. */
void
hn_sampler_stop(struct hn_sampler *sampler);

/* One sample, now, on the caller's thread; for --stop, where somebody else lets the
 * target run and stops it: then it must stand still now, and @stopped_ns is how long it
 * has. Not while a thread samples. */
HN_MUST_CHECK enum hn_status
hn_sampler_step(struct hn_sampler *sampler, uint64_t stopped_ns);

/* What was counted so far, with names and lines; in @arena. May be called while the
 * thread samples (py-top) and again later. */
HN_MUST_CHECK enum hn_status
hn_sampler_profile(struct hn_sampler *sampler, struct hn_arena *arena,
                   struct hn_profile *ret);

#endif
