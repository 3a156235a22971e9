/* What a native stack costs.
 *
 *   unwind_speed PID|CORE COUNT
 *
 * Walks every thread's stack COUNT times, first with all memory at hand, then as a
 * sampler must: with the stack's memory read anew each time. One line of JSON, in
 * microseconds of processor time for one stack. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "unwind/unwind.h"

enum { MOST_STEPS = 4096 };

struct work {
    struct hn_target *target;
    struct hn_unwinder *unwinder;
    struct hn_native_thread *threads;
    size_t thread_count;
    uint64_t stacks, frames, problems;
};

static double
cpu_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec * 1e-3;
}

static bool
walk_all(struct work *w, bool anew)
{
    static struct hn_native_step steps[MOST_STEPS];
    struct hn_unwound unwound;

    if (anew)
        hn_target_forget(w->target);
    for (size_t i = 0; i < w->thread_count; i++) {
        enum hn_status st =
            hn_unwind(w->unwinder, w->threads[i].tid, steps, MOST_STEPS, &unwound);

        if (st != HN_OK && st != HN_DONE)
            return false;
        w->stacks += st == HN_OK;
        w->frames += unwound.count;
        w->problems += unwound.problem != NULL;
    }
    return true;
}

/* Microseconds for one stack; negative if it cannot be. */
static double
measure(struct work *w, long count, bool anew)
{
    double from = cpu_us();

    w->stacks = w->frames = w->problems = 0;
    for (long i = 0; i < count; i++)
        if (!walk_all(w, anew))
            return -1;
    return w->stacks ? (cpu_us() - from) / (double)w->stacks : -1;
}

static enum hn_status
open_target(const char *word, struct hn_error *err, struct hn_target **ret)
{
    struct hn_open_options options = { .stop = true };

    if (strspn(word, "0123456789") == strlen(word))
        return hn_target_open_live(atoll(word), &options, NULL, err, ret);
    return hn_target_open_core(word, &options, NULL, err, ret);
}

int
main(int argc, char **argv)
{
    struct work w = { .target = NULL };
    struct hn_arena arena;
    struct hn_error err;
    double first, cached, anew;
    long count;

    if (argc < 3 || (count = atol(argv[2])) < 1)
        return 2;
    hn_arena_init(&arena);
    if (open_target(argv[1], &err, &w.target) || hn_unwinder_open(w.target, &w.unwinder)
        || hn_target_threads(w.target, &arena, &w.threads, &w.thread_count))
        return 1;
    first = measure(&w, 1, false);
    cached = measure(&w, count, false);
    anew = measure(&w, count, true);
    printf("{\"threads\": %zu, \"stacks\": %" PRIu64
           ", \"frames\": %.1f, \"problems\": "
           "%" PRIu64 ", \"first_us\": %.2f, \"cached_us\": %.2f, \"anew_us\": %.2f}\n",
           w.thread_count, w.stacks, (double)w.frames / (double)w.stacks, w.problems,
           first, cached, anew);
    hn_unwinder_close(w.unwinder);
    hn_target_close(w.target);
    hn_arena_deinit(&arena);
    return 0;
}
