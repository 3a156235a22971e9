/* numpy: scalars as numpy prints them, arrays by their head and first elements.
 *
 * numpy lays an array's repr out in lines and columns, which is code of its own: here
 * it is <numpy.ndarray shape=(3, 4) dtype=float64 [0.0, 1.0, ...]>, in C order.
 * numpy: numpy/ndarraytypes.h and arrayscalars.h (1.x and 2.x), scalartypes.c.src. */
#include <stdio.h>
#include <string.h>

#include "objects/show_stdlib.h"

/* ---- scalars ---- */

/* numpy 2 says np.int64(7), numpy 1 said 7. */
static const struct scalar {
    const char *name; /* without "numpy." */
    char letter;
} scalars[] = {
    { "int8", 'b' },     { "uint8", 'B' },   { "int16", 'h' }, { "uint16", 'H' },
    { "int32", 'i' },    { "uint32", 'I' },  { "int64", 'l' }, { "uint64", 'L' },
    { "longlong", 'q' }, { "intc", 'i' },    { "uintc", 'I' }, { "ulonglong", 'Q' },
    { "float32", 'f' },  { "float64", 'd' }, { "bool", '?' },  { "bool_", '?' },
};

enum { SUBCLASSES_MOST = 64, BASES_MOST = 16, VALUE_BYTES_MOST = 8 };

static enum hn_status
find_base(struct hn_show *show, const struct hn_type *type, const char *name,
          const struct hn_type **ret)
{
    for (unsigned i = 0; i < BASES_MOST; i++) {
        enum hn_status st;

        if (strcmp(type->name, name) == 0) {
            *ret = type;
            return HN_OK;
        }
        if (type->base == 0)
            return HN_DONE;
        st = hn_types_find(hn_show_types(show), type->base, &type);
        if (st)
            return st;
    }
    return HN_DONE;
}

/* Whether this is numpy 2, where bool_ became bool: of generic's own subclasses, which
 * are a dict of weak references, one is either. */
static enum hn_status
find_is_numpy_2(struct hn_show *show, const struct hn_object *object, bool *ret)
{
    struct hn_python *py = hn_show_python(show);
    const struct hn_type *generic, *type;
    hn_addr dict, key, reference, subclass;
    struct hn_dict_iter it;
    enum hn_status st = find_base(show, object->type, "numpy.generic", &generic);

    if (!st)
        st = hn_field_read(py, HN_TYPE_SUBCLASSES, generic->at, &dict);
    if (!st)
        st = hn_dict_iter_init(py, dict, &it);
    for (unsigned i = 0; !st && i < SUBCLASSES_MOST; i++) {
        st = hn_dict_iter_next(&it, &key, &reference);
        if (!st)
            st = hn_field_read(py, HN_WEAKREF_OBJECT, reference, &subclass);
        if (st || hn_types_find(hn_show_types(show), subclass, &type) != HN_OK)
            continue;
        *ret = strcmp(type->name, "numpy.bool") == 0;
        if (*ret || strcmp(type->name, "numpy.bool_") == 0)
            return HN_OK;
    }
    return st ? st : HN_DONE;
}

static const struct scalar *
find_scalar(const struct hn_type *type)
{
    for (size_t i = 0; i < sizeof scalars / sizeof scalars[0]; i++)
        if (strcmp(type->qualname, scalars[i].name) == 0)
            return &scalars[i];
    return NULL;
}

static void
put_value(struct hn_show *show, char letter, const void *bytes)
{
    float narrow;

    if (letter == 'f') {
        memcpy(&narrow, bytes, sizeof narrow);
        hn_show_float32(show, narrow);
    } else {
        hn_show_c_value(show, letter, bytes);
    }
}

static enum hn_status
show_scalar(struct hn_show *show, const struct hn_object *object)
{
    const struct scalar *scalar = find_scalar(object->type);
    uint8_t bytes[VALUE_BYTES_MOST];
    bool named = false;
    enum hn_status st;

    if (!scalar)
        return hn_show_as_instance(show, object);
    st = find_is_numpy_2(show, object, &named);
    if (!st)
        st = hn_show_behind(show, object, HN_HEAD_OBJECT, 0, bytes,
                            hn_show_c_size(scalar->letter));
    if (st == HN_DONE)
        return hn_show_as_instance(show, object);
    if (st)
        return st;
    if (named) /* np.True_ is the one without parentheses */
        hn_show_puts(show, "np.");
    if (named && scalar->letter != '?')
        hn_show_printf(show, "%s(", scalar->name);
    put_value(show, scalar->letter, bytes);
    if (named)
        hn_show_puts(show, scalar->letter == '?' ? "_" : ")");
    return HN_OK;
}

static enum hn_status
show_complex128(struct hn_show *show, const struct hn_object *object)
{
    double parts[2];
    bool named = false;
    enum hn_status st = find_is_numpy_2(show, object, &named);

    if (!st)
        st = hn_show_behind(show, object, HN_HEAD_OBJECT, 0, parts, sizeof parts);
    if (st == HN_DONE)
        return hn_show_as_instance(show, object);
    if (st)
        return st;
    hn_show_puts(show, named ? "np.complex128" : "");
    hn_show_complex(show, parts[0], parts[1], named);
    return HN_OK;
}

/* ---- arrays ---- */

/* NPY_MAXDIMS is 64 in numpy 2. */
enum { DIMENSIONS_MOST = 64 };

/* PyArrayObject_fields, behind the header. */
struct fields {
    hn_addr data;
    uint32_t dimension_count, padding;
    hn_addr dimensions, strides, base, descriptor;
};

/* PyArray_Descr, behind the header: its beginning is the same in all versions. */
struct descriptor {
    hn_addr type;
    char kind, letter, byte_order, flags;
    int32_t type_number;
    uint64_t words[2]; /* numpy 1: elsize and alignment in the first; 2: the second */
};

struct array {
    hn_addr data;
    unsigned dimension_count;
    int64_t dimensions[DIMENSIONS_MOST], strides[DIMENSIONS_MOST];
    struct descriptor type;
    uint64_t item_bytes, count;
};

/* sizeof(PyArray_Descr) of numpy 1. */
enum { NUMPY_1_DESCRIPTOR = 96 };

static enum hn_status
load_descriptor(struct hn_show *show, hn_addr at, struct array *ret)
{
    struct hn_object object = { .at = at };
    hn_addr type;
    enum hn_status st = hn_object_type(hn_show_python(show), at, &type);

    if (!st)
        st = hn_types_find(hn_show_types(show), type, &object.type);
    if (!st)
        st = hn_show_behind(show, &object, HN_HEAD_OBJECT, 0, &ret->type,
                            sizeof ret->type);
    if (st)
        return st;
    ret->item_bytes = object.type->basicsize == NUMPY_1_DESCRIPTOR
                          ? (uint32_t)ret->type.words[0]
                          : ret->type.words[1];
    return HN_OK;
}

/* With no element in one dimension an array may be as long as it likes in others. */
static enum hn_status
count_items(struct hn_python *py, hn_addr at, struct array *array)
{
    bool overflows = false, empty = false;

    array->count = 1;
    for (unsigned i = 0; i < array->dimension_count; i++) {
        uint64_t length = (uint64_t)array->dimensions[i];

        if (array->dimensions[i] < 0)
            return hn_fail(py->err, HN_E_CORRUPT, at, "array of an impossible shape");
        empty = empty || length == 0;
        overflows |= __builtin_mul_overflow(array->count, length, &array->count);
    }
    if (overflows && !empty)
        return hn_fail(py->err, HN_E_CORRUPT, at, "array of an impossible shape");
    array->count = empty ? 0 : array->count;
    return HN_OK;
}

static enum hn_status
load_array(struct hn_show *show, const struct hn_object *object, struct array *ret)
{
    struct hn_python *py = hn_show_python(show);
    struct fields fields;
    size_t size;
    enum hn_status st =
        hn_show_behind(show, object, HN_HEAD_OBJECT, 0, &fields, sizeof fields);

    if (!st && fields.dimension_count > DIMENSIONS_MOST)
        st = hn_fail(py->err, HN_E_CORRUPT, object->at, "array of an impossible shape");
    if (st)
        return st;
    ret->data = fields.data;
    ret->dimension_count = fields.dimension_count;
    size = ret->dimension_count * sizeof ret->dimensions[0];
    st = hn_target_read(py->target, fields.dimensions, ret->dimensions, size);
    if (!st)
        st = hn_target_read(py->target, fields.strides, ret->strides, size);
    if (!st)
        st = count_items(py, object->at, ret);
    return st ? st : load_descriptor(show, fields.descriptor, ret);
}

static void
put_shape(struct hn_show *show, const struct array *array)
{
    hn_show_puts(show, "(");
    for (unsigned i = 0; i < array->dimension_count; i++)
        hn_show_printf(show, "%s%lld", i ? ", " : "", (long long)array->dimensions[i]);
    hn_show_puts(show, array->dimension_count == 1 ? ",)" : ")");
}

/* float64, int8, bool, object; what has no such name is written as in the array
 * protocol: <U2. */
static void
put_type(struct hn_show *show, const struct array *array)
{
    const struct descriptor *type = &array->type;
    unsigned long long bytes = array->item_bytes;
    const char *name = NULL;

    switch (type->kind) {
    case 'b': hn_show_puts(show, "bool"); return;
    case 'O': hn_show_puts(show, "object"); return;
    case 'i': name = "int"; break;
    case 'u': name = "uint"; break;
    case 'f': name = "float"; break;
    case 'c': name = "complex"; break;
    default: break;
    }
    if (name && type->byte_order != '>') {
        hn_show_printf(show, "%s%llu", name, bytes * 8);
        return;
    }
    hn_show_printf(show, "%c%c%llu", type->byte_order == '>' ? '>' : '<',
                   type->kind >= ' ' && type->kind <= '~' ? type->kind : '?',
                   type->kind == 'U' ? bytes / 4 : bytes);
}

static hn_addr
item_at(const struct array *array, uint64_t index)
{
    hn_addr at = array->data;

    for (unsigned i = array->dimension_count; i-- > 0;) {
        uint64_t length = (uint64_t)array->dimensions[i];

        at += index % length * (uint64_t)array->strides[i];
        index /= length;
    }
    return at;
}

static enum hn_status
put_item(struct hn_show *show, const struct array *array, hn_addr at)
{
    struct hn_python *py = hn_show_python(show);
    uint8_t bytes[VALUE_BYTES_MOST];
    hn_addr object;
    enum hn_status st;

    if (array->type.kind == 'O') {
        st = hn_target_read_u64(py->target, at, &object);
        if (!st)
            hn_show_object(show, object);
        return st;
    }
    st = hn_target_read(py->target, at, bytes, hn_show_c_size(array->type.letter));
    if (!st)
        put_value(show, array->type.letter, bytes);
    return st;
}

static bool
is_readable(const struct array *array)
{
    return array->type.kind == 'O'
           || (array->type.byte_order != '>' && hn_show_c_size(array->type.letter) > 0);
}

static enum hn_status
put_items(struct hn_show *show, const struct array *array)
{
    uint64_t shown = hn_show_limit(show, array->count);

    hn_show_puts(show, " [");
    for (uint64_t i = 0; i < shown; i++) {
        hn_addr at = item_at(array, i);
        enum hn_status st;

        if (i > 0)
            hn_show_puts(show, ", ");
        st = put_item(show, array, at);
        if (st)
            return hn_show_problem(show, at, st);
    }
    hn_show_more(show, shown, array->count);
    hn_show_puts(show, "]");
    return HN_OK;
}

static enum hn_status
show_array(struct hn_show *show, const struct hn_object *object)
{
    struct array array;
    enum hn_status st = load_array(show, object, &array);

    if (st)
        return st;
    hn_show_puts(show, "<");
    hn_show_name(show, object->type->name);
    hn_show_puts(show, " shape=");
    put_shape(show, &array);
    hn_show_puts(show, " dtype=");
    put_type(show, &array);
    if (is_readable(&array))
        st = put_items(show, &array);
    hn_show_puts(show, ">");
    return st;
}

#define SCALAR(NAME)                                     \
    {                                                    \
        "numpy." NAME, show_scalar, HN_SHOWER_LEAF, NULL \
    }
const struct hn_shower hn_showers_numpy[] = {
    SCALAR("int8"),
    SCALAR("uint8"),
    SCALAR("int16"),
    SCALAR("uint16"),
    SCALAR("int32"),
    SCALAR("uint32"),
    SCALAR("int64"),
    SCALAR("uint64"),
    SCALAR("longlong"),
    SCALAR("ulonglong"),
    SCALAR("intc"),
    SCALAR("uintc"),
    SCALAR("float32"),
    SCALAR("float64"),
    SCALAR("bool"),
    SCALAR("bool_"),
    { "numpy.complex128", show_complex128, HN_SHOWER_LEAF, NULL },
    { "numpy.ndarray", show_array, 0, NULL },
    { NULL, NULL, 0, NULL },
};
