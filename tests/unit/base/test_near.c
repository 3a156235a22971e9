/* Words that may have been meant. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/near.h"

static void
distance_counts_edits(void **state)
{
    (void)state;
    assert_int_equal(hn_near_distance("", ""), 0);
    assert_int_equal(hn_near_distance("", "bt"), 2);
    assert_int_equal(hn_near_distance("depth", "depth"), 0);
    assert_int_equal(hn_near_distance("dept", "depth"), 1);
    assert_int_equal(hn_near_distance("depth", "width"), 3);
    assert_int_equal(hn_near_distance("dpeth", "depth"), 1); /* neighbours swapped */
}

static void
overlong_words_are_far_from_everything(void **state)
{
    char word[1000];

    (void)state;
    for (size_t i = 0; i < sizeof(word); i++)
        word[i] = 'd';
    word[sizeof(word) - 1] = '\0';
    assert_true(hn_near_distance(word, "depth") > 900);
    assert_false(hn_near(word, "depth"));
}

static void
slips_and_beginnings_are_near(void **state)
{
    (void)state;
    assert_true(hn_near("dmup", "dump"));
    assert_true(hn_near("thread", "threads"));
    assert_true(hn_near("th", "threads"));
    assert_true(hn_near("bf", "bt"));
    assert_false(hn_near("", "bt"));
    assert_false(hn_near("info", "dump"));
    assert_false(hn_near("xyz", "up"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(distance_counts_edits),
        cmocka_unit_test(overlong_words_are_far_from_everything),
        cmocka_unit_test(slips_and_beginnings_are_near),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
