/* Looks at a process made of bytes: whose stack it is, and what happens when the bytes
 * change while they are copied. */
#include "sample/chunks.h"
#include "support/sampled_process.h"

enum { MILLISECOND = 1000 * 1000 };

static void
look(struct sampled_process *s)
{
    s->now_ns += MILLISECOND;
    assert_int_equal(hn_watch_look(&s->w, s->now_ns), HN_OK);
    assert_int_equal(s->w.interp_count, 1);
    assert_int_equal(s->w.interps[0].thread_count, 1);
}

static const struct hn_thread_watch *
thread_of(const struct sampled_process *s)
{
    return s->w.interps[0].threads[0];
}

/* What its stack says, innermost first. */
static void
assert_stack(const struct sampled_process *s, const char *inner, const char *outer)
{
    const struct hn_thread_watch *t = thread_of(s);
    const struct hn_tree_node *node;

    assert_int_equal(t->outcome, HN_OUTCOME_STACK);
    node = &s->tree.nodes[t->node];
    assert_string_equal(s->codes.contents[node->code]->name, inner);
    node = &s->tree.nodes[node->parent];
    assert_string_equal(s->codes.contents[node->code]->name, outer);
    assert_int_equal(node->parent, 0);
}

static void
assert_main_alone(const struct sampled_process *s)
{
    const struct hn_tree_node *node = &s->tree.nodes[thread_of(s)->node];

    assert_int_equal(thread_of(s)->outcome, HN_OUTCOME_STACK);
    assert_string_equal(s->codes.contents[node->code]->name, "main");
    assert_int_equal(node->parent, 0);
}

/* --- tests */

static void
a_thread_has_its_stack(void **state)
{
    struct sampled_process s;

    sampled_process_init(&s, *state, "work");
    look(&s);
    assert_stack(&s, "work", "main");
    look(&s); /* who has the GIL is asked before it is known who is there */
    assert_true(thread_of(&s)->has_gil);
    sampled_process_deinit(&s);
}

static void
it_goes_on_from_look_to_look(void **state)
{
    struct sampled_process s;

    sampled_process_init(&s, *state, "work");
    look(&s);
    sampled_put_code(&s, s.frames[1], s.other);
    look(&s);
    look(&s);
    assert_stack(&s, "other", "main");
    sampled_process_deinit(&s);
}

/* main() does not name work(), whose frame is other()'s after so many copies. */
static void
assert_work_was_not_called(struct memory_builder *m, unsigned copies)
{
    struct sampled_process s;

    sampled_process_init(&s, m, "other");
    sampled_put_code(&s, s.frames[1], s.other);
    look(&s);
    sampled_put_code(&s, s.frames[1], s.work);
    s.copies_until_change = copies;
    s.changed_to = s.other;
    look(&s);
    assert_int_equal(s.copies_until_change, 0);
    assert_stack(&s, "other", "main");
    sampled_process_deinit(&s);
}

/* main() does not name work(): that was there while main() stood somewhere else. */
static void
who_is_not_named_and_gone_was_not_called(void **state)
{
    assert_work_was_not_called(*state, 1);
}

/* The same, and all copies show it: but before anybody read whose code that is. */
static void
who_is_not_named_and_gone_when_its_code_is_read_is_not_believed(void **state)
{
    assert_work_was_not_called(*state, 3);
}

/* The same, but it stays: what stands still was called, whatever the names say. */
static void
who_is_not_named_but_stays_was_called(void **state)
{
    struct sampled_process s;

    sampled_process_init(&s, *state, "other");
    look(&s);
    look(&s);
    assert_stack(&s, "work", "main");
    assert_int_equal(thread_of(&s)->attempts, 0);
    sampled_process_deinit(&s);
}

static void
a_process_that_stands_is_copied_once(void **state)
{
    struct sampled_process s;

    sampled_process_init(&s, *state, "other");
    s.w.stands = true;
    look(&s);
    assert_stack(&s, "work", "main");
    assert_false(thread_of(&s)->twice);
    sampled_process_deinit(&s);
}

static void
a_chain_in_a_circle_is_torn(void **state)
{
    struct sampled_process s;
    const struct hn_shape *shape = &s.w.shape;

    sampled_process_init(&s, *state, "work");
    memory_put_u64(s.m, s.frames[0] + shape->frame.first + (uint32_t)shape->frame_back,
                   s.frames[1]);
    look(&s);
    assert_int_equal(thread_of(&s)->outcome, HN_OUTCOME_TORN);
    sampled_process_deinit(&s);
}

static void
what_is_no_code_is_torn(void **state)
{
    struct sampled_process s;

    sampled_process_init(&s, *state, "work");
    look(&s);
    sampled_put_code(&s, s.frames[1], s.frames[0]);
    look(&s);
    assert_int_equal(thread_of(&s)->outcome, HN_OUTCOME_TORN);
    sampled_process_deinit(&s);
}

static void
frames_leave_no_gap(void **state)
{
    struct sampled_process s;
    const struct hn_shape *shape = &s.w.shape;

    sampled_process_init(&s, *state, "work");
    if (shape->chain != HN_FRAME_CHAIN_OBJECTS) {
        /* As if main() had called something between the two. */
        memory_set(s.m, HN_CODE_STACKSIZE, s.main, SAMPLED_STACK + 1);
        look(&s);
        assert_int_equal(thread_of(&s)->outcome, HN_OUTCOME_TORN);
        sampled_process_deinit(&s);
    }
}

/* --- a call that needs another piece of the data stack */

/* What had to be copied in a second try would be over too often. */
static void
a_piece_that_is_used_again_comes_at_once(void **state)
{
    struct sampled_process s;
    hn_addr second;

    sampled_process_init(&s, *state, "work");
    if (s.w.shape.chain == HN_FRAME_CHAIN_OBJECTS) {
        look(&s); /* frames are objects here */
        sampled_process_deinit(&s);
        return;
    }
    second = sampled_build_chunk(&s);
    sampled_stand_in(&s, s.frames[1], second);
    look(&s);
    for (unsigned i = 0; i < 3; i++) {
        sampled_stand_in(&s, s.frames[0], s.chunk);
        look(&s);
        assert_int_equal(s.w.interps[0].threads[0]->chunk_count, 1);
        sampled_stand_in(&s, s.frames[1], second);
        look(&s);
        assert_stack(&s, "work", "main");
        assert_int_equal(thread_of(&s)->attempts, 0);
    }
    sampled_process_deinit(&s);
}

/* Who returns to the piece below gives the newest one back: its callers were there. */
static void
of_a_piece_that_was_given_back_the_callers_are_known(void **state)
{
    struct sampled_process s;

    sampled_process_init(&s, *state, "work");
    if (s.w.shape.chain == HN_FRAME_CHAIN_OBJECTS) {
        look(&s); /* frames are objects here */
    } else {
        hn_addr second = sampled_build_chunk(&s);

        sampled_stand_in(&s, s.frames[1], second);
        look(&s);
        assert_stack(&s, "work", "main");
        s.gone = second;
        look(&s);
        assert_main_alone(&s);
        assert_int_equal(thread_of(&s)->attempts, 0);
    }
    sampled_process_deinit(&s);
}

/* For a while: then it was something else that held a look up. */
static void
who_gave_a_piece_back_stood_below_it(void **state)
{
    struct sampled_process s;

    sampled_process_init(&s, *state, "work");
    look(&s);
    if (s.w.shape.chain != HN_FRAME_CHAIN_OBJECTS) {
        const struct hn_thread_watch *giver;
        uint32_t below;

        s.gone = sampled_build_chunk(&s);
        sampled_stand_in(&s, s.frames[0], s.chunk);
        look(&s);
        assert_null(hn_chunks_giver(&s.w, &below)); /* it was not seen in use */
        sampled_stand_in(&s, s.frames[1], s.gone);
        s.gone = 0;
        look(&s);
        look(&s);
        assert_stack(&s, "work", "main");
        assert_null(hn_chunks_giver(&s.w, &below));
        assert_false(hn_chunks_are_given_back(&s.w));
        s.gone = thread_of(&s)->chunks[0].addr;
        sampled_stand_in(&s, s.frames[0], s.chunk);
        look(&s);
        giver = hn_chunks_giver(&s.w, &below);
        assert_ptr_equal(giver, thread_of(&s));
        assert_int_equal(below, giver->node); /* main() */
        for (unsigned i = 0; i < 10; i++)
            look(&s);
        assert_null(hn_chunks_giver(&s.w, &below));
        assert_true(hn_chunks_are_given_back(&s.w)); /* or soon again */
        for (unsigned i = 0; i < 100; i++)
            look(&s);
        assert_false(hn_chunks_are_given_back(&s.w));
        assert_main_alone(&s);
    }
    sampled_process_deinit(&s);
}

/* --- functions that are left while they are copied */

static void
put_place(struct sampled_process *s, size_t i, uint32_t units)
{
    const struct hn_shape *shape = &s->w.shape;
    hn_addr at = s->frames[i] + shape->frame.first + (uint32_t)shape->frame_position;
    uint32_t number = shape->position_unit ? 2 * units / shape->position_unit : 0;

    if (shape->position_unit)
        memory_put(s->m, at, &number, 4);
    else
        memory_put_u64(s->m, at,
                       hn_field_addr(&s->m->py, HN_CODE_ADAPTIVE, s->main) + 2 * units);
}

static void
put_over(struct sampled_process *s, hn_addr frame)
{
    const struct hn_shape *shape = &s->w.shape;
    hn_addr at = frame + shape->frame.first;
    uint8_t none = 0, returned = 1;

    if (shape->frame_executing >= 0)
        memory_put(s->m, at + (uint32_t)shape->frame_executing, &none, 1);
    if (shape->frame_state >= 0)
        memory_put(s->m, at + (uint32_t)shape->frame_state, &returned, 1);
    if (shape->frame_stackpointer >= 0)
        memory_put_u64(s->m, at + (uint32_t)shape->frame_stackpointer,
                       frame + shape->frame_fixed);
}

/* main() has gone on to @place, without what the thread state says it called. */
static void
leave_work(struct sampled_process *s, uint32_t place)
{
    const struct hn_shape *shape = &s->w.shape;
    uint32_t runs = UINT32_MAX;

    put_over(s, s->frames[1]);
    put_place(s, 0, place);
    if (shape->frame_stacktop >= 0)
        memory_put(s->m,
                   s->frames[0] + shape->frame.first + (uint32_t)shape->frame_stacktop,
                   &runs, 4);
}

static int32_t
place_of_caller(const struct sampled_process *s)
{
    return s->tree.nodes[s->tree.nodes[thread_of(s)->node].parent].at;
}

static void
what_was_left_meanwhile_was_called_from_its_place(void **state)
{
    struct sampled_process s;
    int32_t place;

    sampled_process_init(&s, *state, "work");
    put_place(&s, 0, 3);
    for (unsigned i = 0; i < 3; i++)
        look(&s);
    place = place_of_caller(&s);
    leave_work(&s, 9);
    look(&s);
    assert_stack(&s, "work", "main");
    assert_int_equal(place_of_caller(&s), place);
    sampled_process_deinit(&s);
}

/* Where frames look the same when they call and when they return. */
static void
who_returns_calls_nobody(void **state)
{
    struct sampled_process s;
    const struct hn_formats *formats;
    int32_t place;

    sampled_process_init(&s, *state, "work");
    formats = &s.m->py.layout.formats;
    put_place(&s, 0, 3);
    for (unsigned i = 0; i < 3; i++)
        look(&s);
    place = place_of_caller(&s);
    if (formats->return_value != 0) {
        hn_addr at = hn_field_addr(&s.m->py, HN_CODE_ADAPTIVE, s.main) + 2 * 9;

        memory_put(s.m, at, &formats->return_value, 1);
        put_place(&s, 0, 9);
        look(&s);
        assert_stack(&s, "work", "main");
        assert_int_equal(place_of_caller(&s), place);
    }
    sampled_process_deinit(&s);
}

static void
what_was_left_meanwhile_is_dropped_if_its_place_is_not_known(void **state)
{
    struct sampled_process s;

    sampled_process_init(&s, *state, "work");
    leave_work(&s, 9);
    look(&s);
    assert_main_alone(&s);
    sampled_process_deinit(&s);
}

static void
what_was_left_meanwhile_is_dropped_if_it_has_several_places(void **state)
{
    struct sampled_process s;

    sampled_process_init(&s, *state, "work");
    for (uint32_t place = 3; place < 5; place++) {
        put_place(&s, 0, place);
        for (unsigned i = 0; i < 3; i++)
            look(&s);
    }
    leave_work(&s, 9);
    look(&s);
    assert_main_alone(&s);
    sampled_process_deinit(&s);
}

/* From 3.14 on a frame gives its code away when it is left. */
static void
what_has_no_code_any_more_was_left(void **state)
{
    struct sampled_process s;

    sampled_process_init(&s, *state, "work");
    look(&s);
    memory_put_u64(
        s.m, s.frames[1] + s.w.shape.frame.first + (uint32_t)s.w.shape.frame_code, 0);
    look(&s);
    assert_main_alone(&s);
    sampled_process_deinit(&s);
}

/* Up to 3.10 it is put into a list of free frames, behind which there is no caller. */
static void
what_lost_its_caller_finds_it_again(void **state)
{
    struct sampled_process s;
    const struct hn_shape *shape = &s.w.shape;

    sampled_process_init(&s, *state, "work");
    for (unsigned i = 0; i < 3; i++)
        look(&s);
    if (shape->chain == HN_FRAME_CHAIN_OBJECTS) {
        hn_addr freed = memory_alloc(s.m, 512);

        sampled_put_code(&s, freed, s.other);
        put_over(&s, freed);
        leave_work(&s, 9);
        memory_put_u64(
            s.m, s.frames[1] + shape->frame.first + (uint32_t)shape->frame_back, freed);
        look(&s);
        assert_stack(&s, "work", "main");
        assert_int_equal(thread_of(&s)->attempts, 0);
    }
    sampled_process_deinit(&s);
}

static size_t
read_of(const struct sampled_process *s, hn_addr frame)
{
    const struct hn_thread_watch *t = thread_of(s);

    for (size_t i = 0; i < t->frame_count; i++)
        if (t->frames[i].addr == frame)
            return s->w.plan.wishes[t->frames[i].wish[0]].read;
    return SIZE_MAX;
}

static void
what_was_innermost_lately_is_copied_first(void **state)
{
    struct sampled_process s;

    sampled_process_init(&s, *state, "work");
    for (unsigned i = 0; i < 3; i++)
        look(&s);
    if (s.w.shape.chain == HN_FRAME_CHAIN_OBJECTS) {
        assert_true(read_of(&s, s.frames[1]) < read_of(&s, s.frames[0]));
        assert_true(s.frames[1] > s.frames[0]);
    }
    sampled_process_deinit(&s);
}

static void
call_in_new_frame(struct sampled_process *s)
{
    const struct hn_shape *shape = &s->w.shape;

    s->frames[1] = memory_alloc(s->m, 512);
    sampled_put_frame(s, 1, s->work);
    memory_put_u64(s->m,
                   s->thread + shape->thread.first + (uint32_t)shape->thread_first,
                   s->frames[1]);
}

/* A new frame for each call is not copied before it is needed a second time. */
static void
frames_that_are_needed_once_are_not_copied_for_long(void **state)
{
    struct sampled_process s;

    sampled_process_init(&s, *state, "work");
    if (s.w.shape.chain == HN_FRAME_CHAIN_OBJECTS) {
        const struct hn_thread_watch *t;

        for (unsigned i = 0; i < 5; i++) {
            call_in_new_frame(&s);
            look(&s);
            assert_stack(&s, "work", "main");
        }
        t = thread_of(&s);
        assert_int_equal(t->frame_count, 1 + 5);
        for (size_t i = 3; i < t->frame_count; i++)
            assert_true(t->frames[i].wish[0] == SIZE_MAX);
    } else {
        look(&s);
    }
    sampled_process_deinit(&s);
}

/* That it stood still shows a second copy, after the new frame came. */
static void
who_has_a_new_frame_is_seen_standing_still(void **state)
{
    struct sampled_process s;

    sampled_process_init(&s, *state, "work");
    sampled_put_code(&s, s.frames[1], s.other);
    for (unsigned i = 0; i < 3; i++)
        look(&s);
    if (s.w.shape.chain == HN_FRAME_CHAIN_OBJECTS) {
        call_in_new_frame(&s);
        look(&s);
        assert_stack(&s, "work", "main");
        assert_int_equal(thread_of(&s)->attempts, 0);
        assert_true(hn_pairs_proven(&s.pairs, &s.tree, thread_of(&s)->node));
    }
    sampled_process_deinit(&s);
}

static const struct layout_test tests[] = {
    LAYOUT_TEST(a_thread_has_its_stack),
    LAYOUT_TEST(it_goes_on_from_look_to_look),
    LAYOUT_TEST(who_is_not_named_and_gone_was_not_called),
    LAYOUT_TEST(who_is_not_named_and_gone_when_its_code_is_read_is_not_believed),
    LAYOUT_TEST(who_is_not_named_but_stays_was_called),
    LAYOUT_TEST(a_process_that_stands_is_copied_once),
    LAYOUT_TEST(a_chain_in_a_circle_is_torn),
    LAYOUT_TEST(what_is_no_code_is_torn),
    LAYOUT_TEST(frames_leave_no_gap),
    LAYOUT_TEST(a_piece_that_is_used_again_comes_at_once),
    LAYOUT_TEST(of_a_piece_that_was_given_back_the_callers_are_known),
    LAYOUT_TEST(who_gave_a_piece_back_stood_below_it),
    LAYOUT_TEST(who_returns_calls_nobody),
    LAYOUT_TEST(what_was_left_meanwhile_was_called_from_its_place),
    LAYOUT_TEST(what_was_left_meanwhile_is_dropped_if_its_place_is_not_known),
    LAYOUT_TEST(what_was_left_meanwhile_is_dropped_if_it_has_several_places),
    LAYOUT_TEST(what_has_no_code_any_more_was_left),
    LAYOUT_TEST(what_lost_its_caller_finds_it_again),
    LAYOUT_TEST(what_was_innermost_lately_is_copied_first),
    LAYOUT_TEST(who_has_a_new_frame_is_seen_standing_still),
    LAYOUT_TEST(frames_that_are_needed_once_are_not_copied_for_long),
};

int
main(void)
{
    return run_for_each_layout("look", tests, sizeof(tests) / sizeof(tests[0]));
}
