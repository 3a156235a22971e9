/* str in all its forms: compact ASCII, compact, legacy (subclasses of str), and the
 * wchar_t strings of 3.11 and earlier that nobody has asked for yet ("not ready").
 *
 * A str of a gigabyte costs what is shown of it: the text is read and converted
 * block by block, up to the caller's limit. CPython: PEP 393,
 * Include/cpython/unicodeobject.h. */
#include "objects/str.h"

#include <string.h>

#include "base/text.h"

/* The user half of the address space: no text is longer, whatever its width. */
#define STR_LENGTH_LIMIT (UINT64_C(1) << 45)

/* One read of text. A multiple of each width. */
enum { BLOCK_BYTES = 4096 };

enum { UTF8_MOST = 4 }; /* bytes of one character */

struct state {
    unsigned width;
    bool compact, ascii;
};

static struct state
unpack(uint64_t bits)
{
    return (struct state){ bits & 7, bits >> 3 & 1, bits >> 4 & 1 };
}

static struct state
state_of(const struct hn_record *rec)
{
    uint64_t word = hn_record_u64(rec, HN_ASCII_STATE);

    switch (rec->layout->formats.str_state) {
    case HN_STR_STATE_PACKED: return unpack(word >> 2); /* behind interned:2 */
    case HN_STR_STATE_BYTES: return unpack(word >> 8);  /* behind a byte */
    }
    return unpack(0);
}

/* Up to 3.11 a string may have only its wchar_t form, 4 bytes on Linux. */
static enum hn_status
load_not_ready(struct hn_python *py, hn_addr object, const struct hn_record *rec,
               struct hn_str_shape *ret)
{
    ret->width = 4;
    ret->ascii = false;
    ret->data = hn_record_u64(rec, HN_ASCII_WSTR);
    return hn_field_read(py, HN_COMPACT_WSTR_LENGTH, object, &ret->length);
}

static enum hn_status
load_ready(struct hn_python *py, hn_addr object, const struct hn_record *rec,
           struct state state, struct hn_str_shape *ret)
{
    ret->width = state.width;
    ret->ascii = state.ascii;
    ret->length = hn_record_u64(rec, HN_ASCII_LENGTH);
    if (!state.compact)
        return hn_field_read(py, HN_UNICODE_DATA, object, &ret->data);
    ret->data =
        object + py->layout.size[state.ascii ? HN_STRUCT_ASCII : HN_STRUCT_COMPACT];
    return HN_OK;
}

static enum hn_status
check_shape(struct hn_python *py, hn_addr object, const struct hn_str_shape *shape)
{
    if (shape->width != 1 && shape->width != 2 && shape->width != 4)
        return hn_fail(py->err, HN_E_CORRUPT, object, "str of an impossible kind");
    if (shape->ascii && shape->width != 1)
        return hn_fail(py->err, HN_E_CORRUPT, object, "ASCII str that is wide");
    if (shape->length > STR_LENGTH_LIMIT)
        return hn_fail(py->err, HN_E_CORRUPT, object, "str of an impossible length");
    if (shape->data == 0)
        return hn_fail(py->err, HN_E_CORRUPT, object, "str without text");
    return HN_OK;
}

enum hn_status
hn_str_shape_of(struct hn_python *py, const struct hn_record *rec,
                struct hn_str_shape *ret)
{
    struct hn_str_shape shape;
    struct state state = state_of(rec);
    enum hn_status st;

    if (state.width == 0 && hn_layout_has(&py->layout, HN_ASCII_WSTR))
        st = load_not_ready(py, rec->addr, rec, &shape);
    else
        st = load_ready(py, rec->addr, rec, state, &shape);
    if (!st)
        st = check_shape(py, rec->addr, &shape);
    if (st)
        return st;
    *ret = shape;
    return HN_OK;
}

enum hn_status
hn_str_shape_load(struct hn_python *py, hn_addr object, struct hn_str_shape *ret)
{
    struct hn_record rec;
    enum hn_status st = hn_record_load(py, HN_STRUCT_ASCII, object, &rec);

    return st ? st : hn_str_shape_of(py, &rec, ret);
}

static uint32_t
character(const uint8_t *text, unsigned width, size_t index)
{
    uint32_t code = 0;

    memcpy(&code, text + index * width, width);
    return code;
}

/* A run of at most BLOCK_BYTES of text, from character @first to before @end. */
static enum hn_status
read_block(struct hn_python *py, const struct hn_str_shape *shape, uint64_t first,
           uint64_t end, uint8_t block[BLOCK_BYTES], size_t *count_ret)
{
    uint64_t count = BLOCK_BYTES / shape->width;

    if (count > end - first)
        count = end - first;
    *count_ret = count;
    return hn_target_read(py->target, shape->data + first * shape->width, block,
                          count * shape->width);
}

static bool
is_possible(const struct hn_str_shape *shape, uint32_t code)
{
    return code <= (shape->ascii ? 0x7f : 0x10ffff);
}

/* Appends the first @end characters. */
static enum hn_status
append(struct hn_python *py, const struct hn_str_shape *shape, uint64_t end,
       struct hn_text *text)
{
    uint8_t block[BLOCK_BYTES];
    size_t count;

    for (uint64_t first = 0; first < end; first += count) {
        enum hn_status st = read_block(py, shape, first, end, block, &count);

        if (st)
            return st;
        for (size_t i = 0; i < count; i++) {
            uint32_t code = character(block, shape->width, i);

            if (!is_possible(shape, code))
                return hn_fail(py->err, HN_E_CORRUPT, shape->data,
                               "str holds characters that it cannot hold");
            hn_text_put_code_point(text, code);
        }
    }
    return HN_OK;
}

static enum hn_status
check_is_str(struct hn_python *py, hn_addr object)
{
    hn_addr type;
    uint64_t flags;
    enum hn_status st = hn_object_flags(py, object, &type, &flags);

    if (!st && !(flags & HN_TPFLAG_UNICODE))
        st = hn_fail(py->err, HN_E_CORRUPT, object, "not a str");
    return st;
}

static enum hn_status
keep(struct hn_python *py, const struct hn_text *text, struct hn_arena *arena,
     const char **ret)
{
    const char *copy =
        text->failed ? NULL : hn_arena_copy(arena, text->bytes, text->size);

    if (!copy)
        return hn_fail(py->err, HN_E_NOMEM, 0, "no memory for a str");
    *ret = copy;
    return HN_OK;
}

enum hn_status
hn_str_load(struct hn_python *py, hn_addr object, size_t limit, struct hn_arena *arena,
            const char **ret, size_t *size_ret, bool *cut_ret)
{
    struct hn_str_shape shape;
    struct hn_text text;
    uint64_t shown;
    enum hn_status st = check_is_str(py, object);

    if (!st)
        st = hn_str_shape_load(py, object, &shape);
    if (st)
        return st;
    shown = limit > 0 && limit < HN_STR_MOST ? limit : HN_STR_MOST;
    if (shown > shape.length)
        shown = shape.length;

    hn_text_init(&text);
    st = append(py, &shape, shown, &text);
    if (!st)
        st = keep(py, &text, arena, ret);
    if (!st && size_ret)
        *size_ret = text.size;
    if (!st && cut_ret)
        *cut_ret = shown < shape.length;
    hn_text_deinit(&text);
    return st;
}

/* Whether @count characters of @block are the next ones of @utf8, and steps over
 * them. */
static bool
same_characters(const uint8_t *block, size_t count, unsigned width, const char **utf8)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t code;
        size_t step = hn_utf8_decode(*utf8, strnlen(*utf8, UTF8_MOST), &code);

        if (step == 0 || code != character(block, width, i))
            return false;
        *utf8 += step;
    }
    return true;
}

enum hn_status
hn_str_shape_compare(struct hn_python *py, const struct hn_str_shape *shape,
                     const char *utf8, uint64_t length)
{
    uint8_t block[BLOCK_BYTES];
    size_t count;

    if (shape->length != length)
        return HN_DONE;
    for (uint64_t first = 0; first < length; first += count) {
        enum hn_status st = read_block(py, shape, first, length, block, &count);

        if (st)
            return st;
        if (!same_characters(block, count, shape->width, &utf8))
            return HN_DONE;
    }
    return HN_OK;
}
