/* py-list's look. */
#include "models.h"

#include "report/listing.h"

static void
assert_listing(const struct hn_listing *listing, unsigned width, const char *expected)
{
    const struct hn_look look = { .width = width };
    struct hn_text text;

    hn_text_init(&text);
    hn_listing_put(&text, &look, listing);
    assert_text(&text, expected);
}

static void
the_current_line_is_marked(void **state)
{
    static const char *const lines[] = { "def f():", "    g()", "", "\tx = 1" };
    const struct hn_listing listing = { "a.py", 9, 10, lines, 4 };

    (void)state;
    assert_listing(&listing, 0,
                   "   9    def f():\n"
                   "> 10        g()\n"
                   "  11\n"
                   "  12            x = 1\n");
}

static void
lines_are_cut_and_escaped(void **state)
{
    static const char *const lines[] = { "s = '\033[2J' + a_long_name" };
    const struct hn_listing listing = { "a.py", 1, 0, lines, 1 };

    (void)state;
    assert_listing(&listing, 24, "  1    s = '\\x1b[2J' ...\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_current_line_is_marked),
        cmocka_unit_test(lines_are_cut_and_escaped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
