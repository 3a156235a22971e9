/* The blocks of real builds, whole, cut and damaged, laid over the table's rows. */
#include "layout/layout.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "blocks.h"

enum { RELEASE = HN_FLAVOUR_RELEASE, DEBUG = HN_FLAVOUR_DEBUG };
enum { FREE_THREADED = HN_FLAVOUR_FREE_THREADED, BOTH = DEBUG | FREE_THREADED };
enum { MUTEX = 40 };

struct real {
    uint32_t hex;
    unsigned flavour;
    const char *row;
    const uint64_t *block;
    size_t size;
};

static const struct real reals[] = {
    { HN_HEX(3, 13, 0), RELEASE, "3.13.0", block_3_13_0, sizeof(block_3_13_0) },
    { HN_HEX(3, 13, 5), DEBUG, "3.13.5d-debian", block_3_13_5d, sizeof(block_3_13_5d) },
    { HN_HEX(3, 13, 15), FREE_THREADED, "3.13.15t", block_3_13_15t,
      sizeof(block_3_13_15t) },
    { HN_HEX(3, 14, 10), RELEASE, "3.14.10", block_3_14_10, sizeof(block_3_14_10) },
    { HN_HEX(3, 14, 4), BOTH, "3.14.4td", block_3_14_4td, sizeof(block_3_14_4td) },
    { HN_HEX(3, 15, 2), RELEASE, "3.15.2-jit", block_3_15_2, sizeof(block_3_15_2) },
};
enum { REALS = sizeof(reals) / sizeof(reals[0]), MAX_WORDS = 128 };

/* A copy of a block, to be damaged. */
struct copy {
    uint64_t words[MAX_WORDS];
    size_t size;
};

static struct copy
copy_of(const void *block, size_t size)
{
    struct copy copy = { { 0 }, size };

    assert_true(size <= sizeof(copy.words));
    memcpy(copy.words, block, size);
    return copy;
}

#define COPY(block) copy_of(block, sizeof(block))

static struct hn_layout
find(uint32_t hex, unsigned flavour)
{
    struct hn_layout layout;
    struct hn_error err;

    assert_int_equal(hn_layout_find(hex, flavour, MUTEX, &err, &layout), HN_OK);
    return layout;
}

static struct hn_layout
overlaid(uint32_t hex, unsigned flavour, const void *block, size_t size)
{
    struct hn_layout layout = find(hex, flavour);
    struct hn_error err;

    assert_int_equal(hn_layout_overlay(&layout, block, size, &err), HN_OK);
    assert_int_equal(hn_layout_finish(&layout, &err), HN_OK);
    return layout;
}

static void
a_real_block_says_what_the_row_of_its_build_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < REALS; i++) {
        const struct real *real = &reals[i];
        struct hn_layout row = find(real->hex, real->flavour);
        struct hn_layout layout =
            overlaid(real->hex, real->flavour, real->block, real->size);

        assert_string_equal(layout.row, real->row);
        assert_true(layout.exact);
        assert_memory_equal(layout.offset, row.offset, sizeof(row.offset));
        assert_int_equal(layout.source[HN_THREAD_NEXT], HN_SOURCE_DEBUG_OFFSETS);
        assert_int_equal(layout.source[HN_DICTKEYS_NENTRIES], HN_SOURCE_TABLE);
        assert_int_equal(layout.source[HN_TYPE_MRO], HN_SOURCE_TABLE);
    }
}

static void
the_published_sizes_tell_a_debug_build(void **state)
{
    struct hn_layout layout =
        overlaid(HN_HEX(3, 13, 5), RELEASE, block_3_13_5d, sizeof(block_3_13_5d));

    (void)state;
    assert_int_equal(layout.flavour, DEBUG);
    assert_string_equal(layout.row, "3.13.5d-debian");
    layout = overlaid(HN_HEX(3, 14, 4), FREE_THREADED, block_3_14_4td,
                      sizeof(block_3_14_4td));
    assert_int_equal(layout.flavour, BOTH);
}

static void
fields_of_free_threaded_builds_are_absent_from_others(void **state)
{
    struct hn_layout with_gil =
        overlaid(HN_HEX(3, 14, 10), RELEASE, block_3_14_10, sizeof(block_3_14_10));
    struct hn_layout without =
        overlaid(HN_HEX(3, 14, 4), BOTH, block_3_14_4td, sizeof(block_3_14_4td));

    (void)state;
    assert_false(hn_layout_has(&with_gil, HN_GIL_ENABLED));
    assert_false(hn_layout_has(&with_gil, HN_CODE_TLBC));
    /* Here 0 is an offset. */
    assert_int_equal(without.offset[HN_GIL_ENABLED], 0);
    assert_int_equal(without.source[HN_GIL_ENABLED], HN_SOURCE_DEBUG_OFFSETS);
    assert_true(without.offset[HN_CODE_TLBC] > 0);
}

static void
the_gil_s_fields_are_published_from_the_interpreter(void **state)
{
    struct hn_layout layout =
        overlaid(HN_HEX(3, 13, 0), RELEASE, block_3_13_0, sizeof(block_3_13_0));

    (void)state;
    assert_int_equal(layout.offset[HN_GIL_LOCKED], 16);
    assert_int_equal(layout.offset[HN_GIL_LAST_HOLDER], 8);
    assert_int_equal(layout.source[HN_GIL_LOCKED], HN_SOURCE_DEBUG_OFFSETS);
}

/* 3.14.4td as 3.14.9, which the tables lack. */
static void
a_patch_release_that_a_row_fits_takes_that_row(void **state)
{
    struct copy copy = COPY(block_3_14_4td);
    struct hn_layout layout;

    (void)state;
    copy.words[1] = HN_HEX(3, 14, 9);
    layout = overlaid(HN_HEX(3, 14, 9), FREE_THREADED, copy.words, copy.size);
    assert_string_equal(layout.row, "3.14.4td");
    assert_false(layout.exact);
    assert_int_equal(layout.source[HN_THREAD_STATE], HN_SOURCE_NEIGHBOUR);
    assert_int_equal(layout.source[HN_THREAD_NEXT], HN_SOURCE_DEBUG_OFFSETS);
}

enum { THREAD_SIZE_3_13 = 152 / 8, THREAD_ID_3_13 = 192 / 8 };

static void
a_size_that_no_row_has_makes_the_rest_of_the_structure_doubtful(void **state)
{
    struct copy copy = COPY(block_3_13_0);
    struct hn_layout layout;

    (void)state;
    copy.words[THREAD_SIZE_3_13] += 8;
    layout = overlaid(HN_HEX(3, 13, 0), RELEASE, copy.words, copy.size);
    assert_int_equal(layout.size[HN_STRUCT_THREAD], 312);
    assert_int_equal(layout.source[HN_THREAD_STATE], HN_SOURCE_NEIGHBOUR);
    assert_int_equal(layout.source[HN_THREAD_THREAD_ID], HN_SOURCE_DEBUG_OFFSETS);
    assert_int_equal(layout.source[HN_FUNCTION_CODE], HN_SOURCE_TABLE);
}

static void
a_field_the_structure_no_longer_reaches_is_dropped(void **state)
{
    struct copy copy = COPY(block_3_13_0);
    struct hn_layout layout;

    (void)state;
    /* datastack_top, not published, is at 240. */
    copy.words[THREAD_SIZE_3_13] = 240;
    layout = overlaid(HN_HEX(3, 13, 0), RELEASE, copy.words, copy.size);
    assert_false(hn_layout_has(&layout, HN_THREAD_DATASTACK_TOP));
    assert_int_equal(layout.source[HN_THREAD_DATASTACK_TOP], HN_SOURCE_NONE);
    assert_true(hn_layout_has(&layout, HN_THREAD_STATE));
}

static void
assert_refused(const void *block, size_t size)
{
    struct hn_layout layout = find(HN_HEX(3, 13, 0), RELEASE), before = layout;
    struct hn_error err;

    assert_int_equal(hn_layout_overlay(&layout, block, size, &err), HN_E_CORRUPT);
    assert_memory_equal(&layout, &before, sizeof(layout));
}

static void
a_block_cut_anywhere_is_refused(void **state)
{
    (void)state;
    for (size_t size = 0; size < sizeof(block_3_13_0); size++)
        assert_refused(block_3_13_0, size);
}

static void
a_block_that_cannot_be_true_is_refused(void **state)
{
    struct copy copy = COPY(block_3_13_0);

    (void)state;
    copy.words[0] ^= 1; /* the cookie */
    assert_refused(copy.words, copy.size);
    copy = COPY(block_3_13_0);
    copy.words[1] = HN_HEX(3, 13, 1); /* of another version */
    assert_refused(copy.words, copy.size);
    copy = COPY(block_3_13_0);
    copy.words[2] = 1; /* free-threaded */
    assert_refused(copy.words, copy.size);
    copy = COPY(block_3_13_0);
    copy.words[THREAD_SIZE_3_13] = 0;
    assert_refused(copy.words, copy.size);
    copy.words[THREAD_SIZE_3_13] = (1 << 20) + 8;
    assert_refused(copy.words, copy.size);
    copy = COPY(block_3_13_0);
    copy.words[THREAD_ID_3_13] = 300; /* of 304 bytes, and 8 wide */
    assert_refused(copy.words, copy.size);
    copy.words[THREAD_ID_3_13] = 153; /* not aligned */
    assert_refused(copy.words, copy.size);
    copy.words[THREAD_ID_3_13] = UINT64_MAX;
    assert_refused(copy.words, copy.size);
}

static void
the_head_tells_version_threading_and_size(void **state)
{
    struct hn_debug_offsets_head head;
    struct copy copy = COPY(block_3_15_2);

    (void)state;
    assert_int_equal(hn_debug_offsets_head(block_3_13_15t, 24, &head), HN_OK);
    assert_int_equal(head.hex, HN_HEX(3, 13, 15));
    assert_true(head.free_threaded);
    assert_int_equal(head.size, 584);
    copy.words[1] = HN_HEX(3, 17, 0);
    assert_int_equal(hn_debug_offsets_head(copy.words, 24, &head), HN_OK);
    assert_int_equal(head.size, 888);
    assert_int_equal(hn_debug_offsets_head(block_3_13_15t, 23, &head), HN_DONE);
    copy.words[1] = (uint64_t)HN_HEX(3, 15, 2) << 8;
    assert_int_equal(hn_debug_offsets_head(copy.words, 24, &head), HN_DONE);
    assert_int_equal(hn_debug_offsets_head("not a block at all......", 24, &head),
                     HN_DONE);
}

static struct copy
as_3_16(void)
{
    struct copy copy = COPY(block_3_15_2);

    copy.words[1] = HN_HEX(3, 16, 1);
    return copy;
}

static void
a_newer_cpython_has_what_it_publishes_and_nothing_else(void **state)
{
    struct copy copy = as_3_16();
    struct hn_layout layout, row = find(HN_HEX(3, 15, 2), RELEASE);
    struct hn_error err;

    (void)state;
    assert_int_equal(
        hn_layout_from_debug_offsets(copy.words, copy.size, MUTEX, &err, &layout),
        HN_OK);
    assert_int_equal(hn_layout_finish(&layout, &err), HN_OK);
    assert_int_equal(layout.hex, HN_HEX(3, 16, 1));
    assert_string_equal(layout.row, "");
    assert_int_equal(layout.formats.position, HN_POSITION_INSTR_PTR);
    for (int field = 0; field < HN_FIELD_COUNT; field++)
        if (hn_layout_has(&layout, field)) {
            assert_int_equal(layout.source[field], HN_SOURCE_DEBUG_OFFSETS);
            assert_int_equal(layout.offset[field], row.offset[field]);
        }
    assert_true(hn_layout_has(&layout, HN_GIL_LOCKED));
    assert_false(hn_layout_has(&layout, HN_DICTKEYS_NENTRIES));
    assert_int_equal(layout.size[HN_STRUCT_FUNCTION], 0);
}

static void
a_newer_block_whose_members_shifted_is_refused(void **state)
{
    struct hn_layout layout;
    struct hn_error err;

    (void)state;
    /* One more u64 at any place but the very end, as a new member would. */
    for (size_t at = 3; at < sizeof(block_3_15_2) / 8 - 20; at++) {
        struct copy copy = as_3_16();

        memmove(copy.words + at + 1, copy.words + at, copy.size - at * 8);
        copy.words[at] = 8;
        copy.size += 8;
        assert_int_equal(
            hn_layout_from_debug_offsets(copy.words, copy.size, MUTEX, &err, &layout),
            HN_E_UNSUPPORTED);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_real_block_says_what_the_row_of_its_build_says),
        cmocka_unit_test(the_published_sizes_tell_a_debug_build),
        cmocka_unit_test(fields_of_free_threaded_builds_are_absent_from_others),
        cmocka_unit_test(the_gil_s_fields_are_published_from_the_interpreter),
        cmocka_unit_test(a_patch_release_that_a_row_fits_takes_that_row),
        cmocka_unit_test(
            a_size_that_no_row_has_makes_the_rest_of_the_structure_doubtful),
        cmocka_unit_test(a_field_the_structure_no_longer_reaches_is_dropped),
        cmocka_unit_test(a_block_cut_anywhere_is_refused),
        cmocka_unit_test(a_block_that_cannot_be_true_is_refused),
        cmocka_unit_test(the_head_tells_version_threading_and_size),
        cmocka_unit_test(a_newer_cpython_has_what_it_publishes_and_nothing_else),
        cmocka_unit_test(a_newer_block_whose_members_shifted_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
