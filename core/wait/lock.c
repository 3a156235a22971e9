/* A lock is a semaphore of the C library up to 3.12, and for RLock up to 3.13; then a
 * PyMutex of one byte (gh-125139), whose waiters are in a table beside it, each with a
 * semaphore in its own stack. A plain lock never says who has it.
 * CPython: Modules/_threadmodule.c, Python/{lock,parking_lot}.c. */
#include "wait/lock.h"

#include <string.h>

#include "objects/objects.h"

static enum hn_status
load_plain(struct hn_python *py, struct hn_lock *ret)
{
    struct hn_record rec;
    enum hn_status st = hn_record_load(py, HN_STRUCT_LOCK, ret->addr, &rec);

    if (st)
        return st;
    ret->mutex = hn_layout_has(&py->layout, HN_LOCK_MUTEX);
    if (ret->mutex) {
        ret->locked = hn_record_u64(&rec, HN_LOCK_MUTEX) & 1;
        ret->waited_at = hn_field_addr(py, HN_LOCK_MUTEX, ret->addr);
    } else {
        ret->locked = hn_record_u64(&rec, HN_LOCK_LOCKED) & 1;
        ret->waited_at = hn_record_u64(&rec, HN_LOCK_SEMAPHORE);
    }
    return HN_OK;
}

static enum hn_status
load_recursive(struct hn_python *py, struct hn_lock *ret)
{
    struct hn_record rec;
    enum hn_status st = hn_record_load(py, HN_STRUCT_RLOCK, ret->addr, &rec);

    if (st)
        return st;
    ret->recursive = true;
    ret->mutex = hn_layout_has(&py->layout, HN_RLOCK_MUTEX);
    if (ret->mutex) {
        ret->locked = hn_record_u64(&rec, HN_RLOCK_MUTEX) & 1;
        ret->waited_at = hn_field_addr(py, HN_RLOCK_MUTEX, ret->addr);
    } else {
        ret->locked = hn_record_u64(&rec, HN_RLOCK_COUNT) != 0;
        ret->waited_at = hn_record_u64(&rec, HN_RLOCK_SEMAPHORE);
    }
    ret->owner = ret->locked ? hn_record_u64(&rec, HN_RLOCK_OWNER) : 0;
    return HN_OK;
}

enum hn_status
hn_lock_load(struct hn_kinds *kinds, hn_addr object, struct hn_lock *ret)
{
    const char *type = hn_kind_type_name(kinds, object);

    *ret = (struct hn_lock){ .addr = object };
    if (strcmp(type, "_thread.lock") == 0)
        return load_plain(&kinds->rt->py, ret);
    if (strcmp(type, "_thread.RLock") == 0)
        return load_recursive(&kinds->rt->py, ret);
    return HN_DONE;
}

hn_addr
hn_waited_mutex(struct hn_python *py, hn_addr futex)
{
    hn_addr mutex;

    if (!hn_layout_has(&py->layout, HN_WAITENTRY_MUTEX)
        || !hn_layout_has(&py->layout, HN_WAITENTRY_SEMAPHORE)
        || hn_field_read(py, HN_WAITENTRY_MUTEX,
                         futex - (uint64_t)py->layout.offset[HN_WAITENTRY_SEMAPHORE],
                         &mutex))
        return 0;
    return mutex;
}

static hn_addr
try_lock(struct hn_kinds *kinds, hn_addr mutex, enum hn_field field, const char *type)
{
    const struct hn_layout *layout = &kinds->rt->py.layout;
    hn_addr object;

    if (!hn_layout_has(layout, field))
        return 0;
    object = mutex - (uint64_t)layout->offset[field];
    if (object % 8 != 0 || strcmp(hn_kind_type_name(kinds, object), type) != 0)
        return 0;
    return object;
}

hn_addr
hn_lock_of_mutex(struct hn_kinds *kinds, hn_addr mutex)
{
    hn_addr object = mutex ? try_lock(kinds, mutex, HN_LOCK_MUTEX, "_thread.lock") : 0;

    if (object == 0 && mutex != 0)
        object = try_lock(kinds, mutex, HN_RLOCK_MUTEX, "_thread.RLock");
    return object;
}
