#include "sample/print.h"

#include "base/index.h"
#include "target/target.h"

enum {
    /* Of a string or table. Names are shorter, and so are most tables. */
    MOST_SHOWN = 128,
    PAGE_BYTES = 4096,
    /* One reading shows where the strings are, the next one how they begin. */
    MOST_READINGS = 3,
};

/* --- pieces */

/* Its size and how it begins. It may be the last object of mapped memory. */
static void
add_beginning(hn_addr object, uint32_t first, uint32_t text, struct hn_range *ret,
              size_t *count)
{
    hn_addr addr = object + first;
    uint64_t size = text - first + MOST_SHOWN,
             page_left = PAGE_BYTES - addr % PAGE_BYTES;

    if (object != 0)
        ret[(*count)++] =
            (struct hn_range){ addr, size < page_left ? size : page_left };
}

size_t
hn_print_pieces(const struct hn_shape *s, hn_addr addr,
                const struct hn_code_print *known, struct hn_range *ret)
{
    size_t count = 0;

    ret[count++] = (struct hn_range){ addr + s->code.first, s->code.size };
    add_beginning(known->file, s->str_length, s->str_text, ret, &count);
    add_beginning(known->name, s->str_length, s->str_text, ret, &count);
    if (known->qualname != known->name)
        add_beginning(known->qualname, s->str_length, s->str_text, ret, &count);
    add_beginning(known->table, s->bytes_size, s->bytes_text, ret, &count);
    return count;
}

/* --- what they say */

static struct hn_code_print
take_numbers(const struct hn_shape *s, const uint8_t *bytes)
{
    return (struct hn_code_print){
        .type = hn_take_u64(bytes, s->code_type),
        .file = hn_take_u64(bytes, s->code_file),
        .name = hn_take_u64(bytes, s->code_name),
        .qualname = s->code_qualname < 0 ? 0 : hn_take_u64(bytes, s->code_qualname),
        .table = hn_take_u64(bytes, s->code_table),
        .line = hn_take_u32(bytes, s->code_line),
        .units = s->code_units < 0 ? 0 : hn_take_u32(bytes, s->code_units),
        .slots = s->code_slots < 0 ? 0 : hn_take_u32(bytes, s->code_slots),
        .stack = s->code_stack < 0 ? 0 : hn_take_u32(bytes, s->code_stack),
    };
}

/* Other strings have other words where the text of those would be, hardly ones without
 * a zero. */
static bool
is_ascii(const uint8_t *text, uint64_t size)
{
    for (uint64_t i = 0; i < size; i++)
        if (text[i] == 0 || text[i] >= 0x80)
            return false;
    return true;
}

static void
take_beginning(const struct hn_range *piece, const uint8_t *bytes, uint32_t text,
               bool is_str, struct hn_code_print *ret)
{
    uint64_t shown = piece->size > text ? piece->size - text : 0;
    uint64_t words[3] = { ret->beginnings, 0, 0 };

    if (piece->size >= sizeof(uint64_t))
        words[1] = hn_take_u64(bytes, 0);
    ret->whole = ret->whole && words[1] <= shown;
    if (shown > words[1])
        shown = words[1];
    ret->whole = ret->whole && (!is_str || is_ascii(bytes + text, shown));
    words[2] = hn_index_hash(bytes + text, shown);
    ret->beginnings = hn_index_hash(words, sizeof(words));
}

static bool
same_but_table(const struct hn_code_print *a, const struct hn_code_print *b)
{
    return a->type == b->type && a->file == b->file && a->name == b->name
           && a->qualname == b->qualname && a->line == b->line && a->units == b->units
           && a->slots == b->slots && a->stack == b->stack;
}

static bool
same_numbers(const struct hn_code_print *a, const struct hn_code_print *b)
{
    return same_but_table(a, b) && a->table == b->table;
}

bool
hn_print_was_there(const struct hn_shape *s, const struct hn_code_print *print,
                   const uint8_t *bytes)
{
    struct hn_code_print there = take_numbers(s, bytes);

    return same_numbers(&there, print);
}

bool
hn_print_same(const struct hn_code_print *a, const struct hn_code_print *b)
{
    return same_numbers(a, b) && a->beginnings == b->beginnings;
}

/* The pieces are where @known says; those that are not of this code object are not
 * taken. */
static enum hn_likeness
take_print(const struct hn_shape *s, hn_addr addr, const struct hn_code_print *known,
           const uint8_t *const *bytes, struct hn_code_print *ret)
{
    struct hn_range pieces[HN_PRINT_PIECES];
    size_t count = hn_print_pieces(s, addr, known, pieces), strings = count;

    if (!bytes[0])
        return HN_PRINT_DIFFERS;
    *ret = take_numbers(s, bytes[0]);
    if (!same_but_table(ret, known))
        return HN_PRINT_DIFFERS;
    if (known->table != 0)
        strings--;
    ret->whole = ret->file != 0 && ret->name != 0 && ret->table != 0;
    for (size_t i = 1; i < count; i++) {
        if (!bytes[i])
            return i == strings ? HN_PRINT_NAMED_SO : HN_PRINT_DIFFERS;
        take_beginning(&pieces[i], bytes[i],
                       i < strings ? s->str_text - s->str_length
                                   : s->bytes_text - s->bytes_size,
                       i < strings, ret);
        if (i < strings)
            ret->texts = ret->beginnings;
    }
    return ret->table == known->table ? HN_PRINT_HOLDS : HN_PRINT_NAMED_SO;
}

enum hn_likeness
hn_print_compare(const struct hn_shape *s, hn_addr addr,
                 const struct hn_code_print *known, const uint8_t *const *bytes)
{
    struct hn_code_print now;
    enum hn_likeness found = take_print(s, addr, known, bytes, &now);

    if (found == HN_PRINT_DIFFERS || now.texts != known->texts)
        return HN_PRINT_DIFFERS;
    return found == HN_PRINT_HOLDS && now.beginnings == known->beginnings
               ? HN_PRINT_HOLDS
               : HN_PRINT_NAMED_SO;
}

/* --- reading */

static void
read_pieces(struct hn_target *target, const struct hn_shape *s, hn_addr addr,
            const struct hn_code_print *likely, struct hn_code_reading *ret,
            const uint8_t **bytes)
{
    struct hn_range pieces[HN_PRINT_PIECES];
    struct hn_wish wishes[HN_PRINT_PIECES];
    size_t count = hn_print_pieces(s, addr, likely, pieces);

    for (size_t i = 0; i < count; i++)
        wishes[i] =
            (struct hn_wish){ pieces[i].addr, ret->bytes[i], pieces[i].size, 0 };
    hn_target_gather(target, wishes, count);
    for (size_t i = 0; i < count; i++)
        bytes[i] = wishes[i].got == wishes[i].size ? ret->bytes[i] : NULL;
}

bool
hn_print_read(struct hn_target *target, const struct hn_shape *s, hn_addr addr,
              const struct hn_code_print *known, struct hn_code_reading *ret)
{
    struct hn_code_print likely = *known;

    if (s->code.size > HN_PRINT_BYTES)
        return false;
    for (int i = 0; i < MOST_READINGS; i++) {
        const uint8_t *bytes[HN_PRINT_PIECES];

        read_pieces(target, s, addr, &likely, ret, bytes);
        if (take_print(s, addr, &likely, bytes, &ret->print) == HN_PRINT_HOLDS)
            return true;
        if (!bytes[0] || same_numbers(&ret->print, &likely))
            return false;
        likely = ret->print;
    }
    return false;
}

/* Its print says that there is room for the zero. */
static const char *
text_of(const struct hn_shape *s, uint8_t *piece)
{
    uint32_t text = s->str_text - s->str_length;

    piece[text + hn_take_u64(piece, 0)] = '\0';
    return (const char *)piece + text;
}

struct hn_code
hn_print_code(const struct hn_shape *s, hn_addr addr, struct hn_code_reading *r)
{
    const struct hn_code_print *print = &r->print;
    bool apart = print->qualname != 0 && print->qualname != print->name;
    uint8_t *table = r->bytes[apart ? 4 : 3];
    struct hn_code code = {
        .addr = addr,
        .file = text_of(s, r->bytes[1]),
        .name = text_of(s, r->bytes[2]),
        .qualified = print->qualname != 0,
        .first_line = (int32_t)print->line,
        .flags = s->code_flags < 0 ? 0 : hn_take_u32(r->bytes[0], s->code_flags),
        .linetable = table + (s->bytes_text - s->bytes_size),
        .linetable_size = hn_take_u64(table, 0),
    };

    code.qualname = apart ? text_of(s, r->bytes[3]) : code.name;
    return code;
}

uint64_t
hn_print_digest(const struct hn_code_print *print)
{
    uint64_t words[] = { print->beginnings, (uint64_t)print->line << 32 | print->units,
                         (uint64_t)print->slots << 32 | print->stack };

    return print->whole ? hn_index_hash(words, sizeof(words)) : 0;
}
