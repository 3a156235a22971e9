/* hognose built without libdw: no lines. */
#include "elf/lines.h"

struct hn_lines *
hn_lines_open(struct hn_elf *elf)
{
    (void)elf;
    return NULL;
}

void
hn_lines_close(struct hn_lines *lines)
{
    (void)lines;
}

bool
hn_lines_find(struct hn_lines *lines, uint64_t address, const char **file_ret,
              int32_t *line_ret)
{
    (void)lines, (void)address, (void)file_ret, (void)line_ret;
    return false;
}
