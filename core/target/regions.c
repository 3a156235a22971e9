/* The memory map: collected from the source, kept sorted, searched by address. */
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "target/source.h"

/* vm.max_map_count is 65530 by default; the few who raise it stop at a million. */
enum { MAX_REGIONS = 1 << 20 };

struct collection {
    struct hn_arena *arena;
    struct hn_error *err;
    struct hn_region *items; /* on the heap while it grows */
    size_t count, capacity;
    const char *last_path; /* neighbours mostly share it */
};

static const char *
keep_path(struct collection *c, const char *path)
{
    if (!path)
        path = "";
    if (!c->last_path || strcmp(c->last_path, path) != 0)
        c->last_path = hn_arena_copy(c->arena, path, strlen(path));
    return c->last_path;
}

static enum hn_status
collect(void *arg, const struct hn_region *region)
{
    struct collection *c = arg;
    struct hn_region copy = *region;

    if (region->end <= region->start)
        return HN_OK;
    if (c->count == MAX_REGIONS)
        return hn_fail(c->err, HN_E_CORRUPT, 0, "the memory map does not end");
    copy.path = keep_path(c, region->path);
    if (!copy.path || !HN_GROW(c->items, c->capacity, c->count + 1))
        return hn_fail(c->err, HN_E_NOMEM, 0, "reading the memory map");
    c->items[c->count++] = copy;
    return HN_OK;
}

static int
by_start(const void *a, const void *b)
{
    const struct hn_region *left = a, *right = b;

    if (left->start != right->start)
        return left->start < right->start ? -1 : 1;
    return 0;
}

/* A damaged core may claim mappings that overlap: the lower one wins. */
static void
drop_overlaps(struct collection *c)
{
    size_t kept = 0;

    for (size_t i = 0; i < c->count; i++)
        if (kept == 0 || c->items[i].start >= c->items[kept - 1].end)
            c->items[kept++] = c->items[i];
    c->count = kept;
}

static size_t
next_file(const struct hn_region *regions, size_t count, size_t i)
{
    while (i < count && regions[i].path[0] != '/')
        i++;
    return i;
}

static bool
same_file_mapping(const struct hn_region *a, const struct hn_region *b)
{
    return a->start == b->start && a->end == b->end && a->offset == b->offset
           && a->inode == b->inode && a->writable == b->writable
           && strcmp(a->path, b->path) == 0;
}

/* Anonymous memory comes and goes all the time; files rarely do. */
static bool
files_differ(const struct hn_target *target, const struct collection *c)
{
    size_t i = next_file(target->regions, target->region_count, 0);
    size_t j = next_file(c->items, c->count, 0);

    while (i < target->region_count && j < c->count) {
        if (!same_file_mapping(&target->regions[i], &c->items[j]))
            return true;
        i = next_file(target->regions, target->region_count, i + 1);
        j = next_file(c->items, c->count, j + 1);
    }
    return i < target->region_count || j < c->count;
}

static enum hn_status
replace_map(struct hn_target *target, struct collection *c, struct hn_arena *arena)
{
    struct hn_region *regions = hn_arena_array(arena, c->count, sizeof(*regions));

    if (!regions)
        return hn_fail(target->err, HN_E_NOMEM, 0, "reading the memory map");
    if (c->count > 0)
        memcpy(regions, c->items, c->count * sizeof(*regions));
    hn_arena_deinit(&target->parts->map);
    target->parts->map = *arena;
    target->regions = regions;
    target->region_count = c->count;
    return HN_OK;
}

enum hn_status
hn_regions_load(struct hn_target *target, bool *files_changed_ret)
{
    struct hn_arena arena;
    struct collection c = { .arena = &arena, .err = target->err };
    enum hn_status st = HN_OK;

    hn_arena_init(&arena);
    if (target->ops->regions)
        st = target->ops->regions(target->impl, collect, &c);
    if (st == HN_DONE)
        st = HN_OK; /* a debugger that cannot tell; its symbols still help */
    if (st == HN_OK) {
        if (c.count > 0)
            qsort(c.items, c.count, sizeof(*c.items), by_start);
        drop_overlaps(&c);
        *files_changed_ret = files_differ(target, &c);
        st = replace_map(target, &c, &arena);
    }
    if (st)
        hn_arena_deinit(&arena);
    free(c.items);
    return st;
}

const struct hn_region *
hn_target_region(const struct hn_target *target, hn_addr addr)
{
    size_t low = 0, high = target->region_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (target->regions[middle].end <= addr)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == target->region_count || target->regions[low].start > addr)
        return NULL;
    return &target->regions[low];
}

size_t
hn_path_length(const char *path)
{
    static const char deleted[] = " (deleted)";
    size_t length = strlen(path), tail = sizeof(deleted) - 1;

    if (length > tail && memcmp(path + length - tail, deleted, tail) == 0)
        return length - tail;
    return length;
}

bool
hn_target_is_data(const struct hn_target *target, const struct hn_region *region)
{
    if (region->path[0] == '/')
        return true;
    return !region->path[0] && region > target->regions
           && region[-1].end == region->start && region[-1].path[0] == '/'
           && region[-1].writable;
}
