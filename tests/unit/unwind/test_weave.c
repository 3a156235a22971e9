/* Which C frame belongs to which Python frame: stacks written down, woven, compared. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "unwind/weave.h"

enum { MOST = 16, SP = 0x1000, FRAME_BYTES = 0x100 };

static struct hn_native_frame natives[MOST];
static struct hn_frame frames[MOST];
static struct hn_native_stack native;
static struct hn_stack stack;
static struct hn_runtime runtime;

/* C functions, innermost first, each with a stack frame of FRAME_BYTES. */
static void
set_natives(const char *const *names)
{
    memset(natives, 0, sizeof(natives));
    native = (struct hn_native_stack){ .frames = natives };
    for (; names[native.count]; native.count++) {
        struct hn_native_frame *frame = &natives[native.count];

        frame->pc = 0x400000 + native.count;
        frame->sp = SP + native.count * FRAME_BYTES;
        frame->symbol =
            strcmp(names[native.count], "?") != 0 ? names[native.count] : NULL;
        frame->function = frame->symbol;
        frame->library = "libpython.so";
    }
}

/* An address in the C frame @index. */
static hn_addr
inside(size_t index)
{
    return SP + index * FRAME_BYTES + 0x40;
}

static void
set_frames(size_t count)
{
    memset(frames, 0, sizeof(frames));
    stack = (struct hn_stack){ .frames = frames, .count = count };
}

static void
set_entry(size_t frame, hn_addr anchor)
{
    frames[frame].entry = true;
    frames[frame].anchor = anchor;
}

static void
assert_called(const struct hn_native_frame *called, size_t count, const char *names)
{
    char found[256] = "";

    for (size_t i = 0; i < count; i++) {
        strcat(found, i ? " " : "");
        strcat(found, called[i].symbol ? called[i].symbol : "?");
    }
    assert_string_equal(found, names);
}

static void
assert_frame_called(size_t frame, const char *names)
{
    assert_called(frames[frame].native, frames[frame].native_count, names);
}

static int
since_3_11(void **state)
{
    (void)state;
    memset(&runtime, 0, sizeof(runtime));
    return 0;
}

static int
up_to_3_10(void **state)
{
    (void)state;
    memset(&runtime, 0, sizeof(runtime));
    runtime.py.layout.offset[HN_FRAME_OWNER] = -1;
    return 0;
}

static void
one_call_of_the_loop_runs_many_frames(void **state)
{
    (void)state;
    set_natives((const char *const[]){ "read", "_PyEval_EvalFrameDefault", "qsort",
                                       "_PyEval_EvalFrameDefault", "main", NULL });
    set_frames(5);
    set_entry(1, inside(1));
    set_entry(4, inside(3));
    hn_weave(&runtime, &native, &stack);

    assert_null(native.not_woven);
    assert_frame_called(0, "read");
    assert_frame_called(1, "");
    assert_frame_called(2, "qsort");
    assert_frame_called(4, "");
    assert_called(stack.native, stack.native_count, "main");
}

static void
no_symbol_is_needed_for_it(void **state)
{
    (void)state;
    set_natives((const char *const[]){ "read", "?", "qsort", "?", "main", NULL });
    set_frames(2);
    set_entry(0, inside(1));
    set_entry(1, inside(3));
    hn_weave(&runtime, &native, &stack);

    assert_frame_called(0, "read");
    assert_frame_called(1, "qsort");
    assert_true(natives[1].marks & HN_NATIVE_LOOP);
}

static void
functions_of_instructions_go_with_their_loop(void **state)
{
    (void)state;
    set_natives((const char *const[]){ "read", "_TAIL_CALL_CALL_BUILTIN_FAST",
                                       "_PyEval_EvalFrameDefault", "main", NULL });
    set_frames(1);
    set_entry(0, inside(2));
    hn_weave(&runtime, &native, &stack);

    assert_frame_called(0, "read");
    assert_called(stack.native, stack.native_count, "main");
}

static void
a_loop_that_has_just_begun_stays_a_c_frame(void **state)
{
    (void)state;
    set_natives((const char *const[]){ "_PyEval_EvalFrameDefault", "qsort",
                                       "_PyEval_EvalFrameDefault", "main", NULL });
    set_frames(1);
    set_entry(0, inside(2));
    hn_weave(&runtime, &native, &stack);

    assert_frame_called(0, "_PyEval_EvalFrameDefault qsort");
}

static void
frames_of_another_stack_are_refused(void **state)
{
    (void)state;
    set_natives(
        (const char *const[]){ "read", "_PyEval_EvalFrameDefault", "main", NULL });
    set_frames(2);
    set_entry(0, inside(1));
    set_entry(1, 0x900000);
    hn_weave(&runtime, &native, &stack);

    assert_string_equal(native.not_woven, "the Python frames are not of this C stack");
    assert_int_equal(frames[0].native_count, 0);
}

static void
an_entry_without_a_mark_is_refused(void **state)
{
    (void)state;
    set_natives(
        (const char *const[]){ "read", "_PyEval_EvalFrameDefault", "main", NULL });
    set_frames(1);
    set_entry(0, 0);
    hn_weave(&runtime, &native, &stack);

    assert_non_null(native.not_woven);
}

static void
a_c_stack_that_ends_early_is_woven_as_far_as_it_goes(void **state)
{
    (void)state;
    set_natives(
        (const char *const[]){ "read", "_PyEval_EvalFrameDefault", "qsort", NULL });
    native.problem = "no memory";
    set_frames(2);
    set_entry(0, inside(1));
    set_entry(1, inside(9));
    hn_weave(&runtime, &native, &stack);

    assert_null(native.not_woven);
    assert_frame_called(0, "read");
    assert_frame_called(1, "qsort");
    assert_int_equal(stack.native_count, 0);
}

/* Code that was compiled at run time may have nothing that leads out of it. */
static void
a_c_stack_that_meets_no_loop_was_called_by_the_innermost(void **state)
{
    (void)state;
    set_natives((const char *const[]){ "read", "?", NULL });
    native.problem = "no file";
    set_frames(3);
    set_entry(1, inside(9));
    set_entry(2, inside(12));
    hn_weave(&runtime, &native, &stack);

    assert_null(native.not_woven);
    assert_frame_called(0, "read ?");
    assert_int_equal(stack.native_count, 0);
}

static void
up_to_3_10_it_is_woven_as_far_as_it_goes_too(void **state)
{
    (void)state;
    set_natives(
        (const char *const[]){ "read", "_PyEval_EvalFrameDefault", "qsort", NULL });
    native.problem = "no memory";
    set_frames(3);
    hn_weave(&runtime, &native, &stack);

    assert_null(native.not_woven);
    assert_frame_called(0, "read");
    assert_frame_called(1, "qsort");
    assert_frame_called(2, "");
    assert_int_equal(stack.native_count, 0);
}

static void
each_frame_has_a_call_of_the_loop(void **state)
{
    (void)state;
    set_natives((const char *const[]){ "read", "_PyEval_EvalFrameDefault",
                                       "_PyFunction_Vectorcall",
                                       "_PyEval_EvalFrameDefault.cold", "main", NULL });
    set_frames(2);
    hn_weave(&runtime, &native, &stack);

    assert_null(native.not_woven);
    assert_frame_called(0, "read");
    assert_frame_called(1, "_PyFunction_Vectorcall");
    assert_true(natives[2].marks & HN_NATIVE_GLUE);
    assert_called(stack.native, stack.native_count, "main");
}

static void
a_loop_without_its_frame_yet_is_stepped_over(void **state)
{
    (void)state;
    set_natives((const char *const[]){ "_PyEval_EvalFrameDefault", "qsort",
                                       "_PyEval_EvalFrameDefault", "main", NULL });
    set_frames(1);
    hn_weave(&runtime, &native, &stack);

    assert_null(native.not_woven);
    assert_frame_called(0, "qsort");
}

static void
counts_that_differ_are_refused(void **state)
{
    (void)state;
    set_natives(
        (const char *const[]){ "read", "_PyEval_EvalFrameDefault", "main", NULL });
    set_frames(2);
    hn_weave(&runtime, &native, &stack);
    assert_string_equal(native.not_woven,
                        "there are fewer calls of the interpreter loop than Python "
                        "frames");

    set_natives((const char *const[]){ "read", "_PyEval_EvalFrameDefault",
                                       "_PyEval_EvalFrameDefault", "main", NULL });
    set_frames(1);
    hn_weave(&runtime, &native, &stack);
    assert_string_equal(native.not_woven,
                        "there are more calls of the interpreter loop than Python "
                        "frames");
}

static void
a_stack_cut_at_its_depth_is_woven(void **state)
{
    (void)state;
    set_natives((const char *const[]){ "read", "_PyEval_EvalFrameDefault", "qsort",
                                       "_PyEval_EvalFrameDefault", "main", NULL });
    set_frames(1);
    stack.cut = true;
    hn_weave(&runtime, &native, &stack);

    assert_null(native.not_woven);
    assert_frame_called(0, "read");
}

#define NEW(test) cmocka_unit_test_setup(test, since_3_11)
#define OLD(test) cmocka_unit_test_setup(test, up_to_3_10)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        NEW(one_call_of_the_loop_runs_many_frames),
        NEW(no_symbol_is_needed_for_it),
        NEW(functions_of_instructions_go_with_their_loop),
        NEW(a_loop_that_has_just_begun_stays_a_c_frame),
        NEW(frames_of_another_stack_are_refused),
        NEW(an_entry_without_a_mark_is_refused),
        NEW(a_c_stack_that_ends_early_is_woven_as_far_as_it_goes),
        NEW(a_c_stack_that_meets_no_loop_was_called_by_the_innermost),
        OLD(up_to_3_10_it_is_woven_as_far_as_it_goes_too),
        OLD(each_frame_has_a_call_of_the_loop),
        OLD(a_loop_without_its_frame_yet_is_stepped_over),
        OLD(counts_that_differ_are_refused),
        OLD(a_stack_cut_at_its_depth_is_woven),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
