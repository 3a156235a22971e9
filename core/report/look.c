/* Widths, colours and cutting: what every layout is made of. */
#include "report/look.h"

#include <string.h>

static const char *const sgr[] = {
    [HN_PLAIN] = "",          [HN_FUNCTION] = "\033[33m", [HN_FILE] = "\033[32m",
    [HN_HEADING] = "\033[1m", [HN_PROBLEM] = "\033[31m",  [HN_MARK] = "\033[1;31m",
};

void
hn_look_start(struct hn_text *text, const struct hn_look *look, enum hn_paint paint)
{
    if (look->colour)
        hn_text_puts(text, sgr[paint]);
}

void
hn_look_end(struct hn_text *text, const struct hn_look *look, enum hn_paint paint)
{
    if (look->colour && paint != HN_PLAIN)
        hn_text_puts(text, "\033[m");
}

size_t
hn_look_put(struct hn_text *text, const struct hn_look *look, enum hn_paint paint,
            const char *string)
{
    return hn_look_fit(text, look, paint, string, 0, HN_CUT_END);
}

/* Bytes at the start of the escaped @bytes that take at most @columns. */
static size_t
leading(const char *bytes, size_t size, size_t columns)
{
    size_t at = 0, used = 0;

    while (at < size) {
        uint32_t code;
        size_t length = hn_utf8_decode(bytes + at, size - at, &code);
        size_t wide;

        if (length == 0)
            length = 1;
        wide = hn_utf8_columns(bytes + at, length);
        if (used + wide > columns)
            break;
        used += wide;
        at += length;
    }
    return at;
}

/* Bytes to leave out at the start so that the rest takes at most @columns. */
static size_t
trailing(const char *bytes, size_t size, size_t total, size_t columns)
{
    size_t at = leading(bytes, size, total - columns);

    while (at < size && hn_utf8_columns(bytes + at, size - at) > columns) {
        uint32_t code;
        size_t length = hn_utf8_decode(bytes + at, size - at, &code);

        at += length ? length : 1;
    }
    return at;
}

static void
cut_end(struct hn_text *text, size_t from, size_t columns)
{
    size_t keep = leading(text->bytes + from, text->size - from, columns - 3);

    text->size = from + keep;
    hn_text_puts(text, "...");
}

static void
cut_start(struct hn_text *text, size_t from, size_t total, size_t columns)
{
    char *bytes = text->bytes + from;
    size_t size = text->size - from;
    size_t skip = trailing(bytes, size, total, columns - 3);

    /* Three columns or more were dropped, so there is room for the dots. */
    memmove(bytes + 3, bytes + skip, size - skip);
    memcpy(bytes, "...", 3);
    text->size = from + 3 + size - skip;
    text->bytes[text->size] = '\0';
}

size_t
hn_look_fit(struct hn_text *text, const struct hn_look *look, enum hn_paint paint,
            const char *string, size_t columns, enum hn_cut cut)
{
    size_t from, total;

    hn_look_start(text, look, paint);
    from = text->size;
    hn_text_put_escaped(text, string, strlen(string));
    if (text->failed)
        return 0;
    total =
        text->size > from ? hn_utf8_columns(text->bytes + from, text->size - from) : 0;
    if (columns > 3 && total > columns) {
        if (cut == HN_CUT_END)
            cut_end(text, from, columns);
        else
            cut_start(text, from, total, columns);
        if (text->failed)
            return 0;
        total = hn_utf8_columns(text->bytes + from, text->size - from);
    }
    hn_look_end(text, look, paint);
    return total;
}

void
hn_look_pad(struct hn_text *text, size_t used, size_t columns, size_t gap)
{
    hn_text_pad(text, ' ', used + gap <= columns ? columns - used : gap);
}

size_t
hn_look_measure(struct hn_text *scratch, const char *string)
{
    hn_text_clear(scratch);
    hn_text_put_escaped(scratch, string, strlen(string));
    return scratch->size ? hn_utf8_columns(scratch->bytes, scratch->size) : 0;
}
