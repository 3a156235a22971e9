/* Words out of copied bytes, which need not be aligned. */
#ifndef HN_BASE_TAKE_H
#define HN_BASE_TAKE_H

#include <stdint.h>
#include <string.h>

/* @offset may not lead out of what @bytes has. */
static inline uint64_t
hn_take_u64(const uint8_t *bytes, int64_t offset)
{
    uint64_t value;

    memcpy(&value, bytes + offset, sizeof(value));
    return value;
}

static inline uint32_t
hn_take_u32(const uint8_t *bytes, int64_t offset)
{
    uint32_t value;

    memcpy(&value, bytes + offset, sizeof(value));
    return value;
}

#endif
