/* Compressed cores: whole, cut, damaged, and without turning zeros into disk blocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <lz4frame.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "core_writer.h"
#include "target/compress.h"
#include "target/target.h"

enum { SIZE = 8 << 20, ROOM = SIZE + (1 << 20), LANDMARK = 5000001 };

static struct hn_error err;

/* Mostly zeros; a page of noise at each end and a word in the middle. */
static char *
make_contents(void)
{
    char *bytes = calloc(1, SIZE);
    uint32_t noise = 1;

    assert_non_null(bytes);
    for (size_t i = 0; i < 4096; i++) {
        noise = noise * 1103515245 + 12345;
        bytes[i] = (char)(noise >> 16);
        bytes[SIZE - 1 - i] = (char)(noise >> 8);
    }
    memcpy(bytes + LANDMARK, "landmark", 8);
    return bytes;
}

static size_t
by_zstd(char *to, const char *from)
{
    return ZSTD_compress(to, ROOM, from, SIZE, 1);
}

static size_t
by_lz4(char *to, const char *from)
{
    return LZ4F_compressFrame(to, ROOM, from, SIZE, NULL);
}

static size_t
by_gzip(char *to, const char *from)
{
    z_stream z = { .next_in = (Bytef *)from,
                   .avail_in = SIZE,
                   .next_out = (Bytef *)to,
                   .avail_out = ROOM };

    assert_int_equal(
        deflateInit2(&z, 1, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return z.total_out;
}

typedef size_t
compress_fn(char *to, const char *from);

static compress_fn *const methods[] = { by_zstd, by_lz4, by_gzip };

enum { METHODS = sizeof(methods) / sizeof(*methods) };

/* Decompresses the first @size bytes; returns the file. */
static int
decompress(const char *bytes, size_t size, const char **damage)
{
    char path[32];
    int from = core_writer_file_of(bytes, size, path), to = -2;

    *damage = NULL;
    assert_int_equal(hn_decompress(from, NULL, &err, &to, damage), HN_OK);
    close(from);
    return to;
}

static void
assert_contents(int fd, const char *expected, size_t size)
{
    char *bytes = malloc(SIZE);

    assert_non_null(bytes);
    assert_int_equal(pread(fd, bytes, SIZE, 0), size);
    assert_memory_equal(bytes, expected, size);
    free(bytes);
}

static void
gives_back_what_was_compressed_and_keeps_it_sparse(void **state)
{
    char *contents = make_contents(), *packed = malloc(ROOM);

    (void)state;
    assert_non_null(packed);
    for (size_t i = 0; i < METHODS; i++) {
        const char *damage;
        int fd = decompress(packed, methods[i](packed, contents), &damage);
        struct stat info;

        assert_null(damage);
        assert_contents(fd, contents, SIZE);
        assert_int_equal(fstat(fd, &info), 0);
        assert_int_equal(info.st_nlink, 0);
        assert_in_range(info.st_blocks, 1, (1 << 20) / 512);
        close(fd);
    }
    free(packed);
    free(contents);
}

static void
a_cut_file_gives_what_came_before_the_cut(void **state)
{
    char *contents = make_contents(), *packed = malloc(ROOM);

    (void)state;
    assert_non_null(packed);
    for (size_t i = 0; i < METHODS; i++) {
        size_t size = methods[i](packed, contents);
        const char *damage;
        struct stat info;
        int fd = decompress(packed, size - 1000, &damage);

        assert_string_equal(damage, "the compressed file ends early");
        assert_int_equal(fstat(fd, &info), 0);
        assert_in_range(info.st_size, LANDMARK + 8, SIZE - 1);
        assert_contents(fd, contents, (size_t)info.st_size);
        close(fd);
    }
    free(packed);
    free(contents);
}

static void
a_damaged_file_ends_where_the_damage_is(void **state)
{
    char *contents = make_contents(), *packed = malloc(ROOM);

    (void)state;
    assert_non_null(packed);
    for (size_t i = 0; i < METHODS; i++) {
        size_t size = methods[i](packed, contents);
        const char *damage;
        int fd;

        memset(packed + size / 2, 0x55, size - size / 2);
        fd = decompress(packed, size, &damage);
        assert_non_null(damage);
        close(fd);
    }
    free(packed);
    free(contents);
}

static void
frames_may_follow_each_other(void **state)
{
    char *contents = make_contents(), *packed = malloc(2 * ROOM);

    (void)state;
    assert_non_null(packed);
    for (size_t i = 0; i < METHODS; i++) {
        size_t size = methods[i](packed, contents);
        const char *damage;
        struct stat info;
        int fd;

        size += methods[i](packed + size, contents);
        fd = decompress(packed, size, &damage);
        assert_null(damage);
        assert_int_equal(fstat(fd, &info), 0);
        assert_int_equal(info.st_size, 2 * SIZE);
        close(fd);
    }
    free(packed);
    free(contents);
}

static void
an_uncompressed_file_is_left_alone(void **state)
{
    const char *damage;

    (void)state;
    assert_int_equal(decompress("\177ELF", 4, &damage), -1);
    assert_int_equal(decompress("", 0, &damage), -1);
}

static void
names_a_compression_it_does_not_know(void **state)
{
    static const char xz[] = "\xfd"
                             "7zXZ\0and so on";
    char path[32];
    int fd = core_writer_file_of(xz, sizeof(xz), path), to;
    const char *damage;

    (void)state;
    assert_int_equal(hn_decompress(fd, NULL, &err, &to, &damage), HN_E_UNSUPPORTED);
    assert_string_equal(err.detail, "xz");
    close(fd);
}

static bool
stop_now(void *impl)
{
    (void)impl;
    return true;
}

static void
stops_when_the_user_wants(void **state)
{
    const struct hn_host host = { .name = "test", .interrupted = stop_now };
    char *contents = make_contents(), *packed = malloc(ROOM), path[32];
    const char *damage;
    int fd, to;

    (void)state;
    assert_non_null(packed);
    fd = core_writer_file_of(packed, by_zstd(packed, contents), path);
    assert_int_equal(hn_decompress(fd, &host, &err, &to, &damage), HN_E_INTERRUPTED);
    close(fd);
    free(packed);
    free(contents);
}

static void
a_compressed_core_opens_like_any_other(void **state)
{
    static const char page[4096] = "compressed memory";
    struct core_writer writer;
    struct hn_text core;
    struct hn_target *target;
    char packed[8192], path[32], buf[18];
    int fd;

    (void)state;
    core_writer_init(&writer);
    hn_text_init(&core);
    core_writer_memory(&writer, 0x1000, sizeof(page), page, sizeof(page), PF_R | PF_W);
    core_writer_finish(&writer, &core);
    fd = core_writer_file_of(
        packed, ZSTD_compress(packed, sizeof(packed), core.bytes, core.size, 1), path);
    assert_int_equal(hn_target_open_core(path, NULL, NULL, &err, &target), HN_OK);
    assert_int_equal(hn_target_read(target, 0x1000, buf, sizeof(buf)), HN_OK);
    assert_string_equal(buf, page);
    hn_target_close(target);
    close(fd);
    hn_text_deinit(&core);
    core_writer_deinit(&writer);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_back_what_was_compressed_and_keeps_it_sparse),
        cmocka_unit_test(a_cut_file_gives_what_came_before_the_cut),
        cmocka_unit_test(a_damaged_file_ends_where_the_damage_is),
        cmocka_unit_test(frames_may_follow_each_other),
        cmocka_unit_test(an_uncompressed_file_is_left_alone),
        cmocka_unit_test(names_a_compression_it_does_not_know),
        cmocka_unit_test(stops_when_the_user_wants),
        cmocka_unit_test(a_compressed_core_opens_like_any_other),
    };

    return cmocka_run_group_tests_name("compressed cores", tests, NULL, NULL);
}
