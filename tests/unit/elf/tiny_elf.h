/* A complete ELF file in a few hundred bytes: one segment, a build-id, and a dynamic
 * segment with both kinds of hash table over the symbols "", "there" and "needed"
 * (undefined). No section headers. Offsets in the file are addresses, too. */
#ifndef TINY_ELF_H
#define TINY_ELF_H

#include <elf.h>
#include <stdint.h>

enum { THERE_VALUE = 0x123, THERE_SIZE = 16, THERE = 1, NEEDED, SYMBOLS };

struct tiny_elf {
    Elf64_Ehdr header;
    Elf64_Phdr load, note, dynamic;
    struct {
        Elf64_Nhdr header;
        char owner[4];
        uint8_t id[20];
    } build_id;
    uint32_t pad;
    Elf64_Dyn entries[6];
    Elf64_Sym symbols[SYMBOLS];
    struct {
        uint32_t buckets, chains, bucket[1], chain[SYMBOLS];
    } hash;
    struct {
        uint32_t buckets, first, bloom_words, shift;
        uint64_t bloom[1];
        uint32_t bucket[1], chain[SYMBOLS - 1];
    } gnu_hash;
    char names[16];
};

/* The file with both tables; tests damage it as they need. */
struct tiny_elf
tiny_elf_make(void);

#endif
