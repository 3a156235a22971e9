/* The smallest file that has what elf/ looks for. */
#include "tiny_elf.h"

#include <stddef.h>
#include <string.h>

#define AT(member) offsetof(struct tiny_elf, member)

static uint32_t
gnu_hash(const char *name)
{
    uint32_t hash = 5381;

    for (; *name; name++)
        hash = hash * 33 + (unsigned char)*name;
    return hash;
}

static Elf64_Phdr
segment(uint32_t type, uint64_t at, uint64_t size)
{
    return (Elf64_Phdr){
        .p_type = type,
        .p_flags = PF_R,
        .p_offset = at,
        .p_vaddr = at,
        .p_filesz = size,
        .p_memsz = size,
        .p_align = 4,
    };
}

static void
fill_symbols(struct tiny_elf *elf)
{
    static const char names[] = "\0there\0needed";

    memcpy(elf->names, names, sizeof(names));
    elf->symbols[THERE] = (Elf64_Sym){
        .st_name = 1,
        .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_OBJECT),
        .st_shndx = 1,
        .st_value = THERE_VALUE,
        .st_size = THERE_SIZE,
    };
    elf->symbols[NEEDED] = (Elf64_Sym){ .st_name = 7, .st_shndx = SHN_UNDEF };
    elf->hash.buckets = 1;
    elf->hash.chains = SYMBOLS;
    elf->hash.bucket[0] = NEEDED;
    elf->hash.chain[NEEDED] = THERE;
    elf->gnu_hash.buckets = 1;
    elf->gnu_hash.first = THERE;
    elf->gnu_hash.bloom_words = 1;
    elf->gnu_hash.bucket[0] = THERE;
    elf->gnu_hash.chain[0] = gnu_hash("there") & ~1u;
    elf->gnu_hash.chain[1] = gnu_hash("needed") | 1;
}

struct tiny_elf
tiny_elf_make(void)
{
    struct tiny_elf elf = {
        .header = {
            .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
            .e_type = ET_DYN,
            .e_machine = EM_X86_64,
            .e_version = EV_CURRENT,
            .e_phoff = AT(load),
            .e_ehsize = sizeof(Elf64_Ehdr),
            .e_phentsize = sizeof(Elf64_Phdr),
            .e_phnum = 3,
        },
        .load = segment(PT_LOAD, 0, sizeof(elf)),
        .note = segment(PT_NOTE, AT(build_id), sizeof(elf.build_id)),
        .dynamic = segment(PT_DYNAMIC, AT(entries), sizeof(elf.entries)),
        .build_id = {
            .header = { 4, 20, NT_GNU_BUILD_ID },
            .owner = "GNU",
            .id = { 0xde, 0xad, 0xbe, 0xef },
        },
        .entries = {
            { DT_STRTAB, { AT(names) } },
            { DT_STRSZ, { sizeof(elf.names) } },
            { DT_SYMTAB, { AT(symbols) } },
            { DT_GNU_HASH, { AT(gnu_hash) } },
            { DT_HASH, { AT(hash) } },
            { DT_NULL, { 0 } },
        },
    };

    fill_symbols(&elf);
    return elf;
}
