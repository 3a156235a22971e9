/* The Firefox Profiler's "processed profile", version 57, for profiler.firefox.com:
 * columns instead of records, strings in one table, one thread after the other. Later
 * versions of the profiler bring it up to theirs. Described in its docs-developer/
 * processed-profile-format.md and CHANGELOG-formats.md.
 *
 * Each span of the time line is one sample with a weight; where a thread was not seen
 * for a while stands a sample without a stack. A thread's stack table holds only the
 * stacks that it was seen with; frames and functions are few, and the same in all. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "report/profile_place.h"

enum { FORMAT = 32, PROCESSED_FORMAT = 57 };

enum { CATEGORY_OTHER, CATEGORY_PYTHON, CATEGORY_NATIVE, CATEGORY_TASK };

static const struct {
    const char *name, *colour;
} categories[] = {
    [CATEGORY_OTHER] = { "Other", "grey" },
    [CATEGORY_PYTHON] = { "Python", "yellow" },
    [CATEGORY_NATIVE] = { "Native", "blue" },
    [CATEGORY_TASK] = { "Task", "green" },
};

static const int category_of[] = {
    [HN_PROFILE_PYTHON] = CATEGORY_PYTHON,
    [HN_PROFILE_NATIVE] = CATEGORY_NATIVE,
    [HN_PROFILE_TASK] = CATEGORY_TASK,
    [HN_PROFILE_UNKNOWN] = CATEGORY_OTHER,
};

struct gecko {
    const struct hn_profile *profile;
    struct hn_json *json;
    uint32_t *local; /* by node: its row in the thread's stack table, plus 1 */
    uint32_t *used;  /* nodes of the thread's stack table, callers first */
    size_t used_count;
    uint32_t *order; /* spans, by thread, each thread's in the order of time */
    size_t *starts;  /* by thread, and one past the last */
};

/* String 2f is the name of function f, 2f + 1 its file. */
static void
put_strings(const struct gecko *gecko)
{
    const struct hn_profile *profile = gecko->profile;

    hn_json_open_list(gecko->json, "stringArray");
    for (size_t i = 0; i < profile->function_count; i++) {
        hn_json_string(gecko->json, NULL, profile->functions[i].name);
        hn_json_string(gecko->json, NULL, profile->functions[i].file);
    }
    hn_json_close_list(gecko->json);
}

/* A column that says the same, or nothing, of every row. */
static void
put_constant(const struct gecko *gecko, const char *key, size_t count, int64_t value)
{
    hn_json_open_list(gecko->json, key);
    for (size_t i = 0; i < count; i++)
        hn_json_integer(gecko->json, NULL, value);
    hn_json_close_list(gecko->json);
}

static void
put_nulls(const struct gecko *gecko, const char *key, size_t count)
{
    hn_json_open_list(gecko->json, key);
    for (size_t i = 0; i < count; i++)
        hn_json_null(gecko->json, NULL);
    hn_json_close_list(gecko->json);
}

static void
put_numbers(const struct gecko *gecko, const char *key, size_t count, uint64_t first,
            uint64_t step)
{
    hn_json_open_list(gecko->json, key);
    for (size_t i = 0; i < count; i++)
        hn_json_unsigned(gecko->json, NULL, first + i * step);
    hn_json_close_list(gecko->json);
}

static void
put_line(const struct gecko *gecko, int32_t line)
{
    if (line > 0)
        hn_json_integer(gecko->json, NULL, line);
    else
        hn_json_null(gecko->json, NULL);
}

static void
put_functions(const struct gecko *gecko)
{
    const struct hn_profile *profile = gecko->profile;
    size_t count = profile->function_count;

    hn_json_open_object(gecko->json, "funcTable");
    hn_json_unsigned(gecko->json, "length", count);
    put_numbers(gecko, "name", count, 0, 2);
    put_numbers(gecko, "fileName", count, 1, 2);
    hn_json_open_list(gecko->json, "isJS");
    for (size_t i = 0; i < count; i++)
        hn_json_bool(gecko->json, NULL, false);
    hn_json_close_list(gecko->json);
    hn_json_open_list(gecko->json, "relevantForJS");
    for (size_t i = 0; i < count; i++)
        hn_json_bool(gecko->json, NULL,
                     profile->functions[i].kind == HN_PROFILE_PYTHON);
    hn_json_close_list(gecko->json);
    put_constant(gecko, "resource", count, -1);
    hn_json_open_list(gecko->json, "lineNumber");
    for (size_t i = 0; i < count; i++)
        put_line(gecko, profile->functions[i].first_line);
    hn_json_close_list(gecko->json);
    put_nulls(gecko, "columnNumber", count);
    hn_json_close_object(gecko->json);
}

static void
put_frames(const struct gecko *gecko)
{
    const struct hn_profile *profile = gecko->profile;
    size_t count = profile->frame_count;

    hn_json_open_object(gecko->json, "frameTable");
    hn_json_unsigned(gecko->json, "length", count);
    put_constant(gecko, "address", count, -1);
    put_constant(gecko, "inlineDepth", count, 0);
    hn_json_open_list(gecko->json, "category");
    for (size_t i = 0; i < count; i++)
        hn_json_integer(
            gecko->json, NULL,
            category_of[profile->functions[profile->frames[i].function].kind]);
    hn_json_close_list(gecko->json);
    put_constant(gecko, "subcategory", count, 0);
    hn_json_open_list(gecko->json, "func");
    for (size_t i = 0; i < count; i++)
        hn_json_unsigned(gecko->json, NULL, profile->frames[i].function);
    hn_json_close_list(gecko->json);
    put_nulls(gecko, "nativeSymbol", count);
    put_nulls(gecko, "innerWindowID", count);
    put_nulls(gecko, "implementation", count);
    hn_json_open_list(gecko->json, "line");
    for (size_t i = 0; i < count; i++)
        put_line(gecko, profile->frames[i].line);
    hn_json_close_list(gecko->json);
    put_nulls(gecko, "column", count);
    hn_json_close_object(gecko->json);
}

/* Numbers the stacks that the thread was seen with, and their callers. */
static void
number_stacks(struct gecko *gecko, uint32_t thread)
{
    const struct hn_profile *profile = gecko->profile;

    for (size_t i = 0; i < gecko->used_count; i++)
        gecko->local[gecko->used[i]] = 0;
    gecko->used_count = 0;
    for (size_t i = gecko->starts[thread]; i < gecko->starts[thread + 1]; i++) {
        size_t first = gecko->used_count;
        uint32_t node = profile->spans[gecko->order[i]].node;

        for (; node && gecko->local[node] == 0; node = profile->nodes[node].parent) {
            gecko->local[node] = 1; /* seen; its number follows */
            gecko->used[gecko->used_count++] = node;
        }
        for (size_t a = first, b = gecko->used_count; a + 1 < b; a++) {
            uint32_t swapped = gecko->used[--b];

            gecko->used[b] = gecko->used[a];
            gecko->used[a] = swapped;
        }
        for (size_t n = first; n < gecko->used_count; n++)
            gecko->local[gecko->used[n]] = (uint32_t)(n + 1);
    }
}

static void
put_stacks(const struct gecko *gecko)
{
    const struct hn_profile *profile = gecko->profile;

    hn_json_open_object(gecko->json, "stackTable");
    hn_json_unsigned(gecko->json, "length", gecko->used_count);
    hn_json_open_list(gecko->json, "frame");
    for (size_t i = 0; i < gecko->used_count; i++)
        hn_json_unsigned(gecko->json, NULL, profile->nodes[gecko->used[i]].frame);
    hn_json_close_list(gecko->json);
    hn_json_open_list(gecko->json, "prefix");
    for (size_t i = 0; i < gecko->used_count; i++) {
        uint32_t parent = profile->nodes[gecko->used[i]].parent;

        if (parent)
            hn_json_unsigned(gecko->json, NULL, gecko->local[parent] - 1);
        else
            hn_json_null(gecko->json, NULL);
    }
    hn_json_close_list(gecko->json);
    hn_json_open_list(gecko->json, "category");
    for (size_t i = 0; i < gecko->used_count; i++) {
        uint32_t frame = profile->nodes[gecko->used[i]].frame;

        hn_json_integer(
            gecko->json, NULL,
            category_of[profile->functions[profile->frames[frame].function].kind]);
    }
    hn_json_close_list(gecko->json);
    put_constant(gecko, "subcategory", gecko->used_count, 0);
    hn_json_close_object(gecko->json);
}

/* What one row of a thread's samples says. */
struct sample {
    uint32_t node;
    uint64_t at_ns, weight;
};

/* A walk over a thread's samples: its spans, and the gaps between them. */
struct samples {
    const struct gecko *gecko;
    size_t next, end;
    uint64_t seen_until_ns;
};

static struct samples
samples_start(const struct gecko *gecko, uint32_t thread)
{
    return (struct samples){ gecko, gecko->starts[thread], gecko->starts[thread + 1],
                             UINT64_MAX };
}

static bool
samples_next(struct samples *samples, struct sample *ret)
{
    const struct hn_profile *profile = samples->gecko->profile;
    uint64_t gap = profile->interval_ns + profile->interval_ns / 2;
    uint64_t until = samples->seen_until_ns;
    const struct hn_profile_span *span;

    if (samples->next == samples->end) {
        /* The last one ends where it ended, not at its beginning. */
        *ret = (struct sample){ 0, until, 0 };
        samples->seen_until_ns = UINT64_MAX;
        return until != UINT64_MAX;
    }
    span = &profile->spans[samples->gecko->order[samples->next]];
    if (until != UINT64_MAX && span->begin_ns > until && span->begin_ns - until > gap) {
        *ret = (struct sample){ 0, until, 0 };
        samples->seen_until_ns = UINT64_MAX;
        return true;
    }
    *ret = (struct sample){ span->node, span->begin_ns, span->samples };
    samples->seen_until_ns = span->end_ns;
    samples->next++;
    return true;
}

static void
put_samples(const struct gecko *gecko, uint32_t thread)
{
    struct samples samples = samples_start(gecko, thread);
    struct sample sample;
    size_t count = 0;

    hn_json_open_object(gecko->json, "samples");
    hn_json_open_list(gecko->json, "stack");
    for (; samples_next(&samples, &sample); count++)
        if (sample.node)
            hn_json_unsigned(gecko->json, NULL, gecko->local[sample.node] - 1);
        else
            hn_json_null(gecko->json, NULL);
    hn_json_close_list(gecko->json);
    hn_json_open_list(gecko->json, "time");
    for (samples = samples_start(gecko, thread); samples_next(&samples, &sample);)
        hn_json_decimal(gecko->json, NULL, sample.at_ns, 6); /* milliseconds */
    hn_json_close_list(gecko->json);
    hn_json_open_list(gecko->json, "weight");
    for (samples = samples_start(gecko, thread); samples_next(&samples, &sample);)
        hn_json_unsigned(gecko->json, NULL, sample.weight);
    hn_json_close_list(gecko->json);
    hn_json_string(gecko->json, "weightType", "samples");
    put_nulls(gecko, "eventDelay", count);
    hn_json_unsigned(gecko->json, "length", count);
    hn_json_close_object(gecko->json);
}

/* A table that has to be there, with no rows. */
static void
put_empty_table(const struct gecko *gecko, const char *key, const char *const *columns)
{
    hn_json_open_object(gecko->json, key);
    hn_json_unsigned(gecko->json, "length", 0);
    for (; *columns; columns++)
        put_nulls(gecko, *columns, 0);
    hn_json_close_object(gecko->json);
}

static void
put_thread_facts(const struct gecko *gecko, struct hn_arena *arena, uint32_t index)
{
    const struct hn_profile_thread *thread = &gecko->profile->threads[index];
    const struct hn_profile_process *process =
        &gecko->profile->processes[thread->process];
    char pid[24];

    snprintf(pid, sizeof(pid), "%" PRId64, process->pid);
    hn_json_string(gecko->json, "name", hn_thread_label(arena, gecko->profile, index));
    hn_json_bool(gecko->json, "isMainThread", thread->main);
    hn_json_string(gecko->json, "pid", pid);
    hn_json_integer(gecko->json, "tid", thread->native_id);
    hn_json_string(gecko->json, "processType", "default");
    hn_json_string(gecko->json, "processName", process->executable);
    hn_json_unsigned(gecko->json, "processStartupTime", 0);
    hn_json_null(gecko->json, "processShutdownTime");
    hn_json_unsigned(gecko->json, "registerTime", 0);
    hn_json_null(gecko->json, "unregisterTime");
    hn_json_open_list(gecko->json, "pausedRanges");
    hn_json_close_list(gecko->json);
}

static void
put_thread(struct gecko *gecko, struct hn_arena *arena, uint32_t thread)
{
    static const char *const resources[] = { "lib", "name", "host", "type", NULL };
    static const char *const symbols[] = { "libIndex", "address", "name",
                                           "functionSize", NULL };
    static const char *const markers[] = { "data",  "name",     "startTime", "endTime",
                                           "phase", "category", NULL };

    number_stacks(gecko, thread);
    hn_json_open_object(gecko->json, NULL);
    put_thread_facts(gecko, arena, thread);
    put_samples(gecko, thread);
    put_stacks(gecko);
    put_frames(gecko);
    put_functions(gecko);
    put_empty_table(gecko, "resourceTable", resources);
    put_empty_table(gecko, "nativeSymbols", symbols);
    put_empty_table(gecko, "markers", markers);
    hn_json_close_object(gecko->json);
}

static void
put_categories(struct hn_json *json)
{
    hn_json_open_list(json, "categories");
    for (size_t i = 0; i < sizeof(categories) / sizeof(categories[0]); i++) {
        hn_json_open_object(json, NULL);
        hn_json_string(json, "name", categories[i].name);
        hn_json_string(json, "color", categories[i].colour);
        hn_json_open_list(json, "subcategories");
        hn_json_string(json, NULL, "Other");
        hn_json_close_list(json);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
}

static void
put_meta(struct hn_json *json, const struct hn_profile *profile)
{
    hn_json_open_object(json, "meta");
    hn_json_decimal(json, "interval", profile->interval_ns, 6);
    hn_json_integer(json, "startTime", profile->began * 1000);
    hn_json_integer(json, "processType", 0);
    put_categories(json);
    hn_json_integer(json, "stackwalk", 0);
    hn_json_integer(json, "version", FORMAT);
    hn_json_integer(json, "preprocessedProfileVersion", PROCESSED_FORMAT);
    hn_json_string(json, "product", "Python");
    hn_json_string(json, "importedFrom", "hognose");
    hn_json_bool(json, "symbolicated", true);
    for (const char *const *key =
             (const char *const[]){ "abi", "misc", "oscpu", "platform", "toolkit",
                                    "appBuildID", "CPUName", NULL };
         *key; key++)
        hn_json_string(json, *key, "");
    hn_json_open_list(json, "markerSchema");
    hn_json_close_list(json);
    hn_json_close_object(json);
}

static void
put_shared(const struct gecko *gecko)
{
    static const char *const sources[] = { "uuid", "filename", NULL };

    hn_json_open_object(gecko->json, "shared");
    put_strings(gecko);
    put_empty_table(gecko, "sources", sources);
    hn_json_close_object(gecko->json);
}

static bool
prepare(struct gecko *gecko, struct hn_arena *arena)
{
    const struct hn_profile *profile = gecko->profile;
    size_t threads = profile->thread_count;

    gecko->local = hn_arena_array(arena, profile->node_count + 1, sizeof(uint32_t));
    gecko->used = hn_arena_array(arena, profile->node_count + 1, sizeof(uint32_t));
    gecko->order = hn_arena_array(arena, profile->span_count + 1, sizeof(uint32_t));
    gecko->starts = hn_arena_array(arena, threads + 2, sizeof(size_t));
    if (!gecko->local || !gecko->used || !gecko->order || !gecko->starts)
        return false;
    for (size_t i = 0; i < profile->span_count; i++)
        gecko->starts[profile->spans[i].thread + 2]++;
    for (size_t t = 2; t < threads + 2; t++)
        gecko->starts[t] += gecko->starts[t - 1];
    for (size_t i = 0; i < profile->span_count; i++)
        gecko->order[gecko->starts[profile->spans[i].thread + 1]++] = (uint32_t)i;
    return true;
}

void
hn_profile_write_gecko(const struct hn_profile *profile,
                       const struct hn_profile_options *options, struct hn_text *text)
{
    struct hn_json json = { .text = text };
    struct gecko gecko = { .profile = profile, .json = &json };
    struct hn_arena arena;

    (void)options;
    hn_arena_init(&arena);
    if (prepare(&gecko, &arena)) {
        hn_json_open_object(&json, NULL);
        put_meta(&json, profile);
        hn_json_open_list(&json, "libs");
        hn_json_close_list(&json);
        hn_json_open_list(&json, "threads");
        for (uint32_t t = 0; t < profile->thread_count; t++)
            put_thread(&gecko, &arena, t);
        hn_json_close_list(&json);
        hn_json_open_list(&json, "pages");
        hn_json_close_list(&json);
        put_shared(&gecko);
        hn_json_close_object(&json);
        hn_text_putc(text, '\n');
    } else {
        text->failed = true;
    }
    hn_arena_deinit(&arena);
}
