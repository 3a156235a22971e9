/* tuple and list: a count, and that many pointers; a tuple has them inside, a list
 * behind a pointer. CPython: Include/cpython/{tupleobject,listobject}.h. */
#include "objects/objects.h"

/* Where the items of @object begin; a list that never held anything has none (0). */
static enum hn_status
find_items(struct hn_python *py, hn_addr object, hn_addr *ret)
{
    hn_addr type;
    uint64_t flags;
    enum hn_status st = hn_object_flags(py, object, &type, &flags);

    if (st)
        return st;
    if (flags & HN_TPFLAG_LIST)
        return hn_field_read(py, HN_LIST_ITEMS, object, ret);
    if (!(flags & HN_TPFLAG_TUPLE))
        return hn_fail(py->err, HN_E_CORRUPT, object, "not a tuple or list");
    *ret = hn_field_addr(py, HN_TUPLE_ITEMS, object);
    return HN_OK;
}

enum hn_status
hn_items_load(struct hn_python *py, hn_addr object, size_t limit,
              struct hn_arena *arena, const hn_addr **ret, size_t *count_ret)
{
    hn_addr *items, at;
    uint64_t count;
    enum hn_status st = find_items(py, object, &at);

    if (!st)
        st = hn_field_read(py, HN_VAR_SIZE, object, &count);
    if (st)
        return st;
    if (count > limit)
        return hn_fail(py->err, HN_E_CORRUPT, object, "tuple or list is too long");
    items = hn_arena_array(arena, count, sizeof *items);
    if (!items)
        return hn_fail(py->err, HN_E_NOMEM, 0, "no memory for a tuple or list");
    st = hn_target_read(py->target, at, items, count * sizeof *items);
    if (st)
        return st;
    *ret = items;
    *count_ret = count;
    return HN_OK;
}
