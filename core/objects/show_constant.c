/* None, Ellipsis, NotImplemented: one object each, known by its type. */
#include "objects/shower.h"

static enum hn_status
show_none(struct hn_show *show, const struct hn_object *object)
{
    (void)object;
    hn_show_puts(show, "None");
    return HN_OK;
}

static enum hn_status
show_ellipsis(struct hn_show *show, const struct hn_object *object)
{
    (void)object;
    hn_show_puts(show, "Ellipsis");
    return HN_OK;
}

static enum hn_status
show_not_implemented(struct hn_show *show, const struct hn_object *object)
{
    (void)object;
    hn_show_puts(show, "NotImplemented");
    return HN_OK;
}

const struct hn_shower hn_showers_constant[] = {
    { "NoneType", show_none, HN_SHOWER_LEAF, NULL },
    { "ellipsis", show_ellipsis, HN_SHOWER_LEAF, NULL },
    { "NotImplementedType", show_not_implemented, HN_SHOWER_LEAF, NULL },
    { NULL, NULL, 0, NULL },
};
