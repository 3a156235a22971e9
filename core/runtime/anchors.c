/* What calls of the interpreter loop keep on the C stack.
 *
 * Since 3.12 the chain of frames has a shim where the loop was entered, which is a
 * variable of that call. In 3.11 each call has a _PyCFrame, linked to that of the call
 * before. Up to 3.10 there is a _PyCFrame at best, linked and unlinked at other moments
 * than its frame, so it is not asked. */
#include "runtime/internal.h"

enum {
    /* Frames that the interpreter made for itself may stand between a frame and the
     * shim behind it: at most one in all versions. */
    MOST_BETWEEN = 4,
    /* Calls that have begun, or ended, and whose _PyCFrame says nothing: one at most.
     */
    MOST_UNDECIDED = 2,
};

static hn_addr
find_shim(struct hn_python *py, hn_addr frame)
{
    for (unsigned i = 0; i < MOST_BETWEEN; i++) {
        struct hn_record rec;

        if (frame == 0 || frame % 8 != 0
            || hn_record_load(py, HN_STRUCT_FRAME, frame, &rec))
            return 0;
        if (hn_record_u64(&rec, HN_FRAME_OWNER) >= py->layout.formats.first_shim_owner)
            return frame;
        frame = hn_record_u64(&rec, HN_FRAME_PREVIOUS);
    }
    return 0;
}

static hn_addr
previous_cframe(struct hn_python *py, hn_addr cframe)
{
    hn_addr previous;

    if (cframe == 0 || hn_field_read(py, HN_CFRAME_PREVIOUS, cframe, &previous))
        return 0;
    return previous;
}

/* The _PyCFrame of the call that runs @frame, which is the innermost one. */
static hn_addr
find_cframe(struct hn_python *py, hn_addr tstate, hn_addr frame)
{
    hn_addr cframe, current;

    if (hn_field_read(py, HN_THREAD_CFRAME, tstate, &cframe))
        return 0;
    for (unsigned i = 0; i < MOST_UNDECIDED && cframe != 0; i++) {
        if (hn_field_read(py, HN_CFRAME_CURRENT_FRAME, cframe, &current))
            return 0;
        if (current == frame)
            return cframe;
        cframe = previous_cframe(py, cframe);
    }
    return 0;
}

void
hn_stack_anchors(struct hn_runtime *rt, hn_addr tstate, struct hn_stack *stack)
{
    struct hn_python *py = &rt->py;
    bool entries = hn_layout_has(&py->layout, HN_FRAME_IS_ENTRY);
    hn_addr cframe = 0;

    if (!hn_layout_has(&py->layout, HN_FRAME_OWNER) || stack->count == 0)
        return;
    if (entries)
        cframe = find_cframe(py, tstate, stack->frames[0].addr);
    for (size_t i = 0; i < stack->count; i++) {
        struct hn_frame *frame = &stack->frames[i];

        if (!frame->entry)
            continue;
        frame->anchor = entries ? cframe : find_shim(py, frame->addr);
        cframe = previous_cframe(py, cframe);
    }
}
