/* File and line of an address, from DWARF (on libdw). */
#ifndef HN_ELF_LINES_H
#define HN_ELF_LINES_H

#include <stdbool.h>

#include "elf/elf.h"

struct hn_lines;

/* NULL when @elf has no debug information, or hognose was built without libdw. @elf
 * stays the caller's and must outlive it. */
struct hn_lines *
hn_lines_open(struct hn_elf *elf);

/* NULL is fine. */
void
hn_lines_close(struct hn_lines *lines);

/* Where @address (before the bias) comes from. The name lives as long as @lines. */
bool
hn_lines_find(struct hn_lines *lines, uint64_t address, const char **file_ret,
              int32_t *line_ret);

#endif
