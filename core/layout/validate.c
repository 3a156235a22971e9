/* The check that comes before trust: after it no access to a field can go astray. */
#include "layout/layout.h"

/* These are far larger than a record; their fields are read one at a time. */
static bool
is_copied(enum hn_struct type)
{
    return type != HN_STRUCT_RUNTIME && type != HN_STRUCT_INTERP
           && type != HN_STRUCT_THREADIMPL;
}

static bool
is_placed(const struct hn_layout *layout, const struct hn_field_info *info,
          uint32_t offset)
{
    uint32_t size = layout->size[info->type];

    if (offset > size || info->width > size - offset)
        return false;
    return info->width == 0 || offset % info->width == 0;
}

static enum hn_status
fail_field(struct hn_error *err, const struct hn_field_info *info, int32_t offset)
{
    return hn_fail_detail(err, HN_E_CORRUPT, 0, "a field is not inside its structure",
                          "%s.%s at %d", info->structure, info->name, (int)offset);
}

static void
span(struct hn_layout *layout, const struct hn_field_info *info, uint32_t offset)
{
    uint32_t *first = &layout->first[info->type];
    uint32_t *extent = &layout->extent[info->type];

    if (*extent == 0 || offset < *first)
        *first = offset;
    if (offset + info->width > *extent)
        *extent = offset + info->width;
}

enum hn_status
hn_layout_finish(struct hn_layout *layout, struct hn_error *err)
{
    for (int type = 0; type < HN_STRUCT_COUNT; type++)
        layout->first[type] = layout->extent[type] = 0;
    for (int field = 0; field < HN_FIELD_COUNT; field++) {
        const struct hn_field_info *info = hn_field_info(field);
        int32_t offset = layout->offset[field];

        if (offset < 0)
            continue;
        if (!is_placed(layout, info, (uint32_t)offset))
            return fail_field(err, info, offset);
        if (info->width > 0)
            span(layout, info, (uint32_t)offset);
    }
    for (int type = 0; type < HN_STRUCT_COUNT; type++)
        if (is_copied(type)
            && layout->extent[type] - layout->first[type] > HN_RECORD_MAX)
            return hn_fail_detail(err, HN_E_CORRUPT, 0,
                                  "a structure is larger than a record", "%s",
                                  hn_struct_name(type));
    return HN_OK;
}
