/* Writes the raw format: see PROFILE-FORMAT.md. */
#include "report/profile.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

/* uthash would end the debugger when memory is short. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/arena.h"
#include "report/profile_raw_format.h"

/* Strings that are equal are written once, in the order in which they are first met. */
struct string {
    const char *bytes;
    uint64_t index;
    struct string *next; /* in that order */
    UT_hash_handle hh;
};

struct raw {
    struct hn_arena arena;
    struct string *by_bytes, *first, *last;
    uint64_t string_count;
    struct hn_text body; /* all but the strings, which are complete only at its end */
};

static void
put_number(struct hn_text *text, uint64_t value)
{
    while (value >= 0x80) {
        hn_text_putc(text, (char)(value | 0x80));
        value >>= 7;
    }
    hn_text_putc(text, (char)value);
}

/* Small negative numbers stay small. */
static void
put_signed(struct hn_text *text, int64_t value)
{
    uint64_t bits = (uint64_t)value;

    put_number(text, bits << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

static struct string *
add_string(struct raw *raw, const char *bytes)
{
    struct string *string = hn_arena_alloc(&raw->arena, sizeof(*string));

    if (!string)
        return NULL;
    string->bytes = bytes;
    string->index = raw->string_count++;
    HASH_ADD_KEYPTR(hh, raw->by_bytes, bytes, strlen(bytes), string);
    if (!string->hh.tbl)
        return NULL;
    if (raw->last)
        raw->last->next = string;
    else
        raw->first = string;
    raw->last = string;
    return string;
}

static void
put_string(struct raw *raw, const char *bytes)
{
    struct string *string;

    HASH_FIND_STR(raw->by_bytes, bytes, string);
    if (!string)
        string = add_string(raw, bytes);
    if (string)
        put_number(&raw->body, string->index);
    else
        raw->body.failed = true;
}

static void
put_run(struct raw *raw, const struct hn_profile *profile)
{
    struct hn_text *body = &raw->body;

    put_signed(body, profile->began);
    put_number(body, profile->duration_ns);
    put_number(body, profile->interval_ns);
    put_number(body, profile->mode);
    put_string(raw, profile->ended);
    put_number(body, profile->taken);
    put_number(body, profile->missed);
    put_number(body, profile->on_time);
    put_number(body, profile->stacks);
    put_number(body, profile->discarded);
    put_number(body, profile->stopped_ns);
}

static void
put_processes(struct raw *raw, const struct hn_profile *profile)
{
    put_number(&raw->body, profile->process_count);
    for (size_t i = 0; i < profile->process_count; i++) {
        const struct hn_profile_process *process = &profile->processes[i];
        size_t count = 0;

        put_signed(&raw->body, process->pid);
        put_string(raw, process->executable);
        put_string(raw, process->version);
        while (process->arguments[count])
            count++;
        put_number(&raw->body, count);
        for (size_t a = 0; a < count; a++)
            put_string(raw, process->arguments[a]);
    }
}

static void
put_threads(struct raw *raw, const struct hn_profile *profile)
{
    put_number(&raw->body, profile->thread_count);
    for (size_t i = 0; i < profile->thread_count; i++) {
        const struct hn_profile_thread *thread = &profile->threads[i];

        put_number(&raw->body, thread->process);
        put_signed(&raw->body, thread->native_id);
        put_signed(&raw->body, thread->interpreter);
        put_string(raw, thread->name);
        put_number(&raw->body, thread->main);
    }
}

static void
put_places(struct raw *raw, const struct hn_profile *profile)
{
    put_number(&raw->body, profile->function_count);
    for (size_t i = 0; i < profile->function_count; i++) {
        const struct hn_profile_function *function = &profile->functions[i];

        put_string(raw, function->name);
        put_string(raw, function->file);
        put_signed(&raw->body, function->first_line);
        put_number(&raw->body, function->kind);
    }
    put_number(&raw->body, profile->frame_count);
    for (size_t i = 0; i < profile->frame_count; i++) {
        put_number(&raw->body, profile->frames[i].function);
        put_signed(&raw->body, profile->frames[i].line);
    }
}

static void
put_stacks(struct hn_text *body, const struct hn_profile *profile)
{
    put_number(body, profile->node_count ? profile->node_count - 1 : 0);
    for (size_t i = 1; i < profile->node_count; i++) {
        put_number(body, profile->nodes[i].parent);
        put_number(body, profile->nodes[i].frame);
    }
    put_number(body, profile->count_count);
    for (size_t i = 0; i < profile->count_count; i++) {
        put_number(body, profile->counts[i].thread);
        put_number(body, profile->counts[i].node);
        put_number(body, profile->counts[i].state);
        put_number(body, profile->counts[i].samples);
    }
}

static void
put_memory(struct hn_text *body, const struct hn_profile *profile)
{
    uint64_t before = 0;

    put_number(body, profile->growth != NULL);
    if (!profile->growth)
        return;
    put_number(body, profile->growth_count);
    for (size_t i = 0; i < profile->growth_count; i++) {
        put_number(body, profile->growth[i].thread);
        put_number(body, profile->growth[i].node);
        put_signed(body, profile->growth[i].bytes);
        put_number(body, profile->growth[i].samples);
    }
    put_number(body, profile->resident_count);
    for (size_t i = 0; i < profile->resident_count; i++) {
        put_number(body, profile->resident[i].at_ns - before);
        put_number(body, profile->resident[i].process);
        put_number(body, profile->resident[i].bytes);
        before = profile->resident[i].at_ns;
    }
}

static void
put_timeline(struct hn_text *body, const struct hn_profile *profile)
{
    uint64_t before = 0;

    put_number(body, profile->span_count);
    for (size_t i = 0; i < profile->span_count; i++) {
        const struct hn_profile_span *span = &profile->spans[i];

        put_number(body, span->begin_ns - before);
        put_number(body, span->end_ns - span->begin_ns);
        put_number(body, span->thread);
        put_number(body, span->node);
        put_number(body, span->state);
        put_number(body, span->samples);
        before = span->begin_ns;
    }
    put_number(body, profile->timeline_cut);
}

static void
put_content(struct raw *raw, const struct hn_profile *profile, struct hn_text *ret)
{
    put_run(raw, profile);
    put_processes(raw, profile);
    put_threads(raw, profile);
    put_places(raw, profile);
    put_stacks(&raw->body, profile);
    put_memory(&raw->body, profile);
    put_timeline(&raw->body, profile);
    put_number(&raw->body, profile->note_count);
    for (size_t i = 0; i < profile->note_count; i++)
        put_string(raw, profile->notes[i]);

    put_number(ret, raw->string_count);
    for (const struct string *s = raw->first; s; s = s->next) {
        size_t size = strlen(s->bytes);

        put_number(ret, size);
        hn_text_add(ret, s->bytes, size + 1);
    }
    if (raw->body.failed)
        ret->failed = true;
    else
        hn_text_add(ret, raw->body.bytes, raw->body.size);
}

/* One frame with its size and a checksum, behind what @text has already. */
static bool
compress(struct hn_text *text, const struct hn_text *content)
{
    size_t room = ZSTD_compressBound(content->size), size;
    ZSTD_CCtx *context = ZSTD_createCCtx();
    char *bytes = malloc(room);
    bool done = false;

    if (context && bytes
        && !ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1))) {
        size = ZSTD_compress2(context, bytes, room, content->bytes, content->size);
        if (!ZSTD_isError(size)) {
            hn_text_add(text, bytes, size);
            done = true;
        }
    }
    ZSTD_freeCCtx(context);
    free(bytes);
    return done;
}

void
hn_profile_write_raw(const struct hn_profile *profile,
                     const struct hn_profile_options *options, struct hn_text *text)
{
    static const char version[4] = { HN_RAW_VERSION };
    struct raw raw = { .by_bytes = NULL };
    struct hn_text content;

    (void)options;
    hn_arena_init(&raw.arena);
    hn_text_init(&raw.body);
    hn_text_init(&content);
    put_content(&raw, profile, &content);
    hn_text_add(text, HN_RAW_MAGIC, HN_RAW_MAGIC_SIZE);
    hn_text_add(text, version, sizeof(version));
    /* A file that is too large to be read again is none. */
    if (content.failed || content.size > HN_RAW_MAX_CONTENT
        || !compress(text, &content))
        text->failed = true;
    HASH_CLEAR(hh, raw.by_bytes);
    hn_text_deinit(&content);
    hn_text_deinit(&raw.body);
    hn_arena_deinit(&raw.arena);
}
