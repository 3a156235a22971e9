/* Finding the collector's lists by their rings, where no version tells. */
#include "layout/python.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "memory.h"

enum { HEAD_BYTES = 24, OBJECT = 256, MEMORY_BYTES = 320 };

struct fixture {
    uint8_t bytes[MEMORY_BYTES]; /* the collector's state, and one tracked object */
    struct memory memory;
    struct hn_error err;
    struct hn_python py;
};

static int
start(void **state)
{
    static struct fixture f;

    memset(f.bytes, 0, sizeof(f.bytes));
    f.memory = (struct memory){ f.bytes, sizeof(f.bytes) };
    open_memory(&f.memory, HN_HEX(3, 13, 5), HN_FLAVOUR_RELEASE, &f.err, &f.py);
    *state = &f;
    return 0;
}

static int
end(void **state)
{
    struct fixture *f = *state;

    hn_target_close(f->py.target);
    return 0;
}

static void
put_link(struct fixture *f, size_t at, size_t next, size_t previous)
{
    const uint64_t words[] = { BASE + next, BASE + previous };

    memcpy(f->bytes + at, words, sizeof(words));
}

/* Three lists from @offset on; an object, with flags in its links, is in the second. */
static void
put_generations(struct fixture *f, size_t offset)
{
    size_t second = offset + HEAD_BYTES;

    put_link(f, offset, offset, offset);
    put_link(f, second, OBJECT, OBJECT);
    put_link(f, OBJECT, second | 1, second | 3);
    put_link(f, offset + 2 * HEAD_BYTES, offset + 2 * HEAD_BYTES,
             offset + 2 * HEAD_BYTES);
}

static void
upstream_s_lists_are_where_the_table_says(void **state)
{
    struct fixture *f = *state;

    put_generations(f, 24);
    assert_true(hn_python_check_generations(&f->py, BASE));
    assert_int_equal(f->py.layout.offset[HN_GC_GENERATIONS], 24);
    assert_int_equal(f->py.layout.source[HN_GC_GENERATIONS], HN_SOURCE_SELF_CHECK);
}

static void
debian_s_lists_are_four_bytes_earlier(void **state)
{
    struct fixture *f = *state;

    put_generations(f, 20);
    assert_true(hn_python_check_generations(&f->py, BASE));
    assert_int_equal(f->py.layout.offset[HN_GC_GENERATIONS], 20);
    assert_int_equal(hn_layout_finish(&f->py.layout, &f->err), HN_OK);
}

static void
lists_that_are_nowhere_are_absent(void **state)
{
    struct fixture *f = *state;

    put_generations(f, 24);
    put_link(f, OBJECT, 24, 24); /* in the first list, says the object */
    assert_false(hn_python_check_generations(&f->py, BASE));
    assert_false(hn_layout_has(&f->py.layout, HN_GC_GENERATIONS));
    assert_int_equal(f->py.layout.source[HN_GC_GENERATIONS], HN_SOURCE_NONE);
}

static void
unreadable_memory_is_no_list_and_no_error(void **state)
{
    struct fixture *f = *state;

    memset(&f->err, 0, sizeof(f->err));
    assert_false(hn_python_check_generations(&f->py, BASE + MEMORY_BYTES));
    assert_int_equal(f->err.status, HN_OK);
}

static void
free_threaded_builds_are_left_as_they_are(void **state)
{
    struct fixture *f = *state;
    int32_t before;

    hn_target_close(f->py.target);
    open_memory(&f->memory, HN_HEX(3, 13, 5), HN_FLAVOUR_FREE_THREADED, &f->err,
                &f->py);
    before = f->py.layout.offset[HN_GC_GENERATIONS];
    assert_true(hn_python_check_generations(&f->py, BASE));
    assert_int_equal(f->py.layout.offset[HN_GC_GENERATIONS], before);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(upstream_s_lists_are_where_the_table_says),
        TEST(debian_s_lists_are_four_bytes_earlier),
        TEST(lists_that_are_nowhere_are_absent),
        TEST(unreadable_memory_is_no_list_and_no_error),
        TEST(free_threaded_builds_are_left_as_they_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
