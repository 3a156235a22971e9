/* Words and their numbers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/index.h"

static void
what_was_added_is_found(void **state)
{
    struct hn_index index;

    (void)state;
    hn_index_init(&index);
    assert_int_equal(hn_index_find(&index, 0, NULL, NULL), HN_INDEX_NONE);
    for (uint32_t i = 0; i < 10000; i++)
        assert_true(hn_index_add(&index, (uint64_t)i << 40, i));
    for (uint32_t i = 0; i < 10000; i++)
        assert_int_equal(hn_index_find(&index, (uint64_t)i << 40, NULL, NULL), i);
    assert_int_equal(hn_index_find(&index, 1, NULL, NULL), HN_INDEX_NONE);
    hn_index_deinit(&index);
}

static bool
is_two(const void *arg, uint32_t number)
{
    (void)arg;
    return number == 2;
}

static void
one_hash_may_stand_for_several(void **state)
{
    struct hn_index index;

    (void)state;
    hn_index_init(&index);
    for (uint32_t i = 1; i < 4; i++)
        assert_true(hn_index_add(&index, 77, i));
    assert_int_equal(hn_index_find(&index, 77, is_two, NULL), 2);
    assert_int_equal(hn_index_find(&index, 78, is_two, NULL), HN_INDEX_NONE);
    hn_index_deinit(&index);
}

static void
hashes_tell_bytes_apart(void **state)
{
    (void)state;
    assert_int_equal(hn_index_hash("abcdefghij", 10), hn_index_hash("abcdefghij", 10));
    assert_int_not_equal(hn_index_hash("abcdefghij", 10),
                         hn_index_hash("abcdefghik", 10));
    assert_int_not_equal(hn_index_hash("", 0), hn_index_hash("\0", 1));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_added_is_found),
        cmocka_unit_test(one_hash_may_stand_for_several),
        cmocka_unit_test(hashes_tell_bytes_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
