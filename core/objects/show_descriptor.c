/* What stands in classes: slot wrappers, methods, attributes of C types; class and
 * static methods; super.
 *
 * CPython: Objects/descrobject.c, classmethod and staticmethod in funcobject.c. */
#include "objects/shower.h"

/* "<method 'append' of 'list' objects>" with @what for "method". */
static enum hn_status
put_descriptor(struct hn_show *show, const struct hn_object *object, const char *what)
{
    const struct hn_type *type;
    struct hn_record rec;
    enum hn_status st =
        hn_record_load(hn_show_python(show), HN_STRUCT_DESCRIPTOR, object->at, &rec);

    if (!st)
        st = hn_types_find(hn_show_types(show), hn_record_u64(&rec, HN_DESCRIPTOR_TYPE),
                           &type);
    if (st)
        return st;
    hn_show_printf(show, "<%s '", what);
    st = hn_show_str(show, hn_record_u64(&rec, HN_DESCRIPTOR_NAME));
    hn_show_puts(show, "' of '");
    hn_show_name(show, type->tp_name);
    hn_show_puts(show, "' objects>");
    return st;
}

static enum hn_status
show_slot_wrapper(struct hn_show *show, const struct hn_object *object)
{
    return put_descriptor(show, object, "slot wrapper");
}

static enum hn_status
show_method_descriptor(struct hn_show *show, const struct hn_object *object)
{
    return put_descriptor(show, object, "method");
}

/* What all classes share belongs to none of them. */
static bool
is_shared(struct hn_show *show, const struct hn_object *object)
{
    struct hn_python *py = hn_show_python(show);
    const struct hn_type *type;
    hn_addr at;

    return py->layout.formats.getset == HN_GETSET_SHARED
           && hn_field_read(py, HN_DESCRIPTOR_TYPE, object->at, &at) == HN_OK
           && hn_types_find(hn_show_types(show), at, &type) == HN_OK && type->base == 0;
}

static enum hn_status
show_getset(struct hn_show *show, const struct hn_object *object)
{
    hn_addr name;
    enum hn_status st;

    if (is_shared(show, object)) {
        st = hn_field_read(hn_show_python(show), HN_DESCRIPTOR_NAME, object->at, &name);
        if (st)
            return st;
        hn_show_puts(show, "<attribute '");
        st = hn_show_str(show, name);
        hn_show_puts(show, "'>");
        return st;
    }
    return put_descriptor(show, object, "attribute");
}

static enum hn_status
show_member(struct hn_show *show, const struct hn_object *object)
{
    return put_descriptor(show, object, "member");
}

/* Since 3.10; before, both are plain objects to repr(). */
static enum hn_status
put_wrapped(struct hn_show *show, const struct hn_object *object, enum hn_field field,
            const char *what)
{
    hn_addr callable;
    enum hn_status st =
        hn_field_read(hn_show_python(show), field, object->at, &callable);

    if (st)
        return st;
    hn_show_printf(show, "<%s(", what);
    hn_show_object(show, callable);
    hn_show_puts(show, ")>");
    return HN_OK;
}

static enum hn_status
show_classmethod(struct hn_show *show, const struct hn_object *object)
{
    return put_wrapped(show, object, HN_CLASSMETHOD_CALLABLE, "classmethod");
}

static enum hn_status
show_staticmethod(struct hn_show *show, const struct hn_object *object)
{
    return put_wrapped(show, object, HN_STATICMETHOD_CALLABLE, "staticmethod");
}

static enum hn_status
put_tp_name(struct hn_show *show, hn_addr type)
{
    const struct hn_type *found;
    enum hn_status st = hn_types_find(hn_show_types(show), type, &found);

    if (!st)
        hn_show_name(show, found->tp_name);
    return st;
}

/* <super: <class 'A'>, <B object>> */
static enum hn_status
show_super(struct hn_show *show, const struct hn_object *object)
{
    struct hn_record rec;
    hn_addr type, object_type;
    enum hn_status st =
        hn_record_load(hn_show_python(show), HN_STRUCT_SUPER, object->at, &rec);

    if (st)
        return st;
    type = hn_record_u64(&rec, HN_SUPER_TYPE);
    object_type = hn_record_u64(&rec, HN_SUPER_OBJECT_TYPE);
    hn_show_puts(show, "<super: <class '");
    if (type)
        st = put_tp_name(show, type);
    else
        hn_show_puts(show, "NULL");
    hn_show_puts(show, "'>, ");
    if (st || !object_type) {
        hn_show_puts(show, "NULL>");
        return st;
    }
    hn_show_puts(show, "<");
    st = put_tp_name(show, object_type);
    hn_show_puts(show, " object>>");
    return st;
}

const struct hn_shower hn_showers_descriptor[] = {
    { "wrapper_descriptor", show_slot_wrapper, HN_SHOWER_LEAF, NULL },
    { "method_descriptor", show_method_descriptor, HN_SHOWER_LEAF, NULL },
    { "classmethod_descriptor", show_method_descriptor, HN_SHOWER_LEAF, NULL },
    { "getset_descriptor", show_getset, HN_SHOWER_LEAF, NULL },
    { "member_descriptor", show_member, HN_SHOWER_LEAF, NULL },
    { "classmethod", show_classmethod, 0, NULL },
    { "staticmethod", show_staticmethod, 0, NULL },
    { "super", show_super, HN_SHOWER_LEAF, NULL },
    { NULL, NULL, 0, NULL },
};
