/* Separate debug files: what `strip` took out of a file, found by its build-id under
 * /usr/lib/debug, where distributions put it, or fetched where the user allowed that.
 * The vDSO, which has no file at all, is copied from memory and takes the same place.
 */
#include <stdio.h>
#include <string.h>

#include "elf/elf.h"
#include "unwind/private.h"

enum { PATH_BYTES = 2 * HN_BUILD_ID_MAX + 64, MAX_VDSO = 1 << 16 };

static const char directory[] = "/usr/lib/debug/.build-id";

static bool
path_of(const struct hn_build_id *id, char *buf, size_t size)
{
    size_t used;

    if (id->size < 2)
        return false;
    used = (size_t)snprintf(buf, size, "%s/%02x/", directory, id->bytes[0]);
    for (size_t i = 1; i < id->size; i++)
        used += (size_t)snprintf(buf + used, size - used, "%02x", id->bytes[i]);
    snprintf(buf + used, size - used, ".debug");
    return true;
}

static struct hn_elf *
find_by_id(struct hn_unwinder *u, struct hn_elf *elf)
{
    struct hn_build_id id, found;
    struct hn_elf *debug;
    struct hn_error ignored;
    char path[PATH_BYTES];
    int fd;

    if (!hn_elf_build_id(elf, &id) || !path_of(&id, path, sizeof(path)))
        return NULL;
    fd = hn_target_open_file(u->target, path);
    if (fd < 0)
        fd = hn_debuginfod_fetch(u, id.bytes, id.size);
    if (fd < 0 || hn_elf_open(fd, &ignored, &debug))
        return NULL;
    if (hn_elf_build_id(debug, &found) && hn_build_id_equal(&id, &found))
        return debug;
    hn_elf_close(debug);
    return NULL;
}

static struct hn_elf *
copy_vdso(struct hn_unwinder *u, const struct hn_image *image)
{
    size_t size = image->end - image->start;
    struct hn_error ignored;
    struct hn_elf *elf;
    uint8_t *bytes;

    if (size > MAX_VDSO)
        return NULL;
    bytes = hn_arena_alloc(&u->arena, size);
    if (!bytes)
        return NULL;
    size = hn_target_read_some(u->target, image->start, bytes, size);
    return hn_elf_open_memory(bytes, size, &ignored, &elf) == HN_OK ? elf : NULL;
}

struct hn_elf *
hn_image_debug(struct hn_unwinder *u, struct hn_image *image)
{
    if (image->debug_tried)
        return image->debug;
    image->debug_tried = true;
    if (image->elf)
        image->debug = find_by_id(u, image->elf);
    else if (image->path[0] == '[')
        image->debug = copy_vdso(u, image);
    return image->debug;
}
