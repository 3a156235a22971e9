/* Source lines from files of any kind. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "command/source.h"
#include "fake_process.h"

struct fixture {
    struct hn_arena arena;
    struct hn_error err;
    struct hn_target target;
    struct hn_sources sources;
};

static int
start(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    fake_reset(false);
    hn_arena_init(&f->arena);
    f->target.err = &f->err;
    hn_sources_init(&f->sources, &f->target, &f->arena);
    *state = f;
    return 0;
}

static int
end(void **state)
{
    struct fixture *f = *state;

    hn_sources_deinit(&f->sources);
    hn_arena_deinit(&f->arena);
    free(f);
    return 0;
}

/* The line as a frame at it would show it. */
static struct hn_frame
frame_at(struct fixture *f, const char *file, int line)
{
    const struct hn_code code = { .addr = 1, .file = file };
    struct hn_frame frame = { .kind = HN_FRAME_PYTHON,
                              .code = &code,
                              .position = { line, -1, -1, -1 } };
    struct hn_stack stack = { .frames = &frame, .count = 1 };

    hn_sources_fill(&f->sources, &stack);
    return frame;
}

static void
assert_line(struct fixture *f, const char *file, int line, const char *expected)
{
    const struct hn_frame frame = frame_at(f, file, line);

    if (!expected) {
        assert_null(frame.source);
        return;
    }
    assert_non_null(frame.source);
    assert_string_equal(frame.source, expected);
}

static void
indentation_is_stripped_and_counted(void **state)
{
    fake.source = "def f():\n    \treturn 1  \n";
    assert_line(*state, "a.py", 1, "def f():");
    assert_line(*state, "a.py", 2, "return 1");
    assert_int_equal(frame_at(*state, "a.py", 2).indent, 5);
}

static void
lines_that_are_not_there_have_no_text(void **state)
{
    fake.source = "one\ntwo\n";
    assert_line(*state, "a.py", -1, NULL);
    assert_line(*state, "a.py", 0, NULL);
    assert_line(*state, "a.py", 3, NULL);
    assert_line(*state, "a.py", INT32_MAX, NULL);
}

static void
all_line_ends_of_python_count(void **state)
{
    fake.source = "one\r\ntwo\rthree\n\nfive";
    assert_line(*state, "a.py", 1, "one");
    assert_line(*state, "a.py", 2, "two");
    assert_line(*state, "a.py", 3, "three");
    assert_line(*state, "a.py", 4, "");
    assert_line(*state, "a.py", 5, "five");
    assert_line(*state, "a.py", 6, NULL);
}

static void
names_in_brackets_are_no_files(void **state)
{
    assert_line(*state, "<string>", 1, NULL);
    assert_line(*state, "<frozen importlib._bootstrap>", 1, NULL);
    assert_line(*state, "", 1, NULL);
}

static void
a_file_that_is_not_here_is_no_harm(void **state)
{
    fake.source = NULL;
    assert_line(*state, "a.py", 1, NULL);
}

static void
an_empty_file_has_no_lines(void **state)
{
    fake.source = "";
    assert_line(*state, "a.py", 1, NULL);
}

static void
files_are_read_once(void **state)
{
    fake.source = "first\n";
    assert_line(*state, "a.py", 1, "first");
    fake.source = "second\n";
    assert_line(*state, "a.py", 1, "first");
    assert_line(*state, "b.py", 1, "second");
}

static void
long_lines_are_cut_between_characters(void **state)
{
    char *line = calloc(1, 2000);
    struct hn_frame frame;
    uint32_t code;
    size_t size;

    strcpy(line, "x"); /* so that no character starts at an even place */
    while (strlen(line) < 1500)
        strcat(line, "\u00e4");
    fake.source = line;
    frame = frame_at(*state, "a.py", 1);
    size = strlen(frame.source);
    assert_true(size > 300 && size <= 400);
    assert_int_equal(hn_utf8_decode(frame.source + size - 2, 2, &code), 2);
    free(line);
}

static void
a_listing_keeps_indentation_and_ends_with_the_file(void **state)
{
    struct fixture *f = *state;
    struct hn_listing listing;

    fake.source = "def f():\n    return 1\n";
    assert_int_equal(hn_sources_list(&f->sources, "a.py", 2, 100, &listing), HN_OK);
    assert_int_equal(listing.first, 2);
    assert_int_equal(listing.count, 1);
    assert_string_equal(listing.lines[0], "    return 1");
    assert_int_equal(hn_sources_list(&f->sources, "a.py", 3, 100, &listing), HN_DONE);
    assert_int_equal(
        hn_sources_list(&f->sources, "a.py", UINT64_MAX, UINT64_MAX, &listing),
        HN_DONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(indentation_is_stripped_and_counted),
        TEST(lines_that_are_not_there_have_no_text),
        TEST(all_line_ends_of_python_count),
        TEST(names_in_brackets_are_no_files),
        TEST(a_file_that_is_not_here_is_no_harm),
        TEST(an_empty_file_has_no_lines),
        TEST(files_are_read_once),
        TEST(long_lines_are_cut_between_characters),
        TEST(a_listing_keeps_indentation_and_ends_with_the_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
