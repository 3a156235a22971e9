/* Growing text, UTF-8 and what must be escaped on a terminal. */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USUAL_LENGTH = 64 }; /* of what one printf adds */

void
hn_text_init(struct hn_text *text)
{
    *text = (struct hn_text){ NULL, 0, 0, false };
}

void
hn_text_deinit(struct hn_text *text)
{
    free(text->bytes);
    hn_text_init(text);
}

void
hn_text_clear(struct hn_text *text)
{
    text->size = 0;
    text->failed = false;
    if (text->bytes)
        text->bytes[0] = '\0';
}

static bool
reserve(struct hn_text *text, size_t more)
{
    size_t wanted, capacity = text->capacity ? text->capacity : 256;
    char *bytes;

    if (text->failed)
        return false;
    if (__builtin_add_overflow(text->size, more, &wanted)
        || __builtin_add_overflow(wanted, 1, &wanted)) {
        text->failed = true;
        return false;
    }
    if (wanted <= text->capacity)
        return true;
    while (capacity < wanted && capacity < SIZE_MAX / 2)
        capacity += capacity / 2;
    if (capacity < wanted)
        capacity = wanted;
    bytes = realloc(text->bytes, capacity);
    if (!bytes) {
        text->failed = true;
        return false;
    }
    text->bytes = bytes;
    text->capacity = capacity;
    return true;
}

void
hn_text_add(struct hn_text *text, const char *bytes, size_t size)
{
    if (!reserve(text, size))
        return;
    if (size > 0)
        memcpy(text->bytes + text->size, bytes, size);
    text->size += size;
    text->bytes[text->size] = '\0';
}

void
hn_text_puts(struct hn_text *text, const char *string)
{
    hn_text_add(text, string, strlen(string));
}

void
hn_text_putc(struct hn_text *text, char c)
{
    hn_text_add(text, &c, 1);
}

void
hn_text_pad(struct hn_text *text, char c, size_t count)
{
    if (!reserve(text, count))
        return;
    memset(text->bytes + text->size, c, count);
    text->size += count;
    text->bytes[text->size] = '\0';
}

void
hn_text_printf(struct hn_text *text, const char *format, ...)
{
    va_list args;
    int length;

    /* Nearly all fit at once; to measure first would be to format twice. */
    if (!reserve(text, USUAL_LENGTH))
        return;
    va_start(args, format);
    length =
        vsnprintf(text->bytes + text->size, text->capacity - text->size, format, args);
    va_end(args);
    if (length >= 0 && (size_t)length >= text->capacity - text->size) {
        text->bytes[text->size] = '\0';
        if (!reserve(text, (size_t)length))
            return;
        va_start(args, format);
        vsnprintf(text->bytes + text->size, (size_t)length + 1, format, args);
        va_end(args);
    }
    if (length > 0)
        text->size += (size_t)length;
}

void
hn_text_put_code_point(struct hn_text *text, uint32_t code)
{
    char out[4];

    if ((code >= 0xd800 && code < 0xe000) || code > 0x10ffff) {
        hn_text_printf(text, code > 0xffff ? "\\U%08x" : "\\u%04x", (unsigned)code);
    } else if (code < 0x80) {
        hn_text_putc(text, (char)code);
    } else if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        hn_text_add(text, out, 2);
    } else if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        hn_text_add(text, out, 3);
    } else {
        out[0] = (char)(0xf0 | code >> 18);
        out[1] = (char)(0x80 | (code >> 12 & 0x3f));
        out[2] = (char)(0x80 | (code >> 6 & 0x3f));
        out[3] = (char)(0x80 | (code & 0x3f));
        hn_text_add(text, out, 4);
    }
}

static size_t
utf8_length(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first < 0xe0)
        return 2;
    if (first >= 0xe0 && first < 0xf0)
        return 3;
    if (first >= 0xf0 && first < 0xf5)
        return 4;
    return 0;
}

size_t
hn_utf8_decode(const char *bytes, size_t size, uint32_t *code_ret)
{
    static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
    size_t length = size > 0 ? utf8_length((unsigned char)bytes[0]) : 0;
    uint32_t code;

    if (length == 0 || length > size)
        return 0;
    code = (unsigned char)bytes[0];
    if (length > 1)
        code &= 0x7fu >> length;
    for (size_t i = 1; i < length; i++) {
        unsigned char c = (unsigned char)bytes[i];

        if ((c & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (c & 0x3f);
    }
    if (code < smallest[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
        return 0;
    *code_ret = code;
    return length;
}

/* Characters that move the cursor, hide text or turn its direction around. */
static bool
is_hostile(uint32_t code)
{
    return code < 0x20 || (code >= 0x7f && code < 0xa0)
           || (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e)
           || (code >= 0x2060 && code <= 0x206f) || code == 0xfeff
           || (code >= 0xfff9 && code <= 0xfffb)
           || (code >= 0xe0000 && code <= 0xe007f);
}

static void
put_escape(struct hn_text *text, uint32_t code)
{
    switch (code) {
    case '\n': hn_text_puts(text, "\\n"); break;
    case '\r': hn_text_puts(text, "\\r"); break;
    case '\t': hn_text_puts(text, "\\t"); break;
    default:
        if (code < 0x100)
            hn_text_printf(text, "\\x%02x", (unsigned)code);
        else if (code < 0x10000)
            hn_text_printf(text, "\\u%04x", (unsigned)code);
        else
            hn_text_printf(text, "\\U%08x", (unsigned)code);
    }
}

/* Eight bytes at once: none below 0x20, none from 0x7f on. A byte's top bit shows up
 * where it was set before, where adding 1 sets it (0x7f), or where taking 0x20 away
 * borrows; a borrow can only make the answer "no" for bytes above it, never "yes". */
static bool
eight_are_plain(const char *bytes)
{
    const uint64_t every = 0x0101010101010101;
    uint64_t word;

    memcpy(&word, bytes, sizeof(word));
    return ((word | (word + every) | (word - 0x20 * every)) & 0x80 * every) == 0;
}

/* How many bytes at the start are printable ASCII, as nearly all text is: shown as
 * they are, one column each. */
static size_t
plain_bytes(const char *bytes, size_t size)
{
    size_t count = 0;

    while (size - count >= 8 && eight_are_plain(bytes + count))
        count += 8;
    while (count < size && bytes[count] >= 0x20 && bytes[count] < 0x7f)
        count++;
    return count;
}

/* Puts the one character at @bytes and returns how many bytes it took. */
static size_t
put_character(struct hn_text *text, const char *bytes, size_t size)
{
    uint32_t code;
    size_t length = hn_utf8_decode(bytes, size, &code);

    if (length == 0) {
        put_escape(text, (unsigned char)bytes[0]);
        return 1;
    }
    if (is_hostile(code))
        put_escape(text, code);
    else
        hn_text_add(text, bytes, length);
    return length;
}

void
hn_text_put_escaped(struct hn_text *text, const char *bytes, size_t size)
{
    size_t at = 0;

    while (at < size) {
        size_t plain = plain_bytes(bytes + at, size - at);

        hn_text_add(text, bytes + at, plain);
        at += plain;
        if (at < size)
            at += put_character(text, bytes + at, size - at);
    }
}

/* Close enough to Unicode's East Asian Width for aligning tables. */
static size_t
columns_of(uint32_t code)
{
    if ((code >= 0x300 && code <= 0x36f) || (code >= 0xfe00 && code <= 0xfe0f)
        || (code >= 0x20d0 && code <= 0x20ff) || code == 0x200d)
        return 0;
    if ((code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xa4cf)
        || (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff)
        || (code >= 0xfe30 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xff60)
        || (code >= 0xffe0 && code <= 0xffe6) || (code >= 0x1f300 && code <= 0x1f64f)
        || (code >= 0x1f900 && code <= 0x1f9ff) || (code >= 0x20000 && code <= 0x3fffd))
        return 2;
    return 1;
}

size_t
hn_utf8_columns(const char *bytes, size_t size)
{
    size_t at = plain_bytes(bytes, size), columns = at;

    while (at < size) {
        uint32_t code = 0;
        size_t length = hn_utf8_decode(bytes + at, size - at, &code);

        columns += length ? columns_of(code) : 1;
        at += length ? length : 1;
    }
    return columns;
}

const char *
hn_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}
