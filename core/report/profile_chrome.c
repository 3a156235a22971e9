/* Trace events as JSON, for Perfetto and chrome://tracing: a function begins ("B")
 * where it appears in a thread's stack and ends ("E") where it is gone; going on to
 * another of its lines ends nothing. The format is described in Google's document
 * "Trace Event Format". */
#include <string.h>

#include "report/profile_merge.h"
#include "report/profile_place.h"

/* What a thread's track shows so far. */
struct track {
    uint32_t node;   /* the merged stack that is open */
    uint64_t end_ns; /* of its last span */
};

struct trace {
    const struct hn_profile *profile;
    struct hn_profile_classes classes;
    struct hn_merged merged;
    struct hn_json json;
    struct track *tracks; /* by thread */
    uint32_t *depth;      /* by merged node */
    uint32_t *path;       /* room for the deepest stack */
};

static void
open_event(struct trace *trace, const char *phase, uint32_t thread)
{
    const struct hn_profile *profile = trace->profile;
    const struct hn_profile_thread *of = &profile->threads[thread];

    hn_json_open_object(&trace->json, NULL);
    hn_json_string(&trace->json, "ph", phase);
    hn_json_integer(&trace->json, "pid", profile->processes[of->process].pid);
    hn_json_integer(&trace->json, "tid", of->native_id);
}

static void
put_begin(struct trace *trace, uint32_t thread, uint32_t node, uint64_t at_ns)
{
    const struct hn_profile *profile = trace->profile;
    uint32_t frame = trace->classes.example[trace->merged.nodes[node].class];
    const struct hn_profile_function *function =
        &profile->functions[profile->frames[frame].function];

    open_event(trace, "B", thread);
    hn_json_decimal(&trace->json, "ts", at_ns, 3); /* microseconds */
    hn_json_string(&trace->json, "name", function->name);
    hn_json_open_object(&trace->json, "args");
    hn_json_string(&trace->json, "file", function->file);
    if (function->first_line > 0)
        hn_json_integer(&trace->json, "line", function->first_line);
    hn_json_close_object(&trace->json);
    hn_json_close_object(&trace->json);
}

static void
put_end(struct trace *trace, uint32_t thread, uint64_t at_ns)
{
    open_event(trace, "E", thread);
    hn_json_decimal(&trace->json, "ts", at_ns, 3);
    hn_json_close_object(&trace->json);
}

/* The part that two stacks share goes on. */
static uint32_t
common(const struct trace *trace, uint32_t a, uint32_t b)
{
    const struct hn_merged_node *nodes = trace->merged.nodes;

    while (a != b) {
        if (trace->depth[a] >= trace->depth[b])
            a = nodes[a].parent;
        else
            b = nodes[b].parent;
    }
    return a;
}

/* Ends frames of @thread until only @node is open. */
static void
unwind(struct trace *trace, uint32_t thread, uint32_t node, uint64_t at_ns)
{
    struct track *track = &trace->tracks[thread];

    while (track->node != node) {
        put_end(trace, thread, at_ns);
        track->node = trace->merged.nodes[track->node].parent;
    }
}

static void
put_span(struct trace *trace, const struct hn_profile_span *span)
{
    const struct hn_profile *profile = trace->profile;
    struct track *track = &trace->tracks[span->thread];
    uint64_t gap = profile->interval_ns + profile->interval_ns / 2;
    uint32_t wanted = trace->merged.of[span->node], stays;
    size_t more = 0;

    /* Nothing is claimed of a time in which the thread was not seen. */
    if (span->begin_ns > track->end_ns && span->begin_ns - track->end_ns > gap)
        unwind(trace, span->thread, 0, track->end_ns);
    stays = common(trace, track->node, wanted);
    unwind(trace, span->thread, stays, span->begin_ns);
    for (uint32_t node = wanted; node != stays; node = trace->merged.nodes[node].parent)
        trace->path[more++] = node;
    while (more-- > 0)
        put_begin(trace, span->thread, trace->path[more], span->begin_ns);
    *track = (struct track){ wanted, span->end_ns };
}

static void
put_name(struct trace *trace, uint32_t thread, const char *what, const char *name)
{
    open_event(trace, "M", thread);
    hn_json_string(&trace->json, "name", what);
    hn_json_open_object(&trace->json, "args");
    hn_json_string(&trace->json, "name", name);
    hn_json_close_object(&trace->json);
    hn_json_close_object(&trace->json);
}

static void
put_events(struct trace *trace, struct hn_arena *arena)
{
    const struct hn_profile *profile = trace->profile;

    for (uint32_t t = 0; t < profile->thread_count; t++) {
        const struct hn_profile_process *process =
            &profile->processes[profile->threads[t].process];

        put_name(trace, t, "thread_name", hn_thread_label(arena, profile, t));
        if (profile->threads[t].main)
            put_name(trace, t, "process_name", process->executable);
    }
    for (size_t i = 0; i < profile->span_count; i++)
        put_span(trace, &profile->spans[i]);
    for (uint32_t t = 0; t < profile->thread_count; t++)
        unwind(trace, t, 0, trace->tracks[t].end_ns);
}

static bool
prepare(struct trace *trace, struct hn_arena *arena)
{
    const struct hn_profile *profile = trace->profile;
    size_t room = profile->node_count + 1;

    if (!hn_profile_classify(arena, profile, HN_PROFILE_BY_FUNCTION, &trace->classes)
        || !hn_profile_merge(arena, profile, &trace->classes, &trace->merged))
        return false;
    trace->tracks =
        hn_arena_array(arena, profile->thread_count + 1, sizeof(*trace->tracks));
    trace->depth = hn_arena_array(arena, room, sizeof(*trace->depth));
    trace->path = hn_arena_array(arena, room, sizeof(*trace->path));
    if (!trace->tracks || !trace->depth || !trace->path)
        return false;
    for (size_t i = 1; i < trace->merged.count; i++)
        trace->depth[i] = trace->depth[trace->merged.nodes[i].parent] + 1;
    return true;
}

void
hn_profile_write_chrome(const struct hn_profile *profile,
                        const struct hn_profile_options *options, struct hn_text *text)
{
    struct trace trace = { .profile = profile, .json = { .text = text } };
    struct hn_arena arena;

    (void)options;
    hn_arena_init(&arena);
    if (prepare(&trace, &arena)) {
        hn_json_open_object(&trace.json, NULL);
        hn_json_string(&trace.json, "displayTimeUnit", "ms");
        hn_json_open_list(&trace.json, "traceEvents");
        put_events(&trace, &arena);
        hn_json_close_list(&trace.json);
        hn_json_close_object(&trace.json);
        hn_text_putc(text, '\n');
    } else {
        text->failed = true;
    }
    hn_arena_deinit(&arena);
}
