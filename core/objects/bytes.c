/* bytes: one run of memory behind its length. CPython: Include/cpython/bytesobject.h.
 */
#include "objects/objects.h"

static enum hn_status
bytes_size(struct hn_python *py, hn_addr object, uint64_t *ret)
{
    hn_addr type;
    uint64_t flags;
    enum hn_status st = hn_object_flags(py, object, &type, &flags);

    if (st)
        return st;
    if (!(flags & HN_TPFLAG_BYTES))
        return hn_fail(py->err, HN_E_CORRUPT, object, "not a bytes object");
    return hn_field_read(py, HN_VAR_SIZE, object, ret);
}

enum hn_status
hn_bytes_load(struct hn_python *py, hn_addr object, size_t limit,
              struct hn_arena *arena, const uint8_t **ret, size_t *size_ret)
{
    uint8_t *bytes;
    uint64_t size;
    enum hn_status st = bytes_size(py, object, &size);

    if (st)
        return st;
    if (size > limit)
        return hn_fail(py->err, HN_E_CORRUPT, object, "bytes object is too long");
    bytes = hn_arena_alloc(arena, size);
    if (!bytes)
        return hn_fail(py->err, HN_E_NOMEM, 0, "no memory for a bytes object");
    st = hn_target_read(py->target, hn_field_addr(py, HN_BYTES_VALUE, object), bytes,
                        size);
    if (st)
        return st;
    *ret = bytes;
    *size_ret = size;
    return HN_OK;
}
