/* Planes of bytes, compressed: see column.h. */
#include "snapshot/column.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

enum { WIDTH_MOST = 8, LEVEL = 1 };

struct hn_packer {
    uint8_t *planes;
    uint8_t *packed;
    size_t packed_room;
    ZSTD_CCtx *compressor;
    ZSTD_DCtx *decompressor;
};

struct hn_packer *
hn_packer_create(void)
{
    struct hn_packer *packer = calloc(1, sizeof(*packer));

    if (!packer)
        return NULL;
    packer->packed_room = ZSTD_compressBound((size_t)HN_COLUMN_CHUNK * WIDTH_MOST);
    packer->planes = malloc((size_t)HN_COLUMN_CHUNK * WIDTH_MOST);
    packer->packed = malloc(packer->packed_room);
    packer->compressor = ZSTD_createCCtx();
    packer->decompressor = ZSTD_createDCtx();
    if (packer->planes && packer->packed && packer->compressor && packer->decompressor)
        return packer;
    hn_packer_destroy(packer);
    return NULL;
}

void
hn_packer_destroy(struct hn_packer *packer)
{
    if (!packer)
        return;
    ZSTD_freeCCtx(packer->compressor);
    ZSTD_freeDCtx(packer->decompressor);
    free(packer->planes);
    free(packer->packed);
    free(packer);
}

/* One loop a width, so that each can be unrolled by the compiler. */

static void
split_words(uint8_t *planes, const uint64_t *numbers, size_t count, bool differences)
{
    uint64_t before = 0;

    for (size_t i = 0; i < count; i++) {
        uint64_t number = numbers[i] - before;

        before = differences ? numbers[i] : 0;
        for (unsigned b = 0; b < 8; b++)
            planes[b * count + i] = (uint8_t)(number >> 8 * b);
    }
}

static void
join_words(const uint8_t *planes, uint64_t *numbers, size_t count, bool differences)
{
    uint64_t before = 0;

    for (size_t i = 0; i < count; i++) {
        uint64_t number = before;

        for (unsigned b = 0; b < 8; b++)
            number += (uint64_t)planes[b * count + i] << 8 * b;
        numbers[i] = number;
        before = differences ? number : 0;
    }
}

static void
split_halves(uint8_t *planes, const uint32_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (unsigned b = 0; b < 4; b++)
            planes[b * count + i] = (uint8_t)(numbers[i] >> 8 * b);
}

static void
join_halves(const uint8_t *planes, uint32_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        numbers[i] = planes[i] | (uint32_t)planes[count + i] << 8
                     | (uint32_t)planes[2 * count + i] << 16
                     | (uint32_t)planes[3 * count + i] << 24;
}

bool
hn_column_pack(struct hn_packer *packer, const struct hn_column *column,
               const void *numbers, size_t count, const uint8_t **ret, size_t *size_ret)
{
    size_t size = count * column->width;

    if (count > HN_COLUMN_CHUNK)
        return false;
    if (column->width == 8)
        split_words(packer->planes, numbers, count, column->differences);
    else if (column->width == 4)
        split_halves(packer->planes, numbers, count);
    else
        memcpy(packer->planes, numbers, count);
    size = ZSTD_compressCCtx(packer->compressor, packer->packed, packer->packed_room,
                             packer->planes, size, LEVEL);
    if (ZSTD_isError(size))
        return false;
    *ret = packer->packed;
    *size_ret = size;
    return true;
}

bool
hn_column_unpack(struct hn_packer *packer, const struct hn_column *column,
                 const uint8_t *bytes, size_t size, size_t count, void *ret)
{
    size_t wanted = count * column->width;

    if (count > HN_COLUMN_CHUNK
        || ZSTD_decompressDCtx(packer->decompressor, packer->planes, wanted, bytes,
                               size)
               != wanted)
        return false;
    if (column->width == 8)
        join_words(packer->planes, ret, count, column->differences);
    else if (column->width == 4)
        join_halves(packer->planes, ret, count);
    else
        memcpy(ret, packer->planes, count);
    return true;
}
