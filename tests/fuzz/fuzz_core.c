/* Core files: ELF headers, segments, notes, mapped files, the initial stack, and the
 * compressed forms. The bytes are opened as a core and everything is asked of it.
 *
 * Beside not crashing, the map must come out sorted and without overlaps, for all
 * that looks up an address relies on it. */
#include "target/target.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Enough to reach every kind of mapping; the rest is the same again. */
enum { MAX_LOOKS = 64 };

static void
look_at_map(struct hn_target *target)
{
    uint8_t buf[256];
    hn_addr end = 0;

    for (size_t i = 0; i < target->region_count; i++) {
        const struct hn_region *region = &target->regions[i];

        if (region->start < end || region->end <= region->start)
            abort();
        end = region->end;
        if (hn_target_region(target, region->start) != region)
            abort();
        if (i < MAX_LOOKS) {
            hn_target_read_some(target, region->start, buf, sizeof(buf));
            hn_target_read_some(target, region->end - 8, buf, sizeof(buf));
        }
    }
}

static void
look_at_threads(struct hn_target *target)
{
    struct hn_native_thread *threads;
    struct hn_registers registers;
    size_t count;

    if (hn_target_threads(target, &target->arena, &threads, &count))
        return;
    for (size_t i = 0; i < count && i < MAX_LOOKS; i++)
        if (hn_target_registers(target, threads[i].tid, &registers) == HN_OK)
            hn_syscall_name(registers.syscall);
}

static void
look_at_modules(struct hn_target *target)
{
    const struct hn_module *modules;
    uint64_t size;
    hn_addr addr;
    size_t count;

    if (hn_target_modules(target, &modules, &count))
        return;
    for (size_t i = 0; i < count && i < MAX_LOOKS; i++) {
        if (!modules[i].elf && !modules[i].problem)
            abort();
        (void)hn_module_symbol(target, &modules[i], "_PyRuntime", &addr, &size);
        (void)hn_module_section(target, &modules[i], ".PyRuntime", &addr, &size);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct hn_error err;
    struct hn_target *target;
    char path[64];
    int fd = memfd_create("core", MFD_CLOEXEC);

    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (hn_target_open_core(path, NULL, NULL, &err, &target) == HN_OK) {
        look_at_map(target);
        look_at_threads(target);
        look_at_modules(target);
        hn_target_close(target);
    }
    close(fd);
    return 0;
}
