/* Tallies: one for each thread, stack and state, with 64-bit counters. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "sample/counts.h"

static void
each_combination_has_a_tally_of_its_own(void **state)
{
    struct hn_counts counts;

    (void)state;
    assert_true(hn_counts_init(&counts));
    hn_counts_at(&counts, 1, 2, 3, 0)->samples = 10;
    hn_counts_at(&counts, 2, 2, 3, 0)->samples = 20;
    hn_counts_at(&counts, 1, 3, 3, 0)->samples = 30;
    hn_counts_at(&counts, 1, 2, 1, 0)->samples = 40;

    assert_int_equal(4, counts.count);
    assert_int_equal(10, hn_counts_at(&counts, 1, 2, 3, UINT32_MAX)->samples);
    assert_int_equal(40, hn_counts_at(&counts, 1, 2, 1, UINT32_MAX)->samples);
    hn_counts_deinit(&counts);
}

static void
a_wrong_hint_does_no_harm(void **state)
{
    struct hn_counts counts;

    (void)state;
    assert_true(hn_counts_init(&counts));
    hn_counts_at(&counts, 1, 2, 3, 0)->samples = 10;
    hn_counts_at(&counts, 4, 5, 6, 0)->samples = 20;

    assert_int_equal(20, hn_counts_at(&counts, 4, 5, 6, 0)->samples);
    hn_counts_deinit(&counts);
}

/* 100 kHz overflow 32 bits within half a day. */
static void
counts_beyond_32_bits(void **state)
{
    struct hn_counts counts;

    (void)state;
    assert_true(hn_counts_init(&counts));
    hn_counts_at(&counts, 1, 2, 3, 0)->samples = UINT32_MAX;
    hn_counts_at(&counts, 1, 2, 3, 0)->samples++;
    for (uint32_t i = 0; i < 10000; i++) /* the table grows meanwhile */
        assert_non_null(hn_counts_at(&counts, 9, i, 0, 0));

    assert_true(hn_counts_at(&counts, 1, 2, 3, 0)->samples == (uint64_t)UINT32_MAX + 1);
    hn_counts_deinit(&counts);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_combination_has_a_tally_of_its_own),
        cmocka_unit_test(a_wrong_hint_does_no_harm),
        cmocka_unit_test(counts_beyond_32_bits),
    };

    return cmocka_run_group_tests_name("counts", tests, NULL, NULL);
}
