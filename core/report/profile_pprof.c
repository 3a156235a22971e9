/* pprof's format: a gzipped protocol buffer, described in pprof.proto.
 *
 * Written piece by piece: messages that follow each other count as one in which lists
 * are joined, so no tree of all samples has to be built. Values of a sample are how
 * many they are, their time, and, with --memory, by how much memory grew. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "report/pprof.pb-c.h"
#include "report/profile_place.h"

/* Strings that every file has, in this order; the others follow. */
enum {
    S_EMPTY,
    S_SAMPLES,
    S_COUNT,
    S_TIME,
    S_NANOSECONDS,
    S_MEMORY,
    S_BYTES,
    S_THREAD,
    S_THREAD_ID,
    S_PID,
    S_FIXED
};

static const char *const fixed_strings[S_FIXED] = {
    [S_EMPTY] = "",      [S_SAMPLES] = "samples",         [S_COUNT] = "count",
    [S_TIME] = "time",   [S_NANOSECONDS] = "nanoseconds", [S_MEMORY] = "memory",
    [S_BYTES] = "bytes", [S_THREAD] = "thread",           [S_THREAD_ID] = "thread id",
    [S_PID] = "pid",
};

enum { MAX_VALUES = 3 };

/* protobuf-c's way to hand out bytes. */
struct sink {
    ProtobufCBuffer base;
    struct hn_text *text;
};

struct pprof {
    const struct hn_profile *profile;
    struct sink sink;
    size_t value_count;
    int64_t string_count;
    int64_t first_thread; /* string: label of thread 0 */
    uint64_t *path;       /* room for the deepest stack */
};

static void
append(ProtobufCBuffer *buffer, size_t size, const uint8_t *bytes)
{
    hn_text_add(((struct sink *)buffer)->text, (const char *)bytes, size);
}

static void
put(struct pprof *pprof, const Hn__Pprof__Profile *part)
{
    protobuf_c_message_pack_to_buffer(&part->base, &pprof->sink.base);
}

static int64_t
put_string(struct pprof *pprof, const char *string)
{
    Hn__Pprof__Profile part = HN__PPROF__PROFILE__INIT;
    char *strings[] = { (char *)string };

    part.n_string_table = 1;
    part.string_table = strings;
    put(pprof, &part);
    return pprof->string_count++;
}

static void
put_sample_type(struct pprof *pprof, int64_t type, int64_t unit)
{
    Hn__Pprof__Profile part = HN__PPROF__PROFILE__INIT;
    Hn__Pprof__ValueType value = HN__PPROF__VALUE_TYPE__INIT, *values[] = { &value };

    value.type = type;
    value.unit = unit;
    part.n_sample_type = 1;
    part.sample_type = values;
    put(pprof, &part);
    pprof->value_count++;
}

static void
put_run(struct pprof *pprof)
{
    const struct hn_profile *profile = pprof->profile;
    Hn__Pprof__Profile part = HN__PPROF__PROFILE__INIT;
    Hn__Pprof__ValueType period = HN__PPROF__VALUE_TYPE__INIT;
    Hn__Pprof__Mapping mapping = HN__PPROF__MAPPING__INIT, *mappings[] = { &mapping };
    struct hn_text summary;
    int64_t comment;

    hn_text_init(&summary);
    hn_profile_put_summary(&summary, profile);
    comment = put_string(pprof, summary.failed ? "" : summary.bytes);
    hn_text_deinit(&summary);
    period.type = S_TIME;
    period.unit = S_NANOSECONDS;
    part.period_type = &period;
    part.period = (int64_t)profile->interval_ns;
    part.time_nanos = (int64_t)((uint64_t)profile->began * 1000000000);
    part.duration_nanos = (int64_t)profile->duration_ns;
    part.default_sample_type = S_SAMPLES;
    part.n_comment = 1;
    part.comment = &comment;
    /* One mapping that says that names are all there: none has to be looked up. */
    mapping.id = 1;
    mapping.filename = put_string(
        pprof, profile->process_count ? profile->processes[0].executable : "");
    mapping.has_functions = mapping.has_filenames = mapping.has_line_numbers = true;
    part.n_mapping = 1;
    part.mapping = mappings;
    put(pprof, &part);
}

static void
put_functions(struct pprof *pprof)
{
    const struct hn_profile *profile = pprof->profile;

    for (size_t i = 0; i < profile->function_count; i++) {
        const struct hn_profile_function *from = &profile->functions[i];
        Hn__Pprof__Profile part = HN__PPROF__PROFILE__INIT;
        Hn__Pprof__Function function = HN__PPROF__FUNCTION__INIT;
        Hn__Pprof__Function *functions[] = { &function };

        function.id = i + 1;
        function.name = put_string(pprof, from->name);
        function.system_name = function.name;
        function.filename = from->file[0] ? put_string(pprof, from->file) : S_EMPTY;
        function.start_line = from->first_line > 0 ? from->first_line : 0;
        part.n_function = 1;
        part.function = functions;
        put(pprof, &part);
    }
}

static void
put_locations(struct pprof *pprof)
{
    const struct hn_profile *profile = pprof->profile;

    for (size_t i = 0; i < profile->frame_count; i++) {
        Hn__Pprof__Profile part = HN__PPROF__PROFILE__INIT;
        Hn__Pprof__Location location = HN__PPROF__LOCATION__INIT;
        Hn__Pprof__Location *locations[] = { &location };
        Hn__Pprof__Line line = HN__PPROF__LINE__INIT, *lines[] = { &line };

        line.function_id = profile->frames[i].function + (uint64_t)1;
        line.line = profile->frames[i].line > 0 ? profile->frames[i].line : 0;
        location.id = i + 1;
        location.mapping_id = 1;
        location.n_line = 1;
        location.line = lines;
        part.n_location = 1;
        part.location = locations;
        put(pprof, &part);
    }
}

static void
put_threads(struct pprof *pprof, struct hn_arena *arena)
{
    pprof->first_thread = pprof->string_count;
    for (uint32_t t = 0; t < pprof->profile->thread_count; t++)
        put_string(pprof, hn_thread_label(arena, pprof->profile, t));
}

static void
put_sample(struct pprof *pprof, uint32_t thread, uint32_t node,
           int64_t values[MAX_VALUES])
{
    const struct hn_profile *profile = pprof->profile;
    Hn__Pprof__Profile part = HN__PPROF__PROFILE__INIT;
    Hn__Pprof__Sample sample = HN__PPROF__SAMPLE__INIT, *samples[] = { &sample };
    Hn__Pprof__Label name = HN__PPROF__LABEL__INIT, id = HN__PPROF__LABEL__INIT;
    Hn__Pprof__Label pid = HN__PPROF__LABEL__INIT, *labels[] = { &name, &id, &pid };

    for (; node; node = profile->nodes[node].parent)
        pprof->path[sample.n_location_id++] = profile->nodes[node].frame + (uint64_t)1;
    sample.location_id = pprof->path;
    sample.n_value = pprof->value_count;
    sample.value = values;
    name.key = S_THREAD;
    name.str = pprof->first_thread + thread;
    id.key = S_THREAD_ID;
    id.num = profile->threads[thread].native_id;
    pid.key = S_PID;
    pid.num = profile->processes[profile->threads[thread].process].pid;
    sample.n_label = 3;
    sample.label = labels;
    part.n_sample = 1;
    part.sample = samples;
    put(pprof, &part);
}

static void
put_samples(struct pprof *pprof)
{
    const struct hn_profile *profile = pprof->profile;

    for (size_t i = 0; i < profile->count_count; i++) {
        const struct hn_profile_count *count = &profile->counts[i];

        put_sample(pprof, count->thread, count->node,
                   (int64_t[MAX_VALUES]){
                       (int64_t)count->samples,
                       (int64_t)hn_profile_time_ns(profile, count->samples), 0 });
    }
    for (size_t i = 0; i < profile->growth_count; i++) {
        const struct hn_profile_growth *growth = &profile->growth[i];

        put_sample(pprof, growth->thread, growth->node,
                   (int64_t[MAX_VALUES]){ 0, 0, growth->bytes });
    }
}

static bool
put_profile(struct pprof *pprof, struct hn_arena *arena)
{
    const struct hn_profile *profile = pprof->profile;

    pprof->path = hn_arena_array(arena, profile->node_count + 1, sizeof(*pprof->path));
    if (!pprof->path)
        return false;
    for (size_t i = 0; i < S_FIXED; i++)
        put_string(pprof, fixed_strings[i]);
    put_sample_type(pprof, S_SAMPLES, S_COUNT);
    put_sample_type(pprof, S_TIME, S_NANOSECONDS);
    if (profile->growth)
        put_sample_type(pprof, S_MEMORY, S_BYTES);
    put_run(pprof);
    put_functions(pprof);
    put_locations(pprof);
    put_threads(pprof, arena);
    put_samples(pprof);
    return !pprof->sink.text->failed;
}

/* Appends @bytes to @text as one gzip member. */
static bool
gzip(struct hn_text *text, const struct hn_text *bytes)
{
    enum { GZIP = 16, MEMORY = 8, PIECE = 1 << 20 };
    z_stream stream = { .next_in = NULL };
    unsigned char out[4096];
    size_t fed = 0;
    int status;

    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + GZIP,
                     MEMORY, Z_DEFAULT_STRATEGY)
        != Z_OK)
        return false;
    do {
        if (stream.avail_in == 0 && fed < bytes->size) {
            size_t piece = bytes->size - fed < PIECE ? bytes->size - fed : PIECE;

            stream.next_in = (unsigned char *)bytes->bytes + fed;
            stream.avail_in = (uInt)piece;
            fed += piece;
        }
        stream.next_out = out;
        stream.avail_out = sizeof(out);
        status = deflate(&stream, fed == bytes->size ? Z_FINISH : Z_NO_FLUSH);
        hn_text_add(text, (const char *)out, sizeof(out) - stream.avail_out);
    } while (status == Z_OK || status == Z_BUF_ERROR);
    deflateEnd(&stream);
    return status == Z_STREAM_END;
}

void
hn_profile_write_pprof(const struct hn_profile *profile,
                       const struct hn_profile_options *options, struct hn_text *text)
{
    struct hn_text message;
    struct pprof pprof = { .profile = profile,
                           .sink = { { append }, .text = &message } };
    struct hn_arena arena;

    (void)options;
    hn_arena_init(&arena);
    hn_text_init(&message);
    if (!put_profile(&pprof, &arena) || !gzip(text, &message))
        text->failed = true;
    hn_text_deinit(&message);
    hn_arena_deinit(&arena);
}
