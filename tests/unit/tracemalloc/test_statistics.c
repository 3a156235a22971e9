/* Grouping, filters, order and comparison, on traces small enough to add up by hand. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tracemalloc/statistics.h"

/* a.py:1 called by b.py:9; a.py:2 by b.py:9; a.py:1 by itself, as recursion does. */
static struct hn_trace_file files[] = { { "a.py", 4 }, { "b.py", 4 } };
static struct hn_trace_frame frames[] = { { 0, 1 }, { 1, 9 }, { 0, 2 },
                                          { 1, 9 }, { 0, 1 }, { 0, 1 } };
static struct hn_trace_stack stacks[] = { { 0, 2, 2 }, { 2, 2, 2 }, { 4, 2, 2 } };
static struct hn_trace blocks[] = {
    { 0x10, 100, 0, 0 }, { 0x20, 50, 0, 1 }, { 0x30, 50, 0, 1 },
    { 0x40, 10, 0, 2 },  { 0x10, 7, 5, 2 },
};

static struct hn_traces
all(void)
{
    return (struct hn_traces){ .traces = blocks,
                               .count = 5,
                               .stacks = stacks,
                               .stack_count = 3,
                               .frames = frames,
                               .frame_count = 6,
                               .files = files,
                               .file_count = 2,
                               .limit = 2 };
}

static const struct hn_trace_selection everything;

struct grouped {
    struct hn_arena arena;
    struct hn_traces traces;
    struct hn_trace_rows rows;
};

static void
group(struct grouped *g, const struct hn_trace_selection *selection,
      enum hn_trace_key key, bool cumulative)
{
    hn_arena_init(&g->arena);
    g->traces = all();
    assert_int_equal(
        hn_traces_group(&g->traces, selection, key, cumulative, &g->arena, &g->rows),
        HN_OK);
}

static void
assert_row(const struct hn_trace_rows *rows, size_t index, const char *file,
           uint32_t line, uint64_t size, uint64_t count)
{
    const struct hn_trace_row *row = &rows->rows[index];

    assert_true(index < rows->count);
    assert_string_equal(row->of->files[row->frames[0].file].name, file);
    assert_int_equal(row->frames[0].line, line);
    assert_int_equal(row->size, size);
    assert_int_equal(row->count, count);
}

static void
a_line_has_what_it_allocated(void **state)
{
    struct grouped g;

    (void)state;
    group(&g, &everything, HN_TRACE_KEY_LINENO, false);
    assert_int_equal(g.rows.count, 2);
    assert_row(&g.rows, 0, "a.py", 1, 117, 3);
    assert_row(&g.rows, 1, "a.py", 2, 100, 2);
    assert_int_equal(g.rows.size, 217);
    assert_int_equal(g.rows.blocks, 5);
    hn_arena_deinit(&g.arena);
}

static void
a_cumulative_line_has_what_it_called_too(void **state)
{
    struct grouped g;

    (void)state;
    group(&g, &everything, HN_TRACE_KEY_LINENO, true);
    assert_int_equal(g.rows.count, 3);
    assert_row(&g.rows, 0, "b.py", 9, 200, 3);
    assert_row(&g.rows, 1, "a.py", 1, 134, 5); /* recursion counts twice */
    assert_row(&g.rows, 2, "a.py", 2, 100, 2);
    hn_arena_deinit(&g.arena);
}

static void
files_and_tracebacks_are_keys_too(void **state)
{
    struct grouped g;

    (void)state;
    group(&g, &everything, HN_TRACE_KEY_FILENAME, false);
    assert_int_equal(g.rows.count, 1);
    assert_row(&g.rows, 0, "a.py", 0, 217, 5);
    hn_arena_deinit(&g.arena);
    group(&g, &everything, HN_TRACE_KEY_TRACEBACK, false);
    assert_int_equal(g.rows.count, 3);
    assert_row(&g.rows, 0, "a.py", 2, 100, 2); /* more blocks of the same size */
    assert_row(&g.rows, 1, "a.py", 1, 100, 1);
    assert_row(&g.rows, 2, "a.py", 1, 17, 2);
    hn_arena_deinit(&g.arena);
}

static void
filters_choose_by_file_line_and_domain(void **state)
{
    static const struct hn_trace_filter line_2 = { "a*", 2, true, 2 };
    static const struct hn_trace_filter b = { "b.py", 4, false, 0 };
    struct hn_trace_selection selection = { .include = &line_2, .include_count = 1 };
    struct grouped g;

    (void)state;
    group(&g, &selection, HN_TRACE_KEY_LINENO, false);
    assert_int_equal(g.rows.count, 1);
    assert_row(&g.rows, 0, "a.py", 2, 100, 2);
    hn_arena_deinit(&g.arena);

    selection = (struct hn_trace_selection){ .exclude = &line_2, .exclude_count = 1 };
    group(&g, &selection, HN_TRACE_KEY_LINENO, false);
    assert_int_equal(g.rows.count, 1);
    assert_row(&g.rows, 0, "a.py", 1, 117, 3);
    hn_arena_deinit(&g.arena);

    /* Callers do not count. */
    selection = (struct hn_trace_selection){ .include = &b, .include_count = 1 };
    group(&g, &selection, HN_TRACE_KEY_LINENO, false);
    assert_int_equal(g.rows.count, 0);
    hn_arena_deinit(&g.arena);

    selection = (struct hn_trace_selection){ .has_domain = true, .domain = 5 };
    group(&g, &selection, HN_TRACE_KEY_LINENO, false);
    assert_int_equal(g.rows.count, 1);
    assert_row(&g.rows, 0, "a.py", 1, 7, 1);
    hn_arena_deinit(&g.arena);
}

static void
equal_sizes_are_sorted_by_their_place(void **state)
{
    struct hn_trace_row rows[2] = { { .size = 1, .count = 1 },
                                    { .size = 1, .count = 1 } };
    struct hn_traces one = all();
    struct hn_trace_rows list = { rows, 2, 2, 2, false }, none = { 0 }, ret;
    struct hn_arena arena;

    (void)state;
    hn_arena_init(&arena);
    for (size_t i = 0; i < 2; i++) {
        rows[i].of = &one;
        rows[i].frames = &frames[i];
        rows[i].frame_count = 1;
    }
    /* As in Python, the larger key comes first. */
    assert_int_equal(hn_traces_compare(&none, &list, &arena, &ret), HN_OK);
    assert_row(&ret, 0, "b.py", 9, 1, 1);
    assert_row(&ret, 1, "a.py", 1, 1, 1);
    hn_arena_deinit(&arena);
}

static void
a_comparison_knows_what_came_and_went(void **state)
{
    struct hn_trace_file new_files[] = { { "c.py", 4 }, { "a.py", 4 } };
    struct hn_trace_frame new_frames[] = { { 1, 1 }, { 0, 3 } };
    struct hn_trace_stack new_stacks[] = { { 0, 1, 1 }, { 1, 1, 1 } };
    struct hn_trace new_blocks[] = { { 0, 17, 0, 0 }, { 0, 60, 0, 1 } };
    const struct hn_traces after = { .traces = new_blocks,
                                     .count = 2,
                                     .stacks = new_stacks,
                                     .stack_count = 2,
                                     .frames = new_frames,
                                     .frame_count = 2,
                                     .files = new_files,
                                     .file_count = 2 };
    struct hn_trace_rows rows, ret;
    struct grouped g;

    (void)state;
    group(&g, &everything, HN_TRACE_KEY_LINENO, false);
    assert_int_equal(hn_traces_group(&after, &everything, HN_TRACE_KEY_LINENO, false,
                                     &g.arena, &rows),
                     HN_OK);
    assert_int_equal(hn_traces_compare(&g.rows, &rows, &g.arena, &ret), HN_OK);
    assert_int_equal(ret.count, 3);
    assert_true(ret.compared);
    assert_row(&ret, 0, "a.py", 1, 17, 1); /* as many bytes went as from line 2 */
    assert_int_equal(ret.rows[0].size_diff, -100);
    assert_int_equal(ret.rows[0].count_diff, -2);
    assert_row(&ret, 1, "a.py", 2, 0, 0);
    assert_int_equal(ret.rows[1].size_diff, -100);
    assert_row(&ret, 2, "c.py", 3, 60, 1);
    assert_int_equal(ret.rows[2].size_diff, 60);
    assert_int_equal(ret.rows[2].count_diff, 1);
    hn_arena_deinit(&g.arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_what_it_allocated),
        cmocka_unit_test(a_cumulative_line_has_what_it_called_too),
        cmocka_unit_test(files_and_tracebacks_are_keys_too),
        cmocka_unit_test(filters_choose_by_file_line_and_domain),
        cmocka_unit_test(equal_sizes_are_sorted_by_their_place),
        cmocka_unit_test(a_comparison_knows_what_came_and_went),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
