/* The files that a target's code comes from, ascending by address. */
#include <stdlib.h>
#include <string.h>

#include "elf/elf.h"
#include "elf/lines.h"
#include "unwind/private.h"

static const char vdso[] = "[vdso]";

static int
by_start(const void *a, const void *b)
{
    const struct hn_image *left = a, *right = b;

    if (left->start != right->start)
        return left->start < right->start ? -1 : 1;
    return 0;
}

static void
drop(struct hn_image *image)
{
    free(image->rows);
    hn_symbol_table_destroy(image->symbols);
    hn_lines_close(image->lines);
    hn_elf_close(image->debug);
}

void
hn_images_retry_debug(struct hn_unwinder *u)
{
    for (size_t i = 0; i < u->image_count; i++) {
        struct hn_image *image = &u->images[i];

        if (image->debug)
            continue;
        hn_symbol_table_destroy(image->symbols);
        hn_lines_close(image->lines);
        image->symbols = NULL;
        image->lines = NULL;
        image->debug_tried = image->symbols_tried = image->lines_tried = false;
    }
}

void
hn_images_free(struct hn_unwinder *u)
{
    for (size_t i = 0; i < u->image_count; i++)
        drop(&u->images[i]);
    free(u->images);
    u->images = NULL;
    u->image_count = 0;
}

/* The kernel's own code in the process: linked to address 0, in one mapping. */
static void
add_vdso(struct hn_unwinder *u)
{
    const struct hn_target *target = u->target;

    for (size_t i = 0; i < target->region_count; i++) {
        const struct hn_region *region = &target->regions[i];

        if (!region->path || strcmp(region->path, vdso) != 0)
            continue;
        u->images[u->image_count++] = (struct hn_image){
            .start = region->start,
            .end = region->end,
            .path = vdso,
            .bias = region->start,
        };
        /* Now, while the target stands: it is memory, not a file. */
        hn_image_debug(u, &u->images[u->image_count - 1]);
        return;
    }
}

static enum hn_status
add_modules(struct hn_unwinder *u, const struct hn_module *modules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct hn_module *m = &modules[i];
        const char *path = hn_arena_copy(&u->arena, m->path, strlen(m->path));

        if (!path)
            return hn_fail(u->target->err, HN_E_NOMEM, 0, "listing the code");
        u->images[u->image_count++] = (struct hn_image){
            .start = m->start,
            .end = m->end,
            .path = path,
            .bias = m->bias,
            .elf = m->elf,
            .problem = m->elf ? NULL : m->problem,
        };
    }
    return HN_OK;
}

enum hn_status
hn_images_load(struct hn_unwinder *u, bool *changed_ret)
{
    const struct hn_module *modules;
    size_t count;
    enum hn_status st = hn_target_modules(u->target, &modules, &count);

    if (st)
        return st;
    *changed_ret = u->modules_made != u->target->modules_made;
    if (!*changed_ret)
        return HN_OK;
    hn_images_free(u);
    u->images = calloc(count + 1, sizeof(*u->images));
    if (!u->images)
        return hn_fail(u->target->err, HN_E_NOMEM, 0, "listing the code");
    st = add_modules(u, modules, count);
    if (st)
        return st;
    add_vdso(u);
    qsort(u->images, u->image_count, sizeof(*u->images), by_start);
    u->modules_made = u->target->modules_made;
    return HN_OK;
}

struct hn_image *
hn_image_find(const struct hn_unwinder *u, hn_addr addr)
{
    size_t low = 0, high = u->image_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (u->images[middle].start <= addr)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || u->images[low - 1].end <= addr)
        return NULL;
    return &u->images[low - 1];
}
