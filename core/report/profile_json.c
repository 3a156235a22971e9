/* A sampling run as JSON: all that was counted. The shape is described in
 * core/command/JSON.md. */
#include "report/profile_sums.h"

#include <string.h>

#include "report/number.h"

static const char *const modes[] = {
    [HN_PROFILE_WALL] = "wall",
    [HN_PROFILE_CPU] = "cpu",
    [HN_PROFILE_GIL] = "gil",
};

static const char *const kinds[] = {
    [HN_PROFILE_PYTHON] = "python",
    [HN_PROFILE_NATIVE] = "native",
    [HN_PROFILE_TASK] = "task",
    [HN_PROFILE_UNKNOWN] = "unknown",
};

/* The words of THREAD's states. */
static const struct {
    uint32_t bit;
    const char *name;
} states[] = {
    { HN_PROFILE_HAS_GIL, "gil" },   { HN_PROFILE_WAITS_FOR_GIL, "waiting-for-gil" },
    { HN_PROFILE_ON_CPU, "on-cpu" }, { HN_PROFILE_IDLE, "idle" },
    { HN_PROFILE_COLLECTING, "gc" },
};

static void
put_states(struct hn_json *json, uint32_t state)
{
    hn_json_open_list(json, "state");
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        if (state & states[i].bit)
            hn_json_string(json, NULL, states[i].name);
    if (state == 0)
        hn_json_string(json, NULL, "unknown");
    hn_json_close_list(json);
}

/* Numbers below 1 are no lines. */
static void
put_line(struct hn_json *json, int32_t line)
{
    if (line > 0)
        hn_json_integer(json, "line", line);
    else
        hn_json_null(json, "line");
}

static void
put_run(struct hn_json *json, const struct hn_profile *profile)
{
    uint64_t duration = profile->duration_ns;
    double stopped = duration ? (double)profile->stopped_ns / (double)duration : 0;

    hn_json_decimal(json, "duration", duration, 9);
    hn_json_open_object(json, "samples");
    hn_json_unsigned(json, "taken", profile->taken);
    hn_json_unsigned(json, "missed", profile->missed);
    hn_json_unsigned(json, "discarded", profile->discarded);
    hn_json_unsigned(json, "on_time", profile->on_time);
    hn_json_unsigned(json, "stacks", profile->stacks);
    hn_json_close_object(json);
    hn_json_decimal(json, "rate", hn_profile_rate_thousandths(profile), 3);
    hn_json_decimal(json, "stopped_share",
                    stopped < 1 ? (uint64_t)(stopped * 1e6 + 0.5) : 1000000, 6);
    hn_json_integer(json, "began", profile->began);
    hn_json_decimal(json, "interval", profile->interval_ns, 9);
    hn_json_string(json, "mode", modes[profile->mode]);
    hn_json_string(json, "ended", profile->ended[0] ? profile->ended : NULL);
}

static void
put_processes(struct hn_json *json, const struct hn_profile *profile)
{
    hn_json_open_list(json, "processes");
    for (size_t i = 0; i < profile->process_count; i++) {
        const struct hn_profile_process *process = &profile->processes[i];

        hn_json_open_object(json, NULL);
        hn_json_integer(json, "pid", process->pid);
        hn_json_string(json, "executable", process->executable);
        hn_json_open_list(json, "arguments");
        for (size_t a = 0; process->arguments[a]; a++)
            hn_json_string(json, NULL, process->arguments[a]);
        hn_json_close_list(json);
        hn_json_string(json, "version", process->version);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
}

static void
put_threads(struct hn_json *json, const struct hn_profile *profile)
{
    hn_json_open_list(json, "threads");
    for (size_t i = 0; i < profile->thread_count; i++) {
        const struct hn_profile_thread *thread = &profile->threads[i];

        hn_json_open_object(json, NULL);
        hn_json_integer(json, "pid", profile->processes[thread->process].pid);
        hn_json_integer(json, "native_id", thread->native_id);
        hn_json_integer(json, "interpreter", thread->interpreter);
        hn_json_string(json, "name", thread->name);
        hn_json_bool(json, "main", thread->main);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
}

static void
put_functions(struct hn_json *json, const struct hn_profile_sums *sums)
{
    hn_json_open_list(json, "functions");
    for (size_t i = 0; i < sums->count; i++) {
        const struct hn_profile_sum *row = &sums->rows[i];

        if (row->nothing)
            continue;
        hn_json_open_object(json, NULL);
        hn_json_string(json, "kind", kinds[row->kind]);
        hn_json_string(json, "function", row->name);
        hn_json_string(json, "file", row->file);
        put_line(json, row->line);
        hn_json_unsigned(json, "self", row->self);
        hn_json_unsigned(json, "total", row->total);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
}

static void
put_frames(struct hn_json *json, const struct hn_profile *profile, uint32_t node)
{
    hn_json_open_list(json, "frames");
    for (; node; node = profile->nodes[node].parent) {
        const struct hn_profile_frame *frame =
            &profile->frames[profile->nodes[node].frame];
        const struct hn_profile_function *function =
            &profile->functions[frame->function];

        hn_json_open_object(json, NULL);
        hn_json_string(json, "kind", kinds[function->kind]);
        hn_json_string(json, "function", function->name);
        hn_json_string(json, "file", function->file);
        put_line(json, frame->line);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
}

static void
put_stacks(struct hn_json *json, const struct hn_profile *profile)
{
    hn_json_open_list(json, "stacks");
    for (size_t i = 0; i < profile->count_count; i++) {
        const struct hn_profile_count *count = &profile->counts[i];

        hn_json_open_object(json, NULL);
        hn_json_unsigned(json, "thread", count->thread);
        put_states(json, count->state);
        put_frames(json, profile, count->node);
        hn_json_unsigned(json, "count", count->samples);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
}

static void
put_memory(struct hn_json *json, const struct hn_profile *profile)
{
    hn_json_open_list(json, "growth");
    for (size_t i = 0; i < profile->growth_count; i++) {
        const struct hn_profile_growth *growth = &profile->growth[i];

        hn_json_open_object(json, NULL);
        hn_json_unsigned(json, "thread", growth->thread);
        put_frames(json, profile, growth->node);
        hn_json_integer(json, "bytes", growth->bytes);
        hn_json_unsigned(json, "samples", growth->samples);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
    hn_json_open_list(json, "resident");
    for (size_t i = 0; i < profile->resident_count; i++) {
        const struct hn_profile_resident *resident = &profile->resident[i];

        hn_json_open_object(json, NULL);
        hn_json_decimal(json, "at", resident->at_ns, 9);
        hn_json_integer(json, "pid", profile->processes[resident->process].pid);
        hn_json_unsigned(json, "bytes", resident->bytes);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
}

void
hn_document_profile(struct hn_json *json, const struct hn_profile *profile)
{
    struct hn_profile_sums sums;
    struct hn_arena arena;

    hn_arena_init(&arena);
    put_run(json, profile);
    put_processes(json, profile);
    put_threads(json, profile);
    if (hn_profile_sum_up(&arena, profile, HN_PROFILE_BY_FUNCTION, HN_PROFILE_SELF,
                          &sums))
        put_functions(json, &sums);
    else
        json->text->failed = true;
    hn_arena_deinit(&arena);
    put_stacks(json, profile);
    if (profile->growth)
        put_memory(json, profile);
    hn_json_open_list(json, "notes");
    for (size_t i = 0; i < profile->note_count; i++)
        hn_json_string(json, NULL, profile->notes[i]);
    hn_json_close_list(json);
}

void
hn_profile_write_json(const struct hn_profile *profile,
                      const struct hn_profile_options *options, struct hn_text *text)
{
    struct hn_json json = { .text = text };

    (void)options;
    hn_json_open_object(&json, NULL);
    hn_document_profile(&json, profile);
    hn_json_close_object(&json);
    hn_text_putc(text, '\n');
}
