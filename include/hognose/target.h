/* What a source of memory must supply: a live process, a core file, a debugger.
 *
 * core/target implements this for local processes and for core files; each
 * debugger plugin implements it with the debugger's own reads, for targets that
 * neither of those can reach (gdbserver, rr, no permission). */
#ifndef HOGNOSE_TARGET_H
#define HOGNOSE_TARGET_H

#include <stdbool.h>
#include "hognose/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Enough for the DWARF registers that x86-64 (17) and aarch64 (33) unwind with. */
enum { HN_REGISTERS_MAX = 34, HN_SYSCALL_ARGUMENTS = 6 };

/* One thread's registers, in words that all architectures share. */
struct hn_registers {
    hn_addr pc, sp;
    hn_addr thread_pointer;                  /* fs_base, tpidr_el0; 0 if not known */
    int64_t syscall;                         /* number; -1: not in a system call;
                                                -2: not known */
    uint64_t argument[HN_SYSCALL_ARGUMENTS]; /* of that system call */
    uint64_t dwarf[HN_REGISTERS_MAX];        /* by the architecture's DWARF number */
    uint64_t valid;                          /* bit n: dwarf[n] is known */
};

/* One mapping of the target's address space. */
struct hn_region {
    hn_addr start, end;
    uint64_t offset; /* in the file, bytes; only with a path */
    uint64_t inode;  /* 0 if not known */
    bool readable, writable, executable, shared;
    const char *path; /* "" for anonymous memory, "[heap]" and the like as Linux says */
};

/* One native thread. */
struct hn_native_thread {
    int64_t tid;    /* as the debugger's user knows it: the host's pid namespace */
    int64_t ns_tid; /* the same in the target's own pid namespace, or @tid */
    char name[64];  /* the OS's name for it, "" if not known */
    char run_state; /* 'R', 'S', 'D', 't'... as /proc says, 0 if not known */
};

typedef enum hn_status
hn_region_fn(void *arg, const struct hn_region *region);
typedef enum hn_status
hn_thread_fn(void *arg, const struct hn_native_thread *thread);

struct hn_target_ops {
    const char *kind;   /* "live", "core" or "remote" */
    const char *reader; /* how memory is read, for the header: "process_vm_readv" */

    /* Copies memory from @addr on and returns how many bytes it could copy. A short
     * count is not an error here: hn_target_read() turns it into one that names the
     * first missing byte. */
    size_t (*read)(void *impl, hn_addr addr, void *buf, size_t size);

    void (*close)(void *impl);

    /* Members below may be NULL where the source has nothing of the kind. The
     * iterating ones stop early when @each returns anything but HN_OK and hand
     * that status on. Strings in what they show live until @each returns. */
    enum hn_status (*regions)(void *impl, hn_region_fn *each, void *arg);
    enum hn_status (*threads)(void *impl, hn_thread_fn *each, void *arg);
    enum hn_status (*registers)(void *impl, int64_t tid, struct hn_registers *ret);

    /* The address of an exported data symbol, or HN_DONE. */
    enum hn_status (*find_symbol)(void *impl, const char *name, hn_addr *ret);

    /* The value of an expression of the debugger ("$rdi"), or HN_DONE. */
    enum hn_status (*evaluate)(void *impl, const char *expression, uint64_t *ret);
};

/* Fills @ret for a debugger that knows a thread's registers by name: @lookup is asked
 * for each of them ("rip", "orig_rax"; "x0", "sp") and returns false for one it does
 * not have. False when they are not of an architecture we know. */
bool
hn_registers_by_name(bool (*lookup)(void *arg, const char *name, uint64_t *value),
                     void *arg, struct hn_registers *ret);

#ifdef __cplusplus
}
#endif
#endif
