/* The shape of numpy arrays: see numpy.h. */
#include "objects/numpy.h"

#include <string.h>

enum { WORD = 8 };

bool
hn_numpy_array_view(const struct hn_python *py, const uint8_t *body, size_t size,
                    struct hn_numpy_array *ret)
{
    const uint32_t header = py->layout.size[HN_STRUCT_OBJECT];

    if (size < header + sizeof(*ret))
        return false;
    memcpy(ret, body + header, sizeof(*ret));
    return ret->dimension_count <= HN_NUMPY_DIMENSIONS_MOST;
}

static bool
read_words(struct hn_python *py, hn_addr at, uint32_t count, int64_t *ret)
{
    const size_t size = (size_t)count * WORD;

    return size == 0 || hn_target_read_some(py->target, at, ret, size) == size;
}

bool
hn_numpy_count(struct hn_python *py, const struct hn_numpy_array *array, uint64_t *ret)
{
    int64_t lengths[HN_NUMPY_DIMENSIONS_MOST];
    uint64_t count = 1;

    if (!read_words(py, array->dimensions, array->dimension_count, lengths))
        return false;
    for (uint32_t i = 0; i < array->dimension_count; i++)
        if (lengths[i] < 0
            || __builtin_mul_overflow(count, (uint64_t)lengths[i], &count))
            return false;
    *ret = count;
    return true;
}

/* Without gaps the longest step times its length is everything, whatever the order. */
bool
hn_numpy_bytes(struct hn_python *py, const struct hn_numpy_array *array, uint64_t *ret)
{
    int64_t lengths[HN_NUMPY_DIMENSIONS_MOST], strides[HN_NUMPY_DIMENSIONS_MOST];
    uint64_t most = 0;

    if (!read_words(py, array->dimensions, array->dimension_count, lengths)
        || !read_words(py, array->strides, array->dimension_count, strides))
        return false;
    for (uint32_t i = 0; i < array->dimension_count; i++) {
        uint64_t bytes, step = (uint64_t)(strides[i] < 0 ? -strides[i] : strides[i]);

        if (lengths[i] < 0
            || __builtin_mul_overflow(step, (uint64_t)lengths[i], &bytes))
            return false;
        if (lengths[i] == 0) {
            *ret = 0;
            return true;
        }
        if (bytes > most)
            most = bytes;
    }
    *ret = most;
    return true;
}
