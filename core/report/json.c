/* The JSON writer: RFC 8259, compact, one pass. */
#include "report/json.h"

#include <inttypes.h>
#include <string.h>

static void
begin(struct hn_json *json, const char *key)
{
    if (json->comma)
        hn_text_puts(json->text, ", ");
    json->comma = true;
    if (key) {
        hn_text_putc(json->text, '"');
        hn_text_puts(json->text, key);
        hn_text_puts(json->text, "\": ");
    }
}

static void
open(struct hn_json *json, const char *key, char bracket)
{
    begin(json, key);
    hn_text_putc(json->text, bracket);
    json->comma = false;
}

static void
close(struct hn_json *json, char bracket)
{
    hn_text_putc(json->text, bracket);
    json->comma = true;
}

void
hn_json_open_object(struct hn_json *json, const char *key)
{
    open(json, key, '{');
}

void
hn_json_close_object(struct hn_json *json)
{
    close(json, '}');
}

void
hn_json_open_list(struct hn_json *json, const char *key)
{
    open(json, key, '[');
}

void
hn_json_close_list(struct hn_json *json)
{
    close(json, ']');
}

static void
put_ascii(struct hn_text *text, unsigned char c)
{
    switch (c) {
    case '"': hn_text_puts(text, "\\\""); break;
    case '\\': hn_text_puts(text, "\\\\"); break;
    case '\n': hn_text_puts(text, "\\n"); break;
    case '\t': hn_text_puts(text, "\\t"); break;
    default: hn_text_printf(text, "\\u%04x", c);
    }
}

static bool
must_escape(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\' || c == 0x7f;
}

static void
put_string(struct hn_text *text, const char *bytes, size_t size)
{
    size_t at = 0, plain = 0; /* bytes from @plain to @at wait to be copied */

    while (at < size) {
        unsigned char c = (unsigned char)bytes[at];
        uint32_t code = 0;
        size_t length = c < 0x80 ? 1 : hn_utf8_decode(bytes + at, size - at, &code);

        if (length > 1 || (length == 1 && !must_escape(c))) {
            at += length;
            continue;
        }
        hn_text_add(text, bytes + plain, at - plain);
        if (length == 1)
            put_ascii(text, c);
        else
            hn_text_printf(text, "\\\\x%02x", c);
        plain = ++at;
    }
    hn_text_add(text, bytes + plain, at - plain);
}

void
hn_json_string(struct hn_json *json, const char *key, const char *value)
{
    if (!value) {
        hn_json_null(json, key);
        return;
    }
    begin(json, key);
    hn_text_putc(json->text, '"');
    put_string(json->text, value, strlen(value));
    hn_text_putc(json->text, '"');
}

void
hn_json_integer(struct hn_json *json, const char *key, int64_t value)
{
    begin(json, key);
    hn_text_printf(json->text, "%" PRId64, value);
}

void
hn_json_unsigned(struct hn_json *json, const char *key, uint64_t value)
{
    begin(json, key);
    hn_text_printf(json->text, "%" PRIu64, value);
}

void
hn_json_decimal(struct hn_json *json, const char *key, uint64_t value,
                unsigned decimals)
{
    uint64_t unit = 1;

    for (unsigned i = 0; i < decimals; i++)
        unit *= 10;
    begin(json, key);
    if (decimals > 0)
        hn_text_printf(json->text, "%" PRIu64 ".%0*" PRIu64, value / unit,
                       (int)decimals, value % unit);
    else
        hn_text_printf(json->text, "%" PRIu64, value);
}

void
hn_json_bool(struct hn_json *json, const char *key, bool value)
{
    begin(json, key);
    hn_text_puts(json->text, value ? "true" : "false");
}

void
hn_json_null(struct hn_json *json, const char *key)
{
    begin(json, key);
    hn_text_puts(json->text, "null");
}

void
hn_json_address(struct hn_json *json, const char *key, uint64_t value)
{
    begin(json, key);
    hn_text_printf(json->text, "\"0x%" PRIx64 "\"", value);
}
