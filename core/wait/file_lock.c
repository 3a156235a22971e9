/* The kernel lists all file locks in /proc/locks, and below each those who wait for it:
 *
 *     1: FLOCK  ADVISORY  WRITE 708 08:01:2531452 0 EOF
 *     1: -> FLOCK  ADVISORY  WRITE 712 08:01:2531452 0 EOF
 *
 * The number after the kind of access is the process that took the lock; with flock()
 * whoever inherits the descriptor has it on. A process' own locks are also told by
 * the descriptor, in fdinfo: see proc_locks(5). */
#include "wait/file_lock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "target/proc.h"

/* A line of the table. */
struct entry {
    long long number, pid;
    unsigned long long inode;
    bool waits, whole;
};

static bool
parse(const char *line, struct entry *ret)
{
    char kind[16], advisory[16], access[16];
    unsigned major, minor;
    const char *at;

    if (sscanf(line, "%lld:", &ret->number) != 1)
        return false;
    at = strchr(line, ':') + 1;
    at += strspn(at, " ");
    ret->waits = strncmp(at, "->", 2) == 0;
    if (ret->waits)
        at += 2;
    if (sscanf(at, "%15s %15s %15s %lld %x:%x:%llu", kind, advisory, access, &ret->pid,
               &major, &minor, &ret->inode)
        != 7)
        return false;
    ret->whole = strcmp(kind, "FLOCK") == 0;
    return true;
}

/* The lock that @pid waits for, or else the first of that file. */
static bool
find_blocker(const char *table, int64_t pid, unsigned long long inode, bool whole,
             struct entry *ret)
{
    struct entry entry, first = { .number = -1 }, last = { .number = -1 };

    for (const char *line = table; line && *line; line = hn_proc_next_line(line)) {
        if (!parse(line, &entry) || entry.inode != inode || entry.whole != whole)
            continue;
        if (!entry.waits) {
            last = entry;
            if (first.number < 0)
                first = entry;
        } else if (entry.pid == pid && last.number == entry.number) {
            *ret = last;
            return true;
        }
    }
    *ret = first;
    return first.number >= 0;
}

/* --- the process' own descriptors */

struct own {
    int proc;
    unsigned long long inode;
    bool whole;
    int64_t but, found;
    struct hn_text text;
};

static bool
look_at(void *arg, int64_t fd)
{
    struct own *own = arg;
    struct entry entry;
    char path[48];

    snprintf(path, sizeof path, "fdinfo/%lld", (long long)fd);
    if (fd == own->but || !hn_proc_read(own->proc, path, &own->text))
        return true;
    for (const char *at = own->text.bytes; (at = strstr(at, "lock:\t")); at++)
        if (parse(at + strlen("lock:\t"), &entry) && entry.inode == own->inode
            && entry.whole == own->whole) {
            own->found = fd;
            return false;
        }
    return true;
}

static int64_t
find_own(int proc, unsigned long long inode, bool whole, int64_t but)
{
    struct own own = {
        .proc = proc, .inode = inode, .whole = whole, .but = but, .found = -1
    };

    hn_text_init(&own.text);
    hn_proc_numbers(proc, "fdinfo", look_at, &own);
    hn_text_deinit(&own.text);
    return own.found;
}

/* --- the whole */

static enum hn_status
name_process(struct hn_file_lock *lock, struct hn_arena *arena)
{
    int proc = hn_proc_open(lock->pid);
    struct hn_text comm;
    size_t size;

    lock->name = "";
    lock->ended = proc < 0;
    if (proc < 0)
        return HN_OK;
    hn_text_init(&comm);
    if (hn_proc_read(proc, "comm", &comm)) {
        size = strcspn(comm.bytes, "\n");
        lock->name = hn_arena_copy(arena, comm.bytes, size);
    }
    hn_text_deinit(&comm);
    close(proc);
    return lock->name ? HN_OK : HN_E_NOMEM;
}

static enum hn_status
find(int proc, int64_t pid, int64_t fd, bool whole, struct hn_text *table,
     struct hn_file_lock *ret)
{
    struct entry blocker;
    struct stat file;
    char path[48];

    snprintf(path, sizeof path, "fd/%lld", (long long)fd);
    if (fstatat(proc, path, &file, 0) || !hn_proc_read(proc, "../locks", table)
        || !find_blocker(table->bytes, pid, file.st_ino, whole, &blocker))
        return HN_DONE;
    ret->pid = blocker.pid > 0 ? blocker.pid : 0;
    ret->fd = whole ? find_own(proc, file.st_ino, whole, fd) : -1;
    return ret->pid > 0 || ret->fd >= 0 ? HN_OK : HN_DONE;
}

enum hn_status
hn_file_lock_find(struct hn_target *target, int64_t fd, bool whole,
                  struct hn_arena *arena, struct hn_file_lock *ret)
{
    struct hn_text table;
    enum hn_status st;
    int proc;

    if (target->kind != HN_PLACE_LIVE || fd < 0)
        return HN_DONE;
    proc = hn_proc_open(target->pid);
    if (proc < 0)
        return HN_DONE;
    hn_text_init(&table);
    st = find(proc, target->pid, fd, whole, &table, ret);
    hn_text_deinit(&table);
    close(proc);
    return st ? st : name_process(ret, arena);
}
