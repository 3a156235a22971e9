/* Segments, pages and chains of mimalloc: see mimalloc.h. */
#include "heap/mimalloc.h"

#include <string.h>

enum {
    /* Links of the chain that other threads free to carry two bits. */
    DELAYED_BITS = 3,
    /* A free span has 0 for the size of its blocks, and 1 once it is off the list of
     * free ones: so are all spans of a segment that was freed, whose memory stays as it
     * was until it is used again (mi_span_queue_delete). */
    SPAN_UNLISTED = 1,
    HEAP_OF_MEMORY = 0, /* _Py_MIMALLOC_HEAP_MEM */
    WORD = 8
};

/* MI_HUGE_BLOCK_SIZE: such a page has one block. */
#define HUGE_BLOCK (UINT64_C(1) << 31)

bool
hn_mi_exists(const struct hn_python *py)
{
    const struct hn_layout *layout = &py->layout;

    return hn_layout_has(layout, HN_MISEGMENT_SLICES)
           && hn_layout_has(layout, HN_MISEGMENT_SLICE_ENTRIES)
           && hn_layout_has(layout, HN_MISEGMENT_INFO_SLICES)
           && hn_layout_has(layout, HN_MIPAGE_CAPACITY)
           && hn_layout_has(layout, HN_MIPAGE_FREE)
           && layout->size[HN_STRUCT_MIPAGE] > 0
           && layout->size[HN_STRUCT_MISEGMENT]
                  > (uint32_t)layout->offset[HN_MISEGMENT_SLICES];
}

/* The array has one entry more than a segment has slices. */
static uint32_t
slices_of_segment(const struct hn_layout *layout)
{
    return (layout->size[HN_STRUCT_MISEGMENT]
            - (uint32_t)layout->offset[HN_MISEGMENT_SLICES])
               / layout->size[HN_STRUCT_MIPAGE]
           - 1;
}

uint64_t
hn_mi_segment_bytes(const struct hn_python *py)
{
    return (uint64_t)slices_of_segment(&py->layout) * HN_MI_SLICE;
}

static hn_addr
slice_at(const struct hn_python *py, hn_addr segment, uint32_t index)
{
    return hn_field_addr(py, HN_MISEGMENT_SLICES, segment)
           + (hn_addr)index * py->layout.size[HN_STRUCT_MIPAGE];
}

static bool
view(struct hn_python *py, enum hn_struct type, hn_addr at, struct hn_record *ret)
{
    size_t there;
    const uint8_t *bytes = hn_target_lend(py->target, at, &there);

    if (!bytes)
        return false;
    return hn_record_view(py, type, at, bytes, there, ret)
           || hn_record_load(py, type, at, ret) == HN_OK;
}

/* Its own description takes the first slices, and they say so: as a page of as many
 * slices, in use. */
enum hn_status
hn_mi_segment_load(struct hn_python *py, hn_addr at, struct hn_mi_segment *ret)
{
    const uint32_t most = slices_of_segment(&py->layout);
    struct hn_record rec, first;
    uint64_t entries, info;

    if (!view(py, HN_STRUCT_MISEGMENT, at, &rec))
        return HN_DONE;
    entries = hn_record_u64(&rec, HN_MISEGMENT_SLICE_ENTRIES);
    info = hn_record_u64(&rec, HN_MISEGMENT_INFO_SLICES);
    if (entries == 0 || entries > most || info == 0 || info >= entries
        || info * HN_MI_SLICE < py->layout.size[HN_STRUCT_MISEGMENT]
        || !view(py, HN_STRUCT_MIPAGE, slice_at(py, at, 0), &first)
        || hn_record_u64(&first, HN_MIPAGE_SLICE_COUNT) != info)
        return HN_DONE;
    *ret = (struct hn_mi_segment){ at, (uint32_t)info, (uint32_t)entries };
    return HN_OK;
}

static uint64_t
block_size(const struct hn_record *rec)
{
    return hn_layout_has(rec->layout, HN_MIPAGE_BLOCK_SIZE)
               ? hn_record_u64(rec, HN_MIPAGE_BLOCK_SIZE)
               : hn_record_u64_or_0(rec, HN_MIPAGE_SHORT_BLOCK_SIZE);
}

/* Blocks begin a little inside the page, so that those of different pages do not meet
 * in the cache (_mi_segment_page_start_from_slice). Since 2.2 the page says where. */
static hn_addr
first_block(const struct hn_record *rec, hn_addr slice, uint64_t size)
{
    if (hn_layout_has(rec->layout, HN_MIPAGE_START))
        return hn_record_u64(rec, HN_MIPAGE_START);
    if (size >= WORD && size <= 64)
        return slice + 3 * size;
    return size >= WORD && size <= 512 ? slice + size : slice;
}

/* --- chains of free blocks */

struct chain {
    struct hn_python *py;
    struct hn_mi_page *page;
    hn_addr null;     /* the page's description, which encoded links have for 0 */
    bool encoded;     /* debug builds */
    uint64_t keys[2]; /* then */
};

static uint64_t
rotate_right(uint64_t value, unsigned count)
{
    return count == 0 ? value : value >> count | value << (64 - count);
}

static hn_addr
decode(const struct chain *c, uint64_t link)
{
    uint64_t plain = link;

    if (c->encoded) {
        plain = rotate_right(link - c->keys[0], c->keys[0] % 64) ^ c->keys[1];
        if (plain == c->null)
            return 0;
    }
    return plain;
}

static bool
read_word(struct hn_python *py, hn_addr at, uint64_t *ret)
{
    size_t there;
    const uint8_t *bytes = hn_target_lend(py->target, at, &there);

    if (bytes && there >= WORD) {
        memcpy(ret, bytes, WORD);
        return true;
    }
    return hn_target_read_some(py->target, at, ret, WORD) == WORD;
}

/* Marks the blocks on a chain. A block can stand on one, once: that bounds the walk. */
static bool
mark_chain(const struct chain *c, hn_addr at)
{
    struct hn_mi_page *page = c->page;

    while (at != 0) {
        uint64_t offset = at - page->at, block = offset / page->block_size, link;

        if (at < page->at || offset % page->block_size != 0 || block >= page->capacity
            || hn_mi_is_free(page, (uint32_t)block) || !read_word(c->py, at, &link))
            return false;
        page->free[block / 64] |= UINT64_C(1) << (block % 64);
        page->used--;
        at = decode(c, link);
    }
    return true;
}

static bool
read_chains(struct hn_python *py, const struct hn_record *rec, struct hn_mi_page *page)
{
    struct chain c = {
        .py = py,
        .page = page,
        .null = rec->addr,
        .encoded = hn_layout_has(&py->layout, HN_MIPAGE_KEYS),
    };

    if (c.encoded
        && hn_target_read_some(py->target, hn_field_addr(py, HN_MIPAGE_KEYS, rec->addr),
                               c.keys, sizeof(c.keys))
               != sizeof(c.keys))
        return false;
    return mark_chain(&c, hn_record_u64(rec, HN_MIPAGE_FREE))
           && mark_chain(&c, hn_record_u64(rec, HN_MIPAGE_LOCAL_FREE))
           && mark_chain(&c, hn_record_u64(rec, HN_MIPAGE_OTHERS_FREE)
                                 & ~(uint64_t)DELAYED_BITS);
}

/* Free-threaded builds have heaps apart for what is no object, and a page says of which
 * it is: in a byte of its own since mimalloc 2.2, before in bits 3 to 6 of one. What
 * looks like an object there is none, such as the state of a module that begins with
 * the addresses of types. */
static bool
may_have_objects(const struct hn_record *rec)
{
    const struct hn_layout *layout = rec->layout;

    if (!(layout->flavour & HN_FLAVOUR_FREE_THREADED))
        return true;
    if (hn_layout_has(layout, HN_MIPAGE_HEAP_TAG))
        return hn_record_u64(rec, HN_MIPAGE_HEAP_TAG) != HEAP_OF_MEMORY;
    if (hn_layout_has(layout, HN_MIPAGE_HEAP_TAG_BITS))
        return (hn_record_u64(rec, HN_MIPAGE_HEAP_TAG_BITS) >> 3 & 15)
               != HEAP_OF_MEMORY;
    return true;
}

enum hn_status
hn_mi_page_load(struct hn_python *py, const struct hn_mi_segment *segment,
                uint32_t index, uint32_t *slices_ret, struct hn_mi_page *ret)
{
    hn_addr slice = segment->at + (hn_addr)index * HN_MI_SLICE;
    struct hn_record rec;
    uint64_t count, size;

    *slices_ret = 0;
    if (!view(py, HN_STRUCT_MIPAGE, slice_at(py, segment->at, index), &rec))
        return HN_E_CORRUPT;
    count = hn_record_u64(&rec, HN_MIPAGE_SLICE_COUNT);
    if (count == 0 || (count > segment->end - index && index > segment->first))
        return HN_E_CORRUPT;
    *slices_ret = (uint32_t)count;
    size = block_size(&rec);
    if (size <= SPAN_UNLISTED)
        return HN_DONE;
    ret->end = slice + count * HN_MI_SLICE;
    ret->at = first_block(&rec, slice, size);
    ret->capacity = (uint32_t)hn_record_u64(&rec, HN_MIPAGE_CAPACITY);
    if (ret->at < slice || ret->at >= ret->end)
        return HN_E_CORRUPT;
    ret->block_size = size < HUGE_BLOCK ? size : ret->end - ret->at;
    if (ret->capacity > (ret->end - ret->at) / ret->block_size)
        return HN_E_CORRUPT;
    ret->may_have_objects = may_have_objects(&rec);
    ret->used = ret->capacity;
    memset(ret->free, 0, (ret->capacity + 63) / 64 * sizeof(ret->free[0]));
    return read_chains(py, &rec, ret) ? HN_OK : HN_E_CORRUPT;
}
