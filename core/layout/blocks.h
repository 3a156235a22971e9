/* Where _Py_DebugOffsets keeps what, by minor version: generated data. */
#ifndef HN_LAYOUT_BLOCKS_H
#define HN_LAYOUT_BLOCKS_H

#include "layout/layout.h"

struct hn_published_size {
    uint8_t type; /* enum hn_struct */
    uint16_t at;  /* of the u64, in the block */
};

struct hn_published_field {
    uint16_t field;    /* enum hn_field */
    uint16_t at, base; /* of two u64: the field is at the first minus the second; base
                          0: at the first */
};

struct hn_block {
    unsigned minor;
    uint16_t size;
    uint16_t size_count, field_count;
    const struct hn_published_size *sizes;
    const struct hn_published_field *fields;
};

/* NULL when 3.@minor has no block, or one we do not know. */
const struct hn_block *
hn_block_find(unsigned minor);

const struct hn_block *
hn_block_newest(void);

/* What a block says, as numbers that can be true. */
struct hn_published {
    uint32_t size[HN_STRUCT_COUNT]; /* 0: not published */
    int32_t offset[HN_FIELD_COUNT]; /* -1: not published, or there is no such field */
};

/* Reads a block of @known's form. Structures whose size is not published are taken to
 * have @base's. HN_E_CORRUPT unless all of it can be true. */
HN_MUST_CHECK enum hn_status
hn_block_read(const struct hn_block *known, const uint8_t *bytes,
              const struct hn_layout *base, struct hn_error *err,
              struct hn_published *ret);

#endif
