/* _Py_DebugOffsets: random blocks laid over every kind of layout.
 *
 * The first byte chooses the CPython that the block is laid over; the rest is the
 * block, whose cookie and version are put in so that most runs get past them. Whatever
 * is accepted must pass the check before trust, or be refused by it, and never leave a
 * field outside its structure. */
#include "layout/layout.h"

#include <stdlib.h>
#include <string.h>

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { MUTEX_BYTES = 40, MAX_BLOCK = 4096 };

static void
check(struct hn_layout *layout)
{
    struct hn_error err;

    if (hn_layout_finish(layout, &err) != HN_OK)
        return;
    for (int field = 0; field < HN_FIELD_COUNT; field++) {
        const struct hn_field_info *info = hn_field_info(field);

        if (hn_layout_has(layout, field)
            && (uint32_t)layout->offset[field] + info->width > layout->size[info->type])
            abort();
        if (hn_layout_has(layout, field) != (layout->source[field] != HN_SOURCE_NONE))
            abort();
    }
}

static void
lay_over(uint32_t hex, unsigned flavour, const uint8_t *block, size_t size)
{
    struct hn_layout layout;
    struct hn_error err;

    if (hn_layout_find(hex, flavour, MUTEX_BYTES, &err, &layout) == HN_OK
        && hn_layout_overlay(&layout, block, size, &err) == HN_OK)
        check(&layout);
    if (hn_layout_from_debug_offsets(block, size, MUTEX_BYTES, &err, &layout) == HN_OK)
        check(&layout);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const uint32_t versions[] = { HN_HEX(3, 13, 0),  HN_HEX(3, 13, 18),
                                         HN_HEX(3, 14, 10), HN_HEX(3, 15, 2),
                                         HN_HEX(3, 15, 9),  HN_HEX(3, 16, 0) };
    uint64_t head[3];
    uint8_t block[MAX_BLOCK];
    unsigned choice;

    if (size < 1 + sizeof(head) || size > MAX_BLOCK)
        return 0;
    choice = bytes[0];
    size--;
    memcpy(block, bytes + 1, size);
    memcpy(&head[0], "xdebugpy", 8);
    head[1] = versions[choice / 2 % (sizeof(versions) / sizeof(versions[0]))];
    head[2] = choice & 1;
    memcpy(block, head, sizeof(head));
    lay_over((uint32_t)head[1], choice & 1 ? HN_FLAVOUR_FREE_THREADED : 0, block, size);
    return 0;
}
