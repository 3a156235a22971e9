/* Which .eh_frame entry an address belongs to.
 *
 * Linkers sort the entries into .eh_frame_hdr, a table for binary search: nearly every
 * file has one, in constant memory; scan.c sees to the others. It is read once, sorted
 * again only where it is not, so that a search ends well, and kept. Format: the Linux
 * Standard Base, "Exception Frame Header"; the entries themselves are for libunwind. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "elf/elf.h"
#include "unwind/private.h"

enum {
    /* chromium has some 600,000 functions; nobody has these many. */
    MAX_ROWS = 1 << 23,
    MAX_SEGMENTS = 256,
    HEADER_BYTES = 4096,
    TABLE_HEAD = 12,
    /* The one encoding that linkers write: pointer to .eh_frame relative to itself, in
     * 4 bytes, a count in 4 bytes, a table of pairs of 4 bytes relative to the header.
     */
    VERSION = 1,
    COUNT_U4 = 0x03,
    TABLE_DATAREL_S4 = 0x3b,
};

struct pair {
    int32_t start, fde;
};

/* The program header of .eh_frame_hdr. */
static bool
find_segment(const struct hn_elf *elf, struct hn_elf_segment *ret)
{
    size_t count = hn_elf_segment_count(elf);

    for (size_t i = 0; i < count && i < MAX_SEGMENTS; i++)
        if (hn_elf_segment(elf, i, ret) && ret->type == PT_GNU_EH_FRAME)
            return true;
    return false;
}

/* Of an image whose file is not here, the headers may be in memory. */
static bool
find_in_memory(struct hn_unwinder *u, const struct hn_image *image,
               struct hn_elf_segment *ret)
{
    uint8_t bytes[HEADER_BYTES];
    size_t size = hn_target_read_some(u->target, image->start, bytes, sizeof(bytes));
    struct hn_error ignored;
    struct hn_elf *elf;
    bool found;

    if (hn_elf_open_memory(bytes, size, &ignored, &elf))
        return false;
    found = find_segment(elf, ret);
    hn_elf_close(elf);
    return found;
}

static bool
find_header(struct hn_unwinder *u, const struct hn_image *image,
            struct hn_elf_segment *ret)
{
    return image->elf ? find_segment(image->elf, ret) : find_in_memory(u, image, ret);
}

static const char *
read_pairs(struct hn_unwinder *u, hn_addr header, uint64_t size, struct pair **ret,
           size_t *count_ret)
{
    uint8_t head[TABLE_HEAD];
    uint32_t count;
    struct pair *pairs;

    if (size < sizeof(head)
        || hn_target_read_some(u->target, header, head, sizeof(head)) != sizeof(head))
        return "its unwind tables are not in memory";
    if (head[0] != VERSION || head[2] != COUNT_U4 || head[3] != TABLE_DATAREL_S4)
        return "its unwind tables are of a kind we do not know";
    memcpy(&count, head + 8, sizeof(count));
    if (count > (size - sizeof(head)) / sizeof(*pairs))
        count = (uint32_t)((size - sizeof(head)) / sizeof(*pairs));
    if (count == 0)
        return "its unwind tables are empty";
    if (count > MAX_ROWS)
        return "its unwind tables are damaged";
    pairs = malloc(count * sizeof(*pairs));
    if (!pairs)
        return "there is no memory for its unwind tables";
    *count_ret = hn_target_read_some(u->target, header + sizeof(head), pairs,
                                     count * sizeof(*pairs))
                 / sizeof(*pairs);
    *ret = pairs;
    return NULL;
}

static int
by_start(const void *a, const void *b)
{
    const struct hn_unwind_row *left = a, *right = b;

    if (left->start != right->start)
        return left->start < right->start ? -1 : 1;
    return 0;
}

static void
sort_rows(struct hn_image *image)
{
    bool sorted = true;

    for (size_t i = 1; i < image->row_count && sorted; i++)
        sorted = image->rows[i].start >= image->rows[i - 1].start;
    if (!sorted)
        qsort(image->rows, image->row_count, sizeof(*image->rows), by_start);
}

static const char *
make_rows(struct hn_image *image, hn_addr header, const struct pair *pairs,
          size_t count)
{
    image->rows = malloc((count ? count : 1) * sizeof(*image->rows));
    if (!image->rows)
        return "there is no memory for its unwind tables";
    for (size_t i = 0; i < count; i++) {
        image->rows[i].start = header + (uint64_t)(int64_t)pairs[i].start;
        image->rows[i].fde = header + (uint64_t)(int64_t)pairs[i].fde;
    }
    image->row_count = count;
    return NULL;
}

static const char *
load(struct hn_unwinder *u, struct hn_image *image)
{
    struct hn_elf_segment segment;
    struct pair *pairs = NULL;
    size_t count = 0;
    const char *why;

    if (!find_header(u, image, &segment))
        return image->elf ? hn_scan_rows(u, image) : "its file is not here";
    why = read_pairs(u, image->bias + segment.address, segment.memory_size, &pairs,
                     &count);
    if (!why)
        why = make_rows(image, image->bias + segment.address, pairs, count);
    free(pairs);
    return why;
}

bool
hn_image_row(struct hn_unwinder *u, struct hn_image *image, hn_addr ip,
             struct hn_unwind_row *ret, const char **why_ret)
{
    size_t low = 0, high;

    if (!image->rows_tried) {
        image->rows_tried = true;
        image->rows_problem = load(u, image);
        sort_rows(image);
    }
    *why_ret = image->rows_problem;
    if (image->rows_problem)
        return false;
    high = image->row_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (image->rows[middle].start <= ip)
            low = middle + 1;
        else
            high = middle;
    }
    *why_ret = "no function of its unwind tables is there";
    if (low == 0)
        return false;
    *ret = image->rows[low - 1];
    return true;
}
