/* Attribute lookup: type namespaces, descriptors, instance dicts.
 *
 * CPython: Objects/object.c (_PyObject_GenericGetAttrWithDict), Objects/typeobject.c
 * (type_getattro, lookup_tp_dict), Python/structmember.c (PyMember_GetOne). */
#include <inttypes.h>
#include <string.h>

#include "objects/objects.h"
#include "objects/preview.h"
#include "runtime/lookup.h"

/* Of tp_flags: Include/object.h, unchanged from 3.8 to 3.15. */
#define FLAG_EXCEPTION (UINT64_C(1) << 30)

/* Static types that CPython itself counts; tp_subclasses holds their number. */
enum { MAX_STATIC_TYPES = 1024 };

/* Names and docstrings in a struct; longer is no name. */
enum { MAX_NAME = 4096 };

/* --- namespaces of types */

/* The dict of a static type in the interpreter's array at @array. An entry names its
 * type, so a wrong index does not pass. */
static enum hn_status
static_namespace(struct hn_python *py, hn_addr array, uint64_t index, hn_addr type,
                 hn_addr *ret)
{
    bool managed = hn_layout_has(&py->layout, HN_STATICTYPE_DICT);
    enum hn_struct entry = managed ? HN_STRUCT_STATICTYPE : HN_STRUCT_BUILTINTYPE;
    struct hn_record rec;
    enum hn_status st;

    if (array == 0 || index == 0 || index > MAX_STATIC_TYPES)
        return HN_DONE;
    st = hn_record_load(py, entry, array + (index - 1) * py->layout.size[entry], &rec);
    if (st)
        return st;
    if (hn_record_u64(&rec, managed ? HN_STATICTYPE_TYPE : HN_BUILTINTYPE_TYPE) != type)
        return HN_DONE;
    *ret = hn_record_u64(&rec, managed ? HN_STATICTYPE_DICT : HN_BUILTINTYPE_DICT);
    return *ret ? HN_OK : HN_DONE;
}

static enum hn_status
find_static_namespace(const struct hn_lookup *lookup, hn_addr type, uint64_t index,
                      hn_addr *ret)
{
    struct hn_python *py = &lookup->rt->py;
    hn_addr types = hn_field_addr(py, HN_INTERP_TYPES, lookup->interpreter);
    enum hn_status st;

    if (types == 0 || lookup->interpreter == 0)
        return HN_DONE;
    st = static_namespace(py, hn_field_addr(py, HN_TYPES_BUILTINS, types), index, type,
                          ret);
    if (st != HN_DONE)
        return st;
    return static_namespace(py, hn_field_addr(py, HN_TYPES_EXTENSIONS, types), index,
                            type, ret);
}

enum hn_status
hn_type_namespace(const struct hn_lookup *lookup, hn_addr type, hn_addr *ret)
{
    struct hn_record rec;
    enum hn_status st = hn_record_load(&lookup->rt->py, HN_STRUCT_TYPE, type, &rec);

    if (st)
        return st;
    *ret = hn_record_u64_or_0(&rec, HN_TYPE_DICT);
    if (*ret)
        return HN_OK;
    return find_static_namespace(lookup, type,
                                 hn_record_u64_or_0(&rec, HN_TYPE_SUBCLASSES), ret);
}

/* --- classes */

/* The classes of @type in the order of their search; only itself while it is made. */
static enum hn_status
load_mro(const struct hn_lookup *lookup, hn_addr type, const hn_addr **ret,
         size_t *count_ret)
{
    struct hn_python *py = &lookup->rt->py;
    hn_addr mro, *alone;
    enum hn_status st = hn_field_read(py, HN_TYPE_MRO, type, &mro);

    if (st)
        return st;
    if (mro)
        return hn_items_load(py, mro, HN_MRO_MOST, lookup->arena, ret, count_ret);
    alone = hn_arena_array(lookup->arena, 1, sizeof(*alone));
    if (!alone)
        return hn_fail(py->err, HN_E_NOMEM, 0, "no memory for a class");
    *alone = type;
    *ret = alone;
    *count_ret = 1;
    return HN_OK;
}

/* The first class of @type's that has @name. A class whose namespace cannot be read
 * may be the one: then that failure is what is returned, unless another has it. */
static enum hn_status
find_in_classes(const struct hn_lookup *lookup, hn_addr type, const char *name,
                hn_addr *ret)
{
    const hn_addr *classes;
    size_t count;
    enum hn_status failure = HN_DONE, st = load_mro(lookup, type, &classes, &count);

    if (st)
        return st;
    for (size_t i = 0; i < count; i++) {
        hn_addr dict;

        st = hn_type_namespace(lookup, classes[i], &dict);
        if (!st)
            st = hn_dict_find(&lookup->rt->py, dict, name, ret);
        if (st == HN_OK || st == HN_E_INTERRUPTED || st == HN_E_NOMEM)
            return st;
        if (st != HN_DONE)
            failure = st;
    }
    return failure;
}

/* --- members: C fields that a type shows as attributes */

/* PyMemberDef (Include/descrobject.h), part of the stable ABI: name, type, offset. */
enum { MEMBER_TYPE = 8, MEMBER_OFFSET = 16 };

/* Its types (Include/descrobject.h; structmember.h before 3.12). */
enum member_type {
    MEMBER_SHORT,
    MEMBER_INT,
    MEMBER_LONG,
    MEMBER_FLOAT,
    MEMBER_DOUBLE,
    MEMBER_STRING,
    MEMBER_OBJECT,
    MEMBER_CHAR,
    MEMBER_BYTE,
    MEMBER_UBYTE,
    MEMBER_USHORT,
    MEMBER_UINT,
    MEMBER_ULONG,
    MEMBER_STRING_INPLACE,
    MEMBER_BOOL,
    MEMBER_OBJECT_EX = 16,
    MEMBER_LONGLONG,
    MEMBER_ULONGLONG,
    MEMBER_PYSSIZET
};

static const struct {
    uint8_t width;
    bool is_signed;
} integers[] = {
    [MEMBER_SHORT] = { 2, true },    [MEMBER_INT] = { 4, true },
    [MEMBER_LONG] = { 8, true },     [MEMBER_BYTE] = { 1, true },
    [MEMBER_UBYTE] = { 1, false },   [MEMBER_USHORT] = { 2, false },
    [MEMBER_UINT] = { 4, false },    [MEMBER_ULONG] = { 8, false },
    [MEMBER_LONGLONG] = { 8, true }, [MEMBER_ULONGLONG] = { 8, false },
    [MEMBER_PYSSIZET] = { 8, true }, [MEMBER_BOOL] = { 1, false },
};

enum { MEMBER_TYPES = sizeof(integers) / sizeof(integers[0]) };

static enum hn_status
make_value(const struct hn_lookup *lookup, const char *type, const char *repr,
           struct hn_found *ret)
{
    struct hn_value *value = hn_arena_alloc(lookup->arena, sizeof(*value));

    if (!value || !repr)
        return hn_fail(lookup->rt->py.err, HN_E_NOMEM, 0, "no memory for a value");
    *value = (struct hn_value){ .type = type, .repr = repr };
    *ret = (struct hn_found){ .made = value };
    return HN_OK;
}

static enum hn_status
load_integer(const struct hn_lookup *lookup, hn_addr at, unsigned type,
             struct hn_found *ret)
{
    unsigned unused_bits = 64 - integers[type].width * 8u;
    uint64_t bits = 0;
    const char *repr;
    enum hn_status st =
        hn_target_read(lookup->rt->py.target, at, &bits, integers[type].width);

    if (st)
        return st;
    if (type == MEMBER_BOOL)
        return make_value(lookup, "bool", bits ? "True" : "False", ret);
    if (integers[type].is_signed)
        repr = hn_arena_format(lookup->arena, "%" PRId64,
                               (int64_t)(bits << unused_bits) >> unused_bits);
    else
        repr = hn_arena_format(lookup->arena, "%" PRIu64, bits);
    return make_value(lookup, "int", repr, ret);
}

/* The C field of @object that the member descriptor @descriptor stands for. HN_DONE for
 * a slot that holds nothing. */
static enum hn_status
load_member(const struct hn_lookup *lookup, hn_addr object, hn_addr descriptor,
            struct hn_found *ret)
{
    struct hn_python *py = &lookup->rt->py;
    hn_addr definition, offset;
    uint32_t type;
    enum hn_status st =
        hn_field_read(py, HN_MEMBER_DEFINITION, descriptor, &definition);

    if (!st)
        st = hn_target_read_u32(py->target, definition + MEMBER_TYPE, &type);
    if (!st)
        st = hn_target_read_u64(py->target, definition + MEMBER_OFFSET, &offset);
    if (st)
        return st;
    if (type < MEMBER_TYPES && integers[type].width)
        return load_integer(lookup, object + offset, type, ret);
    if (type != MEMBER_OBJECT && type != MEMBER_OBJECT_EX)
        return hn_fail(py->err, HN_E_UNSUPPORTED, descriptor,
                       "the attribute is a C field of a kind that is not shown");
    *ret = (struct hn_found){ 0 };
    st = hn_target_read_u64(py->target, object + offset, &ret->bits);
    return !st && ret->bits == 0 ? HN_DONE : st;
}

/* --- attributes that C code computes, where we know how */

static const struct computed {
    const char *name;
    uint64_t flag;    /* of tp_flags; or 0 and... */
    const char *type; /* ...tp_name */
    enum hn_field field;
} computed[] = {
    { "args", FLAG_EXCEPTION, NULL, HN_EXCEPTION_ARGS },
    { "__cause__", FLAG_EXCEPTION, NULL, HN_EXCEPTION_CAUSE },
    { "__context__", FLAG_EXCEPTION, NULL, HN_EXCEPTION_CONTEXT },
    { "__traceback__", FLAG_EXCEPTION, NULL, HN_EXCEPTION_TRACEBACK },
    { "__code__", 0, "function", HN_FUNCTION_CODE },
    { "__qualname__", 0, "function", HN_FUNCTION_QUALNAME },
    { "__bases__", HN_TPFLAG_TYPE, NULL, HN_TYPE_BASES },
    { "cell_contents", 0, "cell", HN_CELL_VALUE },
};

static enum hn_status
find_computed(const struct hn_lookup *lookup, hn_addr object, uint64_t flags,
              const char *name, struct hn_found *ret)
{
    struct hn_python *py = &lookup->rt->py;

    for (size_t i = 0; i < sizeof(computed) / sizeof(computed[0]); i++) {
        const struct computed *c = &computed[i];
        enum hn_status st;

        if (strcmp(c->name, name) != 0 || (c->flag && !(flags & c->flag))
            || (c->type && !hn_object_is(py, object, c->type)))
            continue;
        *ret = (struct hn_found){ 0 };
        st = hn_field_read(py, c->field, object, &ret->bits);
        if (st || ret->bits)
            return st;
        return make_value(lookup, "NoneType", "None", ret);
    }
    return HN_DONE;
}

/* --- the search */

enum descriptor { PLAIN, MEMBER, GETSET, PROPERTY, STATIC };

static enum descriptor
descriptor_of(const struct hn_lookup *lookup, hn_addr object)
{
    static const struct {
        const char *name;
        enum descriptor is;
    } names[] = { { "member_descriptor", MEMBER },
                  { "getset_descriptor", GETSET },
                  { "property", PROPERTY },
                  { "staticmethod", STATIC } };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (hn_object_is(&lookup->rt->py, object, names[i].name))
            return names[i].is;
    return PLAIN;
}

/* A field of a namedtuple: its class knows the place by a descriptor in C, and the
 * names by the tuple _fields. */
static enum hn_status
find_named_item(const struct hn_lookup *lookup, hn_addr object, hn_addr type,
                const char *name, struct hn_found *ret)
{
    struct hn_python *py = &lookup->rt->py;
    const hn_addr *names, *items;
    size_t names_count, items_count;
    hn_addr fields;
    enum hn_status st = find_in_classes(lookup, type, "_fields", &fields);

    if (!st)
        st =
            hn_items_load(py, fields, HN_MRO_MOST, lookup->arena, &names, &names_count);
    if (!st)
        st =
            hn_items_load(py, object, HN_MRO_MOST, lookup->arena, &items, &items_count);
    for (size_t i = 0; !st && i < names_count && i < items_count; i++) {
        const char *field;

        st = hn_str_load(py, names[i], MAX_NAME, lookup->arena, &field, NULL, NULL);
        if (st || strcmp(field, name) != 0)
            continue;
        *ret = (struct hn_found){ .bits = items[i] };
        return HN_OK;
    }
    return st ? st : HN_DONE;
}

/* What a class attribute means for @object. */
static enum hn_status
take_class_attribute(const struct hn_lookup *lookup, hn_addr object, hn_addr attribute,
                     struct hn_found *ret)
{
    *ret = (struct hn_found){ .bits = attribute };
    switch (descriptor_of(lookup, attribute)) {
    case MEMBER: return load_member(lookup, object, attribute, ret);
    case STATIC:
        return hn_field_read(&lookup->rt->py, HN_STATICMETHOD_CALLABLE, attribute,
                             &ret->bits);
    case GETSET:
    case PROPERTY:
    case PLAIN: break;
    }
    return HN_OK;
}

static enum hn_status
find_in_object(const struct hn_lookup *lookup, hn_addr object, hn_addr type,
               uint64_t flags, const char *name, struct hn_found *ret)
{
    enum hn_status st;

    *ret = (struct hn_found){ 0 };
    if (flags & HN_TPFLAG_TYPE)
        return find_in_classes(lookup, object, name, &ret->bits);
    st = hn_instance_find(&lookup->rt->py, object, name, &ret->bits);
    if (st != HN_DONE)
        return st;
    if (flags & HN_TPFLAG_TUPLE)
        return find_named_item(lookup, object, type, name, ret);
    return HN_DONE;
}

static bool
is_of_class_first(enum descriptor kind)
{
    return kind == MEMBER || kind == GETSET || kind == PROPERTY;
}

enum hn_status
hn_attribute_find(const struct hn_lookup *lookup, hn_addr object, const char *name,
                  struct hn_found *ret)
{
    struct hn_python *py = &lookup->rt->py;
    hn_addr type, attribute = 0;
    uint64_t flags;
    enum hn_status st = hn_object_flags(py, object, &type, &flags), of_class;

    if (st)
        return st;
    *ret = (struct hn_found){ .bits = type };
    if (strcmp(name, "__class__") == 0)
        return HN_OK;
    if (strcmp(name, "__dict__") == 0 && flags & HN_TPFLAG_TYPE)
        return hn_type_namespace(lookup, object, &ret->bits);
    st = find_computed(lookup, object, flags, name, ret);
    if (st != HN_DONE)
        return st;
    of_class = find_in_classes(lookup, type, name, &attribute);
    if (of_class == HN_OK && is_of_class_first(descriptor_of(lookup, attribute))
        && !(flags & HN_TPFLAG_TYPE))
        return take_class_attribute(lookup, object, attribute, ret);
    st = find_in_object(lookup, object, type, flags, name, ret);
    if (st != HN_DONE || of_class != HN_OK)
        return st == HN_DONE ? of_class : st;
    return take_class_attribute(lookup, object, attribute, ret);
}

/* --- names */

static enum hn_status
each_key(const struct hn_lookup *lookup, struct hn_dict_iter *it,
         void (*each)(void *arg, const char *name), void *arg)
{
    struct hn_python *py = &lookup->rt->py;
    enum hn_status st;
    hn_addr key, value, type;
    uint64_t flags;

    while ((st = hn_dict_iter_next(it, &key, &value)) == HN_OK) {
        const char *name;

        st = hn_object_flags(py, key, &type, &flags);
        if (!st && !(flags & HN_TPFLAG_UNICODE))
            continue;
        if (!st)
            st = hn_str_load(py, key, MAX_NAME, lookup->arena, &name, NULL, NULL);
        if (st)
            return st;
        each(arg, name);
    }
    return st;
}

static void
each_of_dict(const struct hn_lookup *lookup, hn_addr dict,
             void (*each)(void *arg, const char *name), void *arg)
{
    struct hn_dict_iter it;

    if (hn_dict_iter_init(&lookup->rt->py, dict, &it) == HN_OK
        && each_key(lookup, &it, each, arg) != HN_DONE)
        return; /* near words are a courtesy: what was found will do */
}

void
hn_attribute_names(const struct hn_lookup *lookup, hn_addr object,
                   void (*each)(void *arg, const char *name), void *arg)
{
    struct hn_python *py = &lookup->rt->py;
    struct hn_dict_iter it;
    const hn_addr *classes;
    hn_addr type, dict;
    uint64_t flags;
    size_t count;

    if (hn_object_flags(py, object, &type, &flags))
        return;
    if (hn_instance_iter_init(py, object, &it) == HN_OK
        && each_key(lookup, &it, each, arg) != HN_DONE)
        return;
    if (load_mro(lookup, flags & HN_TPFLAG_TYPE ? object : type, &classes, &count))
        return;
    for (size_t i = 0; i < count; i++)
        if (hn_type_namespace(lookup, classes[i], &dict) == HN_OK)
            each_of_dict(lookup, dict, each, arg);
}

void
hn_item_names(const struct hn_lookup *lookup, hn_addr object,
              void (*each)(void *arg, const char *name), void *arg)
{
    each_of_dict(lookup, object, each, arg);
}
