/* Which row a version gets, and that every row passes the check before trust. */
#include "layout/layout.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "layout/rows.h"

enum { RELEASE = HN_FLAVOUR_RELEASE, DEBUG = HN_FLAVOUR_DEBUG };
enum { FREE_THREADED = HN_FLAVOUR_FREE_THREADED };

static struct hn_layout
find(uint32_t hex, unsigned flavour)
{
    struct hn_layout layout;
    struct hn_error err;

    assert_int_equal(hn_layout_find(hex, flavour, 40, &err, &layout), HN_OK);
    assert_int_equal(hn_layout_finish(&layout, &err), HN_OK);
    return layout;
}

static void
every_row_passes_validation_with_either_mutex(void **state)
{
    size_t count = 0;

    (void)state;
    for (const struct hn_row *row; (row = hn_row_at(count)); count++)
        for (unsigned mutex = 40; mutex <= 48; mutex += 8) {
            struct hn_layout layout;
            struct hn_error err;

            memset(&layout, 0, sizeof(layout));
            layout.hex = row->hex;
            layout.flavour = row->flavour;
            layout.mutex_bytes = mutex;
            hn_row_apply(row, &layout);
            assert_int_equal(hn_layout_finish(&layout, &err), HN_OK);
            assert_true(layout.exact);
        }
    assert_true(count > 30);
}

static void
a_known_version_has_its_own_row(void **state)
{
    struct hn_layout layout = find(HN_HEX(3, 12, 1), RELEASE);

    (void)state;
    assert_string_equal(layout.row, "3.12.1");
    assert_true(layout.exact);
    assert_int_equal(layout.source[HN_THREAD_CFRAME], HN_SOURCE_TABLE);
    assert_int_equal(layout.source[HN_THREAD_CURRENT_FRAME], HN_SOURCE_NONE);
    assert_false(hn_layout_has(&layout, HN_THREAD_CURRENT_FRAME));
}

static void
an_unknown_version_gets_its_older_neighbour(void **state)
{
    struct hn_layout layout = find(HN_HEX(3, 11, 6), RELEASE);

    (void)state;
    assert_string_equal(layout.row, "3.11.2");
    assert_false(layout.exact);
    assert_int_equal(layout.source[HN_THREAD_CFRAME], HN_SOURCE_NEIGHBOUR);
    assert_string_equal(find(HN_HEX(3, 11, 99), RELEASE).row, "3.11.7");
}

static void
a_version_older_than_all_rows_gets_the_oldest(void **state)
{
    (void)state;
    assert_string_equal(find(HN_HEX(3, 9, 0), RELEASE).row, "3.9.2");
    /* 3.13.0rc1 */
    assert_string_equal(find(0x030d00c1, RELEASE).row, "3.13.0");
}

static void
an_unknown_series_is_refused_by_its_version(void **state)
{
    struct hn_layout layout;
    struct hn_error err;
    char line[200];

    (void)state;
    assert_int_equal(hn_layout_find(HN_HEX(3, 16, 2), RELEASE, 40, &err, &layout),
                     HN_E_UNSUPPORTED);
    hn_error_format(&err, line, sizeof(line));
    assert_non_null(strstr(line, "3.16.2"));
    assert_int_equal(hn_layout_find(HN_HEX(3, 7, 16), RELEASE, 40, &err, &layout),
                     HN_E_UNSUPPORTED);
    assert_int_equal(hn_layout_find(HN_HEX(3, 12, 1), FREE_THREADED, 40, &err, &layout),
                     HN_E_UNSUPPORTED);
}

static void
an_early_version_is_refused_where_nothing_is_published(void **state)
{
    struct hn_layout layout;
    struct hn_error err;

    (void)state;
    /* 3.12.0b1; 3.15.0a3 publishes its offsets. */
    assert_int_equal(hn_layout_find(0x030c00b1, RELEASE, 40, &err, &layout),
                     HN_E_UNSUPPORTED);
    assert_int_equal(hn_layout_find(0x030f00a3, RELEASE, 40, &err, &layout), HN_OK);
    assert_int_equal(layout.source[HN_THREAD_NEXT], HN_SOURCE_NEIGHBOUR);
}

static void
larger_mutexes_move_what_lies_behind_the_gil(void **state)
{
    struct hn_layout narrow = find(HN_HEX(3, 13, 5), RELEASE), wide;
    struct hn_error err;

    (void)state;
    assert_int_equal(hn_layout_find(HN_HEX(3, 13, 5), RELEASE, 48, &err, &wide), HN_OK);
    assert_int_equal(wide.size[HN_STRUCT_GIL], 224);
    assert_int_equal(wide.size[HN_STRUCT_INTERP], 194992);
    assert_int_equal(wide.offset[HN_INTERP_OWN_GIL], narrow.offset[HN_INTERP_OWN_GIL]);
    assert_int_equal(wide.offset[HN_INTERP_WORLD_STOPPED],
                     narrow.offset[HN_INTERP_WORLD_STOPPED] + 16);
    assert_int_equal(hn_layout_find(HN_HEX(3, 11, 2), RELEASE, 48, &err, &wide), HN_OK);
    assert_int_equal(wide.offset[HN_RUNTIME_TSTATE_CURRENT], 592);
    assert_int_equal(wide.size[HN_STRUCT_RUNTIME], 166704);
}

static void
a_mutex_of_another_size_is_an_argument_error(void **state)
{
    struct hn_layout layout;
    struct hn_error err;

    (void)state;
    assert_int_equal(hn_layout_find(HN_HEX(3, 13, 5), RELEASE, 24, &err, &layout),
                     HN_E_ARGUMENT);
}

static void
free_threaded_builds_have_formats_of_their_own(void **state)
{
    struct hn_layout with_gil = find(HN_HEX(3, 14, 8), RELEASE);
    struct hn_layout without = find(HN_HEX(3, 14, 8), FREE_THREADED);

    (void)state;
    assert_int_equal(with_gil.formats.str_state, HN_STR_STATE_PACKED);
    assert_int_equal(without.formats.str_state, HN_STR_STATE_BYTES);
    assert_int_equal(with_gil.formats.gc_header_bytes, 16);
    assert_int_equal(without.formats.gc_header_bytes, 0);
    assert_true(hn_layout_has(&without, HN_FRAME_TLBC_INDEX));
    assert_false(hn_layout_has(&with_gil, HN_FRAME_TLBC_INDEX));
}

static void
each_series_has_its_formats(void **state)
{
    (void)state;
    assert_int_equal(find(HN_HEX(3, 8, 18), RELEASE).formats.position,
                     HN_POSITION_LASTI_BYTES);
    assert_int_equal(find(HN_HEX(3, 10, 13), RELEASE).formats.linetable,
                     HN_LINETABLE_PEP626);
    assert_int_equal(find(HN_HEX(3, 11, 7), RELEASE).formats.first_shim_owner, 255);
    assert_int_equal(find(HN_HEX(3, 12, 1), RELEASE).formats.first_shim_owner, 3);
    assert_int_equal(find(HN_HEX(3, 15, 0), RELEASE).formats.generator_state,
                     HN_GENERATOR_STATE_COUNTED);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_passes_validation_with_either_mutex),
        cmocka_unit_test(a_known_version_has_its_own_row),
        cmocka_unit_test(an_unknown_version_gets_its_older_neighbour),
        cmocka_unit_test(a_version_older_than_all_rows_gets_the_oldest),
        cmocka_unit_test(an_unknown_series_is_refused_by_its_version),
        cmocka_unit_test(an_early_version_is_refused_where_nothing_is_published),
        cmocka_unit_test(larger_mutexes_move_what_lies_behind_the_gil),
        cmocka_unit_test(a_mutex_of_another_size_is_an_argument_error),
        cmocka_unit_test(free_threaded_builds_have_formats_of_their_own),
        cmocka_unit_test(each_series_has_its_formats),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
