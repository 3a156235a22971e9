/* Instance attributes: in a dict, or in an array of values without one.
 *
 * Where either is found has changed in most versions since 3.11: in a word inside the
 * object (tp_dictoffset), in words before the object, or right behind the object's
 * fixed part. The words before an object stand before its GC header; free-threaded
 * builds have no such header. CPython: Objects/dictobject.c
 * (_PyObject_GetDictPtr and neighbours), Include/internal/pycore_object.h. */
#include "objects/dict.h"

/* An object of items: its size in bytes stays below the address space. */
enum { ITEM_COUNT_LOG2_MOST = 40, ITEM_SIZE_MOST = 4096 };

/* Static parts of objects are small: the largest, types, are near 1000 bytes. Classes
 * with thousands of slots exist in theory. */
enum { BASICSIZE_MOST = 1 << 20 };

/* Either a dict (or 0), or values and the keys that name them. */
struct attributes {
    hn_addr dict, keys, values;
};

struct class {
    hn_addr at;
    uint64_t flags;
    uint64_t basicsize, itemsize;
    int64_t dictoffset;
};

static enum hn_status
load_class(struct hn_python *py, hn_addr object, struct class *ret)
{
    struct hn_record rec;
    enum hn_status st = hn_object_flags(py, object, &ret->at, &ret->flags);

    if (!st)
        st = hn_record_load(py, HN_STRUCT_TYPE, ret->at, &rec);
    if (st)
        return st;
    ret->basicsize = hn_record_u64(&rec, HN_TYPE_BASICSIZE);
    ret->itemsize = hn_record_u64(&rec, HN_TYPE_ITEMSIZE);
    ret->dictoffset = hn_record_i64(&rec, HN_TYPE_DICTOFFSET);
    if (ret->basicsize > BASICSIZE_MOST || ret->itemsize > ITEM_SIZE_MOST)
        return hn_fail(py->err, HN_E_CORRUPT, ret->at, "class of an impossible size");
    return HN_OK;
}

/* Names of attributes without a dict; only classes made by Python have them. */
static enum hn_status
load_names(struct hn_python *py, const struct class *class, struct attributes *ret)
{
    if (!(class->flags & HN_TPFLAG_HEAP))
        return hn_fail(py->err, HN_E_CORRUPT, class->at,
                       "class without names for its attributes");
    return hn_field_read(py, HN_HEAPTYPE_CACHED_KEYS, class->at, &ret->keys);
}

/* Where the variable part of @object ends: there begins what a negative tp_dictoffset
 * counts back from. */
static enum hn_status
find_end(struct hn_python *py, hn_addr object, const struct class *class, hn_addr *ret)
{
    uint64_t size, items;
    enum hn_status st = hn_field_read(py, HN_VAR_SIZE, object, &size);

    if (st)
        return st;
    items = (int64_t)size < 0 ? 0 - size : size; /* an int's sign is in its size */
    if (items >> ITEM_COUNT_LOG2_MOST)
        return hn_fail(py->err, HN_E_CORRUPT, object, "object of an impossible size");
    size = class->basicsize + items * class->itemsize;
    *ret = object + (size + 7) / 8 * 8;
    return HN_OK;
}

/* tp_dictoffset: no dict, a word in the fixed part, or one at the end. */
static enum hn_status
load_dict_offset(struct hn_python *py, hn_addr object, const struct class *class,
                 struct attributes *ret)
{
    hn_addr from = object;
    enum hn_status st = HN_OK;

    if (class->dictoffset == 0)
        return HN_DONE;
    if (class->dictoffset > BASICSIZE_MOST || class->dictoffset < -BASICSIZE_MOST)
        return hn_fail(py->err, HN_E_CORRUPT, class->at,
                       "class with an impossible tp_dictoffset");
    if (class->dictoffset < 0)
        st = find_end(py, object, class, &from);
    if (st)
        return st;
    return hn_target_read_u64(py->target, from + (uint64_t) class->dictoffset,
                              &ret->dict);
}

/* The word before the object's GC header, and the one before that. */
static enum hn_status
read_word_before(struct hn_python *py, hn_addr object, unsigned index, uint64_t *ret)
{
    hn_addr header = object - py->layout.formats.gc_header_bytes;

    return hn_target_read_u64(py->target, header - (index + 1) * sizeof *ret, ret);
}

static enum hn_status
load_values_and_dict(struct hn_python *py, hn_addr object, const struct class *class,
                     struct attributes *ret)
{
    enum hn_status st = read_word_before(py, object, 1, &ret->values);

    if (st)
        return st;
    if (ret->values)
        return load_names(py, class, ret);
    return read_word_before(py, object, 0, &ret->dict);
}

static enum hn_status
load_dict_or_values(struct hn_python *py, hn_addr object, const struct class *class,
                    struct attributes *ret)
{
    uint64_t word;
    enum hn_status st = read_word_before(py, object, 0, &word);

    if (st)
        return st;
    if (!(word & 1)) {
        ret->dict = word;
        return HN_OK;
    }
    ret->values = word + 1; /* it was stored less 1 */
    return load_names(py, class, ret);
}

/* The dict, if there is one, is right; the values may have been moved to it. */
static enum hn_status
load_inline(struct hn_python *py, hn_addr object, const struct class *class,
            uint64_t values_offset, struct attributes *ret)
{
    uint64_t valid;
    enum hn_status st = read_word_before(py, object, 0, &ret->dict);

    if (st || ret->dict || !(class->flags & HN_TPFLAG_INLINE_VALUES))
        return st;
    st = hn_field_read(py, HN_DICTVALUES_VALID, object + values_offset, &valid);
    if (st || !valid)
        return st;
    ret->values = object + values_offset;
    return load_names(py, class, ret);
}

static enum hn_status
load_managed(struct hn_python *py, hn_addr object, const struct class *class,
             struct attributes *ret)
{
    switch (py->layout.formats.instance) {
    case HN_INSTANCE_DICT_OFFSET: break; /* the flag means nothing yet */
    case HN_INSTANCE_VALUES_AND_DICT:
        return load_values_and_dict(py, object, class, ret);
    case HN_INSTANCE_DICT_OR_VALUES: return load_dict_or_values(py, object, class, ret);
    case HN_INSTANCE_INLINE_HEADER:
        return load_inline(py, object, class, py->layout.size[HN_STRUCT_OBJECT], ret);
    case HN_INSTANCE_INLINE_BASICSIZE:
        return load_inline(py, object, class, class->basicsize, ret);
    }
    return load_dict_offset(py, object, class, ret);
}

enum hn_status
hn_instance_iter_init(struct hn_python *py, hn_addr object, struct hn_dict_iter *ret)
{
    struct attributes found = { 0, 0, 0 };
    struct class class;
    enum hn_status st = load_class(py, object, &class);

    if (st)
        return st;
    if (class.flags & HN_TPFLAG_MANAGED_DICT)
        st = load_managed(py, object, &class, &found);
    else
        st = load_dict_offset(py, object, &class, &found);
    if (st)
        return st;
    if (found.values)
        return hn_dict_iter_init_split(py, found.keys, found.values, ret);
    return found.dict ? hn_dict_iter_init(py, found.dict, ret) : HN_DONE;
}

enum hn_status
hn_instance_find(struct hn_python *py, hn_addr object, const char *name, hn_addr *ret)
{
    struct hn_dict_iter it;
    enum hn_status st = hn_instance_iter_init(py, object, &it);

    if (st)
        return st;
    return hn_dict_iter_find(&it, name, ret);
}

enum hn_status
hn_module_dict(struct hn_python *py, hn_addr module, hn_addr *ret)
{
    hn_addr dict, type;
    uint64_t flags;
    enum hn_status st = hn_object_type(py, module, &type);

    if (!st)
        st = hn_field_read(py, HN_MODULE_DICT, module, &dict);
    if (!st)
        st = hn_object_flags(py, dict, &type, &flags);
    if (st)
        return st;
    if (!(flags & HN_TPFLAG_DICT))
        return hn_fail(py->err, HN_E_CORRUPT, module, "not a module");
    *ret = dict;
    return HN_OK;
}
