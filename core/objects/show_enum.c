/* Enums, flags, and their classes. CPython: Lib/enum.py. */
#include <string.h>

#include "objects/shower.h"

/* Flags have a member per bit; enums of thousands exist. */
enum { MEMBERS_MOST = 1 << 16 };

struct member {
    hn_addr name, value; /* name: 0 when it is None */
};

static enum hn_status
load_member(struct hn_show *show, hn_addr object, struct member *ret)
{
    struct hn_python *py = hn_show_python(show);
    enum hn_status st = hn_instance_find(py, object, "_value_", &ret->value);

    if (!st)
        st = hn_instance_find(py, object, "_name_", &ret->name);
    if (!st && hn_object_is(py, ret->name, "NoneType"))
        ret->name = 0;
    if (st == HN_DONE)
        st = hn_fail(py->err, HN_E_CORRUPT, object, "enum member without a name");
    return st;
}

/* <Color.RED: 1> */
static enum hn_status
show_member(struct hn_show *show, const struct hn_object *object)
{
    struct member member;
    enum hn_status st = load_member(show, object->at, &member);

    if (st)
        return st;
    hn_show_puts(show, "<");
    hn_show_name(show, hn_type_short_name(object->type));
    if (member.name) {
        hn_show_puts(show, ".");
        st = hn_show_str(show, member.name);
    }
    hn_show_puts(show, ": ");
    hn_show_object(show, member.value);
    hn_show_puts(show, ">");
    return st;
}

/* A name made of several bits has had one since 3.11; before, it is put together of
 * the members that the value holds, the largest first. */
struct part {
    int64_t value;
    hn_addr name;
};

static void
insert(struct part *parts, size_t *count, struct part new)
{
    size_t i = (*count)++;

    for (; i > 0 && parts[i - 1].value < new.value; i--)
        parts[i] = parts[i - 1];
    parts[i] = new;
}

/* A single bit counts without a name, but not in a negative value. */
static bool
is_part(const struct part *part, int64_t value)
{
    bool single = part->value > 0 && (part->value & (part->value - 1)) == 0;

    return part->value != 0 && (value & part->value) == part->value
           && (part->name || (single && value >= 0));
}

/* The members of the class whose bits are all in @value, the largest first. */
static enum hn_status
find_parts(struct hn_show *show, const struct hn_type *class, int64_t value,
           struct part **ret, size_t *count_ret)
{
    struct hn_python *py = hn_show_python(show);
    struct part *parts;
    struct hn_dict_iter it;
    hn_addr map, key, at;
    uint64_t most;
    enum hn_status st =
        hn_types_lookup(hn_show_types(show), class, "_value2member_map_", &map);

    if (!st)
        st = hn_show_dict_count(show, map, &most);
    if (!st)
        st = hn_dict_iter_init(py, map, &it);
    if (st)
        return st;
    if (most > MEMBERS_MOST)
        most = MEMBERS_MOST;
    parts = hn_arena_array(hn_show_arena(show), most + 1, sizeof *parts);
    if (!parts)
        return hn_fail(py->err, HN_E_NOMEM, 0, "no memory for flags");
    *count_ret = 0;
    while (*count_ret < most && (st = hn_dict_iter_next(&it, &key, &at)) == HN_OK) {
        struct member member;
        struct part part;

        if (load_member(show, at, &member) != HN_OK
            || hn_int_load(py, member.value, &part.value) != HN_OK)
            continue;
        part.name = member.name;
        if (is_part(&part, value))
            insert(parts, count_ret, part);
    }
    *ret = parts;
    return st == HN_DONE ? HN_OK : st;
}

/* As enum._decompose() does: what covers the whole alone is no part of it. */
static enum hn_status
put_parts(struct hn_show *show, const struct hn_type *class, int64_t value)
{
    struct part *parts = NULL;
    size_t count = 0, first = 0;
    enum hn_status st = find_parts(show, class, value, &parts, &count);

    if (st)
        return st;
    if (count == 0)
        hn_show_printf(show, "%lld", (long long)value);
    if (count > 1 && parts[0].value == value)
        first = 1;
    for (size_t i = first; !st && i < count; i++) {
        if (i > first)
            hn_show_puts(show, "|");
        if (parts[i].name)
            st = hn_show_str(show, parts[i].name);
        else
            hn_show_printf(show, "%lld", (long long)parts[i].value);
    }
    return st;
}

/* <Perm.R: 4>; <Perm: 0> since 3.11 and <Perm.0: 0> before. */
static enum hn_status
show_flag(struct hn_show *show, const struct hn_object *object)
{
    struct member member;
    int64_t value;
    enum hn_status st = load_member(show, object->at, &member);

    if (st)
        return st;
    if (member.name || hn_show_python(show)->layout.formats.flag == HN_FLAG_NAMED
        || hn_int_load(hn_show_python(show), member.value, &value) != HN_OK)
        return show_member(show, object);
    hn_show_puts(show, "<");
    hn_show_name(show, hn_type_short_name(object->type));
    hn_show_puts(show, ".");
    st = put_parts(show, object->type, value);
    hn_show_puts(show, ": ");
    hn_show_object(show, member.value);
    hn_show_puts(show, ">");
    return st;
}

/* Since 3.11 (enum.global_enum): socket.AF_INET, for enums whose members are their
 * module's as well. */
static enum hn_status
show_global(struct hn_show *show, const struct hn_object *object)
{
    const char *dot = strrchr(object->type->module, '.');
    struct member member;
    enum hn_status st = load_member(show, object->at, &member);

    if (st)
        return st;
    hn_show_name(show, dot ? dot + 1 : object->type->module);
    hn_show_puts(show, ".");
    if (member.name)
        return hn_show_str(show, member.name);
    hn_show_name(show, hn_type_short_name(object->type));
    hn_show_puts(show, "(");
    hn_show_object(show, member.value);
    hn_show_puts(show, ")");
    return HN_OK;
}

/* re.IGNORECASE|re.MULTILINE: each name with the module before it. */
static enum hn_status
show_global_flag(struct hn_show *show, const struct hn_object *object)
{
    const char *dot = strrchr(object->type->module, '.'), *names;
    const char *module = dot ? dot + 1 : object->type->module;
    struct member member;
    enum hn_status st = load_member(show, object->at, &member);

    if (!st && !member.name)
        return show_global(show, object);
    if (!st)
        st = hn_str_load(hn_show_python(show), member.name, 0, hn_show_arena(show),
                         &names, NULL, NULL);
    if (st)
        return st;
    for (;;) {
        size_t length = strcspn(names, "|");

        /* A rest without a name is a number, which belongs to no module. */
        if (*names < '0' || *names > '9') {
            hn_show_name(show, module);
            hn_show_puts(show, ".");
        }
        hn_text_put_escaped(hn_show_text(show), names, length);
        if (names[length] == '\0')
            return HN_OK;
        hn_show_puts(show, "|");
        names += length + 1;
    }
}

static bool
is_flag_class(struct hn_show *show, const struct hn_type *class)
{
    hn_addr unused;

    /* Flag alone defines what ~ does. */
    return hn_show_python(show)->layout.formats.flag == HN_FLAG_NAMED
           && hn_types_lookup(hn_show_types(show), class, "__invert__", &unused)
                  == HN_OK;
}

/* <enum 'Color'>, and since 3.11 <flag 'Perm'> */
static enum hn_status
show_class(struct hn_show *show, const struct hn_object *object)
{
    const struct hn_type *class;
    enum hn_status st = hn_types_find(hn_show_types(show), object->at, &class);

    if (st)
        return st;
    hn_show_puts(show, is_flag_class(show, class) ? "<flag '" : "<enum '");
    hn_show_name(show, hn_type_short_name(class));
    hn_show_puts(show, "'>");
    return HN_OK;
}

const struct hn_shower hn_showers_enum[] = {
    { "enum:Enum.__repr__", show_member, 0, NULL },
    { "enum:Flag.__repr__", show_flag, 0, NULL },
    { "enum:global_enum_repr", show_global, HN_SHOWER_LEAF, NULL },
    { "enum:global_flag_repr", show_global_flag, HN_SHOWER_LEAF, NULL },
    { "enum:EnumMeta.__repr__", show_class, HN_SHOWER_LEAF, NULL },
    { "enum:EnumType.__repr__", show_class, HN_SHOWER_LEAF, NULL },
    { NULL, NULL, 0, NULL },
};
