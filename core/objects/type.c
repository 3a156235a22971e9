/* Types: which one an object has, its flags and its name.
 *
 * An object proves itself by its type: a type is an object whose own type carries
 * HN_TPFLAG_TYPE. Random memory practically never passes that.
 * CPython: Include/cpython/object.h. */
#include "objects/objects.h"

#include <string.h>

/* tp_name is a dotted identifier; classes made at run time with longer names exist
 * only to annoy. */
enum { TYPE_NAME_MOST = 4096 };

/* CPython's allocators align to 16 bytes, static objects to 8. */
enum { OBJECT_ALIGNMENT = 8 };

static enum hn_status
check_address(struct hn_python *py, hn_addr object, const char *what)
{
    if (object == 0 || object % OBJECT_ALIGNMENT != 0)
        return hn_fail(py->err, HN_E_CORRUPT, object, what);
    return HN_OK;
}

enum hn_status
hn_object_type(struct hn_python *py, hn_addr object, hn_addr *ret)
{
    struct hn_record rec;
    enum hn_status st = check_address(py, object, "no object can be at this address");
    hn_addr type;

    if (st)
        return st;
    st = hn_record_load(py, HN_STRUCT_OBJECT, object, &rec);
    if (st)
        return st;
    type = hn_record_u64(&rec, HN_OBJECT_TYPE);
    st = check_address(py, type, "object without a type");
    if (st)
        return st;
    *ret = type;
    return HN_OK;
}

static enum hn_status
type_flags(struct hn_python *py, hn_addr type, uint64_t *ret)
{
    return hn_field_read(py, HN_TYPE_FLAGS, type, ret);
}

static enum hn_status
check_is_type(struct hn_python *py, hn_addr type)
{
    hn_addr metatype;
    uint64_t flags;
    enum hn_status st = hn_object_type(py, type, &metatype);

    if (!st)
        st = type_flags(py, metatype, &flags);
    if (st)
        return st;
    if (!(flags & HN_TPFLAG_TYPE))
        return hn_fail(py->err, HN_E_CORRUPT, type, "an object's type is not a type");
    return HN_OK;
}

enum hn_status
hn_object_flags(struct hn_python *py, hn_addr object, hn_addr *type_ret,
                uint64_t *flags_ret)
{
    hn_addr type;
    uint64_t flags;
    enum hn_status st = hn_object_type(py, object, &type);

    if (!st)
        st = check_is_type(py, type);
    if (!st)
        st = type_flags(py, type, &flags);
    if (st)
        return st;
    *type_ret = type;
    *flags_ret = flags;
    return HN_OK;
}

enum hn_status
hn_type_name(struct hn_python *py, hn_addr type, struct hn_arena *arena,
             const char **ret)
{
    hn_addr name;
    enum hn_status st = hn_field_read(py, HN_TYPE_NAME, type, &name);

    if (st)
        return st;
    return hn_target_read_cstring(py->target, name, TYPE_NAME_MOST, arena, ret);
}

/* Whether the target has exactly @expected, '\0' included, at @addr. */
static bool
same_cstring(struct hn_python *py, hn_addr addr, const char *expected)
{
    size_t left = strlen(expected) + 1;
    char bytes[64];

    while (left > 0) {
        size_t size = left < sizeof bytes ? left : sizeof bytes;

        if (hn_target_read_some(py->target, addr, bytes, size) < size
            || memcmp(bytes, expected, size) != 0)
            return false;
        addr += size;
        expected += size;
        left -= size;
    }
    return true;
}

bool
hn_object_is(struct hn_python *py, hn_addr object, const char *name)
{
    hn_addr type, type_name;
    uint64_t flags;

    return hn_object_flags(py, object, &type, &flags) == HN_OK
           && hn_field_read(py, HN_TYPE_NAME, type, &type_name) == HN_OK
           && same_cstring(py, type_name, name);
}
