/* Dataclasses with the repr that the decorator wrote: Item(sku='A1', n=2).
 *
 * CPython: _repr_fn in Lib/dataclasses.py. The generated function is wrapped, against
 * recursion; the wrapper is what the class has as __repr__. */
#include <string.h>

#include "objects/slot.h"
#include "objects/shower.h"

/* A dataclass is written by hand, or made of a wide table. */
enum { FIELDS_MOST = 1 << 16 };

/* Whether the function inside the wrapper was made by exec(), rather than written. */
static bool
is_generated(struct hn_show *show, const struct hn_type *type)
{
    struct hn_python *py = hn_show_python(show);
    hn_addr dict, wrapped, code, file;
    const char *name;

    return hn_field_read(py, HN_FUNCTION_DICT, type->repr_function, &dict) == HN_OK
           && dict != 0 && hn_dict_find(py, dict, "__wrapped__", &wrapped) == HN_OK
           && hn_object_is(py, wrapped, "function")
           && hn_field_read(py, HN_FUNCTION_CODE, wrapped, &code) == HN_OK
           && hn_field_read(py, HN_CODE_FILENAME, code, &file) == HN_OK
           && hn_str_load(py, file, 16, hn_show_arena(show), &name, NULL, NULL) == HN_OK
           && strcmp(name, "<string>") == 0;
}

/* Whether the dataclasses.Field at @field is a field proper (no ClassVar, no InitVar)
 * and takes part in repr(). */
static enum hn_status
is_shown(struct hn_show *show, hn_addr field, bool *ret)
{
    struct hn_python *py = hn_show_python(show);
    struct hn_types *types = hn_show_types(show);
    const struct hn_type *type, *kind_type;
    hn_addr at, repr, kind, kind_name;
    const char *name;
    int64_t wanted;
    enum hn_status st = hn_object_type(py, field, &at);

    if (!st)
        st = hn_types_find(types, at, &type);
    if (!st)
        st = hn_types_attribute(types, field, type, "repr", &repr);
    if (!st)
        st = hn_int_load(py, repr, &wanted);
    if (!st)
        st = hn_types_attribute(types, field, type, "_field_type", &kind);
    if (!st)
        st = hn_object_type(py, kind, &at);
    if (!st)
        st = hn_types_find(types, at, &kind_type);
    if (!st)
        st = hn_types_attribute(types, kind, kind_type, "name", &kind_name);
    if (!st)
        st = hn_str_load(py, kind_name, 32, hn_show_arena(show), &name, NULL, NULL);
    if (!st)
        *ret = wanted && strcmp(name, "_FIELD") == 0;
    return st;
}

static enum hn_status
put_field(struct hn_show *show, const struct hn_object *object, hn_addr name)
{
    const char *text;
    hn_addr value;
    enum hn_status st = hn_str_load(hn_show_python(show), name, 0, hn_show_arena(show),
                                    &text, NULL, NULL);

    if (st)
        return st;
    hn_show_name(show, text);
    hn_show_puts(show, "=");
    st =
        hn_types_attribute(hn_show_types(show), object->at, object->type, text, &value);
    if (st == HN_DONE)
        hn_show_puts(show, "<unset>");
    else if (st)
        return hn_show_problem(show, object->at, st);
    else
        hn_show_object(show, value);
    return HN_OK;
}

static enum hn_status
put_fields(struct hn_show *show, const struct hn_object *object, hn_addr fields)
{
    struct hn_dict_iter it;
    hn_addr name, field;
    uint64_t count = 0;
    enum hn_status st = hn_dict_iter_init(hn_show_python(show), fields, &it);

    while (!st && (st = hn_dict_iter_next(&it, &name, &field)) == HN_OK) {
        bool shown = false;

        st = is_shown(show, field, &shown);
        if (st || !shown)
            continue;
        if (count++ >= hn_show_limit(show, FIELDS_MOST))
            continue;
        if (count > 1)
            hn_show_puts(show, ", ");
        st = put_field(show, object, name);
    }
    if (st != HN_DONE)
        return st;
    hn_show_more(show, hn_show_limit(show, count), count);
    return HN_OK;
}

static enum hn_status
show_dataclass(struct hn_show *show, const struct hn_object *object)
{
    hn_addr fields;
    enum hn_status st = hn_types_lookup(hn_show_types(show), object->type,
                                        "__dataclass_fields__", &fields);

    if (st == HN_DONE || (!st && !is_generated(show, object->type)))
        return hn_shower_of_instances()->show(show, object);
    if (st)
        return st;
    hn_show_name(show, object->type->qualname);
    hn_show_puts(show, "(");
    st = put_fields(show, object, fields);
    hn_show_puts(show, ")");
    return st;
}

const struct hn_shower hn_showers_dataclass[] = {
    { "dataclasses:wrapper", show_dataclass, 0, "..." },
    { "reprlib:wrapper", show_dataclass, 0, "..." },
    { NULL, NULL, 0, NULL },
};
