/* A sampler that takes no time and has always seen the same. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "sample/sampler.h"
#include "target/stop.h"

struct hn_sampler {
    uint64_t duration_ns, interval_ns, steps;
};

enum hn_status
hn_sampler_open(int64_t pid, const struct hn_sampler_options *options,
                struct hn_error *err, struct hn_sampler **ret)
{
    if (pid == 99)
        return hn_fail(err, HN_E_GONE, 0, "there is no such process");
    *ret = calloc(1, sizeof(**ret));
    assert_non_null(*ret);
    (*ret)->interval_ns = options->interval_ns;
    return HN_OK;
}

void
hn_sampler_close(struct hn_sampler *sampler)
{
    free(sampler);
}

enum hn_status
hn_sampler_start(struct hn_sampler *sampler, uint64_t duration_ns)
{
    sampler->duration_ns = duration_ns;
    return HN_OK;
}

/* Its time is always over. */
void
hn_sampler_progress(const struct hn_sampler *sampler, struct hn_sampler_progress *ret)
{
    *ret = (struct hn_sampler_progress){ .finished = true,
                                         .elapsed_ns = sampler->duration_ns };
}

void
hn_sampler_stop(struct hn_sampler *sampler)
{
    (void)sampler;
}

enum hn_status
hn_sampler_step(struct hn_sampler *sampler, uint64_t stopped_ns)
{
    (void)stopped_ns;
    sampler->steps++;
    return HN_OK;
}

/* One thread, seen 10 times in main(), line 5 of app.py. */
enum hn_status
hn_sampler_profile(struct hn_sampler *sampler, struct hn_arena *arena,
                   struct hn_profile *ret)
{
    static struct hn_profile_thread thread = { .native_id = 7,
                                               .name = "t",
                                               .main = true };
    static struct hn_profile_function function = { "main", "app.py", 5, 0 };
    static struct hn_profile_frame frame = { 0, 5 };
    static struct hn_profile_node nodes[] = { { 0, 0 }, { 0, 0 } };
    static struct hn_profile_count count = { .node = 1, .samples = 10 };

    (void)arena;
    *ret = (struct hn_profile){
        .interval_ns = sampler->interval_ns,
        .duration_ns = sampler->duration_ns,
        .ended = "",
        .taken = 10,
        .on_time = 10,
        .stacks = 10,
        .threads = &thread,
        .thread_count = 1,
        .functions = &function,
        .function_count = 1,
        .frames = &frame,
        .frame_count = 1,
        .nodes = nodes,
        .node_count = 2,
        .counts = &count,
        .count_count = 1,
    };
    return HN_OK;
}

struct hn_stop *
hn_stop_begin(int64_t pid, int proc, struct hn_arena *arena, const char **why_ret)
{
    (void)pid;
    (void)proc;
    (void)arena;
    *why_ret = "nothing is stopped here";
    return NULL;
}

uint64_t
hn_stop_end(struct hn_stop *stop)
{
    (void)stop;
    return 0;
}

bool
hn_stop_is_zombie(int64_t tid)
{
    (void)tid;
    return false;
}
