/* Folding of recursion: what is left out, and that nothing gets lost. */
#include "models.h"

#include <stdlib.h>

#include "report/fold.h"

/* A stack of one frame for each letter; equal letters are equal frames, "!" cannot be
 * read. The innermost comes first. */
static struct hn_stack
stack_of(const char *letters)
{
    static const struct hn_code code = { .addr = 0x1000 };
    struct hn_stack stack = { .count = strlen(letters) };

    stack.frames = calloc(stack.count + 1, sizeof(*stack.frames));
    assert_non_null(stack.frames);
    for (size_t i = 0; i < stack.count; i++) {
        stack.frames[i].kind =
            letters[i] == '!' ? HN_FRAME_UNREADABLE : HN_FRAME_PYTHON;
        stack.frames[i].code = letters[i] == '!' ? NULL : &code;
        stack.frames[i].position.line = letters[i];
    }
    return stack;
}

/* Frames as their letters, runs as (FIRST-LAST:PERIODxREPETITIONS). */
static void
assert_folded(const char *letters, bool reverse, const char *expected)
{
    struct hn_stack stack = stack_of(letters);
    struct hn_text text;
    struct hn_fold fold;
    struct hn_piece piece;

    hn_text_init(&text);
    hn_fold_init(&fold, &stack, reverse, false);
    while (hn_fold_next(&fold, &piece)) {
        if (piece.frame)
            hn_text_putc(&text, (char)piece.frame->position.line);
        else
            hn_text_printf(&text, "(%zu-%zu:%zux%zu)", piece.number, piece.last,
                           piece.period, piece.repetitions);
    }
    assert_text(&text, expected);
    free(stack.frames);
}

static void
different_frames_are_all_shown(void **state)
{
    (void)state;
    assert_folded("abcdefgh", false, "abcdefgh");
}

static void
a_deep_recursion_is_shown_once_and_counted(void **state)
{
    (void)state;
    assert_folded("wrrrrrrrm", false, "wr(2-7:1x6)m");
}

static void
a_short_recursion_is_not_worth_a_fold(void **state)
{
    (void)state;
    assert_folded("wrrrrm", false, "wrrrrm");
    assert_folded("wrrrrrm", false, "wr(2-5:1x4)m");
}

static void
mutual_recursion_of_two_is_folded(void **state)
{
    (void)state;
    assert_folded("weoeoeoeom", false, "weo(3-8:2x3)m");
}

static void
mutual_recursion_of_three_is_folded(void **state)
{
    (void)state;
    assert_folded("abcabcabcz", false, "abc(3-8:3x2)z");
}

static void
a_turn_that_breaks_off_is_shown(void **state)
{
    (void)state;
    assert_folded("abababaz", false, "ab(2-5:2x2)az");
}

static void
a_cycle_of_four_is_shown_in_full(void **state)
{
    (void)state;
    assert_folded("abcdabcdabcdabcd", false, "abcdabcdabcdabcd");
}

static void
one_fold_follows_another(void **state)
{
    (void)state;
    assert_folded("aaaaaabbbbbb", false, "a(1-5:1x5)b(7-11:1x5)");
}

static void
a_whole_stack_may_be_one_frame(void **state)
{
    (void)state;
    assert_folded("aaaaaaaa", false, "a(1-7:1x7)");
    assert_folded("a", false, "a");
}

static void
unreadable_frames_are_never_folded(void **state)
{
    (void)state;
    assert_folded("!!!!!!!!", false, "!!!!!!!!");
}

static void
in_reverse_numbers_fall(void **state)
{
    (void)state;
    assert_folded("wrrrrrrrm", true, "mr(6-1:1x6)w");
}

static void
columns_tell_frames_apart_when_they_are_shown(void **state)
{
    struct hn_stack stack = stack_of("aaaaaaaa");
    struct hn_fold fold;
    struct hn_piece piece;
    size_t pieces = 0;

    (void)state;
    for (size_t i = 0; i < stack.count; i++)
        stack.frames[i].position.column = (int32_t)i;
    hn_fold_init(&fold, &stack, false, true);
    while (hn_fold_next(&fold, &piece))
        pieces++;
    assert_int_equal(pieces, 8);
    free(stack.frames);
}

/* However the letters fall, each frame is shown or counted exactly once. */
static void
no_frame_is_dropped(void **state)
{
    unsigned seed = 7;

    (void)state;
    for (int round = 0; round < 2000; round++) {
        char letters[40] = "";
        struct hn_stack stack;
        struct hn_fold fold;
        struct hn_piece piece;
        size_t next = 0;

        for (size_t i = 0; i + 1 < sizeof(letters); i++) {
            seed = seed * 1103515245 + 12345;
            letters[i] = (char)('a' + (seed >> 16) % 2);
        }
        stack = stack_of(letters);
        hn_fold_init(&fold, &stack, false, false);
        while (hn_fold_next(&fold, &piece)) {
            assert_int_equal(piece.number, next);
            next = piece.frame ? next + 1 : piece.last + 1;
        }
        assert_int_equal(next, stack.count);
        free(stack.frames);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(different_frames_are_all_shown),
        cmocka_unit_test(a_deep_recursion_is_shown_once_and_counted),
        cmocka_unit_test(a_short_recursion_is_not_worth_a_fold),
        cmocka_unit_test(mutual_recursion_of_two_is_folded),
        cmocka_unit_test(mutual_recursion_of_three_is_folded),
        cmocka_unit_test(a_turn_that_breaks_off_is_shown),
        cmocka_unit_test(a_cycle_of_four_is_shown_in_full),
        cmocka_unit_test(one_fold_follows_another),
        cmocka_unit_test(a_whole_stack_may_be_one_frame),
        cmocka_unit_test(unreadable_frames_are_never_folded),
        cmocka_unit_test(in_reverse_numbers_fall),
        cmocka_unit_test(columns_tell_frames_apart_when_they_are_shown),
        cmocka_unit_test(no_frame_is_dropped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
