/* Structures copied whole, and fields read one at a time. */
#include "layout/python.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "memory.h"

/* A PyInterpreterFrame of 3.12, as far as we look: code, previous, function, globals,
 * builtins, locals, frame object, prev_instr, stack top and owner. */
static const uint64_t frame_3_12[] = {
    0xc0de, 0x20000, 0xf00, 0, 0, 0, 0, 0x30008, (uint64_t)1 << 48 | 0xffffffff, 0xabc
};

struct fixture {
    struct memory memory;
    struct hn_error err;
    struct hn_python py;
};

static int
start(void **state)
{
    static struct fixture f;

    f.memory = (struct memory){ frame_3_12, sizeof(frame_3_12) };
    open_memory(&f.memory, HN_HEX(3, 12, 1), HN_FLAVOUR_RELEASE, &f.err, &f.py);
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
assert_frame(const struct hn_record *frame)
{
    assert_int_equal(frame->addr, BASE);
    assert_int_equal(hn_record_u64(frame, HN_FRAME_EXECUTABLE), 0xc0de);
    assert_int_equal(hn_record_u64(frame, HN_FRAME_PREVIOUS), 0x20000);
    assert_int_equal(hn_record_u64(frame, HN_FRAME_POSITION), 0x30008);
    assert_int_equal(hn_record_u64(frame, HN_FRAME_OWNER), 1);
}

static void
a_record_is_one_read_of_what_the_fields_span(void **state)
{
    struct fixture *f = *state;
    struct hn_record frame;

    assert_int_equal(hn_record_load(&f->py, HN_STRUCT_FRAME, BASE, &frame), HN_OK);
    assert_frame(&frame);
    assert_int_equal(frame.first, 0);
    assert_int_equal(frame.size, 71); /* up to the owner, which is the last */
}

static void
a_record_over_bytes_at_hand_is_the_same(void **state)
{
    struct fixture *f = *state;
    struct hn_record frame;

    assert_true(hn_record_view(&f->py, HN_STRUCT_FRAME, BASE, frame_3_12,
                               sizeof(frame_3_12), &frame));
    assert_frame(&frame);
    assert_true(hn_record_view(&f->py, HN_STRUCT_FRAME, BASE, frame_3_12, 71, &frame));
    assert_false(hn_record_view(&f->py, HN_STRUCT_FRAME, BASE, frame_3_12, 70, &frame));
}

static void
a_field_this_cpython_lacks_is_zero_when_asked_for_so(void **state)
{
    struct fixture *f = *state;
    struct hn_record frame;

    assert_int_equal(hn_record_load(&f->py, HN_STRUCT_FRAME, BASE, &frame), HN_OK);
    assert_int_equal(hn_record_u64_or_0(&frame, HN_FRAME_TLBC_INDEX), 0);
    assert_int_equal(hn_record_u64_or_0(&frame, HN_FRAME_EXECUTABLE), 0xc0de);
}

static void
a_signed_field_keeps_its_sign(void **state)
{
    /* PyFrameObject of 3.8: f_lasti, 4 bytes at 104, is -1 before the first one. */
    static const uint8_t before_start[368] = {
        [104] = 0xff, [105] = 0xff, [106] = 0xff, [107] = 0xff
    };
    struct fixture *f = *state;
    struct hn_record frame;

    hn_target_close(f->py.target);
    f->memory = (struct memory){ before_start, sizeof(before_start) };
    open_memory(&f->memory, HN_HEX(3, 8, 18), HN_FLAVOUR_RELEASE, &f->err, &f->py);
    assert_int_equal(hn_record_load(&f->py, HN_STRUCT_FRAMEOBJECT, BASE, &frame),
                     HN_OK);
    assert_int_equal(hn_record_i64(&frame, HN_FRAMEOBJECT_LASTI), -1);
    assert_int_equal(hn_record_u64(&frame, HN_FRAMEOBJECT_LASTI), 0xffffffff);
}

static void
a_structure_that_memory_cuts_is_a_fault_with_its_address(void **state)
{
    struct fixture *f = *state;
    struct hn_record frame;

    assert_int_equal(hn_record_load(&f->py, HN_STRUCT_FRAME, BASE + 16, &frame),
                     HN_E_FAULT);
    assert_int_equal(f->err.addr, BASE + sizeof(frame_3_12));
}

static void
a_structure_this_cpython_lacks_is_unsupported_by_name(void **state)
{
    struct fixture *f = *state;
    struct hn_record array;
    char line[200];

    assert_int_equal(hn_record_load(&f->py, HN_STRUCT_CODEARRAY, BASE, &array),
                     HN_E_UNSUPPORTED);
    hn_error_format(&f->err, line, sizeof(line));
    assert_non_null(strstr(line, "_PyCodeArray"));
    assert_false(hn_record_view(&f->py, HN_STRUCT_CODEARRAY, BASE, frame_3_12,
                                sizeof(frame_3_12), &array));
}

static void
one_field_is_read_by_itself_and_at_its_width(void **state)
{
    struct fixture *f = *state;
    uint64_t value = 5;

    assert_int_equal(hn_field_read(&f->py, HN_FRAME_OWNER, BASE, &value), HN_OK);
    assert_int_equal(value, 1);
    assert_int_equal(hn_field_read(&f->py, HN_FRAME_TLBC_INDEX, BASE, &value),
                     HN_E_UNSUPPORTED);
    assert_int_equal(hn_field_read(&f->py, HN_FRAME_OWNER, 0, &value), HN_E_FAULT);
    assert_int_equal(value, 1); /* untouched on failure */
}

static void
the_address_of_a_field_is_0_when_there_is_none(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(hn_field_addr(&f->py, HN_FRAME_LOCALSPLUS, BASE), BASE + 72);
    assert_int_equal(hn_field_addr(&f->py, HN_CODE_TLBC, BASE), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_record_is_one_read_of_what_the_fields_span),
        TEST(a_record_over_bytes_at_hand_is_the_same),
        TEST(a_field_this_cpython_lacks_is_zero_when_asked_for_so),
        TEST(a_signed_field_keeps_its_sign),
        TEST(a_structure_that_memory_cuts_is_a_fault_with_its_address),
        TEST(a_structure_this_cpython_lacks_is_unsupported_by_name),
        TEST(one_field_is_read_by_itself_and_at_its_width),
        TEST(the_address_of_a_field_is_0_when_there_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
