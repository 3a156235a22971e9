/* Opening and closing the Python runtime of a target. */
#include "objects/preview.h"
#include "runtime/qualindex.h"

#include <stdlib.h>

enum hn_status
hn_runtime_open(struct hn_target *target, struct hn_runtime **ret)
{
    struct hn_runtime *rt = calloc(1, sizeof(*rt));
    enum hn_status st;

    if (!rt)
        return hn_fail(target->err, HN_E_NOMEM, 0, "no memory for the runtime");
    rt->py.target = target;
    rt->py.err = target->err;
    hn_arena_init(&rt->arena);
    st = hn_runtime_locate(rt);
    if (st) {
        hn_runtime_close(rt);
        return st;
    }
    hn_gc_settle(rt);
    *ret = rt;
    return HN_OK;
}

void
hn_runtime_refresh(struct hn_runtime *rt)
{
    hn_code_cache_clear(rt);
    hn_qualindex_destroy(rt->qualindex);
    rt->qualindex = NULL;
    hn_types_destroy(rt->types);
    rt->types = NULL;
    hn_arena_deinit(&rt->arena);
}

void
hn_runtime_close(struct hn_runtime *rt)
{
    if (!rt)
        return;
    hn_runtime_refresh(rt);
    free(rt);
}
