/* The ELF files mapped into a target, and the files on disk behind them.
 *
 * What is in memory decides: a file on disk is used only when it is the mapped
 * one. That is known by the build-id, which lies in the first page of nearly every
 * mapping; without one the program headers must agree with each other and with the
 * map, and the module says that it is unverified. An upgrade replaces files under
 * running processes, and a core travels to machines with other builds. */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/grow.h"
#include "elf/elf.h"
#include "target/files.h"
#include "target/source.h"

enum {
    HEADER_BYTES = 4096,      /* in all files seen the notes are in the first page */
    MAX_SEGMENTS = 256,       /* program headers of one file; real ones: some 15 */
    MAX_DYNAMIC_BYTES = 1024, /* 64 entries; real ones: some 30 */
    MAX_MODULES = 4096,       /* the largest processes seen map some 500 */
};

static const char unverified[] = "no build-id to verify it by";

/* Memory that a file on disk has too. */
struct span {
    hn_addr start, end;
    uint64_t offset;
    const struct hn_elf *elf;
};

struct hn_modules {
    struct hn_arena arena;
    struct hn_module *items;
    size_t count;
    struct span *spans; /* ascending */
    size_t span_count, span_capacity;
};

/* What memory tells of one mapped file. */
struct image {
    struct hn_module *module;
    size_t first, last; /* its regions, some of which may be of others */
    uint8_t header[HEADER_BYTES];
    size_t header_size; /* 0: the source does not have it */
    struct hn_elf *elf; /* over @header, or NULL */
    bool has_id, is_main;
    bool file_is_elf; /* a file of that name was found, the right one or not */
    struct hn_build_id id;
};

static size_t
segments_of(const struct hn_elf *elf)
{
    size_t count = hn_elf_segment_count(elf);

    return count < MAX_SEGMENTS ? count : MAX_SEGMENTS;
}

static bool
is_file(const struct hn_region *region)
{
    return region->path[0] == '/';
}

/* Where a file may begin that was loaded. No loader maps those shared; what is mapped
 * so is data, of which not even the first page is touched. */
static bool
may_begin_module(const struct hn_region *region)
{
    return is_file(region) && region->offset == 0 && !region->shared;
}

/* How far a file is from where its segments say, judged by one of its mappings. */
static bool
bias_of(const struct hn_elf *elf, const struct hn_region *region, uint64_t *ret)
{
    struct hn_elf_segment s;

    for (size_t i = 0; i < segments_of(elf); i++) {
        if (!hn_elf_segment(elf, i, &s) || s.type != PT_LOAD)
            continue;
        /* The first segment's mapping starts at or, for alignment, below it. */
        if (region->offset > s.offset)
            continue;
        *ret = region->start - (s.address - (s.offset - region->offset));
        return true;
    }
    return false;
}

/* The address behind the last byte that the file's segments occupy. */
static hn_addr
image_end(const struct hn_elf *elf, uint64_t bias)
{
    struct hn_elf_segment s;
    hn_addr end = 0;

    for (size_t i = 0; i < segments_of(elf); i++)
        if (hn_elf_segment(elf, i, &s) && s.type == PT_LOAD
            && bias + s.address + s.memory_size > end)
            end = bias + s.address + s.memory_size;
    return end;
}

/* Reads the header; false if what is mapped there is no ELF file. */
static bool
load_header(struct hn_target *target, struct image *image)
{
    const struct hn_region *region = &target->regions[image->first];
    struct hn_error ignored;
    size_t size = region->end - region->start;

    if (size > sizeof(image->header))
        size = sizeof(image->header);
    image->header_size =
        hn_target_read_source(target, region->start, image->header, size);
    if (image->header_size == 0)
        return true;
    if (image->header_size < SELFMAG || memcmp(image->header, ELFMAG, SELFMAG) != 0)
        return false;
    if (hn_elf_open_memory(image->header, image->header_size, &ignored, &image->elf))
        return false;
    image->has_id = hn_elf_build_id(image->elf, &image->id);
    return true;
}

static void
take_layout(struct hn_module *module, const struct hn_elf *elf,
            const struct hn_region *first)
{
    struct hn_elf_segment s;

    if (!bias_of(elf, first, &module->bias))
        return;
    for (size_t i = 0; i < segments_of(elf); i++) {
        if (!hn_elf_segment(elf, i, &s) || s.type != PT_DYNAMIC)
            continue;
        module->dynamic = module->bias + s.address;
        module->dynamic_size = s.memory_size;
    }
}

static bool
same_path(const struct hn_region *a, const struct hn_region *b)
{
    return a->path == b->path || strcmp(a->path, b->path) == 0;
}

/* Finds where the mappings of the file that begins at @first end. Without a header
 * to ask, the next mapping of offset 0 would be the file once more. */
static void
find_extent(struct hn_target *target, struct image *image)
{
    const struct hn_region *regions = target->regions, *first = &regions[image->first];
    hn_addr end = image->elf ? image_end(image->elf, image->module->bias) : 0;

    image->last = image->first;
    for (size_t i = image->first + 1; i < target->region_count; i++) {
        bool inside = regions[i].start < end;

        if (!is_file(&regions[i]) && !inside && regions[i].start != regions[i - 1].end)
            break;
        if (!is_file(&regions[i]))
            continue;
        if (!same_path(&regions[i], first) || (!inside && regions[i].offset == 0))
            break;
        image->last = i;
    }
    image->module->start = first->start;
    image->module->end = regions[image->last].end;
}

/* The whole pages that a segment's part of the file takes up. */
struct pages {
    hn_addr start, end;
};

static bool
pages_of(const struct hn_elf *elf, size_t index, uint64_t bias,
         struct hn_elf_segment *s, struct pages *ret)
{
    uint64_t page = hn_elf_machine(elf) == EM_AARCH64 ? 1 << 16 : 1 << 12;

    if (!hn_elf_segment(elf, index, s) || s->type != PT_LOAD)
        return false;
    ret->start = (bias + s->address) & ~(page - 1);
    ret->end = (bias + s->address + s->file_size + page - 1) & ~(page - 1);
    return true;
}

/* Segments ascend. Several of them are one mapping when they continue each other in
 * memory and in the file, as those do that patchelf adds. */
static bool
lies_in_segments(const struct hn_region *region, const struct hn_elf *elf,
                 uint64_t bias)
{
    hn_addr at = region->start;
    struct hn_elf_segment s;
    struct pages pages;

    for (size_t i = 0; i < segments_of(elf) && at < region->end; i++)
        if (pages_of(elf, i, bias, &s, &pages) && pages.start <= at && at < pages.end
            && bias + s.address - s.offset + region->offset == region->start)
            at = pages.end;
    return at >= region->end;
}

/* What ld.so leaves between segments that are apart: mapped without access, which
 * not every core says. */
static bool
lies_between_segments(const struct hn_region *region, const struct hn_elf *elf,
                      uint64_t bias)
{
    struct hn_elf_segment s;
    struct pages pages;

    for (size_t i = 0; i < segments_of(elf); i++)
        if (pages_of(elf, i, bias, &s, &pages) && region->start < pages.end
            && pages.start < region->end)
            return false;
    return true;
}

/* Whether the image has the file mapped at @addr. */
static bool
is_mapped(const struct hn_target *target, const struct image *image, hn_addr addr)
{
    const struct hn_region *region = hn_target_region(target, addr);

    return region && same_path(region, &target->regions[image->first]);
}

/* Whether a file could be what is mapped, which is all that can be asked when memory
 * has no header: each mapping lies in segments or between, each segment is mapped. */
static bool
agrees_with_map(struct hn_target *target, const struct image *image,
                const struct hn_elf *elf, uint64_t bias)
{
    const struct hn_region *regions = target->regions;
    struct hn_elf_segment s;

    if (hn_elf_type(elf) == ET_EXEC && bias != 0)
        return false;
    for (size_t i = image->first; i <= image->last; i++)
        if (same_path(&regions[i], &regions[image->first])
            && !lies_in_segments(&regions[i], elf, bias)
            && !lies_between_segments(&regions[i], elf, bias))
            return false;
    for (size_t k = 0; k < segments_of(elf); k++) {
        if (!hn_elf_segment(elf, k, &s) || s.type != PT_LOAD || s.file_size == 0)
            continue;
        if (!is_mapped(target, image, bias + s.address)
            || !is_mapped(target, image, bias + s.address + s.file_size - 1))
            return false;
    }
    return true;
}

/* ld.so adds the bias to pointers, and DT_DEBUG is its own. */
static bool
same_dynamic_entry(const Elf64_Dyn *in_memory, const Elf64_Dyn *in_file, uint64_t bias)
{
    return in_memory->d_tag == in_file->d_tag
           && (in_memory->d_un.d_val == in_file->d_un.d_val
               || in_memory->d_un.d_val == in_file->d_un.d_val + bias
               || in_file->d_tag == DT_DEBUG);
}

/* Whether the dynamic segment in memory, where there is any, is that of the file. It
 * holds the sizes and places of all tables the linker made, so it rarely is the same
 * in two builds. Writable, hence in every core. */
static bool
agrees_with_dynamic(struct hn_target *target, const struct hn_elf *elf, uint64_t bias)
{
    struct hn_elf_segment s = { .type = PT_NULL };
    Elf64_Dyn in_memory, in_file;

    for (size_t i = 0; i < segments_of(elf) && s.type != PT_DYNAMIC; i++)
        if (!hn_elf_segment(elf, i, &s))
            return false;
    if (s.type != PT_DYNAMIC)
        return true;
    for (size_t at = 0; at < MAX_DYNAMIC_BYTES; at += sizeof(in_file)) {
        if (hn_elf_read(elf, s.offset + at, &in_file, sizeof(in_file))
                != sizeof(in_file)
            || hn_target_read_source(target, bias + s.address + at, &in_memory,
                                     sizeof(in_memory))
                   != sizeof(in_memory))
            return true;
        if (!same_dynamic_entry(&in_memory, &in_file, bias))
            return false;
        if (in_file.d_tag == DT_NULL)
            return true;
    }
    return true;
}

static bool
same_segments(const struct hn_elf *a, const struct hn_elf *b)
{
    size_t count = segments_of(a);

    if (count != segments_of(b) || hn_elf_entry(a) != hn_elf_entry(b)
        || hn_elf_machine(a) != hn_elf_machine(b))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct hn_elf_segment s, t;

        if (!hn_elf_segment(a, i, &s) || !hn_elf_segment(b, i, &t) || s.type != t.type
            || s.address != t.address || s.offset != t.offset
            || s.file_size != t.file_size || s.memory_size != t.memory_size)
            return false;
    }
    return true;
}

/* Says what speaks against @elf being the mapped file, or for caution; NULL if it
 * certainly is the one. @usable_ret: whether to use it. */
static const char *
verify(struct hn_target *target, const struct image *image, struct hn_elf *elf,
       bool *usable_ret)
{
    const struct hn_region *first = &target->regions[image->first];
    struct hn_build_id id;
    uint64_t bias;

    *usable_ret = false;
    if (image->has_id) {
        if (!hn_elf_build_id(elf, &id) || !hn_build_id_equal(&id, &image->id))
            return "build-id differs";
        *usable_ret = true;
        return NULL;
    }
    if (image->elf && !same_segments(image->elf, elf))
        return "program headers differ";
    if (!bias_of(elf, first, &bias) || !agrees_with_map(target, image, elf, bias))
        return "it does not fit the memory map";
    if (!agrees_with_dynamic(target, elf, bias))
        return "its dynamic segment differs";
    *usable_ret = true;
    return unverified;
}

/* Tries an open file; takes it if it will do, else keeps the best reason why not.
 * @exact: the kernel says that this is the mapped file. */
static bool
try_file(struct hn_target *target, struct image *image, int fd, bool exact)
{
    struct hn_module *module = image->module;
    struct hn_error err;
    struct hn_elf *elf;
    const char *problem;
    bool usable;

    if (fd < 0) {
        if (!module->problem)
            module->problem = errno == EACCES ? "it may not be read" : "no such file";
        return false;
    }
    if (hn_elf_open(fd, &err, &elf)) {
        module->problem = err.what;
        return false;
    }
    image->file_is_elf = true;
    problem = verify(target, image, elf, &usable);
    if (!usable) {
        module->problem = problem;
        hn_elf_close(elf);
        return false;
    }
    module->problem = exact ? NULL : problem;
    module->elf = elf;
    return true;
}

static bool
try_lib_path(struct hn_target *target, struct image *image)
{
    const char *directories = target->parts->lib_path;

    for (size_t i = 0; directories; i++) {
        int fd = hn_files_open_in_list(directories, i, image->module->path);

        if (fd < 0 && errno == 0)
            return false;
        if (fd >= 0 && try_file(target, image, fd, false))
            return true;
    }
    return false;
}

/* Looks where the user said, then where the process itself says, then at the path. */
static void
find_file(struct hn_target *target, struct image *image)
{
    const struct hn_target_parts *parts = target->parts;
    const struct hn_source_ops *source = parts->source;
    const char *path = image->module->path;
    int fd = -1;

    if (parts->sysroot
        && try_file(target, image, hn_files_open_in(parts->sysroot, path), false))
        return;
    if (try_lib_path(target, image))
        return;
    if (image->is_main && parts->exe
        && try_file(target, image, hn_files_open_plain(parts->exe), false))
        return;
    if (source->open_mapping)
        fd = source->open_mapping(target->impl, &target->regions[image->first]);
    if (fd >= 0 && try_file(target, image, fd, true))
        return;
    if (source->open_path
        && try_file(target, image, source->open_path(target->impl, path), false))
        return;
    try_file(target, image, hn_files_open_plain(path), false);
}

static bool
add_span(struct hn_modules *modules, const struct span *span)
{
    if (!HN_GROW(modules->spans, modules->span_capacity, modules->span_count + 1))
        return false;
    modules->spans[modules->span_count++] = *span;
    return true;
}

static hn_addr
page_down(hn_addr addr)
{
    return addr & ~(hn_addr)(HN_PAGE_SIZE - 1);
}

/* Adds what @region and the segment have in common. A mapping that is read-only now
 * may have been written before (relocations, then RELRO), hence the segment counts. */
static bool
add_common(struct hn_modules *modules, const struct hn_module *module,
           const struct hn_region *region, const struct hn_elf_segment *s)
{
    hn_addr start = page_down(module->bias + s->address);
    hn_addr end =
        page_down(module->bias + s->address + s->file_size + HN_PAGE_SIZE - 1);
    struct span span = { .elf = module->elf };

    if (module->bias + s->address - s->offset + region->offset != region->start)
        return true;
    span.start = start > region->start ? start : region->start;
    span.end = end < region->end ? end : region->end;
    span.offset = region->offset + (span.start - region->start);
    return span.start >= span.end || add_span(modules, &span);
}

static bool
add_spans(struct hn_target *target, struct hn_modules *modules,
          const struct image *image)
{
    const struct hn_module *module = image->module;
    size_t count = segments_of(module->elf);

    for (size_t i = image->first; i <= image->last; i++) {
        const struct hn_region *region = &target->regions[i];
        struct hn_elf_segment s;

        if (region->writable || !same_path(region, &target->regions[image->first]))
            continue;
        for (size_t k = 0; k < count; k++)
            if (hn_elf_segment(module->elf, k, &s) && s.type == PT_LOAD && !s.writable
                && !add_common(modules, module, region, &s))
                return false;
    }
    return true;
}

static int
by_start(const void *a, const void *b)
{
    const struct span *left = a, *right = b;

    if (left->start != right->start)
        return left->start < right->start ? -1 : 1;
    return 0;
}

/* Whether any mapping of the image may run code: a data file has none. */
static bool
has_code(const struct hn_target *target, const struct image *image)
{
    for (size_t i = image->first; i <= image->last; i++)
        if (target->regions[i].executable)
            return true;
    return false;
}

/* A core does not always show whether a mapping was of code; data files (locales,
 * caches) are mapped too and nobody misses them. */
static bool
names_library(const char *path)
{
    const char *name = strrchr(path, '/');

    return strstr(name ? name : path, ".so") != NULL;
}

/* Fills in the module that begins at image->first; false if there is none. */
static bool
load_module(struct hn_target *target, struct hn_modules *modules, struct image *image)
{
    const struct hn_region *first = &target->regions[image->first];
    struct hn_module *module = image->module;

    image->last = image->first;
    if (!load_header(target, image))
        return false;
    module->path =
        hn_arena_copy(&modules->arena, first->path, hn_path_length(first->path));
    if (!module->path)
        return false;
    if (image->elf)
        take_layout(module, image->elf, first);
    find_extent(target, image);
    image->is_main = strcmp(module->path, target->exe) == 0;
    if (!image->elf && !has_code(target, image))
        return false;
    find_file(target, image);
    if (!image->elf && !image->file_is_elf && !image->is_main
        && !names_library(module->path))
        return false;
    if (module->elf)
        take_layout(module, module->elf, first);
    return true;
}

/* A file can be mapped twice: by dlmopen(), or by a program that reads it as data
 * (which then has no code, and may lie at the lower address). */
static void
mark_duplicates(struct hn_modules *modules, const bool *code)
{
    for (size_t i = 0; i < modules->count; i++)
        for (size_t k = 0; k < i; k++) {
            struct hn_module *a = &modules->items[k], *b = &modules->items[i];

            if (a->duplicate || strcmp(a->path, b->path) != 0)
                continue;
            if (code[i] && !code[k])
                a->duplicate = true;
            else
                b->duplicate = true;
        }
}

static void
put_main_first(struct hn_target *target, struct hn_modules *modules)
{
    for (size_t i = 1; i < modules->count; i++) {
        struct hn_module main = modules->items[i];

        if (main.duplicate || strcmp(main.path, target->exe) != 0)
            continue;
        memmove(modules->items + 1, modules->items, i * sizeof(main));
        modules->items[0] = main;
        return;
    }
}

static size_t
count_candidates(const struct hn_target *target)
{
    size_t count = 0;

    for (size_t i = 0; i < target->region_count; i++)
        count += may_begin_module(&target->regions[i]);
    return count < MAX_MODULES ? count : MAX_MODULES;
}

/* Walks the map; the regions that belong to a module just found are stepped over. */
static bool
load_all(struct hn_target *target, struct hn_modules *modules, size_t limit,
         struct image *image, bool *code)
{
    size_t i = 0;

    while (i < target->region_count && modules->count < limit) {
        const struct hn_region *region = &target->regions[i];
        bool good = true;

        memset(image, 0, sizeof(*image));
        image->first = image->last = i;
        image->module = &modules->items[modules->count];
        if (may_begin_module(region) && load_module(target, modules, image)) {
            code[modules->count++] = has_code(target, image);
            if (image->module->elf)
                good = add_spans(target, modules, image);
        }
        hn_elf_close(image->elf);
        if (!good)
            return false;
        i = image->last + 1;
    }
    return true;
}

static bool
build(struct hn_target *target, struct hn_modules *modules)
{
    size_t limit = count_candidates(target);
    struct image *image = malloc(sizeof(*image));
    bool *code = hn_arena_array(&modules->arena, limit + 1, sizeof(*code));
    bool good = false;

    modules->items =
        hn_arena_array(&modules->arena, limit + 1, sizeof(struct hn_module));
    if (image && code && modules->items)
        good = load_all(target, modules, limit, image, code);
    free(image);
    if (!good)
        return false;
    if (modules->span_count > 0)
        qsort(modules->spans, modules->span_count, sizeof(*modules->spans), by_start);
    mark_duplicates(modules, code);
    put_main_first(target, modules);
    return true;
}

static bool
ensure(struct hn_target *target)
{
    struct hn_target_parts *parts = target->parts;
    struct hn_modules *modules;
    bool good;

    if (parts->modules)
        return true;
    if (parts->building_modules)
        return false;
    modules = calloc(1, sizeof(*modules));
    if (!modules)
        return false;
    hn_arena_init(&modules->arena);
    parts->building_modules = true;
    good = build(target, modules);
    parts->building_modules = false;
    if (!good) {
        hn_modules_destroy(modules);
        return false;
    }
    parts->modules = modules;
    target->modules_made++;
    return true;
}

void
hn_modules_destroy(struct hn_modules *modules)
{
    if (!modules)
        return;
    for (size_t i = 0; modules->items && i < modules->count; i++)
        hn_elf_close(modules->items[i].elf);
    free(modules->spans);
    hn_arena_deinit(&modules->arena);
    free(modules);
}

static const struct span *
find_span(struct hn_target *target, hn_addr addr)
{
    const struct hn_modules *modules;
    size_t low = 0, high;

    if (!ensure(target))
        return NULL;
    modules = target->parts->modules;
    high = modules->span_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (modules->spans[middle].end <= addr)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == modules->span_count || modules->spans[low].start > addr)
        return NULL;
    return &modules->spans[low];
}

bool
hn_modules_hold(struct hn_target *target, hn_addr addr)
{
    return find_span(target, addr) != NULL;
}

size_t
hn_modules_read(struct hn_target *target, hn_addr addr, void *buf, size_t size)
{
    const struct span *span = find_span(target, addr);

    if (!span)
        return 0;
    if (size > span->end - addr)
        size = span->end - addr;
    return hn_elf_read(span->elf, span->offset + (addr - span->start), buf, size);
}

enum hn_status
hn_target_modules(struct hn_target *target, const struct hn_module **ret,
                  size_t *count_ret)
{
    if (!ensure(target))
        return hn_fail(target->err, HN_E_NOMEM, 0, "listing modules");
    *ret = target->parts->modules->items;
    *count_ret = target->parts->modules->count;
    return HN_OK;
}

struct view {
    struct hn_target *target;
    uint64_t bias;
};

static bool
read_view(void *arg, uint64_t address, void *buf, size_t size)
{
    const struct view *view = arg;

    return hn_target_read_some(view->target, view->bias + address, buf, size) == size;
}

enum hn_status
hn_module_symbol(struct hn_target *target, const struct hn_module *module,
                 const char *name, hn_addr *ret, uint64_t *size_ret)
{
    struct view view = { target, module->bias };
    struct hn_elf_memory memory = {
        .read = read_view,
        .arg = &view,
        .bias = module->bias,
        .dynamic = module->dynamic - module->bias,
        .dynamic_size = module->dynamic_size,
    };
    uint64_t address, size;
    bool found;

    if (module->elf)
        found = hn_elf_symbol(module->elf, name, &address, &size);
    else
        found = module->dynamic != 0
                && hn_elf_memory_symbol(&memory, name, &address, &size);
    if (!found)
        return HN_DONE;
    *ret = module->bias + address;
    if (size_ret)
        *size_ret = size;
    return HN_OK;
}

enum hn_status
hn_module_section(struct hn_target *target, const struct hn_module *module,
                  const char *name, hn_addr *ret, uint64_t *size_ret)
{
    uint64_t address, size;

    (void)target; /* section headers are in files only */
    if (!module->elf || !hn_elf_section(module->elf, name, &address, &size))
        return HN_DONE;
    *ret = module->bias + address;
    if (size_ret)
        *size_ret = size;
    return HN_OK;
}
