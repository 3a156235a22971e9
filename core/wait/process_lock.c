/* A SemLock counts how often its own process has it, and keeps which thread took it
 * last (Modules/_multiprocessing/semaphore.c). What other processes do to it does not
 * show here; but all who can do something map the same small file, mostly one that has
 * been deleted, so those that are related by blood are searched for it. */
#include "wait/process_lock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "target/proc.h"
#include "wait/local.h"

/* Processes that are looked at: a machine with more has few of them by chance. */
enum { MAX_PROCESSES = 1 << 15 };

static enum hn_status
load(struct hn_python *py, hn_addr addr, struct hn_process_lock *ret)
{
    struct hn_record rec;
    enum hn_status st = hn_record_load(py, HN_STRUCT_SEMLOCK, addr, &rec);

    if (st)
        return st;
    ret->addr = addr;
    ret->handle = hn_record_u64(&rec, HN_SEMLOCK_HANDLE);
    ret->recursive = hn_record_u64(&rec, HN_SEMLOCK_KIND) == 0; /* RECURSIVE_MUTEX */
    ret->exclusive =
        ret->recursive || (int32_t)hn_record_i64(&rec, HN_SEMLOCK_MAXIMUM) == 1;
    ret->count = (int32_t)hn_record_i64(&rec, HN_SEMLOCK_COUNT);
    ret->thread = hn_record_u64(&rec, HN_SEMLOCK_THREAD);
    return HN_OK;
}

static bool
is_semlock(struct hn_kinds *kinds, hn_addr object)
{
    return object != 0
           && strcmp(hn_kind_type_name(kinds, object), "_multiprocessing.SemLock") == 0;
}

enum hn_status
hn_process_lock_load(struct hn_kinds *kinds, hn_addr object,
                     struct hn_process_lock *ret)
{
    struct hn_python *py = &kinds->rt->py;

    if (!hn_layout_has(&py->layout, HN_SEMLOCK_COUNT))
        return HN_DONE;
    if (!is_semlock(kinds, object))
        object = hn_own_attribute(kinds, object, "_semlock");
    return is_semlock(kinds, object) ? load(py, object, ret) : HN_DONE;
}

/* --- who shares it */

/* A file as /proc/PID/maps has it. */
struct file {
    unsigned major, minor;
    unsigned long long inode;
};

struct kin {
    hn_addr address;
    struct file file;
    int64_t pid, parent;
    int64_t *found;
    size_t limit, count, seen;
    struct hn_text text;
};

static bool
parse(const char *line, unsigned long long *start, unsigned long long *end,
      struct file *ret)
{
    return sscanf(line, "%llx-%llx %*s %*x %x:%x %llu", start, end, &ret->major,
                  &ret->minor, &ret->inode)
           == 5;
}

/* The file that is mapped at the address. */
static bool
find_file(struct kin *kin, int proc)
{
    unsigned long long start, end;

    if (!hn_proc_read(proc, "maps", &kin->text))
        return false;
    for (const char *line = kin->text.bytes; line && *line;
         line = hn_proc_next_line(line))
        if (parse(line, &start, &end, &kin->file) && start <= kin->address
            && kin->address < end)
            return kin->file.inode != 0;
    return false;
}

static bool
maps_file(struct kin *kin, int proc)
{
    unsigned long long start, end;
    struct file file;

    if (!hn_proc_read(proc, "maps", &kin->text))
        return false;
    for (const char *line = kin->text.bytes; line && *line;
         line = hn_proc_next_line(line))
        if (parse(line, &start, &end, &file) && file.inode == kin->file.inode
            && file.major == kin->file.major && file.minor == kin->file.minor)
            return true;
    return false;
}

static int64_t
parent_of(struct kin *kin, int proc)
{
    return hn_proc_read(proc, "status", &kin->text)
               ? hn_proc_number(&kin->text, "PPid", 0)
               : 0;
}

/* Everybody is a child of the first process in the end: that is no kinship. */
static bool
is_related(const struct kin *kin, int64_t pid, int64_t parent)
{
    return pid == kin->parent || parent == kin->pid
           || (parent > 1 && parent == kin->parent);
}

static bool
look_at(void *arg, int64_t pid)
{
    struct kin *kin = arg;
    int proc;

    if (pid == kin->pid)
        return true;
    proc = hn_proc_open(pid);
    if (proc < 0)
        return true;
    if (is_related(kin, pid, parent_of(kin, proc)) && maps_file(kin, proc)) {
        if (kin->count < kin->limit)
            kin->found[kin->count] = pid;
        kin->count++;
    }
    close(proc);
    return ++kin->seen < MAX_PROCESSES;
}

size_t
hn_sharing_processes(struct hn_target *target, hn_addr address, int64_t *ret,
                     size_t limit)
{
    struct kin kin = {
        .address = address, .pid = target->pid, .found = ret, .limit = limit
    };
    int proc = target->kind == HN_PLACE_LIVE ? hn_proc_open(target->pid) : -1;

    if (proc < 0)
        return 0;
    hn_text_init(&kin.text);
    kin.parent = parent_of(&kin, proc);
    if (find_file(&kin, proc))
        hn_proc_numbers(proc, "..", look_at, &kin);
    hn_text_deinit(&kin.text);
    close(proc);
    return kin.count;
}
