/* A bounded walk over bytes that came from the target: every step says whether
 * there was anything left, none ever reads past the end. Little-endian. */
#ifndef HN_BASE_CURSOR_H
#define HN_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct hn_cursor {
    const uint8_t *at, *end;
};

static inline struct hn_cursor
hn_cursor_make(const void *bytes, size_t size)
{
    const uint8_t *at = bytes;

    return (struct hn_cursor){ at, size ? at + size : at };
}

static inline size_t
hn_cursor_left(const struct hn_cursor *c)
{
    return (size_t)(c->end - c->at);
}

static inline bool
hn_cursor_copy(struct hn_cursor *c, void *ret, size_t size)
{
    if (hn_cursor_left(c) < size)
        return false;
    if (size > 0)
        memcpy(ret, c->at, size);
    c->at += size;
    return true;
}

static inline bool
hn_cursor_skip(struct hn_cursor *c, size_t size)
{
    if (hn_cursor_left(c) < size)
        return false;
    c->at += size;
    return true;
}

static inline bool
hn_cursor_u8(struct hn_cursor *c, uint8_t *ret)
{
    return hn_cursor_copy(c, ret, 1);
}

static inline bool
hn_cursor_u32(struct hn_cursor *c, uint32_t *ret)
{
    return hn_cursor_copy(c, ret, 4);
}

static inline bool
hn_cursor_u64(struct hn_cursor *c, uint64_t *ret)
{
    return hn_cursor_copy(c, ret, 8);
}

#endif
