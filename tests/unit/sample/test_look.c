/* Looks at a process made of bytes: whose stack it is, and what happens when the bytes
 * change while they are copied. */
#include "support/memory_builder.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/internal.h"
#include "sample/watch.h"

enum { SLOTS = 2, STACK = 3, UNITS = 50, CHUNK_BYTES = 4096, MANY_BYTES = 1 << 15 };
enum { MILLISECOND = 1000 * 1000, FRAMES = 2 };

/* main() calls work(), or something else in its place. */
struct scene {
    struct memory_builder *m;
    struct hn_target_ops ops;
    const struct hn_target_ops *memory_ops;
    struct hn_runtime rt;
    struct hn_codes codes;
    struct hn_tree tree;
    struct hn_pairs pairs;
    struct hn_watch w;
    uint64_t now_ns;

    hn_addr code_type, interp, thread, gil, chunk, cframe;
    hn_addr frames[FRAMES]; /* outermost first */
    hn_addr main, work, other;

    /* Once the innermost frame was copied so often, it becomes that of another code. */
    unsigned copies_until_change;
    hn_addr changed_to;

    hn_addr gone; /* a chunk that is no memory any more */
};

/* --- the process */

static hn_addr
build_code(struct scene *s, const char *name, hn_addr names)
{
    static const enum hn_field variables[] = { HN_CODE_LOCALSPLUSNAMES,
                                               HN_CODE_VARNAMES, HN_CODE_CELLVARS,
                                               HN_CODE_FREEVARS };
    struct memory_builder *m = s->m;
    hn_addr code = memory_alloc(m, m->py.layout.size[HN_STRUCT_CODE] + 2 * UNITS);
    hn_addr text = build_ascii(m, name);

    memory_set(m, HN_OBJECT_TYPE, code, s->code_type);
    memory_set(m, HN_CODE_NAME, code, text);
    memory_set(m, HN_CODE_FILENAME, code, build_ascii(m, "/srv/shop.py"));
    if (hn_layout_has(&m->py.layout, HN_CODE_QUALNAME)) {
        memory_set(m, HN_CODE_QUALNAME, code, text);
        memory_set(m, HN_VAR_SIZE, code, UNITS);
        memory_set(m, HN_CODE_NLOCALSPLUS, code, SLOTS);
    }
    memory_set(m, HN_CODE_STACKSIZE, code, STACK);
    memory_set(m, HN_CODE_LINETABLE, code, build_bytes(m, "", 0));
    memory_set(m, HN_CODE_FIRSTLINENO, code, 10);
    memory_set(m, HN_CODE_NAMES, code, names);
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
        if (hn_layout_has(&m->py.layout, variables[i]))
            memory_set(m, variables[i], code, build_tuple(m, NULL, 0));
    return code;
}

static hn_addr
names_of(struct scene *s, const char *name)
{
    hn_addr item = build_ascii(s->m, name);

    return build_tuple(s->m, &item, 1);
}

static void
put_code(struct scene *s, hn_addr frame, hn_addr code)
{
    const struct hn_shape *shape = &s->w.shape;

    memory_put_u64(s->m, frame + shape->frame.first + (uint32_t)shape->frame_code,
                   code);
    if (!shape->position_unit)
        memory_put_u64(s->m,
                       frame + shape->frame.first + (uint32_t)shape->frame_position,
                       hn_field_addr(&s->m->py, HN_CODE_ADAPTIVE, code) + 4);
}

static void
put_frame(struct scene *s, size_t i, hn_addr code)
{
    const struct hn_shape *shape = &s->w.shape;
    hn_addr at = s->frames[i] + shape->frame.first;
    uint8_t one = 1;

    put_code(s, s->frames[i], code);
    memory_put_u64(s->m, at + (uint32_t)shape->frame_back, i ? s->frames[i - 1] : 0);
    if (shape->frame_executing >= 0)
        memory_put(s->m, at + (uint32_t)shape->frame_executing, &one, 1);
}

static void
build_stack(struct scene *s)
{
    const struct hn_shape *shape = &s->w.shape;
    size_t bytes = shape->frame_fixed + 8 * (SLOTS + STACK);
    hn_addr at = s->thread + shape->thread.first;

    s->chunk = memory_alloc(s->m, CHUNK_BYTES);
    for (size_t i = 0; i < FRAMES; i++)
        s->frames[i] = shape->chain == HN_FRAME_CHAIN_OBJECTS
                           ? memory_alloc(s->m, 512)
                           : s->chunk + shape->chunk_header + 8 + i * bytes;
    put_frame(s, 0, s->main);
    put_frame(s, 1, s->work);
    memory_put_u64(s->m, at + (uint32_t)shape->thread_first, s->frames[1]);
    if (shape->chain == HN_FRAME_CHAIN_OBJECTS)
        return;
    memory_put_u64(s->m, s->chunk + (uint32_t)shape->chunk_size, CHUNK_BYTES);
    memory_put_u64(s->m, at + (uint32_t)shape->thread_chunk, s->chunk);
    memory_put_u64(s->m, at + (uint32_t)shape->thread_top, s->frames[1] + bytes);
    if (shape->chain != HN_FRAME_CHAIN_CFRAME)
        return;
    s->cframe = memory_alloc(s->m, 64);
    memory_put_u64(s->m, at + (uint32_t)shape->thread_first, s->cframe);
    memory_put_u64(s->m,
                   s->cframe + shape->cframe.first + (uint32_t)shape->cframe_current,
                   s->frames[1]);
}

/* The thread has the GIL. */
static void
build_gil(struct scene *s)
{
    struct memory_builder *m = s->m;
    uint32_t one = 1;

    if (s->w.shape.gil_format == HN_GIL_RUNTIME_CURRENT) {
        memory_set(m, HN_RUNTIME_TSTATE_CURRENT, s->rt.address, s->thread);
        return;
    }
    s->gil = memory_alloc(m, 512);
    memory_set(m, HN_INTERP_GIL, s->interp, s->gil);
    memory_set(m, HN_GIL_LAST_HOLDER, s->gil, s->thread);
    memory_put(m, hn_field_addr(&m->py, HN_GIL_LOCKED, s->gil), &one, 4);
    if (hn_layout_has(&m->py.layout, HN_GIL_ENABLED))
        memory_put(m, hn_field_addr(&m->py, HN_GIL_ENABLED, s->gil), &one, 4);
}

/* --- reading it */

static size_t
read_and_change(void *impl, uint64_t addr, void *buf, size_t size)
{
    struct scene *s = impl;
    size_t got;

    if (s->gone != 0 && s->gone < addr + size && addr < s->gone + CHUNK_BYTES)
        return 0;
    got = s->memory_ops->read(s->m, addr, buf, size);
    if (s->copies_until_change > 0 && s->frames[1] >= addr && s->frames[1] < addr + size
        && --s->copies_until_change == 0)
        put_code(s, s->frames[1], s->changed_to);
    return got;
}

static void
begin(struct scene *s, struct memory_builder *m, const char *named)
{
    memset(s, 0, sizeof(*s));
    s->m = m;
    s->now_ns = (uint64_t)1000 * MILLISECOND;
    s->rt.address = memory_alloc(m, MANY_BYTES);
    s->interp = memory_alloc(m, MANY_BYTES);
    s->thread = memory_alloc(m, 2048);
    s->code_type = build_type(m, "code", 0);
    hn_arena_init(&s->rt.arena);
    assert_true(hn_codes_init(&s->codes) && hn_tree_init(&s->tree)
                && hn_pairs_init(&s->pairs));
    assert_int_equal(hn_shape_make(&m->py, &s->w.shape), HN_OK);
    s->main = build_code(s, "main", names_of(s, named));
    s->work = build_code(s, "work", names_of(s, "len"));
    s->other = build_code(s, "other", names_of(s, "len"));
    memory_set(m, HN_RUNTIME_INTERPRETERS_HEAD, s->rt.address, s->interp);
    memory_set(m, HN_INTERP_THREADS_HEAD, s->interp, s->thread);
    memory_set(m, HN_THREAD_INTERP, s->thread, s->interp);
    build_gil(s);
    build_stack(s);

    s->memory_ops = m->py.target->ops;
    s->ops = *s->memory_ops;
    s->ops.read = read_and_change;
    m->py.target->ops = &s->ops;
    m->py.target->impl = s;
    s->rt.py = m->py;
    s->rt.py.err = &m->err;
    s->w.target = m->py.target;
    s->w.rt = &s->rt;
    s->w.codes = &s->codes;
    s->w.tree = &s->tree;
    s->w.pairs = &s->pairs;
}

static void
look(struct scene *s)
{
    s->now_ns += MILLISECOND;
    assert_int_equal(hn_watch_look(&s->w, s->now_ns), HN_OK);
    assert_int_equal(s->w.interp_count, 1);
    assert_int_equal(s->w.interps[0].thread_count, 1);
}

static const struct hn_thread_watch *
thread_of(const struct scene *s)
{
    return s->w.interps[0].threads[0];
}

/* What its stack says, innermost first. */
static void
assert_stack(const struct scene *s, const char *inner, const char *outer)
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
assert_main_alone(const struct scene *s)
{
    const struct hn_tree_node *node = &s->tree.nodes[thread_of(s)->node];

    assert_int_equal(thread_of(s)->outcome, HN_OUTCOME_STACK);
    assert_string_equal(s->codes.contents[node->code]->name, "main");
    assert_int_equal(node->parent, 0);
}

static void
end(struct scene *s)
{
    struct hn_thread_watch *t = s->w.interps[0].threads[0];

    free(t->chunks);
    free(t->frames);
    free(t->now.links);
    free(t->last.links);
    free(t->again.links);
    free(t);
    free(s->w.interps[0].threads);
    free(s->w.interps);
    free(s->w.wished);
    hn_plan_deinit(&s->w.plan);
    hn_codes_deinit(&s->codes);
    hn_tree_deinit(&s->tree);
    hn_pairs_deinit(&s->pairs);
    hn_code_cache_clear(&s->rt);
    hn_arena_deinit(&s->rt.arena);
    s->m->py.target->ops = s->memory_ops;
    s->m->py.target->impl = s->m;
}

/* --- tests */

static void
a_thread_has_its_stack(void **state)
{
    struct scene s;

    begin(&s, *state, "work");
    look(&s);
    assert_stack(&s, "work", "main");
    look(&s); /* who has the GIL is asked before it is known who is there */
    assert_true(thread_of(&s)->has_gil);
    end(&s);
}

static void
it_goes_on_from_look_to_look(void **state)
{
    struct scene s;

    begin(&s, *state, "work");
    look(&s);
    put_code(&s, s.frames[1], s.other);
    look(&s);
    look(&s);
    assert_stack(&s, "other", "main");
    end(&s);
}

/* main() does not name work(): that was there while main() stood somewhere else. */
static void
who_is_not_named_and_gone_was_not_called(void **state)
{
    struct scene s;

    begin(&s, *state, "other");
    put_code(&s, s.frames[1], s.other);
    look(&s);
    put_code(&s, s.frames[1], s.work);
    s.copies_until_change = 1;
    s.changed_to = s.other;
    look(&s);
    assert_int_equal(s.copies_until_change, 0);
    assert_stack(&s, "other", "main");
    end(&s);
}

/* The same, but it stays: what stands still was called, whatever the names say. */
static void
who_is_not_named_but_stays_was_called(void **state)
{
    struct scene s;

    begin(&s, *state, "other");
    look(&s);
    look(&s);
    assert_stack(&s, "work", "main");
    assert_int_equal(thread_of(&s)->attempts, 0);
    end(&s);
}

static void
a_process_that_stands_is_copied_once(void **state)
{
    struct scene s;

    begin(&s, *state, "other");
    s.w.stands = true;
    look(&s);
    assert_stack(&s, "work", "main");
    assert_false(thread_of(&s)->twice);
    end(&s);
}

static void
a_chain_in_a_circle_is_torn(void **state)
{
    struct scene s;
    const struct hn_shape *shape = &s.w.shape;

    begin(&s, *state, "work");
    memory_put_u64(s.m, s.frames[0] + shape->frame.first + (uint32_t)shape->frame_back,
                   s.frames[1]);
    look(&s);
    assert_int_equal(thread_of(&s)->outcome, HN_OUTCOME_TORN);
    end(&s);
}

static void
what_is_no_code_is_torn(void **state)
{
    struct scene s;

    begin(&s, *state, "work");
    look(&s);
    put_code(&s, s.frames[1], s.frames[0]);
    look(&s);
    assert_int_equal(thread_of(&s)->outcome, HN_OUTCOME_TORN);
    end(&s);
}

static void
frames_leave_no_gap(void **state)
{
    struct scene s;
    const struct hn_shape *shape = &s.w.shape;

    begin(&s, *state, "work");
    if (shape->chain != HN_FRAME_CHAIN_OBJECTS) {
        /* As if main() had called something between the two. */
        memory_set(s.m, HN_CODE_STACKSIZE, s.main, STACK + 1);
        look(&s);
        assert_int_equal(thread_of(&s)->outcome, HN_OUTCOME_TORN);
        end(&s);
    }
}

/* --- a call that needs another piece of the data stack */

static void
stand_in(struct scene *s, hn_addr frame, hn_addr chunk)
{
    const struct hn_shape *shape = &s->w.shape;
    hn_addr at = s->thread + shape->thread.first;
    size_t bytes = shape->frame_fixed + 8 * (SLOTS + STACK);

    memory_put_u64(s->m, at + (uint32_t)shape->thread_chunk, chunk);
    memory_put_u64(s->m, at + (uint32_t)shape->thread_top, frame + bytes);
    if (shape->chain == HN_FRAME_CHAIN_CFRAME)
        at = s->cframe + shape->cframe.first + (uint32_t)shape->cframe_current;
    else
        at += (uint32_t)shape->thread_first;
    memory_put_u64(s->m, at, frame);
}

/* Puts the inner frame behind a header of its own. */
static hn_addr
build_second_chunk(struct scene *s)
{
    const struct hn_shape *shape = &s->w.shape;
    hn_addr chunk = memory_alloc(s->m, CHUNK_BYTES);
    uint64_t used = s->frames[1] - s->chunk - shape->chunk_header;

    memory_put_u64(s->m, chunk + (uint32_t)shape->chunk_size, CHUNK_BYTES);
    memory_put_u64(s->m, chunk + (uint32_t)shape->chunk_previous, s->chunk);
    memory_put_u64(s->m, s->chunk + (uint32_t)shape->chunk_top, used / 8);
    s->frames[1] = chunk + shape->chunk_header;
    put_frame(s, 1, s->work);
    return chunk;
}

/* What had to be copied in a second try would be over too often. */
static void
a_piece_that_is_used_again_comes_at_once(void **state)
{
    struct scene s;
    hn_addr second;

    begin(&s, *state, "work");
    if (s.w.shape.chain == HN_FRAME_CHAIN_OBJECTS) {
        look(&s); /* frames are objects here */
        end(&s);
        return;
    }
    second = build_second_chunk(&s);
    stand_in(&s, s.frames[1], second);
    look(&s);
    for (unsigned i = 0; i < 3; i++) {
        stand_in(&s, s.frames[0], s.chunk);
        look(&s);
        assert_int_equal(s.w.interps[0].threads[0]->chunk_count, 1);
        stand_in(&s, s.frames[1], second);
        look(&s);
        assert_stack(&s, "work", "main");
        assert_int_equal(thread_of(&s)->attempts, 0);
    }
    end(&s);
}

/* Who returns to the piece below gives the newest one back: its callers were there. */
static void
of_a_piece_that_was_given_back_the_callers_are_known(void **state)
{
    struct scene s;

    begin(&s, *state, "work");
    if (s.w.shape.chain == HN_FRAME_CHAIN_OBJECTS) {
        look(&s); /* frames are objects here */
    } else {
        hn_addr second = build_second_chunk(&s);

        stand_in(&s, s.frames[1], second);
        look(&s);
        assert_stack(&s, "work", "main");
        s.gone = second;
        look(&s);
        assert_main_alone(&s);
        assert_int_equal(thread_of(&s)->attempts, 0);
    }
    end(&s);
}

/* --- functions that are left while they are copied */

static void
put_place(struct scene *s, size_t i, uint32_t units)
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
put_over(struct scene *s, hn_addr frame)
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
leave_work(struct scene *s, uint32_t place)
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
place_of_caller(const struct scene *s)
{
    return s->tree.nodes[s->tree.nodes[thread_of(s)->node].parent].at;
}

static void
what_was_left_meanwhile_was_called_from_its_place(void **state)
{
    struct scene s;
    int32_t place;

    begin(&s, *state, "work");
    put_place(&s, 0, 3);
    for (unsigned i = 0; i < 3; i++)
        look(&s);
    place = place_of_caller(&s);
    leave_work(&s, 9);
    look(&s);
    assert_stack(&s, "work", "main");
    assert_int_equal(place_of_caller(&s), place);
    end(&s);
}

static void
what_was_left_meanwhile_is_dropped_if_its_place_is_not_known(void **state)
{
    struct scene s;

    begin(&s, *state, "work");
    leave_work(&s, 9);
    look(&s);
    assert_main_alone(&s);
    end(&s);
}

static void
what_was_left_meanwhile_is_dropped_if_it_has_several_places(void **state)
{
    struct scene s;

    begin(&s, *state, "work");
    for (uint32_t place = 3; place < 5; place++) {
        put_place(&s, 0, place);
        for (unsigned i = 0; i < 3; i++)
            look(&s);
    }
    leave_work(&s, 9);
    look(&s);
    assert_main_alone(&s);
    end(&s);
}

/* From 3.14 on a frame gives its code away when it is left. */
static void
what_has_no_code_any_more_was_left(void **state)
{
    struct scene s;

    begin(&s, *state, "work");
    look(&s);
    memory_put_u64(
        s.m, s.frames[1] + s.w.shape.frame.first + (uint32_t)s.w.shape.frame_code, 0);
    look(&s);
    assert_main_alone(&s);
    end(&s);
}

/* Up to 3.10 it is put into a list of free frames, behind which there is no caller. */
static void
what_lost_its_caller_finds_it_again(void **state)
{
    struct scene s;
    const struct hn_shape *shape = &s.w.shape;

    begin(&s, *state, "work");
    for (unsigned i = 0; i < 3; i++)
        look(&s);
    if (shape->chain == HN_FRAME_CHAIN_OBJECTS) {
        hn_addr freed = memory_alloc(s.m, 512);

        put_code(&s, freed, s.other);
        put_over(&s, freed);
        leave_work(&s, 9);
        memory_put_u64(
            s.m, s.frames[1] + shape->frame.first + (uint32_t)shape->frame_back, freed);
        look(&s);
        assert_stack(&s, "work", "main");
        assert_int_equal(thread_of(&s)->attempts, 0);
    }
    end(&s);
}

/* A new frame for each call is not copied before it is needed a second time. */
static void
frames_that_are_needed_once_are_not_copied_for_long(void **state)
{
    struct scene s;

    begin(&s, *state, "work");
    if (s.w.shape.chain == HN_FRAME_CHAIN_OBJECTS) {
        const struct hn_thread_watch *t;

        for (unsigned i = 0; i < 5; i++) {
            s.frames[1] = memory_alloc(s.m, 512);
            put_frame(&s, 1, s.work);
            memory_put_u64(s.m,
                           s.thread + s.w.shape.thread.first
                               + (uint32_t)s.w.shape.thread_first,
                           s.frames[1]);
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
    end(&s);
}

static const struct layout_test tests[] = {
    LAYOUT_TEST(a_thread_has_its_stack),
    LAYOUT_TEST(it_goes_on_from_look_to_look),
    LAYOUT_TEST(who_is_not_named_and_gone_was_not_called),
    LAYOUT_TEST(who_is_not_named_but_stays_was_called),
    LAYOUT_TEST(a_process_that_stands_is_copied_once),
    LAYOUT_TEST(a_chain_in_a_circle_is_torn),
    LAYOUT_TEST(what_is_no_code_is_torn),
    LAYOUT_TEST(frames_leave_no_gap),
    LAYOUT_TEST(a_piece_that_is_used_again_comes_at_once),
    LAYOUT_TEST(of_a_piece_that_was_given_back_the_callers_are_known),
    LAYOUT_TEST(what_was_left_meanwhile_was_called_from_its_place),
    LAYOUT_TEST(what_was_left_meanwhile_is_dropped_if_its_place_is_not_known),
    LAYOUT_TEST(what_was_left_meanwhile_is_dropped_if_it_has_several_places),
    LAYOUT_TEST(what_has_no_code_any_more_was_left),
    LAYOUT_TEST(what_lost_its_caller_finds_it_again),
    LAYOUT_TEST(frames_that_are_needed_once_are_not_copied_for_long),
};

int
main(void)
{
    return run_for_each_layout("look", tests, sizeof(tests) / sizeof(tests[0]));
}
