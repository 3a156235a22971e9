/* speedscope's own file format, "sampled" profiles, one for each thread:
 * https://www.speedscope.app/file-format-schema.json
 *
 * In the order of time if the run kept a time line, else in that of the stacks. Weights
 * are nanoseconds, so that its times are those of all other formats. */
#include <string.h>

#include "report/profile_place.h"

/* One sample of speedscope's: a stack and how many of ours it stands for. */
struct piece {
    uint32_t thread, node;
    uint64_t samples;
};

struct pieces {
    struct piece *items; /* by thread; within it in their order */
    size_t count;
    size_t *starts; /* by thread, and one past the last */
};

/* A time line that is cut would leave out samples. */
static bool
has_whole_timeline(const struct hn_profile *profile)
{
    return profile->span_count > 0 && !profile->timeline_cut;
}

static struct piece
piece_at(const struct hn_profile *profile, size_t i)
{
    if (has_whole_timeline(profile))
        return (struct piece){ profile->spans[i].thread, profile->spans[i].node,
                               profile->spans[i].samples };
    return (struct piece){ profile->counts[i].thread, profile->counts[i].node,
                           profile->counts[i].samples };
}

/* Puts each thread's pieces together without changing their order. */
static bool
collect(struct hn_arena *arena, const struct hn_profile *profile, struct pieces *ret)
{
    size_t count =
        has_whole_timeline(profile) ? profile->span_count : profile->count_count;
    size_t *starts = hn_arena_array(arena, profile->thread_count + 2, sizeof(*starts));
    struct piece *items = hn_arena_array(arena, count ? count : 1, sizeof(*items));

    if (!starts || !items)
        return false;
    for (size_t i = 0; i < count; i++)
        starts[piece_at(profile, i).thread + 2]++;
    for (size_t t = 2; t < profile->thread_count + 2; t++)
        starts[t] += starts[t - 1];
    /* starts[t + 1] moves from the start of thread t to its end. */
    for (size_t i = 0; i < count; i++) {
        struct piece piece = piece_at(profile, i);

        items[starts[piece.thread + 1]++] = piece;
    }
    *ret = (struct pieces){ items, count, starts };
    return true;
}

static void
put_frames(struct hn_json *json, const struct hn_profile *profile)
{
    hn_json_open_object(json, "shared");
    hn_json_open_list(json, "frames");
    for (size_t i = 0; i < profile->frame_count; i++) {
        const struct hn_profile_frame *frame = &profile->frames[i];
        const struct hn_profile_function *function =
            &profile->functions[frame->function];

        hn_json_open_object(json, NULL);
        hn_json_string(json, "name", function->name);
        if (function->file[0])
            hn_json_string(json, "file", function->file);
        if (frame->line > 0)
            hn_json_integer(json, "line", frame->line);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
    hn_json_close_object(json);
}

/* @path has room for the deepest stack. Outermost frame first. */
static void
put_stack(struct hn_json *json, const struct hn_profile *profile, uint32_t node,
          uint32_t *path)
{
    size_t depth = 0;

    for (; node; node = profile->nodes[node].parent)
        path[depth++] = profile->nodes[node].frame;
    hn_json_open_list(json, NULL);
    while (depth-- > 0)
        hn_json_unsigned(json, NULL, path[depth]);
    hn_json_close_list(json);
}

static void
put_profile(struct hn_json *json, const struct hn_profile *profile, const char *name,
            const struct piece *pieces, size_t count, uint32_t *path)
{
    uint64_t end = 0;

    hn_json_open_object(json, NULL);
    hn_json_string(json, "type", "sampled");
    hn_json_string(json, "name", name);
    hn_json_string(json, "unit", "nanoseconds");
    hn_json_open_list(json, "samples");
    for (size_t i = 0; i < count; i++)
        put_stack(json, profile, pieces[i].node, path);
    hn_json_close_list(json);
    hn_json_open_list(json, "weights");
    for (size_t i = 0; i < count; i++) {
        uint64_t weight = hn_profile_time_ns(profile, pieces[i].samples);

        hn_json_unsigned(json, NULL, weight);
        end += weight;
    }
    hn_json_close_list(json);
    hn_json_unsigned(json, "startValue", 0);
    hn_json_unsigned(json, "endValue", end);
    hn_json_close_object(json);
}

/* The profile that is shown first: that of the thread with the most samples. */
static void
put_profiles(struct hn_json *json, struct hn_arena *arena,
             const struct hn_profile *profile, const struct pieces *pieces,
             uint32_t *path)
{
    uint64_t most = 0;
    size_t busiest = 0, written = 0;

    hn_json_open_list(json, "profiles");
    for (uint32_t t = 0; t < profile->thread_count; t++) {
        const struct piece *first = pieces->items + pieces->starts[t];
        size_t count = pieces->starts[t + 1] - pieces->starts[t];
        uint64_t samples = 0;

        if (count == 0)
            continue;
        for (size_t i = 0; i < count; i++)
            samples += first[i].samples;
        if (samples > most) {
            most = samples;
            busiest = written;
        }
        put_profile(json, profile, hn_thread_label(arena, profile, t), first, count,
                    path);
        written++;
    }
    /* It refuses files without any. */
    if (written == 0)
        put_profile(json, profile, "no samples", NULL, 0, path);
    hn_json_close_list(json);
    hn_json_unsigned(json, "activeProfileIndex", busiest);
}

static void
put_name(struct hn_json *json, const struct hn_profile *profile)
{
    struct hn_text name;

    hn_text_init(&name);
    hn_profile_put_summary(&name, profile);
    if (name.failed)
        json->text->failed = true;
    else
        hn_json_string(json, "name", name.bytes);
    hn_text_deinit(&name);
}

void
hn_profile_write_speedscope(const struct hn_profile *profile,
                            const struct hn_profile_options *options,
                            struct hn_text *text)
{
    struct hn_json json = { .text = text };
    struct pieces pieces;
    struct hn_arena arena;
    uint32_t *path;

    (void)options;
    hn_arena_init(&arena);
    path = hn_arena_array(&arena, profile->node_count + 1, sizeof(*path));
    if (path && collect(&arena, profile, &pieces)) {
        hn_json_open_object(&json, NULL);
        hn_json_string(&json, "$schema",
                       "https://www.speedscope.app/file-format-schema.json");
        hn_json_string(&json, "exporter", "hognose");
        put_name(&json, profile);
        put_frames(&json, profile);
        put_profiles(&json, &arena, profile, &pieces, path);
        hn_json_close_object(&json);
        hn_text_putc(text, '\n');
    } else {
        text->failed = true;
    }
    hn_arena_deinit(&arena);
}
