/* py-sample: where a process spends its time, by looking at it again and again. */
#include <sys/wait.h>

#include "command/profiles.h"
#include "command/sampling.h"
#include "target/target.h"

struct sample_options {
    struct hn_sampling_options sampling;
    struct hn_profile_view view;
};

/* Where its files are as it saw them, which a container's are not for us. NULL when it
 * has ended. */
static struct hn_target *
open_files_of(struct hn_call *call, int64_t pid)
{
    const struct hn_open_options running = { .no_stop = true, .running = true };
    struct hn_error unused = { 0 };
    struct hn_target *target;

    if (hn_target_open_live(pid, &running, call->session->host, &unused, &target)
        != HN_OK)
        return NULL;
    target->err = &call->session->err; /* @unused ends here */
    return target;
}

static int
exit_of(int status)
{
    if (status < 0)
        return 0;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static enum hn_status
write_result(struct hn_sampling *s, const struct hn_profile_view *view,
             const struct hn_profile_writer *writer)
{
    struct hn_call *call = s->call;
    struct hn_profile profile;
    struct hn_target *target;
    enum hn_status st = hn_sampling_profile(s, &call->arena, &profile);

    if (st)
        return st;
    call->doing = NULL;
    call->interrupted = s->partial;
    call->program_exit = exit_of(s->child_status);
    target = s->reads_by_host ? NULL : open_files_of(call, s->pid);
    hn_profiles_write(call, view, writer, &profile, target);
    hn_target_close(target);
    return HN_OK;
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    const struct sample_options *o = options;
    struct hn_sampling s = { .call = call, .options = &o->sampling };
    const struct hn_profile_writer *writer;
    enum hn_status st = hn_profiles_choose(call, &o->view, o->sampling.memory, &writer);

    if (st)
        return st;
    s.how.timeline = writer->needs_timeline;
    s.how.memory = writer->needs_growth;
    s.how.async_stacks = o->view.by == HN_PROFILE_BY_TASK;
    st = hn_sampling_begin(&s);
    if (st == HN_OK)
        st = hn_sampling_run(&s);
    if (st == HN_OK)
        st = write_result(&s, &o->view, writer);
    hn_sampling_end(&s);
    return st;
}

static const char *const modes[] = { "wall", "cpu", "gil", NULL };

static const struct hn_arg args[] = {
    { "duration", 'd', HN_ARG_TIME,
      offsetof(struct sample_options, sampling.duration_ns), "TIME",
      "for so long: 10, 0.5, 500ms, 2m", NULL, false },
    { "rate", 'r', HN_ARG_RATE, offsetof(struct sample_options, sampling.rate), "HZ",
      "so often a second: 100, 10k, 1khz (default: 1000, with --stop 100)", NULL,
      false },
    HN_PROFILE_VIEW_ARGS(struct sample_options),
    { "thread", 't', HN_ARG_LIST, offsetof(struct sample_options, sampling.threads),
      "THREAD", "only this thread, " HN_THREAD_WORDS "; may be repeated", NULL, false },
    { "mode", 0, HN_ARG_CHOICE, offsetof(struct sample_options, sampling.mode), "MODE",
      "which threads count: all, those on a CPU, those with the GIL", modes, false },
    { "idle", 0, HN_ARG_FLAG, offsetof(struct sample_options, sampling.idle), NULL,
      "count threads that wait, too (that is the default)", NULL, false },
    { "no-idle", 0, HN_ARG_FLAG, offsetof(struct sample_options, sampling.no_idle),
      NULL, "leave out threads that wait", NULL, false },
    { "subprocesses", 's', HN_ARG_FLAG,
      offsetof(struct sample_options, sampling.subprocesses), NULL,
      "its child processes, too, and those that start meanwhile", NULL, false },
    { "stop", 0, HN_ARG_FLAG, offsetof(struct sample_options, sampling.stop), NULL,
      "stop the process for each sample, for stacks that are right beyond doubt", NULL,
      false },
    { "native", 'n', HN_ARG_FLAG, offsetof(struct sample_options, sampling.native),
      NULL, "C functions between the Python frames; stops the process for each sample",
      NULL, false },
    { "async", 0, HN_ARG_FLAG, offsetof(struct sample_options, sampling.async_stacks),
      NULL, "put a mark for the asyncio task into its stacks, under it who awaits it",
      NULL, false },
    { "memory", 0, HN_ARG_FLAG, offsetof(struct sample_options, sampling.memory), NULL,
      "attribute the growth of resident memory to the lines that ran", NULL, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct hn_example examples[] = {
    { "-d 10", "ten seconds, as a table" },
    { "-d 30 -o flame.html", "a flame graph" },
    { "-d 10 --by line --limit 0", "every line that ran" },
    { "-d 10 --mode gil --by thread", "who holds the GIL" },
    { "-d 10 --by task", "which asyncio tasks keep the event loop busy" },
    { "-d 60 --memory", "which lines made it grow" },
    { NULL, NULL },
};

static const struct sample_options defaults = {
    .view = { .limit = HN_PROFILE_LIMIT },
};

const struct hn_command hn_command_sample = {
    .entry = { "sample", "Show where a process spends its time, by sampling" },
    .subject = HN_SUBJECT_PROCESS,
    .details =
        "The process runs on and is only looked at; what only the debugger can read "
        "(gdbserver) is stopped for each sample. In a debugger it is let run for as "
        "long as that takes, and then stopped as it was; a breakpoint, a signal or its "
        "end ends the run early. Without a duration, a debugger samples for ten "
        "seconds; "
        "the bare program goes on until Ctrl-C or the end of the process. A program "
        "that "
        "is loaded but does not run is started and sampled from its first line to its "
        "end; the bare program starts what follows -- and then exits with the status "
        "of that. Ctrl-C shows what has been sampled until then.",
    .examples = examples,
    .args = args,
    .operands = "",
    .options_size = sizeof(struct sample_options),
    .defaults = &defaults,
    .run = run,
};
