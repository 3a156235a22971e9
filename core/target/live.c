/* A process of this machine as a source of memory: process_vm_readv and /proc.
 *
 * Pages nobody touched yet are not touched by reading either where that would grow
 * the process: read-only pages of files come from the file (modules.c). */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "target/files.h"
#include "target/live_threads.h"
#include "target/maps.h"
#include "target/proc.h"
#include "target/resident.h"
#include "target/source.h"
#include "target/stop.h"

enum {
    MAX_RANGES = 1024, /* IOV_MAX, the kernel's limit for one call */
    /* ARG_MAX would allow 2 MiB; what is shown needs far less. */
    MAX_ARGUMENTS = 4096,
};

struct live {
    int64_t pid;
    pid_t answers; /* the thread asked for memory and files: mostly the main one */
    int proc;      /* its directory in /proc */
    int pagemap;   /* a file there, or -1 */
    struct hn_stop *stop; /* NULL: we did not stop it */
};

static size_t
live_read(void *impl, hn_addr addr, void *buf, size_t size)
{
    const struct live *live = impl;
    struct iovec here = { buf, size };
    struct iovec there = { (void *)(uintptr_t)addr, size };
    ssize_t n = process_vm_readv(live->answers, &here, 1, &there, 1, 0);

    return n > 0 ? (size_t)n : 0;
}

/* Sets what each piece got, given how much the call copied in all. Returns how many
 * pieces are done with: one that came short is, it stopped the call. */
static size_t
share_out(struct hn_wish *pieces, size_t count, size_t copied)
{
    for (size_t i = 0; i < count; i++) {
        size_t got = copied < pieces[i].size ? copied : pieces[i].size;

        pieces[i].got = got;
        copied -= got;
        if (got < pieces[i].size)
            return i + 1;
    }
    return count;
}

static void
live_gather(void *impl, struct hn_wish *pieces, size_t count)
{
    const struct live *live = impl;
    struct iovec here[MAX_RANGES], there[MAX_RANGES];

    while (count > 0) {
        size_t batch = count < MAX_RANGES ? count : MAX_RANGES, done;
        ssize_t n;

        for (size_t i = 0; i < batch; i++) {
            here[i] = (struct iovec){ pieces[i].buf, pieces[i].size };
            there[i] =
                (struct iovec){ (void *)(uintptr_t)pieces[i].addr, pieces[i].size };
        }
        n = process_vm_readv(live->answers, here, batch, there, batch, 0);
        done = share_out(pieces, batch, n > 0 ? (size_t)n : 0);
        pieces += done;
        count -= done;
    }
}

/* /proc/PID/pagemap has a word for each page; anyone who may trace may read these bits
 * of it. What is swapped out was touched. */
static void
live_touched(void *impl, hn_addr first, size_t count, bool *wanted)
{
    enum { WORDS = 256 };
    const uint64_t present = UINT64_C(1) << 63, swapped = UINT64_C(1) << 62;
    const struct live *live = impl;
    uint64_t words[WORDS];

    for (size_t done = 0; live->pagemap >= 0 && done < count;) {
        size_t n = count - done < WORDS ? count - done : WORDS;
        off_t at = (off_t)((first / HN_PAGE_SIZE + done) * sizeof(*words));

        if (pread(live->pagemap, words, n * sizeof(*words), at)
            != (ssize_t)(n * sizeof(*words)))
            return;
        for (size_t i = 0; i < n; i++)
            if (!(words[i] & (present | swapped)))
                wanted[done + i] = false;
        done += n;
    }
}

static bool
live_resident(void *impl, hn_run_fn *each, void *arg)
{
    const struct live *live = impl;

    return hn_resident_walk(live->proc, live->pagemap, each, arg);
}

static uint64_t
live_release(void *impl)
{
    struct live *live = impl;
    uint64_t stood = hn_stop_end(live->stop);

    live->stop = NULL;
    return stood;
}

static void
live_close(void *impl)
{
    struct live *live = impl;

    live_release(live);
    close(live->proc);
    if (live->pagemap >= 0)
        close(live->pagemap);
    free(live);
}

static enum hn_status
show_regions(char *text, hn_region_fn *each, void *arg)
{
    struct hn_region region;
    char *next, *line;
    enum hn_status st;

    for (line = text; *line; line = next) {
        next = strchrnul(line, '\n');
        if (*next)
            *next++ = '\0';
        if (!hn_maps_parse(line, &region))
            continue;
        st = each(arg, &region);
        if (st)
            return st;
    }
    return HN_OK;
}

static enum hn_status
live_regions(void *impl, hn_region_fn *each, void *arg)
{
    const struct live *live = impl;
    struct hn_text maps;
    enum hn_status st = HN_OK;

    hn_text_init(&maps);
    if (hn_proc_read(live->proc, "maps", &maps))
        st = show_regions(maps.bytes, each, arg);
    hn_text_deinit(&maps);
    return st;
}

static enum hn_status
live_threads(void *impl, hn_thread_fn *each, void *arg)
{
    return hn_live_threads(((struct live *)impl)->proc, each, arg);
}

static enum hn_status
live_registers(void *impl, int64_t tid, struct hn_registers *ret)
{
    struct live *live = impl;

    if (live->stop)
        return hn_stop_registers(live->stop, tid, ret);
    return hn_live_registers(live->proc, tid, ret);
}

static bool
live_gone(void *impl)
{
    const struct live *live = impl;

    return faccessat(live->proc, "maps", F_OK, 0) != 0;
}

/* map_files leads to the very file that is mapped, also when it was deleted or
 * replaced, but takes CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE; exe takes neither. */
static int
live_open_mapping(void *impl, const struct hn_region *region)
{
    const struct live *live = impl;
    char path[64];
    struct stat file;
    int fd;

    snprintf(path, sizeof(path), "map_files/%" PRIx64 "-%" PRIx64, region->start,
             region->end);
    fd = openat(live->proc, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 || region->inode == 0)
        return fd;
    fd = openat(live->proc, "exe", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 && fstat(fd, &file) == 0 && file.st_ino == region->inode)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static int
live_open_path(void *impl, const char *path)
{
    const struct live *live = impl;
    int directory, fd;

    if (path[0] != '/') {
        char below[PATH_MAX];

        snprintf(below, sizeof(below), "/proc/%d/cwd/%s", (int)live->answers, path);
        return hn_files_open_plain(below);
    }
    directory = openat(live->proc, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return -1;
    fd = hn_files_open_under(directory, path);
    close(directory);
    return fd;
}

static bool
live_auxv(void *impl, uint64_t type, uint64_t *ret)
{
    const struct live *live = impl;
    struct hn_text text;
    bool found = false;
    uint64_t pair[2];

    hn_text_init(&text);
    if (hn_proc_read(live->proc, "auxv", &text))
        for (size_t at = 0; !found && at + sizeof(pair) <= text.size;
             at += sizeof(pair)) {
            memcpy(pair, text.bytes + at, sizeof(pair));
            found = pair[0] == type;
        }
    hn_text_deinit(&text);
    if (found)
        *ret = pair[1];
    return found;
}

static const struct hn_target_ops live_ops = {
    .kind = "live",
    .reader = "process_vm_readv",
    .read = live_read,
    .close = live_close,
    .regions = live_regions,
    .threads = live_threads,
    .registers = live_registers,
};

static const struct hn_source_ops live_source_ops = {
    .gather = live_gather,
    .touched = live_touched,
    .resident = live_resident,
    .open_mapping = live_open_mapping,
    .open_path = live_open_path,
    .auxv = live_auxv,
    .gone = live_gone,
    .release = live_release,
};

static enum hn_status
no_process(int64_t pid, struct hn_error *err)
{
    return hn_fail_detail(err, HN_E_GONE, 0, "no such process", "%" PRId64, pid);
}

static bool
find_living(void *arg, int64_t tid)
{
    int64_t *ret = arg;

    if (hn_stop_is_zombie(tid))
        return true;
    *ret = tid;
    return false;
}

/* A thread's number is as good as its process's. A main thread that ended leaves a
 * zombie without memory while the others work on: one of those then answers. */
static enum hn_status
find_process(int64_t given, int64_t *pid_ret, int64_t *answers_ret,
             struct hn_error *err)
{
    struct hn_text status;
    int64_t pid = given, answers = 0;
    int proc = given > 0 && given <= INT_MAX ? hn_proc_open(given) : -1;

    if (proc < 0)
        return no_process(given, err);
    hn_text_init(&status);
    if (hn_proc_read(proc, "status", &status))
        pid = hn_proc_number(&status, "Tgid", given);
    hn_text_deinit(&status);
    if (!hn_stop_is_zombie(pid))
        answers = pid;
    else
        hn_proc_numbers(proc, "task", find_living, &answers);
    close(proc);
    if (answers == 0)
        return no_process(given, err);
    *pid_ret = pid;
    *answers_ret = answers;
    return HN_OK;
}

static enum hn_status
create_live(int64_t pid, int64_t answers, struct hn_error *err, struct live **ret)
{
    struct live *live = calloc(1, sizeof(*live));

    if (!live)
        return hn_fail(err, HN_E_NOMEM, 0, "opening a process");
    live->pid = pid;
    live->answers = (pid_t)answers;
    live->proc = hn_proc_open(answers);
    if (live->proc < 0) {
        free(live);
        return no_process(pid, err);
    }
    live->pagemap = openat(live->proc, "pagemap", O_RDONLY | O_CLOEXEC);
    *ret = live;
    return HN_OK;
}

/* Arguments are separated, and the last one ended, by '\0'. */
static const char *const *
split_arguments(struct hn_arena *arena, const char *bytes, size_t size)
{
    size_t count = 0, limit = 0;
    const char **argv, *copy;

    for (size_t i = 0; i < size; i++)
        limit += bytes[i] == '\0';
    if (limit > MAX_ARGUMENTS)
        limit = MAX_ARGUMENTS;
    argv = hn_arena_array(arena, limit + 1, sizeof(*argv));
    copy = hn_arena_copy(arena, bytes, size);
    if (!argv || !copy)
        return NULL;
    for (; count < limit; copy += strlen(copy) + 1)
        argv[count++] = copy;
    return argv;
}

static enum hn_status
describe(struct hn_target *target, struct live *live)
{
    struct hn_text text;

    hn_text_init(&text);
    if (hn_proc_link(live->proc, "exe", &text))
        target->exe = hn_arena_copy(&target->arena, text.bytes, text.size);
    if (hn_proc_read(live->proc, "cmdline", &text))
        target->argv = split_arguments(&target->arena, text.bytes, text.size);
    hn_text_deinit(&text);
    if (!target->exe || !target->argv)
        return hn_fail(target->err, HN_E_NOMEM, 0, "opening a process");
    return HN_OK;
}

static void
stop(struct hn_target *target, struct live *live, const struct hn_open_options *options)
{
    if (options && options->stop) {
        live->stop = hn_stop_begin(live->pid, live->proc, &target->arena,
                                   &target->not_stopped_because);
        target->consistent = target->not_stopped_because == NULL;
    } else if (options && (options->no_stop || options->running)) {
        target->not_stopped_because =
            options->running ? "the debugger lets it run" : "it was asked for";
        target->consistent = false;
    }
}

static enum hn_status
may_not_read(struct hn_target *target, const struct live *live)
{
    return hn_fail_detail(target->err, HN_E_SYSTEM, 0, "the process may not be read",
                          "%s", hn_stop_refusal(live->pid, live->proc, &target->arena));
}

/* Why no byte could be read. */
static enum hn_status
explain_unreadable(struct hn_target *target, struct live *live)
{
    if (live_gone(live))
        return no_process(live->pid, target->err);
    if (faccessat(live->proc, "root/", F_OK, 0) != 0)
        return may_not_read(target, live);
    return hn_fail_detail(target->err, HN_E_UNSUPPORTED, 0,
                          "the process has no memory to read (a kernel thread?)",
                          "%" PRId64, live->pid);
}

static enum hn_status
check_readable(struct hn_target *target, struct live *live)
{
    for (size_t i = 0; i < target->region_count; i++) {
        const struct hn_region *region = &target->regions[i];
        char byte;

        /* [vvar] and [vsyscall] are memory of another kind. */
        if (!region->readable || region->path[0] == '[')
            continue;
        if (live_read(live, region->start, &byte, 1) == 1)
            return HN_OK;
        if (errno == EPERM || errno == ENOSYS)
            return may_not_read(target, live);
        if (errno == ESRCH)
            return no_process(live->pid, target->err);
    }
    return explain_unreadable(target, live);
}

/* Addresses and structures of 32-bit programs are other ones throughout. */
static enum hn_status
check_width(struct hn_target *target, const struct live *live)
{
    unsigned char ident[EI_NIDENT] = { 0 };
    int fd = openat(live->proc, "exe", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, ident, sizeof(ident)) : 0;

    if (fd >= 0)
        close(fd);
    if (n == sizeof(ident) && ident[EI_CLASS] == ELFCLASS32)
        return hn_fail_detail(target->err, HN_E_UNSUPPORTED, 0, "a 32-bit process",
                              "%" PRId64, live->pid);
    return HN_OK;
}

static enum hn_status
load_live(struct hn_target *target, struct live *live,
          const struct hn_open_options *options)
{
    enum hn_status st;
    bool changed;

    target->kind = HN_PLACE_LIVE;
    target->pid = live->pid;
    target->parts->paged = true;
    stop(target, live, options);
    st = describe(target, live);
    if (st)
        return st;
    st = hn_regions_load(target, &changed);
    if (st)
        return st;
    st = check_readable(target, live);
    return st ? st : check_width(target, live);
}

enum hn_status
hn_target_open_live(int64_t pid, const struct hn_open_options *options,
                    const struct hn_host *host, struct hn_error *err,
                    struct hn_target **ret)
{
    struct hn_target *target;
    struct live *live = NULL;
    enum hn_status st;
    int64_t answers = 0;

    st = find_process(pid, &pid, &answers, err);
    if (st)
        return st;
    st = create_live(pid, answers, err, &live);
    if (st)
        return st;
    st = hn_target_create(&live_ops, &live_source_ops, live, options, host, err,
                          &target);
    if (st)
        return st;
    st = load_live(target, live, options);
    if (st) {
        hn_target_close(target);
        return st;
    }
    *ret = target;
    return HN_OK;
}
