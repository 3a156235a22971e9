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

static enum hn_status
loader_init(struct loader *l, struct hn_runtime *rt, const struct hn_trace_place *place,
            struct hn_arena *arena)
{
    l->py = &rt->py;
    hn_trace_builder_init(&l->builder, arena);
    return hn_stack_reader_init(&l->stacks, &rt->py, &l->builder,
                                place->limit ? place->limit : HN_TRACE_LIMIT_MOST);
}

static void
loader_deinit(struct loader *l)
{
    hn_stack_reader_deinit(&l->stacks);
    hn_trace_builder_deinit(&l->builder);
}

/* --- everything */

static enum hn_status
load_tables(struct loader *l, const struct hn_trace_place *place)
{
    enum hn_status st = HN_OK;

    if (place->traces)
        st = load_table(l, place->traces, 0);
    if (!st && place->domains)
        st = load_domains(l, place->domains);
    return st;
}

enum hn_status
hn_traces_load(struct hn_runtime *rt, struct hn_arena *arena, struct hn_traces *ret)
{
    struct hn_trace_place place;
    struct loader *l;
    enum hn_status st = hn_trace_place_find(rt, &place);

    if (st)
        return st;
    if (!place.tracing) {
        *ret = (struct hn_traces){ .limit = place.limit };
        return HN_OK;
    }
    l = calloc(1, sizeof(*l));
    if (!l)
        return HN_E_NOMEM;
    st = loader_init(l, rt, &place, arena);
    if (!st)
        st = load_tables(l, &place);
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

enum hn_status
hn_traces_load_object(struct hn_runtime *rt, hn_addr object, struct hn_arena *arena,
                      struct hn_traces *ret)
{
    struct hn_trace_place place;
    struct hn_table table;
    struct hn_table_item item;
    struct hn_trace_raw raw;
    struct loader *l;
    enum hn_status st = hn_trace_place_find(rt, &place);

    if (st)
        return st;
    if (!place.tracing || !place.traces)
        return HN_DONE;
    st = hn_table_load(&rt->py, place.traces, &table);
    if (!st)
        st = find_block(&rt->py, &table, object, &item, &raw);
    if (st)
        return st;
    l = calloc(1, sizeof(*l));
    if (!l)
        return HN_E_NOMEM;
    st = loader_init(l, rt, &place, arena);
    if (!st)
        st = add(l, &item, &raw, 0);
    if (!st)
        finish(l, &place, ret);
    loader_deinit(l);
    free(l);
    return st;
}
