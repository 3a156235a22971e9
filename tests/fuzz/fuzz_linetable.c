/* Line tables: positions of random bytecode offsets in random bytes, in each format.
 *
 * Beside not crashing, what is found must make sense: lines that end before they
 * begin, or columns without a line, would reach the user's screen. */
#include "base/cursor.h"
#include "runtime/runtime.h"

#include <stdlib.h>

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void
look_up(enum hn_linetable_format format, struct hn_cursor table, int32_t first_line,
        int64_t lasti)
{
    struct hn_position at = { -1, -1, -1, -1 };

    if (!hn_linetable_find(format, table.at, hn_cursor_left(&table), first_line, lasti,
                           &at))
        return;
    if (at.line < -1 || at.column < -1 || at.end_column < -1)
        abort();
    if (at.line == -1 && (at.column != -1 || at.end_column != -1))
        abort();
    if (at.end_line != -1 && at.end_line < at.line)
        abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct hn_cursor c = hn_cursor_make(bytes, size);
    uint32_t first_line, lasti;

    if (!hn_cursor_u32(&c, &first_line) || !hn_cursor_u32(&c, &lasti))
        return 0;
    for (int format = HN_LINETABLE_LNOTAB; format <= HN_LINETABLE_PEP657; format++) {
        look_up((enum hn_linetable_format)format, c, (int32_t)first_line,
                (int32_t)lasti);
        /* small offsets reach into the table, where random ones never would */
        look_up((enum hn_linetable_format)format, c, 1, lasti % 256);
    }
    return 0;
}
