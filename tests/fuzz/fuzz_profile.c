/* Feeds the raw profile of a sampling run: what is read must be sound enough for every
 * writer, and written again it must be read again.
 *
 * The input is the content of the file's frame, as it is before compression: a fuzzer
 * does not find checksums. */
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "report/profile.h"
#include "report/profile_diff.h"
#include "report/profile_raw.h"
#include "report/profile_raw_format.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Writers repeat names in each stack: more than this makes a fuzzer slow, not wise. */
enum { MAX_CONTENT = 4096, MAX_STACKS = 200 };

static enum hn_status
read_file(const char *bytes, size_t size, struct hn_arena *arena,
          struct hn_profile *profile)
{
    struct hn_error err;

    return hn_profile_read_raw(bytes, size, arena, &err, profile);
}

static void
write_all(const struct hn_profile *profile)
{
    const struct hn_profile_options options = { .limit = 20, .look = { .width = 80 } };
    struct hn_text text;

    hn_text_init(&text);
    for (const struct hn_profile_writer *w = hn_profile_writers; w->name; w++) {
        hn_text_clear(&text);
        w->write(profile, &options, &text);
        if (text.failed)
            abort();
    }
    hn_text_clear(&text);
    hn_profile_diff_put(&text, profile, profile, &options);
    hn_text_deinit(&text);
}

static void
read_again(const struct hn_profile *profile)
{
    struct hn_text text;
    struct hn_arena arena;
    struct hn_profile again;

    hn_text_init(&text);
    hn_arena_init(&arena);
    hn_profile_write_raw(profile, NULL, &text);
    if (text.failed || read_file(text.bytes, text.size, &arena, &again) != HN_OK
        || again.count_count != profile->count_count
        || again.span_count != profile->span_count)
        abort();
    hn_arena_deinit(&arena);
    hn_text_deinit(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char file[HN_RAW_HEADER_SIZE + MAX_CONTENT + 1024];
    struct hn_arena arena;
    struct hn_profile profile;
    size_t packed;

    /* the file itself, as somebody may hand us one */
    hn_arena_init(&arena);
    (void)read_file((const char *)data, size, &arena, &profile);
    hn_arena_deinit(&arena);

    if (size > MAX_CONTENT)
        return 0;
    memcpy(file, HN_RAW_MAGIC "\1\0\0\0", HN_RAW_HEADER_SIZE);
    packed = ZSTD_compress(file + HN_RAW_HEADER_SIZE, sizeof(file) - HN_RAW_HEADER_SIZE,
                           data, size, 1);
    if (ZSTD_isError(packed))
        abort();
    hn_arena_init(&arena);
    if (read_file(file, HN_RAW_HEADER_SIZE + packed, &arena, &profile) == HN_OK) {
        if (profile.count_count + profile.span_count < MAX_STACKS)
            write_all(&profile);
        read_again(&profile);
    }
    hn_arena_deinit(&arena);
    return 0;
}
