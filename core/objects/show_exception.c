/* Exceptions: the class's name and the arguments it was made with.
 *
 * CPython: BaseException_repr, BaseExceptionGroup_repr in Objects/exceptions.c. */
#include "objects/shower.h"

/* An exception with more has been given a list by mistake. */
enum { ARGS_MOST = 1 << 16 };

/* ValueError('x'); with none or several arguments they are shown as a tuple is. */
static enum hn_status
show_exception(struct hn_show *show, const struct hn_object *object)
{
    struct hn_python *py = hn_show_python(show);
    const hn_addr *items;
    size_t count;
    hn_addr args;
    enum hn_status st = hn_field_read(py, HN_EXCEPTION_ARGS, object->at, &args);

    if (!st)
        st = hn_items_load(py, args, ARGS_MOST, hn_show_arena(show), &items, &count);
    if (st)
        return st;
    hn_show_name(show, hn_type_short_name(object->type));
    if (count != 1) {
        hn_show_object(show, args);
        return HN_OK;
    }
    hn_show_puts(show, "(");
    hn_show_object(show, items[0]);
    hn_show_puts(show, ")");
    return HN_OK;
}

/* What name and path an ImportError was given comes behind its arguments (3.15). */
static void
put_keyword(struct hn_show *show, const char *name, hn_addr value, bool *first)
{
    if (value == 0 || hn_object_is(hn_show_python(show), value, "NoneType"))
        return;
    hn_show_printf(show, "%s%s=", *first ? "" : ", ", name);
    hn_show_object(show, value);
    *first = false;
}

static enum hn_status
show_import_error(struct hn_show *show, const struct hn_object *object)
{
    struct hn_python *py = hn_show_python(show);
    const hn_addr *items;
    size_t count;
    hn_addr args, name, path = 0;
    bool first;
    enum hn_status st = hn_field_read(py, HN_EXCEPTION_ARGS, object->at, &args);

    if (!st)
        st = hn_field_read(py, HN_IMPORTERROR_NAME, object->at, &name);
    if (!st)
        st = hn_field_read(py, HN_IMPORTERROR_PATH, object->at, &path);
    if (!st)
        st = hn_items_load(py, args, ARGS_MOST, hn_show_arena(show), &items, &count);
    if (st)
        return st;
    hn_show_name(show, hn_type_short_name(object->type));
    hn_show_puts(show, "(");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            hn_show_puts(show, ", ");
        hn_show_object(show, items[i]);
    }
    first = count == 0;
    put_keyword(show, "name", name, &first);
    put_keyword(show, "path", path, &first);
    hn_show_puts(show, ")");
    return HN_OK;
}

/* Whether the second argument of a group was a list; the group itself has a tuple. */
static bool
was_list(struct hn_show *show, const struct hn_record *group)
{
    struct hn_python *py = hn_show_python(show);
    const hn_addr *args;
    size_t count;
    hn_addr at;

    return hn_field_read(py, HN_EXCEPTION_ARGS, group->addr, &at) == HN_OK
           && hn_items_load(py, at, ARGS_MOST, hn_show_arena(show), &args, &count)
                  == HN_OK
           && count == 2 && hn_object_is(py, args[1], "list");
}

static enum hn_status
put_list(struct hn_show *show, hn_addr tuple)
{
    struct hn_python *py = hn_show_python(show);
    const hn_addr *items;
    size_t count;
    enum hn_status st =
        hn_items_load(py, tuple, ARGS_MOST, hn_show_arena(show), &items, &count);

    if (st)
        return st;
    hn_show_puts(show, "[");
    st = hn_show_array(show, hn_field_addr(py, HN_TUPLE_ITEMS, tuple), count);
    hn_show_puts(show, "]");
    return st;
}

/* A group made of anything but a list or tuple keeps what that looked like. */
static enum hn_status
show_group(struct hn_show *show, const struct hn_object *object)
{
    struct hn_record rec;
    hn_addr text, exceptions;
    enum hn_status st =
        hn_record_load(hn_show_python(show), HN_STRUCT_GROUP, object->at, &rec);

    if (st)
        return st;
    text = hn_record_u64_or_0(&rec, HN_GROUP_EXCEPTIONS_TEXT);
    exceptions = hn_record_u64(&rec, HN_GROUP_EXCEPTIONS);
    hn_show_name(show, hn_type_short_name(object->type));
    hn_show_puts(show, "(");
    hn_show_object(show, hn_record_u64(&rec, HN_GROUP_MESSAGE));
    hn_show_puts(show, ", ");
    if (text)
        st = hn_show_str(show, text);
    else if (was_list(show, &rec))
        st = put_list(show, exceptions);
    else
        hn_show_object(show, exceptions);
    hn_show_puts(show, ")");
    return st;
}

const struct hn_shower hn_showers_exception[] = {
    { "BaseException", show_exception, 0, NULL },
    { "ImportError", show_import_error, 0, NULL },
    { "BaseExceptionGroup", show_group, 0, NULL },
    { NULL, NULL, 0, NULL },
};
