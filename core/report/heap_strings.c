/* Strings that exist more than once, as text and as JSON. */
#include "report/heap.h"
#include "report/number.h"

enum { COUNT = 11, BYTES = 12 };

static void
put_row(struct hn_text *text, const struct hn_look *look,
        const struct hn_heap_copies *row)
{
    enum { TEXT_AT = COUNT + 2 * BYTES + 2 };
    char buf[HN_NUMBER_SIZE];

    hn_number_format(buf, row->count);
    hn_text_printf(text, "%*s", COUNT, buf);
    hn_bytes_put(text, row->bytes, BYTES);
    hn_bytes_put(text, row->saved, BYTES);
    hn_text_puts(text, "  ");
    hn_look_fit(text, look, HN_PLAIN, row->repr,
                look->width > TEXT_AT ? look->width - TEXT_AT : 0, HN_CUT_END);
    hn_text_putc(text, '\n');
}

void
hn_strings_put(struct hn_text *text, const struct hn_look *look,
               const struct hn_heap_strings *strings)
{
    hn_number_put(text, strings->strings);
    hn_text_printf(text, " string%s, ", strings->strings == 1 ? "" : "s");
    hn_bytes_put(text, strings->bytes, 0);
    hn_text_puts(text, "; ");
    hn_number_put(text, strings->groups);
    hn_text_puts(text, " texts exist more than once, one of each would save ");
    hn_bytes_put(text, strings->saved, 0);
    hn_text_putc(text, '\n');
    hn_look_start(text, look, HN_HEADING);
    hn_text_printf(text, "%*s%*s%*s  %s", COUNT, "count", BYTES, "each", BYTES, "saves",
                   "text");
    hn_look_end(text, look, HN_HEADING);
    hn_text_putc(text, '\n');
    for (size_t i = 0; i < strings->count; i++)
        put_row(text, look, &strings->items[i]);
    hn_rest_put(text, strings->count, strings->groups, "texts");
}

void
hn_document_strings(struct hn_json *json, const struct hn_heap_strings *strings)
{
    hn_json_open_list(json, "texts");
    for (size_t i = 0; i < strings->count; i++) {
        const struct hn_heap_copies *row = &strings->items[i];

        hn_json_open_object(json, NULL);
        hn_json_address(json, "address", row->address);
        hn_json_string(json, "repr", row->repr);
        hn_json_integer(json, "count", (int64_t)row->count);
        hn_json_integer(json, "size", (int64_t)row->bytes);
        hn_json_integer(json, "saved", (int64_t)row->saved);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
    hn_json_integer(json, "strings", (int64_t)strings->strings);
    hn_json_integer(json, "bytes", (int64_t)strings->bytes);
    hn_json_integer(json, "repeated", (int64_t)strings->groups);
    hn_json_integer(json, "saved", (int64_t)strings->saved);
}
