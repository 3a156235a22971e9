/* A core file as a source of memory, mapped: reading costs a memcpy, and only pages
 * that are read become resident, however large the file is.
 *
 * p_memsz > p_filesz means that memory was left out of a core, not that it was zero
 * (which is what it means in a program). Such ranges are absent here; modules.c may
 * find them in the files they came from. A core that is shortened while we map it
 * ends us with SIGBUS: nobody rewrites a core in place. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "target/compress.h"
#include "target/core.h"
#include "target/files.h"
#include "target/source.h"

/* One mapping of the process; [start, start + size) is in the file. */
struct segment {
    hn_addr start, end;
    uint64_t offset, size;
    bool readable, writable, executable;
};

struct core {
    const uint8_t *bytes; /* the file */
    size_t size;
    struct hn_elf *elf;
    struct segment *segments; /* ascending, not overlapping */
    size_t segment_count, last_hit;
    struct hn_core_notes notes;
    struct hn_core_extent extent;
};

static const struct segment *
find_segment(struct core *core, hn_addr addr)
{
    size_t low = 0, high = core->segment_count;
    const struct segment *last = &core->segments[core->last_hit];

    if (core->last_hit < high && addr >= last->start && addr < last->end)
        return last;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (core->segments[middle].end <= addr)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == core->segment_count || core->segments[low].start > addr)
        return NULL;
    core->last_hit = low;
    return &core->segments[low];
}

static size_t
core_read(void *impl, hn_addr addr, void *buf, size_t size)
{
    struct core *core = impl;
    const struct segment *segment = find_segment(core, addr);
    uint64_t at;

    if (!segment)
        return 0;
    at = addr - segment->start;
    if (at >= segment->size)
        return 0;
    if (size > segment->size - at)
        size = segment->size - at;
    memcpy(buf, core->bytes + segment->offset + at, size);
    return size;
}

static const uint8_t *
core_lend(void *impl, hn_addr addr, size_t *size_ret)
{
    struct core *core = impl;
    const struct segment *segment = find_segment(core, addr);
    uint64_t at = segment ? addr - segment->start : 0;

    if (!segment || at >= segment->size)
        return NULL;
    *size_ret = (size_t)(segment->size - at);
    return core->bytes + segment->offset + at;
}

static bool
core_resident(void *impl, hn_run_fn *each, void *arg)
{
    const struct core *core = impl;

    for (size_t i = 0; i < core->segment_count; i++) {
        const struct segment *segment = &core->segments[i];

        if (segment->size > 0)
            each(arg, segment->start, segment->start + segment->size, false);
    }
    return true;
}

static void
core_close(void *impl)
{
    struct core *core = impl;

    hn_core_notes_deinit(&core->notes);
    hn_elf_close(core->elf);
    if (core->bytes)
        munmap((void *)core->bytes, core->size);
    free(core->segments);
    free(core);
}

/* Shows the part of a file mapping that no segment covers: gdb writes none for
 * read-only mappings, which it expects to find in the files. */
static enum hn_status
show_gap(const struct hn_core_mapping *mapping, hn_addr start, hn_addr end,
         hn_region_fn *each, void *arg)
{
    struct hn_region region = {
        .start = start,
        .end = end,
        .offset = mapping->offset + (start - mapping->start),
        .readable = true,
        .executable = true, /* not known; text is what is mostly left out */
        .path = mapping->name,
    };

    return start < end ? each(arg, &region) : HN_OK;
}

static enum hn_status
show_gaps(const struct core *core, const struct hn_core_mapping *mapping, size_t first,
          hn_region_fn *each, void *arg)
{
    hn_addr at = mapping->start;
    enum hn_status st;

    for (size_t i = first; i < core->segment_count; i++) {
        const struct segment *segment = &core->segments[i];

        if (segment->start >= mapping->end)
            break;
        st = show_gap(mapping, at, segment->start, each, arg);
        if (st)
            return st;
        if (segment->end > at)
            at = segment->end;
    }
    return show_gap(mapping, at, mapping->end, each, arg);
}

static enum hn_status
show_segment(const struct segment *segment, const struct hn_core_mapping *mapping,
             hn_region_fn *each, void *arg)
{
    struct hn_region region = {
        .start = segment->start,
        .end = segment->end,
        .readable = segment->readable,
        .writable = segment->writable,
        .executable = segment->executable,
        .path = "",
    };

    if (mapping && mapping->start <= segment->start && segment->start < mapping->end) {
        region.path = mapping->name;
        region.offset = mapping->offset + (segment->start - mapping->start);
    }
    return each(arg, &region);
}

/* Walks segments and file mappings side by side; both ascend. */
static enum hn_status
core_regions(void *impl, hn_region_fn *each, void *arg)
{
    const struct core *core = impl;
    const struct hn_core_notes *notes = &core->notes;
    size_t m = 0, first = 0;
    enum hn_status st;

    for (size_t i = 0; i < core->segment_count; i++) {
        while (m < notes->mapping_count
               && notes->mappings[m].end <= core->segments[i].start)
            m++;
        st = show_segment(&core->segments[i],
                          m < notes->mapping_count ? &notes->mappings[m] : NULL, each,
                          arg);
        if (st)
            return st;
    }
    for (m = 0; m < notes->mapping_count; m++) {
        while (first < core->segment_count
               && core->segments[first].end <= notes->mappings[m].start)
            first++;
        st = show_gaps(core, &notes->mappings[m], first, each, arg);
        if (st)
            return st;
    }
    return HN_OK;
}

static enum hn_status
core_threads(void *impl, hn_thread_fn *each, void *arg)
{
    const struct hn_core_notes *notes = &((struct core *)impl)->notes;

    for (size_t i = 0; i < notes->thread_count; i++) {
        struct hn_native_thread thread = {
            .tid = notes->threads[i].tid,
            .ns_tid = notes->threads[i].tid,
        };
        enum hn_status st;

        /* The process's name is that of its main thread; others have none here. */
        if (thread.tid == notes->pid)
            memcpy(thread.name, notes->name, sizeof(notes->name));
        st = each(arg, &thread);
        if (st)
            return st;
    }
    return HN_OK;
}

static enum hn_status
core_registers(void *impl, int64_t tid, struct hn_registers *ret)
{
    const struct hn_core_notes *notes = &((struct core *)impl)->notes;

    for (size_t i = 0; i < notes->thread_count; i++) {
        if (notes->threads[i].tid != tid || !notes->threads[i].has_registers)
            continue;
        *ret = notes->threads[i].registers;
        return HN_OK;
    }
    return HN_DONE;
}

static const struct hn_target_ops core_ops = {
    .kind = "core",
    .reader = "the core file",
    .read = core_read,
    .close = core_close,
    .regions = core_regions,
    .threads = core_threads,
    .registers = core_registers,
};

static bool
core_auxv(void *impl, uint64_t type, uint64_t *ret)
{
    return hn_core_auxv(&((struct core *)impl)->notes, type, ret);
}

static const struct hn_source_ops core_source_ops = {
    .lend = core_lend,
    .auxv = core_auxv,
    .resident = core_resident,
};

static int
by_start(const void *a, const void *b)
{
    const struct segment *left = a, *right = b;

    if (left->start != right->start)
        return left->start < right->start ? -1 : 1;
    return 0;
}

static void
add_segment(struct core *core, const struct hn_elf_segment *s)
{
    struct hn_core_extent *extent = &core->extent;
    struct segment *segment = &core->segments[core->segment_count];
    uint64_t there = 0;

    if (s->memory_size == 0 || s->memory_size > UINT64_MAX - s->address)
        return;
    *segment = (struct segment){
        .start = s->address,
        .end = s->address + s->memory_size,
        .offset = s->offset,
        .readable = s->readable,
        .writable = s->writable,
        .executable = s->executable,
    };
    if (s->offset < core->size)
        there = core->size - s->offset;
    segment->size = s->file_size < s->memory_size ? s->file_size : s->memory_size;
    extent->expected += segment->size;
    if (s->writable)
        extent->writable_left_out += s->memory_size - segment->size;
    if (segment->size > there)
        segment->size = there;
    extent->present += segment->size;
    core->segment_count++;
}

/* A damaged file may claim segments that overlap: the lower one wins. */
static void
drop_overlaps(struct core *core)
{
    size_t kept = 0;

    for (size_t i = 0; i < core->segment_count; i++)
        if (kept == 0 || core->segments[i].start >= core->segments[kept - 1].end)
            core->segments[kept++] = core->segments[i];
    core->segment_count = kept;
}

static bool
load_segments(struct core *core)
{
    size_t count = hn_elf_segment_count(core->elf);

    core->segments = calloc(count + 1, sizeof(*core->segments));
    if (!core->segments)
        return false;
    for (size_t i = 0; i < count; i++) {
        struct hn_elf_segment segment;

        if (hn_elf_segment(core->elf, i, &segment) && segment.type == PT_LOAD)
            add_segment(core, &segment);
    }
    qsort(core->segments, core->segment_count, sizeof(*core->segments), by_start);
    drop_overlaps(core);
    return true;
}

static enum hn_status
map_file(struct core *core, int fd, struct hn_error *err)
{
    struct stat info;
    void *bytes;

    if (fstat(fd, &info) != 0)
        return hn_fail_system(err, "reading a core file", NULL);
    if (info.st_size == 0)
        return hn_fail(err, HN_E_CORRUPT, 0, "the core file is empty");
    bytes = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return hn_fail_system(err, "mapping a core file", NULL);
    core->bytes = bytes;
    core->size = (size_t)info.st_size;
    return HN_OK;
}

static enum hn_status
load_core(struct core *core, int fd, struct hn_error *err)
{
    enum hn_status st = map_file(core, fd, err);

    if (st)
        return st;
    st = hn_elf_open_memory(core->bytes, core->size, err, &core->elf);
    if (st)
        return st;
    if (hn_elf_type(core->elf) != ET_CORE)
        return hn_fail(err, HN_E_ARGUMENT, 0, "an ELF file, but not a core file");
    if (hn_elf_segment_count(core->elf) == 0)
        return hn_fail(err, HN_E_CORRUPT, 0,
                       "the core file ends before it says what memory it holds");
    if (!load_segments(core) || !hn_core_notes_load(core->elf, &core->notes))
        return hn_fail(err, HN_E_NOMEM, 0, "opening a core file");
    return HN_OK;
}

static enum hn_status
load_target(struct hn_target *target, struct core *core, int64_t time,
            const char *damage)
{
    enum hn_status st;
    bool changed;

    target->kind = HN_PLACE_CORE;
    target->pid = core->notes.pid;
    st = hn_regions_load(target, &changed);
    if (st)
        return st;
    return hn_core_describe(target, &core->notes, &core->extent, time, damage);
}

/* Names the file, as the user did, in whatever went wrong with it. */
static enum hn_status
name_file(struct hn_error *err, const char *path)
{
    size_t length = strnlen(path, sizeof(err->detail) - 1);

    if (err->detail[0] == '\0') {
        memcpy(err->detail, path, length);
        err->detail[length] = '\0';
    }
    return err->status;
}

static enum hn_status
open_fd(int fd, int64_t time, const char *damage, const struct hn_open_options *options,
        const struct hn_host *host, struct hn_error *err, struct hn_target **ret)
{
    struct core *core = calloc(1, sizeof(*core));
    struct hn_target *target;
    enum hn_status st;

    if (!core)
        return hn_fail(err, HN_E_NOMEM, 0, "opening a core file");
    st = load_core(core, fd, err);
    if (st) {
        core_close(core);
        return st;
    }
    st = hn_target_create(&core_ops, &core_source_ops, core, options, host, err,
                          &target);
    if (st)
        return st;
    st = load_target(target, core, time, damage);
    if (st) {
        hn_target_close(target);
        return st;
    }
    *ret = target;
    return HN_OK;
}

enum hn_status
hn_target_open_core(const char *path, const struct hn_open_options *options,
                    const struct hn_host *host, struct hn_error *err,
                    struct hn_target **ret)
{
    int fd = hn_files_open_plain(path), plain;
    const char *damage = NULL;
    struct stat info;
    enum hn_status st;

    if (fd < 0)
        return hn_fail_system(err, "opening a core file", path);
    if (fstat(fd, &info) != 0)
        info.st_mtime = 0;
    st = hn_decompress(fd, host, err, &plain, &damage);
    if (st == HN_OK) {
        st = open_fd(plain >= 0 ? plain : fd, info.st_mtime, damage, options, host, err,
                     ret);
        if (st == HN_OK)
            (*ret)->core_path = hn_arena_copy(&(*ret)->arena, path, strlen(path));
        if (plain >= 0)
            close(plain);
    }
    close(fd);
    return st ? name_file(err, path) : HN_OK;
}
