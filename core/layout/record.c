/* Structures copied whole from the target, and their fields. */
#include "layout/python.h"

#include <assert.h>
#include <string.h>

static enum hn_status
fail_absent(struct hn_python *py, hn_addr addr, const char *name)
{
    return hn_fail_detail(py->err, HN_E_UNSUPPORTED, addr,
                          "where this CPython keeps it is not known", "%s", name);
}

static void
prepare(struct hn_python *py, enum hn_struct type, hn_addr addr, struct hn_record *ret)
{
    ret->layout = &py->layout;
    ret->type = type;
    ret->addr = addr;
    ret->first = py->layout.first[type];
    ret->size = py->layout.extent[type] - ret->first;
    assert(ret->size <= HN_RECORD_MAX);
}

enum hn_status
hn_record_load(struct hn_python *py, enum hn_struct type, hn_addr addr,
               struct hn_record *ret)
{
    if (py->layout.extent[type] == 0)
        return fail_absent(py, addr, hn_struct_name(type));
    prepare(py, type, addr, ret);
    return hn_target_read(py->target, addr + ret->first, ret->bytes, ret->size);
}

bool
hn_record_view(struct hn_python *py, enum hn_struct type, hn_addr addr,
               const void *bytes, size_t size, struct hn_record *ret)
{
    if (py->layout.extent[type] == 0 || size < py->layout.extent[type])
        return false;
    prepare(py, type, addr, ret);
    memcpy(ret->bytes, (const uint8_t *)bytes + ret->first, ret->size);
    return true;
}

static bool
holds(const struct hn_record *record, enum hn_field field)
{
    return hn_layout_has(record->layout, field)
           && hn_field_info(field)->type == record->type
           && hn_field_info(field)->width > 0;
}

uint64_t
hn_record_u64_or_0(const struct hn_record *record, enum hn_field field)
{
    uint64_t value;

    if (!holds(record, field))
        return 0;
    memcpy(&value,
           record->bytes + (record->layout->offset[field] - (int32_t)record->first),
           sizeof(value));
    return value & (UINT64_MAX >> (64 - 8 * hn_field_info(field)->width));
}

uint64_t
hn_record_u64(const struct hn_record *record, enum hn_field field)
{
    assert(holds(record, field));
    return hn_record_u64_or_0(record, field);
}

int64_t
hn_record_i64(const struct hn_record *record, enum hn_field field)
{
    unsigned unused = 64 - 8 * hn_field_info(field)->width;

    assert(holds(record, field));
    return (int64_t)(hn_record_u64_or_0(record, field) << unused) >> unused;
}

enum hn_status
hn_field_read(struct hn_python *py, enum hn_field field, hn_addr base, uint64_t *ret)
{
    const struct hn_field_info *info = hn_field_info(field);
    uint64_t value = 0;
    enum hn_status status;

    assert(info->width > 0);
    if (!hn_layout_has(&py->layout, field))
        return fail_absent(py, base, info->name);
    status =
        hn_target_read(py->target, hn_field_addr(py, field, base), &value, info->width);
    if (status)
        return status;
    *ret = value;
    return HN_OK;
}

hn_addr
hn_field_addr(const struct hn_python *py, enum hn_field field, hn_addr base)
{
    if (!hn_layout_has(&py->layout, field))
        return 0;
    return base + (hn_addr)py->layout.offset[field];
}
