/* Resident memory, from /proc/PID/statm, which stays open. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sample/state.h"

uint64_t
hn_sampled_resident(struct hn_sampled_process *process)
{
    char text[128], *end;
    ssize_t n;

    if (process->elsewhere)
        return 0;
    if (process->statm_fd < 0) {
        snprintf(text, sizeof(text), "/proc/%" PRId64 "/statm", process->pid);
        process->statm_fd = open(text, O_RDONLY | O_CLOEXEC);
    }
    if (process->statm_fd < 0)
        return 0;
    n = pread(process->statm_fd, text, sizeof(text) - 1, 0);
    if (n <= 0)
        return 0;
    text[n] = '\0';
    strtoull(text, &end, 10); /* the size of the address space */
    return strtoull(end, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* When there is no room every other value goes, and half as many come. */
static void
thin_out(struct hn_sampler *s)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < s->resident_count; i += 2)
        s->resident[kept++] = s->resident[i];
    s->resident_count = kept;
    s->resident_step_ns *= 2;
}

void
hn_sampler_keep_resident(struct hn_sampler *s, uint32_t process, uint64_t bytes,
                         uint64_t now_ns)
{
    if (!s->resident)
        s->resident = malloc(HN_RESIDENT_MOST * sizeof(*s->resident));
    if (!s->resident)
        return;
    if (s->resident_count == HN_RESIDENT_MOST)
        thin_out(s);
    s->resident[s->resident_count++] = (struct hn_profile_resident){
        .at_ns = now_ns - s->begin_ns,
        .process = process,
        .bytes = bytes,
    };
}
