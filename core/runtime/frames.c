/* The Python stack of one thread, innermost frame first.
 *
 * The chain of frames is walked, never recursed into; a frame that cannot be decoded
 * keeps its place, and a chain that breaks or runs in a circle ends with the reason. */
#include "runtime/internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

/* Deepest stack shown. CPython's own limits end far below; a circle is found by other
 * means, so this only bounds memory: about 300 MB. */
enum { MAX_FRAMES = 1 << 22 };

/* Stack chunks a running thread's frames are prefetched from, to read them in one go.
 */
enum { PREFETCH_CHUNKS = 64, MAX_CHUNK = 1 << 20 };

/* Frames that one call of the interpreter loop is searched for its entry; what lies
 * beyond is taken to be right. */
enum { MOST_TO_ENTRY = 1024 };

struct walk {
    struct hn_runtime *rt;
    hn_addr next;
    /* Brent's cycle finder: a mark that moves on at powers of two. */
    hn_addr mark;
    size_t since_mark, mark_distance;
    struct hn_frame *frames; /* malloc'ed while it grows */
    size_t count, capacity;
};

static void
set_problem(struct walk *w, struct hn_stack *ret)
{
    const struct hn_error *err = w->rt->py.err;

    ret->problem = err->what;
    ret->problem_at = err->addr;
}

static enum hn_status
append(struct walk *w, const struct hn_frame *frame)
{
    if (!HN_GROW(w->frames, w->capacity, w->count + 1))
        return hn_fail(w->rt->py.err, HN_E_NOMEM, 0, "no memory for the frames");
    w->frames[w->count++] = *frame;
    return HN_OK;
}

/* Frames from @frame on, up to the entry whose caller is @outer. */
static bool
leads_to(struct hn_python *py, hn_addr frame, hn_addr outer)
{
    for (unsigned i = 0; i < MOST_TO_ENTRY; i++) {
        struct hn_record rec;

        if (frame == 0 || frame % 8 != 0
            || hn_record_load(py, HN_STRUCT_FRAME, frame, &rec))
            return false;
        frame = hn_record_u64(&rec, HN_FRAME_PREVIOUS);
        if (hn_record_u64(&rec, HN_FRAME_OWNER) >= py->layout.formats.first_shim_owner
            || hn_record_u64_or_0(&rec, HN_FRAME_IS_ENTRY) & 1)
            return frame == outer;
    }
    return true;
}

/* Each call of the interpreter loop links its _PyCFrame into the thread a few
 * instructions before it sets current_frame; a process stopped in between shows what
 * the C stack held before. Frames that do not lead back to the outer _PyCFrame's tell:
 * the call has not begun then, and the stack is the outer one's. In a core such frames
 * are more likely damaged, and shown as that. */
static enum hn_status
find_first_by_cframe(struct hn_python *py, hn_addr tstate, hn_addr *ret)
{
    struct hn_record rec;
    hn_addr cframe, outer, inner;
    enum hn_status st = hn_field_read(py, HN_THREAD_CFRAME, tstate, &cframe);

    *ret = 0;
    if (st || cframe == 0)
        return st;
    st = hn_record_load(py, HN_STRUCT_CFRAME, cframe, &rec);
    if (st)
        return st;
    inner = *ret = hn_record_u64(&rec, HN_CFRAME_CURRENT_FRAME);
    cframe = hn_record_u64_or_0(&rec, HN_CFRAME_PREVIOUS);
    if (py->target->kind == HN_PLACE_CORE || cframe == 0
        || hn_field_read(py, HN_CFRAME_CURRENT_FRAME, cframe, &outer))
        return HN_OK;
    if (!leads_to(py, inner, outer))
        *ret = outer;
    return HN_OK;
}

static enum hn_status
find_first(struct hn_runtime *rt, hn_addr tstate, hn_addr *ret)
{
    struct hn_python *py = &rt->py;

    switch (py->layout.formats.frame_chain) {
    case HN_FRAME_CHAIN_OBJECTS: return hn_field_read(py, HN_THREAD_FRAME, tstate, ret);
    case HN_FRAME_CHAIN_CFRAME: return find_first_by_cframe(py, tstate, ret);
    case HN_FRAME_CHAIN_DIRECT:
        return hn_field_read(py, HN_THREAD_CURRENT_FRAME, tstate, ret);
    }
    return hn_fail(py->err, HN_E_UNSUPPORTED, tstate, "unknown kind of frame chain");
}

/* On a running process the frames of one thread should be of one moment: copy the
 * newest data-stack chunks at once before following the chain through them. */
static void
prefetch(struct hn_runtime *rt, hn_addr tstate)
{
    struct hn_python *py = &rt->py;
    struct hn_range ranges[PREFETCH_CHUNKS];
    uint64_t chunk;
    size_t count = 0;

    if (py->target->consistent || !hn_layout_has(&py->layout, HN_THREAD_DATASTACK_CHUNK)
        || hn_field_read(py, HN_THREAD_DATASTACK_CHUNK, tstate, &chunk))
        return;
    while (chunk != 0 && count < PREFETCH_CHUNKS) {
        struct hn_record rec;
        uint64_t size;

        if (hn_record_load(py, HN_STRUCT_CHUNK, chunk, &rec))
            break;
        size = hn_record_u64(&rec, HN_CHUNK_SIZE);
        ranges[count++] =
            (struct hn_range){ chunk, size < MAX_CHUNK ? size : MAX_CHUNK };
        chunk = hn_record_u64(&rec, HN_CHUNK_PREVIOUS);
    }
    hn_target_prefetch(py->target, ranges, count);
}

static bool
runs_in_a_circle(struct walk *w)
{
    if (w->next == w->mark)
        return true;
    if (++w->since_mark >= w->mark_distance) {
        w->mark = w->next;
        w->since_mark = 0;
        w->mark_distance *= 2;
    }
    return false;
}

static enum hn_status
step(struct walk *w)
{
    struct hn_frame frame;
    struct hn_frame_link link;
    enum hn_status st = hn_frame_load(w->rt, w->next, &frame, &link);

    if (st)
        return st;
    w->next = link.previous;
    /* A shim stands between two calls of the interpreter loop: what it called came
     * from C. */
    if (link.shim && w->count > 0)
        w->frames[w->count - 1].entry = true;
    if (link.shim || link.internal)
        return HN_OK;
    return append(w, &frame);
}

static enum hn_status
walk_chain(struct walk *w, size_t limit, struct hn_stack *ret)
{
    struct hn_error *err = w->rt->py.err;
    enum hn_status st = HN_OK;

    while (w->next != 0 && st == HN_OK) {
        if (w->count >= limit) {
            ret->cut = true;
            break;
        }
        if (w->count % 4096 == 0)
            st = hn_target_poll(w->rt->py.target);
        if (st)
            return st;
        st = step(w);
        if (st == HN_OK && w->next != 0 && runs_in_a_circle(w))
            st =
                hn_fail(err, HN_E_CORRUPT, w->next, "the frame chain runs in a circle");
    }
    if (st == HN_E_NOMEM || st == HN_E_INTERRUPTED)
        return st;
    if (st)
        set_problem(w, ret);
    return HN_OK;
}

/* Moves the frames to their final place, whatever the walk came to. */
static enum hn_status
finish(struct walk *w, struct hn_arena *arena, struct hn_stack *ret, enum hn_status st)
{
    ret->frames = hn_arena_array(arena, w->count, sizeof(*ret->frames));
    if (ret->frames && w->count > 0) {
        memcpy(ret->frames, w->frames, w->count * sizeof(*ret->frames));
        ret->count = w->count;
    }
    free(w->frames);
    if (!ret->frames)
        return hn_fail(w->rt->py.err, HN_E_NOMEM, 0, "no memory for the frames");
    return st;
}

static enum hn_status
load_from(struct walk *w, size_t limit, struct hn_arena *arena, struct hn_stack *ret)
{
    enum hn_status st =
        walk_chain(w, limit > 0 && limit < MAX_FRAMES ? limit : MAX_FRAMES, ret);

    st = finish(w, arena, ret, st);
    if (!st && !hn_layout_has(&w->rt->py.layout, HN_CODE_QUALNAME))
        hn_qualify_stack(w->rt, ret);
    return st;
}

enum hn_status
hn_stack_load_from(struct hn_runtime *rt, hn_addr frame, size_t limit,
                   struct hn_arena *arena, struct hn_stack *ret)
{
    struct walk w = { .rt = rt, .mark_distance = 1 };

    memset(ret, 0, sizeof(*ret));
    if (hn_frame_of_object(rt, frame, &w.next))
        set_problem(&w, ret);
    return load_from(&w, limit, arena, ret);
}

enum hn_status
hn_stack_load(struct hn_runtime *rt, const struct hn_thread *thread, size_t limit,
              struct hn_arena *arena, struct hn_stack *ret)
{
    struct walk w = { .rt = rt, .mark_distance = 1 };
    enum hn_status st;

    memset(ret, 0, sizeof(*ret));
    if (thread->problem)
        return HN_OK; /* the thread's own line says why there is no stack */
    prefetch(rt, thread->addr);
    st = find_first(rt, thread->addr, &w.next);
    if (st) {
        set_problem(&w, ret);
        return HN_OK;
    }
    return load_from(&w, limit, arena, ret);
}
