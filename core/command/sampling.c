/* The run itself. Parts of it lie in sampling_*.c. */
#include "command/sampling.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command/parse.h"
#include "target/stop.h"
#include "unwind/unwind.h"

/* Fine enough to tell what takes a millisecond, and below 1 % of a core's time. */
enum { DEFAULT_RATE = 1000 };

/* A stop at each sample costs the target a tenth of a millisecond and more. */
enum { DEFAULT_RATE_WITH_STOPS = 100 };

/* Nobody should have to find out how to get a debugger's prompt back. */
static const uint64_t DEFAULT_DURATION_NS = 10ULL * 1000000000;

static const uint64_t SECOND_NS = 1000000000;

/* Ctrl-C is to be seen at once, and a quarter of a second is that. */
static const uint64_t POLL_NS = UINT64_C(20) * 1000 * 1000;

enum { PROGRESS_EVERY_MS = 200 };

static const char GONE[] = "the process has ended";

/* A debugger tells how the process ended; it needs a moment to see it. */
enum { GONE_AFTER_MS = 2000 };

uint64_t
hn_sampling_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

static bool
interrupted(const struct hn_sampling *s)
{
    const struct hn_host *host = s->call->session->host;

    return host->interrupted && host->interrupted(host->impl);
}

bool
hn_sampling_sleep_until(const struct hn_sampling *s, uint64_t until_ns)
{
    for (;;) {
        uint64_t now = hn_sampling_now_ns(), next = now + POLL_NS;
        struct timespec at;

        if (interrupted(s))
            return false;
        if (now >= until_ns)
            return true;
        if (next > until_ns)
            next = until_ns;
        at = (struct timespec){ (time_t)(next / SECOND_NS), (long)(next % SECOND_NS) };
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
    }
}

/* --- what to sample ---------------------------------------------------------- */

/* The pid that the user named, 0 if none. */
static enum hn_status
named_pid(const struct hn_call *call, int64_t *ret)
{
    uint64_t pid = call->common.pid;

    if (call->target && !hn_parse_count(call->target, &pid))
        return hn_fail_detail(&call->session->err, HN_E_ARGUMENT, 0,
                              "only a process can be sampled, by its pid", "%s",
                              call->target);
    if (call->target && pid == 0)
        pid = UINT64_MAX;
    if (pid > INT32_MAX)
        return hn_fail(&call->session->err, HN_E_GONE, 0, "there is no such process");
    *ret = (int64_t)pid;
    return HN_OK;
}

/* Starts what is loaded in the debugger; the place of it, stopped. */
static enum hn_status
start_loaded(struct hn_sampling *s, struct hn_place *place)
{
    const struct hn_host *host = s->call->session->host;
    struct hn_error *err = &s->call->session->err;
    const char *why = "";

    s->call->doing = "start the program";
    if (!host->start || !host->start(host->impl, &why))
        return hn_fail_detail(err, HN_E_GONE, 0,
                              "no process runs here, nor does one start", "%s", why);
    s->begins = true;
    return host->locate(host->impl, place);
}

static void
set_pace(struct hn_sampling *s)
{
    uint64_t rate = s->options->rate;

    if (rate == 0)
        rate = s->stops ? DEFAULT_RATE_WITH_STOPS : DEFAULT_RATE;
    s->how.interval_ns = SECOND_NS / rate;
}

/* A debugger reads nothing while the target runs, so it stops at each sample. */
static enum hn_status
read_by_host(struct hn_sampling *s)
{
    const struct hn_host *host = s->call->session->host;

    if (!s->held || !host->run || !host->ops)
        return hn_fail(&s->call->session->err, HN_E_UNSUPPORTED, 0,
                       "it cannot be read directly, and the debugger reads it only "
                       "when it stands: interrupt it first");
    s->reads_by_host = true;
    s->how.host = host;
    if (!s->stops)
        s->why_stops = "It cannot be read directly, only through the debugger, so it "
                       "was stopped for each sample (as with --stop).";
    s->stops = true;
    set_pace(s);
    return HN_OK;
}

static enum hn_status
take_selected(struct hn_sampling *s)
{
    const struct hn_host *host = s->call->session->host;
    struct hn_error *err = &s->call->session->err;
    struct hn_place place = { 0 };
    enum hn_status st = host->locate(host->impl, &place);

    if (st == HN_OK && place.kind == HN_PLACE_NONE)
        st = start_loaded(s, &place);
    if (st)
        return st;
    s->call->doing = "sample it";
    if (place.kind == HN_PLACE_CORE)
        return hn_fail(err, HN_E_ARGUMENT, 0, "a core does not run any more");
    s->pid = place.pid;
    s->held = !place.running;
    s->waits = place.running && host->loop_stands;
    return place.kind == HN_PLACE_HOST ? read_by_host(s) : HN_OK;
}

static enum hn_status
find_subject(struct hn_sampling *s)
{
    struct hn_call *call = s->call;
    enum hn_status st;

    if (call->program)
        return hn_sampling_start_child(s);
    call->doing = "sample a process";
    st = named_pid(call, &s->pid);
    if (st)
        return st;
    return s->pid ? HN_OK : take_selected(s);
}

/* --- begin ------------------------------------------------------------------- */

static void
set_options(struct hn_sampling *s)
{
    const struct hn_sampling_options *o = s->options;
    const struct hn_host *host = s->call->session->host;

    s->stops = o->stop || o->native;
    s->how = (struct hn_sampler_options){
        .mode = (enum hn_profile_mode)o->mode,
        .idle = !o->no_idle,
        .async_stacks = o->async_stacks || s->how.async_stacks,
        .memory = o->memory || s->how.memory,
        .native = o->native,
        .registers = host->ops ? host->ops->registers : NULL,
        .registers_arg = host->impl,
        .subprocesses = o->subprocesses,
        .timeline = s->how.timeline,
        .threads = o->threads,
    };
    set_pace(s);
}

static void
set_duration(struct hn_sampling *s)
{
    s->duration_ns = s->options->duration_ns;
    if (s->duration_ns == 0 && !s->options->endless && !s->begins
        && !s->call->session->host->bare)
        s->duration_ns = DEFAULT_DURATION_NS;
}

enum hn_status
hn_sampling_begin(struct hn_sampling *s)
{
    struct hn_call *call = s->call;
    enum hn_status st;

    s->ended = "";
    s->child_status = -1;
    set_options(s);
    if (s->how.native && hn_unwind_missing()) {
        call->doing = "show native frames";
        return hn_fail(&call->session->err, HN_E_UNSUPPORTED, 0, hn_unwind_missing());
    }
    st = find_subject(s);
    if (st)
        return st;
    set_duration(s);
    call->doing = hn_arena_format(&call->arena, "sample process %" PRId64, s->pid);
    if (s->begins)
        return HN_OK;
    st = hn_sampler_open(s->pid, &s->how, &call->session->err, &s->sampler);
    if (st == HN_E_SYSTEM && s->held && !s->reads_by_host && read_by_host(s) == HN_OK)
        st = hn_sampler_open(s->pid, &s->how, &call->session->err, &s->sampler);
    return st;
}

/* --- run --------------------------------------------------------------------- */

static void
put_time(struct hn_text *text, uint64_t ns)
{
    hn_text_printf(text, "%" PRIu64 ".%" PRIu64 " s", ns / SECOND_NS,
                   ns / (SECOND_NS / 10) % 10);
}

static void
show_progress(struct hn_sampling *s, const struct hn_sampler_progress *progress)
{
    const struct hn_host *host = s->call->session->host;
    int64_t now = (int64_t)(hn_sampling_now_ns() / 1000000);
    struct hn_text text;

    if (!host->progress || now < s->next_progress_ms)
        return;
    s->next_progress_ms = now + PROGRESS_EVERY_MS;
    hn_text_init(&text);
    hn_text_puts(&text, "sampling: ");
    put_time(&text, progress->elapsed_ns);
    if (s->duration_ns) {
        hn_text_puts(&text, " of ");
        put_time(&text, s->duration_ns);
    }
    hn_text_printf(&text, ", %" PRIu64 " samples (Ctrl-C ends it)", progress->taken);
    if (!text.failed)
        host->progress(host->impl, text.bytes);
    s->call->progress_shown = true;
    hn_text_deinit(&text);
}

bool
hn_sampling_look(struct hn_sampling *s)
{
    struct hn_sampler_progress progress = { 0 };

    if (s->sampler)
        hn_sampler_progress(s->sampler, &progress);
    if (s->stops)
        progress.elapsed_ns = hn_sampling_now_ns() - s->began_ns;
    if (s->watch)
        return s->watch(s->watch_arg);
    show_progress(s, &progress);
    return false;
}

/* Whether the sampler has come to its end, on whichever thread this is asked. Where a
 * debugger holds the process it is given time to tell how that ended. */
static bool
is_finished(void *arg)
{
    struct hn_sampling *s = arg;
    struct hn_sampler_progress progress = { 0 };
    int64_t now = (int64_t)(hn_sampling_now_ns() / 1000000);

    if (s->wait && !s->sampler)
        s->sampler = hn_sampling_wait_sampler(s->wait);
    if (s->sampler)
        hn_sampler_progress(s->sampler, &progress);
    if (hn_sampling_look(s))
        return true;
    if (!progress.finished && !(s->wait && hn_sampling_wait_failed(s->wait)))
        return false;
    if (!s->held || !hn_sampling_is_gone(s))
        return true;
    if (s->gone_ms == 0)
        s->gone_ms = now;
    return now - s->gone_ms > GONE_AFTER_MS;
}

/* Nobody's process but its own: just wait. */
static enum hn_run_end
run_by_itself(struct hn_sampling *s)
{
    uint64_t began = hn_sampling_now_ns();

    while (!is_finished(s)) {
        uint64_t next = hn_sampling_now_ns() + POLL_NS;

        if (s->duration_ns && !s->begins && next > began + s->duration_ns)
            next = began + s->duration_ns + 1;
        if (!hn_sampling_sleep_until(s, next))
            return HN_RUN_INTERRUPTED;
    }
    return HN_RUN_OVER;
}

static enum hn_run_end
let_run(struct hn_sampling *s, const char **why_ret)
{
    const struct hn_host *host = s->call->session->host;

    *why_ret = "";
    if (!s->held)
        return run_by_itself(s);
    if (!host->run)
        return HN_RUN_REFUSED;
    return host->run(host->impl, s->begins ? 0 : s->duration_ns, is_finished, s,
                     why_ret);
}

bool
hn_sampling_is_gone(const struct hn_sampling *s)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%" PRId64 "/stat", s->pid);
    return access(path, F_OK) != 0 || hn_stop_is_zombie(s->pid);
}

static void
clear_progress(struct hn_sampling *s)
{
    const struct hn_host *host = s->call->session->host;

    if (s->call->progress_shown && host->progress)
        host->progress(host->impl, NULL);
    s->call->progress_shown = false;
}

/* Nothing but the user's will ends what has no duration, so that is no cut. */
static enum hn_status
take_end(struct hn_sampling *s, enum hn_run_end end, const char *why, bool gone)
{
    struct hn_call *call = s->call;

    switch (end) {
    case HN_RUN_OVER: s->ended = gone && s->duration_ns ? GONE : ""; break;
    case HN_RUN_INTERRUPTED:
        s->partial = s->duration_ns != 0;
        s->ended = s->partial ? "interrupted" : "";
        break;
    case HN_RUN_GONE:
        if (s->duration_ns == 0) {
            s->note = hn_arena_format(&call->arena, "The process has ended: %s.", why);
            break;
        }
        /* fall through */
    case HN_RUN_STOPPED:
        s->ended = hn_arena_copy(&call->arena, why, strlen(why));
        if (!s->ended)
            return HN_E_NOMEM;
        break;
    case HN_RUN_REFUSED:
        return hn_fail_detail(&call->session->err, HN_E_UNSUPPORTED, 0,
                              "the debugger does not let it run", "%s", why);
    }
    return HN_OK;
}

static enum hn_status
start_sampling(struct hn_sampling *s)
{
    return s->begins ? hn_sampling_wait_begin(s)
                     : hn_sampler_start(s->sampler, s->duration_ns);
}

enum hn_status
hn_sampling_run(struct hn_sampling *s)
{
    enum hn_status st;
    enum hn_run_end end;
    const char *why;
    bool gone;

    if (s->stops)
        return hn_sampling_run_stops(s);
    st = start_sampling(s);
    if (st)
        return st;
    end = let_run(s, &why);
    if (s->wait)
        st = hn_sampling_wait_end(s);
    gone = hn_sampling_is_gone(s);
    if (s->sampler)
        hn_sampler_stop(s->sampler);
    clear_progress(s);
    hn_sampling_reap_child(s);
    return st ? st : take_end(s, end, why, gone);
}

/* --- end --------------------------------------------------------------------- */

/* How a stopping run went only the one who stopped it knows. */
static void
add_stops(const struct hn_sampling *s, struct hn_profile *profile)
{
    profile->duration_ns = s->lasted_ns;
    profile->interval_ns = s->how.interval_ns;
    profile->missed = s->due > profile->taken ? s->due - profile->taken : 0;
    profile->on_time = s->on_time;
    profile->stopped_ns = s->stood_ns;
}

static enum hn_status
add_note(struct hn_arena *arena, struct hn_profile *profile, const char *note)
{
    const char **notes =
        hn_arena_array(arena, profile->note_count + 1, sizeof(*profile->notes));

    if (!notes)
        return HN_E_NOMEM;
    for (size_t i = 0; i < profile->note_count; i++)
        notes[i] = profile->notes[i];
    notes[profile->note_count++] = note;
    profile->notes = notes;
    return HN_OK;
}

enum hn_status
hn_sampling_profile(struct hn_sampling *s, struct hn_arena *arena,
                    struct hn_profile *ret)
{
    enum hn_status st = hn_sampler_profile(s->sampler, arena, ret);

    if (st)
        return st;
    ret->ended = s->ended;
    if (s->note)
        st = add_note(arena, ret, s->note);
    if (st == HN_OK && s->why_stops)
        st = add_note(arena, ret, s->why_stops);
    if (st == HN_OK && s->reads_by_host && (s->how.memory || s->how.subprocesses))
        st = add_note(arena, ret,
                      "Through the debugger neither its memory's size nor its child "
                      "processes are seen.");
    if (st == HN_OK && s->waits)
        st = add_note(
            arena, ret,
            "The debugger saw to nothing meanwhile: threads that the process "
            "wanted to start had to wait. (Interrupted before, it is let run.)");
    if (st)
        return st;
    if (s->stops)
        add_stops(s, ret);
    return HN_OK;
}

void
hn_sampling_end(struct hn_sampling *s)
{
    clear_progress(s);
    if (s->wait && hn_sampling_wait_end(s) != HN_OK)
        s->ended = ""; /* the failure that led here is the one to tell */
    hn_sampler_close(s->sampler);
    s->sampler = NULL;
}
