/* aarch64: struct user_pt_regs, DWARF numbers of the ABI (AADWARF64).
 *
 * The thread pointer and the system call's number are register sets of their own.
 * x0 is the first argument on entry and the result on return, so argument 0 of a
 * call that was interrupted cannot be told. */
#include "target/arch.h"

#include <elf.h>
#include <string.h>

#ifndef NT_ARM_SYSTEM_CALL
#define NT_ARM_SYSTEM_CALL 0x404
#endif

enum { X0 = 0, SP = 31, PC = 32, PSTATE = 33, WORDS = 34 };

static const uint32_t extra[] = { NT_ARM_TLS, NT_ARM_SYSTEM_CALL, 0 };

static const struct hn_arch_name names[] = {
    { 0, "x0" },   { 1, "x1" },   { 2, "x2" },   { 3, "x3" },        { 4, "x4" },
    { 5, "x5" },   { 6, "x6" },   { 7, "x7" },   { 8, "x8" },        { 9, "x9" },
    { 10, "x10" }, { 11, "x11" }, { 12, "x12" }, { 13, "x13" },      { 14, "x14" },
    { 15, "x15" }, { 16, "x16" }, { 17, "x17" }, { 18, "x18" },      { 19, "x19" },
    { 20, "x20" }, { 21, "x21" }, { 22, "x22" }, { 23, "x23" },      { 24, "x24" },
    { 25, "x25" }, { 26, "x26" }, { 27, "x27" }, { 28, "x28" },      { 29, "x29" },
    { 30, "x30" }, { SP, "sp" },  { PC, "pc" },  { PSTATE, "cpsr" }, { 0, NULL },
};

static void
decode(const uint64_t *words, struct hn_registers *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->pc = words[PC];
    ret->sp = words[SP];
    ret->syscall = -2;
    for (size_t i = 0; i <= PC; i++)
        ret->dwarf[i] = words[i];
    ret->valid = (1ull << (PC + 1)) - 1;
}

static void
decode_extra(uint32_t type, const uint64_t *words, size_t count,
             struct hn_registers *ret)
{
    if (count == 0)
        return;
    if (type == NT_ARM_TLS)
        ret->thread_pointer = words[0];
    if (type != NT_ARM_SYSTEM_CALL)
        return;
    ret->syscall = (int32_t)words[0];
    if (ret->syscall < 0 || !hn_arch_still_in_syscall((int64_t)ret->dwarf[X0])) {
        ret->syscall = -1;
        return;
    }
    for (size_t i = 0; i < HN_SYSCALL_ARGUMENTS; i++)
        ret->argument[i] = ret->dwarf[i];
}

const struct hn_arch hn_arch_aarch64 = {
    .machine = EM_AARCH64,
    .words = WORDS,
    .decode = decode,
    .decode_extra = decode_extra,
    .extra = extra,
    .names = names,
    .thread_pointer = "tpidr",
};
