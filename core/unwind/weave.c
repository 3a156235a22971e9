/* Which call of CPython's interpreter loop runs which Python frames.
 *
 * Up to 3.10 each Python frame has a call of the loop of its own, so they are counted
 * off against each other. Since 3.11 one call runs many Python frames, up to the one
 * that was called from C: the entry. There the loop keeps something in its own C frame
 * (3.11 a _PyCFrame, 3.12 and later the shim at the end of the run of frames), and its
 * address tells which C frame that is: no symbol is needed, and it is as true of builds
 * whose loop is many functions that call each other last (3.14 with tail calls) as of
 * machine code that was made at run time. */
#include "unwind/weave.h"

#include <string.h>

struct weave {
    struct hn_runtime *rt;
    struct hn_native_stack *native;
    struct hn_stack *stack;
    size_t from; /* the first native frame that no Python frame has yet */
};

static bool
starts_with(const char *string, const char *prefix)
{
    return strncmp(string, prefix, strlen(prefix)) == 0;
}

static bool
is_loop_name(const char *symbol)
{
    /* With tail calls there is one function for each instruction, too. */
    return starts_with(symbol, "_PyEval_EvalFrameDefault")
           || starts_with(symbol, "_TAIL_CALL_");
}

/* The functions by which CPython gets from one Python call to the next: they tell of
 * CPython, not of the program. */
static bool
is_glue_name(const char *symbol)
{
    static const char *const prefixes[] = {
        "_PyEval",
        "PyEval_Eval",
        "_PyFunction_",
        "function_code_fastcall",
        "call_function",
        "trace_call_function",
        "do_call_core",
        "_PyObject_",
        "PyObject_Call",
        "PyObject_Vectorcall",
        "object_vacall",
        "_PyCFunction_",
        "_PyMethodDef_Raw",
        "cfunction_",
        "_PyVectorcall_",
        "PyVectorcall_",
        "_Py_VectorCall",
        "_Py_BuiltinCallFast",
        "_Py_CallBuiltinClass_",
        "_PyCallMethodDescriptor",
        "method_vectorcall",
        "vectorcall_",
        "_PyMethodDescr_",
        "slot_tp_",
        "type_call",
        "gen_send_ex",
        "gen_iternext",
        "run_eval_code_obj",
        "run_mod",
        "builtin_exec",
    };

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
        if (starts_with(symbol, prefixes[i]))
            return true;
    return false;
}

static void
mark(struct hn_native_stack *native)
{
    for (size_t i = 0; i < native->count; i++) {
        struct hn_native_frame *frame = &native->frames[i];

        if (!frame->symbol)
            continue;
        if (is_loop_name(frame->symbol))
            frame->marks |= HN_NATIVE_LOOP;
        else if (is_glue_name(frame->symbol))
            frame->marks |= HN_NATIVE_GLUE;
    }
}

static bool
is_loop(const struct hn_native_frame *frame)
{
    return frame->marks & HN_NATIVE_LOOP;
}

/* Whether @anchor lies in the C frame @i, which reaches from its stack pointer to that
 * of its caller. The outermost has no caller to say where it ends, but runs no loop. */
static bool
holds(const struct hn_native_stack *native, size_t i, hn_addr anchor)
{
    return i + 1 < native->count && native->frames[i].sp <= anchor
           && anchor < native->frames[i + 1].sp;
}

static size_t
find_anchor(const struct weave *w, hn_addr anchor)
{
    size_t i = w->from;

    while (i < w->native->count && !holds(w->native, i, anchor))
        i++;
    return i;
}

static size_t
find_loop(const struct weave *w)
{
    size_t i = w->from;

    while (i < w->native->count && !is_loop(&w->native->frames[i]))
        i++;
    return i;
}

/* Gives @frame the C frames before that of its loop, at @loop. */
static void
give(struct weave *w, struct hn_frame *frame, size_t loop)
{
    const struct hn_native_frame *frames = w->native->frames;
    size_t end = loop;

    /* The instruction's own function, where the loop is many. */
    while (end > w->from && is_loop(&frames[end - 1])
           && frames[end - 1].symbol[0] == '_'
           && starts_with(frames[end - 1].symbol, "_TAIL_CALL_"))
        end--;
    frame->native = frames + w->from;
    frame->native_count = end - w->from;
    w->from = loop + 1;
}

/* The walk of the C stack ended before the next loop: what it saw was called from here.
 */
static void
give_rest(struct weave *w, struct hn_frame *frame)
{
    frame->native = w->native->frames + w->from;
    frame->native_count = w->native->count - w->from;
    w->from = w->native->count;
}

static bool
refuse(struct weave *w, const char *why)
{
    w->native->not_woven = why;
    for (size_t i = 0; i < w->stack->count; i++)
        w->stack->frames[i].native_count = 0;
    return false;
}

/* What the walk of the C stack cannot say further out is not there to be woven. */
static bool
ends_early(struct weave *w)
{
    return w->native->problem || w->native->cut;
}

/* --- up to 3.10: one call of the loop for each Python frame */

static size_t
count_loops(const struct hn_native_stack *native)
{
    size_t count = 0;

    for (size_t i = 0; i < native->count; i++)
        count += is_loop(&native->frames[i]);
    return count;
}

/* Where the thread stands in the loop itself, a signal's handler aside. */
static size_t
innermost(const struct hn_native_stack *native)
{
    size_t at = 0;

    for (size_t i = 0; i + 1 < native->count; i++)
        if (native->frames[i].marks & HN_NATIVE_SIGNAL)
            at = i + 1;
    return at;
}

static bool
weave_by_count(struct weave *w)
{
    size_t loops = count_loops(w->native), frames = w->stack->count;
    size_t top = innermost(w->native);

    /* The loop has a few instructions before it links its frame, and after. */
    if (loops == frames + 1 && !w->stack->cut && is_loop(&w->native->frames[top]))
        w->from = top + 1;
    else if (loops > frames && !w->stack->cut && !w->stack->problem)
        return refuse(w, "there are more calls of the interpreter loop than Python "
                         "frames");
    else if (loops < frames && !ends_early(w))
        return refuse(w, "there are fewer calls of the interpreter loop than Python "
                         "frames");
    for (size_t i = 0; i < frames; i++) {
        size_t loop = find_loop(w);

        if (loop == w->native->count) {
            give_rest(w, &w->stack->frames[i]);
            return true;
        }
        give(w, &w->stack->frames[i], loop);
    }
    return true;
}

/* --- 3.11 and later: by what the loop keeps on the C stack */

static bool
weave_by_anchor(struct weave *w)
{
    size_t first = 0; /* of the run of frames that one call of the loop runs */

    for (size_t i = 0; i < w->stack->count; i++) {
        struct hn_frame *frame = &w->stack->frames[i];
        size_t loop;

        if (!frame->entry)
            continue;
        if (frame->anchor == 0)
            return refuse(w, "a call of the interpreter loop left no mark on the C "
                             "stack");
        loop = find_anchor(w, frame->anchor);
        if (loop == w->native->count) {
            if (!ends_early(w))
                return refuse(w, "the Python frames are not of this C stack");
            give_rest(w, &w->stack->frames[first]);
            return true;
        }
        give(w, &w->stack->frames[first], loop);
        w->native->frames[loop].marks |= HN_NATIVE_LOOP;
        first = i + 1;
    }
    return true;
}

/* What has no name in the file that the loop is in says nothing but that the
 * interpreter was at work there. */
static void
mark_unnamed(struct hn_native_stack *native)
{
    const char *interpreter = NULL;

    for (size_t i = 0; i < native->count && !interpreter; i++)
        if (is_loop(&native->frames[i]))
            interpreter = native->frames[i].library;
    for (size_t i = 0; i < native->count && interpreter; i++)
        if (!native->frames[i].symbol && native->frames[i].library == interpreter)
            native->frames[i].marks |= HN_NATIVE_GLUE;
}

void
hn_weave(struct hn_runtime *rt, struct hn_native_stack *native, struct hn_stack *stack)
{
    struct weave w = { .rt = rt, .native = native, .stack = stack };
    bool woven;

    mark(native);
    if (stack->count == 0 || native->count == 0)
        return;
    woven = hn_layout_has(&rt->py.layout, HN_FRAME_OWNER) ? weave_by_anchor(&w)
                                                          : weave_by_count(&w);
    if (!woven)
        return;
    mark_unnamed(native);
    stack->native = native->frames + w.from;
    stack->native_count = native->count - w.from;
}
