/* itemgetter, attrgetter and methodcaller of the operator module: objects of a few
 * words that CPython declares inside Modules/_operator.c. */
#include "objects/shower.h"

/* Arguments somebody wrote in one call. */
enum { ARGS_MOST = 1 << 16 };

/* operator.itemgetter(1), operator.itemgetter('a', 2): how many, then what. */
static enum hn_status
show_itemgetter(struct hn_show *show, const struct hn_object *object)
{
    uint64_t count;
    hn_addr item;
    enum hn_status st = hn_show_word(show, object, 0, &count);

    if (!st)
        st = hn_show_word(show, object, 1, &item);
    if (st)
        return st;
    hn_show_name(show, object->type->tp_name);
    if (count == 1)
        hn_show_puts(show, "(");
    hn_show_object(show, item);
    if (count == 1)
        hn_show_puts(show, ")");
    return HN_OK;
}

/* A dotted name is kept as a tuple of its parts. */
static enum hn_status
put_dotted(struct hn_show *show, hn_addr name)
{
    const hn_addr *parts;
    size_t count;
    enum hn_status st;

    if (!hn_object_is(hn_show_python(show), name, "tuple")) {
        hn_show_object(show, name);
        return HN_OK;
    }
    st = hn_items_load(hn_show_python(show), name, ARGS_MOST, hn_show_arena(show),
                       &parts, &count);
    if (st)
        return st;
    hn_show_puts(show, "'");
    for (size_t i = 0; !st && i < count; i++) {
        if (i > 0)
            hn_show_puts(show, ".");
        st = hn_show_str(show, parts[i]);
    }
    hn_show_puts(show, "'");
    return st;
}

static enum hn_status
show_attrgetter(struct hn_show *show, const struct hn_object *object)
{
    const hn_addr *names;
    uint64_t shown;
    size_t count;
    hn_addr tuple;
    enum hn_status st = hn_show_word(show, object, 1, &tuple);

    if (!st)
        st = hn_items_load(hn_show_python(show), tuple, ARGS_MOST, hn_show_arena(show),
                           &names, &count);
    if (st)
        return st;
    shown = hn_show_limit(show, count);
    hn_show_name(show, object->type->tp_name);
    hn_show_puts(show, "(");
    for (uint64_t i = 0; !st && i < shown; i++) {
        if (i > 0)
            hn_show_puts(show, ", ");
        st = put_dotted(show, names[i]);
    }
    hn_show_more(show, shown, count);
    hn_show_puts(show, ")");
    return st;
}

static enum hn_status
put_args(struct hn_show *show, hn_addr tuple)
{
    struct hn_python *py = hn_show_python(show);
    size_t first =
        py->layout.formats.methodcaller == HN_METHODCALLER_NAME_AND_ARGS ? 1 : 0;
    const hn_addr *args;
    uint64_t shown;
    size_t count;
    enum hn_status st =
        hn_items_load(py, tuple, ARGS_MOST, hn_show_arena(show), &args, &count);

    if (st)
        return st;
    shown = first + hn_show_limit(show, count - first);
    for (uint64_t i = first; i < shown && i < count; i++) {
        hn_show_puts(show, ", ");
        hn_show_object(show, args[i]);
    }
    if (shown < count) {
        hn_show_puts(show, ", ");
        hn_show_cut(show, count - shown);
    }
    return HN_OK;
}

/* operator.methodcaller('split', sep=','): the name, the arguments, the keywords. */
static enum hn_status
show_methodcaller(struct hn_show *show, const struct hn_object *object)
{
    hn_addr name, args = 0, keywords = 0;
    uint64_t count = 0;
    enum hn_status st = hn_show_word(show, object, 0, &name);

    if (!st)
        st = hn_show_word(show, object, 1, &args);
    if (!st)
        st = hn_show_word(show, object, 2, &keywords);
    if (!st && keywords)
        st = hn_show_dict_count(show, keywords, &count);
    if (st)
        return st;
    hn_show_name(show, object->type->tp_name);
    hn_show_puts(show, "(");
    hn_show_object(show, name);
    st = put_args(show, args);
    if (!st && count > 0) {
        hn_show_puts(show, ", ");
        st = hn_show_names(show, keywords);
    }
    hn_show_puts(show, ")");
    return st;
}

const struct hn_shower hn_showers_operator[] = {
    { "operator.itemgetter", show_itemgetter, 0, NULL },
    { "operator.attrgetter", show_attrgetter, 0, NULL },
    { "operator.methodcaller", show_methodcaller, 0, "..." },
    { NULL, NULL, 0, NULL },
};
