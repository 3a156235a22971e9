/* Python's fnmatch, character by character. A star is tried at every length, the last
 * one first again when what follows does not fit: two positions, no recursion. */
#include "base/text.h"
#include "tracemalloc/statistics.h"

struct text {
    const char *bytes;
    size_t size;
};

/* The character at @at and what is behind it. Bytes that are no UTF-8 (lone surrogates)
 * stand for themselves, beyond all characters. */
static uint32_t
take(struct text text, size_t *at)
{
    uint32_t code;
    size_t size = hn_utf8_decode(text.bytes + *at, text.size - *at, &code);

    if (size == 0) {
        code = 0x110000u + (uint8_t)text.bytes[*at];
        size = 1;
    }
    *at += size;
    return code;
}

/* Where the set that begins behind the '[' at @at ends, at its ']'; 0: nowhere, then
 * the bracket is one. */
static size_t
set_end(struct text pattern, size_t at)
{
    if (at < pattern.size && pattern.bytes[at] == '!')
        at++;
    if (at < pattern.size && pattern.bytes[at] == ']')
        at++;
    while (at < pattern.size && pattern.bytes[at] != ']')
        at++;
    return at < pattern.size ? at : 0;
}

static bool
in_set(struct text pattern, size_t at, size_t end, uint32_t code)
{
    bool negated = pattern.bytes[at] == '!', hit = false;

    at += negated;
    while (at < end) {
        uint32_t low = take(pattern, &at), high = low;

        if (at + 1 < end && pattern.bytes[at] == '-') {
            at++;
            high = take(pattern, &at);
        }
        hit |= low <= code && code <= high;
    }
    return hit != negated;
}

/* Matches one character of @name against one element of @pattern; steps over both. */
static bool
one_matches(struct text name, size_t *n, struct text pattern, size_t *p)
{
    uint32_t code = take(name, n), wanted = take(pattern, p);
    size_t end = wanted == '[' ? set_end(pattern, *p) : 0;
    bool hit;

    if (end == 0)
        return wanted == '?' || wanted == code;
    hit = in_set(pattern, *p, end, code);
    *p = end + 1;
    return hit;
}

bool
hn_trace_name_matches(const char *name_bytes, size_t name_size,
                      const char *pattern_bytes, size_t pattern_size)
{
    const struct text name = { name_bytes, name_size };
    const struct text pattern = { pattern_bytes, pattern_size };
    size_t n = 0, p = 0, star_p = 0, star_n = 0;
    bool star = false;

    for (;;) {
        if (p < pattern.size && pattern.bytes[p] == '*') {
            star = true;
            star_p = ++p;
            star_n = n;
            continue;
        }
        if (n == name.size && p == pattern.size)
            return true;
        if (n < name.size && p < pattern.size && one_matches(name, &n, pattern, &p))
            continue;
        if (!star || star_n == name.size)
            return false;
        take(name, &star_n);
        n = star_n;
        p = star_p;
    }
}
