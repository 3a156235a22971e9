/* Decompressing a core into a sparse temporary file. */
#include "target/compress.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <lz4frame.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum {
    IN_BYTES = 1 << 17,
    OUT_BYTES = 1 << 20,
    HOLE_BYTES = 4096, /* what filesystems give out at a time */
    MAGIC_BYTES = 6,
};

/* Address spaces of real processes end far below; a bomb need not fill the disk. */
static const uint64_t max_core_bytes = 1ull << 42;

/* One way to decompress. @step takes from in and gives to out, and moves both on. */
struct stream {
    uint8_t *in, *out;
    size_t in_at, in_end, out_end;
    void *state;
    bool finished; /* a whole frame is done; another one may follow */
};

struct format {
    const char *name;
    uint8_t magic[MAGIC_BYTES];
    size_t magic_size;
    bool (*begin)(struct stream *stream);
    bool (*step)(struct stream *stream); /* false: the data are damaged */
    void (*end)(struct stream *stream);
};

static bool
zstd_begin(struct stream *stream)
{
    stream->state = ZSTD_createDStream();
    return stream->state != NULL;
}

static bool
zstd_step(struct stream *stream)
{
    ZSTD_inBuffer in = { stream->in, stream->in_end, stream->in_at };
    ZSTD_outBuffer out = { stream->out, OUT_BYTES, stream->out_end };
    size_t left = ZSTD_decompressStream(stream->state, &out, &in);

    stream->in_at = in.pos;
    stream->out_end = out.pos;
    stream->finished = left == 0;
    return !ZSTD_isError(left);
}

static void
zstd_end(struct stream *stream)
{
    ZSTD_freeDStream(stream->state);
}

static bool
gzip_begin(struct stream *stream)
{
    z_stream *z = calloc(1, sizeof(*z));

    if (!z)
        return false;
    stream->state = z;
    /* 16: with gzip's header */
    return inflateInit2(z, MAX_WBITS + 16) == Z_OK;
}

static bool
gzip_step(struct stream *stream)
{
    z_stream *z = stream->state;
    int result;

    /* gzip files may be several, one behind the other. */
    if (stream->finished && inflateReset(z) != Z_OK)
        return false;
    z->next_in = stream->in + stream->in_at;
    z->avail_in = (uInt)(stream->in_end - stream->in_at);
    z->next_out = stream->out + stream->out_end;
    z->avail_out = (uInt)(OUT_BYTES - stream->out_end);
    result = inflate(z, Z_NO_FLUSH);
    stream->in_at = stream->in_end - z->avail_in;
    stream->out_end = OUT_BYTES - z->avail_out;
    stream->finished = result == Z_STREAM_END;
    return result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR;
}

static void
gzip_end(struct stream *stream)
{
    if (!stream->state)
        return;
    inflateEnd(stream->state);
    free(stream->state);
}

static bool
lz4_begin(struct stream *stream)
{
    LZ4F_dctx *context = NULL;

    if (LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)))
        return false;
    stream->state = context;
    return true;
}

static bool
lz4_step(struct stream *stream)
{
    size_t taken = stream->in_end - stream->in_at;
    size_t given = OUT_BYTES - stream->out_end;
    size_t left = LZ4F_decompress(stream->state, stream->out + stream->out_end, &given,
                                  stream->in + stream->in_at, &taken, NULL);

    if (LZ4F_isError(left))
        return false;
    stream->in_at += taken;
    stream->out_end += given;
    stream->finished = left == 0;
    return true;
}

static void
lz4_end(struct stream *stream)
{
    LZ4F_freeDecompressionContext(stream->state);
}

static const struct format formats[] = {
    { "zstd", { 0x28, 0xb5, 0x2f, 0xfd }, 4, zstd_begin, zstd_step, zstd_end },
    { "gzip", { 0x1f, 0x8b }, 2, gzip_begin, gzip_step, gzip_end },
    { "lz4", { 0x04, 0x22, 0x4d, 0x18 }, 4, lz4_begin, lz4_step, lz4_end },
    { "xz", { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6, NULL, NULL, NULL },
    { "bzip2", { 'B', 'Z', 'h' }, 3, NULL, NULL, NULL },
};

static const struct format *
find_format(int fd)
{
    uint8_t magic[MAGIC_BYTES] = { 0 };

    if (pread(fd, magic, sizeof(magic), 0) < 2)
        return NULL;
    for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
        if (memcmp(magic, formats[i].magic, formats[i].magic_size) == 0)
            return &formats[i];
    return NULL;
}

static int
create_unlinked(const char *directory)
{
    int fd = open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    char path[4096];

    if (fd >= 0)
        return fd;
    /* Not every filesystem knows files without a name. */
    if (snprintf(path, sizeof(path), "%s/hognose-XXXXXX", directory)
        >= (int)sizeof(path))
        return -1;
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

static int
create_temporary(void)
{
    const char *directory = getenv("TMPDIR");
    int fd = directory && *directory ? create_unlinked(directory) : -1;

    /* /var/tmp is on disk; /tmp is memory on many machines. */
    if (fd < 0)
        fd = create_unlinked("/var/tmp");
    if (fd < 0)
        fd = create_unlinked("/tmp");
    return fd;
}

static bool
is_zero(const uint8_t *bytes, size_t size)
{
    return size == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
}

static bool
write_at(int fd, const uint8_t *bytes, size_t size, uint64_t offset)
{
    while (size > 0) {
        ssize_t n = pwrite(fd, bytes, size, (off_t)offset);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        size -= (size_t)n;
        offset += (uint64_t)n;
    }
    return true;
}

/* Writes runs of blocks that are not all zero, and leaves the others out. */
static bool
write_sparse(int fd, const uint8_t *bytes, size_t size, uint64_t offset)
{
    size_t start = 0, at = 0;

    while (at < size) {
        size_t block = size - at < HOLE_BYTES ? size - at : HOLE_BYTES;

        if (is_zero(bytes + at, block)) {
            if (!write_at(fd, bytes + start, at - start, offset + start))
                return false;
            start = at + block;
        }
        at += block;
    }
    return write_at(fd, bytes + start, size - start, offset + start);
}

/* One run of decompression. */
struct job {
    int from, to;
    const struct format *format;
    const struct hn_host *host;
    struct hn_error *err;
    struct stream stream;
    uint64_t read, written;
    const char *damage;
};

static void
show_progress(const struct job *job, bool done)
{
    char text[96];

    if (!job->host || !job->host->progress)
        return;
    snprintf(text, sizeof(text), "decompressing the core (%s): %" PRIu64 " MiB",
             job->format->name, job->written >> 20);
    job->host->progress(job->host->impl, done ? NULL : text);
}

static bool
interrupted(const struct job *job)
{
    return job->host && job->host->interrupted
           && job->host->interrupted(job->host->impl);
}

/* HN_DONE at the end of the file. */
static enum hn_status
refill(struct job *job)
{
    struct stream *stream = &job->stream;
    ssize_t n;

    do
        n = pread(job->from, stream->in, IN_BYTES, (off_t)job->read);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return hn_fail_system(job->err, "reading a compressed core", NULL);
    job->read += (uint64_t)n;
    stream->in_at = 0;
    stream->in_end = (size_t)n;
    return n == 0 ? HN_DONE : HN_OK;
}

static enum hn_status
drain(struct job *job)
{
    struct stream *stream = &job->stream;

    if (job->written + stream->out_end > max_core_bytes)
        return hn_fail(job->err, HN_E_CORRUPT, 0, "the compressed core does not end");
    if (!write_sparse(job->to, stream->out, stream->out_end, job->written))
        return hn_fail_system(job->err, "writing the decompressed core ($TMPDIR)",
                              NULL);
    job->written += stream->out_end;
    stream->out_end = 0;
    show_progress(job, false);
    return interrupted(job) ? hn_fail(job->err, HN_E_INTERRUPTED, 0, "interrupted")
                            : HN_OK;
}

/* One step of the decompressor. HN_DONE when nothing more will come. */
static enum hn_status
advance(struct job *job, bool at_end)
{
    struct stream *stream = &job->stream;
    size_t in_before = stream->in_at, out_before = stream->out_end;

    if (!job->format->step(stream)) {
        job->damage = "the compressed file is damaged";
        return HN_DONE;
    }
    if (stream->in_at == in_before && stream->out_end == out_before) {
        job->damage = at_end ? "the compressed file ends early"
                             : "the compressed file is damaged";
        return HN_DONE;
    }
    /* Only full buffers are written, so that blocks stay aligned to the file's. */
    return stream->out_end == OUT_BYTES ? drain(job) : HN_OK;
}

static enum hn_status
run(struct job *job)
{
    struct stream *stream = &job->stream;
    enum hn_status st = HN_OK;
    bool at_end = false;

    while (st == HN_OK) {
        if (stream->in_at == stream->in_end && !at_end) {
            st = refill(job);
            at_end = st == HN_DONE;
            if (st && !at_end)
                return st;
        }
        /* A decompressor may hold output back when its input has ended. */
        st = at_end && stream->finished ? HN_DONE : advance(job, at_end);
    }
    return st == HN_DONE ? drain(job) : st;
}

static enum hn_status
run_with_buffers(struct job *job)
{
    struct stream *stream = &job->stream;
    enum hn_status st;

    stream->in = malloc(IN_BYTES);
    stream->out = malloc(OUT_BYTES);
    if (!stream->in || !stream->out || !job->format->begin(stream))
        st = hn_fail(job->err, HN_E_NOMEM, 0, "decompressing a core");
    else
        st = run(job);
    job->format->end(stream);
    free(stream->in);
    free(stream->out);
    show_progress(job, true);
    if (st == HN_OK && ftruncate(job->to, (off_t)job->written) != 0)
        st = hn_fail_system(job->err, "writing the decompressed core ($TMPDIR)", NULL);
    return st;
}

enum hn_status
hn_decompress(int fd, const struct hn_host *host, struct hn_error *err, int *ret,
              const char **damage_ret)
{
    struct job job = { .from = fd, .host = host, .err = err };
    enum hn_status st;

    job.format = find_format(fd);
    if (!job.format) {
        *ret = -1;
        return HN_OK;
    }
    if (!job.format->begin)
        return hn_fail_detail(err, HN_E_UNSUPPORTED, 0,
                              "a core compressed in a way that is not known here "
                              "(decompress it first)",
                              "%s", job.format->name);
    job.to = create_temporary();
    if (job.to < 0)
        return hn_fail_system(err, "creating a temporary file ($TMPDIR)", NULL);
    st = run_with_buffers(&job);
    if (st) {
        close(job.to);
        return st;
    }
    *ret = job.to;
    *damage_ret = job.damage;
    return HN_OK;
}
