/* Turns: who cannot have run between two readings of the GIL. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "sample/turn.h"

enum { FIRST = 0x1000, SECOND = 0x2000, THIRD = 0x3000 };

static struct hn_turn
turn_of(hn_addr last, uint64_t switches)
{
    return (struct hn_turn){
        .known = true, .switches = switches, .last = last, .current = last
    };
}

static void
without_a_switch_all_but_the_last_rest(void **state)
{
    struct hn_turn from = turn_of(FIRST, 7), to = turn_of(FIRST, 7);

    (void)state;
    assert_true(hn_turn_rests(&from, &to, SECOND));
    assert_false(hn_turn_rests(&from, &to, FIRST));
    to.current = 0; /* it waits now: it ran until then */
    assert_false(hn_turn_rests(&from, &to, FIRST));
}

static void
one_switch_has_two_that_ran(void **state)
{
    struct hn_turn from = turn_of(FIRST, 7), to = turn_of(SECOND, 8);

    (void)state;
    assert_false(hn_turn_rests(&from, &to, FIRST));
    assert_false(hn_turn_rests(&from, &to, SECOND));
    assert_true(hn_turn_rests(&from, &to, THIRD));
}

static void
after_more_switches_any_may_have_run(void **state)
{
    struct hn_turn from = turn_of(FIRST, 7), there = turn_of(SECOND, 9);
    struct hn_turn back = turn_of(FIRST, 9);

    (void)state;
    assert_false(hn_turn_rests(&from, &there, THIRD));
    assert_false(hn_turn_rests(&from, &back, SECOND));
}

static void
half_a_switch_is_not_mistaken(void **state)
{
    struct hn_turn from = turn_of(FIRST, 7);
    struct hn_turn holder_alone = turn_of(SECOND, 7), number_alone = turn_of(FIRST, 8);

    (void)state;
    assert_false(hn_turn_rests(&from, &holder_alone, SECOND));
    assert_true(hn_turn_rests(&from, &holder_alone, THIRD));
    assert_false(hn_turn_rests(&from, &number_alone, SECOND));
}

static void
what_is_not_known_proves_nothing(void **state)
{
    struct hn_turn from = turn_of(FIRST, 7), to = turn_of(FIRST, 7);

    (void)state;
    to.known = false;
    assert_false(hn_turn_rests(&from, &to, SECOND));
    assert_false(hn_turn_rests(&to, &from, SECOND));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_switch_all_but_the_last_rest),
        cmocka_unit_test(one_switch_has_two_that_ran),
        cmocka_unit_test(after_more_switches_any_may_have_run),
        cmocka_unit_test(half_a_switch_is_not_mistaken),
        cmocka_unit_test(what_is_not_known_proves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
