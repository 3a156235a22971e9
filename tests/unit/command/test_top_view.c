/* What py-top shows, of two moments of a made-up run. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "command/top_view.h"

enum { COMPUTE, PRICE, FUNCTIONS };

static const uint64_t SECOND_NS = 1000000000;

/* price() calls compute(); in the first moment the one, in the second the other works.
 */
struct scene {
    struct hn_arena arena;
    struct hn_profile_function functions[FUNCTIONS];
    struct hn_profile_frame frames[FUNCTIONS];
    struct hn_profile_node nodes[3];
    struct hn_profile_thread thread;
    struct hn_profile_process process;
    struct hn_profile_count counts[2];
    enum hn_profile_by by; /* function, if nothing else is said */
    struct hn_top_moment before, now;
    struct hn_text text;
};

static const char *const arguments[] = { "python3", "shop/\033server.py", NULL };

static void
begin(struct scene *s)
{
    memset(s, 0, sizeof(*s));
    hn_arena_init(&s->arena);
    hn_text_init(&s->text);
    s->functions[COMPUTE] =
        (struct hn_profile_function){ "compute", "/srv/shop.py", 8, HN_PROFILE_PYTHON };
    s->functions[PRICE] =
        (struct hn_profile_function){ "price", "/srv/shop.py", 15, HN_PROFILE_PYTHON };
    s->frames[COMPUTE] = (struct hn_profile_frame){ COMPUTE, 9 };
    s->frames[PRICE] = (struct hn_profile_frame){ PRICE, 16 };
    s->nodes[1] = (struct hn_profile_node){ 0, PRICE };
    s->nodes[2] = (struct hn_profile_node){ 1, COMPUTE };
    s->process =
        (struct hn_profile_process){ 4242, "/usr/bin/python3", arguments, "3.12.1" };
    s->counts[0] = (struct hn_profile_count){ .node = 1, .state = HN_PROFILE_ON_CPU };
    s->counts[1] = (struct hn_profile_count){ .node = 2, .state = HN_PROFILE_HAS_GIL };
}

static void
end(struct scene *s)
{
    hn_text_deinit(&s->text);
    hn_arena_deinit(&s->arena);
}

/* The run up to now: so many samples of price() itself and of compute(). */
static void
sum_up(struct scene *s, struct hn_top_moment *moment, uint64_t seconds, uint64_t price,
       uint64_t compute)
{
    uint64_t samples = price + compute;

    s->counts[0].samples = price;
    s->counts[1].samples = compute;
    moment->at_ns = seconds * SECOND_NS;
    moment->cpu_ns = moment->at_ns / 2;
    moment->profile = (struct hn_profile){
        .duration_ns = seconds * SECOND_NS,
        .interval_ns = SECOND_NS / 100,
        .taken = seconds * 100,
        .stacks = samples,
        .processes = &s->process,
        .process_count = 1,
        .threads = &s->thread,
        .thread_count = 1,
        .functions = s->functions,
        .function_count = FUNCTIONS,
        .frames = s->frames,
        .frame_count = FUNCTIONS,
        .nodes = s->nodes,
        .node_count = 3,
        .counts = s->counts,
        .count_count = 2,
    };
    assert_true(hn_top_sum_up(&s->arena, s->by, moment));
}

static const char *
drawn(struct scene *s, unsigned height, bool with_before, enum hn_top_sort sort)
{
    const struct hn_look look = { .width = 80 };

    hn_text_clear(&s->text);
    hn_top_put(&s->text, &look, height, &s->now, with_before ? &s->before : NULL, s->by,
               sort, true, &s->arena);
    assert_false(s->text.failed);
    return s->text.bytes;
}

static void
assert_shows(const char *text, const char *words)
{
    if (!strstr(text, words))
        fail_msg("%s\n--- is not in:\n%s", words, text);
}

static void
shares_are_of_the_last_moment(void **state)
{
    struct scene s;
    const char *text;

    (void)state;
    begin(&s);
    sum_up(&s, &s.before, 1, 100, 0);
    sum_up(&s, &s.now, 2, 125, 75);
    text = drawn(&s, 24, true, HN_TOP_OWN_SHARE);
    /* One second more: 25 samples of price() itself, 75 in compute() that it called. */
    assert_shows(text,
                 "  75.0%   75.0%      0.75s       0.75s  compute  /srv/shop.py:8");
    assert_shows(text,
                 "  25.0%  100.0%      1.25s       2.00s  price  /srv/shop.py:15");
    assert_true(strstr(text, "compute") < strstr(text, "price"));
    assert_shows(text, "CPU 50.0%, GIL 75.0%, 1 thread counted, 100 samples/s, 0 disc");
    end(&s);
}

static void
rows_are_sorted_by_what_is_asked_for(void **state)
{
    struct scene s;
    const char *text;

    (void)state;
    begin(&s);
    sum_up(&s, &s.before, 1, 100, 0);
    sum_up(&s, &s.now, 2, 125, 75);
    text = drawn(&s, 24, true, HN_TOP_OWN_TIME);
    assert_true(strstr(text, "  price") < strstr(text, "  compute"));
    end(&s);
}

static void
the_first_moment_stands_for_itself(void **state)
{
    struct scene s;
    const char *text;

    (void)state;
    begin(&s);
    sum_up(&s, &s.now, 1, 40, 60);
    text = drawn(&s, 24, false, HN_TOP_OWN_SHARE);
    assert_shows(text, "CPU -, GIL 60.0%");
    assert_shows(text, "  60.0%   60.0%      0.60s       0.60s  compute");
    end(&s);
}

/* Threads have no place, and the row of what belongs to no task says so. */
static void
rows_are_what_is_asked_for(void **state)
{
    struct scene s;
    const char *text;

    (void)state;
    begin(&s);
    s.by = HN_PROFILE_BY_THREAD;
    s.thread = (struct hn_profile_thread){ .name = "worker", .native_id = 4243 };
    sum_up(&s, &s.before, 1, 100, 0);
    sum_up(&s, &s.now, 2, 125, 75);
    text = drawn(&s, 24, true, HN_TOP_OWN_SHARE);
    assert_shows(text, "total time  thread\n");
    assert_shows(text, " 100.0%  100.0%      2.00s       2.00s  worker (4243)\n");
    s.by = HN_PROFILE_BY_TASK;
    s.functions[PRICE] =
        (struct hn_profile_function){ "Task-7", "", 0, HN_PROFILE_TASK };
    s.counts[0].node = 0;
    sum_up(&s, &s.before, 1, 100, 0);
    sum_up(&s, &s.now, 2, 125, 75);
    text = drawn(&s, 24, true, HN_TOP_OWN_SHARE);
    assert_shows(text, "  75.0%   75.0%      0.75s       0.75s  Task-7\n");
    assert_shows(text, "  25.0%   25.0%      1.25s       1.25s  (no task)\n");
    end(&s);
}

/* No more than fits, and nothing of the target's that moves the cursor. */
static void
it_fits_and_is_escaped(void **state)
{
    struct scene s;
    const char *text;

    (void)state;
    begin(&s);
    sum_up(&s, &s.now, 1, 40, 60);
    text = drawn(&s, 7, false, HN_TOP_OWN_SHARE);
    assert_shows(text, "compute");
    assert_null(strstr(text, "  price"));
    assert_null(strchr(text, '\033'));
    assert_shows(text, "pid 4242, CPython 3.12.1: python3 shop/");
    end(&s);
}

/* Stacks that look torn by and by are not counted after all. */
static void
fewer_stacks_than_before_are_none(void **state)
{
    struct scene s;
    const char *text;

    (void)state;
    begin(&s);
    sum_up(&s, &s.before, 1, 0, 100);
    sum_up(&s, &s.now, 2, 10, 80);
    text = drawn(&s, 24, true, HN_TOP_OWN_SHARE);
    assert_shows(text, "GIL 0.0%, 0 threads counted");
    assert_shows(text, "   0.0%");
    end(&s);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_of_the_last_moment),
        cmocka_unit_test(rows_are_sorted_by_what_is_asked_for),
        cmocka_unit_test(the_first_moment_stands_for_itself),
        cmocka_unit_test(rows_are_what_is_asked_for),
        cmocka_unit_test(it_fits_and_is_escaped),
        cmocka_unit_test(fewer_stacks_than_before_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
