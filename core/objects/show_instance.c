/* Instances of classes: object's own repr, and attributes where the repr is Python
 * code that we do not know. */
#include <string.h>

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

/* <shop.Item sku='A1' n=2> */
static enum hn_status
show_attributes(struct hn_show *show, const struct hn_object *object)
{
    struct hn_python *py = hn_show_python(show);
    uint64_t shown, done = 0;
    struct hn_dict_iter it;
    hn_addr key, value;
    enum hn_status st = hn_instance_iter_init(py, object->at, &it);

    if (st == HN_DONE)
        return show_plain(show, object);
    if (st)
        return st;
    shown = hn_show_limit(show, it.steps);
    hn_show_puts(show, "<");
    hn_show_name(show, object->type->name);
    while ((st = hn_dict_iter_next(&it, &key, &value)) == HN_OK) {
        if (done++ >= shown)
            continue;
        hn_show_puts(show, " ");
        if (hn_show_str(show, key) != HN_OK)
            hn_show_object(show, key);
        hn_show_puts(show, "=");
        hn_show_object(show, value);
    }
    if (st != HN_DONE)
        return st;
    if (done > shown) {
        hn_show_puts(show, " ");
        hn_show_cut(show, done - shown);
    }
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
