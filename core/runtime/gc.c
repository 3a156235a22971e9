/* The garbage collector's state, for py-info and for the thread that collects.
 *
 * CPython: struct _gc_runtime_state, Include/internal/pycore_gc.h,
 * pycore_interp_structs.h; in the runtime up to 3.8, in each interpreter since. */
#include "runtime/gc.h"
#include "runtime/internal.h"

hn_addr
hn_gc_state(const struct hn_runtime *rt, hn_addr interp)
{
    const struct hn_python *py = &rt->py;

    if (hn_layout_has(&py->layout, HN_RUNTIME_GC))
        return hn_field_addr(py, HN_RUNTIME_GC, rt->address);
    if (hn_layout_has(&py->layout, HN_INTERP_GC))
        return hn_field_addr(py, HN_INTERP_GC, interp);
    return 0;
}

/* Distributions move the list heads (Debian's 3.13.5 and later): ask the lists. */
void
hn_gc_settle(struct hn_runtime *rt)
{
    struct hn_python *py = &rt->py;
    hn_addr interp;

    if (hn_field_read(py, HN_RUNTIME_INTERPRETERS_HEAD, rt->address, &interp) == HN_OK
        && hn_gc_state(rt, interp) != 0)
        hn_python_check_generations(py, hn_gc_state(rt, interp));
}

static bool
load_generations(struct hn_runtime *rt, hn_addr generations, struct hn_interpreter *ret)
{
    struct hn_python *py = &rt->py;
    uint32_t stride = py->layout.size[HN_STRUCT_GENERATION];

    for (unsigned i = 0; i < 3; i++) {
        struct hn_record rec;

        if (hn_record_load(py, HN_STRUCT_GENERATION, generations + (hn_addr)i * stride,
                           &rec))
            return false;
        ret->gc.threshold[i] = (int32_t)hn_record_i64(&rec, HN_GENERATION_THRESHOLD);
        ret->gc.count[i] = (int32_t)hn_record_i64(&rec, HN_GENERATION_COUNT);
    }
    return true;
}

void
hn_gc_load(struct hn_runtime *rt, struct hn_interpreter *ret)
{
    struct hn_python *py = &rt->py;
    hn_addr gc = hn_gc_state(rt, ret->addr);
    uint64_t enabled, collecting;

    if (gc == 0 || !hn_layout_has(&py->layout, HN_GC_COLLECTING)
        || hn_field_read(py, HN_GC_COLLECTING, gc, &collecting))
        return;
    ret->gc.collecting = collecting != 0;
    if (!hn_layout_has(&py->layout, HN_GC_ENABLED)
        || !hn_layout_has(&py->layout, HN_GC_GENERATIONS)
        || hn_field_read(py, HN_GC_ENABLED, gc, &enabled))
        return;
    ret->gc.enabled = enabled != 0;
    ret->gc.known = load_generations(rt, hn_field_addr(py, HN_GC_GENERATIONS, gc), ret);
}
