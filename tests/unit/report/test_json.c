/* The JSON writer: whatever goes in, a strict parser takes what comes out. */
#include "models.h"

#include <jansson.h>

#include "report/json.h"

/* What a parser makes of @value written as a string. */
static void
assert_comes_back(const char *value, const char *expected)
{
    struct hn_text text;
    struct hn_json json = { .text = &text };
    json_t *read;

    hn_text_init(&text);
    hn_json_open_list(&json, NULL);
    hn_json_string(&json, NULL, value);
    hn_json_close_list(&json);
    read = json_loads(text.bytes, 0, NULL);
    assert_non_null(read);
    assert_string_equal(json_string_value(json_array_get(read, 0)), expected);
    json_decref(read);
    hn_text_deinit(&text);
}

static void
objects_and_lists_nest(void **state)
{
    struct hn_text text;
    struct hn_json json = { .text = &text };

    (void)state;
    hn_text_init(&text);
    hn_json_open_object(&json, NULL);
    hn_json_integer(&json, "a", -1);
    hn_json_open_list(&json, "b");
    hn_json_bool(&json, NULL, true);
    hn_json_open_object(&json, NULL);
    hn_json_close_object(&json);
    hn_json_null(&json, NULL);
    hn_json_close_list(&json);
    hn_json_address(&json, "c", 0x7fffffffffffULL);
    hn_json_string(&json, "d", NULL);
    hn_json_close_object(&json);
    assert_text(&text, "{\"a\": -1, \"b\": [true, {}, null], "
                       "\"c\": \"0x7fffffffffff\", \"d\": null}");
}

static void
text_comes_back_as_it_was(void **state)
{
    (void)state;
    assert_comes_back("", "");
    assert_comes_back("say \"hi\" \\ bye", "say \"hi\" \\ bye");
    assert_comes_back("a\tb\nc\rd\033e\x7f", "a\tb\nc\rd\033e\x7f");
    assert_comes_back("\u00e4\u6587\U0001f40d\u202e", "\u00e4\u6587\U0001f40d\u202e");
}

static void
bytes_that_are_no_utf8_are_spelled_out(void **state)
{
    (void)state;
    assert_comes_back("\xff", "\\xff");
    assert_comes_back("caf\xe9!", "caf\\xe9!");
    assert_comes_back("\xed\xb2\x80", "\\xed\\xb2\\x80"); /* a lone surrogate */
    assert_comes_back("\xc0\x80", "\\xc0\\x80");          /* overlong */
    assert_comes_back("cut \xe6\x96", "cut \\xe6\\x96");
    assert_comes_back("\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80");
}

static void
random_bytes_make_valid_documents(void **state)
{
    unsigned seed = 11;

    (void)state;
    for (int round = 0; round < 2000; round++) {
        char bytes[33];
        struct hn_text text;
        struct hn_json json = { .text = &text };
        json_t *read;

        for (size_t i = 0; i < sizeof(bytes) - 1; i++) {
            seed = seed * 1103515245 + 12345;
            bytes[i] = (char)(1 + (seed >> 16) % 255);
        }
        bytes[sizeof(bytes) - 1] = '\0';
        hn_text_init(&text);
        hn_json_open_list(&json, NULL);
        hn_json_string(&json, NULL, bytes);
        hn_json_close_list(&json);
        read = json_loads(text.bytes, 0, NULL);
        assert_non_null(read);
        json_decref(read);
        hn_text_deinit(&text);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_and_lists_nest),
        cmocka_unit_test(text_comes_back_as_it_was),
        cmocka_unit_test(bytes_that_are_no_utf8_are_spelled_out),
        cmocka_unit_test(random_bytes_make_valid_documents),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
