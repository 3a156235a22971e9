/* The check before trust, and what it derives. */
#include "layout/layout.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static struct hn_layout
some_layout(void)
{
    struct hn_layout layout;
    struct hn_error err;

    assert_int_equal(
        hn_layout_find(HN_HEX(3, 12, 1), HN_FLAVOUR_RELEASE, 40, &err, &layout), HN_OK);
    return layout;
}

static void
assert_refused(struct hn_layout *layout, const char *word)
{
    struct hn_error err;
    char line[200];

    assert_int_equal(hn_layout_finish(layout, &err), HN_E_CORRUPT);
    hn_error_format(&err, line, sizeof(line));
    assert_non_null(strstr(line, word));
}

static void
spans_reach_from_the_first_to_the_last_field(void **state)
{
    struct hn_layout layout = some_layout();
    struct hn_error err;

    (void)state;
    assert_int_equal(hn_layout_finish(&layout, &err), HN_OK);
    assert_int_equal(layout.first[HN_STRUCT_METHOD], 16);
    assert_int_equal(layout.extent[HN_STRUCT_METHOD], 32);
    /* Where only the address is used nothing is copied. */
    assert_int_equal(layout.extent[HN_STRUCT_BYTES], 0);
    assert_int_equal(layout.extent[HN_STRUCT_CODEARRAY], 0);
}

static void
a_field_outside_its_structure_is_refused_by_name(void **state)
{
    struct hn_layout layout = some_layout();

    (void)state;
    layout.offset[HN_OBJECT_TYPE] = 16;
    assert_refused(&layout, "PyObject.ob_type");
    layout.offset[HN_OBJECT_TYPE] = INT32_MAX - 7;
    assert_refused(&layout, "PyObject.ob_type");
    layout = some_layout();
    layout.size[HN_STRUCT_OBJECT] = 0;
    assert_refused(&layout, "PyObject.ob_type");
}

static void
a_field_off_its_alignment_is_refused(void **state)
{
    struct hn_layout layout = some_layout();

    (void)state;
    layout.offset[HN_OBJECT_TYPE] = 4;
    assert_refused(&layout, "PyObject.ob_type");
}

static void
a_structure_too_large_to_copy_is_refused(void **state)
{
    struct hn_layout layout = some_layout();

    (void)state;
    layout.size[HN_STRUCT_THREAD] = 4096;
    layout.offset[HN_THREAD_NATIVE_THREAD_ID] = 2048;
    assert_refused(&layout, "PyThreadState");
}

static void
every_field_has_cpython_s_name_and_a_width_we_can_read(void **state)
{
    (void)state;
    for (int field = 0; field < HN_FIELD_COUNT; field++) {
        const struct hn_field_info *info = hn_field_info(field);

        assert_true(*info->name && *info->structure);
        assert_string_equal(info->structure, hn_struct_name(info->type));
        assert_true(info->width <= 8 && (info->width & (info->width - 1)) == 0);
    }
    assert_string_equal(hn_field_info(HN_THREAD_CFRAME)->name, "cframe");
    assert_string_equal(hn_source_name(HN_SOURCE_DEBUG_OFFSETS), "debug offsets");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spans_reach_from_the_first_to_the_last_field),
        cmocka_unit_test(a_field_outside_its_structure_is_refused_by_name),
        cmocka_unit_test(a_field_off_its_alignment_is_refused),
        cmocka_unit_test(a_structure_too_large_to_copy_is_refused),
        cmocka_unit_test(every_field_has_cpython_s_name_and_a_width_we_can_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
