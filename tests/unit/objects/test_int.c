/* int: signs and sizes up to 64 bits, and what does not fit. */
#include "support/memory_builder.h"

#include <string.h>

#include "objects/objects.h"

static const uint32_t top = (1u << 30) - 1; /* the largest digit */

static void
assert_int(struct memory_builder *m, hn_addr object, int64_t expected)
{
    int64_t value;

    assert_int_equal(hn_int_load(&m->py, object, &value), HN_OK);
    assert_true(value == expected);
}

static void
assert_uint(struct memory_builder *m, hn_addr object, uint64_t expected)
{
    uint64_t value;

    assert_int_equal(hn_uint_load(&m->py, object, &value), HN_OK);
    assert_true(value == expected);
}

static enum hn_status
load_int(struct memory_builder *m, hn_addr object)
{
    int64_t value;

    return hn_int_load(&m->py, object, &value);
}

static enum hn_status
load_uint(struct memory_builder *m, hn_addr object)
{
    uint64_t value;

    return hn_uint_load(&m->py, object, &value);
}

static void
zero_has_no_digits(void **state)
{
    struct memory_builder *m = *state;

    assert_int(m, build_int(m, false, NULL, 0), 0);
    assert_uint(m, build_int(m, false, NULL, 0), 0);
}

static void
one_digit_with_either_sign(void **state)
{
    struct memory_builder *m = *state;

    assert_int(m, build_int(m, false, (uint32_t[]){ 7 }, 1), 7);
    assert_int(m, build_int(m, true, (uint32_t[]){ 7 }, 1), -7);
    assert_uint(m, build_int(m, false, (uint32_t[]){ 7 }, 1), 7);
}

static void
digits_are_of_30_bits_lowest_first(void **state)
{
    struct memory_builder *m = *state;

    assert_int(m, build_int(m, false, (uint32_t[]){ 1, 2, 3 }, 3),
               1 + (2ll << 30) + (3ll << 60));
}

static void
the_ends_of_64_bits_fit(void **state)
{
    struct memory_builder *m = *state;

    assert_int(m, build_int(m, false, (uint32_t[]){ top, top, 7 }, 3), INT64_MAX);
    assert_int(m, build_int(m, true, (uint32_t[]){ 0, 0, 8 }, 3), INT64_MIN);
    assert_uint(m, build_int(m, false, (uint32_t[]){ top, top, 15 }, 3), UINT64_MAX);
}

static void
one_more_does_not_fit(void **state)
{
    struct memory_builder *m = *state;

    assert_int_equal(load_int(m, build_int(m, false, (uint32_t[]){ 0, 0, 8 }, 3)),
                     HN_DONE);
    assert_int_equal(load_int(m, build_int(m, true, (uint32_t[]){ 1, 0, 8 }, 3)),
                     HN_DONE);
    assert_int_equal(load_uint(m, build_int(m, false, (uint32_t[]){ 0, 0, 16 }, 3)),
                     HN_DONE);
    assert_int_equal(load_uint(m, build_int(m, false, (uint32_t[]){ 0, 0, 0, 1 }, 4)),
                     HN_DONE);
}

static void
a_negative_int_is_not_unsigned(void **state)
{
    struct memory_builder *m = *state;

    assert_int_equal(load_uint(m, build_int(m, true, (uint32_t[]){ 1 }, 1)), HN_DONE);
}

static void
an_impossible_size_is_corrupt(void **state)
{
    struct memory_builder *m = *state;
    hn_addr object = build_small_int(m, 1);

    memory_set(m, HN_INT_TAG, object, UINT64_C(0x7edcba9876543210));
    assert_int_equal(load_int(m, object), HN_E_CORRUPT);
}

static void
an_impossible_tag_is_corrupt(void **state)
{
    struct memory_builder *m = *state;
    hn_addr object = build_small_int(m, 1);

    if (m->py.layout.formats.integer != HN_INT_TAGGED)
        skip();
    memory_set(m, HN_INT_TAG, object, 1 << 3 | 3); /* no such sign */
    assert_int_equal(load_int(m, object), HN_E_CORRUPT);
    memory_set(m, HN_INT_TAG, object, 1 << 3 | 1); /* zero with a digit */
    assert_int_equal(load_int(m, object), HN_E_CORRUPT);
}

static void
the_bit_of_small_ints_does_not_matter(void **state)
{
    struct memory_builder *m = *state;
    hn_addr object = build_int(m, true, (uint32_t[]){ 5 }, 1);

    if (m->py.layout.formats.integer != HN_INT_TAGGED)
        skip();
    memory_set(m, HN_INT_TAG, object, 1 << 3 | 1 << 2 | 2);
    assert_int(m, object, -5);
}

static void
an_impossible_digit_is_corrupt(void **state)
{
    struct memory_builder *m = *state;

    assert_int_equal(load_int(m, build_int(m, false, (uint32_t[]){ top + 1 }, 1)),
                     HN_E_CORRUPT);
}

static void
another_type_is_corrupt(void **state)
{
    struct memory_builder *m = *state;

    assert_int_equal(load_int(m, build_ascii(m, "1")), HN_E_CORRUPT);
}

static void
missing_digits_are_a_fault(void **state)
{
    struct memory_builder *m = *state;
    hn_addr object = build_int(m, false, (uint32_t[]){ 1, 2 }, 2);

    memory_end_at(m, hn_field_addr(&m->py, HN_INT_DIGIT, object) + 4);
    assert_int_equal(load_int(m, object), HN_E_FAULT);
}

int
main(void)
{
    const struct layout_test tests[] = {
        LAYOUT_TEST(zero_has_no_digits),
        LAYOUT_TEST(one_digit_with_either_sign),
        LAYOUT_TEST(digits_are_of_30_bits_lowest_first),
        LAYOUT_TEST(the_ends_of_64_bits_fit),
        LAYOUT_TEST(one_more_does_not_fit),
        LAYOUT_TEST(a_negative_int_is_not_unsigned),
        LAYOUT_TEST(an_impossible_size_is_corrupt),
        LAYOUT_TEST(an_impossible_tag_is_corrupt),
        LAYOUT_TEST(the_bit_of_small_ints_does_not_matter),
        LAYOUT_TEST(an_impossible_digit_is_corrupt),
        LAYOUT_TEST(another_type_is_corrupt),
        LAYOUT_TEST(missing_digits_are_a_fault),
    };

    return run_for_each_layout("int", tests, sizeof(tests) / sizeof(tests[0]));
}
