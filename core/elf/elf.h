/* ELF files as they lie on disk or in memory: segments, notes, sections, symbols.
 *
 * On libelf, which checks tables against the size of the file; we check what it
 * hands over. Files are read, never mapped, because somebody may shorten them while
 * we look (an upgrade does). 64-bit little-endian only. A struct hn_elf is used by
 * one thread at a time and belongs to whoever opened it. */
#ifndef HN_ELF_ELF_H
#define HN_ELF_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hognose/status.h"

struct hn_elf;

/* Linkers write 20 bytes (SHA-1), some 8 or 16; --build-id=0x... any number. */
enum { HN_BUILD_ID_MAX = 64 };

struct hn_build_id {
    size_t size; /* 0: the file has none */
    uint8_t bytes[HN_BUILD_ID_MAX];
};

/* One program header. */
struct hn_elf_segment {
    uint32_t type; /* PT_LOAD... */
    bool readable, writable, executable;
    uint64_t offset, file_size;    /* in the file */
    uint64_t address, memory_size; /* before the bias is added */
    uint64_t align;
};

/* One note; @bytes lives as long as the struct hn_elf. */
struct hn_elf_note {
    uint32_t type;
    const char *owner; /* "CORE", "GNU", "LINUX"...; '\0'-terminated */
    const uint8_t *bytes;
    size_t size;
};

/* Opens the file behind @fd, which is closed by hn_elf_close(), or here on failure. */
HN_MUST_CHECK enum hn_status
hn_elf_open(int fd, struct hn_error *err, struct hn_elf **ret);

/* Opens an image in memory, which the caller keeps alive and unchanged. It may be
 * cut short: what lies behind its end is then missing. */
HN_MUST_CHECK enum hn_status
hn_elf_open_memory(const void *bytes, size_t size, struct hn_error *err,
                   struct hn_elf **ret);

/* NULL is fine. */
void
hn_elf_close(struct hn_elf *elf);

/* EM_X86_64..., ET_EXEC..., the entry point. */
uint16_t
hn_elf_machine(const struct hn_elf *elf);
uint16_t
hn_elf_type(const struct hn_elf *elf);
uint64_t
hn_elf_entry(const struct hn_elf *elf);

size_t
hn_elf_segment_count(const struct hn_elf *elf);

/* False if that program header cannot be read. */
bool
hn_elf_segment(const struct hn_elf *elf, size_t index, struct hn_elf_segment *ret);

/* Copies file contents; returns how many bytes there were. */
size_t
hn_elf_read(const struct hn_elf *elf, uint64_t offset, void *buf, size_t size);

/* Calls @each for every note of the file, until it returns false. A segment that
 * reaches behind the end of the file is read as far as it goes. */
typedef bool
hn_elf_note_fn(void *arg, const struct hn_elf_note *note);
void
hn_elf_notes(struct hn_elf *elf, hn_elf_note_fn *each, void *arg);

/* False when there is no build-id, or when it is not in the bytes we have. */
bool
hn_elf_build_id(struct hn_elf *elf, struct hn_build_id *ret);

bool
hn_build_id_equal(const struct hn_build_id *a, const struct hn_build_id *b);

/* Address (before the bias) and size of a section that occupies memory. */
bool
hn_elf_section(struct hn_elf *elf, const char *name, uint64_t *address_ret,
               uint64_t *size_ret);

/* Address (before the bias) and size of a defined symbol: from the dynamic symbols
 * by their hash table, which needs no section headers, then from .symtab. */
bool
hn_elf_symbol(struct hn_elf *elf, const char *name, uint64_t *address_ret,
              uint64_t *size_ret);

/* One function of the symbol tables. */
struct hn_elf_function {
    uint64_t address, size; /* before the bias; a size of 0 is not known */
    const char *name;       /* lives as long as the struct hn_elf */
    bool global;
};

/* Calls @each for every function in .symtab and .dynsym, in no order, some of them
 * twice, until it returns false. */
typedef bool
hn_elf_function_fn(void *arg, const struct hn_elf_function *function);
void
hn_elf_functions(struct hn_elf *elf, hn_elf_function_fn *each, void *arg);

/* The same for an image that is loaded in some memory, by its dynamic segment alone:
 * for modules whose file is gone. Addresses given to @read are before the bias;
 * it returns whether all bytes could be read. */
struct hn_elf_memory {
    bool (*read)(void *arg, uint64_t address, void *buf, size_t size);
    void *arg;
    uint64_t bias; /* glibc adds it to the pointers in the dynamic segment */
    uint64_t dynamic, dynamic_size;
};
bool
hn_elf_memory_symbol(const struct hn_elf_memory *memory, const char *name,
                     uint64_t *address_ret, uint64_t *size_ret);

#endif
