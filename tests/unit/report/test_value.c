/* Variables and objects as text and JSON. */
#include "models.h"

#include <jansson.h>

#include "report/document.h"
#include "report/object.h"
#include "report/value.h"

static struct hn_variable variables[] = {
    { "n", HN_VARIABLE_ARGUMENT, true, { .addr = 0x10, .type = "int", .repr = "3" } },
    { "later", HN_VARIABLE_LOCAL, false, { 0 } },
    { "evil\033", HN_VARIABLE_FREE, true, { .type = "str", .repr = "'\xe2\x80\xae'" } },
};

static const struct hn_variables three = { .items = variables, .count = 3 };

static void
a_list_has_every_name_with_its_kind(void **state)
{
    struct hn_text text;

    (void)state;
    hn_text_init(&text);
    hn_variables_put_list(&text, &plain, &three);
    assert_text(&text, "  argument  n = 3\n"
                       "  local     later (no value at this point)\n"
                       "  free      evil\\x1b = '\\u202e'\n");
}

static void
an_empty_list_says_so(void **state)
{
    const struct hn_variables none = { 0 };
    struct hn_text text;

    (void)state;
    hn_text_init(&text);
    hn_variables_put_list(&text, &plain, &none);
    assert_text(&text, "  (no variables)\n");
}

static void
what_could_not_be_read_ends_the_list(void **state)
{
    const struct hn_variables broken = { .problem = "no memory", .problem_at = 0x40 };
    struct hn_text text;

    (void)state;
    hn_text_init(&text);
    hn_variables_put(&text, &plain, &broken, 4);
    assert_text(&text, "    <unreadable 0x40: no memory>\n");
}

static void
below_a_frame_lines_fit_the_screen(void **state)
{
    const struct hn_look narrow = { .width = 20 };
    struct hn_variable variable = {
        "text", HN_VARIABLE_LOCAL, true, { .repr = "'a long text that is cut'" }
    };
    const struct hn_variables one = { .items = &variable, .count = 1 };
    struct hn_text text;

    (void)state;
    hn_text_init(&text);
    hn_variables_put(&text, &narrow, &one, 7);
    assert_text(&text, "       text = 'a ...\n");
}

static void
variables_have_documents(void **state)
{
    struct hn_text text;
    struct hn_json json = { &text, false };
    json_t *document, *list, *value;

    (void)state;
    hn_text_init(&text);
    hn_json_open_object(&json, NULL);
    hn_document_variables(&json, "variables", &three);
    hn_json_close_object(&json);
    document = json_loads(text.bytes, 0, NULL);
    list = json_object_get(document, "variables");
    assert_int_equal(json_array_size(list), 3);
    value = json_object_get(json_array_get(list, 0), "value");
    assert_string_equal(json_string_value(json_object_get(value, "address")), "0x10");
    assert_true(json_is_null(json_object_get(json_array_get(list, 1), "value")));
    value = json_object_get(json_array_get(list, 2), "value");
    assert_true(json_is_null(json_object_get(value, "address")));
    json_decref(document);
    hn_text_deinit(&text);
}

static struct hn_named_value parts[] = {
    { "sku", { .addr = 0x20, .type = "str", .repr = "'A1'" } },
};

static const char *const bases[] = { "shop.Thing" };

static const struct hn_object_facts object = {
    .value = { .addr = 0x1000, .type = "shop.Item", .repr = "<shop.Item sku='A1'>" },
    .bases = bases,
    .base_count = 1,
    .references = { .known = true, .split = true, .count = 5, .local = 2, .shared = 3 },
    .gc = { .collectable = true },
    .size_bytes = 48,
    .attributes = { .items = parts, .count = 1, .total = 4 },
    .items = { .items = parts, .count = 1, .total = 1 },
    .has_items = true,
};

static void
an_object_is_shown_fact_by_fact(void **state)
{
    struct hn_text text;

    (void)state;
    hn_text_init(&text);
    hn_object_put(&text, &plain, &object);
    assert_text(&text, "<shop.Item sku='A1'>\n"
                       "  type        shop.Item (inherits from shop.Thing)\n"
                       "  address     0x1000\n"
                       "  size        48 bytes\n"
                       "  references  5 (2 of its thread, 3 of others)\n"
                       "  collector   not tracked\n"
                       "  attributes  4\n"
                       "    .sku = 'A1'\n"
                       "    ... 3 more (--limit 0)\n"
                       "  items       1\n"
                       "    [sku] = 'A1'\n");
}

static void
an_object_has_a_document(void **state)
{
    struct hn_text text;
    struct hn_json json = { &text, false };
    json_t *document, *attributes;

    (void)state;
    hn_text_init(&text);
    hn_json_open_object(&json, NULL);
    hn_document_object(&json, &object);
    hn_json_close_object(&json);
    document = json_loads(text.bytes, 0, NULL);
    attributes = json_object_get(document, "attributes");
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(attributes, "sku"), "repr")),
        "'A1'");
    assert_int_equal(
        json_integer_value(json_object_get(document, "attributes_left_out")), 3);
    assert_int_equal(json_integer_value(json_object_get(document, "refcount")), 5);
    json_decref(document);
    hn_text_deinit(&text);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_has_every_name_with_its_kind),
        cmocka_unit_test(an_empty_list_says_so),
        cmocka_unit_test(what_could_not_be_read_ends_the_list),
        cmocka_unit_test(below_a_frame_lines_fit_the_screen),
        cmocka_unit_test(variables_have_documents),
        cmocka_unit_test(an_object_is_shown_fact_by_fact),
        cmocka_unit_test(an_object_has_a_document),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
