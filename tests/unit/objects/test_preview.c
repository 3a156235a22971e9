/* Previews of objects that a test builds: limits, cycles, and memory that is wrong.
 * What healthy objects look like is told by running interpreters (run_previews.py). */
#include "support/memory_builder.h"

#include <stdio.h>
#include <string.h>

#include "objects/preview.h"

static const struct hn_preview_limits all = { .depth = HN_PREVIEW_DEPTH_MOST };

/* Types that have a repr of their own, and an MRO, as those of CPython. */
static void
finish_type(struct memory_builder *m, hn_addr type)
{
    const hn_addr mro[] = { type, m->object };

    memory_set(m, HN_TYPE_REPR, type, type);
    memory_set(m, HN_TYPE_MRO, type, build_tuple(m, mro, type == m->object ? 1 : 2));
    if (type != m->object)
        memory_set(m, HN_TYPE_BASE, type, m->object);
}

static void
finish_types(struct memory_builder *m)
{
    const hn_addr types[] = { m->type,       m->object, m->str,  m->integer,
                              m->bytes_type, m->tuple,  m->list, m->dict };

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        finish_type(m, types[i]);
}

static const char *
preview(struct memory_builder *m, hn_addr object,
        const struct hn_preview_limits *limits, bool *cut_ret)
{
    struct hn_types *types = hn_types_create(&m->py);
    struct hn_value value;

    assert_non_null(types);
    assert_int_equal(hn_value_load(types, object, limits, &m->arena, &value), HN_OK);
    hn_types_destroy(types);
    if (cut_ret)
        *cut_ret = value.cut;
    return value.repr;
}

static void
assert_shown(struct memory_builder *m, hn_addr object, const char *expected)
{
    assert_string_equal(preview(m, object, &all, NULL), expected);
}

static void
assert_begins(struct memory_builder *m, hn_addr object, const char *format)
{
    char expected[64];
    const char *shown = preview(m, object, &all, NULL);

    snprintf(expected, sizeof expected, format, (unsigned long long)object);
    assert_memory_equal(shown, expected, strlen(expected));
}

static void
containers_show_what_they_hold(void **state)
{
    struct memory_builder *m = *state;
    const hn_addr items[] = { build_small_int(m, 7), build_ascii(m, "it's") };
    const struct entry entry = { items[1], build_tuple(m, items, 1) };

    finish_types(m);
    assert_shown(m, build_list(m, items, 2), "[7, \"it's\"]");
    assert_shown(m, build_dict(m, KEYS_UNICODE, &entry, 1), "{\"it's\": (7,)}");
}

/* set.pop() writes the placeholder, then its hash, then how many are left. */
static void
what_is_being_removed_from_a_set_is_no_member(void **state)
{
    struct memory_builder *m = *state;
    const hn_addr set_type = build_type(m, "set", 0),
                  placeholder =
                      build_object(m, build_type(m, "<dummy key> type", 0), 16),
                  members[] = { build_small_int(m, 7), placeholder,
                                build_small_int(m, 9) },
                  set = build_object(m, set_type, m->py.layout.size[HN_STRUCT_SET]),
                  table = memory_alloc(m, 4 * m->py.layout.size[HN_STRUCT_SETENTRY]);

    finish_types(m);
    finish_type(m, set_type);
    memory_set(m, HN_SET_TABLE, set, table);
    memory_set(m, HN_SET_MASK, set, 3);
    memory_set(m, HN_SET_USED, set, 3);
    for (size_t i = 0; i < 3; i++) {
        hn_addr entry = table + i * m->py.layout.size[HN_STRUCT_SETENTRY];

        memory_set(m, HN_SETENTRY_KEY, entry, members[i]);
        memory_set(m, HN_SETENTRY_HASH, entry, 5);
    }
    assert_shown(m, set, "{7, 9}");
}

static void
a_list_in_itself_ends_as_python_ends_it(void **state)
{
    struct memory_builder *m = *state;
    hn_addr item = build_small_int(m, 1), list = build_list(m, &item, 1), at;
    const hn_addr pair[] = { list, item };

    finish_types(m);
    assert_int_equal(hn_field_read(&m->py, HN_LIST_ITEMS, list, &at), HN_OK);
    memory_put_u64(m, at, build_tuple(m, pair, 2));
    assert_shown(m, list, "[([...], 1)]");
}

static void
limits_say_how_much_they_cut(void **state)
{
    struct memory_builder *m = *state;
    const struct hn_preview_limits limits = { .depth = 1, .items = 2, .width = 3 };
    hn_addr number = build_small_int(m, 123456), items[4];
    bool cut;

    finish_types(m);
    items[0] = build_ascii(m, "abcdef");
    items[1] = build_list(m, &number, 1);
    items[2] = items[3] = number;
    assert_string_equal(preview(m, build_list(m, items, 4), &limits, &cut),
                        "['abc'... 3 more, [... 1 more], ... 2 more]");
    assert_true(cut);
    assert_string_equal(preview(m, number, &limits, &cut), "123... 3 more");
    assert_string_equal(preview(m, build_list(m, items, 0), &limits, &cut), "[]");
    assert_false(cut);
}

/* A preview is remembered for the next frame that holds the object, but not for other
 * limits, and not while the target runs. */
static void
a_remembered_preview_is_of_the_same_limits_and_of_one_moment(void **state)
{
    struct memory_builder *m = *state;
    const struct hn_preview_limits short_ones = { .depth = 9, .items = 1 };
    hn_addr items[] = { build_small_int(m, 1), build_small_int(m, 2),
                        build_small_int(m, 3), build_small_int(m, 4) },
            list = build_list(m, items, 4), at;
    struct hn_types *types;
    struct hn_value value;

    finish_types(m);
    types = hn_types_create(&m->py);
    assert_non_null(types);
    assert_int_equal(hn_field_read(&m->py, HN_LIST_ITEMS, list, &at), HN_OK);
    for (int consistent = 1; consistent >= 0; consistent--) {
        m->py.target->consistent = consistent;
        memory_put_u64(m, at, items[0]);
        for (int again = 0; again < 2; again++) {
            hn_addr object = consistent ? list : build_list(m, items, 4);

            assert_int_equal(hn_value_load(types, object, &all, &m->arena, &value),
                             HN_OK);
            assert_string_equal(value.repr, "[1, 2, 3, 4]");
            assert_int_equal(value.addr, object);
            assert_string_equal(value.type, "list");
        }
        assert_int_equal(hn_value_load(types, list, &short_ones, &m->arena, &value),
                         HN_OK);
        assert_string_equal(value.repr, "[1, ... 3 more]");
    }
    hn_types_destroy(types);

    types = hn_types_create(&m->py);
    assert_non_null(types);
    assert_int_equal(hn_value_load(types, list, &all, &m->arena, &value), HN_OK);
    memory_put_u64(m, at, items[3]); /* it runs, and changes under our eyes */
    assert_int_equal(hn_value_load(types, list, &all, &m->arena, &value), HN_OK);
    assert_string_equal(value.repr, "[4, 2, 3, 4]");
    hn_types_destroy(types);
}

/* A doubling in each of 90 levels: to show it all would take for ever. */
static void
a_preview_without_limits_ends_all_the_same(void **state)
{
    struct memory_builder builder, *m = &builder;
    hn_addr object;
    bool cut;

    (void)state;
    memory_builder_init(m, HN_HEX(3, 12, 1), HN_FLAVOUR_RELEASE);
    finish_types(m);
    object = build_small_int(m, 1);
    for (unsigned level = 0; level < 90; level++) {
        const hn_addr pair[] = { object, object };

        object = build_tuple(m, pair, 2);
    }
    (void)preview(m, object, &all, &cut);
    assert_true(cut);
    memory_builder_deinit(m);
}

static void
an_object_without_references_may_be_freed(void **state)
{
    struct memory_builder *m = *state;
    hn_addr object = build_small_int(m, 1);

    finish_types(m);
    if (memory_set_refcount(m, object, 0))
        assert_begins(m, object, "<freed? 0x%llx>");
    else
        assert_shown(m, object, "1");
}

static void
an_object_whose_type_is_none_may_be_freed(void **state)
{
    struct memory_builder *m = *state;
    hn_addr object = build_small_int(m, 1);

    finish_types(m);
    memory_set(m, HN_OBJECT_TYPE, object, build_small_int(m, 2));
    assert_begins(m, object, "<freed? 0x%llx>");
}

static void
what_cannot_be_read_is_said_in_its_place(void **state)
{
    struct memory_builder *m = *state;
    const hn_addr items[] = { build_small_int(m, 1), 0x7f0000000000, 0 };
    const char *shown;

    finish_types(m);
    shown = preview(m, build_list(m, items, 3), &all, NULL);
    assert_non_null(strstr(shown, "[1, <unreadable 0x7f0000000000: no memory at 0x7f"));
    assert_non_null(strstr(shown, ">, <NULL>]"));
}

static void
an_impossible_int_is_unreadable(void **state)
{
    struct memory_builder *m = *state;
    const uint32_t digits[] = { 1, 1u << 30, 1 };
    hn_addr number = build_int(m, false, digits, 3);

    finish_types(m);
    assert_begins(m, number, "<unreadable 0x%llx: int with an impossible digit");
}

static void
a_list_of_an_impossible_length_is_unreadable(void **state)
{
    struct memory_builder *m = *state;
    hn_addr item = build_small_int(m, 1), list = build_list(m, &item, 1);

    finish_types(m);
    memory_set(m, HN_VAR_SIZE, list, UINT64_MAX);
    assert_begins(m, list, "<unreadable 0x%llx: impossible number of items");
}

static void
a_str_with_impossible_characters_is_unreadable(void **state)
{
    struct memory_builder *m = *state;
    const uint32_t characters[] = { 'a', 0x110000 };
    hn_addr str = build_str(m, STR_COMPACT, 4, characters, 2);

    finish_types(m);
    assert_begins(m, str,
                  "<unreadable 0x%llx: str holds characters that it cannot hold");
}

int
main(void)
{
    static const struct layout_test tests[] = {
        LAYOUT_TEST(containers_show_what_they_hold),
        LAYOUT_TEST(what_is_being_removed_from_a_set_is_no_member),
        LAYOUT_TEST(a_list_in_itself_ends_as_python_ends_it),
        LAYOUT_TEST(limits_say_how_much_they_cut),
        LAYOUT_TEST(a_remembered_preview_is_of_the_same_limits_and_of_one_moment),
        LAYOUT_TEST(an_object_without_references_may_be_freed),
        LAYOUT_TEST(an_object_whose_type_is_none_may_be_freed),
        LAYOUT_TEST(what_cannot_be_read_is_said_in_its_place),
        LAYOUT_TEST(an_impossible_int_is_unreadable),
        LAYOUT_TEST(a_list_of_an_impossible_length_is_unreadable),
        LAYOUT_TEST(a_str_with_impossible_characters_is_unreadable),
    };

    static const struct CMUnitTest once[] = {
        cmocka_unit_test(a_preview_without_limits_ends_all_the_same),
    };
    int failed = run_for_each_layout("preview", tests, sizeof tests / sizeof tests[0]);

    return cmocka_run_group_tests(once, NULL, NULL) != 0 || failed != 0;
}
