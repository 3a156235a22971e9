/* Native stacks in memory and with unwind tables that are the input's.
 *
 * One file is mapped: its ELF headers are in order, so that tables are found at all;
 * the sorted table, the entries it leads to, the stack and the registers are the
 * input's. Walks may end early; they must not crash, and not go round in a circle. */
#include <elf.h>
#include <string.h>

#include "unwind/unwind.h"

enum {
    FILE_AT = 0x400000,
    FILE_BYTES = 0x3000,
    TABLE_AT = 0x200, /* .eh_frame_hdr, and .eh_frame behind it */
    STACK_AT = 0x700000,
    STACK_BYTES = 0x1000,
    MOST_STEPS = 512,
};

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct memory {
    uint8_t file[FILE_BYTES], stack[STACK_BYTES];
    struct hn_registers registers;
};

static size_t
copy(const uint8_t *from, size_t there, uint64_t at, void *buf, size_t size)
{
    if (at >= there)
        return 0;
    if (size > there - at)
        size = there - at;
    memcpy(buf, from + at, size);
    return size;
}

static size_t
read_memory(void *impl, hn_addr addr, void *buf, size_t size)
{
    const struct memory *m = impl;

    if (addr >= STACK_AT)
        return copy(m->stack, STACK_BYTES, addr - STACK_AT, buf, size);
    return addr >= FILE_AT ? copy(m->file, FILE_BYTES, addr - FILE_AT, buf, size) : 0;
}

static enum hn_status
regions(void *impl, hn_region_fn *each, void *arg)
{
    const struct hn_region file = { .start = FILE_AT,
                                    .end = FILE_AT + FILE_BYTES,
                                    .readable = true,
                                    .executable = true,
                                    .path = "/nonexistent/fuzz.so" };
    const struct hn_region stack = { .start = STACK_AT,
                                     .end = STACK_AT + STACK_BYTES,
                                     .readable = true,
                                     .writable = true,
                                     .path = "" };
    enum hn_status st = each(arg, &file);

    (void)impl;
    return st ? st : each(arg, &stack);
}

static enum hn_status
get_registers(void *impl, int64_t tid, struct hn_registers *ret)
{
    const struct memory *m = impl;

    (void)tid;
    *ret = m->registers;
    return HN_OK;
}

static const struct hn_target_ops ops = { .kind = "core",
                                          .reader = "fuzz",
                                          .read = read_memory,
                                          .regions = regions,
                                          .registers = get_registers };

static void
write_headers(uint8_t *file)
{
    const Elf64_Ehdr header = {
        .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
                     EV_CURRENT },
        .e_type = ET_DYN,
        .e_machine = EM_X86_64,
        .e_version = EV_CURRENT,
        .e_phoff = sizeof(header),
        .e_ehsize = sizeof(header),
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = 2,
    };
    const Elf64_Phdr segments[] = {
        { .p_type = PT_LOAD,
          .p_flags = PF_R | PF_X,
          .p_filesz = FILE_BYTES,
          .p_memsz = FILE_BYTES,
          .p_align = 4096 },
        { .p_type = PT_GNU_EH_FRAME,
          .p_flags = PF_R,
          .p_offset = TABLE_AT,
          .p_vaddr = TABLE_AT,
          .p_filesz = FILE_BYTES - TABLE_AT,
          .p_memsz = FILE_BYTES - TABLE_AT },
    };
    const uint8_t table[] = { 1, 0x1b, 3, 0x3b };

    memcpy(file, &header, sizeof(header));
    memcpy(file + sizeof(header), segments, sizeof(segments));
    memcpy(file + TABLE_AT, table, sizeof(table));
}

/* The input: registers, stack, and the rest is the file's, from the tables on. */
static void
fill(struct memory *m, const uint8_t *bytes, size_t size)
{
    uint16_t words[17] = { 0 };
    size_t head = size < sizeof(words) ? size : sizeof(words), stack;

    memcpy(words, bytes, head);
    bytes += head;
    size -= head;
    stack = size / 2 < STACK_BYTES ? size / 2 : STACK_BYTES;
    memcpy(m->stack, bytes, stack);
    bytes += stack;
    size -= stack;
    if (size > FILE_BYTES - TABLE_AT - 4)
        size = FILE_BYTES - TABLE_AT - 4;
    memcpy(m->file + TABLE_AT + 4, bytes, size);
    for (unsigned i = 0; i < 17; i++)
        m->registers.dwarf[i] =
            (words[i] & 1 ? STACK_AT : FILE_AT) + words[i] / 2 % 4096;
    m->registers.valid = (1u << 17) - 1;
    m->registers.pc = m->registers.dwarf[16] = FILE_AT + words[16] % FILE_BYTES;
    m->registers.sp = m->registers.dwarf[7] = STACK_AT + words[7] % 512 * 8;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct hn_native_step steps[MOST_STEPS];
    struct memory memory = { .file = { 0 } };
    struct hn_unwinder *unwinder;
    struct hn_unwound unwound;
    struct hn_native_stack stack;
    struct hn_target *target;
    struct hn_arena arena;
    struct hn_error err;

    write_headers(memory.file);
    fill(&memory, bytes, size);
    if (hn_target_open_ops(&ops, &memory, &err, &target))
        return 0;
    if (hn_unwinder_open(target, &unwinder) == HN_OK) {
        hn_arena_init(&arena);
        if (hn_unwind(unwinder, 1, steps, MOST_STEPS, &unwound) == HN_OK)
            for (size_t i = 1; i < unwound.count; i++)
                if (steps[i].sp <= steps[i - 1].sp
                    && !(steps[i - 1].marks & HN_NATIVE_SIGNAL))
                    __builtin_trap();
        (void)!hn_native_stack_load(unwinder, 1, 64, &arena, &stack);
        hn_arena_deinit(&arena);
        hn_unwinder_close(unwinder);
    }
    hn_target_close(target);
    return 0;
}
