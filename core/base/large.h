/* Arrays as long as the heap of another process: hundreds of megabytes, touched once
 * and given back. In pages of 2 MB, where the kernel has them for who asks, they are
 * gone in a third of the time: without, a Ctrl-C waits for that longer than for all
 * else. */
#ifndef HN_BASE_LARGE_H
#define HN_BASE_LARGE_H

#include <stddef.h>

/* @count items of @size bytes, not cleared; NULL when memory is short. To be freed with
 * free(), as all of these. */
void *
hn_large_alloc(size_t count, size_t size);

/* The same, cleared: what is never touched takes no memory but up to a large page. */
void *
hn_large_calloc(size_t count, size_t size);

/* @array, of any of these, with room for @count items; NULL leaves it as it was. */
void *
hn_large_realloc(void *array, size_t count, size_t size);

#endif
