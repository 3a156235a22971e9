/* Memory lent in large pieces, for walks over a whole heap.
 *
 * A mapped core lends its own pages: nothing is copied. Other sources are read in
 * windows of a megabyte, a few system calls each. Pages that the process never touched
 * are not asked for where the source can tell (/proc/PID/pagemap): reading them would
 * make them its own. There is nothing in them, unless they are the data of a program or
 * library: then they are as its file has them, and come from there.
 *
 * A window is surveyed first, and read when it is lent from: whole as a rule, for walks
 * go on, or a few pages for who knows that no more are needed. */
#include "target/lend.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/large.h"
#include "target/source.h"

enum {
    WINDOW = 1 << 20,
    PAGES = WINDOW / HN_PAGE_SIZE,
    /* 32 MiB: neither the walk over a heap's pools nor following its references in a
     * random order was faster with four times as many. */
    WINDOWS = HN_LENT + 2, /* what was lent last, and what is held */
    /* As many are allocated at once: in large pages, they are had sooner. */
    SLAB = 16,
    /* Places to look a window up in; a power of two, several for each. */
    SLOTS = 1024
};

struct window {
    hn_addr start;
    uint64_t used_at; /* the clock when it was last lent from */
    uint8_t *bytes;
    bool there[PAGES];
    bool wanted[PAGES];   /* there, but not read yet */
    uint16_t runs[PAGES]; /* from each page on: how many are there in one piece */
    bool whole;           /* none is wanted */
};

struct hn_windows {
    struct window windows[WINDOWS];
    uint8_t *slabs[WINDOWS / SLAB]; /* what windows are cut from */
    size_t count;
    uint64_t clock;
    const struct window *held;   /* is not given up */
    struct window *slots[SLOTS]; /* the newest window of each hash; may be stale */
};

void
hn_windows_destroy(struct hn_windows *windows)
{
    if (!windows)
        return;
    for (size_t i = 0; i < WINDOWS / SLAB; i++)
        free(windows->slabs[i]);
    free(windows);
}

static struct window **
slot_of(struct hn_windows *windows, hn_addr start)
{
    return &windows->slots[(start / WINDOW * UINT64_C(0x9e3779b97f4a7c15)) >> 54];
}

static struct window *
find(struct hn_windows *windows, hn_addr start)
{
    struct window **slot = slot_of(windows, start), *last = *slot;

    if (last && last->start == start)
        return last;
    for (size_t i = 0; i < windows->count; i++)
        if (windows->windows[i].start == start) {
            *slot = &windows->windows[i];
            return *slot;
        }
    return NULL;
}

/* Memory for the next new window; NULL when that is short. */
static uint8_t *
cut_window(struct hn_windows *windows)
{
    uint8_t **slab = &windows->slabs[windows->count / SLAB];

    if (!*slab)
        *slab = hn_large_alloc(SLAB, WINDOW);
    return *slab ? *slab + windows->count % SLAB * WINDOW : NULL;
}

static struct window *
oldest(struct hn_windows *windows)
{
    struct window *found = NULL;

    for (size_t i = 0; i < windows->count; i++) {
        struct window *window = &windows->windows[i];

        if (window != windows->held && (!found || window->used_at < found->used_at))
            found = window;
    }
    return found;
}

/* A free window, or the one that was not lent from for the longest time. */
static struct window *
claim(struct hn_windows *windows)
{
    if (windows->count < WINDOWS) {
        struct window *new = &windows->windows[windows->count];

        new->bytes = cut_window(windows);
        if (new->bytes) {
            windows->count++;
            return new;
        }
    }
    return oldest(windows);
}

/* Pages outside every mapping are not asked for; without a map all are. */
static void
mark_mapped(struct hn_target *target, struct window *window)
{
    hn_addr at = window->start;
    const hn_addr end = window->start + WINDOW;

    memset(window->there, target->region_count == 0, sizeof(window->there));
    while (at < end) {
        const struct hn_region *region = hn_target_region(target, at);

        if (region && region->readable)
            window->there[(at - window->start) / HN_PAGE_SIZE] = true;
        at += HN_PAGE_SIZE;
    }
}

/* Counted once: memory is lent a hundred million times from some hundred windows. */
static void
count_runs(struct window *window)
{
    uint16_t run = 0;

    for (size_t i = PAGES; i-- > 0;) {
        run = window->there[i] ? run + 1 : 0;
        window->runs[i] = run;
    }
}

/* False when some were missing. */
static bool
read_run(struct hn_target *target, struct window *window, size_t first, size_t count)
{
    const size_t all = count;
    bool missing = false;

    memset(window->wanted + first, 0, all * sizeof(*window->wanted));
    while (count > 0) {
        hn_addr addr = window->start + first * HN_PAGE_SIZE;
        size_t wanted = count * HN_PAGE_SIZE;
        size_t got = hn_target_read_source(
            target, addr, window->bytes + first * HN_PAGE_SIZE, wanted);
        size_t whole = got / HN_PAGE_SIZE;

        if (whole == count)
            break;
        missing = true;
        window->there[first + whole] = false; /* go on behind the missing page */
        first += whole + 1;
        count -= whole + 1;
    }
    return !missing;
}

/* Reads what is wanted of [first, end). */
static void
read_pages(struct hn_target *target, struct window *window, size_t first, size_t end)
{
    bool all = true;

    while (first < end) {
        size_t run = 0;

        while (first + run < end && window->wanted[first + run])
            run++;
        if (run > 0)
            all &= read_run(target, window, first, run);
        first += run + 1;
    }
    if (!all)
        count_runs(window);
}

/* Leaves in @window->there what the process touched, in @untouched what else is mapped.
 */
static void
pass_untouched(struct hn_target *target, struct window *window, bool *untouched)
{
    const struct hn_source_ops *source = target->parts->source;

    memcpy(untouched, window->there, PAGES * sizeof(*untouched));
    if (source->touched)
        source->touched(target->impl, window->start, PAGES, window->there);
    for (size_t i = 0; i < PAGES; i++)
        untouched[i] &= !window->there[i];
}

static bool
is_data_of_file(const struct hn_region *region)
{
    return region && region->path[0] == '/' && region->writable && !region->shared;
}

/* The file of a mapping, or -1: devices are never read. */
static int
open_file(struct hn_target *target, const struct hn_region *region)
{
    int fd = target->parts->source->open_mapping(target->impl, region);
    struct stat file;

    if (fd >= 0 && fstat(fd, &file) == 0 && S_ISREG(file.st_mode))
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* What the file lacks at its end, the kernel fills with zeros. */
static bool
read_page_of_file(int fd, const struct hn_region *region, hn_addr at, uint8_t *page)
{
    ssize_t got = fd < 0 ? -1
                         : pread(fd, page, HN_PAGE_SIZE,
                                 (off_t)(region->offset + (at - region->start)));

    if (got <= 0)
        return false;
    memset(page + got, 0, HN_PAGE_SIZE - (size_t)got);
    return true;
}

size_t
hn_untouched_read(struct hn_target *target, hn_addr page, uint8_t *bytes)
{
    const struct hn_source_ops *source = target->parts->source;
    const struct hn_region *region;
    bool touched = true, read;
    int fd;

    if (!source->touched || !source->open_mapping)
        return 0;
    region = hn_target_region(target, page);
    if (!region || region->path[0] != '/')
        return 0;
    source->touched(target->impl, page, 1, &touched);
    if (touched || (fd = open_file(target, region)) < 0)
        return 0;
    read = read_page_of_file(fd, region, page, bytes);
    close(fd);
    return read ? HN_PAGE_SIZE : 0;
}

static void
read_files(struct hn_target *target, struct window *window, const bool *untouched)
{
    const struct hn_source_ops *source = target->parts->source;
    const struct hn_region *opened = NULL;
    int fd = -1;

    for (size_t i = 0; i < PAGES && source->open_mapping; i++) {
        const hn_addr at = window->start + i * HN_PAGE_SIZE;
        const struct hn_region *region =
            untouched[i] ? hn_target_region(target, at) : NULL;

        if (!is_data_of_file(region))
            continue;
        if (region != opened) {
            if (fd >= 0)
                close(fd);
            fd = open_file(target, region);
            opened = region;
        }
        window->there[i] =
            read_page_of_file(fd, region, at, window->bytes + i * HN_PAGE_SIZE);
    }
    if (fd >= 0)
        close(fd);
}

/* Says what is there; of the process's own memory nothing is read yet. */
static void
survey(struct hn_target *target, struct window *window)
{
    bool untouched[PAGES];

    mark_mapped(target, window);
    pass_untouched(target, window, untouched);
    memcpy(window->wanted, window->there, sizeof(window->wanted));
    window->whole = false;
    read_files(target, window, untouched);
    count_runs(window);
}

static struct window *
open_window(struct hn_target *target, hn_addr start)
{
    struct hn_windows *windows = target->parts->windows;
    struct window *window;

    if (!windows)
        windows = target->parts->windows = calloc(1, sizeof(*windows));
    if (!windows)
        return NULL;
    window = find(windows, start);
    if (!window) {
        window = claim(windows);
        if (!window)
            return NULL;
        window->start = start;
        *slot_of(windows, start) = window;
        survey(target, window);
    }
    window->used_at = ++windows->clock;
    return window;
}

const uint8_t *
hn_windows_page(const struct hn_windows *windows, hn_addr page)
{
    const hn_addr start = page & ~(hn_addr)(WINDOW - 1);
    const size_t at = (size_t)(page - start);
    const struct window *window;

    if (!windows)
        return NULL;
    window = *slot_of((struct hn_windows *)windows, start);
    if (!window || window->start != start || !window->there[at / HN_PAGE_SIZE]
        || window->wanted[at / HN_PAGE_SIZE])
        return NULL;
    return window->bytes + at;
}

static const uint8_t *
lend_from(struct window *window, size_t at, size_t *size_ret)
{
    size_t run = window->runs[at / HN_PAGE_SIZE];

    if (run == 0)
        return NULL;
    *size_ret = (at / HN_PAGE_SIZE + run) * HN_PAGE_SIZE - at;
    return window->bytes + at;
}

const uint8_t *
hn_target_lend(struct hn_target *target, hn_addr addr, size_t *size_ret)
{
    const struct hn_source_ops *source = target->parts->source;
    struct window *window;

    *size_ret = 0;
    if (source->lend)
        return source->lend(target->impl, addr, size_ret);
    window = open_window(target, addr & ~(hn_addr)(WINDOW - 1));
    if (!window)
        return NULL;
    if (!window->whole)
        read_pages(target, window, 0, PAGES);
    window->whole = true;
    return lend_from(window, (size_t)(addr - window->start), size_ret);
}

const uint8_t *
hn_target_lend_some(struct hn_target *target, hn_addr addr, size_t most,
                    size_t *size_ret)
{
    struct window *window;
    size_t at, end;
    const uint8_t *bytes;

    if (target->parts->source->lend)
        return hn_target_lend(target, addr, size_ret);
    *size_ret = 0;
    window = open_window(target, addr & ~(hn_addr)(WINDOW - 1));
    if (!window)
        return NULL;
    at = (size_t)(addr - window->start);
    end = most < WINDOW - at ? at + most : WINDOW;
    if (!window->whole)
        read_pages(target, window, at / HN_PAGE_SIZE,
                   (end + HN_PAGE_SIZE - 1) / HN_PAGE_SIZE);
    bytes = lend_from(window, at, size_ret);
    if (*size_ret > end - at)
        *size_ret = end - at;
    return bytes;
}

void
hn_target_hold(struct hn_target *target, hn_addr addr)
{
    struct hn_windows *windows = target->parts->windows;

    if (windows)
        windows->held = find(windows, addr & ~(hn_addr)(WINDOW - 1));
}

hn_addr
hn_target_lend_ahead(struct hn_target *target, hn_addr addr, size_t every)
{
    struct hn_wish wishes[PAGES];
    struct window *window;
    size_t count = 0;

    if (target->parts->source->lend || !target->parts->source->gather)
        return UINT64_MAX;
    window = open_window(target, addr & ~(hn_addr)(WINDOW - 1));
    if (!window)
        return UINT64_MAX;
    for (size_t i = 0; i < PAGES; i += every / HN_PAGE_SIZE)
        if (window->wanted[i])
            wishes[count++] =
                (struct hn_wish){ window->start + i * HN_PAGE_SIZE,
                                  window->bytes + i * HN_PAGE_SIZE, HN_PAGE_SIZE, 0 };
    if (count > 0)
        hn_target_gather(target, wishes, count);
    /* What could not be read stays wanted, and is found missing when it is lent. */
    for (size_t i = 0; i < count; i++)
        if (wishes[i].got == HN_PAGE_SIZE)
            window->wanted[(wishes[i].addr - window->start) / HN_PAGE_SIZE] = false;
    return window->start + WINDOW;
}
