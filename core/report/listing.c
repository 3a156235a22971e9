/* py-list on a screen: numbered lines, ">" at the current one, as libpython.py's. */
#include "report/listing.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Tabs as Python's own tokenizer counts them. */
enum { TAB = 8 };

/* Indentation must survive, so its tabs are spread instead of escaped. */
static void
put_line(struct hn_text *text, const struct hn_look *look, const char *line,
         size_t room)
{
    size_t used = 0;

    for (; *line == ' ' || *line == '\t'; line++)
        used += *line == '\t' ? TAB - used % TAB : 1;
    hn_text_pad(text, ' ', used);
    hn_look_fit(text, look, HN_PLAIN, line, room > used ? room - used : 0, HN_CUT_END);
}

void
hn_listing_put(struct hn_text *text, const struct hn_look *look,
               const struct hn_listing *listing)
{
    uint64_t last = listing->first + listing->count - 1;
    int digits = snprintf(NULL, 0, "%" PRIu64, last);
    size_t before = 2 + (size_t)digits + 4;

    for (size_t i = 0; i < listing->count; i++) {
        uint64_t number = listing->first + i;
        bool current = number == listing->current;
        enum hn_paint paint = current ? HN_MARK : HN_PLAIN;

        hn_look_start(text, look, paint);
        hn_text_printf(text, "%c %*" PRIu64, current ? '>' : ' ', digits, number);
        hn_look_end(text, look, paint);
        if (listing->lines[i][0]) {
            hn_text_puts(text, "    ");
            put_line(text, look, listing->lines[i],
                     look->width > before ? look->width - before : 0);
        }
        hn_text_putc(text, '\n');
    }
}
