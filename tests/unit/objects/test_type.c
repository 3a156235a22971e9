/* Types: which objects have one, and what it says. */
#include "support/memory_builder.h"

#include <string.h>

#include "objects/objects.h"

static enum hn_status
flags_of(struct memory_builder *m, hn_addr object, hn_addr *type_ret,
         uint64_t *flags_ret)
{
    return hn_object_flags(&m->py, object, type_ret, flags_ret);
}

static void
an_object_has_its_type_and_the_types_flags(void **state)
{
    struct memory_builder *m = *state;
    hn_addr type;
    uint64_t flags;

    assert_int_equal(flags_of(m, build_ascii(m, "x"), &type, &flags), HN_OK);
    assert_int_equal(type, m->str);
    assert_int_equal(flags, HN_TPFLAG_UNICODE);
}

static void
a_type_is_an_object_of_type_type(void **state)
{
    struct memory_builder *m = *state;
    hn_addr type;
    uint64_t flags;

    assert_int_equal(flags_of(m, m->str, &type, &flags), HN_OK);
    assert_int_equal(type, m->type);
    assert_int_equal(flags, HN_TPFLAG_TYPE);
}

static void
an_object_whose_type_is_no_type_is_corrupt(void **state)
{
    struct memory_builder *m = *state;
    hn_addr type, number = build_small_int(m, 1);
    uint64_t flags;

    assert_int_equal(flags_of(m, build_object(m, number, 64), &type, &flags),
                     HN_E_CORRUPT);
}

static void
an_object_without_a_type_is_corrupt(void **state)
{
    struct memory_builder *m = *state;
    hn_addr type;

    assert_int_equal(hn_object_type(&m->py, build_object(m, 0, 64), &type),
                     HN_E_CORRUPT);
}

static void
no_object_is_at_an_odd_address(void **state)
{
    struct memory_builder *m = *state;
    hn_addr type;

    assert_int_equal(hn_object_type(&m->py, build_ascii(m, "x") + 4, &type),
                     HN_E_CORRUPT);
    assert_int_equal(hn_object_type(&m->py, 0, &type), HN_E_CORRUPT);
}

static void
a_type_outside_of_memory_is_a_fault(void **state)
{
    struct memory_builder *m = *state;
    hn_addr type;
    uint64_t flags;

    assert_int_equal(flags_of(m, build_object(m, 0x7f0000000000, 64), &type, &flags),
                     HN_E_FAULT);
}

static void
a_type_has_a_name(void **state)
{
    struct memory_builder *m = *state;
    const char *name;

    assert_int_equal(hn_type_name(&m->py, m->integer, &m->arena, &name), HN_OK);
    assert_string_equal(name, "int");
}

static void
a_name_that_a_core_lacks_is_a_fault(void **state)
{
    struct memory_builder *m = *state;
    const char *name;

    memory_set(m, HN_TYPE_NAME, m->integer, 0x7f0000000000);
    assert_int_equal(hn_type_name(&m->py, m->integer, &m->arena, &name), HN_E_FAULT);
    assert_false(hn_object_is(&m->py, build_small_int(m, 1), "int"));
}

static void
the_name_is_compared_whole(void **state)
{
    struct memory_builder *m = *state;
    hn_addr number = build_small_int(m, 1);

    assert_true(hn_object_is(&m->py, number, "int"));
    assert_false(hn_object_is(&m->py, number, "in"));
    assert_false(hn_object_is(&m->py, number, "int_"));
    assert_false(hn_object_is(&m->py, 0, "int"));
}

static void
a_long_name_is_compared_whole(void **state)
{
    struct memory_builder *m = *state;
    char name[200];
    hn_addr object;

    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    object = build_object(m, build_type(m, name, 0), 64);
    assert_true(hn_object_is(&m->py, object, name));
    name[sizeof name - 2] = 'm';
    assert_false(hn_object_is(&m->py, object, name));
}

int
main(void)
{
    const struct layout_test tests[] = {
        LAYOUT_TEST(an_object_has_its_type_and_the_types_flags),
        LAYOUT_TEST(a_type_is_an_object_of_type_type),
        LAYOUT_TEST(an_object_whose_type_is_no_type_is_corrupt),
        LAYOUT_TEST(an_object_without_a_type_is_corrupt),
        LAYOUT_TEST(no_object_is_at_an_odd_address),
        LAYOUT_TEST(a_type_outside_of_memory_is_a_fault),
        LAYOUT_TEST(a_type_has_a_name),
        LAYOUT_TEST(a_name_that_a_core_lacks_is_a_fault),
        LAYOUT_TEST(the_name_is_compared_whole),
        LAYOUT_TEST(a_long_name_is_compared_whole),
    };

    return run_for_each_layout("type", tests, sizeof(tests) / sizeof(tests[0]));
}
