/* str, bytes and bytearray: quoted and escaped as Python does.
 *
 * Only what is shown is read, so which quotes are used is decided by that part. What
 * str shows unescaped depends on the target's Unicode version; none of it can move a
 * terminal's cursor, since no such character is printable.
 * CPython: unicode_repr (Objects/unicodeobject.c), PyBytes_Repr, bytearray_repr. */
#include <string.h>

#include "objects/printable.h"
#include "objects/shower.h"
#include "objects/str.h"

/* A text without a limit is cut here all the same. */
enum { TEXT_MOST = 1 << 24 };

/* One read: a multiple of each width of characters. */
enum { BLOCK_BYTES = 4096 };

/* A run of the target's bytes that is walked twice: for quotes, then to be written. */
struct run {
    struct hn_show *show;
    hn_addr data;
    uint64_t length;       /* characters shown */
    unsigned width;        /* bytes of one */
    const uint32_t *local; /* the characters, when they are ours */
};

typedef bool
visit_character(void *context, uint32_t code); /* false: enough */

static uint32_t
character(const uint8_t *block, unsigned width, size_t index)
{
    uint32_t code = 0;

    memcpy(&code, block + index * width, width);
    return code;
}

static enum hn_status
walk(const struct run *run, visit_character *visit, void *context)
{
    struct hn_target *target = hn_show_python(run->show)->target;
    uint8_t block[BLOCK_BYTES];
    size_t count;

    for (uint64_t first = 0; first < run->length; first += count) {
        enum hn_status st = HN_OK;

        count = sizeof block / run->width;
        if (count > run->length - first)
            count = run->length - first;
        if (run->local)
            memcpy(block, run->local + first, count * sizeof *run->local);
        else
            st = hn_target_read(target, run->data + first * run->width, block,
                                count * run->width);
        if (st)
            return st;
        for (size_t i = 0; i < count; i++)
            if (!visit(context, character(block, run->width, i)))
                return HN_OK;
    }
    return HN_OK;
}

struct quotes {
    bool single, twice;
};

static bool
find_quotes(void *context, uint32_t code)
{
    struct quotes *quotes = context;

    quotes->single |= code == '\'';
    quotes->twice |= code == '"';
    return !quotes->twice;
}

/* Single quotes, unless there are such inside and no double ones. */
static enum hn_status
choose_quote(const struct run *run, char *ret)
{
    struct quotes quotes = { false, false };
    enum hn_status st = walk(run, find_quotes, &quotes);

    *ret = quotes.single && !quotes.twice ? '"' : '\'';
    return st;
}

struct writer {
    struct hn_text *text;
    enum hn_unicode_version unicode;
    char quote;
    bool impossible; /* met a code that no str can hold */
};

/* What str and bytes escape alike; false when @code is none of it. */
static bool
put_escape(struct hn_text *text, uint32_t code, char quote)
{
    switch (code) {
    case '\\': hn_text_puts(text, "\\\\"); return true;
    case '\t': hn_text_puts(text, "\\t"); return true;
    case '\n': hn_text_puts(text, "\\n"); return true;
    case '\r': hn_text_puts(text, "\\r"); return true;
    default: break;
    }
    if (code != (unsigned char)quote)
        return false;
    hn_text_putc(text, '\\');
    hn_text_putc(text, quote);
    return true;
}

static bool
put_character(void *context, uint32_t code)
{
    struct writer *w = context;

    if (code > 0x10ffff) {
        w->impossible = true;
        return false;
    }
    if (put_escape(w->text, code, w->quote))
        return true;
    if (hn_is_printable(w->unicode, code))
        hn_text_put_code_point(w->text, code);
    else if (code < 0x100)
        hn_text_printf(w->text, "\\x%02x", (unsigned)code);
    else
        hn_text_printf(w->text, code < 0x10000 ? "\\u%04x" : "\\U%08x", (unsigned)code);
    return true;
}

static bool
put_byte(void *context, uint32_t byte)
{
    struct writer *w = context;

    if (put_escape(w->text, byte, w->quote))
        return true;
    if (byte >= 0x20 && byte < 0x7f)
        hn_text_putc(w->text, (char)byte);
    else
        hn_text_printf(w->text, "\\x%02x", (unsigned)byte);
    return true;
}

static enum hn_status
put_quoted(const struct run *run, char quote, visit_character *put)
{
    struct hn_python *py = hn_show_python(run->show);
    struct writer writer = { hn_show_text(run->show), py->layout.formats.unicode, quote,
                             false };
    enum hn_status st;

    hn_text_putc(writer.text, quote);
    st = walk(run, put, &writer);
    if (!st && writer.impossible)
        st = hn_fail(py->err, HN_E_CORRUPT, run->data,
                     "str holds characters that it cannot hold");
    hn_text_putc(writer.text, quote);
    return st;
}

static uint64_t
shown_of(struct hn_show *show, uint64_t length)
{
    size_t width = hn_show_limits(show)->width;
    uint64_t most = width && width < TEXT_MOST ? width : TEXT_MOST;

    return length < most ? length : most;
}

static enum hn_status
put_run(struct hn_show *show, const struct run *run, uint64_t length,
        visit_character *put)
{
    char quote;
    enum hn_status st = choose_quote(run, &quote);

    if (!st)
        st = put_quoted(run, quote, put);
    if (!st && run->length < length)
        hn_show_cut(show, length - run->length);
    return st;
}

enum hn_status
hn_show_characters(struct hn_show *show, hn_addr data, uint64_t length, unsigned width)
{
    const struct run run = { show, data, shown_of(show, length), width, NULL };

    return put_run(show, &run, length, put_character);
}

enum hn_status
hn_show_code_points(struct hn_show *show, const uint32_t *codes, size_t count)
{
    const struct run run = { show, 0, shown_of(show, count), sizeof *codes, codes };

    return put_run(show, &run, count, put_character);
}

static enum hn_status
show_str(struct hn_show *show, const struct hn_object *object)
{
    struct hn_str_shape shape;
    enum hn_status st = hn_str_shape_load(hn_show_python(show), object->at, &shape);

    if (st)
        return st;
    return hn_show_characters(show, shape.data, shape.length, shape.width);
}

/* No bytes fill the address space; more is corrupt, not large. */
#define BYTES_LIMIT (UINT64_C(1) << 47)

static enum hn_status
put_bytes(struct hn_show *show, hn_addr object, hn_addr data, visit_character *put)
{
    struct hn_python *py = hn_show_python(show);
    struct run run;
    uint64_t size;
    enum hn_status st = hn_field_read(py, HN_VAR_SIZE, object, &size);

    if (!st && size > BYTES_LIMIT)
        st = hn_fail(py->err, HN_E_CORRUPT, object, "bytes of an impossible size");
    if (st)
        return st;
    run = (struct run){ show, data, shown_of(show, size), 1, NULL };
    hn_show_puts(show, "b");
    return put_run(show, &run, size, put);
}

enum hn_status
hn_show_bytes(struct hn_show *show, hn_addr data, uint64_t size)
{
    const struct run run = { show, data, shown_of(show, size), 1, NULL };

    hn_show_puts(show, "b");
    return put_run(show, &run, size, put_byte);
}

static enum hn_status
show_bytes(struct hn_show *show, const struct hn_object *object)
{
    hn_addr data = hn_field_addr(hn_show_python(show), HN_BYTES_VALUE, object->at);

    return put_bytes(show, object->at, data, put_byte);
}

/* Escapes single quotes even where double ones stand around them. */
static bool
put_byte_and_quote(void *context, uint32_t byte)
{
    struct writer *w = context;

    if (byte == '\'')
        return put_escape(w->text, byte, '\'');
    return put_byte(context, byte);
}

static enum hn_status
show_bytearray(struct hn_show *show, const struct hn_object *object)
{
    struct hn_python *py = hn_show_python(show);
    hn_addr data;
    enum hn_status st = hn_field_read(py, HN_BYTEARRAY_START, object->at, &data);

    if (st)
        return st;
    hn_show_name(show, hn_type_short_name(object->type));
    hn_show_puts(show, "(");
    st = put_bytes(show, object->at, data,
                   py->layout.formats.bytearray == HN_BYTEARRAY_QUOTES_ESCAPED
                       ? put_byte_and_quote
                       : put_byte);
    hn_show_puts(show, ")");
    return st;
}

const struct hn_shower hn_showers_text[] = {
    { "str", show_str, HN_SHOWER_LEAF, NULL },
    { "bytes", show_bytes, HN_SHOWER_LEAF, NULL },
    { "bytearray", show_bytearray, HN_SHOWER_LEAF, NULL },
    { NULL, NULL, 0, NULL },
};
