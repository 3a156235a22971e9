/* list[int], int | str: types that were subscripted or united.
 *
 * CPython: Objects/{genericaliasobject,unionobject}.c, _Py_typing_type_repr. */
#include "objects/shower.h"

/* Arguments of a generic type; Literal types may list many. */
enum { ARGS_MOST = 1 << 16 };

static enum hn_status
put_type(struct hn_show *show, hn_addr at)
{
    const struct hn_type *class;
    struct hn_python *py = hn_show_python(show);
    hn_addr type;
    uint64_t flags;
    enum hn_status st = hn_object_flags(py, at, &type, &flags);

    if (st)
        return hn_show_problem(show, at, st);
    if (hn_object_is(py, at, "ellipsis")) {
        hn_show_puts(show, "...");
        return HN_OK;
    }
    if (!(flags & HN_TPFLAG_TYPE)) {
        hn_show_object(show, at);
        return HN_OK;
    }
    st = hn_types_find(hn_show_types(show), at, &class);
    if (!st)
        hn_show_name(show, class->name);
    return st;
}

/* None stands for its type in a union. */
static enum hn_status
put_member(struct hn_show *show, hn_addr at)
{
    const struct hn_type *class;

    if (hn_types_find(hn_show_types(show), at, &class) == HN_OK
        && class->qualname[0] == 'N' && hn_shower_find(class->name)
        && hn_shower_find(class->name) == hn_shower_find("NoneType")) {
        hn_show_puts(show, "None");
        return HN_OK;
    }
    return put_type(show, at);
}

static enum hn_status
show_union(struct hn_show *show, const struct hn_object *object)
{
    struct hn_python *py = hn_show_python(show);
    const hn_addr *items;
    size_t count;
    uint64_t shown;
    hn_addr args;
    enum hn_status st = hn_field_read(py, HN_UNION_ARGS, object->at, &args);

    if (!st)
        st = hn_items_load(py, args, ARGS_MOST, hn_show_arena(show), &items, &count);
    if (st)
        return st;
    shown = hn_show_limit(show, count);
    for (uint64_t i = 0; !st && i < shown; i++) {
        if (i > 0)
            hn_show_puts(show, " | ");
        st = put_member(show, items[i]);
    }
    hn_show_more(show, shown, count);
    return st;
}

/* An argument in brackets: those of a ParamSpec are a list. */
static enum hn_status
put_argument(struct hn_show *show, hn_addr at)
{
    struct hn_python *py = hn_show_python(show);
    const hn_addr *items;
    size_t count;
    enum hn_status st = HN_OK;

    if (!hn_object_is(py, at, "list"))
        return put_type(show, at);
    st = hn_items_load(py, at, ARGS_MOST, hn_show_arena(show), &items, &count);
    if (st)
        return st;
    hn_show_puts(show, "[");
    for (size_t i = 0; !st && i < count; i++) {
        if (i > 0)
            hn_show_puts(show, ", ");
        st = put_type(show, items[i]);
    }
    hn_show_puts(show, "]");
    return st;
}

static enum hn_status
put_arguments(struct hn_show *show, hn_addr args)
{
    const hn_addr *items;
    size_t count;
    uint64_t shown;
    enum hn_status st = hn_items_load(hn_show_python(show), args, ARGS_MOST,
                                      hn_show_arena(show), &items, &count);

    if (st)
        return st;
    if (count == 0)
        hn_show_puts(show, "()");
    shown = hn_show_limit(show, count);
    for (uint64_t i = 0; !st && i < shown; i++) {
        if (i > 0)
            hn_show_puts(show, ", ");
        st = put_argument(show, items[i]);
    }
    hn_show_more(show, shown, count);
    return st;
}

static enum hn_status
show_alias(struct hn_show *show, const struct hn_object *object)
{
    struct hn_record rec;
    enum hn_status st =
        hn_record_load(hn_show_python(show), HN_STRUCT_ALIAS, object->at, &rec);

    if (st)
        return st;
    if (hn_record_u64_or_0(&rec, HN_ALIAS_STARRED))
        hn_show_puts(show, "*");
    st = put_type(show, hn_record_u64(&rec, HN_ALIAS_ORIGIN));
    hn_show_puts(show, "[");
    if (!st)
        st = put_arguments(show, hn_record_u64(&rec, HN_ALIAS_ARGS));
    hn_show_puts(show, "]");
    return st;
}

const struct hn_shower hn_showers_generic[] = {
    { "types.Union", show_union, 0, NULL },
    { "types.UnionType", show_union, 0, NULL },
    { "typing.Union", show_union, 0, NULL },
    { "types.GenericAlias", show_alias, 0, NULL },
    { NULL, NULL, 0, NULL },
};
