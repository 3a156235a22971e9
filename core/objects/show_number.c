/* int, bool, float and complex.
 *
 * CPython: Objects/{longobject,boolobject,floatobject,complexobject}.c, and
 * Python/pystrtod.c for how a float's digits become text. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "objects/int.h"
#include "objects/shower.h"

/* repr() itself refuses more (sys.int_info.default_max_str_digits). */
enum { DECIMALS_MOST = 4300 };

/* 4,300 decimals are below 477 digits of 30 bits, and 478 groups of 9 decimals. */
enum { DIGITS_MOST = 477, GROUPS_MOST = 480, GROUP = 1000000000, GROUP_DECIMALS = 9 };

#define DIGIT_LIMIT (UINT32_C(1) << HN_INT_DIGIT_BITS)

/* Of a number too large for decimals: its highest digits are shown. */
enum { HEX_DIGITS_MOST = 4096 };

static enum hn_status
read_digits(struct hn_show *show, const struct hn_int_shape *shape, uint64_t first,
            uint32_t *digits, size_t count)
{
    struct hn_python *py = hn_show_python(show);
    enum hn_status st =
        hn_target_read(py->target, shape->digits + first * sizeof *digits, digits,
                       count * sizeof *digits);

    for (size_t i = 0; !st && i < count; i++)
        if (digits[i] >= DIGIT_LIMIT)
            st = hn_fail(py->err, HN_E_CORRUPT, shape->digits,
                         "int with an impossible digit");
    return st;
}

static unsigned
bit_length(uint32_t digit)
{
    return digit ? 32 - (unsigned)__builtin_clz(digit) : 0;
}

/* As many of @size characters as the limit on width lets through. */
static size_t
put_digits(struct hn_show *show, const char *text, size_t size)
{
    size_t width = hn_show_limits(show)->width;
    size_t shown = width && width < size ? width : size;

    hn_text_add(hn_show_text(show), text, shown);
    return shown;
}

/* How long the number is stands before it: "..." is enough. */
static void
put_hex(struct hn_show *show, const char *text, size_t size, uint64_t total)
{
    if (put_digits(show, text, size) < total)
        hn_show_ellipsis(show);
}

/* The four bits that begin at bit @at of the number whose digits from @first on are
 * @digits. */
static unsigned
nibble(const uint32_t *digits, size_t count, uint64_t first, uint64_t at)
{
    uint64_t index = at / HN_INT_DIGIT_BITS - first;
    uint64_t pair = index < count ? digits[index] : 0;

    if (index + 1 < count)
        pair |= (uint64_t)digits[index + 1] << HN_INT_DIGIT_BITS;
    return pair >> (at % HN_INT_DIGIT_BITS) & 0xf;
}

static enum hn_status
show_hex(struct hn_show *show, const struct hn_int_shape *shape)
{
    enum { WINDOW = HEX_DIGITS_MOST * 4 / HN_INT_DIGIT_BITS + 2 };
    uint32_t digits[WINDOW];
    char text[HEX_DIGITS_MOST];
    uint64_t count = shape->digit_count, first = count > WINDOW ? count - WINDOW : 0;
    uint64_t bits, nibbles;
    size_t shown;
    enum hn_status st = read_digits(show, shape, first, digits, count - first);

    if (st)
        return st;
    bits = (count - 1) * HN_INT_DIGIT_BITS + bit_length(digits[count - first - 1]);
    nibbles = (bits + 3) / 4;
    shown = nibbles < HEX_DIGITS_MOST ? nibbles : HEX_DIGITS_MOST;
    for (size_t i = 0; i < shown; i++)
        text[i] = "0123456789abcdef"[nibble(digits, count - first, first,
                                            (nibbles - 1 - i) * 4)];
    hn_show_printf(show, "<int of %llu bits: %s0x", (unsigned long long)bits,
                   shape->negative ? "-" : "");
    put_hex(show, text, shown, nibbles);
    hn_show_puts(show, ">");
    return HN_OK;
}

/* Turns digits of 30 bits into groups of 9 decimals, the lowest first. */
static size_t
to_groups(const uint32_t *digits, size_t count, uint32_t groups[GROUPS_MOST])
{
    size_t used = 0;

    while (count-- > 0) {
        uint64_t carry = digits[count];

        for (size_t i = 0; i < used; i++) {
            carry += (uint64_t)groups[i] << HN_INT_DIGIT_BITS;
            groups[i] = (uint32_t)(carry % GROUP);
            carry /= GROUP;
        }
        for (; carry > 0; carry /= GROUP)
            groups[used++] = (uint32_t)(carry % GROUP);
    }
    return used;
}

/* HN_DONE when there are more decimals than repr() writes. */
static enum hn_status
show_decimals(struct hn_show *show, const struct hn_int_shape *shape)
{
    uint32_t digits[DIGITS_MOST], groups[GROUPS_MOST];
    char text[GROUPS_MOST * GROUP_DECIMALS + 1];
    size_t size = 0, used, shown;
    enum hn_status st = read_digits(show, shape, 0, digits, shape->digit_count);

    if (st)
        return st;
    used = to_groups(digits, shape->digit_count, groups);
    if (used == 0)
        text[size++] = '0';
    while (used-- > 0)
        size += (size_t)sprintf(text + size, size ? "%09u" : "%u", groups[used]);
    if (size > DECIMALS_MOST)
        return HN_DONE;
    if (shape->negative)
        hn_show_puts(show, "-");
    shown = put_digits(show, text, size);
    if (shown < size)
        hn_show_cut(show, size - shown);
    return HN_OK;
}

static enum hn_status
show_int(struct hn_show *show, const struct hn_object *object)
{
    struct hn_int_shape shape;
    enum hn_status st = hn_int_shape_load(hn_show_python(show), object->at, &shape);

    if (st)
        return st;
    st = shape.digit_count <= DIGITS_MOST ? show_decimals(show, &shape) : HN_DONE;
    return st == HN_DONE ? show_hex(show, &shape) : st;
}

static enum hn_status
show_bool(struct hn_show *show, const struct hn_object *object)
{
    struct hn_int_shape shape;
    enum hn_status st = hn_int_shape_load(hn_show_python(show), object->at, &shape);

    if (!st)
        hn_show_puts(show, shape.digit_count > 0 ? "True" : "False");
    return st;
}

/* The decimal digits of a float and where its point is: 0.d1d2d3... * 10^exponent. */
struct decimals {
    char digits[DBL_DECIMAL_DIG + 1];
    int count, exponent;
};

/* Whichever decimal point the locale has: what is no digit is passed over. */
static void
split(const char *text, struct decimals *ret)
{
    ret->count = 0;
    for (; *text && *text != 'e'; text++)
        if (*text >= '0' && *text <= '9' && ret->count < DBL_DECIMAL_DIG)
            ret->digits[ret->count++] = *text;
    while (ret->count > 1 && ret->digits[ret->count - 1] == '0')
        ret->count--;
    ret->digits[ret->count] = '\0';
    ret->exponent = (*text ? atoi(text + 1) : 0) + 1;
}

/* Counts the digits of "5.68e-14" up by one; false when all are nines. */
static bool
count_up(char *text)
{
    char *at = text + strcspn(text, "e");

    while (at-- > text) {
        if (*at >= '0' && *at < '9') {
            ++*at;
            return true;
        }
        if (*at == '9')
            *at = '0';
    }
    return false;
}

static double
parse(const char *text, bool narrow)
{
    return narrow ? strtof(text, NULL) : strtod(text, NULL);
}

/* Writes @value with @precision digits; false when they do not read back as @value.
 * The doubles next to a power of two are closer below it than above: the number that
 * is nearest to it may be another's already while the next one up is still its own. */
static bool
reads_back(double value, int precision, bool narrow, char *text, size_t size)
{
    int exponent;

    snprintf(text, size, "%.*e", precision - 1, value);
    if (parse(text, narrow) == value)
        return true;
    return frexp(value, &exponent) == 0.5 && count_up(text)
           && parse(text, narrow) == value;
}

/* The fewest digits that read back as @value. Every normal double keeps 15 digits, so
 * only the subnormal ones may need fewer than what trailing zeros show. */
static void
shortest(double value, bool narrow, struct decimals *ret)
{
    bool subnormal = value < (narrow ? FLT_MIN : DBL_MIN);
    int precision = subnormal ? 1 : narrow ? FLT_DIG : DBL_DIG;
    char text[64];

    while (!reads_back(value, precision, narrow, text, sizeof text)
           && precision < DBL_DECIMAL_DIG)
        precision++;
    split(text, ret);
}

/* Behind the digits: "e+16", "e-05". */
static void
put_with_exponent(struct hn_text *text, const struct decimals *d)
{
    hn_text_putc(text, d->digits[0]);
    if (d->count > 1) {
        hn_text_putc(text, '.');
        hn_text_puts(text, d->digits + 1);
    }
    hn_text_printf(text, "e%c%02d", d->exponent > 0 ? '+' : '-', abs(d->exponent - 1));
}

static void
put_plain(struct hn_text *text, const struct decimals *d, const char *point_zero)
{
    if (d->exponent <= 0) {
        hn_text_puts(text, "0.");
        hn_text_pad(text, '0', (size_t)-d->exponent);
        hn_text_puts(text, d->digits);
    } else if (d->count > d->exponent) {
        hn_text_add(text, d->digits, (size_t)d->exponent);
        hn_text_putc(text, '.');
        hn_text_puts(text, d->digits + d->exponent);
    } else {
        hn_text_puts(text, d->digits);
        hn_text_pad(text, '0', (size_t)(d->exponent - d->count));
        hn_text_puts(text, point_zero);
    }
}

/* A float by the rules of repr(): an exponent below 1e-4 and from 1e16 on. */
static void
put_real(struct hn_text *text, double value, bool narrow, const char *point_zero)
{
    struct decimals decimals;

    if (isnan(value)) {
        hn_text_puts(text, "nan");
        return;
    }
    if (signbit(value))
        hn_text_putc(text, '-');
    value = fabs(value);
    if (isinf(value)) {
        hn_text_puts(text, "inf");
        return;
    }
    shortest(value, narrow, &decimals);
    if (value != 0 && (decimals.exponent < -3 || decimals.exponent > 16))
        put_with_exponent(text, &decimals);
    else
        put_plain(text, &decimals, point_zero);
}

static void
put_float(struct hn_text *text, double value, const char *point_zero)
{
    put_real(text, value, false, point_zero);
}

void
hn_show_float32(struct hn_show *show, float value)
{
    put_real(hn_show_text(show), value, true, ".0");
}

void
hn_show_float(struct hn_show *show, double value)
{
    put_float(hn_show_text(show), value, ".0");
}

static enum hn_status
read_double(struct hn_show *show, enum hn_field field, hn_addr object, double *ret)
{
    uint64_t bits;
    enum hn_status st = hn_field_read(hn_show_python(show), field, object, &bits);

    if (!st)
        memcpy(ret, &bits, sizeof *ret);
    return st;
}

static enum hn_status
show_float(struct hn_show *show, const struct hn_object *object)
{
    double value;
    enum hn_status st = read_double(show, HN_FLOAT_VALUE, object->at, &value);

    if (!st)
        hn_show_float(show, value);
    return st;
}

/* (1+2j); a real part of plain zero is left out: 2j. */
void
hn_show_complex(struct hn_show *show, double real, double imag, bool parentheses)
{
    struct hn_text *text = hn_show_text(show);
    bool has_real = real != 0 || signbit(real);

    if (has_real || parentheses)
        hn_text_puts(text, "(");
    if (has_real) {
        put_float(text, real, "");
        if (isnan(imag) || !signbit(imag))
            hn_text_puts(text, "+");
    }
    put_float(text, imag, "");
    hn_text_puts(text, has_real || parentheses ? "j)" : "j");
}

static enum hn_status
show_complex(struct hn_show *show, const struct hn_object *object)
{
    double real, imag;
    enum hn_status st = read_double(show, HN_COMPLEX_REAL, object->at, &real);

    if (!st)
        st = read_double(show, HN_COMPLEX_IMAG, object->at, &imag);
    if (!st)
        hn_show_complex(show, real, imag, false);
    return st;
}

const struct hn_shower hn_showers_number[] = {
    { "int", show_int, HN_SHOWER_LEAF, NULL },
    { "bool", show_bool, HN_SHOWER_LEAF, NULL },
    { "float", show_float, HN_SHOWER_LEAF, NULL },
    { "complex", show_complex, HN_SHOWER_LEAF, NULL },
    { NULL, NULL, 0, NULL },
};
