/* Slots of frames: plain pointers, or tagged ones since 3.14. */
#include "support/memory_builder.h"

#include <string.h>

#include "objects/objects.h"

static uint64_t
pointer(struct memory_builder *m, uint64_t bits)
{
    return hn_stackref_pointer(&m->py, bits);
}

static bool
is_tagged(const struct memory_builder *m)
{
    return m->py.layout.formats.stackref == HN_STACKREF_TAGGED;
}

static void
an_owned_reference_is_the_pointer(void **state)
{
    assert_int_equal(pointer(*state, 0x7f0000001230), 0x7f0000001230);
}

static void
a_borrowed_reference_loses_its_tag(void **state)
{
    if (is_tagged(*state))
        assert_int_equal(pointer(*state, 0x7f0000001231), 0x7f0000001230);
    else
        assert_int_equal(pointer(*state, 0x7f0000001231), 0x7f0000001231);
}

static void
null_has_no_pointer(void **state)
{
    assert_int_equal(pointer(*state, 0), 0);
    if (is_tagged(*state))
        assert_int_equal(pointer(*state, 1), 0);
}

static void
a_tagged_int_and_an_error_have_no_pointer(void **state)
{
    if (!is_tagged(*state))
        skip();
    assert_int_equal(pointer(*state, 7 << 2 | 3), 0);
    assert_int_equal(pointer(*state, (uint64_t)-7 << 2 | 3), 0);
    assert_int_equal(pointer(*state, 2), 0);
}

int
main(void)
{
    const struct layout_test tests[] = {
        LAYOUT_TEST(an_owned_reference_is_the_pointer),
        LAYOUT_TEST(a_borrowed_reference_loses_its_tag),
        LAYOUT_TEST(null_has_no_pointer),
        LAYOUT_TEST(a_tagged_int_and_an_error_have_no_pointer),
    };

    return run_for_each_layout("stackref", tests, sizeof(tests) / sizeof(tests[0]));
}
