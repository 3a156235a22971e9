/* array.array and the scalars of ctypes: C values, by the letter of their type.
 *
 * CPython: Modules/arraymodule.c (array_repr, arrayobject, arraydescr),
 * Modules/_ctypes/_ctypes.c (Simple_repr) and cfield.c (the letters). */
#include <string.h>

#include "objects/show_stdlib.h"

/* An array's items lie in one block; no block is larger. */
#define BYTES_LIMIT (UINT64_C(1) << 47)

enum { WCHAR_BYTES = 4, ITEM_BYTES_MOST = 8 };

/* What C values of a letter are: how many bytes, and how to print them. */
enum kind { SIGNED, UNSIGNED, REAL, BOOL };
static const struct letter {
    char code;
    unsigned char bytes, kind;
} letters[] = {
    { 'b', 1, SIGNED }, { 'B', 1, UNSIGNED }, { 'h', 2, SIGNED }, { 'H', 2, UNSIGNED },
    { 'i', 4, SIGNED }, { 'I', 4, UNSIGNED }, { 'l', 8, SIGNED }, { 'L', 8, UNSIGNED },
    { 'q', 8, SIGNED }, { 'Q', 8, UNSIGNED }, { 'f', 4, REAL },   { 'd', 8, REAL },
    { '?', 1, BOOL },
};

static const struct letter *
find_letter(char code)
{
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        if (letters[i].code == code)
            return &letters[i];
    return NULL;
}

static void
put_real(struct hn_show *show, const void *bytes, size_t size)
{
    double value;
    float narrow;

    if (size == sizeof narrow) {
        memcpy(&narrow, bytes, sizeof narrow);
        value = narrow;
    } else {
        memcpy(&value, bytes, sizeof value);
    }
    hn_show_float(show, value);
}

static void
put_value(struct hn_show *show, const struct letter *letter, const void *bytes)
{
    unsigned unused = 64 - 8 * letter->bytes;
    uint64_t bits = 0;

    memcpy(&bits, bytes, letter->bytes);
    switch ((enum kind)letter->kind) {
    case SIGNED:
        hn_show_printf(show, "%lld", (long long)((int64_t)(bits << unused) >> unused));
        break;
    case UNSIGNED: hn_show_printf(show, "%llu", (unsigned long long)bits); break;
    case REAL: put_real(show, bytes, letter->bytes); break;
    case BOOL: hn_show_puts(show, bits ? "True" : "False"); break;
    }
}

unsigned
hn_show_c_size(char letter)
{
    const struct letter *found = find_letter(letter);

    return found ? found->bytes : 0;
}

void
hn_show_c_value(struct hn_show *show, char letter, const void *bytes)
{
    const struct letter *found = find_letter(letter);

    if (found)
        put_value(show, found, bytes);
}

/* ---- array.array ---- */

/* The members behind ob_size, and what ob_descr points to. */
struct array {
    hn_addr items;
    uint64_t allocated;
    hn_addr descriptor; /* begins with the letter, in a byte */
};

static enum hn_status
load_array(struct hn_show *show, const struct hn_object *object, struct array *ret,
           uint64_t *count_ret, char *letter_ret)
{
    struct hn_python *py = hn_show_python(show);
    enum hn_status st = hn_show_behind(show, object, HN_HEAD_VAR, 0, ret, sizeof *ret);

    if (!st)
        st = hn_field_read(py, HN_VAR_SIZE, object->at, count_ret);
    if (!st)
        st = hn_target_read(py->target, ret->descriptor, letter_ret, 1);
    if (!st && *count_ret > BYTES_LIMIT / ITEM_BYTES_MOST)
        st = hn_fail(py->err, HN_E_CORRUPT, object->at, "array of an impossible size");
    return st;
}

/* Items of 8 bytes at most are read a block at a time. */
enum { BLOCK_BYTES = 4096 };

static enum hn_status
put_items(struct hn_show *show, hn_addr items, uint64_t shown,
          const struct letter *letter)
{
    uint64_t per_block = BLOCK_BYTES / letter->bytes;
    uint8_t block[BLOCK_BYTES];

    for (uint64_t i = 0; i < shown; i++) {
        if (i % per_block == 0) {
            uint64_t count = shown - i < per_block ? shown - i : per_block;
            enum hn_status st =
                hn_target_read(hn_show_python(show)->target, items + i * letter->bytes,
                               block, count * letter->bytes);

            if (st)
                return hn_show_problem(show, items + i * letter->bytes, st);
        }
        if (i > 0)
            hn_show_puts(show, ", ");
        put_value(show, letter, block + i % per_block * letter->bytes);
    }
    return HN_OK;
}

static enum hn_status
put_list(struct hn_show *show, hn_addr items, uint64_t count,
         const struct letter *letter)
{
    uint64_t shown = hn_show_limit(show, count);
    enum hn_status st;

    hn_show_puts(show, "[");
    st = put_items(show, items, shown, letter);
    hn_show_more(show, shown, count);
    hn_show_puts(show, "]");
    return st;
}

/* array('i', [1, 2]), array('u', 'text'), array('i') */
static enum hn_status
show_array(struct hn_show *show, const struct hn_object *object)
{
    struct hn_python *py = hn_show_python(show);
    const struct letter *letter;
    struct array array;
    uint64_t count;
    char code;
    enum hn_status st = load_array(show, object, &array, &count, &code);
    bool is_text;

    if (st)
        return st;
    letter = find_letter(code);
    is_text = code == 'u' || code == 'w';
    if (!letter && !is_text)
        return hn_fail(py->err, HN_E_CORRUPT, object->at, "array of no known type");
    hn_show_short_name(show, object);
    hn_show_printf(show, "('%c'", code);
    if (count > 0) {
        hn_show_puts(show, ", ");
        st = is_text ? hn_show_characters(show, array.items, count, WCHAR_BYTES)
                     : put_list(show, array.items, count, letter);
    }
    hn_show_puts(show, ")");
    return st;
}

/* ---- ctypes ---- */

/* The letter in _type_ of a simple type. */
static enum hn_status
load_letter(struct hn_show *show, const struct hn_object *object, char *ret)
{
    struct hn_python *py = hn_show_python(show);
    const char *text;
    hn_addr str;
    enum hn_status st =
        hn_types_lookup(hn_show_types(show), object->type, "_type_", &str);

    if (!st)
        st = hn_str_load(py, str, 1, hn_show_arena(show), &text, NULL, NULL);
    if (st)
        return st == HN_DONE ? hn_fail(py->err, HN_E_CORRUPT, object->at, "no _type_")
                             : st;
    *ret = *text;
    return HN_OK;
}

/* Of the two types for the orders of bytes each has both in its dict. */
static bool
is_big_endian(struct hn_show *show, const struct hn_object *object)
{
    hn_addr big;

    return hn_types_lookup(hn_show_types(show), object->type, "__ctype_be__", &big)
               == HN_OK
           && big == object->type->at;
}

static void
reverse(uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size / 2; i++) {
        uint8_t byte = bytes[i];

        bytes[i] = bytes[size - 1 - i];
        bytes[size - 1 - i] = byte;
    }
}

/* c_char_p and c_wchar_p too show where they point to, not what is there. */
static void
put_pointer(struct hn_show *show, hn_addr pointer)
{
    if (pointer)
        hn_show_printf(show, "%llu", (unsigned long long)pointer);
    else
        hn_show_puts(show, "None");
}

/* The value whose bytes are at @at, of a letter that no number has. */
static enum hn_status
put_other(struct hn_show *show, char code, hn_addr at)
{
    struct hn_python *py = hn_show_python(show);
    hn_addr pointer = 0;
    enum hn_status st;

    if (code == 'c')
        return hn_show_bytes(show, at, 1);
    if (code == 'u')
        return hn_show_characters(show, at, 1, WCHAR_BYTES);
    st = hn_target_read_u64(py->target, at, &pointer);
    if (st)
        return st;
    switch (code) {
    case 'P':
    case 'z':
    case 'Z': put_pointer(show, pointer); return HN_OK;
    case 'O': hn_show_object(show, pointer); return HN_OK;
    default: hn_show_puts(show, "..."); return HN_OK; /* long double, complex */
    }
}

static enum hn_status
put_simple(struct hn_show *show, const struct hn_object *object, hn_addr at)
{
    uint8_t bytes[ITEM_BYTES_MOST];
    const struct letter *letter;
    char code = '\0';
    enum hn_status st = load_letter(show, object, &code);

    if (st)
        return st;
    letter = find_letter(code);
    if (!letter)
        return put_other(show, code, at);
    st = hn_target_read(hn_show_python(show)->target, at, bytes, letter->bytes);
    if (st)
        return st;
    if (is_big_endian(show, object))
        reverse(bytes, letter->bytes);
    put_value(show, letter, bytes);
    return HN_OK;
}

/* c_int(5); a subclass of c_int is <MyInt object at 0x...>. */
static enum hn_status
show_simple(struct hn_show *show, const struct hn_object *object)
{
    const struct hn_type *base;
    hn_addr at; /* b_ptr */
    enum hn_status st = hn_show_behind(show, object, HN_HEAD_OBJECT, 0, &at, sizeof at);

    if (!st)
        st = hn_types_find(hn_show_types(show), object->type->base, &base);
    if (st)
        return st;
    if (strcmp(base->name, "_ctypes._SimpleCData") != 0) {
        hn_show_puts(show, "<");
        st = hn_show_type_name(show, object);
        hn_show_printf(show, " object at 0x%llx>", (unsigned long long)object->at);
        return st;
    }
    st = hn_show_type_name(show, object);
    if (st)
        return st;
    hn_show_puts(show, "(");
    st = put_simple(show, object, at);
    hn_show_puts(show, ")");
    return st;
}

/* A C function: <CFunctionType object at 0x...> */
static enum hn_status
show_function(struct hn_show *show, const struct hn_object *object)
{
    enum hn_status st;

    hn_show_puts(show, "<");
    st = hn_show_type_name(show, object);
    hn_show_printf(show, " object at 0x%llx>", (unsigned long long)object->at);
    return st;
}

const struct hn_shower hn_showers_array[] = {
    { "array.array", show_array, HN_SHOWER_LEAF, NULL },
    { "_ctypes._SimpleCData", show_simple, 0, NULL },
    { "ctypes:c_char_p.__repr__", show_simple, 0, NULL },
    { "ctypes:c_wchar_p.__repr__", show_simple, 0, NULL },
    { "ctypes:py_object.__repr__", show_simple, 0, NULL },
    { "_ctypes.PyCFuncPtr", show_function, HN_SHOWER_LEAF, NULL },
    { "_ctypes.CFuncPtr", show_function, HN_SHOWER_LEAF, NULL },
    { NULL, NULL, 0, NULL },
};
