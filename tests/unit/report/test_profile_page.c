/* Pages of profiles: the data is what went in, and nothing in it can leave its place.
 */
#include <jansson.h>

#include "models.h"
#include "profiles.h"
#include "report/profile_page.h"

static const char data_begin[] = "<script type=\"application/json\" id=\"data\">";
static const struct hn_profile_options as_usual = { 0 };

/* The data of a page as a browser finds it: up to the first end of a script. */
static json_t *
data_of(const struct hn_text *page)
{
    const char *begin, *end;
    json_error_t error;
    json_t *data;

    assert_false(page->failed);
    begin = strstr(page->bytes, data_begin);
    assert_non_null(begin);
    begin += sizeof(data_begin) - 1;
    end = strstr(begin, "</script>");
    assert_non_null(end);
    data = json_loadb(begin, (size_t)(end - begin), 0, &error);
    if (!data)
        fprintf(stderr, "%s at %d\n", error.text, error.position);
    assert_non_null(data);
    return data;
}

static json_t *
profile_of(json_t *data, size_t number)
{
    return json_array_get(json_object_get(data, "profiles"), number);
}

static void
assert_numbers(json_t *list, const int *expected, size_t count)
{
    assert_int_equal(json_array_size(list), count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(json_integer_value(json_array_get(list, i)), expected[i]);
}

/* main (line 3) calls work (line 7): 5 samples in work, 2 in main itself. */
static void
add_two_functions(struct profile_builder *builder)
{
    uint32_t process, thread, outer, inner;

    profile_builder_init(builder);
    process = add_process(builder, 42, "python3");
    thread = add_thread(builder, process, 42, "MainThread");
    outer = add_function(builder, "main", "/app.py", 1, HN_PROFILE_PYTHON);
    inner = add_function(builder, "work", "/lib.so", -1, HN_PROFILE_NATIVE);
    add_samples(builder, thread, HN_PROFILE_ON_CPU, 5,
                STACK({ outer, 3 }, { inner, 7 }));
    add_samples(builder, thread, HN_PROFILE_IDLE, 2, STACK({ outer, 3 }));
}

static void
counts_come_back_as_they_were(void **state)
{
    struct profile_builder builder;
    struct hn_text page;
    json_t *data, *profile;

    (void)state;
    add_two_functions(&builder);
    builder.profile.taken = 7;
    builder.profile.missed = 1;
    hn_text_init(&page);
    hn_profile_write_flamegraph(&builder.profile, &as_usual, &page);
    data = data_of(&page);
    profile = profile_of(data, 0);
    assert_int_equal(json_array_size(json_object_get(data, "profiles")), 1);
    assert_numbers(json_object_get(profile, "frames"), (int[]){ 0, 3, 1, 7 }, 4);
    assert_numbers(json_object_get(profile, "nodes"), (int[]){ 0, 0, 0, 0, 1, 1 }, 6);
    assert_numbers(json_object_get(profile, "counts"),
                   (int[]){ 0, 2, 2, 5, 0, 1, 8, 2 }, 8);
    assert_int_equal(json_integer_value(json_object_get(profile, "taken")), 7);
    assert_int_equal(json_integer_value(json_object_get(profile, "missed")), 1);
    json_decref(data);
    hn_text_deinit(&page);
    profile_builder_deinit(&builder);
}

/* Its first bytes and its last: the whole page is there, and just once. */
static void
the_page_is_complete_and_needs_nothing_else(void **state)
{
    static const char end[] = "</html>\n";
    struct profile_builder builder;
    struct hn_text page;

    (void)state;
    add_two_functions(&builder);
    hn_text_init(&page);
    hn_profile_write_flamegraph(&builder.profile, &as_usual, &page);
    assert_memory_equal(page.bytes, "<!DOCTYPE html>\n", 16);
    assert_string_equal(page.bytes + page.size - strlen(end), end);
    assert_int_equal(strlen(page.bytes), page.size);
    assert_null(strstr(page.bytes, " src="));
    assert_null(strstr(page.bytes, "<link"));
    assert_null(strstr(page.bytes, "https://"));
    assert_null(strstr(page.bytes, "'self'"));
    assert_non_null(strstr(page.bytes, "default-src 'none'; script-src 'sha256-"));
    hn_text_deinit(&page);
    profile_builder_deinit(&builder);
}

/* A function with @name: what stands in the data, and what a browser reads there. */
static void
assert_name(const char *name, const char *read)
{
    struct profile_builder builder;
    struct hn_text page;
    json_t *data, *function;

    profile_builder_init(&builder);
    add_function(&builder, name, "", 1, HN_PROFILE_PYTHON);
    hn_text_init(&page);
    hn_profile_write_flamegraph(&builder.profile, &as_usual, &page);
    data = data_of(&page);
    function = json_array_get(json_object_get(profile_of(data, 0), "functions"), 0);
    assert_string_equal(json_string_value(json_array_get(function, 0)), read);
    json_decref(data);
    hn_text_deinit(&page);
    profile_builder_deinit(&builder);
}

static void
names_come_back_as_text(void **state)
{
    (void)state;
    assert_name("f", "f");
    assert_name("", "");
    assert_name("<listcomp>", "<listcomp>");
    assert_name("</script><img src=x onerror=alert(1)>",
                "</script><img src=x onerror=alert(1)>");
    assert_name("<!--<script>", "<!--<script>");
    assert_name("]]>&lt;&amp;", "]]>&lt;&amp;");
    assert_name("\"'\\", "\"'\\");
    assert_name("@DATA@", "@DATA@");
    assert_name("\u00e4\u6587\U0001f40d", "\u00e4\u6587\U0001f40d");
}

static void
what_hides_or_turns_text_is_spelled_out(void **state)
{
    (void)state;
    assert_name("a\nb\x1b[31m\x7f", "a\\nb\\x1b[31m\\x7f");
    assert_name("x\u202ey\u2066z\u200f", "x\\u202ey\\u2066z\\u200f");
    assert_name("p\u2028q\u2029r", "p\\u2028q\\u2029r");
    assert_name("caf\xe9 \xed\xa0\x80 \xe6\x96", "caf\\xe9 \\xed\\xa0\\x80 \\xe6\\x96");
}

/* In the data no markup begins at all: that is more than no end of the script. */
static void
no_name_is_markup(void **state)
{
    static const char hostile[] = "</script><!-- <b> & \u2028";
    static const char *const words[] = { hostile, NULL };
    struct profile_builder builder;
    struct hn_text page;
    const char *begin, *end;

    (void)state;
    profile_builder_init(&builder);
    add_process(&builder, 1, hostile);
    builder.profile.processes[0].arguments = words;
    builder.profile.processes[0].version = hostile;
    add_thread(&builder, 0, 1, hostile);
    add_function(&builder, hostile, hostile, 1, HN_PROFILE_PYTHON);
    builder.profile.ended = hostile;
    add_note(&builder, hostile);
    hn_text_init(&page);
    hn_profile_write_memory_page(&builder.profile, &as_usual, &page);
    begin = strstr(page.bytes, data_begin) + sizeof(data_begin) - 1;
    end = strstr(begin, "</script>\n<script>");
    assert_non_null(end);
    for (; begin < end; begin++) {
        assert_int_not_equal(*begin, '<');
        assert_int_not_equal(*begin, '>');
        assert_int_not_equal(*begin, '&');
        assert_int_not_equal((unsigned char)*begin, 0xe2); /* U+2028 begins so */
    }
    hn_text_deinit(&page);
    profile_builder_deinit(&builder);
}

/* Raw U+2028 cannot come out of the names; JSON from elsewhere may still have it. */
static void
ends_of_lines_in_json_are_escaped(void **state)
{
    const struct hn_page around = { "A", 1, "B", 1 };
    struct hn_text json, page;

    (void)state;
    hn_text_init(&json);
    hn_text_init(&page);
    hn_text_puts(&json, "[\"\u2027<\u2028\u2029>\u202a&\"]");
    hn_page_put(&page, &around, &json);
    assert_text(&page, "A[\"\u2027\\u003c\\u2028\\u2029\\u003e\u202a\\u0026\"]B");
    hn_text_deinit(&json);
}

static void
data_cut_short_fails_the_page(void **state)
{
    const struct hn_page around = { "A", 1, "B", 1 };
    struct hn_text json, page;

    (void)state;
    hn_text_init(&json);
    hn_text_init(&page);
    hn_text_puts(&json, "[");
    json.failed = true;
    hn_page_put(&page, &around, &json);
    assert_true(page.failed);
    hn_text_deinit(&page);
    hn_text_deinit(&json);
}

static void
an_empty_profile_makes_a_page(void **state)
{
    struct profile_builder builder;
    struct hn_text page;
    json_t *data;

    (void)state;
    profile_builder_init(&builder);
    hn_text_init(&page);
    hn_profile_write_flamegraph(&builder.profile, &as_usual, &page);
    data = data_of(&page);
    assert_int_equal(json_array_size(json_object_get(profile_of(data, 0), "counts")),
                     0);
    json_decref(data);
    hn_text_deinit(&page);
    profile_builder_deinit(&builder);
}

static void
of_two_profiles_the_one_before_comes_first(void **state)
{
    struct profile_builder before, after;
    struct hn_text page;
    json_t *data;

    (void)state;
    add_two_functions(&before);
    add_two_functions(&after);
    before.profile.taken = 1;
    after.profile.taken = 2;
    hn_text_init(&page);
    hn_profile_write_flamegraph_diff(&before.profile, &after.profile, &as_usual, &page);
    data = data_of(&page);
    assert_int_equal(json_array_size(json_object_get(data, "profiles")), 2);
    assert_int_equal(json_integer_value(json_object_get(profile_of(data, 0), "taken")),
                     1);
    assert_int_equal(json_integer_value(json_object_get(profile_of(data, 1), "taken")),
                     2);
    json_decref(data);
    hn_text_deinit(&page);
    profile_builder_deinit(&before);
    profile_builder_deinit(&after);
}

static void
memory_is_in_bytes_and_microseconds(void **state)
{
    struct profile_builder builder;
    struct hn_text page;
    json_t *data, *profile;

    (void)state;
    add_two_functions(&builder);
    add_resident(&builder, 1500000, 0, 4096);
    add_growth(&builder, 0, -8192, 3, STACK({ 0, 3 }, { 1, 7 }));
    hn_text_init(&page);
    hn_profile_write_memory_page(&builder.profile, &as_usual, &page);
    data = data_of(&page);
    profile = profile_of(data, 0);
    assert_numbers(json_object_get(profile, "resident"), (int[]){ 1500, 0, 4096 }, 3);
    assert_numbers(json_object_get(profile, "growth"), (int[]){ 0, 2, -8192, 3 }, 4);
    json_decref(data);
    hn_text_deinit(&page);
    profile_builder_deinit(&builder);
}

static void
what_was_asked_for_is_told(void **state)
{
    const struct hn_profile_options by_line = { .by = HN_PROFILE_BY_LINE };
    struct profile_builder builder;
    struct hn_text page;
    json_t *data;

    (void)state;
    add_two_functions(&builder);
    hn_text_init(&page);
    hn_profile_write_flamegraph(&builder.profile, &by_line, &page);
    data = data_of(&page);
    assert_string_equal(json_string_value(json_object_get(data, "by")), "line");
    json_decref(data);
    hn_text_deinit(&page);
    profile_builder_deinit(&builder);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_come_back_as_they_were),
        cmocka_unit_test(the_page_is_complete_and_needs_nothing_else),
        cmocka_unit_test(names_come_back_as_text),
        cmocka_unit_test(what_hides_or_turns_text_is_spelled_out),
        cmocka_unit_test(no_name_is_markup),
        cmocka_unit_test(ends_of_lines_in_json_are_escaped),
        cmocka_unit_test(data_cut_short_fails_the_page),
        cmocka_unit_test(an_empty_profile_makes_a_page),
        cmocka_unit_test(of_two_profiles_the_one_before_comes_first),
        cmocka_unit_test(memory_is_in_bytes_and_microseconds),
        cmocka_unit_test(what_was_asked_for_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
