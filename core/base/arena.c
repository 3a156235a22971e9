/* Arena allocation: a list of blocks, each filled front to back. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct hn_arena_block {
    struct hn_arena_block *older;
    size_t size, used;
    alignas(max_align_t) char bytes[];
};

/* Blocks grow with the arena so that a large result needs few of them. */
enum { MIN_BLOCK = 1 << 12, MAX_BLOCK = 1 << 20 };

void
hn_arena_init(struct hn_arena *arena)
{
    *arena = (struct hn_arena){ NULL, 0 };
}

static void
free_down_to(struct hn_arena *arena, const struct hn_arena_block *keep)
{
    while (arena->last != keep) {
        struct hn_arena_block *older = arena->last->older;

        free(arena->last);
        arena->last = older;
    }
}

void
hn_arena_deinit(struct hn_arena *arena)
{
    free_down_to(arena, NULL);
    arena->total = 0;
}

static struct hn_arena_block *
add_block(struct hn_arena *arena, size_t at_least)
{
    size_t size = arena->last ? arena->last->size * 2 : MIN_BLOCK;
    struct hn_arena_block *block;

    if (size > MAX_BLOCK)
        size = MAX_BLOCK;
    if (size < at_least)
        size = at_least;
    if (size > SIZE_MAX - sizeof(*block))
        return NULL;
    block = malloc(sizeof(*block) + size);
    if (!block)
        return NULL;
    block->older = arena->last;
    block->size = size;
    block->used = 0;
    arena->last = block;
    return block;
}

void *
hn_arena_alloc(struct hn_arena *arena, size_t size)
{
    struct hn_arena_block *block = arena->last;
    const size_t align = alignof(max_align_t);
    size_t rounded;
    void *bytes;

    if (size > SIZE_MAX - align)
        return NULL;
    rounded = (size + align - 1) & ~(align - 1);
    if (!block || block->size - block->used < rounded) {
        block = add_block(arena, rounded);
        if (!block)
            return NULL;
    }
    bytes = block->bytes + block->used;
    block->used += rounded;
    arena->total += rounded;
    return memset(bytes, 0, rounded);
}

void *
hn_arena_array(struct hn_arena *arena, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    return hn_arena_alloc(arena, bytes);
}

char *
hn_arena_copy(struct hn_arena *arena, const char *bytes, size_t size)
{
    char *copy = size < SIZE_MAX ? hn_arena_alloc(arena, size + 1) : NULL;

    if (copy && size > 0)
        memcpy(copy, bytes, size);
    return copy;
}

char *
hn_arena_format(struct hn_arena *arena, const char *format, ...)
{
    va_list args;
    char *text;
    int length;

    va_start(args, format);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0)
        return NULL;
    text = hn_arena_alloc(arena, (size_t)length + 1);
    if (!text)
        return NULL;
    va_start(args, format);
    vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    return text;
}

struct hn_arena_mark
hn_arena_mark(const struct hn_arena *arena)
{
    size_t used = arena->last ? arena->last->used : 0;

    return (struct hn_arena_mark){ arena->last, used, arena->total };
}

void
hn_arena_reset(struct hn_arena *arena, struct hn_arena_mark mark)
{
    free_down_to(arena, mark.block);
    if (arena->last)
        arena->last->used = mark.used;
    arena->total = mark.total;
}
