/* Waiting for Python to appear in a process that has just begun.
 *
 * On a thread of its own, because the debugger's main one sees to the process
 * meanwhile. All that it uses is its own, the error slot included. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "command/sampling.h"

/* The first line of a program runs some ten milliseconds after its start; who loads
 * Python later than a second has waited long enough not to mind a few more. */
enum { TRY_EVERY_MS = 1, LATER_EVERY_MS = 20 };
static const uint64_t LATER_NS = UINT64_C(1000) * 1000 * 1000;

struct hn_sampling_wait {
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    bool cancelled, failed;
    struct hn_sampler *sampler;

    int64_t pid;
    uint64_t duration_ns;
    const struct hn_sampler_options *how;
    struct hn_error err;
};

static bool
is_cancelled(struct hn_sampling_wait *w)
{
    bool cancelled;

    pthread_mutex_lock(&w->lock);
    cancelled = w->cancelled;
    pthread_mutex_unlock(&w->lock);
    return cancelled;
}

/* While it begins everything may look odd: half of a runtime is no runtime. What looks
 * unsupported or forbidden for a second is. */
static bool
is_hopeless(enum hn_status st, uint64_t waited_ns)
{
    if (st == HN_E_GONE || st == HN_E_NOMEM)
        return true;
    return (st == HN_E_UNSUPPORTED || st == HN_E_SYSTEM) && waited_ns > LATER_NS;
}

static enum hn_status
try_until_there(struct hn_sampling_wait *w, struct hn_sampler **ret)
{
    uint64_t began = hn_sampling_now_ns();
    enum hn_status st;

    for (;;) {
        uint64_t waited = hn_sampling_now_ns() - began;
        const struct timespec pause = {
            0, (waited > LATER_NS ? LATER_EVERY_MS : TRY_EVERY_MS) * 1000000L
        };

        st = hn_sampler_open(w->pid, w->how, &w->err, ret);
        if (st == HN_OK || is_hopeless(st, waited) || is_cancelled(w))
            return st;
        nanosleep(&pause, NULL);
    }
}

static void *
wait_for_python(void *arg)
{
    struct hn_sampling_wait *w = arg;
    struct hn_sampler *sampler = NULL;
    enum hn_status st = try_until_there(w, &sampler);

    if (st == HN_OK)
        st = hn_sampler_start(sampler, w->duration_ns);
    pthread_mutex_lock(&w->lock);
    w->failed = st != HN_OK;
    w->sampler = sampler;
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

enum hn_status
hn_sampling_wait_begin(struct hn_sampling *s)
{
    struct hn_sampling_wait *w = calloc(1, sizeof(*w));
    sigset_t all, before;
    int error;

    if (!w)
        return HN_E_NOMEM;
    w->pid = s->pid;
    w->duration_ns = s->duration_ns;
    w->how = &s->how;
    pthread_mutex_init(&w->lock, NULL);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&w->thread, NULL, wait_for_python, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error) {
        free(w);
        errno = error;
        return hn_fail_system(&s->call->session->err, "starting a thread", "");
    }
    s->wait = w;
    return HN_OK;
}

struct hn_sampler *
hn_sampling_wait_sampler(struct hn_sampling_wait *w)
{
    struct hn_sampler *sampler;

    pthread_mutex_lock(&w->lock);
    sampler = w->failed ? NULL : w->sampler;
    pthread_mutex_unlock(&w->lock);
    return sampler;
}

bool
hn_sampling_wait_failed(struct hn_sampling_wait *w)
{
    bool failed;

    pthread_mutex_lock(&w->lock);
    failed = w->failed;
    pthread_mutex_unlock(&w->lock);
    return failed;
}

/* What the user has to know if it never was Python. */
static enum hn_status
tell_failure(struct hn_sampling *s, const struct hn_error *err)
{
    struct hn_error *to = &s->call->session->err;

    if (err->status == HN_E_GONE || err->status == HN_E_NOT_PYTHON || !err->status)
        return hn_fail(to, HN_E_NOT_PYTHON, 0, "no Python ran in it");
    *to = *err;
    return err->status;
}

enum hn_status
hn_sampling_wait_end(struct hn_sampling *s)
{
    struct hn_sampling_wait *w = s->wait;
    enum hn_status st = HN_OK;

    pthread_mutex_lock(&w->lock);
    w->cancelled = true;
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    s->wait = NULL;
    s->sampler = w->sampler;
    if (w->failed || !w->sampler)
        st = tell_failure(s, &w->err);
    pthread_mutex_destroy(&w->lock);
    free(w);
    return st;
}
