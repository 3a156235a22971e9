/* re: patterns and matches.
 *
 * CPython: Modules/_sre/sre.c (pattern_repr, match_repr) and sre.h. */
#include <string.h>

#include "objects/show_stdlib.h"
#include "objects/str.h"

/* PatternObject, behind ob_size. */
struct pattern {
    uint64_t groups;
    hn_addr group_index, index_group, pattern;
    uint32_t flags, padding;
};

/* MatchObject, behind ob_size. */
struct match {
    hn_addr string, regs, pattern;
    int64_t from, to, last_index, groups;
    int64_t begin, end; /* of the whole match: the first two of its marks */
};

/* In the order they are printed; what is none of them follows as a number. */
static const struct flag {
    uint32_t bit;
    const char *name;
} flags[] = {
    { 2, "IGNORECASE" }, { 4, "LOCALE" },   { 8, "MULTILINE" }, { 16, "DOTALL" },
    { 32, "UNICODE" },   { 64, "VERBOSE" }, { 128, "DEBUG" },   { 256, "ASCII" },
};
enum { LOCALE = 4, UNICODE = 32, ASCII = 256 };

static void
put_flags(struct hn_show *show, uint32_t bits)
{
    const char *separator = ", ";

    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (!(bits & flags[i].bit))
            continue;
        hn_show_printf(show, "%sre.%s", separator, flags[i].name);
        bits &= ~flags[i].bit;
        separator = "|";
    }
    if (bits)
        hn_show_printf(show, "%s0x%x", separator, bits);
}

/* The reprs in C keep this many characters of a repr within, its quotes and escapes
 * included. */
enum { PATTERN_MOST = 200, MATCH_MOST = 50 };

/* Drops what was written since @from beyond @most characters, unless a narrower limit
 * has cut it already. */
static void
keep(struct hn_show *show, size_t from, size_t most)
{
    struct hn_text *text = hn_show_text(show);
    size_t width = hn_show_limits(show)->width, at = from;

    if (text->failed || (width && width < most))
        return;
    for (size_t i = 0; i < most && at < text->size; i++)
        do
            at++;
        while (at < text->size && ((unsigned char)text->bytes[at] & 0xc0) == 0x80);
    text->size = at;
}

/* A str or bytes, shown at once, since it may have to be cut. */
static enum hn_status
put_pattern(struct hn_show *show, hn_addr at, const char **kind_ret)
{
    struct hn_object pattern = { .at = at };
    size_t from = hn_show_text(show)->size;
    hn_addr type;
    enum hn_status st = hn_object_type(hn_show_python(show), at, &type);

    if (!st)
        st = hn_types_shower(hn_show_types(show), type, &pattern.type);
    if (st)
        return st;
    *kind_ret = pattern.type->shower->name;
    if (strcmp(*kind_ret, "str") != 0 && strcmp(*kind_ret, "bytes") != 0) {
        hn_show_object(show, at);
        return HN_OK;
    }
    st = pattern.type->shower->show(show, &pattern);
    keep(show, from, PATTERN_MOST);
    return st;
}

/* re.compile('x', re.IGNORECASE); UNICODE is what patterns of str are anyway. */
static enum hn_status
show_pattern(struct hn_show *show, const struct hn_object *object)
{
    struct pattern pattern;
    const char *kind = "";
    enum hn_status st =
        hn_show_behind(show, object, HN_HEAD_VAR, 0, &pattern, sizeof pattern);

    if (st)
        return st;
    hn_show_puts(show, "re.compile(");
    st = put_pattern(show, pattern.pattern, &kind);
    if (st)
        return st;
    if (strcmp(kind, "str") == 0
        && (pattern.flags & (LOCALE | UNICODE | ASCII)) == UNICODE)
        pattern.flags &= ~(uint32_t)UNICODE;
    put_flags(show, pattern.flags);
    hn_show_puts(show, ")");
    return HN_OK;
}

/* ---- Match ---- */

static enum hn_status
put_bytes(struct hn_show *show, hn_addr data, uint64_t size, const struct match *match)
{
    if ((uint64_t)match->end > size)
        return hn_fail(hn_show_python(show)->err, HN_E_CORRUPT, data,
                       "match behind the end of its string");
    return hn_show_bytes(show, data + (uint64_t)match->begin,
                         (uint64_t)(match->end - match->begin));
}

static enum hn_status
put_matched_str(struct hn_show *show, const struct match *match)
{
    struct hn_python *py = hn_show_python(show);
    struct hn_str_shape shape;
    enum hn_status st = hn_str_shape_load(py, match->string, &shape);

    if (!st && (uint64_t)match->end > shape.length)
        st = hn_fail(py->err, HN_E_CORRUPT, match->string,
                     "match behind the end of its string");
    if (st)
        return st;
    return hn_show_characters(show, shape.data + (uint64_t)match->begin * shape.width,
                              (uint64_t)(match->end - match->begin), shape.width);
}

/* What was searched may be anything with a buffer; of these three we know where their
 * bytes are. */
static enum hn_status
put_matched(struct hn_show *show, const struct match *match)
{
    struct hn_python *py = hn_show_python(show);
    hn_addr type, data = 0;
    uint64_t type_flags, size;
    enum hn_status st = hn_object_flags(py, match->string, &type, &type_flags);

    if (st)
        return st;
    if (type_flags & HN_TPFLAG_UNICODE)
        return put_matched_str(show, match);
    st = hn_field_read(py, HN_VAR_SIZE, match->string, &size);
    if (!st && type_flags & HN_TPFLAG_BYTES)
        data = hn_field_addr(py, HN_BYTES_VALUE, match->string);
    else if (!st && hn_object_is(py, match->string, "bytearray"))
        st = hn_field_read(py, HN_BYTEARRAY_START, match->string, &data);
    if (st)
        return st;
    if (data)
        return put_bytes(show, data, size, match);
    hn_show_puts(show, "...");
    return HN_OK;
}

/* <re.Match object; span=(2, 4), match='na'> */
static enum hn_status
show_match(struct hn_show *show, const struct hn_object *object)
{
    struct hn_python *py = hn_show_python(show);
    struct match match;
    size_t from;
    enum hn_status st =
        hn_show_behind(show, object, HN_HEAD_VAR, 0, &match, sizeof match);

    if (!st && (match.begin < 0 || match.end < match.begin))
        st = hn_fail(py->err, HN_E_CORRUPT, object->at, "match of an impossible span");
    if (st)
        return st;
    hn_show_puts(show, "<");
    st = hn_show_type_name(show, object);
    hn_show_printf(show, " object; span=(%lld, %lld), match=", (long long)match.begin,
                   (long long)match.end);
    from = hn_show_text(show)->size;
    if (!st && match.string)
        st = put_matched(show, &match);
    keep(show, from, MATCH_MOST);
    hn_show_puts(show, match.string ? ">" : "None>");
    return st;
}

const struct hn_shower hn_showers_re[] = {
    { "re.Pattern", show_pattern, HN_SHOWER_LEAF, NULL },
    { "re.Match", show_match, HN_SHOWER_LEAF, NULL },
    { NULL, NULL, 0, NULL },
};
