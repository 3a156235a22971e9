/* The raw file: a round trip loses nothing, and what is damaged is refused. */
#include "models.h"

#include <stdlib.h>
#include <zstd.h>

#include "profiles.h"
#include "report/profile.h"
#include "report/profile_raw.h"
#include "report/profile_raw_format.h"

static const struct hn_profile_options options = { .by = HN_PROFILE_BY_LINE };

static void
write_raw(const struct hn_profile *profile, struct hn_text *text)
{
    hn_text_init(text);
    hn_profile_write_raw(profile, &options, text);
    assert_false(text->failed);
}

/* Every format says the same of the profile that was read, the raw one included, which
 * holds all of it. */
static void
assert_same(const struct hn_profile *before, const struct hn_profile *after)
{
    struct hn_text a, b;

    hn_text_init(&a);
    hn_text_init(&b);
    for (const struct hn_profile_writer *w = hn_profile_writers; w->name; w++) {
        hn_text_clear(&a);
        hn_text_clear(&b);
        w->write(before, &options, &a);
        w->write(after, &options, &b);
        assert_int_equal(a.size, b.size);
        assert_memory_equal(a.bytes, b.bytes, a.size);
    }
    hn_text_deinit(&a);
    hn_text_deinit(&b);
}

static void
assert_round_trip(const struct hn_profile *profile)
{
    struct hn_text text;
    struct hn_arena arena;
    struct hn_error err;
    struct hn_profile after;

    write_raw(profile, &text);
    hn_arena_init(&arena);
    assert_int_equal(hn_profile_read_raw(text.bytes, text.size, &arena, &err, &after),
                     HN_OK);
    hn_text_deinit(&text); /* the profile needs it no more */
    assert_same(profile, &after);
    assert_int_equal(profile->timeline_cut, after.timeline_cut);
    assert_int_equal(profile->growth != NULL, after.growth != NULL);
    assert_int_equal(profile->span_count, after.span_count);
    assert_memory_equal(profile->spans, after.spans,
                        after.span_count * sizeof(*after.spans));
    assert_memory_equal(profile->counts, after.counts,
                        after.count_count * sizeof(*after.counts));
    hn_arena_deinit(&arena);
}

static void
a_round_trip_loses_nothing(void **state)
{
    struct profile_builder builder;

    (void)state;
    build_rich(&builder);
    assert_round_trip(&builder.profile);
    profile_builder_deinit(&builder);
    build_huge(&builder);
    assert_round_trip(&builder.profile);
    profile_builder_deinit(&builder);
    profile_builder_init(&builder);
    assert_round_trip(&builder.profile);
    profile_builder_deinit(&builder);
}

static void
extreme_numbers_survive(void **state)
{
    struct profile_builder b;
    uint32_t f;

    (void)state;
    profile_builder_init(&b);
    add_process(&b, INT64_MIN, "x");
    add_thread(&b, 0, INT64_MAX, "");
    f = add_function(&b, "f", "", INT32_MIN, HN_PROFILE_UNKNOWN);
    add_samples(&b, 0, HN_PROFILE_COLLECTING, 1, STACK({ f, INT32_MAX }));
    add_growth(&b, 0, -INT64_MAX, UINT64_MAX, STACK({ f, -1 }));
    b.profile.began = -9223372036;
    b.profile.missed = UINT64_MAX;
    b.profile.counts[0].samples = UINT64_MAX;
    b.profile.mode = HN_PROFILE_GIL;
    assert_round_trip(&b.profile);
    profile_builder_deinit(&b);
}

static enum hn_status
read_bytes(const char *bytes, size_t size)
{
    struct hn_arena arena;
    struct hn_error err;
    struct hn_profile profile;
    enum hn_status st;

    hn_arena_init(&arena);
    st = hn_profile_read_raw(bytes, size, &arena, &err, &profile);
    hn_arena_deinit(&arena);
    return st;
}

static void
other_files_are_refused(void **state)
{
    struct profile_builder b;
    struct hn_text text;

    (void)state;
    assert_int_equal(read_bytes("", 0), HN_E_CORRUPT);
    assert_int_equal(read_bytes("\177ELF, and so on", 14), HN_E_CORRUPT);
    assert_int_equal(read_bytes(HN_RAW_MAGIC, HN_RAW_MAGIC_SIZE), HN_E_CORRUPT);
    profile_builder_init(&b);
    write_raw(&b.profile, &text);
    assert_true(hn_profile_is_raw(text.bytes, text.size));
    text.bytes[HN_RAW_MAGIC_SIZE] = 2;
    assert_int_equal(read_bytes(text.bytes, text.size), HN_E_UNSUPPORTED);
    hn_text_deinit(&text);
    profile_builder_deinit(&b);
}

/* Bits of a frame that mean nothing may be anything; what is read must be what was
 * written. */
static void
assert_unchanged_if_read(const char *bytes, const struct hn_text *original)
{
    struct hn_arena arena;
    struct hn_error err;
    struct hn_profile profile;
    struct hn_text again;

    hn_arena_init(&arena);
    if (hn_profile_read_raw(bytes, original->size, &arena, &err, &profile) == HN_OK) {
        write_raw(&profile, &again);
        assert_int_equal(again.size, original->size);
        assert_memory_equal(again.bytes, original->bytes, again.size);
        hn_text_deinit(&again);
    }
    hn_arena_deinit(&arena);
}

static void
no_cut_and_no_flipped_bit_changes_what_is_read(void **state)
{
    struct profile_builder b;
    struct hn_text text;
    char *copy;

    (void)state;
    build_second(&b);
    write_raw(&b.profile, &text);
    for (size_t size = 0; size < text.size; size++)
        assert_int_equal(read_bytes(text.bytes, size), HN_E_CORRUPT);
    copy = malloc(text.size);
    assert_non_null(copy);
    memcpy(copy, text.bytes, text.size);
    for (size_t bit = 0; bit < text.size * 8; bit++) {
        copy[bit / 8] ^= (char)(1 << bit % 8);
        assert_unchanged_if_read(copy, &text);
        copy[bit / 8] ^= (char)(1 << bit % 8);
    }
    free(copy);
    hn_text_putc(&text, 0);
    assert_int_equal(read_bytes(text.bytes, text.size), HN_E_CORRUPT);
    hn_text_deinit(&text);
    profile_builder_deinit(&b);
}

/* Content as a forger would write it, with a frame and a checksum that are right. */
static enum hn_status
read_content(const char *content, size_t size)
{
    char file[4096];
    size_t packed;

    memcpy(file, HN_RAW_MAGIC "\1\0\0\0", HN_RAW_HEADER_SIZE);
    packed = ZSTD_compress(file + HN_RAW_HEADER_SIZE, sizeof(file) - HN_RAW_HEADER_SIZE,
                           content, size, 1);
    assert_false(ZSTD_isError(packed));
    return read_bytes(file, HN_RAW_HEADER_SIZE + packed);
}

#define STRINGS "\1\0\0"             /* one: "" */
#define RUN "\0\0\0\0\0\0\0\0\0\0\0" /* all 0 */
#define PROCESS "\1\2\0\0\0"         /* one: pid 1 */
#define THREAD "\1\0\2\0\0\1"        /* one, main */
#define FUNCTION "\1\0\0\2\0"        /* one, at line 1 */
#define FRAME_1 "\1\0\2"             /* one, at line 1 */
#define NODE "\1\0\0"                /* one, called by none */
#define COUNT "\1\0\1\0\5"           /* five samples of it */
#define NO_MEMORY "\0"
#define SPANS "\1\0\7\0\1\0\5" /* five samples in 7 ns */
#define END "\0\0"             /* not cut, no notes */
#define READ(content) read_content(content, sizeof(content) - 1)

static void
a_forged_file_cannot_name_what_is_not_there(void **state)
{
    (void)state;
    assert_int_equal(
        READ(
            STRINGS RUN PROCESS THREAD FUNCTION FRAME_1 NODE COUNT NO_MEMORY SPANS END),
        HN_OK);
    /* each line differs from that in one number */
    static const struct {
        const char *content;
        size_t size;
    } wrong[] = {
#define WRONG(content) { content, sizeof(content) - 1 }
        /* a string that is cut, not UTF-8, without its end, with a NUL */
        WRONG("\1\377\377\377\377\17" RUN),
        WRONG("\1\1\377\0" RUN PROCESS THREAD FUNCTION FRAME_1 NODE COUNT NO_MEMORY
                  SPANS END),
        WRONG("\1\0\1" RUN PROCESS THREAD FUNCTION FRAME_1 NODE COUNT NO_MEMORY SPANS
                  END),
        WRONG("\1\1\0\0" RUN PROCESS THREAD FUNCTION FRAME_1 NODE COUNT NO_MEMORY SPANS
                  END),
        /* a list longer than the file */
        WRONG("\377\377\377\377\377\377\377\377\377\1"),
        /* a number without an end, and one of more than 64 bits */
        WRONG("\377\377\377\377\377\377\377\377\377\377\377"),
        WRONG("\377\377\377\377\377\377\377\377\377\2"),
        /* begun in the year 2262; mode 3; string 1 */
        WRONG(STRINGS "\212\364\213\334\104\0\0\0\0\0\0\0\0\0\0" PROCESS THREAD FUNCTION
                  FRAME_1 NODE COUNT NO_MEMORY SPANS END),
        WRONG(STRINGS "\0\0\0\3\0\0\0\0\0\0\0" PROCESS THREAD FUNCTION FRAME_1 NODE
                  COUNT NO_MEMORY SPANS END),
        WRONG(STRINGS "\0\0\0\0\1\0\0\0\0\0\0" PROCESS THREAD FUNCTION FRAME_1 NODE
                  COUNT NO_MEMORY SPANS END),
        /* process 1, kind 4, function 1, line -2 */
        WRONG(STRINGS RUN PROCESS
              "\1\1\2\0\0\1" FUNCTION FRAME_1 NODE COUNT NO_MEMORY SPANS END),
        WRONG(STRINGS RUN PROCESS THREAD
              "\1\0\0\2\4" FRAME_1 NODE COUNT NO_MEMORY SPANS END),
        WRONG(STRINGS RUN PROCESS THREAD FUNCTION
              "\1\1\2" NODE COUNT NO_MEMORY SPANS END),
        WRONG(STRINGS RUN PROCESS THREAD FUNCTION
              "\1\0\3" NODE COUNT NO_MEMORY SPANS END),
        /* a stack that is its own caller, one of frame 1 */
        WRONG(STRINGS RUN PROCESS THREAD FUNCTION FRAME_1
              "\1\1\0" COUNT NO_MEMORY SPANS END),
        WRONG(STRINGS RUN PROCESS THREAD FUNCTION FRAME_1
              "\1\0\1" COUNT NO_MEMORY SPANS END),
        /* samples of thread 1, of stack 2, in state 32 */
        WRONG(STRINGS RUN PROCESS THREAD FUNCTION FRAME_1 NODE
              "\1\1\1\0\5" NO_MEMORY SPANS END),
        WRONG(STRINGS RUN PROCESS THREAD FUNCTION FRAME_1 NODE
              "\1\0\2\0\5" NO_MEMORY SPANS END),
        WRONG(STRINGS RUN PROCESS THREAD FUNCTION FRAME_1 NODE
              "\1\0\1\40\5" NO_MEMORY SPANS END),
        /* 2^64 samples in all */
        WRONG(STRINGS RUN PROCESS THREAD FUNCTION FRAME_1 NODE
              "\2\0\1\0\1\0\0\0\377\377\377\377\377\377\377\377\377\1" NO_MEMORY SPANS
                  END),
        /* a span of stack 2; one that ends beyond all time */
        WRONG(STRINGS RUN PROCESS THREAD FUNCTION FRAME_1 NODE COUNT NO_MEMORY
              "\1\0\7\0\2\0\5" END),
        WRONG(STRINGS RUN PROCESS THREAD FUNCTION FRAME_1 NODE COUNT NO_MEMORY
              "\1\1\377\377\377\377\377\377\377\377\377\1\0\1\0\5" END),
        /* a flag of 2, and something behind the end */
        WRONG(STRINGS RUN PROCESS THREAD FUNCTION FRAME_1 NODE COUNT NO_MEMORY SPANS
              "\2\0"),
        WRONG(STRINGS RUN PROCESS THREAD FUNCTION FRAME_1 NODE COUNT NO_MEMORY SPANS END
              "\0"),
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        if (read_content(wrong[i].content, wrong[i].size) != HN_E_CORRUPT)
            fail_msg("the forged file %zu was read", i);
}

/* A frame that says it has more than any profile. */
static void
a_bomb_is_not_unpacked(void **state)
{
    size_t size = (size_t)HN_RAW_MAX_CONTENT + 1, room = ZSTD_compressBound(1 << 20);
    char *zeros = calloc(1, size), *file = malloc(room);
    size_t packed;

    (void)state;
    assert_non_null(zeros);
    assert_non_null(file);
    memcpy(file, HN_RAW_MAGIC "\1\0\0\0", HN_RAW_HEADER_SIZE);
    packed = ZSTD_compress(file + HN_RAW_HEADER_SIZE, room - HN_RAW_HEADER_SIZE, zeros,
                           size, 1);
    free(zeros);
    assert_false(ZSTD_isError(packed));
    assert_int_equal(read_bytes(file, HN_RAW_HEADER_SIZE + packed), HN_E_CORRUPT);
    free(file);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_round_trip_loses_nothing),
        cmocka_unit_test(extreme_numbers_survive),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(no_cut_and_no_flipped_bit_changes_what_is_read),
        cmocka_unit_test(a_forged_file_cannot_name_what_is_not_there),
        cmocka_unit_test(a_bomb_is_not_unpacked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
