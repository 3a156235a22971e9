/* A run in which the process stands still at each sample.
 *
 * The bare host stops it by ptrace for as long as the sample takes. In a debugger that
 * holds it, it is the other way round: it is let run from one sample to the next. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "command/sampling.h"
#include "target/stop.h"

/* How long a program that begins may run until Python is looked for again. */
static const uint64_t START_NS = UINT64_C(20) * 1000 * 1000;

/* One sample of what stands still now, due at @due_ns. */
static enum hn_status
take_sample(struct hn_sampling *s, uint64_t due_ns, uint64_t stopped_ns)
{
    uint64_t now = hn_sampling_now_ns();

    if (now < due_ns + s->how.interval_ns)
        s->on_time++;
    return hn_sampler_step(s->sampler, stopped_ns);
}

/* The first due time that is not over yet. */
static uint64_t
next_due(const struct hn_sampling *s, uint64_t due_ns)
{
    uint64_t now = hn_sampling_now_ns(), step = s->how.interval_ns;

    if (due_ns + step > now)
        return due_ns + step;
    return due_ns + (now - due_ns) / step * step + step;
}

static bool
is_over(const struct hn_sampling *s, uint64_t now)
{
    return s->duration_ns && now >= s->began_ns + s->duration_ns;
}

/* --- the bare host, or a process that the debugger does not hold -------------- */

static enum hn_status
stop_and_sample(struct hn_sampling *s, int proc, uint64_t due_ns)
{
    struct hn_arena_mark mark = hn_arena_mark(&s->call->arena);
    const char *why = NULL;
    struct hn_stop *stop = hn_stop_begin(s->pid, proc, &s->call->arena, &why);
    enum hn_status st;

    if (!stop) {
        st = hn_stop_is_zombie(s->pid) || access("/proc/self", F_OK) != 0 || !why
                 ? HN_E_GONE
                 : HN_E_UNSUPPORTED;
        return hn_fail_detail(&s->call->session->err, st, 0, "it cannot be stopped",
                              "%s", why ? why : "");
    }
    st = take_sample(s, due_ns, 0);
    s->stood_ns += hn_stop_end(stop);
    hn_arena_reset(&s->call->arena, mark);
    return st;
}

static enum hn_status
sample_with_stops(struct hn_sampling *s, int proc)
{
    uint64_t due = s->began_ns;
    enum hn_status st;

    while (!is_over(s, due)) {
        if (!hn_sampling_sleep_until(s, due)) {
            s->partial = s->duration_ns != 0;
            s->ended = s->partial ? "interrupted" : "";
            return HN_OK;
        }
        st = stop_and_sample(s, proc, due);
        if (st && hn_sampling_is_gone(s)) {
            s->ended = s->duration_ns ? "the process has ended" : "";
            return HN_OK;
        }
        if (st || hn_sampling_look(s))
            return st;
        due = next_due(s, due);
    }
    return HN_OK;
}

/* A program that begins has no Python yet to stop in. */
static enum hn_status
wait_for_python(struct hn_sampling *s)
{
    struct hn_error *err = &s->call->session->err;

    while (!s->sampler) {
        enum hn_status st = hn_sampler_open(s->pid, &s->how, err, &s->sampler);

        if (st == HN_OK)
            break;
        if (hn_sampling_is_gone(s))
            return hn_fail(err, HN_E_NOT_PYTHON, 0, "no Python ran in it");
        if (!hn_sampling_sleep_until(s, hn_sampling_now_ns() + 1000000))
            return HN_E_INTERRUPTED;
    }
    return HN_OK;
}

static enum hn_status
stop_by_ourselves(struct hn_sampling *s)
{
    char path[64];
    int proc;
    enum hn_status st = wait_for_python(s);

    if (st)
        return st;
    snprintf(path, sizeof(path), "/proc/%lld", (long long)s->pid);
    proc = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (proc < 0)
        return hn_fail_system(&s->call->session->err, "opening a process", path);
    s->began_ns = hn_sampling_now_ns();
    st = sample_with_stops(s, proc);
    close(proc);
    return st;
}

/* --- a debugger that holds it ------------------------------------------------ */

static bool
look_meanwhile(void *arg)
{
    struct hn_sampling *s = arg;

    return s->watch ? s->watch(s->watch_arg) : false;
}

/* Lets it run until @due_ns. True if sampling goes on. What this takes longer than
 * asked for, the debugger needs to resume and to stop it. */
static bool
run_until(struct hn_sampling *s, uint64_t due_ns, enum hn_run_end *end,
          const char **why)
{
    const struct hn_host *host = s->call->session->host;
    uint64_t now = hn_sampling_now_ns(), wanted = due_ns > now ? due_ns - now : 1;

    *end = host->run(host->impl, wanted, look_meanwhile, s, why);
    if (*end == HN_RUN_OVER)
        s->stood_ns += hn_sampling_now_ns() - now - wanted;
    return *end == HN_RUN_OVER;
}

static enum hn_status
end_by_debugger(struct hn_sampling *s, enum hn_run_end end, const char *why)
{
    if (end == HN_RUN_REFUSED)
        return hn_fail_detail(&s->call->session->err, HN_E_UNSUPPORTED, 0,
                              "the debugger does not let it run", "%s", why);
    s->partial = end == HN_RUN_INTERRUPTED && s->duration_ns;
    s->ended = hn_arena_format(
        &s->call->arena, "%s",
        end == HN_RUN_INTERRUPTED ? s->partial ? "interrupted" : "" : why);
    return s->ended ? HN_OK : HN_E_NOMEM;
}

static enum hn_status
run_from_stop_to_stop(struct hn_sampling *s)
{
    struct hn_error *err = &s->call->session->err;
    uint64_t due, stopped_at;
    enum hn_run_end end = HN_RUN_OVER;
    const char *why = "";
    enum hn_status st = HN_OK;

    while (!s->sampler && hn_sampler_open(s->pid, &s->how, err, &s->sampler) != HN_OK)
        if (!run_until(s, hn_sampling_now_ns() + START_NS, &end, &why))
            return end == HN_RUN_GONE
                       ? hn_fail(err, HN_E_NOT_PYTHON, 0, "no Python ran in it")
                       : end_by_debugger(s, end, why);
    s->began_ns = due = stopped_at = hn_sampling_now_ns();
    while (st == HN_OK && !is_over(s, due)) {
        st = take_sample(s, due, 0);
        if (st || hn_sampling_look(s))
            break;
        due = next_due(s, due);
        s->stood_ns += hn_sampling_now_ns() - stopped_at;
        if (!run_until(s, due, &end, &why))
            return end_by_debugger(s, end, why);
        stopped_at = hn_sampling_now_ns();
    }
    return st;
}

enum hn_status
hn_sampling_run_stops(struct hn_sampling *s)
{
    enum hn_status st;

    s->began_ns = hn_sampling_now_ns();
    st = s->held ? run_from_stop_to_stop(s) : stop_by_ourselves(s);
    s->lasted_ns = hn_sampling_now_ns() - s->began_ns;
    s->due = s->lasted_ns / s->how.interval_ns;
    hn_sampling_reap_child(s);
    if (!s->sampler && st == HN_OK)
        return hn_fail(&s->call->session->err, HN_E_NOT_PYTHON, 0,
                       "no Python ran in it");
    return st;
}
