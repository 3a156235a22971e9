/* The target: one way to read a process, whatever it is read from.
 *
 * Sources (a live process, a core file, the debugger's own reads) implement
 * struct hn_target_ops; this layer adds what all readers need: a page cache for
 * sources that are slow per call, errors that name the first missing byte, the
 * memory map, and the files behind the mappings. Nothing here knows of Python. */
#ifndef HN_TARGET_TARGET_H
#define HN_TARGET_TARGET_H

#include "base/arena.h"
#include "hognose/session.h"

struct hn_elf;

/* What a core's header says about its end. */
struct hn_core_facts {
    int signal;            /* 0: none (gcore of a running process) */
    int signal_code;       /* si_code, e.g. SI_USER */
    hn_addr fault_address; /* si_addr for SIGSEGV, SIGBUS, SIGFPE, SIGILL; else 0 */
    int64_t thread;        /* native id of the thread that got it */
    int64_t time;          /* the file's modification time, seconds since the epoch */
    const char *const *missing; /* sentences: what is not in the core, and why */
    size_t missing_count;
};

struct hn_target_parts;

struct hn_target {
    const struct hn_target_ops *ops;
    void *impl;
    struct hn_error *err;
    const struct hn_host *host; /* NULL in unit tests */
    struct hn_arena arena; /* the map and its strings; lives as long as the target */

    enum hn_place_kind kind;
    int64_t pid;             /* 0 if not known */
    const char *exe;         /* path in the target's own view, "" if not known */
    const char *const *argv; /* NULL-terminated, empty if not known */
    const char *core_path;   /* as given; NULL unless a core */
    const struct hn_core_facts *core; /* NULL unless a core */
    bool consistent;                  /* false: read while running */
    uint64_t stopped_ns; /* how long we kept it standing, 0: we did not stop it */
    const char *not_stopped_because; /* reason when !consistent, static or arena */

    struct hn_region *regions; /* ascending, not overlapping */
    size_t region_count;
    uint64_t modules_made; /* how often the list of modules was made anew */

    uint64_t reads, bytes_read; /* calls of ops->read, for statistics */

    struct hn_target_parts *parts; /* private to core/target */
};

struct hn_open_options {
    const char *exe, *sysroot, *lib_path; /* see struct hn_place; NULL: none */
    bool no_stop;                         /* live, bare host: read it running */
    bool running;                         /* live: the debugger lets it run */
    bool stop;                            /* live: stop it by ptrace while open */
};

/* Opens a process of this machine. With @options->stop its threads stand still from
 * here to hn_target_close(); where that is not permitted or another tracer holds
 * them it is opened running, !consistent, with the reason. @host may be NULL. */
HN_MUST_CHECK enum hn_status
hn_target_open_live(int64_t pid, const struct hn_open_options *options,
                    const struct hn_host *host, struct hn_error *err,
                    struct hn_target **ret);

/* Opens a core file: ELF, or one compressed by zstd, gzip or lz4. */
HN_MUST_CHECK enum hn_status
hn_target_open_core(const char *path, const struct hn_open_options *options,
                    const struct hn_host *host, struct hn_error *err,
                    struct hn_target **ret);

/* Opens whatever @host can read; uses host->ops with host->impl. */
HN_MUST_CHECK enum hn_status
hn_target_open_host(const struct hn_host *host, const struct hn_open_options *options,
                    int64_t pid, struct hn_error *err, struct hn_target **ret);

/* Opens a source that the caller made (unit tests). Owns @impl from then on. */
HN_MUST_CHECK enum hn_status
hn_target_open_ops(const struct hn_target_ops *ops, void *impl, struct hn_error *err,
                   struct hn_target **ret);

/* Lets a stopped process run again; NULL is fine. */
void
hn_target_close(struct hn_target *target);

/* Lets a process we stopped run on now; later reads would see it running, so none
 * may follow but of what is cached. */
void
hn_target_release(struct hn_target *target);

/* Forgets cached memory and reads the memory map anew: the target ran. */
HN_MUST_CHECK enum hn_status
hn_target_refresh(struct hn_target *target);

/* Forgets cached memory alone: for one who looks at a process that runs, and knows
 * that its map does not matter. */
void
hn_target_forget(struct hn_target *target);

/* Whether the process has ended; false where the source cannot know. */
bool
hn_target_gone(const struct hn_target *target);

/* A number that two looks at one process agree on and other processes do not: of the
 * sixteen random bytes that the kernel gives each program it starts. They are what
 * glibc protects stacks with, so only a hash of them leaves us. A fork shares it with
 * its parent; the pid tells those apart. False where the source does not know. */
bool
hn_target_birth(struct hn_target *target, uint64_t *ret);

/* Copies exactly @size bytes. HN_E_FAULT names the first missing byte; @buf's
 * contents are then undefined. Read-only file-backed pages that the source lacks
 * (a core) or that need not be touched (a live process) come from the file on disk,
 * after its build-id was found to be the mapped one's. */
HN_MUST_CHECK enum hn_status
hn_target_read(struct hn_target *target, hn_addr addr, void *buf, size_t size);

/* One wish of a batched read. */
struct hn_wish {
    hn_addr addr;
    uint8_t *buf;
    size_t size;
    size_t got; /* set by the source: bytes copied, from the beginning */
};

/* Copies many ranges as they are at this moment: past the cache, in their order, and
 * where the source can with one system call for a thousand of them. Each piece says
 * how much of it was there. For samplers, which look at a process that runs. */
void
hn_target_gather(struct hn_target *target, struct hn_wish *pieces, size_t count);

/* Copies as much as there is and returns how many bytes that was; leaves the error
 * slot alone. For scans and for strings without a known end. */
size_t
hn_target_read_some(struct hn_target *target, hn_addr addr, void *buf, size_t size);

/* Lends memory from @addr on without a copy where that can be done, for walks over a
 * whole heap: NULL when there is none. @size_ret: how much lies there in one piece,
 * which may end where more memory follows. It stays as long as the target if that is a
 * core, else until HN_LENT more pieces were lent. Pages that a live process never
 * touched, which hold nothing, count as absent. Files on disk are not looked at. */
enum { HN_LENT = 30 };
const uint8_t *
hn_target_lend(struct hn_target *target, hn_addr addr, size_t *size_ret);

/* The same of at most @most bytes, for who needs nothing of what lies around: a source
 * that is read in large pieces is not asked for all of one. */
const uint8_t *
hn_target_lend_some(struct hn_target *target, hn_addr addr, size_t most,
                    size_t *size_ret);

/* What was lent around @addr stays until the next call of this, whatever else is lent.
 */
void
hn_target_hold(struct hn_target *target, hn_addr addr);

/* For who will look at the pages at multiples of @every from @addr on, and at little
 * else: reads a number of them in one call. A hint; returns up to where it is good. */
hn_addr
hn_target_lend_ahead(struct hn_target *target, hn_addr addr, size_t every);

/* Hands out the memory that takes room: of a live process what is resident, of a core
 * what is in the file; ascending, not overlapping. @swapped: it is not resident, but
 * was. HN_E_UNSUPPORTED where the source cannot know. Touches nothing. */
typedef void
hn_run_fn(void *arg, hn_addr start, hn_addr end, bool swapped);
HN_MUST_CHECK enum hn_status
hn_target_resident(struct hn_target *target, hn_run_fn *each, void *arg);

/* Brings ranges into the cache with as few calls as possible; a hint, cannot fail. */
struct hn_range {
    hn_addr addr;
    size_t size;
};
void
hn_target_prefetch(struct hn_target *target, const struct hn_range *ranges,
                   size_t count);

HN_MUST_CHECK enum hn_status
hn_target_read_u64(struct hn_target *target, hn_addr addr, uint64_t *ret);

HN_MUST_CHECK enum hn_status
hn_target_read_u32(struct hn_target *target, hn_addr addr, uint32_t *ret);

/* Reads a '\0'-terminated string of at most @limit bytes into @arena. */
HN_MUST_CHECK enum hn_status
hn_target_read_cstring(struct hn_target *target, hn_addr addr, size_t limit,
                       struct hn_arena *arena, const char **ret);

/* The mapping that holds @addr, or NULL. */
const struct hn_region *
hn_target_region(const struct hn_target *target, hn_addr addr);

/* Whether a writable @region of the map is data of a program or library: a mapping of
 * the file, or what follows it at once, which is data that begins as zeros (.bss). */
bool
hn_target_is_data(const struct hn_target *target, const struct hn_region *region);

/* One ELF file in the target's address space, as loaded. */
struct hn_module {
    const char *path;    /* as the map says it, without " (deleted)" */
    hn_addr start, end;  /* from the first to the last mapping of it */
    uint64_t bias;       /* address in memory = address in the file + bias */
    struct hn_elf *elf;  /* the file on disk, opened and verified; NULL if not */
    const char *problem; /* why @elf is NULL: "no such file", "build-id differs"; with
                            an @elf: what could not be verified; else NULL */
    bool duplicate;      /* the same file is mapped a second time, at @start */
    hn_addr dynamic;     /* the dynamic segment in memory, 0 if not known */
    uint64_t dynamic_size;
};

/* The modules, main executable first where it is known. Built on first use; lives
 * as long as the target (until the next refresh). */
HN_MUST_CHECK enum hn_status
hn_target_modules(struct hn_target *target, const struct hn_module **ret,
                  size_t *count_ret);

/* Address of a data or function symbol in @module's .dynsym or .symtab; HN_DONE when
 * it has none of that name. @size_ret may be NULL, here and below. */
enum hn_status
hn_module_symbol(struct hn_target *target, const struct hn_module *module,
                 const char *name, hn_addr *ret, uint64_t *size_ret);

/* Address and size in memory of a section (".PyRuntime") of @module; HN_DONE. */
enum hn_status
hn_module_section(struct hn_target *target, const struct hn_module *module,
                  const char *name, hn_addr *ret, uint64_t *size_ret);

/* Opens a file by the path the target itself would use: through its root and its
 * mount namespace when live, under the sysroot or --lib-path when a core. Returns a
 * file descriptor, or -1. For source files and the like. */
int
hn_target_open_file(struct hn_target *target, const char *path);

/* All native threads, in @arena, ascending by tid with the process's own first.
 * Registers come from ptrace, the core or the host. */
HN_MUST_CHECK enum hn_status
hn_target_threads(struct hn_target *target, struct hn_arena *arena,
                  struct hn_native_thread **ret, size_t *count_ret);

/* HN_DONE when this source has no registers for it. On a running process only the
 * system call, its arguments, pc and sp are known (from /proc), when it is blocked. */
enum hn_status
hn_target_registers(struct hn_target *target, int64_t tid, struct hn_registers *ret);

/* "futex", "epoll_wait"...; NULL for a number without a name here. */
const char *
hn_syscall_name(int64_t number);

/* A call that was interrupted, as debuggers do, goes on as restart_syscall. The C
 * library's code before it tells which one it was, where that is one of the forms that
 * we know: up to glibc 2.40 the number is loaded right there. Its arguments are still
 * in place. */
void
hn_syscall_see_past_restart(struct hn_target *target, struct hn_registers *registers);

/* Whether @number is the futex system call. */
bool
hn_syscall_is_futex(int64_t number);

/* Whether the user asked to stop (Ctrl-C). Cheap enough for every loop. */
bool
hn_target_interrupted(const struct hn_target *target);

/* The same as a status: HN_E_INTERRUPTED, with the error that says so, or HN_OK. */
HN_MUST_CHECK enum hn_status
hn_target_poll(struct hn_target *target);

/* The same where there is no target; @host may be NULL. */
HN_MUST_CHECK enum hn_status
hn_host_poll(const struct hn_host *host, struct hn_error *err);

#endif
