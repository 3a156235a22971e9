/* Stacks, headings and the thread table, as they look on a screen. */
#include "models.h"

#include "report/stack.h"

static void
put_stack(struct hn_text *text, const struct hn_stack *stack, unsigned width,
          bool reverse, bool columns)
{
    const struct hn_look look = { .width = width };
    struct hn_stack_view view;
    struct hn_text scratch;

    hn_text_init(text);
    hn_text_init(&scratch);
    hn_stack_view_init(&view, stack, NULL, &look, reverse, columns, &scratch);
    hn_text_deinit(&scratch);
    while (hn_stack_view_next(&view, text))
        continue;
}

static struct hn_frame shop[] = {
    FRAME(CODE(1, "compute", "shop/model.py"), 57, "total += math.sqrt(x)"),
    FRAME(CODE(2, "Basket.price", "shop/model.py"), 31, "return sum(self.items)"),
    FRAME(CODE(3, "<module>", "shop/server.py"), 88, "main()"),
};
static const struct hn_stack shop_stack = { .frames = shop, .count = 3 };

static void
columns_line_up(void **state)
{
    struct hn_text text;

    (void)state;
    put_stack(&text, &shop_stack, 0, false, false);
    assert_text(&text,
                "  #0 compute        shop/model.py:57      total += math.sqrt(x)\n"
                "  #1 Basket.price   shop/model.py:31      return sum(self.items)\n"
                "  #2 <module>       shop/server.py:88     main()\n");
}

static void
reverse_keeps_the_numbers(void **state)
{
    struct hn_text text;

    (void)state;
    put_stack(&text, &shop_stack, 0, true, false);
    assert_text(&text,
                "  #2 <module>       shop/server.py:88     main()\n"
                "  #1 Basket.price   shop/model.py:31      return sum(self.items)\n"
                "  #0 compute        shop/model.py:57      total += math.sqrt(x)\n");
}

static void
a_narrow_terminal_gets_source_below(void **state)
{
    struct hn_text text;

    (void)state;
    put_stack(&text, &shop_stack, 40, false, false);
    assert_text(&text, "  #0 compute        shop/model.py:57\n"
                       "       total += math.sqrt(x)\n"
                       "  #1 Basket.price   shop/model.py:31\n"
                       "       return sum(self.items)\n"
                       "  #2 <module>       shop/server.py:88\n"
                       "       main()\n");
}

static void
source_is_cut_at_the_edge(void **state)
{
    struct hn_frame frames[] = { FRAME(CODE(1, "f", "a.py"), 1,
                                       "x = 'a line that is longer than the rest of "
                                       "the terminal is wide, by some'") };
    const struct hn_stack stack = { .frames = frames, .count = 1 };
    struct hn_text text;

    (void)state;
    put_stack(&text, &stack, 60, false, false);
    assert_text(&text,
                "  #0 f   a.py:1     x = 'a line that is longer than the r...\n");
}

static void
a_path_wider_than_the_terminal_keeps_its_tail(void **state)
{
    struct hn_frame frames[] = { FRAME(
        CODE(1, "f", "/usr/lib/python3/dist-packages/shop/model.py"), 57, NULL) };
    const struct hn_stack stack = { .frames = frames, .count = 1 };
    struct hn_text text;

    (void)state;
    put_stack(&text, &stack, 34, false, false);
    assert_text(&text, "  #0 f   ...kages/shop/model.py:57\n");
}

static void
a_frame_without_a_line_says_so(void **state)
{
    struct hn_frame frames[] = { FRAME(CODE(1, "f", "<string>"), -1, NULL) };
    const struct hn_stack stack = { .frames = frames, .count = 1 };
    struct hn_text text;

    (void)state;
    put_stack(&text, &stack, 0, false, false);
    assert_text(&text, "  #0 f   <string>:?\n");
}

static void
an_unreadable_frame_keeps_its_place(void **state)
{
    struct hn_frame frames[] = {
        FRAME(CODE(1, "f", "a.py"), 1, NULL),
        UNREADABLE("no memory", 0x7f10),
        FRAME(CODE(2, "g", "a.py"), 2, NULL),
    };
    const struct hn_stack stack = { .frames = frames, .count = 3 };
    struct hn_text text;

    (void)state;
    put_stack(&text, &stack, 0, false, false);
    assert_text(&text, "  #0 f   a.py:1\n"
                       "  #1 <unreadable 0x7f10: no memory>\n"
                       "  #2 g   a.py:2\n");
}

static void
a_stack_that_breaks_off_says_why(void **state)
{
    struct hn_frame frames[] = { FRAME(CODE(1, "f", "a.py"), 1, NULL) };
    const struct hn_stack stack = { .frames = frames,
                                    .count = 1,
                                    .problem = "frame chain does not end" };
    struct hn_text text;

    (void)state;
    put_stack(&text, &stack, 0, false, false);
    assert_text(&text, "  #0 f   a.py:1\n"
                       "  <unreadable: frame chain does not end>\n");
    put_stack(&text, &stack, 0, true, false);
    assert_text(&text, "  <unreadable: frame chain does not end>\n"
                       "  #0 f   a.py:1\n");
}

static void
a_cut_stack_says_that_there_is_more(void **state)
{
    struct hn_stack stack = shop_stack;
    struct hn_text text;

    (void)state;
    stack.count = 1;
    stack.cut = true;
    put_stack(&text, &stack, 0, false, false);
    assert_text(&text, "  #0 compute   shop/model.py:57     total += math.sqrt(x)\n"
                       "  ... more frames (--depth 0)\n");
}

static void
a_thread_without_frames_says_so(void **state)
{
    const struct hn_stack stack = { .count = 0 };
    struct hn_text text;

    (void)state;
    put_stack(&text, &stack, 0, false, false);
    assert_text(&text, "  (no Python frame)\n");
}

static void
recursion_is_folded_and_counted(void **state)
{
    struct hn_frame frames[1000];
    const struct hn_code *code = CODE(1, "fac", "m.py");
    const struct hn_stack stack = { .frames = frames, .count = 1000 };
    struct hn_text text;

    (void)state;
    for (size_t i = 0; i < 1000; i++)
        frames[i] = (struct hn_frame)FRAME(code, 2, NULL);
    frames[0].position.line = 1;
    frames[999].position.line = 9;
    put_stack(&text, &stack, 0, false, false);
    assert_text(&text, "  #0   fac   m.py:1\n"
                       "  #1   fac   m.py:2\n"
                       "  ... frames #2 to #998: the same frame 997 more times\n"
                       "  #999 fac   m.py:9\n");
}

static void
mutual_recursion_is_folded_and_counted(void **state)
{
    struct hn_frame frames[9];
    const struct hn_code *even = CODE(1, "even", "m.py"), *odd = CODE(2, "odd", "m.py");
    const struct hn_stack stack = { .frames = frames, .count = 9 };
    struct hn_text text;

    (void)state;
    for (size_t i = 0; i < 9; i++)
        frames[i] = (struct hn_frame)FRAME(i % 2 ? odd : even, 1, NULL);
    put_stack(&text, &stack, 0, false, false);
    assert_text(&text, "  #0 even   m.py:1\n"
                       "  #1 odd    m.py:1\n"
                       "  ... frames #2 to #7: the same 2 frames 3 more times\n"
                       "  #8 even   m.py:1\n");
}

static void
columns_mark_the_expression(void **state)
{
    struct hn_frame frames[] = { FRAME(CODE(1, "f", "a.py"), 3, "x = g(1) + h(2)") };
    const struct hn_stack stack = { .frames = frames, .count = 1 };
    struct hn_text text;

    (void)state;
    frames[0].indent = 4;
    frames[0].position = (struct hn_position){ 3, 3, 15, 19 };
    put_stack(&text, &stack, 0, false, true);
    assert_text(&text, "  #0 f   a.py:3     x = g(1) + h(2)\n"
                       "                               ^^^^\n");
}

static void
columns_count_bytes_but_marks_count_characters(void **state)
{
    struct hn_frame frames[] = { FRAME(CODE(1, "f", "a.py"), 3,
                                       "\u6587 = g(\u00e4) + h(2)") };
    const struct hn_stack stack = { .frames = frames, .count = 1 };
    struct hn_text text;

    (void)state;
    frames[0].position = (struct hn_position){ 3, 3, 6, 11 };
    put_stack(&text, &stack, 0, false, true);
    assert_text(&text, "  #0 f   a.py:3     \u6587 = g(\u00e4) + h(2)\n"
                       "                         ^^^^\n");
}

static void
an_expression_of_many_lines_is_marked_to_the_end(void **state)
{
    struct hn_frame frames[] = { FRAME(CODE(1, "f", "a.py"), 3, "x = g(") };
    const struct hn_stack stack = { .frames = frames, .count = 1 };
    struct hn_text text;

    (void)state;
    frames[0].position = (struct hn_position){ 3, 5, 4, 1 };
    put_stack(&text, &stack, 0, false, true);
    assert_text(&text, "  #0 f   a.py:3     x = g(\n"
                       "                        ^^\n");
}

static void
impossible_columns_mark_nothing(void **state)
{
    struct hn_frame frames[] = { FRAME(CODE(1, "f", "a.py"), 3, "pass") };
    const struct hn_stack stack = { .frames = frames, .count = 1 };
    const struct hn_position impossible[] = {
        { 3, 3, 900, 901 }, { 3, 3, 3, 2 }, { 3, 3, INT32_MAX, INT32_MAX },
        { 3, 3, -1, 5 },    { 3, 3, 4, 4 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(impossible) / sizeof(impossible[0]); i++) {
        struct hn_text text;

        frames[0].position = impossible[i];
        put_stack(&text, &stack, 0, false, true);
        assert_non_null(strstr(text.bytes, "pass\n"));
        if (i != 1) /* an end before the start marks to the end of the line */
            assert_null(strchr(text.bytes, '^'));
        hn_text_deinit(&text);
    }
}

static void
a_wide_name_pushes_the_rest_aside(void **state)
{
    struct hn_frame frames[] = {
        FRAME(CODE(1, "a_name_that_is_wider_than_its_column_may_ever_be", "a.py"), 1,
              NULL),
        FRAME(CODE(2, "f", "a.py"), 2, NULL),
    };
    const struct hn_stack stack = { .frames = frames, .count = 2 };
    struct hn_text text;

    (void)state;
    put_stack(&text, &stack, 0, false, false);
    assert_text(&text,
                "  #0 a_name_that_is_wider_than_its_column_may_ever_be   a.py:1\n"
                "  #1 f                                          a.py:2\n");
}

static void
names_cannot_touch_the_terminal(void **state)
{
    struct hn_frame frames[] = { FRAME(CODE(1, "f\033]0;x\a", "a\n.py"), 1,
                                       "s = '\033[2J'") };
    const struct hn_stack stack = { .frames = frames, .count = 1 };
    struct hn_text text;

    (void)state;
    put_stack(&text, &stack, 0, false, false);
    assert_text(&text, "  #0 f\\x1b]0;x\\x07   a\\n.py:1     s = '\\x1b[2J'\n");
}

static const struct hn_process one = { .interpreter_count = 1 };

static void
a_heading_names_the_thread_and_its_state(void **state)
{
    const struct hn_thread thread = { .number = 1,
                                      .native_id = 4242,
                                      .name = "MainThread",
                                      .state = HN_THREAD_HAS_GIL | HN_THREAD_ON_CPU };
    struct hn_text text;

    (void)state;
    hn_text_init(&text);
    hn_thread_put_heading(&text, &plain, &one, &thread);
    assert_text(&text, "Thread 1 (LWP 4242) \"MainThread\": has GIL, on CPU\n");
}

static void
a_heading_admits_what_is_not_known(void **state)
{
    const struct hn_thread thread = {
        .number = 2, .name = "", .problem = "no memory", .problem_at = 0x1000
    };
    struct hn_text text;

    (void)state;
    hn_text_init(&text);
    hn_thread_put_heading(&text, &plain, &one, &thread);
    assert_text(&text, "Thread 2 (LWP ?): unknown\n"
                       "  <unreadable 0x1000: no memory>\n");
}

static void
interpreters_are_named_when_there_are_several(void **state)
{
    const struct hn_process two = { .interpreter_count = 2 };
    const struct hn_thread thread = { .number = 2,
                                      .native_id = 7,
                                      .name = "x",
                                      .interpreter = 3,
                                      .state = HN_THREAD_IDLE,
                                      .syscall = "futex" };
    struct hn_text text;

    (void)state;
    hn_text_init(&text);
    hn_thread_put_heading(&text, &plain, &two, &thread);
    assert_text(&text, "Thread 2 (LWP 7) \"x\" in interpreter 3: idle in futex\n");
}

static struct hn_thread two_threads[] = {
    { .number = 1,
      .native_id = 4242,
      .name = "MainThread",
      .selected = true,
      .state = HN_THREAD_HAS_GIL | HN_THREAD_ON_CPU,
      .stack = { .frames = shop, .count = 1 } },
    { .number = 2,
      .native_id = 4250,
      .name = "worker-1",
      .state = HN_THREAD_WAITS_FOR_GIL },
};
static struct hn_interpreter two_threads_interpreter = { .threads = two_threads,
                                                         .thread_count = 2 };
static const struct hn_process two_threads_process = {
    .interpreters = &two_threads_interpreter,
    .interpreter_count = 1,
    .thread_count = 2,
};

static void
the_table_has_a_row_for_each_thread(void **state)
{
    struct hn_text text, scratch;

    (void)state;
    hn_text_init(&text);
    hn_text_init(&scratch);
    hn_threads_put(&text, &plain, &two_threads_process, 0, &scratch);
    hn_text_deinit(&scratch);
    assert_text(
        &text,
        "    #  LWP   name        interp  state              top\n"
        "  * 1  4242  MainThread  0       GIL, on CPU        compute "
        "(shop/model.py:57)\n"
        "    2  4250  worker-1    0       waits for the GIL  (no Python frame)\n");
}

static void
a_limited_table_counts_the_rest(void **state)
{
    struct hn_text text, scratch;

    (void)state;
    hn_text_init(&text);
    hn_text_init(&scratch);
    hn_threads_put(&text, &plain, &two_threads_process, 1, &scratch);
    hn_text_deinit(&scratch);
    assert_text(&text, "    #  LWP   name        interp  state        top\n"
                       "  * 1  4242  MainThread  0       GIL, on CPU  compute "
                       "(shop/model.py:57)\n"
                       "... 1 more thread (--limit 0)\n");
}

static void
one_frame_alone_keeps_its_number(void **state)
{
    struct hn_text text;

    (void)state;
    hn_text_init(&text);
    hn_frame_put(&text, &plain, &shop[1], 1);
    assert_text(&text,
                "  #1 Basket.price   shop/model.py:31     return sum(self.items)\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_line_up),
        cmocka_unit_test(reverse_keeps_the_numbers),
        cmocka_unit_test(a_narrow_terminal_gets_source_below),
        cmocka_unit_test(source_is_cut_at_the_edge),
        cmocka_unit_test(a_path_wider_than_the_terminal_keeps_its_tail),
        cmocka_unit_test(a_frame_without_a_line_says_so),
        cmocka_unit_test(an_unreadable_frame_keeps_its_place),
        cmocka_unit_test(a_stack_that_breaks_off_says_why),
        cmocka_unit_test(a_cut_stack_says_that_there_is_more),
        cmocka_unit_test(a_thread_without_frames_says_so),
        cmocka_unit_test(recursion_is_folded_and_counted),
        cmocka_unit_test(mutual_recursion_is_folded_and_counted),
        cmocka_unit_test(columns_mark_the_expression),
        cmocka_unit_test(columns_count_bytes_but_marks_count_characters),
        cmocka_unit_test(an_expression_of_many_lines_is_marked_to_the_end),
        cmocka_unit_test(impossible_columns_mark_nothing),
        cmocka_unit_test(a_wide_name_pushes_the_rest_aside),
        cmocka_unit_test(names_cannot_touch_the_terminal),
        cmocka_unit_test(a_heading_names_the_thread_and_its_state),
        cmocka_unit_test(a_heading_admits_what_is_not_known),
        cmocka_unit_test(interpreters_are_named_when_there_are_several),
        cmocka_unit_test(the_table_has_a_row_for_each_thread),
        cmocka_unit_test(a_limited_table_counts_the_rest),
        cmocka_unit_test(one_frame_alone_keeps_its_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
