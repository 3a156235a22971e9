/* Files of Snapshot.dump(): what CPython wrote is read, what we write is read back, and
 * nothing else is accepted. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tracemalloc/pickle.h"
#include "tracemalloc/tracemalloc.h"

/* Snapshot([(0, 100, A, 9), (389047, 5 << 30, (('/a.py', 3),), 1), (0, 1, A, 9)], 25)
 * with A = (('/a.py', 3), ('/b.py', 700)), by pickle.dump(..., protocol=5) of 3.12. */
static const uint8_t by_3_12[] =
    "\x80\x05\x95\xa8\x00\x00\x00\x00\x00\x00\x00\x8c\x0btracemalloc\x94\x8c\x08Snap"
    "shot\x94\x93\x94)\x81\x94}\x94(\x8c\x06traces\x94h\x00\x8c\x07_Traces\x94\x93"
    "\x94)\x81\x94}\x94\x8c\x07_traces\x94]\x94((K\x00Kd\x8c\x05/a.py\x94K\x03\x86"
    "\x94\x8c\x05/b.py\x94M\xbc\x02\x86\x94\x86\x94K\x09t\x94(J\xb7\xef\x05\x00\x8a"
    "\x05\x00\x00\x00@\x01h\x0d\x85\x94K\x01t\x94(K\x00K\x01h\x10K\x09t\x94"
    "esb"
    "\x8c\x0ftraceback_limit\x94K\x19ub.";
enum { SIZE = sizeof(by_3_12) - 1 };

struct reading {
    struct hn_arena arena;
    struct hn_error err;
    struct hn_traces traces;
    enum hn_status status;
};

static void
read_bytes(struct reading *r, const void *bytes, size_t size)
{
    memset(r, 0, sizeof(*r));
    hn_arena_init(&r->arena);
    r->status = hn_traces_read_pickle(bytes, size, &r->arena, &r->err, &r->traces);
}

static void
forget(struct reading *r)
{
    hn_traces_deinit(&r->traces);
    hn_arena_deinit(&r->arena);
}

static void
assert_three_traces(const struct hn_traces *t)
{
    const struct hn_trace_stack *stack;

    assert_int_equal(t->count, 3);
    assert_int_equal(t->limit, 25);
    assert_int_equal(t->traced, 101 + ((uint64_t)5 << 30));
    assert_int_equal(t->traces[1].domain, 389047);
    assert_int_equal(t->traces[1].size, (uint64_t)5 << 30);
    assert_int_equal(t->traces[0].stack, t->traces[2].stack);
    stack = &t->stacks[t->traces[0].stack];
    assert_int_equal(stack->count, 2);
    assert_int_equal(stack->total, 9);
    assert_int_equal(t->frames[stack->first + 1].line, 700);
    assert_string_equal(t->files[t->frames[stack->first + 1].file].name, "/b.py");
}

static void
reads_what_the_module_wrote(void **state)
{
    struct reading r;

    (void)state;
    read_bytes(&r, by_3_12, SIZE);
    assert_int_equal(r.status, HN_OK);
    assert_true(r.traces.has_totals);
    assert_three_traces(&r.traces);
    forget(&r);
}

static void
write_all(const struct hn_traces *traces, bool totals, struct hn_text *text)
{
    struct hn_pickle_writer writer;
    struct hn_arena arena;

    hn_arena_init(&arena);
    hn_text_init(text);
    assert_int_equal(hn_pickle_writer_init(&writer, traces, totals, &arena), HN_OK);
    while (hn_pickle_writer_next(&writer, text))
        ;
    hn_arena_deinit(&arena);
}

static void
reads_what_we_wrote(void **state)
{
    struct reading r, again;
    struct hn_text text;

    (void)state;
    read_bytes(&r, by_3_12, SIZE);
    write_all(&r.traces, true, &text);
    read_bytes(&again, text.bytes, text.size);
    assert_int_equal(again.status, HN_OK);
    assert_three_traces(&again.traces);
    forget(&again);
    hn_text_deinit(&text);
    write_all(&r.traces, false, &text);
    read_bytes(&again, text.bytes, text.size);
    assert_int_equal(again.status, HN_OK);
    assert_false(again.traces.has_totals);
    assert_int_equal(again.traces.count, 3);
    forget(&again);
    hn_text_deinit(&text);
    forget(&r);
}

static void
batches_are_one_list(void **state)
{
    static struct hn_trace traces[2500];
    struct hn_trace_frame frame = { 0, 1 };
    struct hn_trace_stack stack = { 0, 1, 1 };
    struct hn_trace_file file = { "a.py", 4 };
    const struct hn_traces all = { .traces = traces,
                                   .count = 2500,
                                   .frames = &frame,
                                   .frame_count = 1,
                                   .stacks = &stack,
                                   .stack_count = 1,
                                   .files = &file,
                                   .file_count = 1,
                                   .limit = 1 };
    struct reading r;
    struct hn_text text;

    (void)state;
    for (size_t i = 0; i < 2500; i++)
        traces[i].size = i << i % 50;
    write_all(&all, true, &text);
    read_bytes(&r, text.bytes, text.size);
    assert_int_equal(r.status, HN_OK);
    assert_int_equal(r.traces.count, 2500);
    for (size_t i = 0; i < 2500; i++)
        assert_int_equal(r.traces.traces[i].size, i << i % 50);
    forget(&r);
    hn_text_deinit(&text);
}

static void
a_file_cut_short_is_refused(void **state)
{
    struct reading r;

    (void)state;
    for (size_t size = 0; size < SIZE; size++) {
        read_bytes(&r, by_3_12, size);
        assert_int_equal(r.status, HN_E_CORRUPT);
        forget(&r);
    }
}

/* Some changed bytes are another file of the same kind; none does harm. */
static void
changed_bytes_do_no_harm(void **state)
{
    uint8_t bytes[SIZE];
    struct reading r;

    (void)state;
    for (size_t i = 0; i < SIZE; i++)
        for (unsigned flip = 1; flip < 256; flip++) {
            memcpy(bytes, by_3_12, SIZE);
            bytes[i] ^= (uint8_t)flip;
            read_bytes(&r, bytes, SIZE);
            assert_true(r.status == HN_OK || r.status == HN_E_CORRUPT);
            forget(&r);
        }
}

/* What a pickle could do elsewhere: call os.system, make objects of other classes, loop
 * through its own memo, hold a snapshot of something else. */
static void
anything_else_is_refused(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
    } others[] = {
#define OTHER(bytes) { bytes, sizeof(bytes) - 1 }
        OTHER("cos\nsystem\n(X\x02\x00\x00\x00ls\x85R."),
        OTHER("\x80\x02"
              "cbuiltins\neval\n(X\x01\x00\x00\x00"
              "1tR."),
        OTHER("\x80\x04"
              "ctracemalloc\nstop\n)R."),
        OTHER("\x80\x04"
              "ctracemalloc\nSnapshot\n)\x81."),
        OTHER("\x80\x04"
              "ctracemalloc\nSnapshot\n)\x81}b."),
        OTHER("\x80\x04N."),
        OTHER("\x80\x04K\x01."),
        OTHER("\x80\x04]\x94h\x00"
              "a."),
        OTHER("\x80\x04h\x00."),
        OTHER("\x80\x04t."),
        OTHER("\x80\x04(((((((((((((((("),
        OTHER("\x80\x04."),
        OTHER("\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7f"),
        OTHER("\x7f"
              "ELF"),
    };
    struct reading r;

    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
        read_bytes(&r, others[i].bytes, others[i].size);
        assert_int_equal(r.status, HN_E_CORRUPT);
        forget(&r);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_the_module_wrote),
        cmocka_unit_test(reads_what_we_wrote),
        cmocka_unit_test(batches_are_one_list),
        cmocka_unit_test(a_file_cut_short_is_refused),
        cmocka_unit_test(changed_bytes_do_no_harm),
        cmocka_unit_test(anything_else_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
