/* Decimal, in C and in Python; Fraction and UUID.
 *
 * A Decimal is written as it was computed: its digits, with a point or an exponent.
 * CPython: Modules/_decimal/_decimal.c and libmpdec/mpdecimal.h (mpd_t),
 * Lib/_pydecimal.py, Lib/fractions.py, Lib/uuid.py. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "objects/int.h"
#include "objects/show_stdlib.h"

/* Coefficients beyond these are cut whatever the limits say: this many pages of text
 * help nobody. */
enum { DIGITS_MOST = 1 << 16 };

/* libmpdec keeps 19 decimals in a word. */
enum { WORD_DIGITS = 19, WORDS_MOST = DIGITS_MOST / WORD_DIGITS + 1 };
#define WORD_LIMIT UINT64_C(10000000000000000000)

/* mpd_t.flags */
enum { NEGATIVE = 1, INFINITE = 2, QUIET_NAN = 4, SIGNALING_NAN = 8 };

/* mpd_t, behind the object's hash. */
enum { MPD = 8 };
struct mpd {
    uint64_t flags; /* a byte, and padding */
    int64_t exponent, digits, word_count, allocated;
    hn_addr words; /* the lowest first */
};

/* A number as text: all its digits, or the first of them. */
struct number {
    const char *digits;
    size_t shown;
    uint64_t count;
    int64_t exponent;
};

/* From here on, and for fewer than six zeros behind the point, there is an exponent. */
enum { PLAIN_LEAST = -6 };

static void
put_digits(struct hn_show *show, const struct number *number, size_t from, size_t to)
{
    if (from < number->shown)
        hn_text_add(hn_show_text(show), number->digits + from,
                    (to < number->shown ? to : number->shown) - from);
}

static void
put_fraction(struct hn_show *show, const struct number *number, size_t from)
{
    if (from >= number->count)
        return;
    hn_show_puts(show, ".");
    put_digits(show, number, from, number->shown);
}

/* 0.00123 */
static void
put_below_one(struct hn_show *show, const struct number *number, size_t zeros)
{
    hn_show_puts(show, "0.");
    hn_text_pad(hn_show_text(show), '0', zeros);
    put_digits(show, number, 0, number->shown);
}

/* "to-scientific-string" of the General Decimal Arithmetic Specification. */
static void
put_number(struct hn_show *show, const struct number *number)
{
    int64_t last = (int64_t)number->count - 1, adjusted = number->exponent + last;
    bool plain = number->exponent <= 0 && adjusted >= PLAIN_LEAST;

    if (plain && adjusted < 0) {
        put_below_one(show, number, (size_t)(-adjusted - 1));
    } else {
        size_t whole = plain ? (size_t)adjusted + 1 : 1;

        put_digits(show, number, 0, whole);
        put_fraction(show, number, whole);
    }
    if (number->shown < number->count)
        hn_show_cut(show, number->count - number->shown);
    if (!plain)
        hn_show_printf(show, "E%+" PRId64, adjusted);
}

static size_t
limit_digits(struct hn_show *show, uint64_t count)
{
    size_t width = hn_show_limits(show)->width;
    size_t most = width && width < DIGITS_MOST ? width : DIGITS_MOST;

    return count < most ? count : most;
}

static enum hn_status
check_mpd(struct hn_python *py, hn_addr at, const struct mpd *mpd)
{
    /* libmpdec's own limits on 64 bits */
    const int64_t most = INT64_C(999999999999999999), least = -2 * most;
    int64_t words = mpd->digits / WORD_DIGITS + (mpd->digits % WORD_DIGITS != 0);

    if (mpd->digits < 0 || mpd->digits > most || mpd->exponent > most
        || mpd->exponent < least || mpd->word_count < words)
        return hn_fail(py->err, HN_E_CORRUPT, at, "impossible decimal");
    return HN_OK;
}

/* Reads the highest words, and writes the first digits of them. */
static enum hn_status
load_digits(struct hn_show *show, const struct mpd *mpd, struct number *ret)
{
    struct hn_python *py = hn_show_python(show);
    struct hn_arena *arena = hn_show_arena(show);
    uint64_t count = (uint64_t)mpd->digits, total, used;
    size_t shown = limit_digits(show, count), size = 0;
    uint64_t *words;
    char *text;
    enum hn_status st;

    total = (count + WORD_DIGITS - 1) / WORD_DIGITS;
    used = shown / WORD_DIGITS + 2 < total ? shown / WORD_DIGITS + 2 : total;
    words = hn_arena_array(arena, used + 1, sizeof *words);
    text = hn_arena_array(arena, used + 1, WORD_DIGITS + 2);
    if (!words || !text)
        return hn_fail(py->err, HN_E_NOMEM, 0, "no memory for digits");
    st = hn_target_read(py->target, mpd->words + (total - used) * sizeof *words, words,
                        used * sizeof *words);
    if (st)
        return st;
    while (used-- > 0) {
        if (words[used] >= WORD_LIMIT)
            return hn_fail(py->err, HN_E_CORRUPT, mpd->words, "impossible decimal");
        size += (size_t)sprintf(text + size, size ? "%019" PRIu64 : "%" PRIu64,
                                words[used]);
    }
    *ret = (struct number){ text, size < shown ? size : shown, count, mpd->exponent };
    return HN_OK;
}

/* The payload of a NaN, if any, follows its name. */
static enum hn_status
put_mpd(struct hn_show *show, const struct mpd *mpd)
{
    struct number number = { "", 0, 0, 0 };
    enum hn_status st = HN_OK;

    if (mpd->flags & NEGATIVE)
        hn_show_puts(show, "-");
    if (mpd->flags & INFINITE) {
        hn_show_puts(show, "Infinity");
        return HN_OK;
    }
    if (mpd->digits > 0)
        st = load_digits(show, mpd, &number);
    if (st)
        return st;
    if (!(mpd->flags & (QUIET_NAN | SIGNALING_NAN))) {
        put_number(show, &number);
        return HN_OK;
    }
    hn_show_puts(show, mpd->flags & SIGNALING_NAN ? "sNaN" : "NaN");
    put_digits(show, &number, 0, number.shown);
    return HN_OK;
}

/* Decimal('1.50'), whatever a subclass is called. */
static enum hn_status
show_decimal(struct hn_show *show, const struct hn_object *object)
{
    struct mpd mpd;
    enum hn_status st =
        hn_show_behind(show, object, HN_HEAD_OBJECT, MPD, &mpd, sizeof mpd);

    if (!st)
        st = check_mpd(hn_show_python(show), object->at, &mpd);
    if (st)
        return st;
    hn_show_puts(show, "Decimal('");
    st = put_mpd(show, &mpd);
    hn_show_puts(show, "')");
    return st;
}

/* ---- Decimal in Python ---- */

/* Its attributes: _sign 0 or 1, _int the digits as a str, _exp a number, or a letter
 * for what is none. */
struct attributes {
    hn_addr sign, digits, exponent;
    int64_t negative, number;
    char letter; /* 'F' infinite, 'n' NaN, 'N' signaling NaN; 0: a number */
};

static enum hn_status
load_exponent(struct hn_show *show, struct attributes *attributes)
{
    struct hn_python *py = hn_show_python(show);
    const char *text;

    if (hn_int_load(py, attributes->exponent, &attributes->number) == HN_OK)
        return HN_OK;
    attributes->letter = '\0';
    if (hn_str_load(py, attributes->exponent, 1, hn_show_arena(show), &text, NULL, NULL)
            != HN_OK
        || !strchr("FnN", *text) || !*text)
        return HN_DONE;
    attributes->letter = *text;
    return HN_OK;
}

static enum hn_status
load_attributes(struct hn_show *show, const struct hn_object *object,
                struct attributes *ret)
{
    enum hn_status st = hn_show_attribute(show, object, "_sign", &ret->sign);

    if (!st)
        st = hn_show_attribute(show, object, "_int", &ret->digits);
    if (!st)
        st = hn_show_attribute(show, object, "_exp", &ret->exponent);
    if (!st)
        st = hn_int_load(hn_show_python(show), ret->sign, &ret->negative);
    return st ? st : load_exponent(show, ret);
}

static enum hn_status
put_attributes(struct hn_show *show, const struct attributes *attributes)
{
    struct number number = { .exponent = attributes->number };
    enum hn_status st =
        hn_str_load(hn_show_python(show), attributes->digits, DIGITS_MOST,
                    hn_show_arena(show), &number.digits, &number.shown, NULL);

    if (st)
        return st;
    number.count = number.shown;
    number.shown = limit_digits(show, number.count);
    hn_show_puts(show, attributes->negative ? "Decimal('-" : "Decimal('");
    switch (attributes->letter) {
    case 'F': hn_show_puts(show, "Infinity"); break;
    case 'n': hn_show_printf(show, "NaN"); break;
    case 'N': hn_show_printf(show, "sNaN"); break;
    default: put_number(show, &number); break;
    }
    if (attributes->letter == 'n' || attributes->letter == 'N')
        put_digits(show, &number, 0, number.shown);
    hn_show_puts(show, "')");
    return HN_OK;
}

static enum hn_status
show_decimal_in_python(struct hn_show *show, const struct hn_object *object)
{
    struct attributes attributes = { 0 };
    enum hn_status st = load_attributes(show, object, &attributes);

    if (st == HN_DONE)
        return hn_show_as_instance(show, object);
    return st ? st : put_attributes(show, &attributes);
}

/* ---- Fraction and UUID ---- */

static enum hn_status
show_fraction(struct hn_show *show, const struct hn_object *object)
{
    hn_addr numerator, denominator;
    enum hn_status st = hn_show_attribute(show, object, "_numerator", &numerator);

    if (!st)
        st = hn_show_attribute(show, object, "_denominator", &denominator);
    if (st == HN_DONE)
        return hn_show_as_instance(show, object);
    if (st)
        return st;
    hn_show_short_name(show, object);
    hn_show_puts(show, "(");
    hn_show_object(show, numerator);
    hn_show_puts(show, ", ");
    hn_show_object(show, denominator);
    hn_show_puts(show, ")");
    return HN_OK;
}

/* 128 bits are at most 5 digits of an int. */
enum { UUID_DIGITS = 5, UUID_NIBBLES = 32, UUID_BITS = 128 };

static enum hn_status
load_uuid(struct hn_python *py, hn_addr number, uint32_t ret[UUID_DIGITS + 1])
{
    struct hn_int_shape shape;
    enum hn_status st = hn_int_shape_load(py, number, &shape);

    memset(ret, 0, (UUID_DIGITS + 1) * sizeof *ret);
    if (!st && (shape.negative || shape.digit_count > UUID_DIGITS))
        st = hn_fail(py->err, HN_E_CORRUPT, number, "UUID of more than 128 bits");
    return st ? st
              : hn_target_read(py->target, shape.digits, ret,
                               shape.digit_count * sizeof *ret);
}

static unsigned
uuid_nibble(const uint32_t digits[UUID_DIGITS + 1], unsigned bit)
{
    unsigned index = bit / HN_INT_DIGIT_BITS;
    uint64_t pair = digits[index] | (uint64_t)digits[index + 1] << HN_INT_DIGIT_BITS;

    return pair >> (bit % HN_INT_DIGIT_BITS) & 0xf;
}

/* UUID('12345678-1234-5678-1234-567812345678') */
static enum hn_status
show_uuid(struct hn_show *show, const struct hn_object *object)
{
    uint32_t digits[UUID_DIGITS + 1];
    hn_addr number;
    enum hn_status st = hn_show_attribute(show, object, "int", &number);

    if (st == HN_DONE)
        return hn_show_as_instance(show, object);
    if (!st)
        st = load_uuid(hn_show_python(show), number, digits);
    if (st)
        return st;
    hn_show_short_name(show, object);
    hn_show_puts(show, "('");
    for (unsigned i = 0; i < UUID_NIBBLES; i++) {
        bool dash = i == 8 || i == 12 || i == 16 || i == 20;

        hn_show_printf(show, "%s%x", dash ? "-" : "",
                       uuid_nibble(digits, UUID_BITS - 4 * (i + 1)));
    }
    hn_show_puts(show, "')");
    return HN_OK;
}

const struct hn_shower hn_showers_decimal[] = {
    { "decimal.Decimal", show_decimal, HN_SHOWER_LEAF, NULL },
    /* _pydecimal calls itself decimal. */
    { "decimal:Decimal.__repr__", show_decimal_in_python, HN_SHOWER_LEAF, NULL },
    { "fractions:Fraction.__repr__", show_fraction, HN_SHOWER_LEAF, NULL },
    { "uuid:UUID.__repr__", show_uuid, HN_SHOWER_LEAF, NULL },
    { NULL, NULL, 0, NULL },
};
