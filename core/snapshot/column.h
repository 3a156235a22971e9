/* Columns: one number of each of many objects or traces, packed.
 *
 * The numbers of a chunk are split into planes, all lowest bytes first, then all
 * second ones, and compressed by zstd: the planes of small numbers are zeros, and what
 * changes from object to object stands apart from what does not. Ascending numbers are
 * kept as differences. */
#ifndef HN_SNAPSHOT_COLUMN_H
#define HN_SNAPSHOT_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Numbers in a chunk, but for the last: what is unpacked at once stays within 8 MB. */
enum { HN_COLUMN_CHUNK = 1 << 20 };

/* What packing and unpacking need beside the numbers; made once, used for each chunk.
 */
struct hn_packer;

/* NULL for want of memory. */
struct hn_packer *
hn_packer_create(void);

void
hn_packer_destroy(struct hn_packer *packer);

/* How numbers are kept: @width bytes each, 1, 4 or 8. */
struct hn_column {
    const char *name;
    unsigned width;
    bool differences; /* each is kept as the difference to the one before */
};

/* @count numbers of column->width bytes; @count is at most HN_COLUMN_CHUNK. The bytes
 * belong to the packer and last until its next use. */
bool
hn_column_pack(struct hn_packer *packer, const struct hn_column *column,
               const void *numbers, size_t count, const uint8_t **ret,
               size_t *size_ret);

/* False when @bytes are not @count such numbers. */
bool
hn_column_unpack(struct hn_packer *packer, const struct hn_column *column,
                 const uint8_t *bytes, size_t size, size_t count, void *ret);

#endif
