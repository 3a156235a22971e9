/* What of a numpy array is the same in all versions (numpy/ndarraytypes.h, 1.x
 * and 2.x): PyArrayObject_fields behind the header, and the beginning of PyArray_Descr.
 */
#ifndef HN_OBJECTS_NUMPY_H
#define HN_OBJECTS_NUMPY_H

#include <stddef.h>

#include "layout/python.h"

struct hn_numpy_array {
    hn_addr data;
    uint32_t dimension_count, padding;
    hn_addr dimensions, strides, base, descriptor;
    uint32_t flags, padding_2;
};

enum {
    HN_NUMPY_OWNS_DATA = 4,        /* a flag: the memory is the array's own */
    HN_NUMPY_DIMENSIONS_MOST = 64, /* NPY_MAXDIMS of numpy 2 */
    HN_NUMPY_BASE_AT = offsetof(struct hn_numpy_array, base),
    HN_NUMPY_KIND_AT = 8 /* in a descriptor, behind its header: 'O', 'f', ... */
};

/* Takes the fields from @body, the first @size bytes of an array; false when there are
 * fewer, or they cannot be true. */
bool
hn_numpy_array_view(const struct hn_python *py, const uint8_t *body, size_t size,
                    struct hn_numpy_array *ret);

/* How many items it has, by its shape; false when that cannot be read or true. */
bool
hn_numpy_count(struct hn_python *py, const struct hn_numpy_array *array, uint64_t *ret);

/* Bytes of memory that its items take: from one to the next along the longest way. For
 * an array that owns its data they lie without gaps. */
bool
hn_numpy_bytes(struct hn_python *py, const struct hn_numpy_array *array, uint64_t *ret);

#endif
