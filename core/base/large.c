/* What malloc() maps by itself, with a word to the kernel: see large.h. */
#include "base/large.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

enum {
    /* Smaller ones do not matter. */
    LEAST = 16 << 20,
    PAGE = 4096
};

/* Whether it is heard or not, the array is the same. */
static void *
advised(void *array, size_t bytes)
{
    uintptr_t first = ((uintptr_t)array + PAGE - 1) / PAGE * PAGE;
    uintptr_t end = ((uintptr_t)array + bytes) / PAGE * PAGE;

    if (array && bytes >= LEAST)
        (void)madvise((char *)array + (first - (uintptr_t)array), end - first,
                      MADV_HUGEPAGE);
    return array;
}

void *
hn_large_alloc(size_t count, size_t size)
{
    return hn_large_realloc(NULL, count, size);
}

void *
hn_large_calloc(size_t count, size_t size)
{
    return advised(calloc(count, size), count * size);
}

void *
hn_large_realloc(void *array, size_t count, size_t size)
{
    return advised(reallocarray(array, count, size), count * size);
}
