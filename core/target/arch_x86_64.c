/* x86-64: struct user_regs_struct, DWARF numbers of the psABI (figure 3.36). */
#include "target/arch.h"

#include <elf.h>
#include <string.h>

enum word {
    R15,
    R14,
    R13,
    R12,
    RBP,
    RBX,
    R11,
    R10,
    R9,
    R8,
    RAX,
    RCX,
    RDX,
    RSI,
    RDI,
    ORIG_RAX,
    RIP,
    CS,
    EFLAGS,
    RSP,
    SS,
    FS_BASE,
    GS_BASE,
    DS,
    ES,
    FS,
    GS,
    WORDS
};

static const uint8_t by_dwarf[] = {
    RAX, RDX, RCX, RBX, RSI, RDI, RBP, RSP, R8, R9, R10, R11, R12, R13, R14, R15, RIP,
};

static const uint8_t by_argument[HN_SYSCALL_ARGUMENTS] = { RDI, RSI, RDX, R10, R8, R9 };

static const struct hn_arch_name names[] = {
    { RAX, "rax" }, { RBX, "rbx" }, { RCX, "rcx" }, { RDX, "rdx" }, { RSI, "rsi" },
    { RDI, "rdi" }, { RBP, "rbp" }, { RSP, "rsp" }, { R8, "r8" },   { R9, "r9" },
    { R10, "r10" }, { R11, "r11" }, { R12, "r12" }, { R13, "r13" }, { R14, "r14" },
    { R15, "r15" }, { RIP, "rip" }, { 0, NULL },
};

static void
decode(const uint64_t *words, struct hn_registers *ret)
{
    const size_t count = sizeof(by_dwarf) / sizeof(*by_dwarf);

    memset(ret, 0, sizeof(*ret));
    ret->pc = words[RIP];
    ret->sp = words[RSP];
    ret->thread_pointer = words[FS_BASE];
    for (size_t i = 0; i < count; i++)
        ret->dwarf[i] = words[by_dwarf[i]];
    ret->valid = (1ull << count) - 1;
    ret->syscall = -1;
    if ((int64_t)words[ORIG_RAX] < 0 || !hn_arch_still_in_syscall((int64_t)words[RAX]))
        return;
    ret->syscall = (int64_t)words[ORIG_RAX];
    for (size_t i = 0; i < HN_SYSCALL_ARGUMENTS; i++)
        ret->argument[i] = words[by_argument[i]];
}

const struct hn_arch hn_arch_x86_64 = {
    .machine = EM_X86_64,
    .words = WORDS,
    .decode = decode,
    .names = names,
    .thread_pointer = "fs_base",
    .syscall = { ORIG_RAX, "orig_rax" },
};
