/* The data goes into a script element that is not run (application/json). */
#include "report/page.h"

#include <string.h>

/* In JSON these can only stand inside of a string, where an escape means the same.
 * Without them neither </script> nor <!-- can be, nor an entity. */
static const char *
escape_of(char c)
{
    switch (c) {
    case '<': return "\\u003c";
    case '>': return "\\u003e";
    case '&': return "\\u0026";
    default: return NULL;
    }
}

/* U+2028 and U+2029, which are ends of lines to older readers of JavaScript. */
static bool
is_line_end(const char *bytes, size_t size)
{
    return size >= 3 && memcmp(bytes, "\xe2\x80", 2) == 0
           && ((unsigned char)bytes[2] & 0xfe) == 0xa8;
}

static void
put_json(struct hn_text *text, const char *bytes, size_t size)
{
    size_t plain = 0; /* bytes from here on wait to be copied */

    for (size_t at = 0; at < size; at++) {
        bool line_end = is_line_end(bytes + at, size - at);
        const char *escape =
            line_end ? ((unsigned char)bytes[at + 2] == 0xa8 ? "\\u2028" : "\\u2029")
                     : escape_of(bytes[at]);

        if (!escape)
            continue;
        hn_text_add(text, bytes + plain, at - plain);
        hn_text_puts(text, escape);
        at += line_end ? 2 : 0;
        plain = at + 1;
    }
    hn_text_add(text, bytes + plain, size - plain);
}

void
hn_page_put(struct hn_text *text, const struct hn_page *page,
            const struct hn_text *json)
{
    if (json->failed) {
        text->failed = true;
        return;
    }
    hn_text_add(text, page->before, page->before_size);
    put_json(text, json->bytes, json->size);
    hn_text_add(text, page->after, page->after_size);
}
