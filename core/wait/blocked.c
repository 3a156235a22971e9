/* Three witnesses, the strongest first: the address that a futex waits at, which is a
 * lock's own; the library function that is innermost; the system call with its
 * arguments, and the objects that lie on the value stack for it. */
#include "wait/blocked.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "objects/objects.h"
#include "wait/file_lock.h"
#include "wait/library.h"
#include "wait/local.h"
#include "wait/lock.h"
#include "wait/slots.h"

/* FUTEX_WAIT of <linux/futex.h>, which mutexes use; semaphores and conditions use
 * FUTEX_WAIT_BITSET. The flags above it say private and which clock. */
enum { FUTEX_COMMANDS = 0x7f, FUTEX_WAIT_COMMAND = 0 };

/* glibc's pthread_mutex_t: int lock, unsigned count, int owner. */
enum { MUTEX_OWNER = 8 };

/* fcntl commands that wait for a lock. */
enum { SETLKW = 7, OFD_SETLKW = 38 };

struct look {
    struct hn_kinds *kinds;
    const struct hn_thread *thread;
    struct hn_arena *arena;
    struct hn_registers regs;
    bool has_regs;
    struct hn_slots slots; /* of the innermost frame */
    struct hn_wait *ret;
};

static const char *
name_object(struct look *l, hn_addr object, const char *words)
{
    const char *type = hn_kind_type_name(l->kinds, object);

    return hn_arena_format(l->arena, "%s%s 0x%llx", words, type[0] ? type : "object",
                           (unsigned long long)object);
}

static bool
in_call(const struct look *l, const char *name)
{
    return l->thread->syscall && strcmp(l->thread->syscall, name) == 0;
}

/* --- locks */

static enum hn_status
take_lock(struct look *l, const struct hn_lock *lock)
{
    l->ret->kind = lock->recursive ? HN_WAIT_RLOCK : HN_WAIT_LOCK;
    l->ret->addr = lock->addr;
    l->ret->owner = lock->owner;
    l->ret->locked = lock->locked;
    l->ret->text = name_object(l, lock->addr, "");
    return l->ret->text ? HN_OK : HN_E_NOMEM;
}

/* What iter(function, end) calls; the structure is private to a file and begins with
 * it. */
static hn_addr
callable_of(struct look *l, hn_addr object)
{
    struct hn_python *py = &l->kinds->rt->py;
    hn_addr callable;

    if (object == 0
        || strcmp(hn_kind_type_name(l->kinds, object), "callable_iterator") != 0)
        return object;
    return hn_target_read_u64(py->target, object + py->layout.size[HN_STRUCT_OBJECT],
                              &callable)
               ? 0
               : callable;
}

/* A method bound to the object counts as the object: lock.acquire; so does an iterator
 * that calls one: iter(queue.get, None). */
static hn_addr
self_of(struct look *l, hn_addr item)
{
    hn_addr object = callable_of(l, item), self;
    const char *type = object ? hn_kind_type_name(l->kinds, object) : "";

    if ((strcmp(type, "builtin_function_or_method") == 0
         || strcmp(type, "builtin_method") == 0)
        && hn_field_read(&l->kinds->rt->py, HN_CFUNCTION_SELF, object, &self) == HN_OK)
        return self;
    return object;
}

static bool
is_waited(const struct look *l, const struct hn_lock *lock, hn_addr mutex)
{
    return l->has_regs && hn_syscall_is_futex(l->regs.syscall)
           && lock->waited_at == (lock->mutex ? mutex : l->regs.argument[0]);
}

/* The lock that the futex is of: found without any object for a PyMutex, else among
 * those on the value stack. */
static enum hn_status
find_exact_lock(struct look *l, struct hn_lock *ret)
{
    hn_addr mutex = 0, object;
    struct hn_lock lock;

    if (!l->has_regs || !hn_syscall_is_futex(l->regs.syscall))
        return HN_DONE;
    mutex = hn_waited_mutex(&l->kinds->rt->py, l->regs.argument[0]);
    object = hn_lock_of_mutex(l->kinds, mutex);
    if (object != 0 && hn_lock_load(l->kinds, object, ret) == HN_OK)
        return HN_OK;
    for (size_t i = 0; i < l->slots.count; i++) {
        if (hn_lock_load(l->kinds, self_of(l, l->slots.items[i]), &lock) == HN_OK
            && is_waited(l, &lock, mutex)) {
            *ret = lock;
            return HN_OK;
        }
    }
    return HN_DONE;
}

/* The first lock among the operands of a call: where no registers tell. */
static enum hn_status
find_operand_lock(struct look *l, struct hn_lock *ret)
{
    struct hn_lock lock;

    for (size_t i = l->slots.blocks; i < l->slots.count; i++) {
        if (hn_lock_load(l->kinds, self_of(l, l->slots.items[i]), &lock) == HN_OK
            && lock.locked) {
            *ret = lock;
            return HN_OK;
        }
    }
    return HN_DONE;
}

/* --- objects on the value stack of other kinds */

static const struct {
    const char *type;
    enum hn_wait_kind kind;
    const char *words;
} operands[] = {
    { "_queue.SimpleQueue", HN_WAIT_QUEUE_GET, "an item of " },
    { "_multiprocessing.SemLock", HN_WAIT_PROCESS_LOCK, "" },
    { "_thread._ThreadHandle", HN_WAIT_JOIN, "the end of " },
    { "_thread.ThreadHandle", HN_WAIT_JOIN, "the end of " },
};

static enum hn_status
find_operand(struct look *l)
{
    for (size_t i = l->slots.blocks; i < l->slots.count; i++) {
        hn_addr object = self_of(l, l->slots.items[i]);
        const char *type = object ? hn_kind_type_name(l->kinds, object) : "";

        for (size_t k = 0; k < sizeof(operands) / sizeof(operands[0]); k++) {
            if (strcmp(type, operands[k].type) != 0)
                continue;
            l->ret->kind = operands[k].kind;
            l->ret->addr = object;
            l->ret->text = name_object(l, object, operands[k].words);
            return l->ret->text ? HN_OK : HN_E_NOMEM;
        }
    }
    return HN_DONE;
}

/* --- system calls */

/* What a descriptor of a running process is: "socket:[123]", a path; "" elsewhere. */
static void
describe_fd(struct look *l, int64_t fd, char *buf, size_t size)
{
    const struct hn_target *target = l->kinds->rt->py.target;
    char path[64];
    ssize_t got;

    buf[0] = '\0';
    if (target->kind != HN_PLACE_LIVE || fd < 0)
        return;
    snprintf(path, sizeof path, "/proc/%lld/fd/%lld", (long long)target->pid,
             (long long)fd);
    got = readlink(path, buf, size - 1);
    buf[got > 0 ? got : 0] = '\0';
}

static enum hn_status
say_fd(struct look *l, enum hn_wait_kind kind, const char *words, int64_t fd)
{
    char what[256];

    describe_fd(l, fd, what, sizeof what);
    l->ret->kind = kind;
    l->ret->fd = fd;
    l->ret->text =
        hn_arena_format(l->arena, "%sdescriptor %lld%s%s%s", words, (long long)fd,
                        what[0] ? " (" : "", what, what[0] ? ")" : "");
    return l->ret->text ? HN_OK : HN_E_NOMEM;
}

static enum hn_status
say(struct look *l, enum hn_wait_kind kind, const char *text)
{
    l->ret->kind = kind;
    l->ret->text = text;
    return HN_OK;
}

/* poll() for one descriptor is what sockets with a timeout do. */
static enum hn_status
say_poll(struct look *l)
{
    int32_t fd;

    if (l->has_regs && l->regs.argument[1] == 1
        && hn_target_read(l->kinds->rt->py.target, l->regs.argument[0], &fd, sizeof fd)
               == HN_OK)
        return say_fd(l, HN_WAIT_SOCKET, "", fd);
    return say(l, HN_WAIT_SELECT, "any of several descriptors");
}

/* select() without any descriptor is how Python slept up to 3.10. */
static enum hn_status
say_select(struct look *l)
{
    if (l->has_regs && l->regs.argument[0] == 0)
        return say(l, HN_WAIT_SLEEP, "sleep()");
    return say(l, HN_WAIT_SELECT, "any of several descriptors");
}

static enum hn_status
say_child(struct look *l)
{
    int64_t pid = 0;

    if (l->has_regs)
        pid = in_call(l, "waitid") ? (int32_t)l->regs.argument[1]
                                   : (int32_t)l->regs.argument[0];
    l->ret->kind = HN_WAIT_CHILD;
    l->ret->pid = pid > 0 ? pid : 0;
    l->ret->text =
        pid > 0 ? hn_arena_format(l->arena, "the end of process %lld", (long long)pid)
                : "the end of any child process";
    return l->ret->text ? HN_OK : HN_E_NOMEM;
}

static bool
is_one_of(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

/* Who has it is known where the kernel can be asked. */
static enum hn_status
say_file_lock(struct look *l, int64_t fd, bool whole)
{
    struct hn_file_lock lock;
    enum hn_status st = say_fd(l, HN_WAIT_FILE_LOCK, "the file lock of ", fd);

    if (!st)
        st = hn_file_lock_find(l->kinds->rt->py.target, fd, whole, l->arena, &lock);
    if (st)
        return st == HN_DONE ? HN_OK : st;
    l->ret->own = lock.fd >= 0;
    if (l->ret->own) {
        l->ret->text = hn_arena_format(
            l->arena, "%s, which this process has itself by descriptor %lld",
            l->ret->text, (long long)lock.fd);
    } else if (lock.ended) {
        l->ret->text = hn_arena_format(
            l->arena,
            "%s, which process %lld took and, as it has ended, another one has from it",
            l->ret->text, (long long)lock.pid);
    } else {
        l->ret->pid = lock.pid;
        l->ret->text = hn_arena_format(l->arena, "%s, which process %lld (%s) has",
                                       l->ret->text, (long long)lock.pid, lock.name);
    }
    return l->ret->text ? HN_OK : HN_E_NOMEM;
}

static const char *const readers[] = { "read",     "readv",   "recvfrom", "recvmsg",
                                       "recvmmsg", "pread64", NULL };
static const char *const writers[] = { "write", "writev", "sendto", "sendmsg", NULL };
static const char *const acceptors[] = { "accept", "accept4", NULL };
static const char *const sleepers[] = { "clock_nanosleep", "nanosleep", NULL };
static const char *const children[] = { "wait4", "waitid", NULL };
static const char *const polls[] = { "poll", "ppoll", NULL };
static const char *const selects[] = { "select", "pselect6", NULL };
static const char *const epolls[] = { "epoll_wait", "epoll_pwait", NULL };
static const char *const signals[] = { "pause", "rt_sigsuspend", "rt_sigtimedwait",
                                       NULL };

static enum hn_status
read_call(struct look *l)
{
    const char *name = l->thread->syscall;
    int64_t fd = l->has_regs ? (int32_t)l->regs.argument[0] : -1;

    if (is_one_of(name, readers))
        return fd == 0 ? say_fd(l, HN_WAIT_TERMINAL, "input from ", fd)
                       : say_fd(l, HN_WAIT_SOCKET, "data from ", fd);
    if (is_one_of(name, writers))
        return say_fd(l, HN_WAIT_SOCKET, "room to write to ", fd);
    if (is_one_of(name, acceptors))
        return say_fd(l, HN_WAIT_ACCEPT, "a connection to ", fd);
    if (strcmp(name, "connect") == 0)
        return say_fd(l, HN_WAIT_SOCKET, "the connection of ", fd);
    if (strcmp(name, "flock") == 0)
        return say_file_lock(l, fd, true);
    if (strcmp(name, "fcntl") == 0 && l->has_regs
        && (l->regs.argument[1] == SETLKW || l->regs.argument[1] == OFD_SETLKW))
        return say_file_lock(l, fd, false);
    if (is_one_of(name, sleepers))
        return say(l, HN_WAIT_SLEEP, "sleep()");
    if (is_one_of(name, children))
        return say_child(l);
    if (is_one_of(name, polls))
        return say_poll(l);
    if (is_one_of(name, selects))
        return say_select(l);
    if (is_one_of(name, epolls))
        return say(l, HN_WAIT_SELECT, "any of several descriptors");
    if (is_one_of(name, signals))
        return say(l, HN_WAIT_SIGNAL, "a signal");
    l->ret->kind = HN_WAIT_IO;
    l->ret->text = hn_arena_format(l->arena, "the system call %s", name);
    return l->ret->text ? HN_OK : HN_E_NOMEM;
}

/* A futex of no Python lock: a mutex of C code has its owner beside it. */
static enum hn_status
read_futex(struct look *l)
{
    int32_t owner = 0;

    if (l->has_regs && (l->regs.argument[1] & FUTEX_COMMANDS) == FUTEX_WAIT_COMMAND
        && hn_target_read(l->kinds->rt->py.target, l->regs.argument[0] + MUTEX_OWNER,
                          &owner, sizeof owner)
               == HN_OK
        && owner > 0) {
        l->ret->kind = HN_WAIT_MUTEX;
        l->ret->addr = l->regs.argument[0];
        l->ret->owner = (uint64_t)owner;
        l->ret->text = hn_arena_format(l->arena, "a mutex of C code at 0x%llx",
                                       (unsigned long long)l->ret->addr);
        return l->ret->text ? HN_OK : HN_E_NOMEM;
    }
    if (l->has_regs) {
        const struct hn_region *region =
            hn_target_region(l->kinds->rt->py.target, l->regs.argument[0]);

        l->ret->addr = l->regs.argument[0];
        l->ret->timed = l->regs.argument[3] != 0;
        l->ret->shared = region && region->shared;
    }
    return say(l, HN_WAIT_NATIVE, "something in C code");
}

/* --- the library */

/* A multiprocessing.Process keeps it in its _popen, and has a property of that name. */
static void
add_child(struct look *l, hn_addr popen)
{
    struct hn_python *py = &l->kinds->rt->py;
    hn_addr inner = hn_own_attribute(l->kinds, popen, "_popen"),
            pid = hn_own_attribute(l->kinds, inner != 0 ? inner : popen, "pid");

    if (pid == 0 || hn_int_load(py, pid, &l->ret->pid))
        l->ret->pid = 0;
}

/* "threading.Thread 0x7f... ("worker-1")": what has a name says it. */
static const char *
name_subject(struct look *l, hn_addr subject, const char *words)
{
    struct hn_python *py = &l->kinds->rt->py;
    hn_addr name = hn_own_attribute(l->kinds, subject, "_name");
    const char *text;

    if (name == 0)
        name = hn_own_attribute(l->kinds, subject, "name");
    if (name == 0 || hn_str_load(py, name, 200, l->arena, &text, NULL, NULL))
        return name_object(l, subject, words);
    return hn_arena_format(l->arena, "%s%s 0x%llx (\"%s\")", words,
                           hn_kind_type_name(l->kinds, subject),
                           (unsigned long long)subject, text);
}

/* Conditions, joins and the like call it the same. */
static bool
has_timeout(struct look *l)
{
    hn_addr timeout =
        hn_local_find(l->kinds->rt, &l->thread->stack.frames[0], "timeout");
    double seconds;

    return hn_number(l->kinds, timeout, &seconds) && seconds >= 0;
}

static enum hn_status
take_library(struct look *l, const struct hn_library_wait *found)
{
    struct hn_lock lock;

    if (found->kind == HN_WAIT_LOCK && found->lock != 0
        && hn_lock_load(l->kinds, found->lock, &lock) == HN_OK)
        return take_lock(l, &lock);
    l->ret->kind = found->kind;
    l->ret->addr = found->subject;
    l->ret->timed = has_timeout(l);
    l->ret->shared = found->shared;
    if (found->kind == HN_WAIT_CHILD)
        add_child(l, found->subject);
    l->ret->text =
        found->subject ? name_subject(l, found->subject, found->words) : found->words;
    if (l->ret->text && l->ret->pid > 0)
        l->ret->text = hn_arena_format(l->arena, "%s, process %lld", l->ret->text,
                                       (long long)l->ret->pid);
    return l->ret->text ? HN_OK : HN_E_NOMEM;
}

/* The frame of the program that came to wait. */
static void
place(struct look *l)
{
    size_t inner = hn_library_frames(&l->thread->stack);

    if (inner < l->thread->stack.count)
        l->ret->frame = &l->thread->stack.frames[inner];
}

/* A library function that waits through a lock of its own (the waiter of a Condition)
 * says more than that lock does; one that waits for a lock that others hold, less. */
static enum hn_status
find(struct look *l)
{
    struct hn_library_wait library;
    struct hn_lock lock;
    enum hn_status st = hn_library_wait_find(l->kinds, &l->thread->stack, &library);

    if (st == HN_OK)
        return take_library(l, &library);
    if (find_exact_lock(l, &lock) == HN_OK)
        return take_lock(l, &lock);
    if (in_call(l, "futex") || !l->thread->syscall) {
        st = find_operand(l);
        if (st != HN_DONE)
            return st;
        if (find_operand_lock(l, &lock) == HN_OK)
            return take_lock(l, &lock);
        return in_call(l, "futex") ? read_futex(l) : HN_DONE;
    }
    return read_call(l);
}

enum hn_status
hn_blocked_load(struct hn_kinds *kinds, const struct hn_thread *thread,
                struct hn_arena *arena, struct hn_wait *ret)
{
    struct look l = { .kinds = kinds, .thread = thread, .arena = arena, .ret = ret };
    enum hn_status st;

    *ret = (struct hn_wait){ .text = "", .fd = -1, .holder = HN_NOBODY };
    if (thread->state & HN_THREAD_ENDED)
        return HN_DONE;
    place(&l);
    if (thread->state & HN_THREAD_WAITS_FOR_GIL)
        return say(&l, HN_WAIT_GIL, "the GIL");
    if (thread->state & HN_THREAD_STOPPED_FOR)
        return say(&l, HN_WAIT_WORLD, "the end of a stop of all threads");
    if (!(thread->state & HN_THREAD_IDLE))
        return HN_DONE;
    l.has_regs =
        hn_target_registers(kinds->rt->py.target, thread->native_id, &l.regs) == HN_OK;
    if (thread->stack.count > 0
        && hn_slots_load(kinds->rt, &thread->stack.frames[0], &l.slots))
        l.slots.count = 0;
    st = find(&l);
    return st == HN_E_NOMEM ? hn_fail(kinds->rt->py.err, st, 0,
                                      "no memory for what threads wait for")
                            : st;
}
