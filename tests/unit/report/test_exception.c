/* Exceptions as text and JSON: chains, groups, circles. */
#include "models.h"

#include <jansson.h>

#include "report/document.h"
#include "report/exception.h"

static struct hn_frame frames[] = { FRAME(CODE(1, "price", "shop.py"), 7, "raise") };

static struct hn_exception cause, error, member, group;
static const struct hn_exception *const members[] = { &member, &error };
static struct hn_exception_held held[2];

static int
start(void **state)
{
    (void)state;
    cause = (struct hn_exception){
        .addr = 0x10, .number = 0, .type = "KeyError", .message = "'A1'"
    };
    error = (struct hn_exception){ .addr = 0x20,
                                   .number = 1,
                                   .type = "shop.NoPrice",
                                   .message = "none\033",
                                   .traceback = { .frames = frames, .count = 1 } };
    member = (struct hn_exception){
        .addr = 0x30, .number = 2, .type = "OSError", .message = ""
    };
    group = (struct hn_exception){ .addr = 0x40,
                                   .number = 3,
                                   .type = "ExceptionGroup",
                                   .message = "two (2 sub-exceptions)",
                                   .group = members,
                                   .group_count = 2,
                                   .group_total = 2 };
    held[0] = (struct hn_exception_held){ HN_EXCEPTION_HANDLED, &error, NULL };
    return 0;
}

static void
assert_shown(size_t count, const char *expected)
{
    const struct hn_exceptions exceptions = { .items = held, .count = count };
    struct hn_text text;

    hn_text_init(&text);
    hn_exceptions_put(&text, &plain, &exceptions, false);
    assert_text(&text, expected);
}

static json_t *
document_of(size_t count)
{
    const struct hn_exceptions exceptions = { .items = held, .count = count };
    struct hn_text text;
    struct hn_json json = { &text, false };
    json_t *document;

    hn_text_init(&text);
    hn_json_open_object(&json, NULL);
    hn_document_exceptions(&json, &exceptions);
    hn_json_close_object(&json);
    document = json_loads(text.bytes, 0, NULL);
    assert_non_null(document);
    hn_text_deinit(&text);
    return document;
}

static void
the_cause_stands_below_the_traceback(void **state)
{
    static const char *const notes[] = { "ask the shop" };

    (void)state;
    error.cause = error.context = &cause;
    error.notes = notes;
    error.note_count = 1;
    assert_shown(1, "  handling shop.NoPrice: none\\x1b\n"
                    "    note: ask the shop\n"
                    "    #0 price   shop.py:7     raise\n"
                    "  caused by KeyError: 'A1'\n");
}

static void
a_context_is_shown_unless_the_program_said_not_to(void **state)
{
    (void)state;
    error.context = &cause;
    assert_shown(1, "  handling shop.NoPrice: none\\x1b\n"
                    "    #0 price   shop.py:7     raise\n"
                    "  raised while handling KeyError: 'A1'\n");
    error.suppress_context = true;
    assert_shown(1, "  handling shop.NoPrice: none\\x1b\n"
                    "    #0 price   shop.py:7     raise\n");
}

static void
members_of_a_group_stand_further_right(void **state)
{
    (void)state;
    held[0].exception = &group;
    assert_shown(1, "  handling ExceptionGroup: two (2 sub-exceptions)\n"
                    "      1 of 2: OSError\n"
                    "      2 of 2: shop.NoPrice: none\\x1b\n"
                    "        #0 price   shop.py:7     raise\n");
}

static void
a_circle_ends(void **state)
{
    json_t *document, *first, *context, *again;

    (void)state;
    error.context = &cause;
    cause.context = &error;
    assert_shown(1, "  handling shop.NoPrice: none\\x1b\n"
                    "    #0 price   shop.py:7     raise\n"
                    "  raised while handling KeyError: 'A1'\n"
                    "  raised while handling shop.NoPrice: none\\x1b (shown above)\n");
    document = document_of(1);
    first = json_array_get(json_object_get(document, "exceptions"), 0);
    context = json_object_get(first, "context");
    again = json_object_get(context, "context");
    assert_true(json_is_true(json_object_get(again, "repeated")));
    assert_null(json_object_get(again, "context"));
    json_decref(document);
}

static void
the_document_says_how_an_exception_is_held(void **state)
{
    json_t *document, *list;

    (void)state;
    held[1] =
        (struct hn_exception_held){ HN_EXCEPTION_SUSPENDED, &group, "coroutine fetch" };
    document = document_of(2);
    list = json_object_get(document, "exceptions");
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(list, 0), "state")),
        "handled");
    list = json_array_get(list, 1);
    assert_string_equal(json_string_value(json_object_get(list, "holder")),
                        "coroutine fetch");
    assert_int_equal(json_array_size(json_object_get(list, "group")), 2);
    json_decref(document);
}

static void
a_long_chain_is_cut_before_parsers_give_up(void **state)
{
    static struct hn_exception chain[200];
    json_t *document, *at;
    size_t depth = 0;

    (void)state;
    for (size_t i = 0; i < 200; i++)
        chain[i] = (struct hn_exception){ .addr = 0x100 + i,
                                          .number = i,
                                          .type = "E",
                                          .message = "",
                                          .context = i < 199 ? &chain[i + 1] : NULL };
    held[0].exception = &chain[0];
    document = document_of(1);
    at = json_array_get(json_object_get(document, "exceptions"), 0);
    while (json_object_get(at, "context")) {
        at = json_object_get(at, "context");
        depth++;
    }
    assert_int_equal(depth, 60);
    assert_true(json_is_true(json_object_get(at, "cut")));
    json_decref(document);
}

#define TEST(name) cmocka_unit_test_setup(name, start)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_cause_stands_below_the_traceback),
        TEST(a_context_is_shown_unless_the_program_said_not_to),
        TEST(members_of_a_group_stand_further_right),
        TEST(a_circle_ends),
        TEST(the_document_says_how_an_exception_is_held),
        TEST(a_long_chain_is_cut_before_parsers_give_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
