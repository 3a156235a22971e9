/* The size of an object as sys.getsizeof() counts it, where memory tells.
 *
 * That is the block it lies in without what its allocator adds, and buffers that are
 * its alone. Types with an own __sizeof__ in C are those listed here, and no others are
 * guessed. CPython: Python/sysmodule.c (_PySys_GetSizeOf). */
#include <string.h>

#include "objects/str.h"
#include "runtime/internal.h"


/* Objects that are all fixed part. */
static bool
is_plain(struct hn_python *py, hn_addr object)
{
    static const char *const names[] = { "NoneType", "float", "complex",  "function",
                                         "method",   "cell",  "property", "slice" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (hn_object_is(py, object, names[i]))
            return true;
    return false;
}

/* Deeper hierarchies are corrupt. */
enum { MAX_BASES = 1000 };

/* Whether object's own __sizeof__ is asked: no class up to it, the one without a base,
 * has another. Static types keep their methods elsewhere and are not guessed. */
static bool
is_instance(struct hn_python *py, hn_addr type)
{
    for (unsigned i = 0; i < MAX_BASES; i++) {
        struct hn_record rec;
        hn_addr base, own;

        if (hn_record_load(py, HN_STRUCT_TYPE, type, &rec))
            return false;
        base = hn_record_u64_or_0(&rec, HN_TYPE_BASE);
        if (base == 0 || !(hn_record_u64(&rec, HN_TYPE_FLAGS) & HN_TPFLAG_HEAP))
            return base == 0 && i > 0;
        if (hn_dict_find(py, hn_record_u64(&rec, HN_TYPE_DICT), "__sizeof__", &own)
            != HN_DONE)
            return false;
        type = base;
    }
    return false;
}

/* Before 3.12 releases differ on whether zero has a digit. */
static enum hn_status
int_size(struct hn_python *py, hn_addr object, uint64_t *ret)
{
    uint64_t word, digits;
    enum hn_status st = hn_field_read(py, HN_INT_TAG, object, &word);

    if (st)
        return st;
    if (py->layout.formats.integer == HN_INT_SIGNED_SIZE) {
        digits = (int64_t)word < 0 ? 0 - word : word;
        if (digits == 0)
            return HN_DONE;
    } else {
        digits = word >> 3;
        digits += digits == 0;
    }
    *ret = (uint64_t)py->layout.offset[HN_INT_DIGIT] + digits * sizeof(uint32_t);
    return HN_OK;
}

static enum hn_status
str_size(struct hn_python *py, hn_addr object, uint64_t *ret)
{
    struct hn_str_shape shape;
    enum hn_status st = hn_str_shape_load(py, object, &shape);

    if (st)
        return st;
    /* Only compact text lies behind its header. */
    if (shape.data < object || shape.data - object > py->layout.size[HN_STRUCT_UNICODE])
        return HN_DONE;
    *ret = shape.data - object + (shape.length + 1) * shape.width;
    return HN_OK;
}

/* Without headers; HN_DONE where it is not known. */
static enum hn_status
body_size(struct hn_python *py, hn_addr object, uint64_t flags,
          const struct hn_record *type, uint64_t *ret)
{
    uint64_t items = 0, itemsize = hn_record_u64(type, HN_TYPE_ITEMSIZE);
    enum hn_status st = HN_OK;

    if (hn_object_is(py, object, "str"))
        return str_size(py, object, ret);
    if (hn_object_is(py, object, "int") || hn_object_is(py, object, "bool"))
        return int_size(py, object, ret);
    if (hn_object_is(py, object, "list")) {
        st = hn_field_read(py, HN_LIST_ALLOCATED, object, &items);
        itemsize = sizeof(hn_addr);
    } else if (flags & HN_TPFLAG_TUPLE || hn_object_is(py, object, "bytes"))
        st = hn_field_read(py, HN_VAR_SIZE, object, &items);
    else if (!is_plain(py, object) && !is_instance(py, type->addr))
        return HN_DONE;
    *ret = hn_record_u64(type, HN_TYPE_BASICSIZE) + items * itemsize;
    return st;
}

static uint64_t
header_size(const struct hn_python *py, uint64_t flags)
{
    uint64_t size = flags & HN_TPFLAG_GC ? py->layout.formats.gc_header_bytes : 0;

    if (py->layout.formats.instance != HN_INSTANCE_DICT_OFFSET
        && flags & (HN_TPFLAG_MANAGED_DICT | HN_TPFLAG_MANAGED_WEAKREF))
        size += 2 * sizeof(hn_addr);
    return size;
}

enum hn_status
hn_object_size(struct hn_runtime *rt, hn_addr object, uint64_t *ret)
{
    struct hn_record type_record;
    hn_addr type;
    uint64_t flags, size = 0;
    enum hn_status st = hn_object_flags(&rt->py, object, &type, &flags);

    if (!st)
        st = hn_record_load(&rt->py, HN_STRUCT_TYPE, type, &type_record);
    if (!st)
        st = body_size(&rt->py, object, flags, &type_record, &size);
    if (!st)
        *ret = size + header_size(&rt->py, flags);
    return st == HN_DONE ? HN_OK : st;
}
