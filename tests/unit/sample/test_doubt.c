/* Which pairs of caller and callee are believed, and which stacks are dropped. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "sample/doubt.h"

/* Code: a loop that calls one function at place 10 and another at place 20. */
enum { LOOP = 1, ONE = 2, OTHER = 3 };

struct scene {
    struct hn_pairs pairs;
    struct hn_tree tree;
    uint32_t at_10, at_20;     /* the loop, standing at its two calls */
    uint32_t one, other, torn; /* torn: the other function above the call of the one */
};

static void
begin(struct scene *s)
{
    assert_true(hn_pairs_init(&s->pairs));
    assert_true(hn_tree_init(&s->tree));
    s->at_10 = hn_tree_step(&s->tree, 0, LOOP, 10);
    s->at_20 = hn_tree_step(&s->tree, 0, LOOP, 20);
    s->one = hn_tree_step(&s->tree, s->at_10, ONE, 0);
    s->other = hn_tree_step(&s->tree, s->at_20, OTHER, 0);
    hn_pairs_introduce(&s->pairs, &s->tree, s->one, true);
    hn_pairs_introduce(&s->pairs, &s->tree, s->other, true);
}

static void
end(struct scene *s)
{
    hn_pairs_deinit(&s->pairs);
    hn_tree_deinit(&s->tree);
}

static void
a_call_from_another_place_is_doubted(void **state)
{
    struct scene s;

    (void)state;
    begin(&s);
    assert_false(hn_pairs_doubt(&s.pairs, &s.tree, s.one));
    assert_false(hn_pairs_doubt(&s.pairs, &s.tree, s.other));
    s.torn = hn_tree_step(&s.tree, s.at_10, OTHER, 0);
    assert_true(hn_pairs_doubt(&s.pairs, &s.tree, s.torn));

    /* ... until it was seen often enough. */
    for (int i = 1; i < HN_PAIR_BELIEVED; i++)
        assert_false(hn_pairs_believe(&s.pairs, &s.tree, s.torn, true));
    assert_true(hn_pairs_believe(&s.pairs, &s.tree, s.torn, true));
    end(&s);
}

static void
trying_again_is_not_seeing_once_more(void **state)
{
    struct scene s;

    (void)state;
    begin(&s);
    hn_pairs_doubt(&s.pairs, &s.tree, s.other);
    s.torn = hn_tree_step(&s.tree, s.at_10, OTHER, 0);
    for (int i = 0; i < 100; i++)
        assert_false(hn_pairs_believe(&s.pairs, &s.tree, s.torn, false));
    end(&s);
}

static void
what_stood_still_is_proven_with_all_its_callers(void **state)
{
    struct scene s;
    uint32_t deep;

    (void)state;
    begin(&s);
    hn_pairs_doubt(&s.pairs, &s.tree, s.other);
    s.torn = hn_tree_step(&s.tree, s.at_10, OTHER, 0);
    deep = hn_tree_step(&s.tree, s.torn, ONE, 4);
    hn_pairs_prove(&s.pairs, &s.tree, deep);

    assert_false(hn_pairs_doubt(&s.pairs, &s.tree, s.torn));
    assert_true(hn_pairs_proven(&s.pairs, &s.tree, s.torn));
    assert_true(hn_pairs_proven(&s.pairs, &s.tree, deep));
    end(&s);
}

/* Once may be by chance. */
static void
what_stood_still_twice_is_settled(void **state)
{
    struct scene s;
    uint32_t deep;

    (void)state;
    begin(&s);
    deep = hn_tree_step(&s.tree, s.one, OTHER, 4);
    assert_false(hn_pairs_settled(&s.pairs, &s.tree, s.one));
    hn_pairs_prove(&s.pairs, &s.tree, s.one);
    assert_false(hn_pairs_settled(&s.pairs, &s.tree, s.one));
    hn_pairs_prove(&s.pairs, &s.tree, s.one);
    assert_true(hn_pairs_settled(&s.pairs, &s.tree, s.one));
    assert_false(hn_pairs_settled(&s.pairs, &s.tree, deep));
    assert_false(hn_pairs_settled(&s.pairs, &s.tree, s.other));
    end(&s);
}

static void
where_it_is_called_from_is_known_of_what_stood_still(void **state)
{
    struct scene s;
    int32_t at = 0;

    (void)state;
    begin(&s);
    assert_false(hn_pairs_place(&s.pairs, LOOP, OTHER, &at));
    hn_pairs_prove(&s.pairs, &s.tree, s.other);
    assert_true(hn_pairs_place(&s.pairs, LOOP, OTHER, &at));
    assert_int_equal(at, 20);
    assert_false(hn_pairs_place(&s.pairs, LOOP, ONE, &at));

    /* From two places: from either. */
    s.torn = hn_tree_step(&s.tree, s.at_10, OTHER, 0);
    hn_pairs_prove(&s.pairs, &s.tree, s.torn);
    assert_false(hn_pairs_place(&s.pairs, LOOP, OTHER, &at));
    end(&s);
}

/* Samples of the scene's stacks, judged; the other's stood still @other_still times. */
static void
judge_spared(struct scene *s, uint64_t other, uint32_t other_still, uint64_t torn,
             uint32_t torn_still, uint32_t torn_spared, struct hn_judged *ret)
{
    uint64_t samples[8] = { 0 };

    begin(s);
    s->torn = hn_tree_step(&s->tree, s->at_10, OTHER, 0);
    for (uint32_t i = 1; i < s->tree.count; i++)
        hn_pairs_doubt(&s->pairs, &s->tree, i);
    samples[s->one] = samples[s->other] = other;
    samples[s->torn] = torn;
    s->tree.nodes[s->other].sound = other_still;
    s->tree.nodes[s->torn].sound = torn_still;
    for (uint32_t i = 0; i < torn_spared; i++)
        hn_pairs_spare(&s->tree, s->torn);
    assert_true(hn_pairs_judge(&s->tree, s->pairs.index.count, samples, ret));
    end(s);
}

static void
judge(struct scene *s, uint64_t other, uint64_t torn, uint32_t torn_still,
      struct hn_judged *ret)
{
    judge_spared(s, other, (uint32_t)other, torn, torn_still, 0, ret);
}

static void
takes_a_pair_that_is_much_rarer_and_never_stood_still_for_the_other(void **state)
{
    struct scene s;
    struct hn_judged judged[8];

    (void)state;
    judge(&s, 1000, 9, 0, judged);
    assert_true(judged[s.torn].moved && !judged[s.torn].torn);
    assert_int_equal(judged[s.torn].at, 20);
    assert_false(judged[s.one].moved || judged[s.other].moved || judged[s.at_10].moved
                 || judged[s.at_20].moved);
}

static void
keeps_a_rare_pair_that_stood_still(void **state)
{
    struct scene s;
    struct hn_judged judged[8];

    (void)state;
    judge(&s, 1000, 9, 5, judged);
    assert_false(judged[s.torn].moved);
}

static bool
is_moved(uint32_t other_still, uint32_t torn_still, uint32_t torn_spared)
{
    struct scene s;
    struct hn_judged judged[8];

    judge_spared(&s, 10000, other_still, 100, torn_still, torn_spared, judged);
    return judged[s.torn].moved;
}

/* Nobody looked whether it stood still the other times. */
static void
judges_by_the_samples_that_were_checked(void **state)
{
    (void)state;
    assert_true(is_moved(10000, 5, 0));
    assert_false(is_moved(10000, 5, 90));
    assert_true(is_moved(10000, 1, 100));
}

/* Functions that are over before they are copied again: of those, who stood still twice
 * is believed. */
static void
judges_by_how_often_the_function_stands_still_elsewhere(void **state)
{
    (void)state;
    assert_true(is_moved(9000, 20, 0));
    assert_false(is_moved(4000, 20, 0));
    assert_false(is_moved(0, 2, 0));
    assert_true(is_moved(0, 1, 0));
}

static void
keeps_a_pair_that_is_not_so_rare(void **state)
{
    struct scene s;
    struct hn_judged judged[8];

    (void)state;
    judge(&s, 1000, 100, 0, judged);
    assert_false(judged[s.torn].moved);
}

/* The same function, but nobody expected it there, and elsewhere it is called often. */
static void
drops_what_nobody_expected(void **state)
{
    struct scene s;
    struct hn_judged judged[8];
    uint64_t samples[8] = { 0 };
    uint32_t deep;

    (void)state;
    begin(&s);
    s.torn = hn_tree_step(&s.tree, s.one, OTHER, 0);
    deep = hn_tree_step(&s.tree, s.torn, ONE, 0);
    hn_pairs_introduce(&s.pairs, &s.tree, s.torn, false);
    for (uint32_t i = 1; i < s.tree.count; i++)
        hn_pairs_doubt(&s.pairs, &s.tree, i);
    samples[s.other] = 1000;
    samples[s.torn] = 5;
    assert_true(hn_pairs_judge(&s.tree, s.pairs.index.count, samples, judged));
    assert_true(judged[s.torn].torn && judged[deep].torn);
    assert_false(judged[s.torn].moved || judged[s.one].torn || judged[s.other].torn);
    end(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_from_another_place_is_doubted),
        cmocka_unit_test(trying_again_is_not_seeing_once_more),
        cmocka_unit_test(what_stood_still_is_proven_with_all_its_callers),
        cmocka_unit_test(
            takes_a_pair_that_is_much_rarer_and_never_stood_still_for_the_other),
        cmocka_unit_test(drops_what_nobody_expected),
        cmocka_unit_test(keeps_a_rare_pair_that_stood_still),
        cmocka_unit_test(keeps_a_pair_that_is_not_so_rare),
        cmocka_unit_test(what_stood_still_twice_is_settled),
        cmocka_unit_test(where_it_is_called_from_is_known_of_what_stood_still),
        cmocka_unit_test(judges_by_the_samples_that_were_checked),
        cmocka_unit_test(judges_by_how_often_the_function_stands_still_elsewhere),
    };

    return cmocka_run_group_tests_name("doubt", tests, NULL, NULL);
}
