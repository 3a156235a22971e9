/* Makes small core files as the kernel or gdb would, to be opened by their path.
 *
 * Add memory and notes in any order, then finish. Everything is in one file without
 * a name, whose path is /proc/self/fd/N. */
#ifndef CORE_WRITER_H
#define CORE_WRITER_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

enum { CORE_WRITER_SEGMENTS = 8, CORE_WRITER_FILES = 8 };

struct core_writer {
    Elf64_Phdr segments[CORE_WRITER_SEGMENTS];
    const void *bytes[CORE_WRITER_SEGMENTS];
    size_t segment_count;
    struct hn_text notes;
    struct {
        uint64_t start, end, offset;
    } files[CORE_WRITER_FILES];
    const char *names[CORE_WRITER_FILES];
    size_t file_count;
    bool notes_last;       /* as gdb does */
    bool count_in_section; /* PN_XNUM, as for more than 65,534 mappings */
};

void
core_writer_init(struct core_writer *writer);
void
core_writer_deinit(struct core_writer *writer);

/* @memory_size bytes at @start, of which the first @file_size are in the core. */
void
core_writer_memory(struct core_writer *writer, uint64_t start, uint64_t memory_size,
                   const void *bytes, uint64_t file_size, uint32_t flags);

/* A file's mapping (NT_FILE). */
void
core_writer_file(struct core_writer *writer, uint64_t start, uint64_t end,
                 uint64_t offset, const char *name);

void
core_writer_note(struct core_writer *writer, const char *owner, uint32_t type,
                 const void *bytes, size_t size);

/* NT_PRSTATUS with the 27 registers of x86-64 (NULL: zeros). */
void
core_writer_thread(struct core_writer *writer, int tid, int signal,
                   const uint64_t registers[27]);

void
core_writer_process(struct core_writer *writer, int pid, const char *name,
                    const char *arguments);

/* Appends the file to @ret. */
void
core_writer_finish(struct core_writer *writer, struct hn_text *ret);

/* Puts bytes into a file; its path is written to @path. Returns the descriptor. */
int
core_writer_file_of(const char *bytes, size_t size, char path[32]);

#endif
