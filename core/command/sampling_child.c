/* Starting a program in the bare host, to sample it from its first line on. */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/sampling.h"

/* A process that the kernel is taking down is gone for the sampler before it can be
 * waited for. */
static const uint64_t REAP_NS = UINT64_C(1000) * 1000 * 1000;

/* We ignore SIGPIPE, which a program that is started would inherit. */
static int
spawn(pid_t *pid, const char *const *program)
{
    posix_spawnattr_t attributes;
    sigset_t defaults;
    int error;

    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    error = posix_spawnattr_init(&attributes);
    if (error)
        return error;
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    /* Its prototype lacks the const: words are not written to. */
    error = posix_spawnp(pid, program[0], NULL, &attributes, (char *const *)program,
                         environ);
    posix_spawnattr_destroy(&attributes);
    return error;
}

enum hn_status
hn_sampling_start_child(struct hn_sampling *s)
{
    struct hn_call *call = s->call;

    call->doing = hn_arena_format(&call->arena, "start %s", call->program[0]);
    errno = spawn(&s->child, call->program);
    if (errno) {
        s->child = 0;
        return hn_fail_system(&call->session->err, "starting a program",
                              call->program[0]);
    }
    s->pid = s->child;
    s->begins = true;
    return HN_OK;
}

/* Whether the sampler says that it is gone, or it is a zombie already. */
void
hn_sampling_reap_child(struct hn_sampling *s)
{
    uint64_t until = hn_sampling_now_ns() + REAP_NS;
    struct hn_sampler_progress progress = { 0 };
    int status;

    if (s->child == 0 || s->child_status >= 0)
        return;
    if (s->sampler)
        hn_sampler_progress(s->sampler, &progress);
    do {
        if (waitpid(s->child, &status, WNOHANG) == s->child) {
            s->child_status = status;
            return;
        }
        usleep(1000);
    } while (progress.finished
             && !(s->duration_ns && progress.elapsed_ns >= s->duration_ns)
             && hn_sampling_now_ns() < until);
}
