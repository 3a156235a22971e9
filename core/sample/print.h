/* What tells a code object from others: where its names, its file and its table are,
 * how they begin, and some numbers. All of it is small enough to be read at every
 * sample. Its memory may come to hold another code object, and theirs other strings:
 * of code that is compiled again and again mostly at the very same addresses. */
#ifndef HN_SAMPLE_PRINT_H
#define HN_SAMPLE_PRINT_H

#include "runtime/runtime.h"
#include "sample/shape.h"

/* The object itself, file, name, qualified name, line table. */
enum { HN_PRINT_PIECES = 5 };

/* No piece is larger. */
enum { HN_PRINT_BYTES = 256 };

struct hn_code_print {
    hn_addr type, file, name, qualname, table;
    uint32_t line, units, slots, stack;
    uint64_t texts;      /* a hash of how the strings begin */
    uint64_t beginnings; /* and of how the table does */
    bool whole;          /* these were all of them, and ASCII */
};

/* The ranges that show whether the code object at @addr is still @known; returns how
 * many. */
size_t
hn_print_pieces(const struct hn_shape *shape, hn_addr addr,
                const struct hn_code_print *known, struct hn_range *ret);

enum hn_likeness {
    HN_PRINT_DIFFERS,
    HN_PRINT_NAMED_SO, /* all but its table, which is elsewhere */
    HN_PRINT_HOLDS,
};

/* @bytes: of those ranges, each NULL if it could not be read. */
enum hn_likeness
hn_print_compare(const struct hn_shape *shape, hn_addr addr,
                 const struct hn_code_print *known, const uint8_t *const *bytes);

/* Whether the code object was at @bytes, the first of those ranges. */
bool
hn_print_was_there(const struct hn_shape *shape, const struct hn_code_print *print,
                   const uint8_t *bytes);

bool
hn_print_same(const struct hn_code_print *a, const struct hn_code_print *b);

/* What was read to see it. */
struct hn_code_reading {
    struct hn_code_print print;
    uint8_t bytes[HN_PRINT_PIECES][HN_PRINT_BYTES];
};

/* @known, or zeroes: what it is likely to be, which saves a system call. False when it
 * cannot be read, or changes all the time. */
bool
hn_print_read(struct hn_target *target, const struct hn_shape *shape, hn_addr addr,
              const struct hn_code_print *known, struct hn_code_reading *ret);

/* The code object as far as it is in @reading, whose print is whole: all but where its
 * bytecode is. Valid for as long as that is. */
struct hn_code
hn_print_code(const struct hn_shape *shape, hn_addr addr,
              struct hn_code_reading *reading);

/* The same for all code objects of the same function, wherever they are; 0 if it does
 * not tell them from others. */
uint64_t
hn_print_digest(const struct hn_code_print *print);

#endif
