/* See timer.h. */
#include "timer.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* How often finished() is asked: fast enough for Ctrl-C to feel immediate. */
enum { ASK_EVERY_NS = 20 * 1000 * 1000 };

/* A SIGINT gets lost when the thread that it fell to ends just then. */
enum { AGAIN_AFTER_NS = 200 * 1000 * 1000 };

/* How often SIGINT came since the timer began, and GDB's own handler of it: a handler
 * has nothing else to find them by, and GDB has one main thread. */
static volatile sig_atomic_t interrupts;
static struct sigaction of_gdb;

/* Ctrl-C goes to GDB, which passes it on; that it came we need to know, because the
 * target may miss it. */
static void
note_interrupt(int number, siginfo_t *info, void *context)
{
    interrupts = 1;
    if (of_gdb.sa_flags & SA_SIGINFO)
        of_gdb.sa_sigaction(number, info, context);
    else if (of_gdb.sa_handler != SIG_DFL && of_gdb.sa_handler != SIG_IGN)
        of_gdb.sa_handler(number);
}

static void
watch_interrupts(void)
{
    struct sigaction ours = { .sa_sigaction = note_interrupt };

    interrupts = 0;
    sigaction(SIGINT, NULL, &of_gdb);
    ours.sa_flags = SA_SIGINFO | (of_gdb.sa_flags & (SA_RESTART | SA_ONSTACK));
    ours.sa_mask = of_gdb.sa_mask;
    sigaction(SIGINT, &ours, NULL);
}

/* GDB may have put another handler in its place meanwhile. */
static void
forget_interrupts(void)
{
    struct sigaction now;

    sigaction(SIGINT, NULL, &now);
    if (now.sa_flags & SA_SIGINFO && now.sa_sigaction == note_interrupt)
        sigaction(SIGINT, &of_gdb, NULL);
}

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

/* Whether the process runs, and no SIGINT waits to be seen by GDB: one too many would
 * reach it after all when GDB lets go of it. */
static bool
is_lost(int64_t pid)
{
    char path[64], line[128], state = 'R';
    unsigned long long signals, pending = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%lld/status", (long long)pid);
    file = pid ? fopen(path, "re") : NULL;
    if (!file)
        return false;
    while (fgets(line, sizeof(line), file)) {
        if (sscanf(line, "SigPnd: %llx", &signals) == 1
            || sscanf(line, "ShdPnd: %llx", &signals) == 1)
            pending |= signals;
        sscanf(line, "State: %c", &state);
    }
    fclose(file);
    return !(pending & 1ULL << (SIGINT - 1)) && !strchr("tTZX", state);
}

static void
interrupt(const struct timer *timer)
{
    pthread_kill(timer->whom, SIGINT);
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
        timer->by_user = interrupts > 0;
        over = timer->by_user || now >= end || ask_finished(timer);
    }
    while (!timer->cancelled) {
        if (!timer->by_user && !timer->fired)
            interrupt(timer);
        timer->fired = true;
        if (sleep_until(timer, now_ns() + AGAIN_AFTER_NS) && is_lost(timer->pid))
            interrupt(timer);
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
timer_begin(struct timer *timer, int64_t pid, uint64_t duration_ns,
            bool (*finished)(void *arg), void *arg)
{
    sigset_t all, before;
    bool begun;

    *timer = (struct timer){ .whom = pthread_self(),
                             .duration_ns = duration_ns,
                             .pid = pid,
                             .finished = finished,
                             .arg = arg };
    pthread_mutex_init(&timer->lock, NULL);
    init_condition(&timer->changed);
    watch_interrupts();
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    begun = pthread_create(&timer->thread, NULL, keep_time, timer) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!begun)
        forget_interrupts();
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
    forget_interrupts();
    pthread_cond_destroy(&timer->changed);
    pthread_mutex_destroy(&timer->lock);
    return timer->fired && !timer->by_user;
}
