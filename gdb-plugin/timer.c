/* See timer.h. */
#include "timer.h"

#include <signal.h>
#include <time.h>

/* How often finished() is asked: fast enough for Ctrl-C to feel immediate. */
enum { ASK_EVERY_NS = 20 * 1000 * 1000 };

static uint64_t
now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Sleeps until @until_ns; the lock is held by the caller. False once cancelled. */
static bool
sleep_until(struct timer *timer, uint64_t until_ns)
{
    const struct timespec until = { (time_t)(until_ns / 1000000000),
                                    (long)(until_ns % 1000000000) };

    while (!timer->cancelled && now_ns() < until_ns)
        pthread_cond_timedwait(&timer->changed, &timer->lock, &until);
    return !timer->cancelled;
}

/* finished() may take its time, and then nobody may wait for the lock. */
static bool
ask_finished(struct timer *timer)
{
    bool finished;

    pthread_mutex_unlock(&timer->lock);
    finished = timer->finished(timer->arg);
    pthread_mutex_lock(&timer->lock);
    return finished;
}

/* The lock is held while firing: timer_end() then knows whether it happened. */
static void *
keep_time(void *arg)
{
    struct timer *timer = arg;
    uint64_t begun = now_ns(), now = begun;
    uint64_t end = timer->duration_ns ? begun + timer->duration_ns : UINT64_MAX;
    bool over = false;

    pthread_mutex_lock(&timer->lock);
    while (!timer->cancelled && !over) {
        uint64_t next = now + ASK_EVERY_NS < end ? now + ASK_EVERY_NS : end;

        if (!sleep_until(timer, next))
            break;
        now = now_ns();
        over = now >= end || ask_finished(timer);
    }
    if (!timer->cancelled) {
        timer->fired = true;
        pthread_kill(timer->whom, SIGINT);
    }
    pthread_mutex_unlock(&timer->lock);
    return NULL;
}

static void
init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

bool
timer_begin(struct timer *timer, uint64_t duration_ns, bool (*finished)(void *arg),
            void *arg)
{
    sigset_t all, before;
    bool begun;

    *timer = (struct timer){ .whom = pthread_self(),
                             .duration_ns = duration_ns,
                             .finished = finished,
                             .arg = arg };
    pthread_mutex_init(&timer->lock, NULL);
    init_condition(&timer->changed);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    begun = pthread_create(&timer->thread, NULL, keep_time, timer) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return begun;
}

bool
timer_end(struct timer *timer)
{
    pthread_mutex_lock(&timer->lock);
    timer->cancelled = true;
    pthread_cond_signal(&timer->changed);
    pthread_mutex_unlock(&timer->lock);
    pthread_join(timer->thread, NULL);
    pthread_cond_destroy(&timer->changed);
    pthread_mutex_destroy(&timer->lock);
    return timer->fired;
}
