/* Samples a process and prints what came out as JSON, for the tests beside this file.
 *
 *   sample_json PID SECONDS INTERVAL_US [wall|cpu|gil] [no-idle] [memory] [children]
 *               [timeline] [async]
 *
 * One object: the numbers, the threads, and each stack with its count, innermost frame
 * first. An interval of 0 samples without a pause. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sample/sampler.h"

static json_t *
frames_of(const struct hn_profile *p, uint32_t node)
{
    json_t *frames = json_array();

    for (; node != 0; node = p->nodes[node].parent) {
        const struct hn_profile_frame *frame = &p->frames[p->nodes[node].frame];
        const struct hn_profile_function *f = &p->functions[frame->function];

        json_array_append_new(
            frames, json_pack("{s:s, s:s, s:i, s:i, s:b}", "name", f->name, "file",
                              f->file, "line", (int)frame->line, "first",
                              (int)f->first_line, "task", f->kind == HN_PROFILE_TASK));
    }
    return frames;
}

static json_t *
threads_of(const struct hn_profile *p)
{
    json_t *threads = json_array();

    for (size_t i = 0; i < p->thread_count; i++)
        json_array_append_new(
            threads,
            json_pack("{s:s, s:I, s:b, s:i}", "name", p->threads[i].name, "native_id",
                      (json_int_t)p->threads[i].native_id, "main",
                      (int)p->threads[i].main, "process", (int)p->threads[i].process));
    return threads;
}

static json_t *
stacks_of(const struct hn_profile *p)
{
    json_t *stacks = json_array();

    for (size_t i = 0; i < p->count_count; i++)
        json_array_append_new(stacks,
                              json_pack("{s:i, s:i, s:I, s:o}", "thread",
                                        (int)p->counts[i].thread, "state",
                                        (int)p->counts[i].state, "samples",
                                        (json_int_t)p->counts[i].samples, "frames",
                                        frames_of(p, p->counts[i].node)));
    return stacks;
}

static json_t *
growth_of(const struct hn_profile *p)
{
    json_t *growth = json_array();

    for (size_t i = 0; i < p->growth_count; i++)
        json_array_append_new(
            growth, json_pack("{s:I, s:o}", "bytes", (json_int_t)p->growth[i].bytes,
                              "frames", frames_of(p, p->growth[i].node)));
    return growth;
}

static json_t *
processes_of(const struct hn_profile *p)
{
    json_t *processes = json_array();

    for (size_t i = 0; i < p->process_count; i++)
        json_array_append_new(processes,
                              json_pack("{s:I, s:s, s:s}", "pid",
                                        (json_int_t)p->processes[i].pid, "executable",
                                        p->processes[i].executable, "version",
                                        p->processes[i].version));
    return processes;
}

static json_t *
notes_of(const struct hn_profile *p)
{
    json_t *notes = json_array();

    for (size_t i = 0; i < p->note_count; i++)
        json_array_append_new(notes, json_string(p->notes[i]));
    return notes;
}

static uint64_t
span_samples(const struct hn_profile *p)
{
    uint64_t total = 0;

    for (size_t i = 0; i < p->span_count; i++)
        total += p->spans[i].samples;
    return total;
}

static void
print(const struct hn_profile *p)
{
    json_t *out = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:I, s:I, s:I}", "taken",
        (json_int_t)p->taken, "missed", (json_int_t)p->missed, "on_time",
        (json_int_t)p->on_time, "stacks_counted", (json_int_t)p->stacks, "discarded",
        (json_int_t)p->discarded, "duration_ns", (json_int_t)p->duration_ns, "ended",
        p->ended, "spans", (json_int_t)p->span_count, "span_samples",
        (json_int_t)span_samples(p), "resident", (json_int_t)p->resident_count);

    json_object_set_new(out, "processes", processes_of(p));
    json_object_set_new(out, "threads", threads_of(p));
    json_object_set_new(out, "stacks", stacks_of(p));
    json_object_set_new(out, "growth", growth_of(p));
    json_object_set_new(out, "notes", notes_of(p));
    json_dumpf(out, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(out);
}

static void
options_from(int argc, char **argv, struct hn_sampler_options *options)
{
    for (int i = 4; i < argc; i++) {
        if (strcmp(argv[i], "cpu") == 0)
            options->mode = HN_PROFILE_CPU;
        else if (strcmp(argv[i], "gil") == 0)
            options->mode = HN_PROFILE_GIL;
        else if (strcmp(argv[i], "no-idle") == 0)
            options->idle = false;
        else if (strcmp(argv[i], "memory") == 0)
            options->memory = true;
        else if (strcmp(argv[i], "children") == 0)
            options->subprocesses = true;
        else if (strcmp(argv[i], "timeline") == 0)
            options->timeline = true;
        else if (strcmp(argv[i], "async") == 0)
            options->async_stacks = true;
    }
}

static void
wait_for(struct hn_sampler *sampler)
{
    const struct timespec pause = { 0, 5 * 1000 * 1000 };
    struct hn_sampler_progress progress;

    do {
        nanosleep(&pause, NULL);
        hn_sampler_progress(sampler, &progress);
    } while (!progress.finished);
}

int
main(int argc, char **argv)
{
    struct hn_sampler_options options = { .idle = true };
    struct hn_sampler *sampler;
    struct hn_error err = { .status = HN_OK };
    struct hn_profile profile;
    struct hn_arena arena;
    enum hn_status st;
    char text[512];

    if (argc < 4) {
        fprintf(stderr, "usage: sample_json PID SECONDS INTERVAL_US [...]\n");
        return 2;
    }
    options.interval_ns = (uint64_t)(atof(argv[3]) * 1e3);
    options_from(argc, argv, &options);
    hn_arena_init(&arena);
    st = hn_sampler_open(atoll(argv[1]), &options, &err, &sampler);
    if (!st) {
        st = hn_sampler_start(sampler, (uint64_t)(atof(argv[2]) * 1e9));
        if (!st) {
            wait_for(sampler);
            hn_sampler_stop(sampler);
            st = hn_sampler_profile(sampler, &arena, &profile);
        }
        if (!st)
            print(&profile);
        hn_sampler_close(sampler);
    }
    hn_arena_deinit(&arena);
    if (st) {
        hn_error_format(&err, text, sizeof(text));
        fprintf(stderr, "%s\n", text);
    }
    return st ? 1 : 0;
}
