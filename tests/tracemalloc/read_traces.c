/* How long reading the allocation traces of a core takes.
 *
 *   read_traces CORE
 *
 * From opening the core until all traces are in memory: what is done with them then is
 * not measured. One line: milliseconds, number of traces. See bench/README.md. */
#include <stdio.h>
#include <time.h>

#include "runtime/runtime.h"
#include "tracemalloc/tracemalloc.h"

static double
milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

static int
fail(const struct hn_error *err)
{
    char line[512];

    hn_error_format(err, line, sizeof line);
    fprintf(stderr, "read_traces: %s\n", line);
    return 1;
}

static enum hn_status
read_traces(struct hn_target *target, struct hn_traces *ret)
{
    struct hn_arena arena;
    struct hn_runtime *runtime;
    enum hn_status st = hn_runtime_open(target, &runtime);

    if (st)
        return st;
    hn_arena_init(&arena);
    st = hn_traces_load(runtime, &arena, ret);
    hn_arena_deinit(&arena);
    hn_runtime_close(runtime);
    return st;
}

int
main(int argc, char **argv)
{
    const struct hn_open_options options = { .no_stop = true };
    double begun = milliseconds(), ended;
    struct hn_error err = { 0 };
    struct hn_traces traces;
    struct hn_target *target;

    if (argc != 2) {
        fprintf(stderr, "usage: read_traces CORE\n");
        return 2;
    }
    if (hn_target_open_core(argv[1], &options, NULL, &err, &target) != HN_OK)
        return fail(&err);
    if (read_traces(target, &traces) != HN_OK)
        return fail(target->err);
    ended = milliseconds();
    printf("%.3f %zu\n", ended - begun, traces.count);
    hn_traces_deinit(&traces);
    hn_target_close(target);
    return 0;
}
