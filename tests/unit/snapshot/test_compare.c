/* Which objects are the same, which are new, and what a comparison says in words. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "hand_made.h"
#include "snapshot/compare.h"

static struct hn_error err;

static const struct hn_change *
row_of(const struct hn_changes *changes, const char *name)
{
    for (size_t i = 0; i < changes->count; i++)
        if (strcmp(changes->rows[i].name, name) == 0)
            return &changes->rows[i];
    fail_msg("there is no row of %s", name);
    return NULL;
}

static void
objects_are_known_again_by_content_and_generation(void **state)
{
    static const struct hand_object before[] = {
        { 0x1000, STR, 11, 2 }, /* stays */
        { 0x1040, STR, 12, 2 }, /* its address is another text's */
        { 0x1080, NODE, 0, 2 }, /* nothing to tell it by */
        { 0x10c0, NODE, 0, 2 }, /* became younger: another one */
        { 0x1100, NODE, 0, 2 }, /* another type is there */
        { 0x1140, DICT, 0, 2 }, /* gone */
    };
    static const struct hand_object after[] = {
        { 0x1000, STR, 11, 2 }, { 0x1040, STR, 99, 2 }, { 0x1080, NODE, 0, 2 },
        { 0x10c0, NODE, 0, 0 }, { 0x1100, DICT, 0, 2 }, { 0x1180, DICT, 0, 0 },
    };
    struct hn_moment moments[2];
    const struct hn_moment *list[] = { &moments[0], &moments[1] };
    struct hn_arena arena;
    struct hn_diff diff;
    const struct hn_change *row;

    (void)state;
    hn_arena_init(&arena);
    hand_made(&moments[0], before, 6, &err);
    hand_made(&moments[1], after, 6, &err);
    assert_int_equal(hn_diff_make(list, 2, HN_DIFF_AUTO, &arena, &err, &diff), HN_OK);
    assert_true(diff.same_process);

    row = row_of(&diff.types, "str");
    assert_int_equal(row->same, 1);
    assert_int_equal(row->maybe, 0);
    assert_int_equal(row->born, 1);
    assert_int_equal(row->gone, 1);
    row = row_of(&diff.types, "shop.Node");
    assert_int_equal(row->maybe, 1);
    assert_int_equal(row->born, 1);
    assert_int_equal(row->gone, 2);
    row = row_of(&diff.types, "dict");
    assert_int_equal(row->born, 2);
    assert_int_equal(row->gone, 1);
    assert_int_equal(diff.verdict, HN_VERDICT_STABLE);

    hn_moment_deinit(&moments[0]);
    hn_moment_deinit(&moments[1]);
    hn_arena_deinit(&arena);
}

static void
different_processes_have_only_sums_in_common(void **state)
{
    static const struct hand_object objects[] = { { 0x1000, STR, 11, 2 } };
    struct hn_moment moments[2];
    const struct hn_moment *list[] = { &moments[0], &moments[1] };
    struct hn_arena arena;
    struct hn_diff diff;

    (void)state;
    hn_arena_init(&arena);
    hand_made(&moments[0], objects, 1, &err);
    hand_made(&moments[1], objects, 1, &err);
    moments[1].facts.pid = 4243; /* a fork of the first */
    assert_int_equal(hn_diff_make(list, 2, HN_DIFF_AUTO, &arena, &err, &diff), HN_OK);
    assert_false(diff.same_process);
    assert_non_null(diff.apart);
    assert_false(diff.types.told_apart);
    hn_moment_deinit(&moments[0]);
    hn_moment_deinit(&moments[1]);
    hn_arena_deinit(&arena);
}

enum { STEPS = 4, EACH = 1000 };

/* Moments with @counts nodes each, after 100 strs. */
static void
make_steps(struct hn_moment moments[STEPS], const uint32_t counts[STEPS])
{
    static struct hand_object objects[100 + STEPS * EACH];

    for (uint32_t m = 0; m < STEPS; m++) {
        for (uint32_t i = 0; i < 100 + counts[m]; i++)
            objects[i] = (struct hand_object){ 0x1000 + i * 64u, i < 100 ? STR : NODE,
                                               i < 100 ? i + 1 : 0, 2 };
        hand_made(&moments[m], objects, 100 + counts[m], &err);
        hand_traced(&moments[m]);
    }
}

static void
compare_steps(const uint32_t counts[STEPS], struct hn_arena *arena, struct hn_diff *ret)
{
    static struct hn_moment moments[STEPS];
    const struct hn_moment *list[STEPS];

    make_steps(moments, counts);
    for (size_t i = 0; i < STEPS; i++)
        list[i] = &moments[i];
    assert_int_equal(hn_diff_make(list, STEPS, HN_DIFF_AUTO, arena, &err, ret), HN_OK);
    for (size_t i = 0; i < STEPS; i++)
        hn_moment_deinit(&moments[i]);
}

static void
steady_growth_is_called_a_leak_with_its_line(void **state)
{
    const uint32_t counts[STEPS] = { 10, 1010, 2010, 3010 };
    struct hn_arena arena;
    struct hn_diff diff;
    const struct hn_change *row;

    (void)state;
    hn_arena_init(&arena);
    compare_steps(counts, &arena, &diff);
    assert_int_equal(diff.verdict, HN_VERDICT_LEAK);
    assert_string_equal(diff.sentence,
                        "likely leak: shop.Node grew at every step, by 3000 objects, "
                        "187.5 KiB in all (62.5 KiB a step), allocated at app.py:7");
    row = row_of(&diff.types, "shop.Node");
    assert_true(row->steady);
    assert_int_equal(row->born, 3000);
    assert_int_equal(row->stayed, 1000); /* of the first step */
    hn_arena_deinit(&arena);
}

static void
what_grew_and_then_stood_still_is_no_leak(void **state)
{
    const uint32_t counts[STEPS] = { 10, 3010, 3011, 3012 };
    struct hn_arena arena;
    struct hn_diff diff;

    (void)state;
    hn_arena_init(&arena);
    compare_steps(counts, &arena, &diff);
    assert_int_equal(diff.verdict, HN_VERDICT_GREW);
    assert_non_null(strstr(diff.sentence, "nothing grew at every step"));
    assert_false(row_of(&diff.types, "shop.Node")->steady);
    hn_arena_deinit(&arena);
}

/* The table of a dict grows, and its objects are none of the new ones. */
static void
compare_tables(const uint32_t bytes[STEPS], size_t count, struct hn_arena *arena,
               struct hn_diff *ret)
{
    static const struct hand_object objects[] = { { 0x1000, DICT, 0, 2 },
                                                  { 0x1040, DICT, 0, 2 },
                                                  { 0x1080, STR, 11, 2 } };
    struct hn_moment moments[STEPS];
    const struct hn_moment *list[STEPS];

    for (size_t i = 0; i < count; i++) {
        hand_made(&moments[i], objects, 3, &err);
        hand_grown(&moments[i], 0, bytes[i]);
        list[i] = &moments[i];
    }
    assert_int_equal(hn_diff_make(list, count, HN_DIFF_AUTO, arena, &err, ret), HN_OK);
    for (size_t i = 0; i < count; i++)
        hn_moment_deinit(&moments[i]);
}

static void
a_table_grows_without_more_objects(void **state)
{
    const uint32_t bytes[STEPS] = { 0, 40 << 20 };
    struct hn_arena arena;
    struct hn_diff diff;

    (void)state;
    hn_arena_init(&arena);
    compare_tables(bytes, 2, &arena, &diff);
    assert_int_equal(diff.verdict, HN_VERDICT_GREW);
    assert_string_equal(
        diff.sentence,
        "it grew by 40.0 MiB; most: dict, 40.0 MiB without more objects");
    hn_arena_deinit(&arena);
}

static void
a_table_that_grows_at_every_step_is_called_a_leak(void **state)
{
    const uint32_t bytes[STEPS] = { 0, 1 << 20, 2 << 20, 3 << 20 };
    struct hn_arena arena;
    struct hn_diff diff;

    (void)state;
    hn_arena_init(&arena);
    compare_tables(bytes, STEPS, &arena, &diff);
    assert_int_equal(diff.verdict, HN_VERDICT_LEAK);
    assert_string_equal(diff.sentence,
                        "likely leak: dict grew at every step, by 3.0 MiB in all "
                        "without more objects (1.0 MiB a step)");
    hn_arena_deinit(&arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_are_known_again_by_content_and_generation),
        cmocka_unit_test(different_processes_have_only_sums_in_common),
        cmocka_unit_test(steady_growth_is_called_a_leak_with_its_line),
        cmocka_unit_test(what_grew_and_then_stood_still_is_no_leak),
        cmocka_unit_test(a_table_grows_without_more_objects),
        cmocka_unit_test(a_table_that_grows_at_every_step_is_called_a_leak),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
