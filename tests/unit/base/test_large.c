/* Arrays long enough for large pages are arrays like others. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/large.h"

enum { SHORT = 10, LONG = 40 << 20 };

static void
cleared_is_cleared(void **state)
{
    unsigned char *array = hn_large_calloc(LONG, 1);

    (void)state;
    assert_non_null(array);
    for (size_t i = 0; i < LONG; i += 4096)
        assert_int_equal(array[i], 0);
    assert_int_equal(array[LONG - 1], 0);
    free(array);
}

static void
items_stay_when_it_grows_and_shrinks(void **state)
{
    uint32_t *array = hn_large_alloc(SHORT, sizeof(*array));

    (void)state;
    assert_non_null(array);
    for (uint32_t i = 0; i < SHORT; i++)
        array[i] = i;
    array = hn_large_realloc(array, LONG, sizeof(*array));
    assert_non_null(array);
    for (uint32_t i = SHORT; i < LONG; i++)
        array[i] = i;
    array = hn_large_realloc(array, LONG / 2 + 1, sizeof(*array));
    assert_non_null(array);
    for (uint32_t i = 0; i <= LONG / 2; i += 1000)
        assert_int_equal(array[i], i);
    free(array);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cleared_is_cleared),
        cmocka_unit_test(items_stay_when_it_grows_and_shrinks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
