/* All traces of all domains, or the one of an object. */
#include "tracemalloc/reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/radix.h"
#include "tracemalloc/tracemalloc.h"

struct loader {
    struct hn_python *py;
    struct hn_trace_builder builder;
    struct hn_stack_reader stacks;
    struct hn_table_item items[HN_TABLE_BATCH];
    struct hn_trace_raw raw[HN_TABLE_BATCH];
    bool found[HN_TABLE_BATCH];
};

static enum hn_status
add(struct loader *l, const struct hn_table_item *item, const struct hn_trace_raw *raw,
    uint32_t domain)
{
    struct hn_trace trace = {
        .address = item->key,
        .size = raw->size,
        .domain = domain ? domain : item->domain,
    };
    enum hn_status st = hn_stack_reader_take(&l->stacks, raw->stack, &trace.stack);

    return st ? st : hn_trace_builder_add(&l->builder, &trace);
}

/* The traces in the table at @addr; a table that is none is lost as a whole. */
static enum hn_status
load_table(struct loader *l, hn_addr addr, uint32_t domain)
{
    struct hn_traces *t = &l->builder.traces;
    struct hn_error saved = *l->py->err;
    struct hn_table_iter it;
    struct hn_table table;
    size_t count, before = t->count;
    enum hn_status st;

    if (hn_table_load(l->py, addr, &table)) {
        *l->py->err = saved;
        t->lost++;
        return HN_OK;
    }
    hn_trace_builder_expect(&l->builder, table.entries);
    hn_table_iter_init(&it, l->py, &table);
    while ((st = hn_table_iter_next(&it, l->items, &count)) == HN_OK) {
        hn_trace_raw_load(l->py, &it.lent, l->items, count, l->raw, l->found);
        for (size_t i = 0; !st && i < count; i++)
            if (l->found[i])
                st = add(l, &l->items[i], &l->raw[i], domain);
        if (st)
            break;
    }
    hn_table_iter_deinit(&it);
    t->overrun |= it.overrun;
    t->lost += table.entries - (t->count - before);
    return st == HN_DONE ? HN_OK : st;
}

/* Domains other than Python's own have a table each (3.9). */
static enum hn_status
load_domains(struct loader *l, hn_addr addr)
{
    struct hn_traces *t = &l->builder.traces;
    struct hn_error saved = *l->py->err;
    struct hn_table_item items[HN_TABLE_BATCH];
    struct hn_table_iter it;
    struct hn_table table;
    size_t count, left = HN_DOMAINS_MOST;
    enum hn_status st;

    if (hn_table_load(l->py, addr, &table)) {
        *l->py->err = saved;
        t->lost++;
        return HN_OK;
    }
    hn_table_iter_init(&it, l->py, &table);
    while ((st = hn_table_iter_next(&it, items, &count)) == HN_OK) {
        for (size_t i = 0; !st && i < count && left > 0; i++, left--)
            st = load_table(l, items[i].value, (uint32_t)items[i].key);
        if (st)
            break;
    }
    hn_table_iter_deinit(&it);
    t->overrun |= it.overrun || left == 0;
    return st == HN_DONE ? HN_OK : st;
}

static int
by_domain_and_address(const void *a, const void *b)
{
    const struct hn_trace *x = a, *y = b;

    if (x->domain != y->domain)
        return x->domain < y->domain ? -1 : 1;
    return (x->address > y->address) - (x->address < y->address);
}

/* Most programs have one domain, which needs no comparing. */
void
hn_traces_sort(struct hn_traces *t)
{
    bool one = true;

    if (t->count < 2)
        return;
    for (size_t i = 1; one && i < t->count; i++)
        one = t->traces[i].domain == t->traces[0].domain;
    if (!one
        || !hn_radix_sort(t->traces, t->count, sizeof(*t->traces),
                          offsetof(struct hn_trace, address), 0))
        qsort(t->traces, t->count, sizeof(*t->traces), by_domain_and_address);
}

static void
finish(struct loader *l, const struct hn_trace_place *place, struct hn_traces *ret)
{
    struct hn_traces *t = &l->builder.traces;

    t->tracing = place->tracing;
    t->has_totals = hn_layout_has(&l->py->layout, HN_TRACESTACK_TOTAL);
    t->traced = place->traced;
    t->peak = place->peak;
    t->has_peak = place->has_peak;
    t->limit = place->limit;
    for (size_t i = 0; place->limit == 0 && i < t->stack_count; i++)
        if (t->limit < t->stacks[i].count)
            t->limit = t->stacks[i].count;
    t->unreadable = l->stacks.unreadable;
    hn_trace_builder_take(&l->builder, ret);
}

static uint32_t
limit_of(const struct hn_trace_place *place)
{
    return place->limit ? place->limit : HN_TRACE_LIMIT_MOST;
}

static enum hn_status
loader_init(struct loader *l, struct hn_runtime *rt, const struct hn_trace_place *place,
            struct hn_arena *arena)
{
    l->py = &rt->py;
    hn_trace_builder_init(&l->builder, arena);
    return hn_stack_reader_init(&l->stacks, &rt->py, &l->builder, limit_of(place));
}

static void
loader_deinit(struct loader *l)
{
    hn_stack_reader_deinit(&l->stacks);
    hn_trace_builder_deinit(&l->builder);
}

/* --- everything */

/* The loader is empty again. */
static enum hn_status
start_again(struct loader *l, struct hn_runtime *rt, const struct hn_trace_place *place)
{
    struct hn_arena *arena = l->builder.arena;

    loader_deinit(l);
    return loader_init(l, rt, place, arena);
}

static bool
is_proven(struct loader *l, struct hn_trace_shapes *shapes,
          struct hn_trace_place *place)
{
    const struct hn_traces *t = &l->builder.traces;
    uint64_t sum = 0;

    if (t->lost || t->overrun)
        return false;
    for (size_t i = 0; i < t->count; i++)
        sum += t->traces[i].size;
    return hn_trace_shapes_prove(shapes, sum, place);
}

/* Loads each table that may be the one, and keeps the first that is. */
static enum hn_status
load_by_shape(struct loader *l, struct hn_runtime *rt, struct hn_trace_place *place)
{
    const struct hn_error saved = *rt->py.err;
    struct hn_trace_shapes *shapes = hn_trace_shapes_find(rt, limit_of(place));
    bool proven = false;
    enum hn_status st = shapes ? HN_OK : HN_E_NOMEM;

    while (!st && !proven && hn_trace_shapes_next(shapes, place)) {
        st = start_again(l, rt, place);
        if (!st)
            st = load_table(l, place->traces, 0);
        proven = !st && is_proven(l, shapes, place);
    }
    hn_trace_shapes_free(shapes);
    if (st)
        return st;
    if (!proven)
        return hn_fail(rt->py.err, HN_E_UNSUPPORTED, rt->address,
                       "tracemalloc's tables were not found: this binary has no "
                       "symbols, and no tables whose sizes add up are in its data");
    *rt->py.err = saved;
    /* Without the exported switches, traces are what says that it traces. */
    place->tracing = true;
    place->by_shape = false;
    return HN_OK;
}

/* Loads what Python's allocators did; where tables are known by their shape, @place is
 * complete afterwards. */
static enum hn_status
load_own(struct loader *l, struct hn_runtime *rt, struct hn_trace_place *place)
{
    if (place->by_shape)
        return load_by_shape(l, rt, place);
    return place->traces ? load_table(l, place->traces, 0) : HN_OK;
}

static enum hn_status
load_all(struct loader *l, struct hn_runtime *rt, struct hn_trace_place *place)
{
    enum hn_status st = load_own(l, rt, place);

    return !st && place->domains ? load_domains(l, place->domains) : st;
}

enum hn_status
hn_traces_load(struct hn_runtime *rt, struct hn_arena *arena, struct hn_traces *ret)
{
    struct hn_trace_place place;
    struct loader *l;
    enum hn_status st = hn_trace_place_find(rt, &place);

    if (st)
        return st;
    if (!place.tracing && !place.by_shape) {
        *ret = (struct hn_traces){ .limit = place.limit };
        return HN_OK;
    }
    l = calloc(1, sizeof(*l));
    if (!l)
        return HN_E_NOMEM;
    st = loader_init(l, rt, &place, arena);
    if (!st)
        st = load_all(l, rt, &place);
    if (!st)
        finish(l, &place, ret);
    loader_deinit(l);
    free(l);
    return st;
}

const struct hn_trace *
hn_traces_find(const struct hn_traces *traces, uint32_t domain, uint64_t address)
{
    const struct hn_trace wanted = { .domain = domain, .address = address };

    if (traces->count == 0)
        return NULL;
    return bsearch(&wanted, traces->traces, traces->count, sizeof(wanted),
                   by_domain_and_address);
}

/* --- one object */

/* An object does not begin where its block does: the collector's header (16 bytes) and
 * the words of its __dict__ and weak references (16 bytes, 3.11) lie before it. Where
 * they are is decided by the trace itself: its block must reach over the object.
 * (tracemalloc.get_object_traceback() of 3.11 forgets the second kind.) */
enum { BEFORE_STEP = 16, BEFORE_MOST = 32 };

static enum hn_status
find_block(struct hn_python *py, const struct hn_table *table, hn_addr object,
           struct hn_table_item *item_ret, struct hn_trace_raw *raw_ret)
{
    for (hn_addr before = 0; before <= BEFORE_MOST; before += BEFORE_STEP) {
        enum hn_status st = hn_table_find(py, table, object - before, 0, item_ret);

        if (st == HN_DONE)
            continue;
        if (st)
            return st;
        if (hn_trace_raw_load_one(py, item_ret, raw_ret) && raw_ret->size > before)
            return HN_OK;
    }
    return HN_DONE;
}

/* The one trace that @object lies in; the loader holds no other. */
static enum hn_status
load_one(struct loader *l, struct hn_runtime *rt, struct hn_trace_place *place,
         hn_addr object)
{
    struct hn_table table;
    struct hn_table_item item;
    struct hn_trace_raw raw;
    enum hn_status st = HN_OK;

    if (place->by_shape)
        st = load_by_shape(l, rt, place);
    if (!st)
        st = start_again(l, rt, place);
    if (!st && (!place->tracing || !place->traces))
        return HN_DONE;
    if (!st)
        st = hn_table_load(&rt->py, place->traces, &table);
    if (!st)
        st = find_block(&rt->py, &table, object, &item, &raw);
    return st ? st : add(l, &item, &raw, 0);
}

enum hn_status
hn_traces_load_object(struct hn_runtime *rt, hn_addr object, struct hn_arena *arena,
                      struct hn_traces *ret)
{
    struct hn_trace_place place;
    struct loader *l;
    enum hn_status st = hn_trace_place_find(rt, &place);

    if (st)
        return st;
    l = calloc(1, sizeof(*l));
    if (!l)
        return HN_E_NOMEM;
    st = loader_init(l, rt, &place, arena);
    if (!st)
        st = load_one(l, rt, &place, object);
    if (!st)
        finish(l, &place, ret);
    loader_deinit(l);
    free(l);
    return st;
}
