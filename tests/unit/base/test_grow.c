/* Arrays that get longer keep what is in them, or stay as they are. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/arena.h"
#include "base/grow.h"

enum { COUNT = 10000 };

static void
assert_counts_up(const uint64_t *items, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        assert_int_equal(items[i], i);
}

static void
grows_from_nothing_one_by_one(void **state)
{
    uint64_t *items = NULL;
    size_t capacity = 0;

    (void)state;
    for (uint64_t i = 0; i < COUNT; i++) {
        assert_true(HN_GROW(items, capacity, i + 1));
        assert_true(capacity > i);
        items[i] = i;
    }
    assert_counts_up(items, COUNT);
    free(items);
}

static void
grows_to_much_more_at_once(void **state)
{
    uint64_t *items = NULL;
    size_t capacity = 0;

    (void)state;
    assert_true(HN_GROW_LARGE(items, capacity, 10));
    for (uint64_t i = 0; i < 10; i++)
        items[i] = i;
    assert_true(HN_GROW_LARGE(items, capacity, 3 << 20));
    assert_true(capacity >= 3 << 20);
    items[capacity - 1] = 1;
    assert_counts_up(items, 10);
    free(items);
}

static void
stays_where_it_is_while_there_is_room(void **state)
{
    uint64_t *items = NULL, *before;
    size_t capacity = 0, room = 0;

    (void)state;
    assert_true(HN_GROW(items, capacity, room));
    assert_null(items);
    assert_true(HN_GROW(items, capacity, 1));
    before = items;
    room = capacity;
    assert_true(HN_GROW(items, capacity, room));
    assert_ptr_equal(items, before);
    assert_int_equal(capacity, room);
    free(items);
}

static void
what_is_new_is_zero(void **state)
{
    unsigned char *items = NULL;
    size_t capacity = 0, before = 0;

    (void)state;
    while (before < COUNT) {
        assert_true(HN_GROW_CLEARED(items, capacity, before + 1));
        for (size_t i = 0; i < capacity; i++) {
            assert_int_equal(items[i], i < before ? 0xff : 0);
            items[i] = 0xff;
        }
        before = capacity;
    }
    free(items);
}

static void
lives_in_an_arena(void **state)
{
    struct hn_arena arena;
    uint64_t *items = NULL;
    size_t capacity = 0;

    (void)state;
    hn_arena_init(&arena);
    for (uint64_t i = 0; i < COUNT; i++) {
        assert_true(HN_GROW_IN(&arena, items, capacity, i + 1));
        assert_int_equal(items[i], 0);
        items[i] = i;
    }
    assert_counts_up(items, COUNT);
    hn_arena_deinit(&arena);
}

static void
a_size_that_overflows_leaves_it_as_it_was(void **state)
{
    /* No doubling comes to the first; the others are too many bytes. */
    const size_t too_many[] = { SIZE_MAX, SIZE_MAX / 4, SIZE_MAX / 8 + 1 };
    struct hn_arena arena;
    uint64_t *items = NULL, *before;
    size_t capacity = 0, room;

    (void)state;
    hn_arena_init(&arena);
    assert_true(HN_GROW(items, capacity, 3));
    for (uint64_t i = 0; i < 3; i++)
        items[i] = i;
    before = items;
    room = capacity;
    for (size_t i = 0; i < sizeof(too_many) / sizeof(*too_many); i++) {
        assert_false(HN_GROW(items, capacity, too_many[i]));
        assert_false(HN_GROW_CLEARED(items, capacity, too_many[i]));
        assert_false(HN_GROW_LARGE(items, capacity, too_many[i]));
        assert_false(HN_GROW_IN(&arena, items, capacity, too_many[i]));
        assert_ptr_equal(items, before);
        assert_int_equal(capacity, room);
    }
    assert_counts_up(items, 3);
    free(items);
    hn_arena_deinit(&arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_from_nothing_one_by_one),
        cmocka_unit_test(grows_to_much_more_at_once),
        cmocka_unit_test(stays_where_it_is_while_there_is_room),
        cmocka_unit_test(what_is_new_is_zero),
        cmocka_unit_test(lives_in_an_arena),
        cmocka_unit_test(a_size_that_overflows_leaves_it_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
