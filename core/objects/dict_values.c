/* The values of a split dict: an array as long as the shared keys, and since 3.11
 * (bpo-45340) bytes that tell in which order the values were inserted.
 *
 * CPython: PyDictValues in Include/internal/pycore_dict.h. CPython shares at most 30
 * keys in that form (SHARED_KEYS_MAX_SIZE), so HN_DICT_BLOCK leaves room. */
#include "objects/dict.h"

static enum hn_status
read_order(struct hn_python *py, hn_addr at, uint64_t used, struct hn_dict_values *ret)
{
    if (used > sizeof ret->order)
        return hn_fail(py->err, HN_E_CORRUPT, at, "instance has too many attributes");
    ret->ordered = true;
    ret->used = (unsigned)used;
    return hn_target_read(py->target, at, ret->order, used);
}

/* The byte before the values is the size of all that stands there, the one before
 * that how many are used; before it their indices, the first next to it. */
static enum hn_status
load_prefix(struct hn_python *py, hn_addr values, struct hn_dict_values *ret)
{
    const hn_addr used_at = values - 2;
    uint8_t used;
    enum hn_status st = hn_target_read(py->target, used_at, &used, sizeof used);

    if (!st)
        st = read_order(py, used_at - used, used, ret);
    if (st)
        return st;
    for (unsigned i = 0; i < used / 2u; i++) {
        uint8_t other = ret->order[used - 1 - i];

        ret->order[used - 1 - i] = ret->order[i];
        ret->order[i] = other;
    }
    ret->at = values;
    return HN_OK;
}

/* How many values there may be and how many are used, then the values, then the
 * indices. */
static enum hn_status
load_header(struct hn_python *py, hn_addr values, struct hn_dict_values *ret)
{
    struct hn_record rec;
    uint64_t capacity, used;
    enum hn_status st = hn_record_load(py, HN_STRUCT_DICTVALUES, values, &rec);

    if (st)
        return st;
    capacity = hn_record_u64(&rec, HN_DICTVALUES_CAPACITY);
    used = hn_record_u64(&rec, HN_DICTVALUES_SIZE);
    if (used > capacity)
        return hn_fail(py->err, HN_E_CORRUPT, values, "more attributes than room");
    ret->at = hn_field_addr(py, HN_DICTVALUES_VALUES, values);
    return read_order(py, ret->at + capacity * sizeof(hn_addr), used, ret);
}

enum hn_status
hn_dict_values_load(struct hn_python *py, hn_addr values, struct hn_dict_values *ret)
{
    /* Dicts of the old form never get a shared key out of order. */
    if (py->layout.formats.dict == HN_DICT_SIZE_WORD) {
        *ret = (struct hn_dict_values){ .at = values };
        return HN_OK;
    }
    switch (py->layout.formats.values) {
    case HN_VALUES_PREFIX_BYTES: return load_prefix(py, values, ret);
    case HN_VALUES_HEADER: return load_header(py, values, ret);
    }
    return hn_fail(py->err, HN_E_UNSUPPORTED, values, "attributes of an unknown form");
}
