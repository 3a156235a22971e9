/* Who has the GIL of an interpreter.
 *
 * Up to 3.11 the runtime has one GIL, and _PyRuntime.gilstate.tstate_current is the
 * thread that has it. Since 3.12 (PEP 684) an interpreter points to its own or to a
 * shared one; last_holder stays set after release, so it counts only while locked.
 * CPython: Include/internal/pycore_gil.h. */
#include "runtime/internal.h"

#include <string.h>

static enum hn_status
load_runtime_gil(struct hn_runtime *rt, struct hn_gil *ret)
{
    struct hn_python *py = &rt->py;
    enum hn_status st =
        hn_field_read(py, HN_RUNTIME_TSTATE_CURRENT, rt->address, &ret->holder);

    ret->exists = true;
    ret->addr = hn_field_addr(py, HN_RUNTIME_GIL, rt->address);
    ret->size = py->layout.size[HN_STRUCT_GIL];
    ret->locked = ret->holder != 0;
    return st;
}

static enum hn_status
load_interpreter_gil(struct hn_runtime *rt, hn_addr interp, struct hn_gil *ret)
{
    struct hn_python *py = &rt->py;
    struct hn_record rec;
    enum hn_status st = hn_field_read(py, HN_INTERP_GIL, interp, &ret->addr);

    if (st || ret->addr == 0)
        return st; /* not created yet, or taken down already */
    ret->size = py->layout.size[HN_STRUCT_GIL];
    ret->own = ret->addr == hn_field_addr(py, HN_INTERP_OWN_GIL, interp);
    st = hn_record_load(py, HN_STRUCT_GIL, ret->addr, &rec);
    if (st)
        return st;
    ret->exists = !hn_layout_has(&py->layout, HN_GIL_ENABLED)
                  || hn_record_u64(&rec, HN_GIL_ENABLED) != 0;
    ret->locked = hn_record_i64(&rec, HN_GIL_LOCKED) == 1;
    if (ret->exists && ret->locked)
        ret->holder = hn_record_u64(&rec, HN_GIL_LAST_HOLDER);
    return HN_OK;
}

enum hn_status
hn_gil_load(struct hn_runtime *rt, hn_addr interp, struct hn_gil *ret)
{
    enum hn_status st;

    memset(ret, 0, sizeof(*ret));
    if (rt->py.layout.formats.gil == HN_GIL_RUNTIME_CURRENT)
        st = load_runtime_gil(rt, ret);
    else
        st = load_interpreter_gil(rt, interp, ret);
    return st ? hn_error_context(rt->py.err, "reading the GIL") : HN_OK;
}
