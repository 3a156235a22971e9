/* What the files of this room share. */
#ifndef HN_ELF_PRIVATE_H
#define HN_ELF_PRIVATE_H

#include <gelf.h>
#include <libelf.h>

#include "elf/elf.h"

enum {
    /* A core of 30,000 threads has some 100 MB of notes; libelf copies them once. */
    MAX_NOTES_BYTES = 1 << 28,
    /* chromium's .symtab is some 60 MB, nobody's is above this. */
    MAX_SYMBOLS_BYTES = 1 << 28,
};

struct hn_elf {
    Elf *handle;
    int fd;               /* -1: an image in memory */
    const uint8_t *bytes; /* that image */
    uint64_t size;
    GElf_Ehdr header;
    size_t segment_count;
};

#endif
