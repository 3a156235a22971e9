/* Finding an architecture, and what they share. */
#include "target/arch.h"

#include <elf.h>
#include <errno.h>

const struct hn_arch *
hn_arch_find(uint16_t machine)
{
    switch (machine) {
    case EM_X86_64: return &hn_arch_x86_64;
    case EM_AARCH64: return &hn_arch_aarch64;
    default: return NULL;
    }
}

const struct hn_arch *
hn_arch_native(void)
{
#if defined(__x86_64__)
    return &hn_arch_x86_64;
#elif defined(__aarch64__)
    return &hn_arch_aarch64;
#else
    return NULL;
#endif
}

bool
hn_arch_still_in_syscall(int64_t result)
{
    /* The kernel's own codes, never seen by programs: include/linux/errno.h. */
    enum { ERESTARTSYS = 512, ERESTARTNOINTR, ERESTARTNOHAND, ERESTART_BLOCK = 516 };

    switch (result) {
    case -ERESTARTSYS:
    case -ERESTARTNOINTR:
    case -ERESTARTNOHAND:
    case -ERESTART_BLOCK:
    case -EINTR:  /* epoll_wait and others, which are never restarted */
    case -ENOSYS: /* the placeholder while the call is being entered or runs */
    /* Not seen by the program yet: one that waits for the GIL asks every 5 ms, and on a
     * busy machine waits for a CPU each time. */
    case -ETIMEDOUT: return true;
    default: return false;
    }
}
