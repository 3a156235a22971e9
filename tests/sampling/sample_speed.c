/* How much a sample costs, and how much of it is the system calls that cannot be
 * spared.
 *
 *   sample_speed PID COUNT
 *
 * Takes COUNT samples, one right after the other; then makes the last sample's reads
 * COUNT times and does nothing with them: the floor. One line of JSON, in samples a
 * second of processor time and of wall time. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sample/state.h"

static double
seconds(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

struct stretch {
    double cpu, wall;
};

static struct stretch
begin(void)
{
    return (struct stretch){ seconds(CLOCK_THREAD_CPUTIME_ID),
                             seconds(CLOCK_MONOTONIC) };
}

static struct stretch
end(struct stretch from)
{
    struct stretch now = begin();

    return (struct stretch){ now.cpu - from.cpu, now.wall - from.wall };
}

static void
repeat_reads(struct hn_watch *watch)
{
    hn_target_gather(watch->target, watch->plan.reads, watch->plan.known_reads);
}

int
main(int argc, char **argv)
{
    struct hn_sampler_options options = { .interval_ns = 100 * 1000, .idle = true };
    struct hn_sampler *sampler;
    struct hn_error err;
    struct stretch whole, floor;
    uint64_t reads;
    long count;

    if (argc < 3 || (count = atol(argv[2])) < 1)
        return 2;
    if (hn_sampler_open(atoll(argv[1]), &options, &err, &sampler))
        return 1;
    for (int i = 0; i < 100; i++)
        hn_sampler_look(sampler, hn_sampler_clock());
    reads = sampler->processes[0].watch->target->reads;
    whole = begin();
    for (long i = 0; i < count; i++)
        hn_sampler_look(sampler, hn_sampler_clock());
    whole = end(whole);
    reads = sampler->processes[0].watch->target->reads - reads;
    floor = begin();
    for (long i = 0; i < count; i++)
        repeat_reads(sampler->processes[0].watch);
    floor = end(floor);
    printf(
        "{\"samples\": %ld, \"cpu_us\": %.3f, \"wall_us\": %.3f, \"floor_cpu_us\": "
        "%.3f, \"floor_wall_us\": %.3f, \"calls\": %.3f, \"ranges\": %zu, \"bytes\": "
        "%zu, \"discarded\": %" PRIu64 "}\n",
        count, whole.cpu / (double)count * 1e6, whole.wall / (double)count * 1e6,
        floor.cpu / (double)count * 1e6, floor.wall / (double)count * 1e6,
        (double)reads / (double)count, sampler->processes[0].watch->plan.known_reads,
        sampler->processes[0].watch->plan.used, (uint64_t)sampler->discarded);
    hn_sampler_close(sampler);
    return 0;
}
