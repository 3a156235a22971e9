/* Registers as Linux lays them out in ptrace's and a core's general register set,
 * turned into the words that struct hn_registers has for all architectures. One
 * file per architecture; a core may come from another one than this machine's. */
#ifndef HN_TARGET_ARCH_H
#define HN_TARGET_ARCH_H

#include "hognose/target.h"

/* The largest general register set: aarch64 has x0 to x30, sp, pc, pstate. */
enum { HN_ARCH_WORDS_MAX = 34 };

/* What debuggers call a word of the general register set. */
struct hn_arch_name {
    size_t word;
    const char *name;
};

struct hn_arch {
    uint16_t machine; /* EM_X86_64... */
    size_t words;     /* 8-byte words in NT_PRSTATUS's register set */
    void (*decode)(const uint64_t *words, struct hn_registers *ret);

    /* A further register set, as note or regset of type @type (NT_ARM_TLS...);
     * NULL where the general set holds everything. */
    void (*decode_extra)(uint32_t type, const uint64_t *words, size_t count,
                         struct hn_registers *ret);
    const uint32_t *extra; /* the types that @decode_extra knows, 0 ends them */

    /* For a debugger that knows registers by name only: the words that every one of
     * them has (NULL ends the list), and what only some have. */
    const struct hn_arch_name *names;
    const char *thread_pointer;
    struct hn_arch_name syscall; /* NULL name: no register tells it */
};

extern const struct hn_arch hn_arch_x86_64, hn_arch_aarch64;

/* NULL for a machine we do not know. */
const struct hn_arch *
hn_arch_find(uint16_t machine);

/* The one this program runs on; NULL if it is none of ours. */
const struct hn_arch *
hn_arch_native(void);

/* Whether a system call that left @result in its register was interrupted by what
 * stopped the thread, and is therefore what the thread blocks in. */
bool
hn_arch_still_in_syscall(int64_t result);

#endif
