/* int: a sign, and digits of 30 bits. Only values of up to 64 bits are computed.
 *
 * Up to 3.11 ob_size is the number of digits and its sign that of the value; since
 * 3.12 (gh-101291) lv_tag holds both. CPython: Include/cpython/longintrepr.h. */
#include "objects/int.h"

enum { DIGIT_BITS = HN_INT_DIGIT_BITS };
#define DIGIT_LIMIT (UINT32_C(1) << DIGIT_BITS)

/* 64 bits are two whole digits and 4 bits of a third. */
enum { DIGITS_MOST = 3, TOP_DIGIT_LIMIT = 1 << (64 - 2 * DIGIT_BITS) };

/* The digits of an int do not fill the address space; more is corrupt, not large. */
#define DIGIT_COUNT_LIMIT (UINT64_C(1) << 45)

enum { TAG_SIGN_BITS = 3, TAG_POSITIVE = 0, TAG_ZERO = 1, TAG_NEGATIVE = 2 };
enum { TAG_COUNT_SHIFT = 3 }; /* bit 2: statically allocated (3.14) */

struct number {
    struct hn_int_shape shape;
    uint64_t magnitude;
};

static void
unpack_size(int64_t size, struct hn_int_shape *ret)
{
    ret->negative = size < 0;
    ret->digit_count = size < 0 ? 0 - (uint64_t)size : (uint64_t)size;
}

static enum hn_status
unpack_tag(struct hn_python *py, hn_addr object, uint64_t tag, struct hn_int_shape *ret)
{
    unsigned sign = tag & TAG_SIGN_BITS;

    ret->negative = sign == TAG_NEGATIVE;
    ret->digit_count = tag >> TAG_COUNT_SHIFT;
    if (sign > TAG_NEGATIVE || (sign == TAG_ZERO) != (ret->digit_count == 0))
        return hn_fail(py->err, HN_E_CORRUPT, object, "int with an impossible tag");
    return HN_OK;
}

enum hn_status
hn_int_shape_load(struct hn_python *py, hn_addr object, struct hn_int_shape *ret)
{
    uint64_t word;
    enum hn_status st = hn_field_read(py, HN_INT_TAG, object, &word);

    if (st)
        return st;
    switch (py->layout.formats.integer) {
    case HN_INT_SIGNED_SIZE: unpack_size((int64_t)word, ret); break;
    case HN_INT_TAGGED: st = unpack_tag(py, object, word, ret); break;
    }
    if (!st && ret->digit_count > DIGIT_COUNT_LIMIT)
        st = hn_fail(py->err, HN_E_CORRUPT, object, "int of an impossible size");
    ret->digits = hn_field_addr(py, HN_INT_DIGIT, object);
    return st;
}

/* HN_DONE when there are more than 64 bits. */
static enum hn_status
load_magnitude(struct hn_python *py, struct number *number)
{
    const struct hn_int_shape *shape = &number->shape;
    uint32_t digits[DIGITS_MOST] = { 0 };
    enum hn_status st;

    if (shape->digit_count > DIGITS_MOST)
        return HN_DONE;
    st = hn_target_read(py->target, shape->digits, digits,
                        shape->digit_count * sizeof digits[0]);
    if (st)
        return st;
    if (digits[0] >= DIGIT_LIMIT || digits[1] >= DIGIT_LIMIT
        || digits[2] >= DIGIT_LIMIT)
        return hn_fail(py->err, HN_E_CORRUPT, shape->digits,
                       "int with an impossible digit");
    if (digits[2] >= TOP_DIGIT_LIMIT)
        return HN_DONE;
    number->magnitude = digits[0] | (uint64_t)digits[1] << DIGIT_BITS
                        | (uint64_t)digits[2] << 2 * DIGIT_BITS;
    return HN_OK;
}

static enum hn_status
load_number(struct hn_python *py, hn_addr object, struct number *ret)
{
    hn_addr type;
    uint64_t flags;
    enum hn_status st = hn_object_flags(py, object, &type, &flags);

    if (st)
        return st;
    if (!(flags & HN_TPFLAG_LONG))
        return hn_fail(py->err, HN_E_CORRUPT, object, "not an int");
    st = hn_int_shape_load(py, object, &ret->shape);
    if (st)
        return st;
    return load_magnitude(py, ret);
}

enum hn_status
hn_int_load(struct hn_python *py, hn_addr object, int64_t *ret)
{
    const uint64_t lowest = UINT64_C(1) << 63;
    struct number number;
    enum hn_status st = load_number(py, object, &number);

    if (st)
        return st;
    if (number.magnitude > (number.shape.negative ? lowest : lowest - 1))
        return HN_DONE;
    *ret = (int64_t)(number.shape.negative ? 0 - number.magnitude : number.magnitude);
    return HN_OK;
}

enum hn_status
hn_uint_load(struct hn_python *py, hn_addr object, uint64_t *ret)
{
    struct number number;
    enum hn_status st = load_number(py, object, &number);

    if (st)
        return st;
    if (number.shape.negative && number.magnitude > 0)
        return HN_DONE;
    *ret = number.magnitude;
    return HN_OK;
}
