/* Arrays that grow by doubling. The caller has the pointer to the items, their number
 * and a size_t for the capacity, which are all zero at first:
 *
 *     if (list->count >= NAMES_MOST
 *         || !HN_GROW(list->names, list->capacity, list->count + 1))
 *         return false;
 *     list->names[list->count++] = name;
 *
 * Makes room for at least @wanted items. False: memory is short, and array and capacity
 * are as they were. Where there is room it is a comparison and no more. @array and
 * @capacity are named, not pointed to; @wanted is evaluated twice. What has grown is
 * freed by free(), unless it is in an arena. */
#ifndef HN_BASE_GROW_H
#define HN_BASE_GROW_H

#include <stdbool.h>
#include <stddef.h>

struct hn_arena;

#define HN_GROW(array, capacity, wanted) \
    ((wanted) <= (capacity)              \
     || hn_grow(&(array), &(capacity), (wanted), sizeof(*(array))))

/* What is new of the array is zero. */
#define HN_GROW_CLEARED(array, capacity, wanted) \
    ((wanted) <= (capacity)                      \
     || hn_grow_cleared(&(array), &(capacity), (wanted), sizeof(*(array))))

/* In pages as for arrays as long as the heap of another process: see large.h. */
#define HN_GROW_LARGE(array, capacity, wanted) \
    ((wanted) <= (capacity)                    \
     || hn_grow_large(&(array), &(capacity), (wanted), sizeof(*(array))))

/* In @arena, which keeps the array that was too short: not for millions of items. What
 * is new is zero. */
#define HN_GROW_IN(arena, array, capacity, wanted) \
    ((wanted) <= (capacity)                        \
     || hn_grow_in((arena), &(array), &(capacity), (wanted), sizeof(*(array))))

/* What the macros call when there is no room. @array_pointer is the address of the
 * pointer to the items, of whatever type they are, @size that of one. */
bool
hn_grow(void *array_pointer, size_t *capacity, size_t wanted, size_t size);

bool
hn_grow_cleared(void *array_pointer, size_t *capacity, size_t wanted, size_t size);

bool
hn_grow_large(void *array_pointer, size_t *capacity, size_t wanted, size_t size);

bool
hn_grow_in(struct hn_arena *arena, void *array_pointer, size_t *capacity, size_t wanted,
           size_t size);

#endif
