/* What a word stands for is decided by what it is: digits are a pid, and a file is told
 * by its first bytes. */
#include "command/side.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <errno.h>

#include "command/parse.h"
#include "snapshot/snapshot.h"
#include "tracemalloc/pickle.h"

/* Every pickle since protocol 2 begins with this opcode (PROTO); cores and what they
 * are compressed with begin otherwise. */
enum { PICKLE_BYTE = 0x80 };

/* A million traces take 20 MB. */
static const int64_t FILE_MOST = INT64_C(4) << 30;

/* --- files of Snapshot.dump() */

static enum hn_status
fail_file(struct hn_call *call, const char *path)
{
    return hn_fail_system(&call->session->err, "reading a file", path);
}

static enum hn_status
read_all(int fd, uint8_t *bytes, size_t size, size_t *ret)
{
    size_t done = 0;

    while (done < size) {
        ssize_t got = read(fd, bytes + done, size - done);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return HN_E_SYSTEM;
        if (got == 0)
            break; /* somebody cut it short */
        done += (size_t)got;
    }
    *ret = done;
    return HN_OK;
}

static enum hn_status
load_open_file(struct hn_call *call, const char *path, int fd, struct hn_arena *arena,
               struct hn_traces *ret)
{
    struct stat info;
    uint8_t *bytes;
    size_t size;
    enum hn_status st;

    if (fstat(fd, &info) != 0)
        return fail_file(call, path);
    if (info.st_size > FILE_MOST)
        return hn_fail_detail(&call->session->err, HN_E_UNSUPPORTED, 0,
                              "a file of traces is larger than 4 GB", "%s", path);
    bytes = malloc((size_t)info.st_size + 1);
    if (!bytes)
        return HN_E_NOMEM;
    st = read_all(fd, bytes, (size_t)info.st_size, &size);
    if (st)
        st = fail_file(call, path);
    else
        st = hn_traces_read_pickle(bytes, size, arena, &call->session->err, ret);
    free(bytes);
    return st;
}

enum hn_status
hn_side_read_pickle(struct hn_call *call, const struct hn_side *side,
                    struct hn_arena *arena, struct hn_traces *ret)
{
    int fd = open(side->path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    enum hn_status st;

    call->doing = hn_arena_format(&call->arena, "read %s", side->path);
    if (fd < 0)
        return fail_file(call, side->path);
    st = load_open_file(call, side->path, fd, arena, ret);
    close(fd);
    if (!st)
        call->doing = NULL;
    return st;
}

/* --- processes and cores */

static enum hn_status
open_place(struct hn_call *call, const struct hn_place *place, struct hn_side *side)
{
    enum hn_status st;

    call->doing = hn_arena_format(&call->arena, "read %s", side->name);
    /* Read by ourselves, whatever debugger is around us: its memory is another's. */
    side->host = (struct hn_host){ .name = call->session->host->name,
                                   .bare = true,
                                   .impl = call->session->host->impl,
                                   .progress = call->session->host->progress,
                                   .interrupted = call->session->host->interrupted };
    side->session = hn_session_create(&side->host);
    if (!side->session)
        return HN_E_NOMEM;
    side->kind = HN_SIDE_OTHER;
    st = hn_session_open(side->session, place, call->common.no_stop);
    if (st)
        call->session->err = side->session->err;
    else
        call->doing = NULL;
    return st;
}

/* The debugger's own process is read as it reads it. */
static bool
is_current(const struct hn_call *call, uint64_t pid)
{
    const struct hn_host *host = call->session->host;
    struct hn_place place = { 0 };

    return !host->bare && host->locate(host->impl, &place) == HN_OK
           && place.kind == HN_PLACE_LIVE && (uint64_t)place.pid == pid;
}

static enum hn_status
open_process(struct hn_call *call, uint64_t pid, struct hn_side *side)
{
    const struct hn_place place = { .kind = HN_PLACE_LIVE, .pid = (int64_t)pid };

    side->name = hn_arena_format(&call->arena, "process %" PRIu64, pid);
    call->doing = hn_arena_format(&call->arena, "read process %" PRIu64, pid);
    if (pid == 0 || pid > INT32_MAX)
        return hn_fail(&call->session->err, HN_E_GONE, 0, "there is no such process");
    return open_place(call, &place, side);
}

static enum hn_status
open_core(struct hn_call *call, const char *path, struct hn_side *side)
{
    const struct hn_place place = { .kind = HN_PLACE_CORE,
                                    .core_path = path,
                                    .exe = call->common.exe,
                                    .sysroot = call->common.sysroot,
                                    .lib_path = call->common.lib_path };

    return open_place(call, &place, side);
}

static enum hn_status
open_current(struct hn_call *call, struct hn_side *side)
{
    enum hn_status st = hn_call_open(call);

    side->kind = HN_SIDE_CURRENT;
    side->name = "the current target";
    if (!st)
        side->session = call->session;
    return st;
}

/* --- which */

static bool
is_pickle(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    uint8_t byte = 0;
    bool is = fd >= 0 && read(fd, &byte, 1) == 1 && byte == PICKLE_BYTE;

    if (fd >= 0)
        close(fd);
    return is;
}

enum hn_status
hn_side_open(struct hn_call *call, const char *word, struct hn_side *ret)
{
    uint64_t pid;

    *ret = (struct hn_side){ .name = word };
    if (strcmp(word, ".") == 0)
        return open_current(call, ret);
    if (hn_parse_count(word, &pid))
        return is_current(call, pid) ? open_current(call, ret)
                                     : open_process(call, pid, ret);
    ret->path = hn_parse_path(word, &call->arena);
    if (!ret->path)
        return HN_E_NOMEM;
    if (hn_snapshot_guess(ret->path) != HN_SNAPSHOT_OTHER)
        ret->kind = HN_SIDE_SNAPSHOT;
    else if (is_pickle(ret->path))
        ret->kind = HN_SIDE_PICKLE;
    else
        return open_core(call, ret->path, ret);
    return HN_OK;
}

static void
note_running(struct hn_call *call, const struct hn_side *side)
{
    const struct hn_target *target = side->session->target;

    if (!target->consistent)
        hn_call_note(call, "%s was read while it ran: %s", side->name,
                     target->not_stopped_because ? target->not_stopped_because
                                                 : "it was not stopped");
}

void
hn_side_release(struct hn_call *call, const struct hn_side *side)
{
    if (side->kind == HN_SIDE_CURRENT) {
        hn_call_release(call);
    } else if (side->kind == HN_SIDE_OTHER) {
        hn_target_release(side->session->target);
        note_running(call, side);
    }
}

void
hn_side_close(struct hn_side *side)
{
    if (side->kind == HN_SIDE_OTHER)
        hn_session_destroy(side->session);
    side->session = NULL;
}

/* --- words */

static bool
has_dot(const struct hn_call *call)
{
    for (size_t i = 0; i < call->operand_count; i++)
        if (strcmp(call->operands[i], ".") == 0)
            return true;
    return false;
}

static enum hn_status
fail_words(struct hn_call *call, const char *what)
{
    call->misused = true;
    call->doing = "compare";
    return hn_fail(&call->session->err, HN_E_ARGUMENT, 0, what);
}

enum hn_status
hn_side_words(struct hn_call *call, const char *const **ret, size_t *count_ret)
{
    const char **words =
        hn_arena_array(&call->arena, call->operand_count + 2, sizeof(*words));
    size_t count = 0;

    if (!words)
        return HN_E_NOMEM;
    while (count < call->operand_count) {
        words[count] = call->operands[count];
        count++;
    }
    if (call->target && strcmp(call->target, ".") == 0)
        return fail_words(call,
                          "`.` needs a TARGET that it stands for, as one more word");
    if (call->target && !has_dot(call))
        words[count++] = call->target;
    if (count == 1 && !call->session->host->bare)
        words[count++] = ".";
    if (count < 2)
        return fail_words(
            call, "there must be two sides: each a pid, a core, a snapshot, a "
                  "file written by Snapshot.dump(), or . for the current target");
    *ret = words;
    *count_ret = count;
    return HN_OK;
}
