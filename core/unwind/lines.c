/* File and line of an address, from the file or from its separate debug file. */
#include <string.h>

#include "elf/lines.h"
#include "unwind/private.h"

static struct hn_lines *
lines_of(struct hn_unwinder *u, struct hn_image *image)
{
    struct hn_elf *debug = hn_image_debug(u, image);

    if (image->lines_tried)
        return image->lines;
    image->lines_tried = true;
    if (debug)
        image->lines = hn_lines_open(debug);
    if (!image->lines && image->elf)
        image->lines = hn_lines_open(image->elf);
    return image->lines;
}

void
hn_image_line(struct hn_unwinder *u, struct hn_image *image, uint64_t address,
              struct hn_site *site)
{
    struct hn_lines *lines = lines_of(u, image);
    const char *file;
    int32_t line;

    if (!lines || !hn_lines_find(lines, address, &file, &line))
        return;
    file = hn_arena_copy(&u->arena, file, strlen(file));
    if (!file)
        return;
    site->file = file;
    site->line = line;
}
