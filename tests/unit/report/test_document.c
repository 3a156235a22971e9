/* Model structs as JSON, read back by a strict parser. */
#include "models.h"

#include <jansson.h>

#include "report/document.h"

struct written {
    struct hn_text text;
    struct hn_json json;
};

static void
begin(struct written *w)
{
    hn_text_init(&w->text);
    w->json = (struct hn_json){ .text = &w->text };
    hn_json_open_object(&w->json, NULL);
}

static json_t *
end(struct written *w)
{
    json_t *read;

    hn_json_close_object(&w->json);
    read = json_loads(w->text.bytes, 0, NULL);
    assert_non_null(read);
    hn_text_deinit(&w->text);
    return read;
}

static void
a_frame_has_the_documented_members(void **state)
{
    struct hn_frame frame = FRAME(CODE(1, "Basket.price", "shop/model.py"), 31, "x");
    struct written w;
    json_t *read, *f;

    (void)state;
    frame.addr = 0x7f00;
    frame.position = (struct hn_position){ 31, 32, 4, 9 };
    begin(&w);
    hn_document_frame(&w.json, "frame", &frame);
    read = end(&w);
    f = json_object_get(read, "frame");
    assert_string_equal(json_string_value(json_object_get(f, "kind")), "python");
    assert_string_equal(json_string_value(json_object_get(f, "function")),
                        "Basket.price");
    assert_string_equal(json_string_value(json_object_get(f, "file")), "shop/model.py");
    assert_int_equal(json_integer_value(json_object_get(f, "line")), 31);
    assert_int_equal(json_integer_value(json_object_get(f, "end_line")), 32);
    assert_int_equal(json_integer_value(json_object_get(f, "column")), 4);
    assert_int_equal(json_integer_value(json_object_get(f, "end_column")), 9);
    assert_string_equal(json_string_value(json_object_get(f, "source")), "x");
    assert_string_equal(json_string_value(json_object_get(f, "address")), "0x7f00");
    assert_null(json_object_get(f, "qualified"));
    json_decref(read);
}

static void
an_unqualified_name_says_so(void **state)
{
    const struct hn_code code = { .name = "f", .qualname = "f", .file = "a.py" };
    const struct hn_frame frame = FRAME(&code, -1, NULL);
    struct written w;
    json_t *read, *f;

    (void)state;
    begin(&w);
    hn_document_frame(&w.json, "frame", &frame);
    read = end(&w);
    f = json_object_get(read, "frame");
    assert_true(json_is_false(json_object_get(f, "qualified")));
    assert_true(json_is_null(json_object_get(f, "line")));
    assert_null(json_object_get(f, "column"));
    assert_null(json_object_get(f, "source"));
    json_decref(read);
}

static void
an_unreadable_frame_keeps_its_place(void **state)
{
    const struct hn_frame frame = UNREADABLE("no memory", 0x10);
    struct written w;
    json_t *read, *f;

    (void)state;
    begin(&w);
    hn_document_frame(&w.json, "frame", &frame);
    read = end(&w);
    f = json_object_get(read, "frame");
    assert_string_equal(json_string_value(json_object_get(f, "kind")), "unreadable");
    assert_string_equal(json_string_value(json_object_get(f, "problem")), "no memory");
    assert_string_equal(json_string_value(json_object_get(f, "problem_at")), "0x10");
    json_decref(read);
}

static void
hostile_names_make_valid_documents(void **state)
{
    const char *hostile = "\033[2J\u202e\xed\xb2\x80\xff\"\\\n";
    const struct hn_code code = { .name = hostile,
                                  .qualname = hostile,
                                  .file = hostile };
    const struct hn_frame frame = FRAME(&code, 1, hostile);
    const struct hn_thread thread = {
        .name = hostile, .syscall = hostile, .state = HN_THREAD_IDLE, .problem = hostile
    };
    const char *const arguments[] = { hostile, NULL };
    const struct hn_process process = { .kind = "live",
                                        .reader = "x",
                                        .executable = hostile,
                                        .arguments = arguments,
                                        .not_stopped_because = hostile,
                                        .version = hostile,
                                        .core_path = hostile };
    struct written w;

    (void)state;
    begin(&w);
    hn_document_frame(&w.json, "frame", &frame);
    hn_document_thread(&w.json, &thread);
    hn_document_row(&w.json, &thread);
    hn_document_target(&w.json, &process, "gdb");
    hn_document_python(&w.json, &process);
    json_decref(end(&w));
}

static void
info_of_a_core_tells_its_end(void **state)
{
    static const char *const missing[] = { "a", "b" };
    static const char *const arguments[] = { NULL };
    struct hn_interpreter interpreter = { .id = 0 };
    const struct hn_process process = {
        .kind = "core",
        .executable = "",
        .arguments = arguments,
        .version = "3.12.1",
        .hex = 0x030c01f0,
        .flavour = { "release" },
        .core_path = "c",
        .signal = 11,
        .signal_name = "SIGSEGV",
        .fault_address = 0x10,
        .fault_thread = 7,
        .missing = missing,
        .missing_count = 2,
        .interpreters = &interpreter,
        .interpreter_count = 1,
    };
    struct written w;
    json_t *read, *core;

    (void)state;
    begin(&w);
    hn_document_info(&w.json, &process);
    read = end(&w);
    core = json_object_get(read, "core");
    assert_string_equal(json_string_value(json_object_get(core, "signal")), "SIGSEGV");
    assert_string_equal(json_string_value(json_object_get(core, "fault_address")),
                        "0x10");
    assert_int_equal(json_array_size(json_object_get(core, "missing")), 2);
    assert_true(json_is_null(json_object_get(read, "pid")));
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(read, "python"), "hex")),
        "0x030c01f0");
    json_decref(read);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_frame_has_the_documented_members),
        cmocka_unit_test(an_unqualified_name_says_so),
        cmocka_unit_test(an_unreadable_frame_keeps_its_place),
        cmocka_unit_test(hostile_names_make_valid_documents),
        cmocka_unit_test(info_of_a_core_tells_its_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
