/* py-hang: why the process does not move. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command/motion.h"
#include "command/waiting.h"
#include "report/verdict.h"
#include "wait/verdict.h"

/* The bare host's looks at a process in which something runs, and when they are. */
enum { LOOKS = 4, NANOSECONDS = 1000000000 };
static const uint64_t BARE_WATCH_NS = UINT64_C(800) * 1000 * 1000;

struct hang_options {
    uint64_t watch_ns; /* 0: not given */
};

/* --- several looks */

static bool
is_live(const struct hn_call *call)
{
    return call->session->target && call->session->target->kind != HN_PLACE_CORE
           && call->process.core_path == NULL;
}

/* Only the time ends the run. */
static bool
never(void *arg)
{
    (void)arg;
    return false;
}

/* Lets it run for @ns: the bare host by letting it go. */
static enum hn_status
let_run(struct hn_call *call, uint64_t ns)
{
    const struct hn_host *host = call->session->host;
    struct timespec pause = { (time_t)(ns / NANOSECONDS), (long)(ns % NANOSECONDS) };
    const char *why = "";

    if (host->bare) {
        hn_session_forget(call->session);
        nanosleep(&pause, NULL);
        return hn_call_open(call);
    }
    if (!host->run)
        return hn_fail(&call->session->err, HN_E_UNSUPPORTED, 0,
                       "this host cannot let the target run");
    switch (host->run(host->impl, ns, never, NULL, &why)) {
    case HN_RUN_OVER: return hn_call_open(call);
    case HN_RUN_INTERRUPTED: call->interrupted = true; return hn_call_open(call);
    default:
        return hn_fail_detail(&call->session->err, HN_E_UNSUPPORTED, 0,
                              "the target did not run on", "%s", why);
    }
}

static uint64_t
watch_ns(const struct hn_call *call, const struct hang_options *options)
{
    if (options->watch_ns > 0)
        return options->watch_ns;
    return call->session->host->bare && is_live(call) && hn_motions_busy(&call->process)
               ? BARE_WATCH_NS
               : 0;
}

static enum hn_status
look(struct hn_call *call, const struct hang_options *options,
     struct hn_motions *motions)
{
    enum hn_status st = hn_call_load_stacks(call, 0, 0);
    uint64_t ns = st ? 0 : watch_ns(call, options);

    if (ns > 0 && !is_live(call))
        return hn_fail(&call->session->err, HN_E_ARGUMENT, 0,
                       "a core does not run: it cannot be watched");
    for (unsigned i = 1; !st && ns > 0 && i < LOOKS && !call->interrupted; i++) {
        if (!hn_motions_look(motions, call->session->runtime, &call->process))
            return HN_E_NOMEM;
        st = let_run(call, ns / (LOOKS - 1));
        if (!st)
            st = hn_call_load_stacks(call, 0, 0);
    }
    if (!st && !hn_motions_look(motions, call->session->runtime, &call->process))
        return HN_E_NOMEM;
    return st;
}

/* --- a fork without exec(): the parent still runs the same file with the same words */

static bool
read_file(const char *path, char *buf, size_t size, size_t *got)
{
    FILE *file = fopen(path, "re");

    if (!file)
        return false;
    *got = fread(buf, 1, size, file);
    fclose(file);
    return *got > 0;
}

static bool
same_words(long long pid, long long parent)
{
    char path[64], mine[4096], its[4096];
    size_t mine_size, its_size;

    snprintf(path, sizeof path, "/proc/%lld/cmdline", pid);
    if (!read_file(path, mine, sizeof mine, &mine_size))
        return false;
    snprintf(path, sizeof path, "/proc/%lld/cmdline", parent);
    return read_file(path, its, sizeof its, &its_size) && its_size == mine_size
           && memcmp(mine, its, its_size) == 0;
}

static bool
is_fork(const struct hn_call *call)
{
    char path[64], status[4096];
    const char *at;
    size_t got;
    long long parent;

    snprintf(path, sizeof path, "/proc/%lld/status", (long long)call->process.pid);
    if (!is_live(call) || !read_file(path, status, sizeof status - 1, &got))
        return false;
    status[got] = '\0';
    at = strstr(status, "\nPPid:");
    return at && sscanf(at, "\nPPid: %lld", &parent) == 1 && parent > 1
           && same_words(call->process.pid, parent);
}

/* --- the whole */

static enum hn_status
judge(struct hn_call *call, const struct hn_waiting *all, struct hn_watch *watch,
      struct hn_verdicts *verdicts)
{
    watch->forked = is_fork(call);
    for (size_t i = 0; i < call->process.interpreter_count; i++)
        if (!all->waits[i].tasks)
            return HN_OK; /* interrupted before it was read */
        else if (!hn_verdicts_load(&call->process, &call->process.interpreters[i],
                                   &all->waits[i], watch, &call->arena, &verdicts[i]))
            return hn_fail(&call->session->err, HN_E_NOMEM, 0,
                           "no memory for verdicts");
    return HN_OK;
}

static void
write_result(struct hn_call *call, const struct hn_verdicts *verdicts)
{
    size_t count = call->process.interpreter_count;

    if (call->common.json) {
        hn_call_begin_json(call);
        hn_json_open_list(&call->json, "verdicts");
        for (size_t i = 0; i < count; i++)
            hn_verdicts_document(&call->json, &verdicts[i],
                                 count > 1 ? call->process.interpreters[i].id : -1);
        hn_json_close_list(&call->json);
        hn_call_end_json(call);
        return;
    }
    hn_call_begin_text(call, false);
    for (size_t i = 0; i < count && hn_call_poll(call); i++) {
        if (count > 1)
            hn_text_printf(&call->out.text, "Interpreter %lld\n",
                           (long long)call->process.interpreters[i].id);
        hn_verdicts_put(&call->out.text, &call->look, &verdicts[i]);
    }
    hn_call_end_text(call);
}

static enum hn_status
run_looks(struct hn_call *call, const struct hang_options *options,
          struct hn_motions *motions)
{
    struct hn_waiting all;
    struct hn_watch watch;
    struct hn_verdicts *verdicts;
    enum hn_status st = look(call, options, motions);

    if (!st)
        st = hn_waiting_load(call, &all);
    if (st)
        return st;
    verdicts =
        hn_arena_array(&call->arena, call->process.interpreter_count, sizeof *verdicts);
    if (!verdicts || !hn_motions_sum(motions, &call->arena, &watch))
        return HN_E_NOMEM;
    hn_call_release(call);
    st = hn_waiting_name(call, &all);
    if (!st)
        st = judge(call, &all, &watch, verdicts);
    if (st)
        return st;
    write_result(call, verdicts);
    return HN_OK;
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    struct hn_motions *motions;
    enum hn_status st = hn_call_open(call);

    if (st)
        return st;
    motions = hn_motions_create();
    if (!motions)
        return HN_E_NOMEM;
    st = run_looks(call, options, motions);
    hn_motions_destroy(motions);
    return st;
}

static const struct hn_arg args[] = {
    { "watch", 'w', HN_ARG_TIME, offsetof(struct hang_options, watch_ns), "SECONDS",
      "let it run that long, and look four times: shows loops", NULL, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct hn_example examples[] = {
    { "", "a verdict, the evidence, and what to look at next" },
    { "--watch 2", "also tells what runs in circles" },
    { NULL, NULL },
};

const struct hn_command hn_command_hang = {
    .entry = { "hang", "Say why the process does not move" },
    .details =
        "Rules over threads, locks and tasks: who waits for each other, who keeps "
        "the GIL, what blocks an event loop, what outside is waited for, whether "
        "nobody is left to wake the others, or nothing is wrong. It only reads. "
        "A debugger's target stands still, so one look must do unless --watch "
        "lets it run; without a debugger a process in which something runs is "
        "looked at four times within a second.",
    .examples = examples,
    .args = args,
    .operands = "",
    .options_size = sizeof(struct hang_options),
    .run = run,
};
