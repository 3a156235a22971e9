/* What a word of `tracemalloc diff` stands for is decided by what it is: digits are a
 * pid, and a file is told by its first byte. */
#include "command/trace_side.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/parse.h"
#include "tracemalloc/pickle.h"

/* Every pickle since protocol 2 begins with this opcode (PROTO); cores and what they
 * are compressed with begin otherwise. */
enum { PICKLE_BYTE = 0x80 };

/* A million traces take 20 MB. */
static const int64_t FILE_MOST = INT64_C(4) << 30;

static enum hn_status
fail_file(struct hn_call *call, const char *path)
{
    call->doing = "compare allocation traces";
    return hn_fail_system(&call->session->err, "reading a file", path);
}

/* --- files of Snapshot.dump() */

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
load_open_file(struct hn_call *call, const char *path, int fd, struct hn_traces *ret)
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
        st = hn_traces_read_pickle(bytes, size, &call->arena, &call->session->err, ret);
    free(bytes);
    return st;
}

static enum hn_status
load_file(struct hn_call *call, const char *path, struct hn_traces *ret)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    enum hn_status st;

    if (fd < 0)
        return fail_file(call, path);
    call->doing = hn_arena_format(&call->arena, "read %s", path);
    st = load_open_file(call, path, fd, ret);
    close(fd);
    if (!st)
        call->doing = NULL;
    return st;
}

/* --- processes and cores */

static enum hn_status
open_session(struct hn_call *call, const struct hn_place *place,
             struct hn_trace_side *side)
{
    enum hn_status st;

    /* Read by ourselves, whatever debugger is around us: its memory is another's. */
    side->host = (struct hn_host){ .name = call->session->host->name,
                                   .bare = true,
                                   .impl = call->session->host->impl,
                                   .interrupted = call->session->host->interrupted };
    side->session = hn_session_create(&side->host);
    if (!side->session)
        return HN_E_NOMEM;
    st = hn_session_open(side->session, place, call->common.no_stop);
    if (st)
        call->session->err = side->session->err;
    return st;
}

static void
note_running(struct hn_call *call, const struct hn_trace_side *side)
{
    const struct hn_target *target = side->session->target;

    if (!target->consistent)
        hn_call_note(call, "%s was read while it ran: %s", side->name,
                     target->not_stopped_because ? target->not_stopped_because
                                                 : "it was not stopped");
}

static enum hn_status
load_place(struct hn_call *call, const struct hn_place *place,
           struct hn_trace_side *side)
{
    enum hn_status st;

    call->doing = hn_arena_format(&call->arena, "read %s", side->name);
    st = open_session(call, place, side);
    if (!st)
        st = hn_call_load_traces(call, side->session->runtime, &side->traces);
    if (st)
        return st;
    hn_target_release(side->session->target);
    note_running(call, side);
    call->doing = NULL;
    return HN_OK;
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
load_process(struct hn_call *call, uint64_t pid, struct hn_trace_side *side)
{
    const struct hn_place place = { .kind = HN_PLACE_LIVE, .pid = (int64_t)pid };

    side->name = hn_arena_format(&call->arena, "process %" PRIu64, pid);
    if (pid == 0 || pid > INT32_MAX)
        return hn_fail(&call->session->err, HN_E_GONE, 0, "there is no such process");
    return load_place(call, &place, side);
}

static enum hn_status
load_core(struct hn_call *call, const char *path, struct hn_trace_side *side)
{
    const struct hn_place place = { .kind = HN_PLACE_CORE,
                                    .core_path = path,
                                    .exe = call->common.exe,
                                    .sysroot = call->common.sysroot,
                                    .lib_path = call->common.lib_path };

    return load_place(call, &place, side);
}

static enum hn_status
load_current(struct hn_call *call, struct hn_trace_side *side)
{
    enum hn_status st = hn_call_open(call);

    side->name = "the current target";
    if (!st)
        st = hn_call_load_traces(call, call->session->runtime, &side->traces);
    if (!st)
        hn_call_release(call);
    return st;
}

/* --- which */

static bool
is_pickle(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    uint8_t byte = 0;
    bool is = fd >= 0 && read(fd, &byte, 1) == 1 && byte == PICKLE_BYTE;

    if (fd >= 0)
        close(fd);
    return is;
}

enum hn_status
hn_trace_side_open(struct hn_call *call, const char *word, struct hn_trace_side *ret)
{
    uint64_t pid;

    *ret = (struct hn_trace_side){ .name = word };
    if (strcmp(word, ".") == 0)
        return load_current(call, ret);
    if (hn_parse_count(word, &pid))
        return is_current(call, pid) ? load_current(call, ret)
                                     : load_process(call, pid, ret);
    word = hn_parse_path(word, &call->arena);
    if (!word)
        return HN_E_NOMEM;
    if (is_pickle(word))
        return load_file(call, word, &ret->traces);
    return load_core(call, word, ret);
}

void
hn_trace_side_close(struct hn_trace_side *side)
{
    hn_traces_deinit(&side->traces);
    hn_session_destroy(side->session);
}
