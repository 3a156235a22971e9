/* Lines by libdw: the unit that holds an address, then its line table. */
#include "elf/lines.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdlib.h>

#include "elf/private.h"

/* Units asked one by one where a file has no table of address ranges (clang writes
 * none); a large program has some ten thousand. */
enum { MAX_UNITS = 1 << 16 };

struct hn_lines {
    Dwarf *dwarf;
};

struct hn_lines *
hn_lines_open(struct hn_elf *elf)
{
    Dwarf *dwarf = dwarf_begin_elf(elf->handle, DWARF_C_READ, NULL);
    struct hn_lines *lines;

    if (!dwarf)
        return NULL;
    lines = malloc(sizeof(*lines));
    if (lines)
        lines->dwarf = dwarf;
    else
        dwarf_end(dwarf);
    return lines;
}

void
hn_lines_close(struct hn_lines *lines)
{
    if (!lines)
        return;
    dwarf_end(lines->dwarf);
    free(lines);
}

static bool
search_units(Dwarf *dwarf, Dwarf_Addr address, Dwarf_Die *ret)
{
    Dwarf_CU *unit = NULL;

    for (unsigned i = 0; i < MAX_UNITS; i++) {
        uint8_t type;

        if (dwarf_get_units(dwarf, unit, &unit, NULL, &type, ret, NULL) != 0)
            return false;
        if (type == DW_UT_compile && dwarf_haspc(ret, address) > 0)
            return true;
    }
    return false;
}

bool
hn_lines_find(struct hn_lines *lines, uint64_t address, const char **file_ret,
              int32_t *line_ret)
{
    Dwarf_Die unit;
    Dwarf_Line *line;
    const char *file;
    int number;

    if (!dwarf_addrdie(lines->dwarf, address, &unit)
        && !search_units(lines->dwarf, address, &unit))
        return false;
    line = dwarf_getsrc_die(&unit, address);
    file = line ? dwarf_linesrc(line, NULL, NULL) : NULL;
    if (!file || dwarf_lineno(line, &number) != 0 || number <= 0)
        return false;
    *file_ret = file;
    *line_ret = number;
    return true;
}
