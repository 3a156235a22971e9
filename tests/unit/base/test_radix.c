/* Sorting by digits against qsort(). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/radix.h"

struct item {
    uint32_t number; /* as they stood before */
    uint64_t key;
};

enum { COUNT = 20000 };

/* Any sequence will do that has equal keys, high bits and low bits. */
static uint64_t
key_of(uint32_t i)
{
    uint64_t mixed = (uint64_t)i * UINT64_C(0x9e3779b97f4a7c15);

    return i % 3 == 0   ? mixed
           : i % 3 == 1 ? mixed >> 50
                        : 0x7f0000000000 + (mixed >> 40);
}

static int
by_key(const void *a, const void *b)
{
    const struct item *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->number > y->number) - (x->number < y->number);
}

static void
as_qsort_would(void **state)
{
    static struct item items[COUNT], sorted[COUNT];

    (void)state;
    for (uint32_t i = 0; i < COUNT; i++)
        items[i] = sorted[i] = (struct item){ i, key_of(i) };
    qsort(sorted, COUNT, sizeof(*sorted), by_key);
    assert_true(
        hn_radix_sort(items, COUNT, sizeof(*items), offsetof(struct item, key), 0));
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_int_equal(items[i].key, sorted[i].key);
        assert_int_equal(items[i].number, sorted[i].number);
    }
}

static void
without_regard_to_low_bits(void **state)
{
    static uint64_t keys[COUNT];

    (void)state;
    for (uint32_t i = 0; i < COUNT; i++)
        keys[i] = key_of(i);
    assert_true(hn_radix_sort(keys, COUNT, sizeof(*keys), 0, 12));
    for (uint32_t i = 1; i < COUNT; i++)
        assert_true(keys[i - 1] >> 12 <= keys[i] >> 12);
}

static void
few_are_left_to_others(void **state)
{
    uint64_t keys[] = { 3, 1, 2 };

    (void)state;
    assert_false(hn_radix_sort(keys, 3, sizeof(*keys), 0, 0));
    assert_int_equal(keys[0], 3);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_qsort_would),
        cmocka_unit_test(without_regard_to_low_bits),
        cmocka_unit_test(few_are_left_to_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
