/* One pool of pymalloc: header, chain of free blocks. See pools.h. */
#include "heap/pools.h"

#include <string.h>

enum { PAGE = 4 << 10, SIZE_CLASSES = 512 / HN_BLOCK_ALIGNMENT };

static uint32_t
u32_at(const uint8_t *bytes, const struct hn_layout *layout, enum hn_field field)
{
    uint32_t value;

    memcpy(&value, bytes + layout->offset[field], sizeof(value));
    return value;
}

static uint64_t
u64_at(const uint8_t *bytes, const struct hn_layout *layout, enum hn_field field)
{
    uint64_t value;

    memcpy(&value, bytes + layout->offset[field], sizeof(value));
    return value;
}

/* The header says how large its blocks are, and where the last one may begin: of that
 * follows how large the pool is. */
static bool
read_header(const struct hn_layout *layout, hn_addr at, const uint8_t *bytes,
            struct hn_pool *ret)
{
    const uint32_t header = layout->size[HN_STRUCT_POOL];
    uint32_t size_class = u32_at(bytes, layout, HN_POOL_SIZE_CLASS), last, next, blocks;

    if (size_class >= SIZE_CLASSES)
        return false;
    ret->at = at;
    ret->first = header;
    ret->block_size = (size_class + 1) * HN_BLOCK_ALIGNMENT;
    last = u32_at(bytes, layout, HN_POOL_MAX_NEXT_OFFSET);
    next = u32_at(bytes, layout, HN_POOL_NEXT_OFFSET);
    if (last > HN_POOL_MOST)
        return false;
    ret->size = last + ret->block_size;
    if ((ret->size != HN_POOL_MOST && ret->size != PAGE) || at % ret->size != 0
        || next < header || next > last + ret->block_size
        || (next - header) % ret->block_size != 0)
        return false;
    blocks = (ret->size - header) / ret->block_size;
    ret->carved = (next - header) / ret->block_size;
    ret->used = u32_at(bytes, layout, HN_POOL_COUNT);
    return ret->carved <= blocks && ret->used <= ret->carved;
}

/* Marks the blocks on the chain. It has exactly as many as are missing from those in
 * use; a chain that is shorter, longer, or leads elsewhere is damaged. */
static bool
read_chain(const struct hn_layout *layout, struct hn_pool *pool)
{
    uint64_t at = u64_at(pool->bytes, layout, HN_POOL_FREE_BLOCK);
    uint32_t left = pool->carved - pool->used;

    memset(pool->free, 0, sizeof(pool->free));
    for (; left > 0; left--) {
        uint64_t offset = at - pool->at - pool->first;
        uint32_t block = (uint32_t)(offset / pool->block_size);

        if (offset % pool->block_size != 0 || offset >= pool->size
            || block >= pool->carved || hn_pool_is_free(pool, block))
            return false;
        pool->free[block / 64] |= UINT64_C(1) << (block % 64);
        memcpy(&at, pool->bytes + pool->first + offset, sizeof(at));
    }
    return at == 0;
}

/* Pages that the process never touched are zeros. */
static const uint8_t *
copy_pool(struct hn_python *py, const struct hn_pool *pool, uint8_t *copy)
{
    for (uint32_t offset = 0; offset < pool->size; offset += PAGE) {
        size_t there;
        const uint8_t *page = hn_target_lend_some(py->target, pool->at + offset,
                                                  pool->size - offset, &there);

        if (page && there >= PAGE)
            memcpy(copy + offset, page, PAGE);
        else
            memset(copy + offset, 0, PAGE);
    }
    return copy;
}

enum hn_status
hn_pool_load(struct hn_python *py, hn_addr at, uint8_t copy[HN_POOL_MOST],
             struct hn_pool *ret)
{
    const struct hn_layout *layout = &py->layout;
    size_t there;

    ret->bytes = hn_target_lend(py->target, at, &there);
    if (!ret->bytes || there < layout->size[HN_STRUCT_POOL]
        || !read_header(layout, at, ret->bytes, ret))
        return HN_DONE;
    hn_target_hold(py->target, at); /* sizes of objects are looked up elsewhere */
    if (there < ret->size && py->target->kind == HN_PLACE_CORE)
        return HN_E_CORRUPT; /* the file ends here */
    if (there < ret->size)
        ret->bytes = copy_pool(py, ret, copy);
    return read_chain(layout, ret) ? HN_OK : HN_E_CORRUPT;
}

enum hn_status
hn_pool_check(struct hn_python *py, hn_addr at, uint8_t copy[HN_POOL_MOST],
              struct hn_pool *ret)
{
    const struct hn_layout *layout = &py->layout;
    const size_t header = layout->size[HN_STRUCT_POOL];
    size_t there;

    if (py->target->kind == HN_PLACE_CORE)
        return hn_pool_load(py, at, copy, ret);
    ret->bytes = hn_target_lend_some(py->target, at, header, &there);
    if (!ret->bytes || there < header || !read_header(layout, at, ret->bytes, ret))
        return HN_DONE;
    /* The chain of one without free blocks ends in the header. */
    if (ret->used < ret->carved)
        ret->bytes = copy_pool(py, ret, copy);
    return read_chain(layout, ret) ? HN_OK : HN_E_CORRUPT;
}
