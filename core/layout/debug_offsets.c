/* What the target itself says of its layout, laid over what our tables say.
 *
 * _Py_DebugOffsets stands at the start of _PyRuntime since 3.13 (gh-106120). It covers
 * what a stack dump needs and little else, so most layouts are mixed; each field
 * remembers where it came from. */
#include "layout/layout.h"

#include <string.h>

#include "layout/blocks.h"
#include "layout/formats.h"
#include "layout/rows.h"

static const char cookie[8] = { 'x', 'd', 'e', 'b', 'u', 'g', 'p', 'y' };

/* The start of every block, whatever the version. */
struct head {
    char cookie[8];
    uint64_t version;
    uint64_t free_threaded;
};

enum hn_status
hn_debug_offsets_head(const void *bytes, size_t size, struct hn_debug_offsets_head *ret)
{
    const struct hn_block *known;
    struct head head;

    if (size < sizeof(head))
        return HN_DONE;
    memcpy(&head, bytes, sizeof(head));
    if (memcmp(head.cookie, cookie, sizeof(cookie)) != 0 || head.version >> 24 != 3
        || head.free_threaded > 1)
        return HN_DONE;
    known = hn_block_find(HN_HEX_MINOR(head.version));
    ret->hex = (uint32_t)head.version;
    ret->free_threaded = head.free_threaded;
    ret->size = known ? known->size : hn_block_newest()->size;
    return HN_OK;
}

/* Checks the head and picks the list of members; a newer series is read as the newest
 * that we know. */
static enum hn_status
open_block(const void *bytes, size_t size, struct hn_error *err,
           struct hn_debug_offsets_head *head, const struct hn_block **ret)
{
    unsigned newest = hn_block_newest()->minor;

    if (hn_debug_offsets_head(bytes, size, head) != HN_OK)
        return hn_fail(err, HN_E_CORRUPT, 0, "this is not a block of debug offsets");
    if (size < head->size)
        return hn_fail(err, HN_E_CORRUPT, 0, "the block of debug offsets is cut short");
    *ret = HN_HEX_MINOR(head->hex) > newest ? hn_block_newest()
                                            : hn_block_find(HN_HEX_MINOR(head->hex));
    if (!*ret)
        return hn_fail(err, HN_E_CORRUPT, 0,
                       "this CPython has no debug offsets, yet a block of them");
    return HN_OK;
}

/* Whether @layout agrees with all that is published of one structure. */
static bool
agrees_on(const struct hn_layout *layout, const struct hn_published *published,
          enum hn_struct type)
{
    if (published->size[type] && published->size[type] != layout->size[type])
        return false;
    for (int field = 0; field < HN_FIELD_COUNT; field++)
        if (hn_field_info(field)->type == type && published->offset[field] >= 0
            && published->offset[field] != layout->offset[field])
            return false;
    return true;
}

struct wanted {
    const struct hn_layout *layout;
    const struct hn_published *published;
};

/* Whether a row has the target's kind of threading and disagrees with nothing that
 * the target publishes. */
static bool
is_confirmed(const struct hn_row *row, const void *context)
{
    const struct wanted *wanted = context;
    struct hn_layout layout = *wanted->layout;

    if ((row->flavour ^ layout.flavour) & HN_FLAVOUR_FREE_THREADED)
        return false;
    hn_row_apply(row, &layout);
    for (int type = 0; type < HN_STRUCT_COUNT; type++)
        if (!agrees_on(&layout, wanted->published, type))
            return false;
    return true;
}

/* Takes the row that the published figures point at, if there is one. */
static void
choose_row(struct hn_layout *layout, const struct hn_published *published)
{
    const struct wanted wanted = { layout, published };
    const struct hn_row *row = hn_row_find(layout->hex, is_confirmed, &wanted);

    if (!row)
        return;
    layout->flavour = row->flavour;
    hn_row_apply(row, layout);
}

/* The structure is not as the table says, so neither may be what only the table knows
 * of it. */
static void
doubt(struct hn_layout *layout, enum hn_field field)
{
    const struct hn_field_info *info = hn_field_info(field);

    if (layout->offset[field] < 0)
        return;
    layout->source[field] = HN_SOURCE_NEIGHBOUR;
    if ((uint32_t)layout->offset[field] + info->width > layout->size[info->type]) {
        layout->offset[field] = -1;
        layout->source[field] = HN_SOURCE_NONE;
    }
}

static void
merge(struct hn_layout *layout, const struct hn_published *published)
{
    bool agrees[HN_STRUCT_COUNT];

    for (int type = 0; type < HN_STRUCT_COUNT; type++) {
        agrees[type] = agrees_on(layout, published, type);
        if (published->size[type])
            layout->size[type] = published->size[type];
    }
    for (int field = 0; field < HN_FIELD_COUNT; field++) {
        if (published->offset[field] >= 0) {
            layout->offset[field] = published->offset[field];
            layout->source[field] = HN_SOURCE_DEBUG_OFFSETS;
        } else if (!agrees[hn_field_info(field)->type]) {
            doubt(layout, field);
        }
    }
}

enum hn_status
hn_layout_overlay(struct hn_layout *layout, const void *block, size_t size,
                  struct hn_error *err)
{
    struct hn_debug_offsets_head head;
    struct hn_published published;
    const struct hn_block *known;
    enum hn_status status = open_block(block, size, err, &head, &known);

    if (status)
        return status;
    if (head.hex != layout->hex
        || head.free_threaded != !!(layout->flavour & HN_FLAVOUR_FREE_THREADED))
        return hn_fail(err, HN_E_CORRUPT, 0,
                       "the block of debug offsets is of another CPython");
    status = hn_block_read(known, block, layout, err, &published);
    if (status)
        return status;
    choose_row(layout, &published);
    merge(layout, &published);
    return HN_OK;
}

static bool
overlap(const struct hn_layout *layout, enum hn_field a, enum hn_field b)
{
    const struct hn_field_info *one = hn_field_info(a), *other = hn_field_info(b);
    int32_t at = layout->offset[a], there = layout->offset[b];

    return a != b && one->type == other->type && at >= 0 && there >= 0
           && at < there + other->width && there < at + one->width;
}

/* Whether what was read by a list that may not be the right one looks like CPython: a
 * list whose members have shifted would hardly get all of this right. */
static bool
makes_sense(const struct hn_layout *layout)
{
    const uint32_t *size = layout->size;
    const uint32_t object = size[HN_STRUCT_OBJECT];

    for (int a = 0; a < HN_FIELD_COUNT; a++)
        for (int b = 0; b < HN_FIELD_COUNT; b++)
            if (overlap(layout, a, b))
                return false;
    return layout->offset[HN_OBJECT_TYPE] + 8 == (int32_t)object
           && layout->offset[HN_VAR_SIZE] == (int32_t)object
           && object < size[HN_STRUCT_CODE] && object < size[HN_STRUCT_TYPE]
           && object < size[HN_STRUCT_TUPLE] && object < size[HN_STRUCT_LIST]
           && object < size[HN_STRUCT_DICT] && object < size[HN_STRUCT_INT]
           && object < size[HN_STRUCT_BYTES] && object < size[HN_STRUCT_ASCII]
           && size[HN_STRUCT_ASCII] <= size[HN_STRUCT_COMPACT]
           && size[HN_STRUCT_COMPACT] <= size[HN_STRUCT_UNICODE];
}

/* Leaves of @layout what is published, and nothing else. */
static void
keep_published(struct hn_layout *layout, const struct hn_published *published)
{
    bool used[HN_STRUCT_COUNT];

    for (int type = 0; type < HN_STRUCT_COUNT; type++)
        used[type] = published->size[type] > 0;
    for (int field = 0; field < HN_FIELD_COUNT; field++) {
        if (layout->source[field] == HN_SOURCE_DEBUG_OFFSETS) {
            used[hn_field_info(field)->type] = true;
        } else {
            layout->offset[field] = -1;
            layout->source[field] = HN_SOURCE_NONE;
        }
    }
    for (int type = 0; type < HN_STRUCT_COUNT; type++)
        if (!used[type])
            layout->size[type] = 0;
    layout->row = "";
}

/* The newest CPython we know, as the ground to lay a newer one's block on. */
static void
start_newer(const struct hn_debug_offsets_head *head, unsigned mutex_bytes,
            struct hn_layout *ret)
{
    unsigned flavour = head->free_threaded ? HN_FLAVOUR_FREE_THREADED : 0;
    const struct hn_row *row = hn_row_newest(flavour);

    memset(ret, 0, sizeof(*ret));
    ret->hex = head->hex;
    ret->flavour = flavour;
    ret->mutex_bytes = mutex_bytes;
    ret->formats = *hn_formats_find(HN_HEX_MINOR(row->hex), flavour);
    hn_row_apply(row, ret);
}

enum hn_status
hn_layout_from_debug_offsets(const void *block, size_t size, unsigned mutex_bytes,
                             struct hn_error *err, struct hn_layout *ret)
{
    struct hn_debug_offsets_head head;
    struct hn_published published;
    const struct hn_block *known;
    struct hn_layout layout;
    enum hn_status status = open_block(block, size, err, &head, &known);

    if (status)
        return status;
    start_newer(&head, mutex_bytes, &layout);
    status = hn_block_read(known, block, &layout, err, &published);
    if (status == HN_OK) {
        merge(&layout, &published);
        keep_published(&layout, &published);
    }
    if (status != HN_OK || !makes_sense(&layout))
        return hn_fail_detail(err, HN_E_UNSUPPORTED, 0,
                              "this CPython is newer than we know, and so is the form "
                              "of its debug offsets",
                              "3.%u", HN_HEX_MINOR(head.hex));
    *ret = layout;
    return HN_OK;
}
