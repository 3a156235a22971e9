/* Line tables: from a byte offset in the bytecode to a line (and columns).
 *
 * Three formats, each a run of entries that advance an address and a line:
 *   lnotab   Objects/lnotab_notes.txt of 3.9: (address increment, line increment)
 *   PEP 626  3.10: (range length, line increment), -128 = no line
 *   PEP 657  Objects/locations.md of 3.11: varying entries with columns
 * Tables come from the target: every step goes through a bounded cursor, and the
 * table's own size bounds the loop. */
#include "objects/linetable.h"

#include "base/cursor.h"

enum { NO_LINE = -128, UNIT = 2 };

static struct hn_position
line_only(int64_t line)
{
    bool fits = line >= 0 && line <= INT32_MAX;

    return (struct hn_position){ fits ? (int32_t)line : -1, -1, -1, -1 };
}

static bool
find_lnotab(struct hn_cursor *c, int64_t line, int64_t lasti, struct hn_position *ret)
{
    int64_t address = 0;
    uint8_t step, change;

    /* The table ends early when the last line runs to the end of the code. */
    while (hn_cursor_u8(c, &step) && hn_cursor_u8(c, &change)) {
        address += step;
        if (address > lasti)
            break;
        line += (int8_t)change;
    }
    *ret = line_only(line);
    return true;
}

static bool
find_pep626(struct hn_cursor *c, int64_t line, int64_t lasti, struct hn_position *ret)
{
    int64_t end = 0;
    uint8_t step, change;

    while (hn_cursor_u8(c, &step) && hn_cursor_u8(c, &change)) {
        bool has_line = (int8_t)change != NO_LINE;

        end += step;
        if (has_line)
            line += (int8_t)change;
        if (lasti < end) {
            *ret = line_only(has_line ? line : -1);
            return true;
        }
    }
    return false;
}

/* Six bits a byte, bit 6 says that more follow, lowest first. */
static bool
next_varint(struct hn_cursor *c, int64_t *ret)
{
    uint64_t value = 0;
    uint8_t byte;

    for (unsigned shift = 0; shift < 36; shift += 6) {
        if (!hn_cursor_u8(c, &byte))
            return false;
        value |= (uint64_t)(byte & 0x3f) << shift;
        if (!(byte & 0x40)) {
            *ret = (int64_t)value;
            return true;
        }
    }
    return false;
}

static bool
next_signed_varint(struct hn_cursor *c, int64_t *ret)
{
    int64_t value;

    if (!next_varint(c, &value))
        return false;
    *ret = value & 1 ? -(value >> 1) : value >> 1;
    return true;
}

/* Entry codes of Include/internal/pycore_code.h, _PyCodeLocationInfoKind. */
enum { ONE_LINE_0 = 10, NO_COLUMNS = 13, LONG = 14, NONE = 15 };

/* Columns are stored plus one where 0 must mean "none". */
static bool
long_entry(struct hn_cursor *c, int64_t *line, struct hn_position *ret)
{
    int64_t change, lines, column, end_column;

    if (!next_signed_varint(c, &change) || !next_varint(c, &lines)
        || !next_varint(c, &column) || !next_varint(c, &end_column))
        return false;
    *line += change;
    *ret = line_only(*line);
    ret->end_line = line_only(*line + lines).line;
    ret->column = line_only(column - 1).line;
    ret->end_column = line_only(end_column - 1).line;
    return true;
}

static bool
short_entry(struct hn_cursor *c, unsigned code, int64_t line, struct hn_position *ret)
{
    uint8_t second;

    if (!hn_cursor_u8(c, &second))
        return false;
    *ret = line_only(line);
    ret->end_line = ret->line;
    ret->column = (int32_t)(code << 3 | second >> 4);
    ret->end_column = ret->column + (second & 15);
    return true;
}

static bool
one_line_entry(struct hn_cursor *c, int64_t line, struct hn_position *ret)
{
    uint8_t column, end_column;

    if (!hn_cursor_u8(c, &column) || !hn_cursor_u8(c, &end_column))
        return false;
    *ret = line_only(line);
    ret->end_line = ret->line;
    ret->column = column;
    ret->end_column = end_column;
    return true;
}

static bool
next_location(struct hn_cursor *c, unsigned code, int64_t *line,
              struct hn_position *ret)
{
    int64_t change;

    switch (code) {
    case NONE: *ret = line_only(-1); return true;
    case LONG: return long_entry(c, line, ret);
    case NO_COLUMNS:
        if (!next_signed_varint(c, &change))
            return false;
        *line += change;
        *ret = line_only(*line);
        ret->end_line = ret->line;
        return true;
    default:
        if (code < ONE_LINE_0)
            return short_entry(c, code, *line, ret);
        *line += code - ONE_LINE_0;
        return one_line_entry(c, *line, ret);
    }
}

static bool
find_pep657(struct hn_cursor *c, int64_t line, int64_t lasti, struct hn_position *ret)
{
    int64_t end = 0;
    uint8_t first;

    while (hn_cursor_u8(c, &first)) {
        struct hn_position position;

        if (!(first & 0x80) || !next_location(c, first >> 3 & 15, &line, &position))
            return false;
        end += (int64_t)((first & 7) + 1) * UNIT;
        if (lasti < end) {
            /* A damaged table may lead out of all lines: no columns there either. */
            *ret = position.line == -1 ? line_only(-1) : position;
            return true;
        }
    }
    return false;
}

bool
hn_linetable_find(enum hn_linetable_format format, const uint8_t *table, size_t size,
                  int32_t first_line, int64_t lasti, struct hn_position *ret)
{
    struct hn_cursor c = hn_cursor_make(table, size);

    /* Before its first instruction a frame stands at its definition. */
    if (lasti < 0) {
        *ret = line_only(first_line);
        return true;
    }
    switch (format) {
    case HN_LINETABLE_LNOTAB: return find_lnotab(&c, first_line, lasti, ret);
    case HN_LINETABLE_PEP626: return find_pep626(&c, first_line, lasti, ret);
    case HN_LINETABLE_PEP657: return find_pep657(&c, first_line, lasti, ret);
    }
    return false;
}
