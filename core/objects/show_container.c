/* list, tuple, dict, set and their relatives: what repr() shows item by item.
 *
 * CPython: Objects/{listobject,tupleobject,dictobject,setobject,rangeobject,
 * sliceobject,descrobject}.c. */
#include <string.h>

#include "objects/dict.h"
#include "objects/shower.h"

/* A count above this is corrupt, not large: the pointers alone are 8 TB. */
#define COUNT_LIMIT (UINT64_C(1) << 40)

/* Of a named tuple: a row of a wide table. */
enum { FIELDS_MOST = 1 << 16 };

enum hn_status
hn_show_array(struct hn_show *show, hn_addr items, uint64_t count)
{
    struct hn_python *py = hn_show_python(show);
    uint64_t shown = hn_show_limit(show, count);
    hn_addr *objects = hn_arena_array(hn_show_arena(show), shown, sizeof *objects);
    enum hn_status st;

    if (!objects)
        return hn_fail(py->err, HN_E_NOMEM, 0, "no memory for items");
    st = hn_target_read(py->target, items, objects, shown * sizeof *objects);
    if (st)
        return hn_show_problem(show, items, st);
    for (uint64_t i = 0; i < shown; i++) {
        if (i > 0)
            hn_show_puts(show, ", ");
        hn_show_object(show, objects[i]);
    }
    hn_show_more(show, shown, count);
    return HN_OK;
}

/* ob_size of what has items. */
static enum hn_status
read_count(struct hn_show *show, hn_addr object, uint64_t *ret)
{
    struct hn_python *py = hn_show_python(show);
    uint64_t count;
    enum hn_status st = hn_field_read(py, HN_VAR_SIZE, object, &count);

    if (!st && count > COUNT_LIMIT)
        st = hn_fail(py->err, HN_E_CORRUPT, object, "impossible number of items");
    if (!st)
        *ret = count;
    return st;
}

static enum hn_status
show_list(struct hn_show *show, const struct hn_object *object)
{
    hn_addr items = 0;
    uint64_t count;
    enum hn_status st = read_count(show, object->at, &count);

    if (!st)
        st = hn_field_read(hn_show_python(show), HN_LIST_ITEMS, object->at, &items);
    if (st)
        return st;
    hn_show_puts(show, "[");
    st = hn_show_array(show, items, count);
    hn_show_puts(show, "]");
    return st;
}

static enum hn_status
show_tuple(struct hn_show *show, const struct hn_object *object)
{
    hn_addr items = hn_field_addr(hn_show_python(show), HN_TUPLE_ITEMS, object->at);
    uint64_t count;
    enum hn_status st = read_count(show, object->at, &count);

    if (st)
        return st;
    hn_show_puts(show, "(");
    st = hn_show_array(show, items, count);
    hn_show_puts(show, count == 1 && hn_show_limit(show, 1) ? ",)" : ")");
    return st;
}

enum hn_status
hn_show_dict_count(struct hn_show *show, hn_addr dict, uint64_t *ret)
{
    struct hn_python *py = hn_show_python(show);
    enum hn_status st = hn_field_read(py, HN_DICT_USED, dict, ret);

    if (!st && *ret > COUNT_LIMIT)
        st = hn_fail(py->err, HN_E_CORRUPT, dict, "impossible number of entries");
    return st;
}

/* How an entry of a dict is shown. */
typedef void
put_entry(struct hn_show *show, hn_addr key, hn_addr value);

/* Of a dict, or of what is laid out like one. */
static enum hn_status
put_entries(struct hn_show *show, hn_addr dict, put_entry *put)
{
    struct hn_python *py = hn_show_python(show);
    uint64_t used, shown, done = 0;
    struct hn_dict_iter it;
    hn_addr key, value;
    enum hn_status st = hn_show_dict_count(show, dict, &used);

    if (!st)
        st = hn_dict_iter_init_known(py, dict, &it);
    if (st)
        return st;
    shown = hn_show_limit(show, used);
    while (done < shown && (st = hn_dict_iter_next(&it, &key, &value)) == HN_OK) {
        if (done++ > 0)
            hn_show_puts(show, ", ");
        put(show, key, value);
    }
    if (st && st != HN_DONE)
        return hn_show_problem(show, dict, st);
    hn_show_more(show, done, st == HN_DONE ? done : used);
    return HN_OK;
}

static enum hn_status
put_dict_entries(struct hn_show *show, hn_addr dict, put_entry *put)
{
    struct hn_python *py = hn_show_python(show);
    hn_addr type;
    uint64_t flags;
    enum hn_status st = hn_object_flags(py, dict, &type, &flags);

    if (!st && !(flags & HN_TPFLAG_DICT))
        st = hn_fail(py->err, HN_E_CORRUPT, dict, "not a dict");
    return st ? st : put_entries(show, dict, put);
}

static void
put_key_and_value(struct hn_show *show, hn_addr key, hn_addr value)
{
    hn_show_object(show, key);
    hn_show_puts(show, ": ");
    hn_show_object(show, value);
}

enum hn_status
hn_show_entries(struct hn_show *show, hn_addr dict)
{
    return put_dict_entries(show, dict, put_key_and_value);
}

/* A key that is no name is shown as it is. */
static void
put_name_and_value(struct hn_show *show, hn_addr key, hn_addr value)
{
    if (hn_show_str(show, key) != HN_OK)
        hn_show_object(show, key);
    hn_show_puts(show, "=");
    hn_show_object(show, value);
}

enum hn_status
hn_show_names(struct hn_show *show, hn_addr dict)
{
    return put_dict_entries(show, dict, put_name_and_value);
}

static enum hn_status
show_dict(struct hn_show *show, const struct hn_object *object)
{
    enum hn_status st;

    hn_show_puts(show, "{");
    st = hn_show_entries(show, object->at);
    hn_show_puts(show, "}");
    return st;
}

/* frozendict({'a': 1}), 3.15; frozendict() when empty. */
static enum hn_status
show_frozendict(struct hn_show *show, const struct hn_object *object)
{
    uint64_t count;
    enum hn_status st = hn_show_dict_count(show, object->at, &count);

    if (st)
        return st;
    hn_show_name(show, hn_type_short_name(object->type));
    hn_show_puts(show, count ? "({" : "(");
    st = put_entries(show, object->at, put_key_and_value);
    hn_show_puts(show, count ? "})" : ")");
    return st;
}

static void
put_key(struct hn_show *show, hn_addr key, hn_addr value)
{
    (void)value;
    hn_show_object(show, key);
}

static void
put_value(struct hn_show *show, hn_addr key, hn_addr value)
{
    (void)key;
    hn_show_object(show, value);
}

static void
put_pair(struct hn_show *show, hn_addr key, hn_addr value)
{
    hn_show_puts(show, "(");
    hn_show_object(show, key);
    hn_show_puts(show, ", ");
    hn_show_object(show, value);
    hn_show_puts(show, ")");
}

/* dict_keys(['a', 'b']): the view holds the dict alone. */
static enum hn_status
show_view(struct hn_show *show, const struct hn_object *object, put_entry *put)
{
    hn_addr dict;
    enum hn_status st = hn_show_word(show, object, 0, &dict);

    if (st)
        return st;
    hn_show_name(show, hn_type_short_name(object->type));
    hn_show_puts(show, "([");
    st = put_dict_entries(show, dict, put);
    hn_show_puts(show, "])");
    return st;
}

static enum hn_status
show_keys(struct hn_show *show, const struct hn_object *object)
{
    return show_view(show, object, put_key);
}

static enum hn_status
show_values(struct hn_show *show, const struct hn_object *object)
{
    return show_view(show, object, put_value);
}

static enum hn_status
show_pairs(struct hn_show *show, const struct hn_object *object)
{
    return show_view(show, object, put_pair);
}

/* A set's table: open addressing, empty entries without a key; removed ones keep a
 * placeholder whose hash is -1, which no object has. */
struct set_walk {
    hn_addr table;
    uint64_t slots, next;
    struct hn_record entry;
};

/* While one is being removed, the placeholder is there before its hash. */
static bool
is_member(struct hn_python *py, const struct hn_record *entry, hn_addr key)
{
    return key != 0 && hn_record_i64(entry, HN_SETENTRY_HASH) != -1
           && !hn_object_is(py, key, "<dummy key> type");
}

static enum hn_status
next_key(struct hn_show *show, struct set_walk *walk, hn_addr *ret)
{
    struct hn_python *py = hn_show_python(show);
    uint32_t size = py->layout.size[HN_STRUCT_SETENTRY];

    while (walk->next < walk->slots) {
        enum hn_status st = hn_record_load(
            py, HN_STRUCT_SETENTRY, walk->table + walk->next++ * size, &walk->entry);

        if (!st && walk->next % 4096 == 0)
            st = hn_target_poll(py->target);
        if (st)
            return st;
        *ret = hn_record_u64(&walk->entry, HN_SETENTRY_KEY);
        if (is_member(py, &walk->entry, *ret))
            return HN_OK;
    }
    return HN_DONE;
}

static enum hn_status
put_keys(struct hn_show *show, const struct hn_record *set)
{
    struct set_walk walk = { .table = hn_record_u64(set, HN_SET_TABLE),
                             .slots = hn_record_u64(set, HN_SET_MASK) + 1 };
    uint64_t used = hn_record_u64(set, HN_SET_USED), shown = hn_show_limit(show, used);
    uint64_t done = 0;
    hn_addr key = 0;
    enum hn_status st = HN_OK;

    while (done < shown && (st = next_key(show, &walk, &key)) == HN_OK) {
        if (done++ > 0)
            hn_show_puts(show, ", ");
        hn_show_object(show, key);
    }
    if (st && st != HN_DONE)
        return hn_show_problem(show, walk.table, st);
    hn_show_more(show, done, st == HN_DONE ? done : used);
    return HN_OK;
}

static enum hn_status
check_set(struct hn_python *py, const struct hn_record *set)
{
    uint64_t slots = hn_record_u64(set, HN_SET_MASK) + 1;

    if (slots > COUNT_LIMIT || slots == 0 || (slots & (slots - 1)) != 0
        || hn_record_u64(set, HN_SET_USED) > slots)
        return hn_fail(py->err, HN_E_CORRUPT, set->addr, "set of an impossible size");
    return HN_OK;
}

/* {1, 2}, but set() when empty, and frozenset({1, 2}) for all but plain sets. */
static enum hn_status
show_set(struct hn_show *show, const struct hn_object *object)
{
    struct hn_python *py = hn_show_python(show);
    bool plain = strcmp(object->type->name, "set") == 0;
    struct hn_record set;
    enum hn_status st = hn_record_load(py, HN_STRUCT_SET, object->at, &set);

    if (!st)
        st = check_set(py, &set);
    if (st)
        return st;
    if (hn_record_u64(&set, HN_SET_USED) == 0) {
        hn_show_name(show, hn_type_short_name(object->type));
        hn_show_puts(show, "()");
        return HN_OK;
    }
    if (!plain) {
        hn_show_name(show, hn_type_short_name(object->type));
        hn_show_puts(show, "(");
    }
    hn_show_puts(show, "{");
    st = put_keys(show, &set);
    hn_show_puts(show, plain ? "}" : "})");
    return st;
}

/* range(0, 10), with a step only when it is not 1. */
static enum hn_status
show_range(struct hn_show *show, const struct hn_object *object)
{
    struct hn_python *py = hn_show_python(show);
    struct hn_record rec;
    hn_addr step;
    int64_t number = 0;
    enum hn_status st = hn_record_load(py, HN_STRUCT_RANGE, object->at, &rec);

    if (st)
        return st;
    hn_show_puts(show, "range(");
    hn_show_object(show, hn_record_u64(&rec, HN_RANGE_START));
    hn_show_puts(show, ", ");
    hn_show_object(show, hn_record_u64(&rec, HN_RANGE_STOP));
    step = hn_record_u64(&rec, HN_RANGE_STEP);
    if (hn_int_load(py, step, &number) != HN_OK || number != 1) {
        hn_show_puts(show, ", ");
        hn_show_object(show, step);
    }
    hn_show_puts(show, ")");
    return HN_OK;
}

static enum hn_status
show_slice(struct hn_show *show, const struct hn_object *object)
{
    struct hn_record rec;
    enum hn_status st =
        hn_record_load(hn_show_python(show), HN_STRUCT_SLICE, object->at, &rec);

    if (st)
        return st;
    hn_show_puts(show, "slice(");
    hn_show_object(show, hn_record_u64(&rec, HN_SLICE_START));
    hn_show_puts(show, ", ");
    hn_show_object(show, hn_record_u64(&rec, HN_SLICE_STOP));
    hn_show_puts(show, ", ");
    hn_show_object(show, hn_record_u64(&rec, HN_SLICE_STEP));
    hn_show_puts(show, ")");
    return HN_OK;
}

static enum hn_status
show_mappingproxy(struct hn_show *show, const struct hn_object *object)
{
    hn_addr mapping;
    enum hn_status st =
        hn_field_read(hn_show_python(show), HN_PROXY_MAPPING, object->at, &mapping);

    if (st)
        return st;
    hn_show_puts(show, "mappingproxy(");
    hn_show_object(show, mapping);
    hn_show_puts(show, ")");
    return HN_OK;
}

/* os.stat_result(st_mode=33188, ...): the names of the visible items come first in
 * tp_members, in their order. */
static enum hn_status
show_struct_sequence(struct hn_show *show, const struct hn_object *object)
{
    struct hn_python *py = hn_show_python(show);
    hn_addr items = hn_field_addr(py, HN_STRUCTSEQ_ITEMS, object->at), item, name;
    uint64_t count, shown;
    enum hn_status st = read_count(show, object->at, &count);

    if (st)
        return st;
    shown = hn_show_limit(show, count);
    hn_show_name(show, object->type->tp_name);
    hn_show_puts(show, "(");
    for (uint64_t i = 0; i < shown; i++) {
        st = hn_target_read_u64(py->target, items + i * sizeof item, &item);
        if (!st)
            st = hn_target_read_u64(py->target,
                                    object->type->members + i * HN_MEMBER_BYTES, &name);
        if (!st && i > 0)
            hn_show_puts(show, ", ");
        if (!st)
            st = hn_show_cstring(show, name);
        if (st)
            return st;
        hn_show_puts(show, "=");
        hn_show_object(show, item);
    }
    hn_show_more(show, shown, count);
    hn_show_puts(show, ")");
    return HN_OK;
}

const struct hn_shower *
hn_shower_of_struct_sequences(void)
{
    static const struct hn_shower shower = { "", show_struct_sequence, 0, NULL };

    return &shower;
}

/* A tuple's name for each item; the function that collections.namedtuple makes. */
static enum hn_status
show_namedtuple(struct hn_show *show, const struct hn_object *object)
{
    struct hn_python *py = hn_show_python(show);
    const hn_addr *names, *items;
    size_t name_count, count;
    uint64_t shown;
    hn_addr fields;
    enum hn_status st =
        hn_types_lookup(hn_show_types(show), object->type, "_fields", &fields);

    if (st == HN_DONE)
        return hn_shower_of_instances()->show(show, object);
    if (!st)
        st = hn_items_load(py, fields, FIELDS_MOST, hn_show_arena(show), &names,
                           &name_count);
    if (!st)
        st = hn_items_load(py, object->at, FIELDS_MOST, hn_show_arena(show), &items,
                           &count);
    if (st)
        return st;
    shown = hn_show_limit(show, count);
    hn_show_name(show, hn_type_short_name(object->type));
    hn_show_puts(show, "(");
    for (uint64_t i = 0; i < shown && i < name_count; i++) {
        if (i > 0)
            hn_show_puts(show, ", ");
        st = hn_show_str(show, names[i]);
        if (st)
            return st;
        hn_show_puts(show, "=");
        hn_show_object(show, items[i]);
    }
    hn_show_more(show, shown, count);
    hn_show_puts(show, ")");
    return HN_OK;
}

const struct hn_shower hn_showers_container[] = {
    { "list", show_list, 0, "[...]" },
    { "tuple", show_tuple, 0, "(...)" },
    { "dict", show_dict, 0, "{...}" },
    { "frozendict", show_frozendict, HN_SHOWER_AGAIN_CALL, NULL },
    { "set", show_set, HN_SHOWER_AGAIN_CALL, NULL },
    { "frozenset", show_set, HN_SHOWER_AGAIN_CALL, NULL },
    { "dict_keys", show_keys, 0, "..." },
    { "dict_values", show_values, 0, "..." },
    { "dict_items", show_pairs, 0, "..." },
    { "range", show_range, HN_SHOWER_LEAF, NULL },
    { "slice", show_slice, 0, NULL },
    { "collections:__repr__", show_namedtuple, 0, NULL },
    { "mappingproxy", show_mappingproxy, 0, NULL },
    { NULL, NULL, 0, NULL },
};
