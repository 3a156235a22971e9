/* A target of one piece of memory: bytes that a test writes down, from BASE on. */
#ifndef HN_TESTS_LAYOUT_MEMORY_H
#define HN_TESTS_LAYOUT_MEMORY_H

#include <string.h>

#include "layout/python.h"

enum { BASE = 0x10000 };

struct memory {
    const void *bytes;
    size_t size;
};

static size_t
memory_read(void *impl, hn_addr addr, void *buf, size_t size)
{
    const struct memory *memory = impl;

    if (addr < BASE || addr >= BASE + memory->size)
        return 0;
    if (size > BASE + memory->size - addr)
        size = BASE + memory->size - addr;
    memcpy(buf, (const char *)memory->bytes + (addr - BASE), size);
    return size;
}

static const struct hn_target_ops memory_ops = { .kind = "core", .read = memory_read };

/* Opens @memory as the target of a release build of @hex; hn_target_close() it. */
static void
open_memory(struct memory *memory, uint32_t hex, unsigned flavour, struct hn_error *err,
            struct hn_python *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->err = err;
    assert_int_equal(hn_target_open_ops(&memory_ops, memory, err, &ret->target), HN_OK);
    assert_int_equal(hn_layout_find(hex, flavour, 40, err, &ret->layout), HN_OK);
    assert_int_equal(hn_layout_finish(&ret->layout, err), HN_OK);
}

#endif
