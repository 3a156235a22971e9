/* The next capacity, and the ways to an array of that length: see grow.h.
 *
 * The pointer to the items is copied in and out as bytes: its type is not known here.
 */
#include "base/grow.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/large.h"

/* Most lists stay short, and of some there is one for each thread. */
enum { FIRST = 16 };

/* 0: there is no such number. */
static size_t
doubled(size_t capacity, size_t wanted)
{
    if (capacity == 0)
        capacity = FIRST;
    while (capacity < wanted) {
        if (capacity > SIZE_MAX / 2)
            return 0;
        capacity *= 2;
    }
    return capacity;
}

static void *
array_at(const void *array_pointer)
{
    void *array;

    memcpy(&array, array_pointer, sizeof(array));
    return array;
}

/* @grown is the array from now on, unless it is NULL. */
static bool
replace(void *array_pointer, size_t *capacity, void *grown, size_t room)
{
    if (!grown)
        return false;
    memcpy(array_pointer, &grown, sizeof(grown));
    *capacity = room;
    return true;
}

bool
hn_grow(void *array_pointer, size_t *capacity, size_t wanted, size_t size)
{
    size_t room = doubled(*capacity, wanted);
    void *grown = room ? reallocarray(array_at(array_pointer), room, size) : NULL;

    return replace(array_pointer, capacity, grown, room);
}

bool
hn_grow_large(void *array_pointer, size_t *capacity, size_t wanted, size_t size)
{
    size_t room = doubled(*capacity, wanted);
    void *grown = room ? hn_large_realloc(array_at(array_pointer), room, size) : NULL;

    return replace(array_pointer, capacity, grown, room);
}

bool
hn_grow_cleared(void *array_pointer, size_t *capacity, size_t wanted, size_t size)
{
    size_t before = *capacity;

    if (!hn_grow(array_pointer, capacity, wanted, size))
        return false;
    memset((char *)array_at(array_pointer) + before * size, 0,
           (*capacity - before) * size);
    return true;
}

bool
hn_grow_in(struct hn_arena *arena, void *array_pointer, size_t *capacity, size_t wanted,
           size_t size)
{
    size_t room = doubled(*capacity, wanted);
    void *grown = room ? hn_arena_array(arena, room, size) : NULL;

    if (grown && *capacity > 0)
        memcpy(grown, array_at(array_pointer), *capacity * size);
    return replace(array_pointer, capacity, grown, room);
}
