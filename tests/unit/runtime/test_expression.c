/* Expressions of py-print, taken apart. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "runtime/expression.h"

static struct hn_arena arena;
static struct hn_error error;
static struct hn_expression parsed;

static int
start(void **state)
{
    (void)state;
    hn_arena_init(&arena);
    return 0;
}

static int
end(void **state)
{
    (void)state;
    hn_arena_deinit(&arena);
    return 0;
}

static void
parse(const char *text)
{
    assert_int_equal(hn_expression_parse(text, &arena, &error, &parsed), HN_OK);
}

/* The key of an item of d. */
static const struct hn_key *
key_of(const char *text)
{
    parse(text);
    assert_int_equal(parsed.count, 2);
    assert_int_equal(parsed.steps[1].kind, HN_STEP_ITEM);
    return &parsed.steps[1].key;
}

static void
assert_refuses(const char *text, const char *why)
{
    assert_int_equal(hn_expression_parse(text, &arena, &error, &parsed), HN_E_ARGUMENT);
    assert_string_equal(error.what, why);
    assert_string_equal(error.detail, text);
}

static void
a_chain_is_taken_apart(void **state)
{
    (void)state;
    parse(" basket.items [0].prices['net'] ");
    assert_int_equal(parsed.count, 5);
    assert_int_equal(parsed.steps[0].kind, HN_STEP_NAME);
    assert_string_equal(parsed.steps[0].name, "basket");
    assert_int_equal(parsed.steps[1].kind, HN_STEP_ATTRIBUTE);
    assert_string_equal(parsed.steps[1].name, "items");
    assert_int_equal(parsed.steps[2].key.magnitude, 0);
    assert_string_equal(parsed.steps[3].name, "prices");
    assert_string_equal(parsed.steps[3].so_far, " basket.items [0].prices");
    assert_string_equal(parsed.steps[4].key.text, "net");
}

static void
an_address_stands_for_its_object(void **state)
{
    (void)state;
    parse("0x7f00DEADbeef.name");
    assert_int_equal(parsed.steps[0].kind, HN_STEP_ADDRESS);
    assert_int_equal(parsed.steps[0].address, 0x7f00deadbeef);
    assert_string_equal(parsed.steps[1].name, "name");
}

static void
names_are_not_only_ascii(void **state)
{
    (void)state;
    parse("gr\xc3\xb6\xc3\x9f"
          "e._x1");
    assert_string_equal(parsed.steps[0].name, "gr\xc3\xb6\xc3\x9f"
                                              "e");
    assert_string_equal(parsed.steps[1].name, "_x1");
}

static void
a_number_may_be_a_key_too(void **state)
{
    const struct hn_key *key = key_of("d[-12]");

    (void)state;
    assert_int_equal(key->kind, HN_KEY_BARE);
    assert_true(key->number);
    assert_true(key->negative);
    assert_int_equal(key->magnitude, 12);
    assert_string_equal(key->text, "-12");
    assert_int_equal(key_of("d[0xff]")->magnitude, 255);
    assert_false(key_of("d[99999999999999999999]")->number);
}

static void
a_bare_word_is_a_key(void **state)
{
    (void)state;
    assert_string_equal(key_of("d[ some key ]")->text, "some key");
    assert_false(key_of("d[3x]")->number);
}

static void
quoted_keys_are_strings_only(void **state)
{
    (void)state;
    assert_int_equal(key_of("d['3']")->kind, HN_KEY_STR);
    assert_false(key_of("d['3']")->number);
    assert_string_equal(key_of("d[\"it's ]\"]")->text, "it's ]");
    assert_string_equal(key_of("d['a\\n\\'\\u20ac\\q']")->text, "a\n'\xe2\x82\xac\\q");
}

static void
bytes_are_told_from_strings(void **state)
{
    const struct hn_key *key = key_of("d[b'a\\x00\\xff']");

    (void)state;
    assert_int_equal(key->kind, HN_KEY_BYTES);
    assert_int_equal(key->size, 3);
    assert_memory_equal(key->text, "a\0\xff", 3);
}

static void
what_is_no_expression_is_refused(void **state)
{
    (void)state;
    assert_refuses("", "a name is expected in the expression");
    assert_refuses("a.", "a name is expected in the expression");
    assert_refuses("a[1", "a bracket is not closed");
    assert_refuses("a['x'", "a bracket is not closed");
    assert_refuses("a['x", "a quote is not closed");
    assert_refuses("a['x\\", "a quote is not closed");
    assert_refuses("a['\\x4", "an escape lacks digits");
    assert_refuses("a[]", "there is nothing between the brackets");
    assert_refuses("12", "an address is 0x and hexadecimal digits");
    assert_refuses(
        "a + b", "only names, attributes and items can be shown, nothing is computed");
    assert_refuses(
        "f()", "only names, attributes and items can be shown, nothing is computed");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_chain_is_taken_apart),      TEST(an_address_stands_for_its_object),
        TEST(names_are_not_only_ascii),    TEST(a_number_may_be_a_key_too),
        TEST(a_bare_word_is_a_key),        TEST(quoted_keys_are_strings_only),
        TEST(bytes_are_told_from_strings), TEST(what_is_no_expression_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
