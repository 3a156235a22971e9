/* CPython's own names of what a layout holds, for `py-info --layout` and error texts.
 */
#include "layout/layout.h"

#include <assert.h>

#define X(structure, name, published) static const char name_##structure[] = name;
HN_STRUCTS(X)
#undef X

static const char *const structs[HN_STRUCT_COUNT] = {
#define X(structure, name, published) [HN_STRUCT_##structure] = name_##structure,
    HN_STRUCTS(X)
#undef X
};

static const struct hn_field_info fields[HN_FIELD_COUNT] = {
#define X(structure, field, width, name, published) \
    [HN_##structure##_##                            \
        field] = { name_##structure, name, HN_STRUCT_##structure, width },
    HN_FIELDS(X)
#undef X
};

const struct hn_field_info *
hn_field_info(enum hn_field field)
{
    assert(field < HN_FIELD_COUNT);
    return &fields[field];
}

const char *
hn_struct_name(enum hn_struct type)
{
    assert(type < HN_STRUCT_COUNT);
    return structs[type];
}

const char *
hn_source_name(enum hn_source source)
{
    switch (source) {
    case HN_SOURCE_NONE: return "none";
    case HN_SOURCE_TABLE: return "table";
    case HN_SOURCE_NEIGHBOUR: return "neighbour";
    case HN_SOURCE_DEBUG_OFFSETS: return "debug offsets";
    case HN_SOURCE_SELF_CHECK: return "self-check";
    }
    return "none";
}
