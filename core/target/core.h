/* A core file taken apart: what its notes say, and what it leaves out. */
#ifndef HN_TARGET_CORE_H
#define HN_TARGET_CORE_H

#include "elf/elf.h"
#include "target/arch.h"
#include "target/target.h"

struct hn_core_thread {
    int64_t tid;
    int signal; /* that it was stopped by, 0: none */
    bool has_registers, has_siginfo;
    int signal_number, signal_code; /* from its siginfo */
    hn_addr fault_address;
    struct hn_registers registers;
};

/* One mapping of a file. The name points into the notes. */
struct hn_core_mapping {
    hn_addr start, end;
    uint64_t offset;
    const char *name;
};

struct hn_core_notes {
    uint16_t machine;
    bool from_gdb;                  /* made by a debugger from a running process */
    struct hn_core_thread *threads; /* as in the file: the one with the signal first */
    size_t thread_count, thread_capacity;
    struct hn_core_mapping *mappings; /* ascending */
    size_t mapping_count;
    const uint8_t *auxv;
    size_t auxv_size;
    int64_t pid;
    char name[17], arguments[81]; /* cut by the kernel */
    bool has_process, no_memory;
};

/* Reads all notes of all note segments of @elf, which must outlive @ret. False when
 * memory ran out. */
bool
hn_core_notes_load(struct hn_elf *elf, struct hn_core_notes *ret);

void
hn_core_notes_deinit(struct hn_core_notes *notes);

/* The value of an entry of the auxiliary vector; false if there is none. */
bool
hn_core_auxv(const struct hn_core_notes *notes, uint64_t type, uint64_t *ret);

/* The bytes that the file should have and has. */
struct hn_core_extent {
    uint64_t expected, present;
    uint64_t writable_left_out; /* memory that was never written to the file */
};

/* Fills in target->core, ->exe and ->argv. The regions must be loaded. */
HN_MUST_CHECK enum hn_status
hn_core_describe(struct hn_target *target, const struct hn_core_notes *notes,
                 const struct hn_core_extent *extent, int64_t time, const char *damage);

#endif
