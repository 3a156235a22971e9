/* Locks, and struct.Struct.
 *
 * Locks have become smaller: a PyMutex of a byte took the place of a semaphore in
 * _thread.lock within 3.13 (gh-125139) and in RLock in 3.14, so it is the size of the
 * object that tells which it is. CPython: Modules/_threadmodule.c, Modules/_struct.c.
 */
#include "objects/show_stdlib.h"

/* _thread.lock with a semaphore: it, weak references, and whether it is locked. */
enum { SEMAPHORE_LOCK_BYTES = 24, LOCKED_AT = 16 };

/* RLock with one: it, owner, count, weak references. */
enum { SEMAPHORE_RLOCK_BYTES = 32 };

static size_t
size_behind_header(struct hn_show *show, const struct hn_object *object)
{
    return object->type->basicsize
           - hn_show_python(show)->layout.size[HN_STRUCT_OBJECT];
}

/* <locked _thread.lock object at 0x...> */
static enum hn_status
show_lock(struct hn_show *show, const struct hn_object *object)
{
    bool semaphore = size_behind_header(show, object) >= SEMAPHORE_LOCK_BYTES;
    uint8_t locked;
    enum hn_status st = hn_show_behind(show, object, HN_HEAD_OBJECT,
                                       semaphore ? LOCKED_AT : 0, &locked, 1);

    if (st)
        return st;
    hn_show_puts(show, locked & 1 ? "<locked " : "<unlocked ");
    st = hn_show_type_name(show, object);
    hn_show_printf(show, " object at 0x%llx>", (unsigned long long)object->at);
    return st;
}

/* A mutex counts how many times more than once it is held. */
static enum hn_status
show_rlock(struct hn_show *show, const struct hn_object *object)
{
    bool semaphore = size_behind_header(show, object) >= SEMAPHORE_RLOCK_BYTES;
    uint64_t words[3], count; /* the lock, owner, count */
    enum hn_status st =
        hn_show_behind(show, object, HN_HEAD_OBJECT, 0, words, sizeof words);

    if (st)
        return st;
    count = semaphore ? words[2] : words[0] & 1 ? words[2] + 1 : 0;
    hn_show_puts(show, count ? "<locked " : "<unlocked ");
    st = hn_show_type_name(show, object);
    hn_show_printf(show, " object owner=%lld count=%llu at 0x%llx>",
                   (long long)words[1], (unsigned long long)count,
                   (unsigned long long)object->at);
    return st;
}

/* s_format, behind two sizes and the codes: a bytes object, in 3.15 a str. */
enum { STRUCT_FORMAT = 24 };

/* Struct('<i'), since 3.13; before it the repr was object's. */
static enum hn_status
show_struct(struct hn_show *show, const struct hn_object *object)
{
    struct hn_python *py = hn_show_python(show);
    hn_addr format, type;
    uint64_t size, flags;
    enum hn_status st = hn_show_behind(show, object, HN_HEAD_OBJECT, STRUCT_FORMAT,
                                       &format, sizeof format);

    if (!st)
        st = hn_object_flags(py, format, &type, &flags);
    if (!st)
        st = hn_field_read(py, HN_VAR_SIZE, format, &size);
    if (st)
        return st;
    hn_show_short_name(show, object);
    hn_show_puts(show, "(");
    if (flags & HN_TPFLAG_BYTES)
        st = hn_show_characters(show, hn_field_addr(py, HN_BYTES_VALUE, format), size,
                                1);
    else
        hn_show_object(show, format);
    hn_show_puts(show, ")");
    return st;
}

const struct hn_shower hn_showers_thread[] = {
    { "_thread.lock", show_lock, HN_SHOWER_LEAF, NULL },
    { "_thread.RLock", show_rlock, HN_SHOWER_LEAF, NULL },
    { "_struct.Struct", show_struct, HN_SHOWER_LEAF, NULL },
    { NULL, NULL, 0, NULL },
};
