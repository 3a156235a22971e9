/* dict: order, deleted entries, both forms, and tables that cannot be. */
#include "support/memory_builder.h"

#include <string.h>

#include "objects/objects.h"

/* Values are only looked at, never followed: any number will do. */
enum { ONE = 0x111, TWO = 0x222, THREE = 0x333 };

static bool
has_log2(const struct memory_builder *m)
{
    return m->py.layout.formats.dict == HN_DICT_LOG2;
}

static void
assert_entries(struct memory_builder *m, hn_addr dict, const struct entry *expected,
               size_t count)
{
    struct hn_dict_iter it;
    hn_addr key, value;

    assert_int_equal(hn_dict_iter_init(&m->py, dict, &it), HN_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(hn_dict_iter_next(&it, &key, &value), HN_OK);
        assert_int_equal(key, expected[i].key);
        assert_int_equal(value, expected[i].value);
    }
    assert_int_equal(hn_dict_iter_next(&it, &key, &value), HN_DONE);
    assert_int_equal(hn_dict_iter_next(&it, &key, &value), HN_DONE);
}

static enum hn_status
walk_fails_with(struct memory_builder *m, hn_addr dict)
{
    struct hn_dict_iter it;
    hn_addr key, value;
    enum hn_status st = hn_dict_iter_init(&m->py, dict, &it);

    while (st == HN_OK)
        st = hn_dict_iter_next(&it, &key, &value);
    return st;
}

static void
entries_come_in_order_of_insertion(void **state)
{
    struct memory_builder *m = *state;
    const struct entry entries[] = { { 0x30, ONE }, { 0x10, TWO }, { 0x20, THREE } };

    assert_entries(m, build_dict(m, KEYS_GENERAL, entries, 3), entries, 3);
    assert_entries(m, build_dict(m, KEYS_UNICODE, entries, 3), entries, 3);
}

static void
deleted_entries_are_passed_over(void **state)
{
    struct memory_builder *m = *state;
    const struct entry entries[] = {
        { 0, 0 }, { 0x30, ONE }, { 0, 0 }, { 0, 0 }, { 0x20, THREE }, { 0, 0 },
    };
    const struct entry left[] = { { 0x30, ONE }, { 0x20, THREE } };

    assert_entries(m, build_dict(m, KEYS_GENERAL, entries, 6), left, 2);
    assert_entries(m, build_dict(m, KEYS_UNICODE, entries, 6), left, 2);
}

static void
an_empty_dict_has_no_entries(void **state)
{
    struct memory_builder *m = *state;
    hn_addr dict = build_dict(m, KEYS_GENERAL, NULL, 0);

    assert_entries(m, dict, NULL, 0);
}

static void
many_entries_take_many_blocks(void **state)
{
    struct memory_builder *m = *state;
    struct entry entries[1000]; /* two bytes per slot of the index */

    for (size_t i = 0; i < 1000; i++)
        entries[i] = (struct entry){ 0x1000 + i, 0x9000 + i };
    assert_entries(m, build_dict(m, KEYS_GENERAL, entries, 1000), entries, 1000);
    assert_entries(m, build_dict(m, KEYS_UNICODE, entries, 1000), entries, 1000);
}

static void
a_split_dict_has_values_of_its_own(void **state)
{
    struct memory_builder *m = *state;
    const struct entry keys[] = { { 0x10, 0 }, { 0x20, 0 }, { 0x30, 0 } };
    const hn_addr values[] = { ONE, TWO, THREE };
    const uint8_t order[] = { 0, 1, 2 };
    const struct entry expected[] = { { 0x10, ONE }, { 0x20, TWO }, { 0x30, THREE } };
    hn_addr dict = build_split_dict(m, build_keys(m, KEYS_SPLIT, keys, 3),
                                    build_values(m, values, 3, order, 3));

    assert_entries(m, dict, expected, 3);
}

static void
a_split_dict_may_lack_some_of_the_keys(void **state)
{
    struct memory_builder *m = *state;
    const struct entry keys[] = { { 0x10, 0 }, { 0x20, 0 }, { 0x30, 0 } };
    const hn_addr values[] = { ONE, 0, THREE };
    const uint8_t order[] = { 0, 2 };
    const struct entry expected[] = { { 0x10, ONE }, { 0x30, THREE } };
    hn_addr dict = build_split_dict(m, build_keys(m, KEYS_SPLIT, keys, 3),
                                    build_values(m, values, 3, order, 2));

    assert_entries(m, dict, expected, 2);
}

static void
a_split_dict_of_3_11_has_an_order_of_its_own(void **state)
{
    struct memory_builder *m = *state;
    const struct entry keys[] = { { 0x10, 0 }, { 0x20, 0 }, { 0x30, 0 }, { 0x40, 0 } };
    const hn_addr values[] = { ONE, TWO, THREE, 0 };
    const uint8_t order[] = { 2, 0, 1 };
    const struct entry expected[] = { { 0x30, THREE }, { 0x10, ONE }, { 0x20, TWO } };

    if (has_log2(m))
        assert_entries(m,
                       build_split_dict(m, build_keys(m, KEYS_SPLIT, keys, 4),
                                        build_values(m, values, 4, order, 3)),
                       expected, 3);
}

static void
an_order_that_leaves_the_keys_is_corrupt(void **state)
{
    struct memory_builder *m = *state;
    const struct entry keys[] = { { 0x10, 0 } };
    const hn_addr values[] = { ONE };
    const uint8_t order[] = { 200 };

    if (has_log2(m))
        assert_int_equal(
            walk_fails_with(m, build_split_dict(m, build_keys(m, KEYS_SPLIT, keys, 1),
                                                build_values(m, values, 1, order, 1))),
            HN_E_CORRUPT);
}

static void
more_attributes_than_room_are_corrupt(void **state)
{
    struct memory_builder *m = *state;
    const struct entry keys[] = { { 0x10, 0 } };
    const uint8_t order[100] = { 0 };
    hn_addr values;

    if (!has_log2(m))
        skip();
    values = build_values(m, (hn_addr[]){ ONE }, 1, order, 1);
    if (m->py.layout.formats.values == HN_VALUES_HEADER)
        memory_set(m, HN_DICTVALUES_SIZE, values, 100);
    else
        memory_put(m, values - 2, (uint8_t[]){ 100 }, 1);
    assert_int_equal(
        walk_fails_with(
            m, build_split_dict(m, build_keys(m, KEYS_SPLIT, keys, 1), values)),
        HN_E_CORRUPT);
}

static void
more_attributes_than_values_are_corrupt(void **state)
{
    struct memory_builder *m = *state;
    const struct entry keys[] = { { 0x10, 0 } };
    const uint8_t order[] = { 0 };
    hn_addr values;

    if (!has_log2(m) || m->py.layout.formats.values != HN_VALUES_HEADER)
        skip();
    values = build_values(m, (hn_addr[]){ ONE }, 1, order, 1);
    memory_set(m, HN_DICTVALUES_SIZE, values, 2);
    assert_int_equal(
        walk_fails_with(
            m, build_split_dict(m, build_keys(m, KEYS_SPLIT, keys, 1), values)),
        HN_E_CORRUPT);
    assert_string_equal(m->err.what, "more attributes than room");
}

static hn_addr
dict_with_keys(struct memory_builder *m, hn_addr *keys_ret)
{
    const struct entry entries[] = { { 0x10, ONE } };
    uint64_t keys;
    hn_addr dict = build_dict(m, KEYS_GENERAL, entries, 1);

    assert_int_equal(hn_field_read(&m->py, HN_DICT_KEYS, dict, &keys), HN_OK);
    *keys_ret = keys;
    return dict;
}

static void
more_entries_than_slots_are_corrupt(void **state)
{
    struct memory_builder *m = *state;
    hn_addr keys, dict = dict_with_keys(m, &keys);

    memory_set(m, HN_DICTKEYS_NENTRIES, keys, 9);
    assert_int_equal(walk_fails_with(m, dict), HN_E_CORRUPT);
    memory_set(m, HN_DICTKEYS_NENTRIES, keys, (uint64_t)-1);
    assert_int_equal(walk_fails_with(m, dict), HN_E_CORRUPT);
}

static void
impossible_sizes_are_corrupt(void **state)
{
    struct memory_builder *m = *state;
    hn_addr keys, dict = dict_with_keys(m, &keys);

    if (has_log2(m)) {
        memory_set(m, HN_DICTKEYS_LOG2_SIZE, keys, 0xdb);
        assert_int_equal(walk_fails_with(m, dict), HN_E_CORRUPT);
        memory_set(m, HN_DICTKEYS_LOG2_SIZE, keys, 3);
        memory_set(m, HN_DICTKEYS_LOG2_INDEX_BYTES, keys, 0x40);
    } else {
        memory_set(m, HN_DICTKEYS_SIZE, keys, 0);
        assert_int_equal(walk_fails_with(m, dict), HN_E_CORRUPT);
        memory_set(m, HN_DICTKEYS_SIZE, keys, 9);
        assert_int_equal(walk_fails_with(m, dict), HN_E_CORRUPT);
        memory_set(m, HN_DICTKEYS_SIZE, keys, UINT64_C(1) << 63);
    }
    assert_int_equal(walk_fails_with(m, dict), HN_E_CORRUPT);
}

static void
an_impossible_kind_is_corrupt(void **state)
{
    struct memory_builder *m = *state;
    hn_addr keys, dict = dict_with_keys(m, &keys);

    if (!has_log2(m))
        skip();
    memory_set(m, HN_DICTKEYS_KIND, keys, 3);
    assert_int_equal(walk_fails_with(m, dict), HN_E_CORRUPT);
}

/* What a running process may show us: the header of a large table whose entries were
 * given back already. */
static void
a_walk_into_missing_memory_fails_once_and_ends(void **state)
{
    struct memory_builder *m = *state;
    struct entry entries[100];
    struct hn_dict_iter it;
    hn_addr dict, key, value;
    uint64_t keys;
    size_t seen = 0;
    enum hn_status st;

    for (size_t i = 0; i < 100; i++)
        entries[i] = (struct entry){ 0x1000 + i, 0x9000 + i };
    dict = build_dict(m, KEYS_GENERAL, entries, 100);
    assert_int_equal(hn_field_read(&m->py, HN_DICT_KEYS, dict, &keys), HN_OK);
    assert_int_equal(hn_dict_iter_init(&m->py, dict, &it), HN_OK);
    memory_end_at(m, it.entries + 24 * 80);
    while ((st = hn_dict_iter_next(&it, &key, &value)) == HN_OK)
        seen++;
    assert_int_equal(st, HN_E_FAULT);
    assert_int_equal(seen, HN_DICT_BLOCK);
    assert_int_equal(hn_dict_iter_next(&it, &key, &value), HN_DONE);
}

static void
another_type_is_corrupt(void **state)
{
    struct memory_builder *m = *state;

    assert_int_equal(walk_fails_with(m, build_ascii(m, "x")), HN_E_CORRUPT);
}

static enum hn_status
find(struct memory_builder *m, hn_addr dict, const char *key, hn_addr *ret)
{
    return hn_dict_find(&m->py, dict, key, ret);
}

static void
a_key_is_found_by_its_text(void **state)
{
    struct memory_builder *m = *state;
    const struct entry entries[] = { { build_ascii(m, "abd"), ONE },
                                     { build_ascii(m, "ab"), TWO },
                                     { build_ascii(m, "abc"), THREE } };
    hn_addr dict = build_dict(m, KEYS_UNICODE, entries, 3), value;

    assert_int_equal(find(m, dict, "abc", &value), HN_OK);
    assert_int_equal(value, THREE);
    assert_int_equal(find(m, dict, "ab", &value), HN_OK);
    assert_int_equal(value, TWO);
    assert_int_equal(find(m, dict, "a", &value), HN_DONE);
    assert_int_equal(find(m, dict, "", &value), HN_DONE);
}

static void
a_key_is_found_in_every_form_of_str(void **state)
{
    struct memory_builder *m = *state;
    const uint16_t euro[] = { 0x20ac, 'x' };
    const uint32_t snake[] = { 0x1f40d };
    const struct entry entries[] = {
        { build_str(m, STR_LEGACY, 1, "legacy", 6), ONE },
        { build_str(m, STR_COMPACT, 1, "na\xefve", 5), TWO },
        { build_str(m, STR_COMPACT, 2, euro, 2), THREE },
        { build_str(m, STR_COMPACT, 4, snake, 1), 0x444 },
    };
    hn_addr dict = build_dict(m, KEYS_GENERAL, entries, 4), value;

    assert_int_equal(find(m, dict, "legacy", &value), HN_OK);
    assert_int_equal(value, ONE);
    assert_int_equal(find(m, dict, "na\xc3\xafve", &value), HN_OK);
    assert_int_equal(value, TWO);
    assert_int_equal(find(m, dict, "\xe2\x82\xacx", &value), HN_OK);
    assert_int_equal(value, THREE);
    assert_int_equal(find(m, dict, "\xf0\x9f\x90\x8d", &value), HN_OK);
    assert_int_equal(value, 0x444);
}

static void
keys_that_are_not_str_are_no_obstacle(void **state)
{
    struct memory_builder *m = *state;
    const struct entry entries[] = { { build_small_int(m, 3), ONE },
                                     { build_tuple(m, NULL, 0), TWO },
                                     { build_ascii(m, "key"), THREE } };
    hn_addr dict = build_dict(m, KEYS_GENERAL, entries, 3), value;

    assert_int_equal(find(m, dict, "key", &value), HN_OK);
    assert_int_equal(value, THREE);
    assert_int_equal(find(m, dict, "other", &value), HN_DONE);
}

static void
an_unreadable_key_is_not_taken_for_absence(void **state)
{
    struct memory_builder *m = *state;
    const struct entry entries[] = { { 0x7f0000000000, ONE },
                                     { build_ascii(m, "key"), TWO } };
    hn_addr dict = build_dict(m, KEYS_UNICODE, entries, 2), value;

    assert_int_equal(find(m, dict, "key", &value), HN_OK);
    assert_int_equal(value, TWO);
    assert_int_equal(find(m, dict, "other", &value), HN_E_FAULT);
}

static void
a_key_is_found_behind_a_block(void **state)
{
    struct memory_builder *m = *state;
    struct entry entries[HN_DICT_BLOCK + 2];
    hn_addr dict, value;

    for (size_t i = 0; i < HN_DICT_BLOCK + 1; i++)
        entries[i] = (struct entry){ build_small_int(m, (uint32_t)i), ONE };
    entries[HN_DICT_BLOCK + 1] = (struct entry){ build_ascii(m, "last"), TWO };
    dict = build_dict(m, KEYS_GENERAL, entries, HN_DICT_BLOCK + 2);
    assert_int_equal(find(m, dict, "last", &value), HN_OK);
    assert_int_equal(value, TWO);
}

int
main(void)
{
    const struct layout_test tests[] = {
        LAYOUT_TEST(entries_come_in_order_of_insertion),
        LAYOUT_TEST(deleted_entries_are_passed_over),
        LAYOUT_TEST(an_empty_dict_has_no_entries),
        LAYOUT_TEST(many_entries_take_many_blocks),
        LAYOUT_TEST(a_split_dict_has_values_of_its_own),
        LAYOUT_TEST(a_split_dict_may_lack_some_of_the_keys),
        LAYOUT_TEST(a_split_dict_of_3_11_has_an_order_of_its_own),
        LAYOUT_TEST(an_order_that_leaves_the_keys_is_corrupt),
        LAYOUT_TEST(more_attributes_than_room_are_corrupt),
        LAYOUT_TEST(more_attributes_than_values_are_corrupt),
        LAYOUT_TEST(more_entries_than_slots_are_corrupt),
        LAYOUT_TEST(impossible_sizes_are_corrupt),
        LAYOUT_TEST(an_impossible_kind_is_corrupt),
        LAYOUT_TEST(a_walk_into_missing_memory_fails_once_and_ends),
        LAYOUT_TEST(another_type_is_corrupt),
        LAYOUT_TEST(a_key_is_found_by_its_text),
        LAYOUT_TEST(a_key_is_found_in_every_form_of_str),
        LAYOUT_TEST(keys_that_are_not_str_are_no_obstacle),
        LAYOUT_TEST(an_unreadable_key_is_not_taken_for_absence),
        LAYOUT_TEST(a_key_is_found_behind_a_block),
    };

    return run_for_each_layout("dict", tests, sizeof(tests) / sizeof(tests[0]));
}
