/* Call frame instructions are libunwind's to follow, which takes one thing on trust: in
 * "this register is saved in that one" the second is an index into an array of its own.
 * So all instructions are stepped through before it sees them. Format: the Linux
 * Standard Base, "Exception Frames"; DWARF 5, section 6.4. */
#include <stdlib.h>

#include "unwind/private.h"

enum {
    MAX_ENTRY = 1 << 20, /* bytes; large functions have some thousands */
    LONG_LENGTH = 0xffffffff,
    MAX_LEB = 10, /* bytes of a number in DWARF's own format */
/* Registers that libunwind keeps are numbered below this. */
#if defined(__x86_64__)
    REGISTERS = 17,
#else
    REGISTERS = 32,
#endif
};

static bool
take_leb(struct hn_cursor *c, uint64_t *ret)
{
    uint8_t byte = 0x80;

    *ret = 0;
    for (unsigned i = 0; i < MAX_LEB && byte & 0x80; i++) {
        if (!hn_cursor_u8(c, &byte))
            return false;
        *ret |= (uint64_t)(byte & 0x7f) << (7 * i);
    }
    return !(byte & 0x80);
}

static bool
skip_leb(struct hn_cursor *c)
{
    uint64_t ignored;

    return take_leb(c, &ignored);
}

/* What is read relative or not, signed or not: of 4 bytes, or of 8. */
static size_t
size_of(uint8_t encoding)
{
    return (encoding & 7) == 3 ? 4 : 8;
}

/* The encoding among the augmentation's data, whose letters tell what is there. */
static bool
find_encoding(struct hn_cursor *c, const char *letters, uint8_t *ret)
{
    for (; *letters; letters++) {
        uint8_t encoding;

        switch (*letters) {
        case 'R': return hn_cursor_u8(c, ret);
        case 'L':
            if (!hn_cursor_skip(c, 1))
                return false;
            break;
        case 'P':
            if (!hn_cursor_u8(c, &encoding) || !hn_cursor_skip(c, size_of(encoding)))
                return false;
            break;
        case 'S':
        case 'B': break;
        default: return false;
        }
    }
    return true;
}

bool
hn_cfi_cie(struct hn_cursor *c, struct hn_cie *ret)
{
    char letters[8] = "";
    uint8_t version;
    size_t count = 0;
    uint64_t size;
    struct hn_cursor data;

    *ret = (struct hn_cie){ .encoding = HN_CFI_ABSOLUTE };
    if (!hn_cursor_skip(c, 8) || !hn_cursor_u8(c, &version))
        return false;
    do {
        if (count == sizeof(letters) || !hn_cursor_copy(c, &letters[count], 1))
            return false;
    } while (letters[count++]);
    /* alignments of code and data, the return address's register */
    for (unsigned i = 0; i < 3; i++)
        if (!(i == 2 && version == 1 ? hn_cursor_skip(c, 1) : skip_leb(c)))
            return false;
    if (letters[0] != 'z')
        return letters[0] == '\0';
    ret->has_data = true;
    if (!take_leb(c, &size) || size > hn_cursor_left(c))
        return false;
    data = *c;
    return find_encoding(&data, letters + 1, &ret->encoding)
           && hn_cursor_skip(c, (size_t)size);
}

/* --- instructions */

/* Operands: l a number, 1 2 4 bytes, a an address, b a block behind its size, r a
 * register that is an index. NULL: nobody writes such instructions. */
static const char *const operands[] = {
    [0x00] = "",   [0x01] = "a",  [0x02] = "1",  [0x03] = "2",  [0x04] = "4",
    [0x05] = "ll", [0x06] = "l",  [0x07] = "l",  [0x08] = "l",  [0x09] = "lr",
    [0x0a] = "",   [0x0b] = "",   [0x0c] = "ll", [0x0d] = "l",  [0x0e] = "l",
    [0x0f] = "b",  [0x10] = "lb", [0x11] = "ll", [0x12] = "ll", [0x13] = "l",
    [0x14] = "ll", [0x15] = "ll", [0x16] = "lb", [0x2d] = "",   [0x2e] = "l",
    [0x2f] = "ll",
};

/* Of instructions whose upper two bits say which it is. */
static const char *const operands_of_short[] = { NULL, "", "l", "" };

static bool
take_operand(struct hn_cursor *c, char kind, uint8_t encoding)
{
    uint64_t number;

    switch (kind) {
    case '1':
    case '2':
    case '4': return hn_cursor_skip(c, (size_t)(kind - '0'));
    case 'a': return hn_cursor_skip(c, size_of(encoding));
    default: break;
    }
    if (!take_leb(c, &number))
        return false;
    switch (kind) {
    case 'b': return number <= hn_cursor_left(c) && hn_cursor_skip(c, (size_t)number);
    case 'r': return number < REGISTERS;
    default: return true;
    }
}

static bool
are_sound(struct hn_cursor *c, uint8_t encoding)
{
    uint8_t code;

    while (hn_cursor_left(c) > 0 && hn_cursor_u8(c, &code)) {
        const char *kinds = operands_of_short[code >> 6];

        if (code >> 6 == 0 && code < sizeof(operands) / sizeof(operands[0]))
            kinds = operands[code];
        if (!kinds)
            return false;
        for (; *kinds; kinds++)
            if (!take_operand(c, *kinds, encoding))
                return false;
    }
    return true;
}

/* --- entries */

/* The whole entry at @at, to be freed; NULL if it is none. */
static uint8_t *
read_entry(struct hn_target *target, hn_addr at, struct hn_cursor *ret)
{
    uint32_t length;
    uint8_t *bytes;

    if (hn_target_read_some(target, at, &length, 4) != 4 || length < 4
        || length == LONG_LENGTH || length > MAX_ENTRY)
        return NULL;
    bytes = malloc((size_t)length + 4);
    if (bytes
        && hn_target_read_some(target, at, bytes, (size_t)length + 4)
               != (size_t)length + 4) {
        free(bytes);
        return NULL;
    }
    *ret = hn_cursor_make(bytes, bytes ? (size_t)length + 4 : 0);
    return bytes;
}

static bool
is_sound_cie(struct hn_target *target, hn_addr at, struct hn_cie *ret)
{
    struct hn_cursor c;
    uint8_t *bytes = read_entry(target, at, &c);
    bool sound = bytes && hn_cfi_cie(&c, ret) && are_sound(&c, ret->encoding);

    free(bytes);
    return sound;
}

static bool
is_sound_fde(struct hn_target *target, hn_addr at, struct hn_cursor *c)
{
    struct hn_cie cie;
    uint64_t size;
    uint32_t back;

    if (!hn_cursor_skip(c, 4) || !hn_cursor_u32(c, &back)
        || !is_sound_cie(target, at + 4 - back, &cie)
        || !hn_cursor_skip(c, 2 * size_of(cie.encoding)))
        return false;
    if (cie.has_data
        && (!take_leb(c, &size) || size > hn_cursor_left(c)
            || !hn_cursor_skip(c, (size_t)size)))
        return false;
    return are_sound(c, cie.encoding);
}

bool
hn_cfi_is_sound(struct hn_target *target, hn_addr fde)
{
    struct hn_cursor c;
    uint8_t *bytes = read_entry(target, fde, &c);
    bool sound = bytes && is_sound_fde(target, fde, &c);

    free(bytes);
    return sound;
}
