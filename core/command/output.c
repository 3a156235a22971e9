/* Writing results: screens, files, pipes. */
#include "command/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Waiting for more than this would keep a screen dark; writing less costs calls. */
enum { BLOCK = 1 << 16 };

enum hn_status
hn_out_open(struct hn_out *out, const struct hn_host *host, const char *path,
            struct hn_arena *arena, struct hn_error *err)
{
    struct stat info;
    enum hn_status st;

    *out = (struct hn_out){ .host = host, .err = err, .fd = -1, .beside.fd = -1 };
    hn_text_init(&out->text);
    if (!path || strcmp(path, "-") == 0)
        return HN_OK;
    out->path = path;
    if (stat(path, &info) != 0 || S_ISREG(info.st_mode)) {
        st = hn_beside_open(&out->beside, path, arena, err);
        out->fd = out->beside.fd;
        return st;
    }
    out->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (out->fd < 0)
        return hn_fail_system(err, "writing a file", path);
    return HN_OK;
}

/* write() that reports a closed pipe as EPIPE without a signal, which would end the
 * debugger that we are a guest in. */
static ssize_t
write_quietly(int fd, const char *bytes, size_t size)
{
    const struct timespec now = { 0, 0 };
    sigset_t pipe_signal, before, pending;
    ssize_t written;
    int saved;

    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    written = write(fd, bytes, size);
    saved = errno;
    if (written < 0 && saved == EPIPE && !sigismember(&pending, SIGPIPE))
        while (sigtimedwait(&pipe_signal, NULL, &now) < 0 && errno == EINTR)
            continue;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = saved;
    return written;
}

static void
write_all(struct hn_out *out, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write_quietly(out->fd, bytes, size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0) {
            hn_fail_system(out->err, "writing a file", out->path);
            out->failed = true;
            return;
        }
        bytes += written;
        size -= (size_t)written;
    }
}

static void
flush(struct hn_out *out)
{
    if (out->text.failed && !out->failed) {
        out->failed = true;
        hn_fail(out->err, HN_E_NOMEM, 0, "out of memory for the text");
    }
    if (!out->failed && out->text.size > 0) {
        if (out->fd < 0)
            out->host->write(out->host->impl, out->text.bytes, out->text.size);
        else
            write_all(out, out->text.bytes, out->text.size);
    }
    hn_text_clear(&out->text);
}

bool
hn_out_poll(struct hn_out *out)
{
    if (out->text.size < BLOCK && !out->text.failed)
        return !out->failed;
    flush(out);
    return !out->failed
           && !(out->host->interrupted && out->host->interrupted(out->host->impl));
}

enum hn_status
hn_out_close(struct hn_out *out)
{
    enum hn_status st = HN_OK;

    flush(out);
    if (out->failed)
        st = out->err->status;
    else if (out->beside.temporary)
        st = hn_beside_commit(&out->beside, out->err);
    hn_out_discard(out);
    return st;
}

void
hn_out_discard(struct hn_out *out)
{
    if (out->fd >= 0 && out->fd != out->beside.fd)
        close(out->fd);
    hn_beside_discard(&out->beside);
    out->fd = -1;
    hn_text_deinit(&out->text);
}
