/* Takes expressions apart: one pass, a step at a time. */
#include "runtime/expression.h"

#include <string.h>

#include "base/text.h"

/* Nobody types more; a script that does has lost its way. */
enum { MAX_STEPS = 1000 };

struct parser {
    const char *text, *at;
    struct hn_arena *arena;
    struct hn_error *err;
};

static enum hn_status
fail(struct parser *p, const char *what)
{
    return hn_fail_detail(p->err, HN_E_ARGUMENT, 0, what, "%s", p->text);
}

static enum hn_status
fail_memory(struct parser *p)
{
    return hn_fail(p->err, HN_E_NOMEM, 0, "no memory for an expression");
}

static void
skip_blanks(struct parser *p)
{
    while (*p->at == ' ' || *p->at == '\t')
        p->at++;
}

/* Anything beyond ASCII may be part of an identifier, and Python allows most of it. */
static bool
starts_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'
           || (unsigned char)c >= 0x80;
}

static bool
continues_name(char c)
{
    return starts_name(c) || (c >= '0' && c <= '9');
}

static enum hn_status
parse_name(struct parser *p, const char **ret)
{
    const char *start = p->at;

    if (!starts_name(*p->at))
        return fail(p, "a name is expected in the expression");
    while (continues_name(*p->at))
        p->at++;
    *ret = hn_arena_copy(p->arena, start, (size_t)(p->at - start));
    return *ret ? HN_OK : fail_memory(p);
}

static int
digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 99;
}

/* All of the @size bytes at @text as a number; false if they are none. */
static bool
parse_digits(const char *text, size_t size, unsigned base, uint64_t *ret)
{
    uint64_t value = 0;

    for (size_t i = 0; i < size; i++) {
        unsigned digit = (unsigned)digit_of(text[i]);

        if (digit >= base || __builtin_mul_overflow(value, base, &value)
            || __builtin_add_overflow(value, digit, &value))
            return false;
    }
    *ret = value;
    return size > 0;
}

static bool
parse_hex(const char *text, size_t size, uint64_t *ret)
{
    return size > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')
           && parse_digits(text + 2, size - 2, 16, ret);
}

static enum hn_status
parse_address(struct parser *p, hn_addr *ret)
{
    const char *start = p->at;

    while (continues_name(*p->at))
        p->at++;
    if (!parse_hex(start, (size_t)(p->at - start), ret))
        return fail(p, "an address is 0x and hexadecimal digits");
    return HN_OK;
}

/* --- keys */

static void
read_number(struct hn_key *key)
{
    const char *digits = key->text;
    size_t size = key->size;

    key->negative = size > 0 && digits[0] == '-';
    if (key->negative) {
        digits++;
        size--;
    }
    key->number = parse_hex(digits, size, &key->magnitude)
                  || parse_digits(digits, size, 10, &key->magnitude);
}

static enum hn_status
parse_bare_key(struct parser *p, struct hn_key *ret)
{
    const char *end = strchr(p->at, ']');

    if (!end)
        return fail(p, "a bracket is not closed");
    ret->kind = HN_KEY_BARE;
    ret->size = (size_t)(end - p->at);
    while (ret->size > 0 && (p->at[ret->size - 1] == ' '))
        ret->size--;
    if (ret->size == 0)
        return fail(p, "there is nothing between the brackets");
    ret->text = hn_arena_copy(p->arena, p->at, ret->size);
    if (!ret->text)
        return fail_memory(p);
    read_number(ret);
    p->at = end;
    return HN_OK;
}

/* The number of hexadecimal digits that an escape takes; 0: it is no such escape. */
static unsigned
escape_digits(char c)
{
    switch (c) {
    case 'x': return 2;
    case 'u': return 4;
    case 'U': return 8;
    default: return 0;
    }
}

static enum hn_status
put_hex_escape(struct parser *p, struct hn_text *text, bool bytes)
{
    unsigned digits = escape_digits(*p->at);
    uint64_t code;

    if (strnlen(p->at + 1, digits) < digits
        || !parse_digits(p->at + 1, digits, 16, &code))
        return fail(p, "an escape lacks digits");
    if (bytes)
        hn_text_putc(text, (char)code);
    else
        hn_text_put_code_point(text, (uint32_t)code);
    p->at += 1 + digits;
    return HN_OK;
}

/* Behind a backslash, as in Python; unknown escapes stand for themselves. */
static enum hn_status
put_escape(struct parser *p, struct hn_text *text, bool bytes)
{
    static const char letters[] = "abfnrtv0\\'\"", means[] = "\a\b\f\n\r\t\v\0\\'\"";
    const char *letter = *p->at ? strchr(letters, *p->at) : NULL;

    if (escape_digits(*p->at) && !(bytes && *p->at != 'x'))
        return put_hex_escape(p, text, bytes);
    if (!*p->at)
        return fail(p, "a quote is not closed");
    if (!letter)
        hn_text_putc(text, '\\');
    hn_text_putc(text, (char)(letter ? means[letter - letters] : *p->at));
    p->at++;
    return HN_OK;
}

static enum hn_status
parse_quoted(struct parser *p, bool bytes, struct hn_text *text)
{
    char quote = *p->at++;

    while (*p->at != quote) {
        enum hn_status st = HN_OK;

        if (!*p->at)
            return fail(p, "a quote is not closed");
        if (*p->at == '\\') {
            p->at++;
            st = put_escape(p, text, bytes);
        } else {
            hn_text_putc(text, *p->at++);
        }
        if (st)
            return st;
    }
    p->at++;
    return HN_OK;
}

static enum hn_status
parse_quoted_key(struct parser *p, struct hn_key *ret)
{
    struct hn_text text;
    enum hn_status st;

    ret->kind = *p->at == 'b' ? HN_KEY_BYTES : HN_KEY_STR;
    if (*p->at == 'b' || *p->at == 'u')
        p->at++;
    hn_text_init(&text);
    st = parse_quoted(p, ret->kind == HN_KEY_BYTES, &text);
    if (!st) {
        ret->size = text.size;
        ret->text = hn_arena_copy(p->arena, text.size ? text.bytes : "", text.size);
        if (text.failed || !ret->text)
            st = fail_memory(p);
    }
    hn_text_deinit(&text);
    return st;
}

static bool
is_quote(char c)
{
    return c == '\'' || c == '"';
}

static enum hn_status
parse_key(struct parser *p, struct hn_key *ret)
{
    bool prefix = *p->at == 'b' || *p->at == 'u';
    enum hn_status st;

    if (is_quote(*p->at) || (prefix && is_quote(p->at[1])))
        st = parse_quoted_key(p, ret);
    else
        st = parse_bare_key(p, ret);
    if (st)
        return st;
    skip_blanks(p);
    if (*p->at != ']')
        return fail(p, "a bracket is not closed");
    p->at++;
    return HN_OK;
}

/* --- steps */

static enum hn_status
parse_first(struct parser *p, struct hn_step *ret)
{
    if (*p->at >= '0' && *p->at <= '9') {
        ret->kind = HN_STEP_ADDRESS;
        return parse_address(p, &ret->address);
    }
    ret->kind = HN_STEP_NAME;
    return parse_name(p, &ret->name);
}

static enum hn_status
parse_next(struct parser *p, struct hn_step *ret)
{
    char c = *p->at++;

    skip_blanks(p);
    if (c == '.') {
        ret->kind = HN_STEP_ATTRIBUTE;
        return parse_name(p, &ret->name);
    }
    ret->kind = HN_STEP_ITEM;
    if (c == '[')
        return parse_key(p, &ret->key);
    return fail(p,
                "only names, attributes and items can be shown, nothing is computed");
}

enum hn_status
hn_expression_parse(const char *text, struct hn_arena *arena, struct hn_error *err,
                    struct hn_expression *ret)
{
    struct parser p = { text, text, arena, err };

    *ret = (struct hn_expression){ 0 };
    /* Every step takes a character or more. */
    ret->steps = hn_arena_array(arena, strlen(text) + 1, sizeof(*ret->steps));
    if (!ret->steps)
        return fail_memory(&p);
    skip_blanks(&p);
    do {
        struct hn_step *step = &ret->steps[ret->count];
        enum hn_status st = ret->count ? parse_next(&p, step) : parse_first(&p, step);

        if (st)
            return st;
        step->so_far = hn_arena_copy(arena, text, (size_t)(p.at - text));
        if (!step->so_far)
            return fail_memory(&p);
        skip_blanks(&p);
        ret->count++;
    } while (*p.at && ret->count < MAX_STEPS);
    return *p.at ? fail(&p, "the expression is too long") : HN_OK;
}
