/* Attributes of instances, wherever a CPython keeps them, and namespaces of modules. */
#include "support/memory_builder.h"

#include <string.h>

#include "objects/objects.h"

enum { ONE = 0x111, TWO = 0x222 };

static enum hn_instance_format
format_of(const struct memory_builder *m)
{
    return m->py.layout.formats.instance;
}

static bool
has_managed_dicts(const struct memory_builder *m)
{
    return format_of(m) != HN_INSTANCE_DICT_OFFSET;
}

static bool
has_inline_values(const struct memory_builder *m)
{
    return format_of(m) == HN_INSTANCE_INLINE_HEADER
           || format_of(m) == HN_INSTANCE_INLINE_BASICSIZE;
}

static hn_addr
one_and_two(struct memory_builder *m)
{
    const struct entry entries[] = { { build_ascii(m, "one"), ONE },
                                     { build_ascii(m, "two"), TWO } };

    return build_dict(m, KEYS_UNICODE, entries, 2);
}

static void
assert_one_and_two(struct memory_builder *m, hn_addr object)
{
    hn_addr value;

    assert_int_equal(hn_instance_find(&m->py, object, "one", &value), HN_OK);
    assert_int_equal(value, ONE);
    assert_int_equal(hn_instance_find(&m->py, object, "two", &value), HN_OK);
    assert_int_equal(value, TWO);
    assert_int_equal(hn_instance_find(&m->py, object, "three", &value), HN_DONE);
}

static enum hn_status
find_one(struct memory_builder *m, hn_addr object)
{
    hn_addr value;

    return hn_instance_find(&m->py, object, "one", &value);
}

/* A class whose instances have their dict pointer @offset bytes into them. */
static hn_addr
class_with_offset(struct memory_builder *m, int64_t offset)
{
    hn_addr class = build_type(m, "C", HN_TPFLAG_HEAP);

    memory_set(m, HN_TYPE_BASICSIZE, class, 64);
    memory_set(m, HN_TYPE_DICTOFFSET, class, (uint64_t)offset);
    return class;
}

static void
a_dict_at_an_offset(void **state)
{
    struct memory_builder *m = *state;
    hn_addr object = build_object(m, class_with_offset(m, 48), 64);

    memory_put_u64(m, object + 48, one_and_two(m));
    assert_one_and_two(m, object);
}

static void
a_dict_that_was_not_made_yet(void **state)
{
    struct memory_builder *m = *state;

    assert_int_equal(find_one(m, build_object(m, class_with_offset(m, 48), 64)),
                     HN_DONE);
}

static void
an_object_without_attributes(void **state)
{
    struct memory_builder *m = *state;

    assert_int_equal(find_one(m, build_object(m, m->object, 64)), HN_DONE);
}

/* A subclass of int: 64 bytes and 3 items of 4 are 76, rounded up 80; the last word
 * of that is the dict. A negative ob_size is a negative int. */
static void
a_dict_behind_the_items(void **state)
{
    struct memory_builder *m = *state;
    const int64_t sizes[] = { 3, -3 };
    hn_addr class = class_with_offset(m, -8);

    memory_set(m, HN_TYPE_ITEMSIZE, class, 4);
    for (size_t i = 0; i < 2; i++) {
        hn_addr object = build_object(m, class, 80);

        memory_set(m, HN_VAR_SIZE, object, (uint64_t)sizes[i]);
        memory_put_u64(m, object + 72, one_and_two(m));
        assert_one_and_two(m, object);
    }
}

static void
an_impossible_offset_is_corrupt(void **state)
{
    struct memory_builder *m = *state;

    assert_int_equal(find_one(m, build_object(m, class_with_offset(m, 1ll << 40), 64)),
                     HN_E_CORRUPT);
}

static void
an_impossible_item_count_is_corrupt(void **state)
{
    struct memory_builder *m = *state;
    hn_addr object = build_object(m, class_with_offset(m, -8), 80);

    memory_set(m, HN_VAR_SIZE, object, UINT64_C(1) << 63);
    assert_int_equal(find_one(m, object), HN_E_CORRUPT);
}

/* A class whose instances have their attributes where this CPython manages them; the
 * names are given already. */
static hn_addr
managed_class(struct memory_builder *m)
{
    uint64_t flags = HN_TPFLAG_HEAP | HN_TPFLAG_MANAGED_DICT;
    const struct entry names[] = { { build_ascii(m, "zero"), 0 },
                                   { build_ascii(m, "one"), 0 },
                                   { build_ascii(m, "two"), 0 } };
    hn_addr class = build_type(
        m, "M", flags | (has_inline_values(m) ? HN_TPFLAG_INLINE_VALUES : 0));

    memory_set(m, HN_TYPE_DICTOFFSET, class, (uint64_t)-1);
    memory_set(m, HN_HEAPTYPE_CACHED_KEYS, class, build_keys(m, KEYS_SPLIT, names, 3));
    if (format_of(m) == HN_INSTANCE_INLINE_BASICSIZE)
        memory_set(m, HN_TYPE_BASICSIZE, class, 48);
    return class;
}

/* The word right before the GC header, or the object in free-threaded builds. */
static hn_addr
word_before(const struct memory_builder *m, hn_addr object)
{
    bool free_threaded = m->py.layout.flavour & HN_FLAVOUR_FREE_THREADED;

    return object - (free_threaded ? 8 : 24);
}

static hn_addr
inline_values(const struct memory_builder *m, hn_addr object)
{
    bool free_threaded = m->py.layout.flavour & HN_FLAVOUR_FREE_THREADED;

    if (format_of(m) == HN_INSTANCE_INLINE_BASICSIZE)
        return object + 48;
    return object + (free_threaded ? 32 : 16);
}

static const hn_addr values[] = { 0, ONE, TWO };
static const uint8_t order[] = { 2, 1 }; /* "two" was set first; "zero" was deleted */

static hn_addr
build_instance(struct memory_builder *m)
{
    hn_addr object = build_object(m, managed_class(m), 128);

    switch (format_of(m)) {
    case HN_INSTANCE_DICT_OFFSET: break;
    case HN_INSTANCE_VALUES_AND_DICT:
        memory_put_u64(m, word_before(m, object) - 8,
                       build_values(m, values, 3, order, 2));
        memory_put_u64(m, word_before(m, object), 0);
        break;
    case HN_INSTANCE_DICT_OR_VALUES:
        memory_put_u64(m, word_before(m, object),
                       build_values(m, values, 3, order, 2) - 1);
        break;
    case HN_INSTANCE_INLINE_HEADER:
    case HN_INSTANCE_INLINE_BASICSIZE:
        memory_put_u64(m, word_before(m, object), 0);
        put_values(m, inline_values(m, object), values, 3, order, 2);
        break;
    }
    return object;
}

static void
values_without_a_dict(void **state)
{
    struct memory_builder *m = *state;

    if (has_managed_dicts(m))
        assert_one_and_two(m, build_instance(m));
}

static void
a_deleted_value_is_not_there(void **state)
{
    struct memory_builder *m = *state;
    hn_addr value;

    if (has_managed_dicts(m))
        assert_int_equal(hn_instance_find(&m->py, build_instance(m), "zero", &value),
                         HN_DONE);
}

static void
a_managed_dict(void **state)
{
    struct memory_builder *m = *state;
    hn_addr object;

    if (!has_managed_dicts(m))
        skip();
    object = build_object(m, managed_class(m), 128);
    if (format_of(m) == HN_INSTANCE_VALUES_AND_DICT)
        memory_put_u64(m, word_before(m, object) - 8, 0);
    memory_put_u64(m, word_before(m, object), one_and_two(m));
    assert_one_and_two(m, object);
}

static void
a_dict_goes_before_inline_values(void **state)
{
    struct memory_builder *m = *state;
    hn_addr object, value;

    if (!has_inline_values(m))
        skip();
    object = build_instance(m);
    memory_put_u64(m, word_before(m, object), build_dict(m, KEYS_UNICODE, NULL, 0));
    assert_int_equal(hn_instance_find(&m->py, object, "one", &value), HN_DONE);
}

static void
inline_values_that_were_moved_away_do_not_count(void **state)
{
    struct memory_builder *m = *state;
    hn_addr object;

    if (!has_inline_values(m))
        skip();
    object = build_instance(m);
    memory_set(m, HN_DICTVALUES_VALID, inline_values(m, object), 0);
    assert_int_equal(find_one(m, object), HN_DONE);
}

static void
keys_that_are_not_there_are_a_fault(void **state)
{
    struct memory_builder *m = *state;
    hn_addr object, class;

    if (!has_managed_dicts(m))
        skip();
    object = build_instance(m);
    assert_int_equal(hn_object_type(&m->py, object, &class), HN_OK);
    memory_set(m, HN_HEAPTYPE_CACHED_KEYS, class, 0x7f0000000000);
    assert_int_equal(find_one(m, object), HN_E_FAULT);
}

static void
a_class_of_an_impossible_size_is_corrupt(void **state)
{
    struct memory_builder *m = *state;
    hn_addr class = class_with_offset(m, 48);

    memory_set(m, HN_TYPE_BASICSIZE, class, (uint64_t)-16);
    assert_int_equal(find_one(m, build_object(m, class, 64)), HN_E_CORRUPT);
}

static void
a_module_has_a_namespace(void **state)
{
    struct memory_builder *m = *state;
    hn_addr module = build_object(m, build_type(m, "module", 0),
                                  m->py.layout.size[HN_STRUCT_MODULE]);
    hn_addr expected = one_and_two(m), dict;

    memory_set(m, HN_MODULE_DICT, module, expected);
    assert_int_equal(hn_module_dict(&m->py, module, &dict), HN_OK);
    assert_int_equal(dict, expected);
}

static void
an_object_that_is_no_module_has_none(void **state)
{
    struct memory_builder *m = *state;
    hn_addr module = build_object(m, m->object, m->py.layout.size[HN_STRUCT_MODULE]);
    hn_addr dict;

    memory_set(m, HN_MODULE_DICT, module, build_ascii(m, "no dict"));
    assert_int_equal(hn_module_dict(&m->py, module, &dict), HN_E_CORRUPT);
}

int
main(void)
{
    const struct layout_test tests[] = {
        LAYOUT_TEST(a_dict_at_an_offset),
        LAYOUT_TEST(a_dict_that_was_not_made_yet),
        LAYOUT_TEST(an_object_without_attributes),
        LAYOUT_TEST(a_dict_behind_the_items),
        LAYOUT_TEST(an_impossible_offset_is_corrupt),
        LAYOUT_TEST(an_impossible_item_count_is_corrupt),
        LAYOUT_TEST(values_without_a_dict),
        LAYOUT_TEST(a_deleted_value_is_not_there),
        LAYOUT_TEST(a_managed_dict),
        LAYOUT_TEST(a_dict_goes_before_inline_values),
        LAYOUT_TEST(inline_values_that_were_moved_away_do_not_count),
        LAYOUT_TEST(keys_that_are_not_there_are_a_fault),
        LAYOUT_TEST(a_class_of_an_impossible_size_is_corrupt),
        LAYOUT_TEST(a_module_has_a_namespace),
        LAYOUT_TEST(an_object_that_is_no_module_has_none),
    };

    return run_for_each_layout("instance", tests, sizeof(tests) / sizeof(tests[0]));
}
