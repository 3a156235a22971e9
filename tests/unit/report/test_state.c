/* The words for what a thread does. */
#include "models.h"

#include "report/state.h"

static void
assert_state(unsigned bits, const char *syscall, bool table, const char *expected)
{
    const struct hn_thread thread = { .state = bits, .syscall = syscall };
    struct hn_text text;

    hn_text_init(&text);
    hn_state_put(&text, &thread, table);
    assert_text(&text, expected);
}

static void
headings_use_whole_words(void **state)
{
    (void)state;
    assert_state(HN_THREAD_HAS_GIL | HN_THREAD_ON_CPU, NULL, false, "has GIL, on CPU");
    assert_state(HN_THREAD_WAITS_FOR_GIL, NULL, false, "waits for the GIL");
    assert_state(HN_THREAD_IDLE, "epoll_wait", false, "idle in epoll_wait");
    assert_state(HN_THREAD_IDLE, NULL, false, "idle in a system call");
    assert_state(HN_THREAD_NATIVE | HN_THREAD_ON_CPU, NULL, false,
                 "on CPU, in native code");
}

static void
the_table_is_shorter(void **state)
{
    (void)state;
    assert_state(HN_THREAD_HAS_GIL | HN_THREAD_COLLECTING, NULL, true,
                 "GIL, collecting garbage");
}

static void
nothing_known_is_unknown(void **state)
{
    const struct hn_thread thread = { .state = 0 };

    (void)state;
    assert_state(0, NULL, false, "unknown");
    assert_string_equal(hn_state_name(&thread, 0), "unknown");
    assert_null(hn_state_name(&thread, 1));
}

static void
json_has_a_name_for_each_bit(void **state)
{
    static const char *const names[] = {
        "gil", "waiting-for-gil", "on-cpu",      "idle",  "native",
        "gc",  "finalizing",      "stopped-for", "ended",
    };
    const struct hn_thread thread = { .state = 2 * HN_THREAD_ENDED - 1 };

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_string_equal(hn_state_name(&thread, i), names[i]);
    assert_null(hn_state_name(&thread, sizeof(names) / sizeof(names[0])));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headings_use_whole_words),
        cmocka_unit_test(the_table_is_shorter),
        cmocka_unit_test(nothing_known_is_unknown),
        cmocka_unit_test(json_has_a_name_for_each_bit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
