/* States and delegation of generators.
 *
 * Where the state is and what it is called changed five times, and only 3.13
 * (gh-112087) made "suspended in a yield from" a state of its own; before that the
 * instruction that comes next tells. CPython: Objects/genobject.c (_PyGen_yf,
 * PyGen_GetYieldFrom). */
#include "runtime/generator.h"

#include "objects/objects.h"
#include "runtime/internal.h"

/* YIELD_FROM of 3.8 to 3.10. */
enum { YIELD_FROM = 72 };

/* From this operand on a RESUME stands behind a yield from (2) or an await (3), the two
 * lowest bits of it (3.11, 3.12). */
enum { RESUME_AFTER_YIELD_FROM = 2, RESUME_MASK = 3 };

/* A larger depth is damaged. */
enum { MAX_DEPTH = 1 << 20 };

const char *
hn_generator_kind(struct hn_runtime *rt, hn_addr object)
{
    static const char *const kinds[] = { "generator", "coroutine", "async_generator" };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (hn_object_is(&rt->py, object, kinds[i]))
            return kinds[i];
    return NULL;
}

/* --- up to 3.10: the frame is an object, and knows all */

static enum hn_status
object_state(struct hn_python *py, const struct hn_record *frame,
             enum hn_generator_state *ret)
{
    bool running;

    if (hn_layout_has(&py->layout, HN_FRAMEOBJECT_STATE))
        running = hn_record_i64(frame, HN_FRAMEOBJECT_STATE) == 0; /* FRAME_EXECUTING */
    else
        running = hn_record_u64_or_0(frame, HN_FRAMEOBJECT_EXECUTING) != 0;
    if (running)
        *ret = HN_GENERATOR_RUNNING;
    else if (hn_record_i64(frame, HN_FRAMEOBJECT_LASTI) < 0)
        *ret = HN_GENERATOR_CREATED;
    else
        *ret = HN_GENERATOR_SUSPENDED;
    return HN_OK;
}

/* Whether the instruction behind the last one is a YIELD_FROM. */
static enum hn_status
yields_from(struct hn_python *py, const struct hn_record *frame, bool *ret)
{
    int64_t lasti = hn_record_i64(frame, HN_FRAMEOBJECT_LASTI);
    hn_addr bytes;
    uint8_t opcode;
    enum hn_status st = hn_field_read(
        py, HN_CODE_BYTECODE, hn_record_u64(frame, HN_FRAMEOBJECT_CODE), &bytes);

    if (py->layout.formats.position == HN_POSITION_LASTI_UNITS)
        lasti *= 2;
    if (!st)
        st = hn_target_read(
            py->target, hn_field_addr(py, HN_BYTES_VALUE, bytes) + (uint64_t)lasti + 2,
            &opcode, 1);
    if (!st)
        *ret = opcode == YIELD_FROM;
    return st;
}

/* The top of the value stack. */
static enum hn_status
object_top(struct hn_python *py, const struct hn_record *frame, hn_addr *ret)
{
    hn_addr top;

    if (hn_layout_has(&py->layout, HN_FRAMEOBJECT_STACKTOP)) {
        top = hn_record_u64(frame, HN_FRAMEOBJECT_STACKTOP);
    } else {
        int64_t depth = hn_record_i64(frame, HN_FRAMEOBJECT_STACKDEPTH);

        if (depth < 1 || depth > MAX_DEPTH)
            return hn_fail(py->err, HN_E_CORRUPT, frame->addr,
                           "the depth of a suspended frame's stack is damaged");
        top = hn_record_u64(frame, HN_FRAMEOBJECT_VALUESTACK) + 8 * (uint64_t)depth;
    }
    return hn_target_read_u64(py->target, top - 8, ret);
}

static enum hn_status
load_object(struct hn_runtime *rt, struct hn_generator *ret)
{
    struct hn_python *py = &rt->py;
    struct hn_record frame;
    bool delegates = false;
    enum hn_status st = hn_field_read(py, HN_GEN_FRAME, ret->addr, &ret->frame);

    if (st || ret->frame == 0)
        return st;
    st = hn_record_load(py, HN_STRUCT_FRAMEOBJECT, ret->frame, &frame);
    if (!st)
        st = object_state(py, &frame, &ret->state);
    if (!st && ret->state == HN_GENERATOR_SUSPENDED)
        st = yields_from(py, &frame, &delegates);
    if (!st && delegates)
        st = object_top(py, &frame, &ret->awaited);
    return st;
}

/* --- 3.11 and later: the frame is inside the generator */

/* @above_ret: how far below the top what it delegates to lies; 0: it does not. */
static enum hn_generator_state
decode_state(const struct hn_layout *layout, int64_t state, unsigned *above_ret)
{
    switch (layout->formats.generator_state) {
    case HN_GENERATOR_STATE_FRAME: break;
    case HN_GENERATOR_STATE_SIGNED:
        *above_ret = state == -1;
        return state == -2   ? HN_GENERATOR_CREATED
               : state == -1 ? HN_GENERATOR_SUSPENDED
               : state == 0  ? HN_GENERATOR_RUNNING
                             : HN_GENERATOR_ENDED;
    case HN_GENERATOR_STATE_YIELD_FROM:
        *above_ret = state == -1;
        return state == -3                  ? HN_GENERATOR_CREATED
               : state == -2 || state == -1 ? HN_GENERATOR_SUSPENDED
               : state == 0                 ? HN_GENERATOR_RUNNING
                                            : HN_GENERATOR_ENDED;
    case HN_GENERATOR_STATE_COUNTED:
        /* A SEND keeps one more slot above it. */
        *above_ret = state == 2 || state == 3 ? 2 : 0;
        return state == 0                ? HN_GENERATOR_CREATED
               : state >= 1 && state < 4 ? HN_GENERATOR_SUSPENDED
               : state == 4              ? HN_GENERATOR_RUNNING
                                         : HN_GENERATOR_ENDED;
    }
    return HN_GENERATOR_ENDED;
}

/* Whether the RESUME that comes next stands behind a yield from: in 3.11 and 3.12 the
 * state alone does not tell. */
static enum hn_status
resumes_delegation(struct hn_python *py, const struct hn_record *frame, bool *ret)
{
    uint8_t unit[4];
    enum hn_status st = hn_target_read(
        py->target, hn_record_u64(frame, HN_FRAME_POSITION), unit, sizeof unit);

    if (!st)
        *ret = (unit[3] & RESUME_MASK) >= RESUME_AFTER_YIELD_FROM;
    return st;
}

static enum hn_status
stack_top(struct hn_python *py, const struct hn_record *frame, hn_addr *ret)
{
    int64_t depth;

    if (!hn_layout_has(&py->layout, HN_FRAME_STACKTOP)) {
        *ret = hn_record_u64(frame, HN_FRAME_STACKPOINTER);
        return HN_OK;
    }
    depth = hn_record_i64(frame, HN_FRAME_STACKTOP);
    if (depth < 1 || depth > MAX_DEPTH)
        return hn_fail(py->err, HN_E_CORRUPT, frame->addr,
                       "the depth of a suspended frame's stack is damaged");
    *ret = hn_field_addr(py, HN_FRAME_LOCALSPLUS, frame->addr) + 8 * (uint64_t)depth;
    return HN_OK;
}

static enum hn_status
load_embedded(struct hn_runtime *rt, struct hn_generator *ret)
{
    struct hn_python *py = &rt->py;
    struct hn_record frame;
    uint64_t state, bits;
    unsigned above = 0;
    bool delegates = true;
    hn_addr top = 0;
    enum hn_status st = hn_field_read(py, HN_GEN_FRAME_STATE, ret->addr, &state);

    if (st)
        return st;
    ret->state = decode_state(&py->layout, (int8_t)state, &above);
    if (ret->state == HN_GENERATOR_ENDED)
        return HN_OK;
    ret->frame = hn_field_addr(py, HN_GEN_IFRAME, ret->addr);
    if (above == 0)
        return HN_OK;
    st = hn_record_load(py, HN_STRUCT_FRAME, ret->frame, &frame);
    if (!st && py->layout.formats.generator_state == HN_GENERATOR_STATE_SIGNED)
        st = resumes_delegation(py, &frame, &delegates);
    if (st || !delegates)
        return st;
    st = stack_top(py, &frame, &top);
    if (!st)
        st = hn_target_read_u64(py->target, top - 8 * (uint64_t)above, &bits);
    if (!st)
        ret->awaited = hn_stackref_pointer(py, bits);
    return st;
}

enum hn_status
hn_generator_load(struct hn_runtime *rt, hn_addr addr, struct hn_generator *ret)
{
    struct hn_generator generator = { .addr = addr, .state = HN_GENERATOR_ENDED };
    enum hn_status st;

    if (rt->py.layout.formats.generator_state == HN_GENERATOR_STATE_FRAME)
        st = load_object(rt, &generator);
    else
        st = load_embedded(rt, &generator);
    if (!st)
        *ret = generator;
    return st;
}

enum hn_status
hn_generator_frame(struct hn_runtime *rt, const struct hn_generator *generator,
                   struct hn_frame *ret)
{
    struct hn_frame_link link;

    return hn_frame_load(rt, generator->frame, ret, &link);
}
