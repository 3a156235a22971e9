/* Numbers with a unit behind: times, rates and sizes. Decimal fractions are read digit
 * by digit, because strtod() would want a comma in some locales. */
#include <string.h>
#include <strings.h>

#include "command/parse.h"

/* A week: who samples longer has forgotten to end it. */
static const uint64_t MAX_TIME_NS = 7ULL * 24 * 3600 * 1000000000;

/* No machine has more memory. */
static const uint64_t MAX_BYTES = 1ULL << 52;

/* Nine digits behind the point are nanoseconds. */
enum { FRACTION_DIGITS = 9, FRACTION = 1000000000 };

struct unit {
    const char *name;
    uint64_t scale;
};

/* Reads "12.5": whole and billionths; what follows is at *rest_ret. */
static bool
read_decimal(const char *word, uint64_t *whole_ret, uint64_t *fraction_ret,
             const char **rest_ret)
{
    uint64_t whole = 0, fraction = 0, scale = FRACTION / 10;
    size_t digits = strspn(word, "0123456789"), behind = 0;

    if (digits > 12)
        return false;
    for (size_t i = 0; i < digits; i++)
        whole = whole * 10 + (uint64_t)(word[i] - '0');
    word += digits;
    if (*word == '.') {
        behind = strspn(++word, "0123456789");
        for (size_t i = 0; i < behind && i < FRACTION_DIGITS; i++, scale /= 10)
            fraction += scale * (uint64_t)(word[i] - '0');
        word += behind;
    }
    *whole_ret = whole;
    *fraction_ret = fraction;
    *rest_ret = word;
    return digits + behind > 0;
}

/* @word times the scale of the unit behind it, at most @limit. */
static bool
parse_with_unit(const char *word, const struct unit *units, uint64_t limit,
                uint64_t *ret)
{
    uint64_t whole, fraction, value;
    const char *rest;

    if (!read_decimal(word, &whole, &fraction, &rest))
        return false;
    while (units->name && strcasecmp(units->name, rest) != 0)
        units++;
    if (!units->name || __builtin_mul_overflow(whole, units->scale, &value))
        return false;
    /* The scale is at most 3.6e12 (an hour): this fits 128 bits with ease. */
    value += (uint64_t)((unsigned __int128)fraction * units->scale / FRACTION);
    if (value == 0 || value > limit)
        return false;
    *ret = value;
    return true;
}

bool
hn_parse_time(const char *word, uint64_t *ret)
{
    static const struct unit units[] = {
        { "", 1000000000 },
        { "s", 1000000000 },
        { "ms", 1000000 },
        { "m", 60ULL * 1000000000 },
        { "min", 60ULL * 1000000000 },
        { "h", 3600ULL * 1000000000 },
        { NULL, 0 },
    };

    return parse_with_unit(word, units, MAX_TIME_NS, ret);
}

bool
hn_parse_rate(const char *word, uint64_t *ret)
{
    static const struct unit units[] = {
        { "", 1 }, { "hz", 1 }, { "k", 1000 }, { "khz", 1000 }, { NULL, 0 },
    };

    /* More often than once a microsecond no process can be looked at. */
    return parse_with_unit(word, units, 1000000, ret);
}

bool
hn_parse_bytes(const char *word, uint64_t *ret)
{
    static const struct unit units[] = {
        { "", 1 },
        { "b", 1 },
        { "k", 1ULL << 10 },
        { "kb", 1ULL << 10 },
        { "kib", 1ULL << 10 },
        { "m", 1ULL << 20 },
        { "mb", 1ULL << 20 },
        { "mib", 1ULL << 20 },
        { "g", 1ULL << 30 },
        { "gb", 1ULL << 30 },
        { "gib", 1ULL << 30 },
        { NULL, 0 },
    };

    return parse_with_unit(word, units, MAX_BYTES, ret);
}
