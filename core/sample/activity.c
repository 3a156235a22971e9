/* What a thread does, as the kernel says: runs, waits for the GIL, or waits.
 *
 * /proc/PID/task/TID/syscall tells both at once: "running", or the system call and its
 * arguments; a futex inside the GIL's structure is the GIL. The file stays open. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "sample/state.h"
#include "target/live_threads.h"

static bool
open_file(struct hn_sampled_thread *t, int64_t pid)
{
    char path[64];

    if (t->closed || t->native_id <= 0)
        return false;
    snprintf(path, sizeof(path), "/proc/%" PRId64 "/task/%" PRId64 "/syscall", pid,
             t->native_id);
    t->syscall_fd = open(path, O_RDONLY | O_CLOEXEC);
    if (t->syscall_fd < 0)
        t->closed = true; /* no right, or no more descriptors: nothing is told */
    return t->syscall_fd >= 0;
}

static uint32_t
ask(struct hn_sampled_thread *t, const struct hn_range *gil)
{
    struct hn_registers registers;
    char text[256];
    ssize_t n = pread(t->syscall_fd, text, sizeof(text) - 1, 0);

    if (n <= 0)
        return 0;
    text[n] = '\0';
    if (text[0] == 'r')
        return HN_PROFILE_ON_CPU;
    if (hn_live_parse_syscall(text, &registers))
        return 0;
    if (registers.syscall < 0)
        return HN_PROFILE_ON_CPU; /* until it was stopped, outside of any call */
    if (hn_syscall_is_futex(registers.syscall)
        && registers.argument[0] - gil->addr < gil->size)
        return HN_PROFILE_WAITS_FOR_GIL;
    return HN_PROFILE_IDLE;
}

uint32_t
hn_sampled_activity(struct hn_sampled_thread *t, int64_t pid,
                    const struct hn_range *gil, uint64_t now_ns, uint64_t every_ns)
{
    if (t->asked_ns != 0 && now_ns - t->asked_ns < every_ns)
        return t->state;
    if (t->syscall_fd < 0 && !open_file(t, pid))
        return 0;
    t->asked_ns = now_ns;
    t->state = ask(t, gil);
    return t->state;
}

void
hn_sampled_thread_close(struct hn_sampled_thread *t)
{
    if (t->syscall_fd >= 0)
        close(t->syscall_fd);
    t->syscall_fd = -1;
    t->closed = true;
}
