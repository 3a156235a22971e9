/* Reads the raw format: see PROFILE-FORMAT.md. Nothing in the file is trusted.
 *
 * A number that cannot be read makes the reader fail for good, and everything after it
 * is 0: so parts are read one after the other and the outcome is checked at the end of
 * each list, before anybody uses an index. */
#include "report/profile_raw.h"

#include <string.h>
#include <zstd.h>

#include "base/cursor.h"
#include "base/text.h"
#include "report/profile_raw_format.h"

enum { VARINT_BITS = 64 };

/* Seconds that as nanoseconds are still numbers: the year 2262. */
#define MAX_BEGAN (INT64_MAX / 1000000000)

struct reader {
    struct hn_cursor at;
    struct hn_arena *arena;
    struct hn_error *err;
    struct hn_profile *profile;
    const char **strings;
    size_t string_count;
    enum hn_status status; /* of the first failure; err says what */
};

static void
fail(struct reader *reader, enum hn_status status, const char *what)
{
    if (reader->status == HN_OK)
        reader->status = hn_fail(reader->err, status, 0, what);
}

/* A step that found memory short, or an impossible value. */
static void
check(struct reader *reader, bool fine, const char *what)
{
    if (!fine)
        fail(reader, HN_E_CORRUPT, what);
}

static uint64_t
get_number(struct reader *reader)
{
    uint64_t value = 0;
    uint8_t byte;

    if (reader->status)
        return 0;
    for (unsigned shift = 0; shift < VARINT_BITS; shift += 7) {
        if (!hn_cursor_u8(&reader->at, &byte))
            break;
        /* The tenth byte has room for one bit only. */
        if (shift == 63 && byte > 1)
            break;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    fail(reader, HN_E_CORRUPT, "a number in the profile has no end");
    return 0;
}

static int64_t
get_signed(struct reader *reader)
{
    uint64_t bits = get_number(reader);

    return (int64_t)(bits >> 1 ^ (bits & 1 ? UINT64_MAX : 0));
}

/* A number below @limit, or 0 and failure. */
static uint32_t
get_below(struct reader *reader, uint64_t limit, const char *what)
{
    uint64_t value = get_number(reader);

    check(reader, value < limit, what);
    return reader->status ? 0 : (uint32_t)value;
}

static bool
get_flag(struct reader *reader)
{
    return get_below(reader, 2, "a flag of the profile is neither 0 nor 1");
}

static int32_t
get_line(struct reader *reader, int64_t least)
{
    int64_t line = get_signed(reader);

    check(reader, line >= least && line <= INT32_MAX,
          "the profile has an impossible line number");
    return reader->status ? -1 : (int32_t)line;
}

static const char *
get_string(struct reader *reader)
{
    uint32_t index = get_below(reader, reader->string_count,
                               "the profile names a string that it has not");

    return reader->status ? "" : reader->strings[index];
}

/* The @count of a list whose items take at least @least bytes each, and room for it. */
static void *
get_list(struct reader *reader, size_t least, size_t item_size, size_t *count_ret)
{
    uint64_t count = get_number(reader);
    void *items;

    *count_ret = 0;
    check(reader, count <= hn_cursor_left(&reader->at) / least && count < UINT32_MAX,
          "a list of the profile is longer than the file");
    if (reader->status)
        return NULL;
    items = hn_arena_array(reader->arena, count, item_size);
    if (!items)
        fail(reader, HN_E_NOMEM, "no memory for the profile");
    else
        *count_ret = count;
    return items;
}

static bool
is_utf8(const char *bytes, size_t size)
{
    for (size_t at = 0; at < size;) {
        uint32_t code;
        size_t length = hn_utf8_decode(bytes + at, size - at, &code);

        if (length == 0 || code == 0)
            return false;
        at += length;
    }
    return true;
}

static void
get_strings(struct reader *reader)
{
    size_t count;
    const char **strings = get_list(reader, 2, sizeof(*strings), &count);

    for (size_t i = 0; i < count && !reader->status; i++) {
        uint64_t size = get_number(reader);
        const char *bytes = (const char *)reader->at.at;
        uint8_t end = 1;

        check(reader,
              hn_cursor_skip(&reader->at, size) && is_utf8(bytes, size)
                  && hn_cursor_u8(&reader->at, &end) && end == 0,
              "a string of the profile is no text");
        strings[i] = bytes;
    }
    reader->strings = strings;
    reader->string_count = count;
}

static void
get_run(struct reader *reader)
{
    struct hn_profile *profile = reader->profile;

    profile->began = get_signed(reader);
    check(reader, profile->began >= -MAX_BEGAN && profile->began <= MAX_BEGAN,
          "the profile is of no time");
    profile->duration_ns = get_number(reader);
    profile->interval_ns = get_number(reader);
    profile->mode = get_below(reader, HN_PROFILE_GIL + 1, "no mode of sampling");
    profile->ended = get_string(reader);
    profile->taken = get_number(reader);
    profile->missed = get_number(reader);
    profile->on_time = get_number(reader);
    profile->stacks = get_number(reader);
    profile->discarded = get_number(reader);
    profile->stopped_ns = get_number(reader);
}

static const char *const *
get_list_of_strings(struct reader *reader, size_t *count_ret)
{
    uint64_t count = get_number(reader);
    const char **strings;

    check(reader, count <= hn_cursor_left(&reader->at),
          "a list of the profile is longer than the file");
    strings = reader->status
                  ? NULL
                  : hn_arena_array(reader->arena, count + 1, sizeof(*strings));
    if (!strings) {
        fail(reader, HN_E_NOMEM, "no memory for the profile");
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        strings[i] = get_string(reader);
    *count_ret = count;
    return strings;
}

static void
get_processes(struct reader *reader)
{
    size_t count, arguments;
    struct hn_profile_process *processes =
        get_list(reader, 4, sizeof(*processes), &count);

    for (size_t i = 0; i < count && !reader->status; i++) {
        processes[i].pid = get_signed(reader);
        processes[i].executable = get_string(reader);
        processes[i].version = get_string(reader);
        processes[i].arguments = get_list_of_strings(reader, &arguments);
    }
    reader->profile->processes = processes;
    reader->profile->process_count = count;
}

static void
get_threads(struct reader *reader)
{
    size_t count;
    struct hn_profile_thread *threads = get_list(reader, 5, sizeof(*threads), &count);

    for (size_t i = 0; i < count && !reader->status; i++) {
        threads[i].process = get_below(reader, reader->profile->process_count,
                                       "a thread of the profile has no process");
        threads[i].native_id = get_signed(reader);
        threads[i].interpreter = get_signed(reader);
        threads[i].name = get_string(reader);
        threads[i].main = get_flag(reader);
    }
    reader->profile->threads = threads;
    reader->profile->thread_count = count;
}

static void
get_functions(struct reader *reader)
{
    size_t count;
    struct hn_profile_function *functions =
        get_list(reader, 4, sizeof(*functions), &count);

    for (size_t i = 0; i < count && !reader->status; i++) {
        functions[i].name = get_string(reader);
        functions[i].file = get_string(reader);
        functions[i].first_line = get_line(reader, INT32_MIN);
        functions[i].kind =
            get_below(reader, HN_PROFILE_UNKNOWN + 1, "no kind of function");
    }
    reader->profile->functions = functions;
    reader->profile->function_count = count;
}

static void
get_frames(struct reader *reader)
{
    size_t count;
    struct hn_profile_frame *frames = get_list(reader, 2, sizeof(*frames), &count);

    for (size_t i = 0; i < count && !reader->status; i++) {
        frames[i].function = get_below(reader, reader->profile->function_count,
                                       "a frame of the profile has no function");
        frames[i].line = get_line(reader, -1);
    }
    reader->profile->frames = frames;
    reader->profile->frame_count = count;
}

static void
get_nodes(struct reader *reader)
{
    uint64_t count = get_number(reader);
    struct hn_profile_node *nodes;

    check(reader, count <= hn_cursor_left(&reader->at) / 2 && count < UINT32_MAX,
          "a list of the profile is longer than the file");
    nodes = reader->status ? NULL
                           : hn_arena_array(reader->arena, count + 1, sizeof(*nodes));
    if (!nodes) {
        fail(reader, HN_E_NOMEM, "no memory for the profile");
        return;
    }
    for (size_t i = 1; i <= count && !reader->status; i++) {
        nodes[i].parent =
            get_below(reader, i, "a stack of the profile has no caller before it");
        nodes[i].frame = get_below(reader, reader->profile->frame_count,
                                   "a stack of the profile has no frame");
    }
    reader->profile->nodes = nodes;
    reader->profile->node_count = count + 1;
}

static uint32_t
get_thread(struct reader *reader)
{
    return get_below(reader, reader->profile->thread_count,
                     "samples of the profile have no thread");
}

static uint32_t
get_node(struct reader *reader)
{
    return get_below(reader, reader->profile->node_count,
                     "samples of the profile have no stack");
}

static uint32_t
get_state(struct reader *reader)
{
    return get_below(reader, HN_PROFILE_COLLECTING << 1, "no state of a thread");
}

/* Sums are taken without a look at overflow everywhere else. */
static void
add_up(struct reader *reader, uint64_t *sum, uint64_t more)
{
    check(reader, !__builtin_add_overflow(*sum, more, sum),
          "the profile has more samples than can be counted");
}

static void
get_counts(struct reader *reader)
{
    uint64_t sum = 0;
    size_t count;
    struct hn_profile_count *counts = get_list(reader, 4, sizeof(*counts), &count);

    for (size_t i = 0; i < count && !reader->status; i++) {
        counts[i].thread = get_thread(reader);
        counts[i].node = get_node(reader);
        counts[i].state = get_state(reader);
        counts[i].samples = get_number(reader);
        add_up(reader, &sum, counts[i].samples);
    }
    reader->profile->counts = counts;
    reader->profile->count_count = count;
}

static void
get_growth(struct reader *reader)
{
    uint64_t samples = 0, grown = 0;
    size_t count;
    struct hn_profile_growth *growth = get_list(reader, 4, sizeof(*growth), &count);

    for (size_t i = 0; i < count && !reader->status; i++) {
        growth[i].thread = get_thread(reader);
        growth[i].node = get_node(reader);
        growth[i].bytes = get_signed(reader);
        growth[i].samples = get_number(reader);
        add_up(reader, &samples, growth[i].samples);
        /* in both directions no sum of any of them may overflow */
        add_up(reader, &grown,
               growth[i].bytes < 0 ? 0 - (uint64_t)growth[i].bytes
                                   : (uint64_t)growth[i].bytes);
        check(reader, grown <= INT64_MAX,
              "the profile has more memory than there can be");
    }
    reader->profile->growth = growth;
    reader->profile->growth_count = count;
}

static void
get_resident(struct reader *reader)
{
    uint64_t at = 0;
    size_t count;
    struct hn_profile_resident *resident =
        get_list(reader, 3, sizeof(*resident), &count);

    for (size_t i = 0; i < count && !reader->status; i++) {
        add_up(reader, &at, get_number(reader));
        resident[i].at_ns = at;
        resident[i].process = get_below(reader, reader->profile->process_count,
                                        "memory of the profile has no process");
        resident[i].bytes = get_number(reader);
    }
    reader->profile->resident = resident;
    reader->profile->resident_count = count;
}

static void
get_timeline(struct reader *reader)
{
    uint64_t at = 0, sum = 0;
    size_t count;
    struct hn_profile_span *spans = get_list(reader, 6, sizeof(*spans), &count);

    for (size_t i = 0; i < count && !reader->status; i++) {
        add_up(reader, &at, get_number(reader));
        spans[i].begin_ns = at;
        spans[i].end_ns = at;
        add_up(reader, &spans[i].end_ns, get_number(reader));
        spans[i].thread = get_thread(reader);
        spans[i].node = get_node(reader);
        spans[i].state = get_state(reader);
        spans[i].samples =
            get_below(reader, (uint64_t)UINT32_MAX + 1, "a time too long to be one");
        add_up(reader, &sum, spans[i].samples);
    }
    reader->profile->spans = spans;
    reader->profile->span_count = count;
    reader->profile->timeline_cut = get_flag(reader);
}

static void
get_content(struct reader *reader)
{
    get_strings(reader);
    get_run(reader);
    get_processes(reader);
    get_threads(reader);
    get_functions(reader);
    get_frames(reader);
    get_nodes(reader);
    get_counts(reader);
    if (get_flag(reader)) {
        get_growth(reader);
        get_resident(reader);
    }
    get_timeline(reader);
    reader->profile->notes = get_list_of_strings(reader, &reader->profile->note_count);
    check(reader, hn_cursor_left(&reader->at) == 0,
          "the profile has something behind its end");
}

/* The frame's content, in the reader's arena: the profile's strings stay in it. */
static void
decompress(struct reader *reader, const char *bytes, size_t size)
{
    unsigned long long wanted = ZSTD_getFrameContentSize(bytes, size);
    size_t frame = ZSTD_findFrameCompressedSize(bytes, size);
    char *content;

    check(reader,
          wanted != ZSTD_CONTENTSIZE_ERROR && wanted != ZSTD_CONTENTSIZE_UNKNOWN
              && !ZSTD_isError(frame) && frame == size,
          "the profile is cut short or damaged");
    check(reader, reader->status || wanted <= HN_RAW_MAX_CONTENT,
          "the profile is larger than any is");
    if (reader->status)
        return;
    content = hn_arena_alloc(reader->arena, wanted);
    if (!content) {
        fail(reader, HN_E_NOMEM, "no memory for the profile");
        return;
    }
    check(reader, ZSTD_decompress(content, wanted, bytes, size) == wanted,
          "the profile is cut short or damaged");
    reader->at = hn_cursor_make(content, wanted);
}

bool
hn_profile_is_raw(const void *bytes, size_t size)
{
    return size >= HN_RAW_MAGIC_SIZE
           && memcmp(bytes, HN_RAW_MAGIC, HN_RAW_MAGIC_SIZE) == 0;
}

enum hn_status
hn_profile_read_raw(const void *bytes, size_t size, struct hn_arena *arena,
                    struct hn_error *err, struct hn_profile *ret)
{
    static const char version[4] = { HN_RAW_VERSION };
    const char *at = bytes;
    struct hn_profile profile = { 0 };
    struct reader reader = { .arena = arena, .err = err, .profile = &profile };

    if (!hn_profile_is_raw(bytes, size) || size < HN_RAW_HEADER_SIZE)
        return hn_fail(err, HN_E_CORRUPT, 0, "not a profile that -f raw wrote");
    if (memcmp(at + HN_RAW_MAGIC_SIZE, version, sizeof(version)) != 0)
        return hn_fail(err, HN_E_UNSUPPORTED, 0,
                       "the profile was written by a newer hognose");
    decompress(&reader, at + HN_RAW_HEADER_SIZE, size - HN_RAW_HEADER_SIZE);
    get_content(&reader);
    if (reader.status == HN_OK)
        *ret = profile;
    return reader.status;
}
