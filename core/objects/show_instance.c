/* Instances of classes: object's own repr, and attributes where the repr is Python
 * code that we do not know. */
#include "objects/slot.h"
#include "objects/shower.h"

/* An object that Python prints by its address. */
static enum hn_status
show_plain(struct hn_show *show, const struct hn_object *object)
{
    hn_show_puts(show, "<");
    hn_show_name(show, object->type->name);
    hn_show_printf(show, " object at 0x%llx>", (unsigned long long)object->at);
    return HN_OK;
}

/* <class 'shop.Item'> */
static enum hn_status
show_class(struct hn_show *show, const struct hn_object *object)
{
    const struct hn_type *class;
    enum hn_status st = hn_types_find(hn_show_types(show), object->at, &class);

    if (st)
        return st;
    hn_show_puts(show, "<class '");
    hn_show_name(show, class->name);
    hn_show_puts(show, "'>");
    return HN_OK;
}

/* The attributes put so far, and how many may be. */
struct attributes {
    uint64_t shown, done;
};

/* What comes before an attribute's value; false when it is beyond the limit. */
static bool
begin_attribute(struct hn_show *show, struct attributes *attributes)
{
    if (attributes->done++ >= attributes->shown)
        return false;
    hn_show_puts(show, " ");
    return true;
}

static enum hn_status
put_slots(struct hn_show *show, const struct hn_object *object, struct attributes *to)
{
    struct hn_arena *arena = hn_show_arena(show);
    struct hn_slot_iter it;
    const char *name;
    hn_addr value;
    enum hn_status st =
        hn_slot_iter_init(hn_show_types(show), object->at, object->type, arena, &it);

    while (!st && (st = hn_slot_iter_next(&it, arena, &name, &value)) == HN_OK) {
        if (!begin_attribute(show, to))
            continue;
        hn_show_name(show, name);
        hn_show_puts(show, "=");
        hn_show_object(show, value);
    }
    return st == HN_DONE ? HN_OK : st;
}

static enum hn_status
put_dict(struct hn_show *show, const struct hn_object *object, struct attributes *to)
{
    struct hn_dict_iter it;
    hn_addr key, value;
    enum hn_status st = hn_instance_iter_init(hn_show_python(show), object->at, &it);

    while (!st && (st = hn_dict_iter_next(&it, &key, &value)) == HN_OK) {
        if (!begin_attribute(show, to))
            continue;
        if (hn_show_str(show, key) != HN_OK)
            hn_show_object(show, key);
        hn_show_puts(show, "=");
        hn_show_object(show, value);
    }
    return st == HN_DONE ? HN_OK : st;
}

/* <shop.Item sku='A1' n=2>; an object without attributes is shown by its address. */
static enum hn_status
show_attributes(struct hn_show *show, const struct hn_object *object)
{
    struct attributes attributes = { hn_show_limit(show, UINT64_MAX), 0 };
    enum hn_status st;

    hn_show_puts(show, "<");
    hn_show_name(show, object->type->name);
    st = put_slots(show, object, &attributes);
    if (!st)
        st = put_dict(show, object, &attributes);
    if (st)
        st = hn_show_problem(show, object->at, st);
    if (st)
        return st;
    if (attributes.done > attributes.shown) {
        hn_show_puts(show, " ");
        hn_show_cut(show, attributes.done - attributes.shown);
    }
    if (attributes.done == 0)
        hn_show_printf(show, " object at 0x%llx", (unsigned long long)object->at);
    hn_show_puts(show, ">");
    return HN_OK;
}

const struct hn_shower hn_showers_instance[] = {
    { "object", show_plain, HN_SHOWER_LEAF, NULL },
    { "type", show_class, HN_SHOWER_LEAF, NULL },
    { NULL, NULL, 0, NULL },
};

const struct hn_shower *
hn_shower_of_instances(void)
{
    static const struct hn_shower shower = { "", show_attributes, 0, "<...>" };

    return &shower;
}
