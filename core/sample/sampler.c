/* The sampler's face, and the thread that keeps time. */
#include "sample/sampler.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "sample/state.h"

enum {
    /* Below this a sleep would end too late; the thread waits awake. */
    SHORTEST_SLEEP_NS = 30 * 1000,
    /* From that interval on it sleeps most of the time. */
    SLEEPING_NS = 3 * SHORTEST_SLEEP_NS,
    /* The shortest turn that the kernel grants. */
    SHORTEST_TURN_NS = 100 * 1000,
    NICE = -10
};

/* The kernel's struct sched_attr (linux/sched/types.h), which newer C libraries have.
 */
struct attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime_ns, deadline_ns, period_ns;
};

#define NS_PER_SECOND UINT64_C(1000000000)

uint64_t
hn_sampler_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

void
hn_sampler_note(struct hn_sampler *s, const char *note)
{
    for (uint32_t i = 0; i < s->note_count; i++)
        if (strcmp(s->notes[i], note) == 0)
            return;
    if (s->note_count < HN_NOTES_MOST)
        s->notes[s->note_count++] = note;
}

/* --- open and close */

static bool
copy_options(struct hn_sampler *s, const struct hn_sampler_options *options)
{
    size_t count = 0;

    s->options = *options;
    if (s->options.interval_ns == 0)
        s->options.interval_ns = 1;
    if (!options->threads)
        return true;
    while (options->threads[count])
        count++;
    s->wanted = hn_arena_array(&s->arena, count + 1, sizeof(*s->wanted));
    for (size_t i = 0; s->wanted && i < count; i++) {
        s->wanted[i] =
            hn_arena_copy(&s->arena, options->threads[i], strlen(options->threads[i]));
        if (!s->wanted[i])
            return false;
    }
    return s->wanted != NULL;
}

static bool
init_locks(struct hn_sampler *s)
{
    pthread_condattr_t attr;
    bool fine;

    if (pthread_condattr_init(&attr))
        return false;
    fine = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) == 0
           && pthread_cond_init(&s->wake, &attr) == 0;
    pthread_condattr_destroy(&attr);
    return fine && pthread_mutex_init(&s->mutex, NULL) == 0;
}

static struct hn_sampler *
create(const struct hn_sampler_options *options, struct hn_error *err)
{
    struct hn_sampler *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    hn_arena_init(&s->arena);
    hn_natives_init(&s->natives);
    s->err = err;
    s->ended = "";
    s->resident_step_ns = NS_PER_SECOND / 1000;
    s->processes = calloc(HN_SAMPLED_PROCESSES_MOST, sizeof(*s->processes));
    if (s->processes && copy_options(s, options) && hn_codes_init(&s->codes)
        && hn_tree_init(&s->tree) && hn_pairs_init(&s->pairs)
        && hn_counts_init(&s->counts) && init_locks(s)
        && (!options->async_stacks || hn_task_marks_init(&s->marks)))
        return s;
    hn_sampler_close(s);
    return NULL;
}

enum hn_status
hn_sampler_open(int64_t pid, const struct hn_sampler_options *options,
                struct hn_error *err, struct hn_sampler **ret)
{
    struct hn_sampler *s = create(options, err);
    enum hn_status st;

    if (!s)
        return hn_fail(err, HN_E_NOMEM, 0, "no memory for the sampler");
    st = hn_sampler_add_process(s, pid, err);
    if (st) {
        hn_sampler_close(s);
        return st;
    }
    s->began = time(NULL);
    s->begin_ns = s->end_ns = hn_sampler_clock();
    s->random = s->begin_ns | 1;
    *ret = s;
    return HN_OK;
}

void
hn_sampler_close(struct hn_sampler *s)
{
    if (!s)
        return;
    hn_sampler_stop(s);
    hn_natives_deinit(&s->natives);
    hn_task_marks_deinit(&s->marks);
    for (uint32_t i = 0; i < s->thread_count; i++)
        hn_sampled_thread_close(&s->threads[i]);
    for (uint32_t i = 0; i < s->process_count; i++) {
        if (s->processes[i].statm_fd >= 0)
            close(s->processes[i].statm_fd);
        hn_watch_close(s->processes[i].watch);
    }
    free(s->processes);
    free(s->threads);
    free(s->resident);
    free(s->spans);
    free(s->skipped_pids);
    hn_counts_deinit(&s->counts);
    hn_tree_deinit(&s->tree);
    hn_pairs_deinit(&s->pairs);
    hn_codes_deinit(&s->codes);
    hn_arena_deinit(&s->arena);
    free(s);
}

/* --- keeping time */

/* The moments at which samples are due. Each lies somewhere in the first half of its
 * period, at random: a program with a rhythm of its own is not always met in the same
 * place. */
struct pace {
    uint64_t period; /* number of the one that is due */
    uint64_t due_ns;
};

static uint64_t
next_random(struct hn_sampler *s)
{
    s->random ^= s->random << 13;
    s->random ^= s->random >> 7;
    s->random ^= s->random << 17;
    return s->random;
}

static void
set_due(struct hn_sampler *s, struct pace *pace)
{
    uint64_t half = s->options.interval_ns / 2;

    pace->due_ns = s->begin_ns + pace->period * s->options.interval_ns;
    if (half > 0)
        pace->due_ns += next_random(s) % half;
}

/* Goes on to the next moment that is not over yet; those in between are missed. */
static void
advance(struct hn_sampler *s, struct pace *pace, uint64_t now_ns)
{
    uint64_t next = pace->period + 1;
    uint64_t passed = (now_ns - s->begin_ns) / s->options.interval_ns;

    if (passed > next) {
        atomic_fetch_add_explicit(&s->missed, passed - next, memory_order_relaxed);
        next = passed;
    }
    pace->period = next;
    set_due(s, pace);
}

/* Waits for the moment, or until it shall stop; gives the mutex away meanwhile. */
static void
wait_until(struct hn_sampler *s, uint64_t due_ns)
{
    struct timespec until = { (time_t)(due_ns / NS_PER_SECOND),
                              (long)(due_ns % NS_PER_SECOND) };
    uint64_t now_ns = hn_sampler_clock();

    if (due_ns > now_ns + SHORTEST_SLEEP_NS)
        while (!s->stop && pthread_cond_timedwait(&s->wake, &s->mutex, &until) == 0)
            continue;
    else if (due_ns > now_ns) {
        pthread_mutex_unlock(&s->mutex);
        while (hn_sampler_clock() < due_ns)
            continue;
        pthread_mutex_lock(&s->mutex);
    } else {
        /* Too late already: whoever waits for the mutex gets it all the same. */
        pthread_mutex_unlock(&s->mutex);
        pthread_mutex_lock(&s->mutex);
    }
}

static bool
all_ended(const struct hn_sampler *s)
{
    for (uint32_t i = 0; i < s->process_count; i++)
        if (!s->processes[i].ended)
            return false;
    return true;
}

static void
take(struct hn_sampler *s, uint64_t now_ns)
{
    s->end_ns = now_ns;
    atomic_store_explicit(&s->elapsed_ns, now_ns - s->begin_ns, memory_order_relaxed);
    hn_sampler_look(s, now_ns);
}

static void
keep_sampling(struct hn_sampler *s)
{
    struct pace pace = { 0 };

    set_due(s, &pace);
    while (!s->stop && !all_ended(s)) {
        uint64_t now_ns;

        if (s->wanted_ns != 0 && pace.due_ns >= s->begin_ns + s->wanted_ns)
            break;
        wait_until(s, pace.due_ns);
        if (s->stop)
            break;
        now_ns = hn_sampler_clock();
        if (now_ns < pace.due_ns + s->options.interval_ns)
            s->on_time++;
        take(s, now_ns);
        advance(s, &pace, hn_sampler_clock());
    }
    s->end_ns = hn_sampler_clock();
    if (s->wanted_ns != 0 && s->end_ns > s->begin_ns + s->wanted_ns)
        s->end_ns = s->begin_ns + s->wanted_ns;
    atomic_store_explicit(&s->elapsed_ns, s->end_ns - s->begin_ns,
                          memory_order_relaxed);
}

/* Of two that want one core the kernel lets the one that runs go on, for milliseconds
 * or until it makes a system call: looks that come late would all find the target
 * there, and its calls seem to take a quarter of its time. Who asks for short turns
 * gets them sooner (Linux 6.12), who has a better priority at once, where that is
 * allowed. Not when looks are so close together that the thread never sleeps. */
static void
hurry(const struct hn_sampler *s)
{
    struct attributes attributes = { .size = sizeof(attributes),
                                     .nice = getpriority(PRIO_PROCESS, 0),
                                     .runtime_ns = SHORTEST_TURN_NS };

    if (s->options.interval_ns < SLEEPING_NS)
        return;
    if (attributes.nice > NICE)
        attributes.nice = NICE;
    if (syscall(SYS_sched_setattr, 0, &attributes, 0) == 0)
        return;
    attributes.nice = getpriority(PRIO_PROCESS, 0);
    (void)syscall(SYS_sched_setattr, 0, &attributes, 0);
}

static void *
run(void *arg)
{
    struct hn_sampler *s = arg;

    prctl(PR_SET_NAME, "hognose-sampler");
    prctl(PR_SET_TIMERSLACK, 1UL); /* the kernel wakes us no later than it must */
    hurry(s);
    pthread_mutex_lock(&s->mutex);
    keep_sampling(s);
    pthread_mutex_unlock(&s->mutex);
    atomic_store_explicit(&s->finished, true, memory_order_release);
    return NULL;
}

enum hn_status
hn_sampler_start(struct hn_sampler *s, uint64_t duration_ns)
{
    sigset_t all, before;
    int failed;

    s->wanted_ns = duration_ns;
    s->began = time(NULL);
    s->begin_ns = s->end_ns = hn_sampler_clock();
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(&s->thread, NULL, run, s);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed) {
        errno = failed;
        return hn_fail_system(s->err, "the sampling thread cannot be started", "");
    }
    s->started = true;
    return HN_OK;
}

void
hn_sampler_stop(struct hn_sampler *s)
{
    if (!s->started || s->joined)
        return;
    pthread_mutex_lock(&s->mutex);
    s->stop = true;
    pthread_cond_signal(&s->wake);
    pthread_mutex_unlock(&s->mutex);
    pthread_join(s->thread, NULL);
    s->joined = true;
}

enum hn_status
hn_sampler_step(struct hn_sampler *s, uint64_t stopped_ns)
{
    enum hn_status st = HN_OK;

    pthread_mutex_lock(&s->mutex);
    s->stopped_ns += stopped_ns;
    s->on_time++;
    for (uint32_t i = 0; i < s->process_count; i++)
        s->processes[i].watch->stands = i == 0; /* children run on */
    take(s, hn_sampler_clock());
    if (s->processes[0].ended)
        st = hn_fail(s->err, HN_E_GONE, 0, s->ended);
    pthread_mutex_unlock(&s->mutex);
    return st;
}

void
hn_sampler_progress(const struct hn_sampler *s, struct hn_sampler_progress *ret)
{
    ret->finished = atomic_load_explicit(&s->finished, memory_order_acquire);
    ret->taken = atomic_load_explicit(&s->taken, memory_order_relaxed);
    ret->missed = atomic_load_explicit(&s->missed, memory_order_relaxed);
    ret->discarded = atomic_load_explicit(&s->discarded, memory_order_relaxed);
    ret->stacks = atomic_load_explicit(&s->stacks, memory_order_relaxed);
    ret->elapsed_ns = atomic_load_explicit(&s->elapsed_ns, memory_order_relaxed);
}
