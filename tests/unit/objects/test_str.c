/* str in every form, limits, and memory that cannot be a str. */
#include "support/memory_builder.h"

#include <string.h>

#include "objects/objects.h"

static bool
has_not_ready_strings(const struct memory_builder *m)
{
    return hn_layout_has(&m->py.layout, HN_ASCII_WSTR);
}

static void
assert_text(struct memory_builder *m, hn_addr object, const char *expected)
{
    const char *text;
    size_t size;
    bool cut;

    assert_int_equal(hn_str_load(&m->py, object, 0, &m->arena, &text, &size, &cut),
                     HN_OK);
    assert_string_equal(text, expected);
    assert_int_equal(size, strlen(expected));
    assert_false(cut);
}

static enum hn_status
load(struct memory_builder *m, hn_addr object, size_t limit)
{
    const char *text;

    return hn_str_load(&m->py, object, limit, &m->arena, &text, NULL, NULL);
}

static void
ascii_text(void **state)
{
    struct memory_builder *m = *state;

    assert_text(m, build_ascii(m, "hello"), "hello");
    assert_text(m, build_ascii(m, ""), "");
}

static void
one_byte_characters_are_latin_1(void **state)
{
    struct memory_builder *m = *state;

    assert_text(m, build_str(m, STR_COMPACT, 1, "na\xefve", 5), "na\xc3\xafve");
}

static void
two_byte_characters(void **state)
{
    struct memory_builder *m = *state;
    const uint16_t text[] = { 'p', 0x20ac, 0x7d0 };

    assert_text(m, build_str(m, STR_COMPACT, 2, text, 3), "p\xe2\x82\xac\xdf\x90");
}

static void
four_byte_characters(void **state)
{
    struct memory_builder *m = *state;
    const uint32_t snake[] = { 0x1f40d, '!' };

    assert_text(m, build_str(m, STR_COMPACT, 4, snake, 2), "\xf0\x9f\x90\x8d!");
}

static void
a_subclass_keeps_its_text_behind_a_pointer(void **state)
{
    struct memory_builder *m = *state;
    const uint16_t text[] = { 0x20ac, 'x' };

    assert_text(m, build_str(m, STR_LEGACY, 1, "abc", 3), "abc");
    assert_text(m, build_str(m, STR_LEGACY, 2, text, 2), "\xe2\x82\xacx");
}

static void
a_string_that_is_not_ready_has_wide_characters(void **state)
{
    struct memory_builder *m = *state;
    const uint32_t text[] = { 'w', 0x1f40d };

    if (has_not_ready_strings(m))
        assert_text(m, build_str(m, STR_NOT_READY, 4, text, 2), "w\xf0\x9f\x90\x8d");
}

static void
lone_surrogates_become_escapes(void **state)
{
    struct memory_builder *m = *state;
    const uint16_t name[] = { 'f', 0xdc80, '.' };

    assert_text(m, build_str(m, STR_COMPACT, 2, name, 3), "f\\udc80.");
}

static void
a_zero_inside_does_not_end_it(void **state)
{
    struct memory_builder *m = *state;
    const char *text;
    size_t size;

    assert_int_equal(hn_str_load(&m->py, build_str(m, STR_ASCII, 1, "a\0b", 3), 0,
                                 &m->arena, &text, &size, NULL),
                     HN_OK);
    assert_int_equal(size, 3);
    assert_memory_equal(text, "a\0b", 4);
}

static void
text_longer_than_a_block_is_whole(void **state)
{
    struct memory_builder *m = *state;
    uint16_t wide[5000];
    const char *text;
    size_t size;

    for (size_t i = 0; i < 5000; i++)
        wide[i] = (uint16_t)('a' + i % 26);
    assert_int_equal(hn_str_load(&m->py, build_str(m, STR_COMPACT, 2, wide, 5000), 0,
                                 &m->arena, &text, &size, NULL),
                     HN_OK);
    assert_int_equal(size, 5000);
    for (size_t i = 0; i < 5000; i++)
        assert_int_equal(text[i], 'a' + i % 26);
}

static void
the_limit_counts_characters_and_says_so(void **state)
{
    struct memory_builder *m = *state;
    const uint16_t euros[] = { 0x20ac, 0x20ac, 0x20ac };
    hn_addr object = build_str(m, STR_COMPACT, 2, euros, 3);
    const char *text;
    bool cut;

    assert_int_equal(hn_str_load(&m->py, object, 2, &m->arena, &text, NULL, &cut),
                     HN_OK);
    assert_string_equal(text, "\xe2\x82\xac\xe2\x82\xac");
    assert_true(cut);
    assert_int_equal(hn_str_load(&m->py, object, 3, &m->arena, &text, NULL, &cut),
                     HN_OK);
    assert_false(cut);
}

static void
a_huge_str_costs_what_is_shown(void **state)
{
    struct memory_builder *m = *state;
    hn_addr object = build_ascii(m, "begin");
    uint64_t before;

    memory_set(m, HN_ASCII_LENGTH, object, UINT64_C(1) << 40);
    assert_int_equal(load(m, object, 1), HN_OK); /* fills what is cached */
    before = m->py.target->bytes_read;
    assert_int_equal(load(m, object, 5), HN_OK);
    assert_in_range(m->py.target->bytes_read - before, 0, 64 * 1024);
    assert_in_range(m->arena.total, 0, 64);
}

static void
impossible_kinds_are_corrupt(void **state)
{
    struct memory_builder *m = *state;
    const unsigned kinds[] = { 3, 5, 6, 7 };

    for (size_t i = 0; i < 4; i++)
        assert_int_equal(load(m, build_str(m, STR_COMPACT, kinds[i], "", 0), 0),
                         HN_E_CORRUPT);
    assert_int_equal(load(m, build_str(m, STR_ASCII, 2, "", 0), 0), HN_E_CORRUPT);
    if (!has_not_ready_strings(m))
        assert_int_equal(load(m, build_str(m, STR_COMPACT, 0, "", 0), 0), HN_E_CORRUPT);
}

static void
impossible_lengths_are_corrupt(void **state)
{
    struct memory_builder *m = *state;
    hn_addr object = build_ascii(m, "x");

    memory_set(m, HN_ASCII_LENGTH, object, (uint64_t)-1);
    assert_int_equal(load(m, object, 0), HN_E_CORRUPT);
    memory_set(m, HN_ASCII_LENGTH, object, UINT64_C(1) << 62);
    assert_int_equal(load(m, object, 0), HN_E_CORRUPT);
}

static void
impossible_characters_are_corrupt(void **state)
{
    struct memory_builder *m = *state;
    const uint32_t beyond[] = { 0x110000 };

    assert_int_equal(load(m, build_str(m, STR_COMPACT, 4, beyond, 1), 0), HN_E_CORRUPT);
    assert_int_equal(load(m, build_str(m, STR_ASCII, 1, "\xef", 1), 0), HN_E_CORRUPT);
}

static void
a_null_text_is_corrupt(void **state)
{
    struct memory_builder *m = *state;
    hn_addr object = build_str(m, STR_LEGACY, 1, "abc", 3);

    memory_set(m, HN_UNICODE_DATA, object, 0);
    assert_int_equal(load(m, object, 0), HN_E_CORRUPT);
}

static void
another_type_is_corrupt(void **state)
{
    struct memory_builder *m = *state;

    assert_int_equal(load(m, build_small_int(m, 1), 0), HN_E_CORRUPT);
}

static void
text_beyond_the_memory_is_a_fault(void **state)
{
    struct memory_builder *m = *state;
    hn_addr object = build_ascii(m, "abcdef");

    memory_end_at(m, object + m->py.layout.size[HN_STRUCT_ASCII] + 3);
    assert_int_equal(load(m, object, 0), HN_E_FAULT);
    assert_int_equal(load(m, object, 3), HN_OK);
}

int
main(void)
{
    const struct layout_test tests[] = {
        LAYOUT_TEST(ascii_text),
        LAYOUT_TEST(one_byte_characters_are_latin_1),
        LAYOUT_TEST(two_byte_characters),
        LAYOUT_TEST(four_byte_characters),
        LAYOUT_TEST(a_subclass_keeps_its_text_behind_a_pointer),
        LAYOUT_TEST(a_string_that_is_not_ready_has_wide_characters),
        LAYOUT_TEST(lone_surrogates_become_escapes),
        LAYOUT_TEST(a_zero_inside_does_not_end_it),
        LAYOUT_TEST(text_longer_than_a_block_is_whole),
        LAYOUT_TEST(the_limit_counts_characters_and_says_so),
        LAYOUT_TEST(a_huge_str_costs_what_is_shown),
        LAYOUT_TEST(impossible_kinds_are_corrupt),
        LAYOUT_TEST(impossible_lengths_are_corrupt),
        LAYOUT_TEST(impossible_characters_are_corrupt),
        LAYOUT_TEST(a_null_text_is_corrupt),
        LAYOUT_TEST(another_type_is_corrupt),
        LAYOUT_TEST(text_beyond_the_memory_is_a_fault),
    };

    return run_for_each_layout("str", tests, sizeof(tests) / sizeof(tests[0]));
}
