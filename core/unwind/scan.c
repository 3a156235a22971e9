/* Rows for files without .eh_frame_hdr, which static programs often lack: .eh_frame
 * itself is walked once, entry by entry. Format: the Linux Standard Base, "Exception
 * Frames". Section headers say where it is, so the file must be here. */
#include <stdlib.h>

#include "base/cursor.h"
#include "base/grow.h"
#include "elf/elf.h"
#include "unwind/private.h"

enum {
    MAX_BYTES = 1 << 27,      /* the largest programs have some 20 MB of it */
    LONG_LENGTH = 0xffffffff, /* a length of 8 bytes follows: nobody writes that */
    /* How addresses are written: 4 bytes, 8 bytes, from where they stand. */
    RELATIVE_4 = 0x1b,
    RELATIVE_8 = 0x1c,
};

struct scan {
    const uint8_t *bytes;
    size_t size;
    hn_addr at; /* of @bytes in memory */
    struct hn_unwind_row *rows;
    size_t count, capacity;
};

/* How the entries that belong to the CIE at @at write addresses. */
static bool
encoding_of(const struct scan *s, size_t at, uint8_t *ret)
{
    struct hn_cursor c = hn_cursor_make(s->bytes + at, s->size - at);
    struct hn_cie cie;

    if (!hn_cfi_cie(&c, &cie))
        return false;
    *ret = cie.encoding;
    return true;
}

static bool
read_start(const struct scan *s, size_t at, uint8_t encoding, hn_addr *ret)
{
    struct hn_cursor c = hn_cursor_make(s->bytes + at, s->size - at);
    uint64_t wide;
    uint32_t narrow;

    switch (encoding) {
    case RELATIVE_4:
        if (!hn_cursor_u32(&c, &narrow))
            return false;
        *ret = s->at + at + (uint64_t)(int64_t)(int32_t)narrow;
        return true;
    case RELATIVE_8:
    case HN_CFI_ABSOLUTE:
        if (!hn_cursor_u64(&c, &wide))
            return false;
        *ret = encoding == HN_CFI_ABSOLUTE ? wide : s->at + at + wide;
        return true;
    }
    return false;
}

static bool
add(struct scan *s, hn_addr start, hn_addr fde)
{
    if (!HN_GROW(s->rows, s->capacity, s->count + 1))
        return false;
    s->rows[s->count++] = (struct hn_unwind_row){ start, fde };
    return true;
}

/* One entry; false at the end. One that is not understood is stepped over. */
static bool
take_entry(struct scan *s, size_t *at)
{
    struct hn_cursor c = hn_cursor_make(s->bytes + *at, s->size - *at);
    uint32_t length, id;
    size_t entry = *at;
    uint8_t encoding;
    hn_addr start;

    if (!hn_cursor_u32(&c, &length) || length < 4 || length == LONG_LENGTH
        || length > hn_cursor_left(&c) || !hn_cursor_u32(&c, &id))
        return false;
    *at += 4 + (size_t)length;
    /* Of an FDE, how far back from here its CIE is; 0: it is one. */
    if (id == 0 || id > entry + 4 || !encoding_of(s, entry + 4 - id, &encoding)
        || !read_start(s, entry + 8, encoding, &start))
        return true;
    return add(s, start, s->at + entry);
}

const char *
hn_scan_rows(struct hn_unwinder *u, struct hn_image *image)
{
    struct scan s = { .bytes = NULL };
    uint64_t address, size;
    uint8_t *bytes;
    size_t at = 0;

    if (!image->elf || !hn_elf_section(image->elf, ".eh_frame", &address, &size)
        || size == 0)
        return "it has no unwind tables";
    if (size > MAX_BYTES)
        return "its unwind tables are damaged";
    bytes = malloc((size_t)size);
    if (!bytes)
        return "there is no memory for its unwind tables";
    s.bytes = bytes;
    s.at = image->bias + address;
    s.size = hn_target_read_some(u->target, s.at, bytes, (size_t)size);
    while (take_entry(&s, &at))
        ;
    free(bytes);
    image->rows = s.rows;
    image->row_count = s.count;
    return s.count ? NULL : "its unwind tables are empty";
}
