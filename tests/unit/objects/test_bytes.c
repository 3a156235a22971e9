/* bytes: contents, and lengths that cannot be. */
#include "support/memory_builder.h"

#include <string.h>

#include "objects/objects.h"

static void
bytes_are_copied_zeros_included(void **state)
{
    struct memory_builder *m = *state;
    const uint8_t *bytes;
    size_t size;

    assert_int_equal(hn_bytes_load(&m->py, build_bytes(m, "a\0b\xff", 4), 4, &m->arena,
                                   &bytes, &size),
                     HN_OK);
    assert_int_equal(size, 4);
    assert_memory_equal(bytes, "a\0b\xff", 4);
}

static void
empty_bytes_are_empty(void **state)
{
    struct memory_builder *m = *state;
    const uint8_t *bytes;
    size_t size = 1;

    assert_int_equal(
        hn_bytes_load(&m->py, build_bytes(m, "", 0), 10, &m->arena, &bytes, &size),
        HN_OK);
    assert_int_equal(size, 0);
}

static void
more_than_the_limit_is_corrupt(void **state)
{
    struct memory_builder *m = *state;
    hn_addr object = build_bytes(m, "abc", 3);
    const uint8_t *bytes;
    size_t size;

    assert_int_equal(hn_bytes_load(&m->py, object, 2, &m->arena, &bytes, &size),
                     HN_E_CORRUPT);
    memory_set(m, HN_VAR_SIZE, object, (uint64_t)-1);
    assert_int_equal(hn_bytes_load(&m->py, object, 100, &m->arena, &bytes, &size),
                     HN_E_CORRUPT);
}

static void
another_type_is_corrupt(void **state)
{
    struct memory_builder *m = *state;
    const uint8_t *bytes;
    size_t size;

    assert_int_equal(
        hn_bytes_load(&m->py, build_ascii(m, "abc"), 100, &m->arena, &bytes, &size),
        HN_E_CORRUPT);
}

static void
contents_beyond_the_memory_are_a_fault(void **state)
{
    struct memory_builder *m = *state;
    hn_addr object = build_bytes(m, "abcdef", 6);
    const uint8_t *bytes;
    size_t size;

    memory_end_at(m, hn_field_addr(&m->py, HN_BYTES_VALUE, object) + 3);
    assert_int_equal(hn_bytes_load(&m->py, object, 100, &m->arena, &bytes, &size),
                     HN_E_FAULT);
}

int
main(void)
{
    const struct layout_test tests[] = {
        LAYOUT_TEST(bytes_are_copied_zeros_included),
        LAYOUT_TEST(empty_bytes_are_empty),
        LAYOUT_TEST(more_than_the_limit_is_corrupt),
        LAYOUT_TEST(another_type_is_corrupt),
        LAYOUT_TEST(contents_beyond_the_memory_are_a_fault),
    };

    return run_for_each_layout("bytes", tests, sizeof(tests) / sizeof(tests[0]));
}
