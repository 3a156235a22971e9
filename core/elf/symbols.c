/* Symbols by name: in the dynamic symbols through a hash table, else in .symtab.
 *
 * The dynamic segment serves files without section headers and images that exist
 * in memory only, so it is walked by address; DT_GNU_HASH and DT_HASH are described
 * in the System V ABI and in binutils' documentation. */
#include <elf.h>
#include <string.h>

#include "elf/elf.h"
#include "elf/private.h"

enum {
    MAX_DYNAMIC_ENTRIES = 1 << 12, /* real ones have some thirty */
    BATCH_ENTRIES = 64,            /* read at once: a call for each would add up */
    MAX_CHAIN = 1 << 16,           /* symbols in one hash bucket; real ones: 1 to 5 */
    MAX_NAME = 256,                /* of a symbol somebody here looks for */
};

struct dynamic {
    uint64_t names, names_size, symbols, hash, gnu_hash;
};

static bool
is_defined(const Elf64_Sym *symbol)
{
    unsigned type = ELF64_ST_TYPE(symbol->st_info);

    return symbol->st_shndx != SHN_UNDEF && type != STT_TLS && type != STT_SECTION
           && type != STT_FILE;
}

/* ld.so of glibc turns the pointers in a loaded dynamic segment into addresses. */
static uint64_t
unbiased(const struct hn_elf_memory *memory, uint64_t pointer)
{
    return pointer >= memory->bias ? pointer - memory->bias : pointer;
}

static void
take_dynamic(const struct hn_elf_memory *memory, const Elf64_Dyn *entry,
             struct dynamic *d)
{
    uint64_t pointer = unbiased(memory, entry->d_un.d_ptr);

    switch (entry->d_tag) {
    case DT_STRTAB: d->names = pointer; break;
    case DT_SYMTAB: d->symbols = pointer; break;
    case DT_HASH: d->hash = pointer; break;
    case DT_GNU_HASH: d->gnu_hash = pointer; break;
    case DT_STRSZ: d->names_size = entry->d_un.d_val; break;
    }
}

static bool
load_dynamic(const struct hn_elf_memory *memory, struct dynamic *ret)
{
    uint64_t count = memory->dynamic_size / sizeof(Elf64_Dyn);
    Elf64_Dyn entries[BATCH_ENTRIES] = { { DT_NULL, { 0 } } };
    struct dynamic d = { 0 };

    if (count > MAX_DYNAMIC_ENTRIES)
        count = MAX_DYNAMIC_ENTRIES;
    for (uint64_t i = 0; i < count; i++) {
        const Elf64_Dyn *entry = &entries[i % BATCH_ENTRIES];
        uint64_t batch = count - i < BATCH_ENTRIES ? count - i : BATCH_ENTRIES;

        if (i % BATCH_ENTRIES == 0
            && !memory->read(memory->arg, memory->dynamic + i * sizeof(*entry), entries,
                             batch * sizeof(*entry)))
            return false;
        if (entry->d_tag == DT_NULL)
            break;
        take_dynamic(memory, entry, &d);
    }
    *ret = d;
    return d.names && d.symbols && (d.hash || d.gnu_hash);
}

/* Whether dynamic symbol @index is the defined one of that name. */
static bool
matches(const struct hn_elf_memory *memory, const struct dynamic *d, uint64_t index,
        const char *name, Elf64_Sym *ret)
{
    size_t length = strlen(name) + 1;
    char found[MAX_NAME];

    return memory->read(memory->arg, d->symbols + index * sizeof(*ret), ret,
                        sizeof(*ret))
           && is_defined(ret) && length <= sizeof(found) && ret->st_name < d->names_size
           && length <= d->names_size - ret->st_name
           && memory->read(memory->arg, d->names + ret->st_name, found, length)
           && memcmp(found, name, length) == 0;
}

static bool
find_by_hash(const struct hn_elf_memory *memory, const struct dynamic *d,
             const char *name, Elf64_Sym *ret)
{
    uint32_t head[2], index, hash = 0; /* head: buckets, chains */
    uint64_t chains;

    for (const char *c = name; *c; c++) {
        hash = (hash << 4) + (unsigned char)*c;
        hash = (hash ^ (hash >> 24 & 0xf0)) & 0x0fffffff;
    }
    if (!memory->read(memory->arg, d->hash, head, sizeof(head)) || head[0] == 0)
        return false;
    if (!memory->read(memory->arg, d->hash + 8 + 4ull * (hash % head[0]), &index, 4))
        return false;
    chains = d->hash + 8 + 4ull * head[0];
    for (unsigned i = 0; index != 0 && index < head[1] && i < MAX_CHAIN; i++) {
        if (matches(memory, d, index, name, ret))
            return true;
        if (!memory->read(memory->arg, chains + 4ull * index, &index, 4))
            return false;
    }
    return false;
}

static bool
find_by_gnu_hash(const struct hn_elf_memory *memory, const struct dynamic *d,
                 const char *name, Elf64_Sym *ret)
{
    uint32_t head[4]; /* buckets, first symbol hashed, words of bloom filter, shift */
    uint32_t hash = 5381, index, value;
    uint64_t buckets, chains;

    for (const char *c = name; *c; c++)
        hash = hash * 33 + (unsigned char)*c;
    if (!memory->read(memory->arg, d->gnu_hash, head, sizeof(head)) || head[0] == 0)
        return false;
    buckets = d->gnu_hash + sizeof(head) + 8ull * head[2];
    chains = buckets + 4ull * head[0];
    if (!memory->read(memory->arg, buckets + 4ull * (hash % head[0]), &index, 4))
        return false;
    if (index < head[1])
        return false;
    for (unsigned i = 0; i < MAX_CHAIN; i++, index++) {
        if (!memory->read(memory->arg, chains + 4ull * (index - head[1]), &value, 4))
            return false;
        /* The lowest bit marks the end of the chain. */
        if ((value | 1) == (hash | 1) && matches(memory, d, index, name, ret))
            return true;
        if (value & 1)
            return false;
    }
    return false;
}

bool
hn_elf_memory_symbol(const struct hn_elf_memory *memory, const char *name,
                     uint64_t *address_ret, uint64_t *size_ret)
{
    struct dynamic d;
    Elf64_Sym symbol;
    bool found;

    if (!load_dynamic(memory, &d))
        return false;
    found = d.gnu_hash ? find_by_gnu_hash(memory, &d, name, &symbol)
                       : find_by_hash(memory, &d, name, &symbol);
    if (!found)
        return false;
    *address_ret = symbol.st_value;
    *size_ret = symbol.st_size;
    return true;
}

/* Reads as if the file were loaded at bias 0. */
static bool
read_as_loaded(void *arg, uint64_t address, void *buf, size_t size)
{
    struct hn_elf *elf = arg;
    struct hn_elf_segment s;

    for (size_t i = 0; i < elf->segment_count; i++) {
        if (!hn_elf_segment(elf, i, &s) || s.type != PT_LOAD || address < s.address
            || address - s.address >= s.file_size
            || size > s.file_size - (address - s.address))
            continue;
        return hn_elf_read(elf, s.offset + (address - s.address), buf, size) == size;
    }
    return false;
}

static bool
find_dynamic(struct hn_elf *elf, const char *name, uint64_t *address_ret,
             uint64_t *size_ret)
{
    struct hn_elf_memory memory = { .read = read_as_loaded, .arg = elf };
    struct hn_elf_segment segment;

    for (size_t i = 0; i < elf->segment_count; i++) {
        if (!hn_elf_segment(elf, i, &segment) || segment.type != PT_DYNAMIC)
            continue;
        memory.dynamic = segment.address;
        memory.dynamic_size = segment.file_size;
        return hn_elf_memory_symbol(&memory, name, address_ret, size_ret);
    }
    return false;
}

static bool
find_in_section(struct hn_elf *elf, Elf_Scn *section, const GElf_Shdr *header,
                const char *name, GElf_Sym *ret)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t count = data ? data->d_size / sizeof(Elf64_Sym) : 0;

    for (size_t i = 1; i < count; i++) {
        const char *found;

        if (!gelf_getsym(data, (int)i, ret) || !is_defined(ret))
            continue;
        found = elf_strptr(elf->handle, header->sh_link, ret->st_name);
        if (found && strcmp(found, name) == 0)
            return true;
    }
    return false;
}

/* Files without a hash table keep .dynsym (SHT_DYNSYM) searchable this way too. */
static bool
find_in_sections(struct hn_elf *elf, const char *name, uint64_t *address_ret,
                 uint64_t *size_ret)
{
    Elf_Scn *section = NULL;

    while ((section = elf_nextscn(elf->handle, section)) != NULL) {
        GElf_Shdr header;
        GElf_Sym symbol;

        if (!gelf_getshdr(section, &header)
            || (header.sh_type != SHT_SYMTAB && header.sh_type != SHT_DYNSYM)
            || header.sh_size > MAX_SYMBOLS_BYTES)
            continue;
        if (!find_in_section(elf, section, &header, name, &symbol))
            continue;
        *address_ret = symbol.st_value;
        *size_ret = symbol.st_size;
        return true;
    }
    return false;
}

bool
hn_elf_symbol(struct hn_elf *elf, const char *name, uint64_t *address_ret,
              uint64_t *size_ret)
{
    return find_dynamic(elf, name, address_ret, size_ret)
           || find_in_sections(elf, name, address_ret, size_ret);
}

static bool
is_function(const GElf_Sym *symbol)
{
    unsigned type = GELF_ST_TYPE(symbol->st_info);

    /* Assembler often says no type; it then is in a section of code or data alike. */
    return symbol->st_shndx != SHN_UNDEF && symbol->st_shndx != SHN_ABS
           && (type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE);
}

/* False when @each wants no more. */
static bool
functions_of(struct hn_elf *elf, Elf_Scn *section, const GElf_Shdr *header,
             hn_elf_function_fn *each, void *arg)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t count = data ? data->d_size / sizeof(Elf64_Sym) : 0;

    for (size_t i = 1; i < count; i++) {
        struct hn_elf_function function;
        GElf_Sym symbol;

        if (!gelf_getsym(data, (int)i, &symbol) || !is_function(&symbol))
            continue;
        function = (struct hn_elf_function){
            .address = symbol.st_value,
            .size = symbol.st_size,
            .name = elf_strptr(elf->handle, header->sh_link, symbol.st_name),
            .global = GELF_ST_BIND(symbol.st_info) != STB_LOCAL,
        };
        if (function.name && function.name[0] && !each(arg, &function))
            return false;
    }
    return true;
}

void
hn_elf_functions(struct hn_elf *elf, hn_elf_function_fn *each, void *arg)
{
    Elf_Scn *section = NULL;

    while ((section = elf_nextscn(elf->handle, section)) != NULL) {
        GElf_Shdr header;

        if (!gelf_getshdr(section, &header)
            || (header.sh_type != SHT_SYMTAB && header.sh_type != SHT_DYNSYM)
            || header.sh_size > MAX_SYMBOLS_BYTES)
            continue;
        if (!functions_of(elf, section, &header, each, arg))
            return;
    }
}
