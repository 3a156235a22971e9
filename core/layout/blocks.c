/* Reading a _Py_DebugOffsets block by the members of its series.
 *
 * Groups of members shift from one minor version to the next, so the version decides
 * which list is used. CPython checks these blocks before use since gh-148178; our
 * limits are the same. */
#include "layout/blocks.h"

#include "base/take.h"

/* The largest of all, the runtime state of a free-threaded debug 3.15, has 425 KB. */
enum { MAX_STRUCT_BYTES = 1 << 20 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define BLOCK(minor, size, sizes, fields)                       \
    {                                                           \
        minor, size, COUNT(sizes), COUNT(fields), sizes, fields \
    }
#include "layout/debug_offsets.inc"

const struct hn_block *
hn_block_find(unsigned minor)
{
    for (size_t i = 0; i < COUNT(blocks); i++)
        if (blocks[i].minor == minor)
            return &blocks[i];
    return NULL;
}

const struct hn_block *
hn_block_newest(void)
{
    return &blocks[COUNT(blocks) - 1];
}

/* Members of builds without a GIL. Others publish 0, which would be a valid offset. */
static bool
is_free_threaded_only(enum hn_field field)
{
    return field == HN_GIL_ENABLED || field == HN_FRAME_TLBC_INDEX
           || field == HN_CODE_TLBC;
}

static enum hn_status
read_sizes(const struct hn_block *known, const uint8_t *bytes, struct hn_error *err,
           struct hn_published *ret)
{
    for (size_t i = 0; i < known->size_count; i++) {
        enum hn_struct type = known->sizes[i].type;
        uint64_t size = hn_take_u64(bytes, known->sizes[i].at);

        if (size == 0 || size > MAX_STRUCT_BYTES)
            return hn_fail_detail(err, HN_E_CORRUPT, 0,
                                  "a published size cannot be true", "%s",
                                  hn_struct_name(type));
        ret->size[type] = (uint32_t)size;
    }
    return HN_OK;
}

static enum hn_status
read_field(const struct hn_published_field *member, const uint8_t *bytes,
           const struct hn_layout *base, struct hn_error *err, struct hn_published *ret)
{
    const struct hn_field_info *info = hn_field_info(member->field);
    uint32_t size =
        ret->size[info->type] ? ret->size[info->type] : base->size[info->type];
    uint64_t offset = hn_take_u64(bytes, member->at);

    if (member->base)
        offset -= hn_take_u64(bytes, member->base);
    if (offset > size || info->width > size - offset
        || (info->width && offset % info->width))
        return hn_fail_detail(err, HN_E_CORRUPT, 0,
                              "a published offset is not inside its structure", "%s.%s",
                              info->structure, info->name);
    ret->offset[member->field] = (int32_t)offset;
    return HN_OK;
}

enum hn_status
hn_block_read(const struct hn_block *known, const uint8_t *bytes,
              const struct hn_layout *base, struct hn_error *err,
              struct hn_published *ret)
{
    bool free_threaded = base->flavour & HN_FLAVOUR_FREE_THREADED;
    enum hn_status status;

    memset(ret, 0, sizeof(*ret));
    for (int field = 0; field < HN_FIELD_COUNT; field++)
        ret->offset[field] = -1;
    status = read_sizes(known, bytes, err, ret);
    for (size_t i = 0; i < known->field_count && !status; i++)
        if (free_threaded || !is_free_threaded_only(known->fields[i].field))
            status = read_field(&known->fields[i], bytes, base, err, ret);
    return status;
}
