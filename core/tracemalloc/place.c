/* From 3.12 on the tables hang off _PyRuntime. Before, they are static variables: their
 * symbols are in .symtab, which strip takes away; only the switches have an exported
 * name. Without symbols tables are found by their shape. */
#include "tracemalloc/place.h"

#include <stdlib.h>

static enum hn_status
check_switches(struct hn_python *py, uint64_t tracing, uint64_t limit, hn_addr at)
{
    if (tracing > 1 || limit < 1 || limit > INT32_MAX)
        return hn_fail(py->err, HN_E_CORRUPT, at,
                       "tracemalloc's switches make no sense");
    return HN_OK;
}

static enum hn_status
find_in_runtime(struct hn_runtime *rt, struct hn_trace_place *ret)
{
    struct hn_python *py = &rt->py;
    hn_addr at = hn_field_addr(py, HN_RUNTIME_TRACEMALLOC, rt->address);
    struct hn_record rec;
    uint64_t limit;
    enum hn_status st = hn_record_load(py, HN_STRUCT_TRACEMALLOC, at, &rec);

    if (st)
        return st;
    limit = hn_record_u64(&rec, HN_TRACEMALLOC_MAX_FRAMES);
    *ret = (struct hn_trace_place){
        .tracing = hn_record_u64(&rec, HN_TRACEMALLOC_TRACING) != 0,
        .limit = (uint32_t)limit,
        .traced = hn_record_u64(&rec, HN_TRACEMALLOC_TRACED_MEMORY),
        .peak = hn_record_u64(&rec, HN_TRACEMALLOC_PEAK_TRACED_MEMORY),
        .has_peak = true,
        .traces = hn_record_u64(&rec, HN_TRACEMALLOC_TRACES),
        .domains = hn_record_u64(&rec, HN_TRACEMALLOC_DOMAINS),
    };
    return check_switches(py, hn_record_u64(&rec, HN_TRACEMALLOC_TRACING), limit, at);
}

/* The module in which @name lies nearest to _PyRuntime: the same file can be mapped
 * twice, and only one of the two is alive. */
static const struct hn_module *
nearest_module(struct hn_runtime *rt, const char *name, hn_addr *ret)
{
    const struct hn_module *modules, *best = NULL;
    size_t count;
    hn_addr at;

    if (hn_target_modules(rt->py.target, &modules, &count) != HN_OK)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        if (hn_module_symbol(rt->py.target, &modules[i], name, &at, NULL) != HN_OK)
            continue;
        if (best
            && llabs((int64_t)(at - rt->address))
                   >= llabs((int64_t)(*ret - rt->address)))
            continue;
        best = &modules[i];
        *ret = at;
    }
    return best;
}

static enum hn_status
read_switches(struct hn_runtime *rt, hn_addr at, struct hn_trace_place *ret)
{
    struct hn_record rec;
    enum hn_status st = hn_record_load(&rt->py, HN_STRUCT_TRACECONFIG, at, &rec);

    if (st)
        return st;
    ret->tracing = hn_record_u64(&rec, HN_TRACECONFIG_TRACING) != 0;
    ret->limit = (uint32_t)hn_record_u64(&rec, HN_TRACECONFIG_MAX_FRAMES);
    return check_switches(&rt->py, hn_record_u64(&rec, HN_TRACECONFIG_TRACING),
                          hn_record_u64(&rec, HN_TRACECONFIG_MAX_FRAMES), at);
}

static enum hn_status
read_variable(struct hn_runtime *rt, const struct hn_module *module, const char *name,
              uint64_t *ret)
{
    hn_addr at;
    enum hn_status st = hn_module_symbol(rt->py.target, module, name, &at, NULL);

    return st ? st : hn_target_read_u64(rt->py.target, at, ret);
}

/* HN_DONE when a symbol is missing. */
static enum hn_status
find_by_symbols(struct hn_runtime *rt, const struct hn_module *module,
                struct hn_trace_place *ret)
{
    enum hn_status st = read_variable(rt, module, "tracemalloc_traces", &ret->traces);

    if (!st)
        st = read_variable(rt, module, "tracemalloc_traced_memory", &ret->traced);
    if (!st)
        st = read_variable(rt, module, "tracemalloc_peak_traced_memory", &ret->peak);
    ret->has_peak = st == HN_OK;
    /* 3.8 has no such table: domains are part of the keys. */
    if (!st
        && read_variable(rt, module, "tracemalloc_domains", &ret->domains)
               == HN_E_FAULT)
        return HN_E_FAULT;
    return st;
}

static enum hn_status
find_static(struct hn_runtime *rt, struct hn_trace_place *ret)
{
    static const char switches[] = "_Py_tracemalloc_config";
    const struct hn_module *module;
    struct hn_trace_place place = { 0 };
    enum hn_status st = HN_DONE;
    hn_addr at = 0;

    module = nearest_module(rt, switches, &at);
    if (module) {
        st = read_switches(rt, at, &place);
        if (st)
            return st;
        st = place.tracing ? find_by_symbols(rt, module, &place) : HN_OK;
    }
    if (st == HN_DONE) {
        place.by_shape = true;
        st = HN_OK;
    }
    if (!st)
        *ret = place;
    return st;
}

enum hn_status
hn_trace_place_find(struct hn_runtime *rt, struct hn_trace_place *ret)
{
    const struct hn_layout *layout = &rt->py.layout;
    enum hn_status st;

    if (hn_layout_has(layout, HN_RUNTIME_TRACEMALLOC))
        st = find_in_runtime(rt, ret);
    else if (hn_layout_has(layout, HN_TRACECONFIG_TRACING))
        st = find_static(rt, ret);
    else
        return hn_fail(rt->py.err, HN_E_UNSUPPORTED, rt->address,
                       "where this CPython keeps its allocation traces is not known");
    if (!st && ret->limit > HN_TRACE_LIMIT_MOST)
        ret->limit = HN_TRACE_LIMIT_MOST;
    return st ? hn_error_context(rt->py.err, "reading tracemalloc's state") : HN_OK;
}
