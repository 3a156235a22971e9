/* Functions, methods, partial objects.
 *
 * CPython: Objects/{funcobject,methodobject,classobject}.c,
 * Modules/_functoolsmodule.c. */
#include <string.h>

#include "objects/shower.h"

/* Arguments that one partial object may carry. */
enum { ARGS_MOST = 1 << 16 };

/* <function shop.f at 0x...> */
static enum hn_status
show_function(struct hn_show *show, const struct hn_object *object)
{
    hn_addr qualname;
    enum hn_status st = hn_field_read(hn_show_python(show), HN_FUNCTION_QUALNAME,
                                      object->at, &qualname);

    if (st)
        return st;
    hn_show_puts(show, "<function ");
    st = hn_show_str(show, qualname);
    hn_show_puts(show, " at ");
    hn_show_addr(show, object->at);
    hn_show_puts(show, ">");
    return st;
}

/* A builtin: the name in its PyMethodDef, whose first word it is. */
static enum hn_status
put_builtin_name(struct hn_show *show, const struct hn_record *builtin)
{
    hn_addr name;
    enum hn_status st =
        hn_target_read_u64(hn_show_python(show)->target,
                           hn_record_u64(builtin, HN_CFUNCTION_METHOD), &name);

    return st ? st : hn_show_cstring(show, name);
}

/* Whether a builtin is a function of a module, or of nothing, rather than a method. */
static bool
is_free(struct hn_show *show, const struct hn_record *builtin)
{
    hn_addr self = hn_record_u64(builtin, HN_CFUNCTION_SELF);

    return self == 0 || hn_object_is(hn_show_python(show), self, "module");
}

static enum hn_status
show_builtin(struct hn_show *show, const struct hn_object *object)
{
    struct hn_record rec;
    hn_addr self;
    enum hn_status st =
        hn_record_load(hn_show_python(show), HN_STRUCT_CFUNCTION, object->at, &rec);

    if (st)
        return st;
    self = hn_record_u64(&rec, HN_CFUNCTION_SELF);
    if (is_free(show, &rec)) {
        hn_show_puts(show, "<built-in function ");
        st = put_builtin_name(show, &rec);
        hn_show_puts(show, ">");
        return st;
    }
    hn_show_puts(show, "<built-in method ");
    st = put_builtin_name(show, &rec);
    hn_show_puts(show, " of ");
    if (!st)
        st = hn_show_type_of(show, self);
    hn_show_puts(show, " object at ");
    hn_show_addr(show, self);
    hn_show_puts(show, ">");
    return st;
}

/* __qualname__ of a builtin: "len", "list.append". */
static enum hn_status
put_builtin_qualname(struct hn_show *show, hn_addr function)
{
    struct hn_record rec;
    enum hn_status st =
        hn_record_load(hn_show_python(show), HN_STRUCT_CFUNCTION, function, &rec);

    if (!st && !is_free(show, &rec)) {
        st = hn_show_type_of(show, hn_record_u64(&rec, HN_CFUNCTION_SELF));
        hn_show_puts(show, ".");
    }
    return st ? st : put_builtin_name(show, &rec);
}

/* What a bound method calls its function: its __qualname__, or "?". */
static enum hn_status
put_qualname(struct hn_show *show, hn_addr function)
{
    struct hn_python *py = hn_show_python(show);
    hn_addr qualname;
    enum hn_status st;

    if (hn_object_is(py, function, "builtin_function_or_method"))
        return put_builtin_qualname(show, function);
    if (!hn_object_is(py, function, "function")) {
        hn_show_puts(show, "?");
        return HN_OK;
    }
    st = hn_field_read(py, HN_FUNCTION_QUALNAME, function, &qualname);
    return st ? st : hn_show_str(show, qualname);
}

/* <bound method Item.price of <shop.Item object at 0x...>> */
static enum hn_status
show_method(struct hn_show *show, const struct hn_object *object)
{
    struct hn_record rec;
    enum hn_status st =
        hn_record_load(hn_show_python(show), HN_STRUCT_METHOD, object->at, &rec);

    if (st)
        return st;
    hn_show_puts(show, "<bound method ");
    st = put_qualname(show, hn_record_u64(&rec, HN_METHOD_FUNCTION));
    hn_show_puts(show, " of ");
    hn_show_object(show, hn_record_u64(&rec, HN_METHOD_SELF));
    hn_show_puts(show, ">");
    return st;
}

/* <method-wrapper '__add__' of int object at 0x...> */
static enum hn_status
show_method_wrapper(struct hn_show *show, const struct hn_object *object)
{
    struct hn_python *py = hn_show_python(show);
    struct hn_record rec;
    hn_addr name, self = 0;
    enum hn_status st = hn_record_load(py, HN_STRUCT_WRAPPER, object->at, &rec);

    if (!st)
        st = hn_field_read(py, HN_DESCRIPTOR_NAME,
                           hn_record_u64(&rec, HN_WRAPPER_DESCRIPTOR), &name);
    if (st)
        return st;
    self = hn_record_u64(&rec, HN_WRAPPER_SELF);
    hn_show_puts(show, "<method-wrapper '");
    st = hn_show_str(show, name);
    hn_show_puts(show, "' of ");
    if (!st)
        st = hn_show_type_of(show, self);
    hn_show_puts(show, " object at ");
    hn_show_addr(show, self);
    hn_show_puts(show, ">");
    return st;
}

static enum hn_status
put_args(struct hn_show *show, hn_addr args)
{
    const hn_addr *items;
    size_t count;
    uint64_t shown;
    enum hn_status st = hn_items_load(hn_show_python(show), args, ARGS_MOST,
                                      hn_show_arena(show), &items, &count);

    if (st)
        return st;
    shown = hn_show_limit(show, count);
    for (uint64_t i = 0; i < shown; i++) {
        hn_show_puts(show, ", ");
        hn_show_object(show, items[i]);
    }
    if (shown == 0 && count > 0)
        hn_show_puts(show, ", ");
    hn_show_more(show, shown, count);
    return HN_OK;
}

static enum hn_status
put_keywords(struct hn_show *show, hn_addr keywords)
{
    uint64_t count;
    enum hn_status st;

    if (hn_object_is(hn_show_python(show), keywords, "NoneType"))
        return HN_OK;
    st = hn_show_dict_count(show, keywords, &count);
    if (st || count == 0)
        return st;
    hn_show_puts(show, ", ");
    return hn_show_names(show, keywords);
}

/* functools.partial(<function f at 0x...>, 1, key=2) */
static enum hn_status
show_partial(struct hn_show *show, const struct hn_object *object)
{
    struct hn_record rec;
    bool full;
    enum hn_status st =
        hn_record_load(hn_show_python(show), HN_STRUCT_PARTIAL, object->at, &rec);

    if (st)
        return st;
    full = hn_show_python(show)->layout.formats.class_naming == HN_CLASS_NAMING_FULL;
    hn_show_name(show, full ? object->type->name : object->type->tp_name);
    hn_show_puts(show, "(");
    hn_show_object(show, hn_record_u64(&rec, HN_PARTIAL_FUNCTION));
    st = put_args(show, hn_record_u64(&rec, HN_PARTIAL_ARGS));
    if (!st)
        st = put_keywords(show, hn_record_u64(&rec, HN_PARTIAL_KEYWORDS));
    hn_show_puts(show, ")");
    return st;
}

const struct hn_shower hn_showers_callable[] = {
    { "function", show_function, HN_SHOWER_LEAF, NULL },
    { "builtin_function_or_method", show_builtin, HN_SHOWER_LEAF, NULL },
    { "method", show_method, 0, NULL },
    { "method-wrapper", show_method_wrapper, HN_SHOWER_LEAF, NULL },
    { "functools.partial", show_partial, 0, "..." },
    { NULL, NULL, 0, NULL },
};
