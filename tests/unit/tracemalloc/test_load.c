/* Tables of traces in memory, for every CPython: whole, damaged, and without symbols.
 */
#include "support/memory_builder.h"

#include <string.h>

#include "tracemalloc/table.h"
#include "tracemalloc/tracemalloc.h"

enum { BUCKETS = 16, LIMIT = 4, NUMPY = 389047 };

/* A target with a runtime, whose tables a test fills. */
struct scene {
    struct memory_builder *m;
    struct hn_runtime rt;
    hn_addr variables; /* the state since 3.12; before, the module's data */
    hn_addr traces, domains;
    uint64_t traced;
    struct hn_region regions[2];
    struct hn_traces result;
};

enum { CODE = 0x900000 };

static const struct hn_layout *
layout_of(const struct scene *s)
{
    return &s->m->py.layout;
}

static bool
is_inline(const struct scene *s)
{
    return layout_of(s)->formats.hashtable == HN_HASHTABLE_INLINE;
}

static bool
is_static(const struct scene *s)
{
    return !hn_layout_has(layout_of(s), HN_RUNTIME_TRACEMALLOC);
}

/* --- building */

static hn_addr
build_table(struct scene *s)
{
    struct memory_builder *m = s->m;
    hn_addr table = memory_alloc(m, layout_of(s)->size[HN_STRUCT_HASHTABLE]);

    memory_set(m, HN_HASHTABLE_BUCKETS, table, BUCKETS);
    memory_set(m, HN_HASHTABLE_HEADS, table, memory_alloc(m, BUCKETS * 8));
    memory_set(m, HN_HASHTABLE_HASH, table, CODE);
    memory_set(m, HN_HASHTABLE_COMPARE, table, CODE);
    if (is_inline(s)) {
        memory_set(m, HN_HASHTABLE_KEY_SIZE, table, 12);
        memory_set(m, HN_HASHTABLE_DATA_SIZE, table, 16);
    }
    return table;
}

static uint64_t
get(struct scene *s, enum hn_field field, hn_addr base)
{
    uint64_t value;

    assert_int_equal(hn_field_read(&s->m->py, field, base, &value), HN_OK);
    return value;
}

/* Where the chain of @key begins. */
static hn_addr
bucket_of(struct scene *s, hn_addr table, uint64_t key, uint32_t domain)
{
    uint64_t hash = (key >> 4 | key << 60) ^ domain;

    return get(s, HN_HASHTABLE_HEADS, table) + (hash & (BUCKETS - 1)) * 8;
}

/* Links @entry in at the head of its chain, as CPython does. */
static void
link_entry(struct scene *s, hn_addr table, hn_addr entry, uint64_t key, uint32_t domain)
{
    hn_addr bucket = bucket_of(s, table, key, domain), head;

    assert_int_equal(hn_target_read_u64(s->m->py.target, bucket, &head), HN_OK);
    memory_put_u64(s->m, entry + (hn_addr)layout_of(s)->offset[HN_HASHENTRY_NEXT],
                   head);
    memory_put_u64(s->m, bucket, entry);
    memory_set(s->m, HN_HASHTABLE_ENTRIES, table,
               get(s, HN_HASHTABLE_ENTRIES, table) + 1);
}

static hn_addr
add_pointer(struct scene *s, hn_addr table, uint64_t key, hn_addr value)
{
    hn_addr entry = memory_alloc(s->m, layout_of(s)->size[HN_STRUCT_HASHENTRY]);

    memory_set(s->m, HN_HASHENTRY_KEY, entry, key);
    memory_set(s->m, HN_HASHENTRY_VALUE, entry, value);
    link_entry(s, table, entry, key, 0);
    return entry;
}

static hn_addr
add_inline(struct scene *s, uint32_t domain, uint64_t key, const uint64_t trace[2])
{
    uint32_t head = layout_of(s)->size[HN_STRUCT_HASHENTRY];
    hn_addr entry = memory_alloc(s->m, head + 12 + 16);

    memory_put(s->m, entry + head, &key, 8);
    memory_put(s->m, entry + head + 8, &domain, 4);
    memory_put(s->m, entry + head + 12, trace, 16);
    link_entry(s, s->traces, entry, key, domain);
    return entry;
}

/* A trace of @domain; returns its entry. */
static hn_addr
add_trace(struct scene *s, uint32_t domain, uint64_t key, uint64_t size, hn_addr stack)
{
    const uint64_t words[] = { size, stack };
    hn_addr trace, table = s->traces;

    s->traced += size;
    if (is_inline(s))
        return add_inline(s, domain, key, words);
    trace = memory_alloc(s->m, layout_of(s)->size[HN_STRUCT_TRACE]);
    memory_set(s->m, HN_TRACE_SIZE, trace, size);
    memory_set(s->m, HN_TRACE_STACK, trace, stack);
    if (domain) {
        table = build_table(s);
        add_pointer(s, s->domains, domain, table);
    }
    return add_pointer(s, table, key, trace);
}

static hn_addr
build_name(struct scene *s, const char *name)
{
    hn_addr at;

    if (layout_of(s)->formats.trace_filename == HN_TRACE_FILENAME_OBJECT)
        return build_ascii(s->m, name);
    at = memory_alloc(s->m, strlen(name) + 1);
    memory_put(s->m, at, name, strlen(name) + 1);
    return at;
}

/* A traceback of @count frames of the file, lines 10, 11...; the most recent is 10. */
static hn_addr
build_stack(struct scene *s, hn_addr file, uint32_t count, uint16_t total)
{
    const struct hn_layout *layout = layout_of(s);
    uint32_t each = layout->size[HN_STRUCT_TRACEFRAME];
    hn_addr stack = memory_alloc(s->m, (uint32_t)layout->offset[HN_TRACESTACK_FRAMES]
                                           + count * each);
    bool has_total = hn_layout_has(layout, HN_TRACESTACK_TOTAL);

    memory_put(s->m, hn_field_addr(&s->m->py, HN_TRACESTACK_COUNT, stack), &count,
               has_total ? 2 : 4);
    if (has_total)
        memory_set(s->m, HN_TRACESTACK_TOTAL, stack, total);
    for (uint32_t i = 0; i < count; i++) {
        hn_addr frame =
            hn_field_addr(&s->m->py, HN_TRACESTACK_FRAMES, stack) + i * each;

        memory_set(s->m, HN_TRACEFRAME_FILENAME, frame, file);
        memory_set(s->m, HN_TRACEFRAME_LINE, frame, 10 + i);
    }
    return stack;
}

/* Without symbols there are no switches to be read, and no limit is known. */
static void
finish_static(struct scene *s)
{
    memory_put_u64(s->m, s->variables + 8, s->domains);
    memory_put_u64(s->m, s->variables + 16, s->traces);
    memory_put_u64(s->m, s->variables + 24, s->traced + 1000);
    memory_put_u64(s->m, s->variables + 32, s->traced);
}

static void
finish_runtime(struct scene *s)
{
    struct memory_builder *m = s->m;

    memory_set(m, HN_TRACEMALLOC_TRACING, s->variables, 1);
    memory_set(m, HN_TRACEMALLOC_MAX_FRAMES, s->variables, LIMIT);
    memory_set(m, HN_TRACEMALLOC_TRACED_MEMORY, s->variables, s->traced);
    memory_set(m, HN_TRACEMALLOC_PEAK_TRACED_MEMORY, s->variables, s->traced + 1000);
    memory_set(m, HN_TRACEMALLOC_TRACES, s->variables, s->traces);
    memory_set(m, HN_TRACEMALLOC_DOMAINS, s->variables, s->domains);
}

static struct scene
begin(void **state)
{
    struct memory_builder *m = *state;
    struct scene s = { .m = m };

    if (hn_layout_has(&m->py.layout, HN_RUNTIME_TRACEMALLOC)) {
        s.variables = memory_alloc(m, m->py.layout.size[HN_STRUCT_TRACEMALLOC]);
        s.rt.address =
            s.variables - (hn_addr)m->py.layout.offset[HN_RUNTIME_TRACEMALLOC];
    } else {
        s.variables = memory_alloc(m, 512) + 256;
        s.rt.address = s.variables;
    }
    s.traces = build_table(&s);
    if (!is_inline(&s))
        s.domains = build_table(&s);
    return s;
}

/* What is loaded lives in @s. */
static enum hn_status
load(struct scene *s)
{
    struct hn_target *target = s->m->py.target;
    enum hn_status st;

    if (is_static(s))
        finish_static(s);
    else
        finish_runtime(s);
    s->regions[0] = (struct hn_region){ .start = MEMORY_BASE,
                                        .end = MEMORY_BASE + MEMORY_SIZE,
                                        .readable = true,
                                        .writable = true,
                                        .path = "" };
    s->regions[1] = (struct hn_region){
        .start = CODE, .end = CODE + 4096, .executable = true, .path = "/lib"
    };
    target->regions = s->regions;
    target->region_count = 2;
    s->rt.py = s->m->py;
    st = hn_traces_load(&s->rt, &s->m->arena, &s->result);
    target->regions = NULL;
    target->region_count = 0;
    return st;
}

static const char *
file_of(const struct hn_traces *t, const struct hn_trace *trace, uint32_t frame)
{
    return t->files[t->frames[t->stacks[trace->stack].first + frame].file].name;
}

/* --- tests */

static void
every_trace_of_every_domain_is_read(void **state)
{
    struct scene s = begin(state);
    const struct hn_traces *t = &s.result;
    const struct hn_trace *trace;
    hn_addr file = build_name(&s, "/srv/shop.py");
    hn_addr one = build_stack(&s, file, 1, 1), three = build_stack(&s, file, 3, 9);

    /* 0x4000 and 0x5000 share a bucket. */
    add_trace(&s, 0, 0x5000, 100, one);
    add_trace(&s, 0, 0x4000, 24, three);
    add_trace(&s, 0, 0x4010, 7, one);
    add_trace(&s, NUMPY, 0x4000, 5000, three);
    assert_int_equal(load(&s), HN_OK);

    assert_true(t->tracing);
    assert_int_equal(t->traced, 5131);
    assert_true(t->has_peak);
    assert_int_equal(t->peak, 6131);
    assert_int_equal(t->count, 4);
    assert_int_equal(t->stack_count, 2);
    assert_int_equal(t->file_count, 1);
    assert_int_equal(t->lost + t->unreadable + t->overrun, 0);
    trace = hn_traces_find(t, 0, 0x4000);
    assert_non_null(trace);
    assert_int_equal(trace->size, 24);
    assert_int_equal(t->stacks[trace->stack].count, 3);
    assert_int_equal(t->stacks[trace->stack].total, t->has_totals ? 9 : 3);
    assert_string_equal(file_of(t, trace, 2), "/srv/shop.py");
    assert_int_equal(t->frames[t->stacks[trace->stack].first + 2].line, 12);
    assert_int_equal(hn_traces_find(t, NUMPY, 0x4000)->size, 5000);
    assert_null(hn_traces_find(t, 1, 0x4000));
    assert_null(hn_traces_find(t, 0, 0x4008));
    hn_traces_deinit(&s.result);
}

static void
a_chain_that_bites_its_tail_ends(void **state)
{
    struct scene s = begin(state);
    hn_addr stack = build_stack(&s, build_name(&s, "a.py"), 1, 1);
    hn_addr entry = add_trace(&s, 0, 0x4000, 10, stack);

    if (is_static(&s))
        return; /* a table with damage proves nothing: see below */
    memory_put_u64(s.m, entry + (hn_addr)layout_of(&s)->offset[HN_HASHENTRY_NEXT],
                   entry);
    assert_int_equal(load(&s), HN_OK);
    assert_int_equal(s.result.count, 1);
    assert_true(s.result.overrun);
    hn_traces_deinit(&s.result);
}

static void
what_hangs_on_a_bad_link_is_lost_and_counted(void **state)
{
    struct scene s = begin(state);
    hn_addr stack = build_stack(&s, build_name(&s, "a.py"), 1, 1);

    if (is_static(&s))
        return;
    add_trace(&s, 0, 0x4000, 10, stack);
    add_trace(&s, 0, 0x4010, 20, stack);
    add_trace(&s, 0, 0x4020, 30, stack);
    memory_put_u64(s.m, bucket_of(&s, s.traces, 0x4010, 0), 0x1234567890);
    memory_put_u64(s.m, bucket_of(&s, s.traces, 0x4020, 0), 3);
    assert_int_equal(load(&s), HN_OK);
    assert_int_equal(s.result.count, 1);
    assert_int_equal(s.result.lost, 2);
    hn_traces_deinit(&s.result);
}

static void
a_bad_traceback_or_file_name_is_unreadable(void **state)
{
    struct scene s = begin(state);
    const struct hn_traces *t = &s.result;
    hn_addr deep = build_stack(&s, build_name(&s, "a.py"), LIMIT + 1, LIMIT + 1);
    hn_addr nameless = build_stack(&s, 0xdeadbeef0000, 2, 2);

    if (is_static(&s))
        return;
    add_trace(&s, 0, 0x4000, 10, deep);
    add_trace(&s, 0, 0x4010, 20, nameless);
    add_trace(&s, 0, 0x4020, 30, 0x10);
    assert_int_equal(load(&s), HN_OK);
    assert_int_equal(t->count, 3);
    assert_int_equal(t->unreadable, 3);
    for (size_t i = 0; i < 3; i++)
        assert_string_equal(file_of(t, &t->traces[i], 0), "<unreadable>");
    hn_traces_deinit(&s.result);
}

static void
what_is_no_table_is_lost_as_a_whole(void **state)
{
    static const uint64_t impossible[] = {
        0, 1, 17, BUCKETS - 1, UINT64_MAX, (uint64_t)1 << 40, (uint64_t)1 << 31
    };

    for (size_t i = 0; i < sizeof(impossible) / sizeof(*impossible); i++) {
        struct memory_builder m;
        void *fresh = &m;
        struct scene s;

        memory_builder_init(&m, ((struct memory_builder *)*state)->py.layout.hex,
                            ((struct memory_builder *)*state)->py.layout.flavour);
        s = begin(&fresh);
        add_trace(&s, 0, 0x4000, 10, build_stack(&s, build_name(&s, "a.py"), 1, 1));
        memory_set(&m, HN_HASHTABLE_BUCKETS, s.traces, impossible[i]);
        if (is_static(&s)) {
            assert_int_equal(load(&s), HN_E_UNSUPPORTED);
        } else {
            assert_int_equal(load(&s), HN_OK);
            assert_int_equal(s.result.count, 0);
            assert_int_equal(s.result.lost, 1);
        }
        hn_traces_deinit(&s.result);
        memory_builder_deinit(&m);
    }
}

static void
tables_without_symbols_must_add_up(void **state)
{
    struct scene s = begin(state);
    hn_addr stack = build_stack(&s, build_name(&s, "a.py"), 2, 2);

    if (!is_static(&s))
        return;
    add_trace(&s, 0, 0x4000, 10, stack);
    add_trace(&s, NUMPY, 0x4000, 32, stack);
    s.traced++;
    assert_int_equal(load(&s), HN_E_UNSUPPORTED);
    s.traced--;
    assert_int_equal(load(&s), HN_OK);
    assert_int_equal(s.result.count, 2);
    assert_int_equal(s.result.traced, 42);
    assert_int_equal(s.result.peak, 1042);
    assert_int_equal(s.result.limit, 2);
    hn_traces_deinit(&s.result);
}

static void
an_objects_block_may_begin_before_it(void **state)
{
    struct scene s = begin(state);
    hn_addr stack = build_stack(&s, build_name(&s, "a.py"), 1, 1);
    struct hn_traces found = { 0 };

    if (is_static(&s))
        return; /* would need symbols */
    add_trace(&s, 0, 0x4000, 64, stack);
    add_trace(&s, 0, 0x4100, 16, stack);
    assert_int_equal(load(&s), HN_OK);
    for (hn_addr before = 0; before <= 32; before += 16) {
        assert_int_equal(
            hn_traces_load_object(&s.rt, 0x4000 + before, &s.m->arena, &found), HN_OK);
        assert_int_equal(found.traces[0].address, 0x4000);
        hn_traces_deinit(&found);
    }
    /* 48 bytes on there is no header any more; 16 on this block has ended. */
    assert_int_equal(hn_traces_load_object(&s.rt, 0x4030, &s.m->arena, &found),
                     HN_DONE);
    assert_int_equal(hn_traces_load_object(&s.rt, 0x4110, &s.m->arena, &found),
                     HN_DONE);
    hn_traces_deinit(&s.result);
}

static void
who_does_not_trace_has_no_traces(void **state)
{
    struct scene s = begin(state);

    if (is_static(&s))
        return; /* its switches have a symbol, or nothing does */
    finish_runtime(&s);
    memory_set(s.m, HN_TRACEMALLOC_TRACING, s.variables, 0);
    s.rt.py = s.m->py;
    assert_int_equal(hn_traces_load(&s.rt, &s.m->arena, &s.result), HN_OK);
    assert_false(s.result.tracing);
    assert_int_equal(s.result.count, 0);
    memory_set(s.m, HN_TRACEMALLOC_TRACING, s.variables, 0xdbdb);
    assert_int_equal(hn_traces_load(&s.rt, &s.m->arena, &s.result), HN_E_CORRUPT);
}

int
main(void)
{
    const struct layout_test tests[] = {
        LAYOUT_TEST(every_trace_of_every_domain_is_read),
        LAYOUT_TEST(a_chain_that_bites_its_tail_ends),
        LAYOUT_TEST(what_hangs_on_a_bad_link_is_lost_and_counted),
        LAYOUT_TEST(a_bad_traceback_or_file_name_is_unreadable),
        LAYOUT_TEST(what_is_no_table_is_lost_as_a_whole),
        LAYOUT_TEST(tables_without_symbols_must_add_up),
        LAYOUT_TEST(an_objects_block_may_begin_before_it),
        LAYOUT_TEST(who_does_not_trace_has_no_traces),
    };

    return run_for_each_layout("traces", tests, sizeof(tests) / sizeof(*tests));
}
