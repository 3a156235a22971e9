/* From an address back to its block: pools and segments lie at multiples of their
 * sizes. */
#include "heap/where.h"

#include <stdlib.h>

#include "heap/mimalloc.h"
#include "heap/pools.h"

/* Sizes that pools were built with: 16 KiB since 3.10, before 4 (bpo-37448). */
static const uint32_t pool_sizes[] = { 16 << 10, 4 << 10 };

static enum hn_status
find_in_pool(struct hn_python *py, hn_addr object, struct hn_object_block *ret)
{
    uint8_t copy[HN_POOL_MOST];
    struct hn_pool pool;

    for (size_t i = 0; i < sizeof(pool_sizes) / sizeof(pool_sizes[0]); i++) {
        hn_addr at = object & ~(hn_addr)(pool_sizes[i] - 1);
        uint32_t block;

        if (hn_pool_load(py, at, copy, &pool) != HN_OK || pool.size != pool_sizes[i]
            || object < at + pool.first)
            continue;
        block = (uint32_t)((object - at - pool.first) / pool.block_size);
        *ret = (struct hn_object_block){
            .allocator = "pymalloc",
            .at = at + pool.first + (hn_addr)block * pool.block_size,
            .size = pool.block_size,
            .pool = at,
            .used = pool.used,
            .blocks = (pool.size - pool.first) / pool.block_size,
            .is_free = block >= pool.carved || hn_pool_is_free(&pool, block),
        };
        return HN_OK;
    }
    return HN_DONE;
}

/* Pages follow one another: they are walked up to the one that holds @object. */
static enum hn_status
find_in_page(struct hn_python *py, hn_addr object, struct hn_mi_page *page,
             struct hn_object_block *ret)
{
    struct hn_mi_segment segment;
    uint32_t slices;
    enum hn_status st = hn_mi_segment_load(
        py, object / hn_mi_segment_bytes(py) * hn_mi_segment_bytes(py), &segment);

    if (st)
        return st;
    for (uint32_t i = segment.first; i < segment.end; i += slices) {
        uint64_t block;

        st = hn_mi_page_load(py, &segment, i, &slices, page);
        if (slices == 0)
            return HN_DONE;
        if (st || object < page->at || object >= page->end)
            continue;
        block = (object - page->at) / page->block_size;
        *ret = (struct hn_object_block){
            .allocator = "mimalloc",
            .at = page->at + block * page->block_size,
            .size = page->block_size,
            .pool = segment.at + (hn_addr)i * HN_MI_SLICE,
            .used = page->used,
            .blocks = page->capacity,
            .is_free = block >= page->capacity || hn_mi_is_free(page, (uint32_t)block),
        };
        return HN_OK;
    }
    return HN_DONE;
}

enum hn_status
hn_heap_block_find(struct hn_python *py, hn_addr object, struct hn_object_block *ret)
{
    struct hn_mi_page *page;
    enum hn_status st = HN_DONE;

    if (hn_layout_has(&py->layout, HN_POOL_MAX_NEXT_OFFSET))
        st = find_in_pool(py, object, ret);
    if (st != HN_DONE || !hn_mi_exists(py))
        return st;
    page = malloc(sizeof(*page));
    if (!page)
        return hn_fail(py->err, HN_E_NOMEM, 0, "no memory for a page");
    st = find_in_page(py, object, page, ret);
    free(page);
    return st;
}
