/* Tracebacks: the frames that an exception came through.
 *
 * The list begins at the outermost frame, so it is turned around. Lines come from the
 * offset of the instruction (tb_lasti, in bytes on every version): it also tells the
 * columns, and tb_lineno may be -1, "not computed yet", since 3.12.
 * CPython: Include/cpython/traceback.h. */
#include <stdlib.h>
#include <string.h>

#include "objects/objects.h"
#include "runtime/exception.h"

/* Far above the deepest recursion that Python allows by default (1000). */
enum { MAX_ENTRIES = 1 << 17 };

/* Entries are read from outside to inside, and the innermost @most of them are kept: a
 * ring. */
struct ring {
    hn_addr *entries;
    size_t most, seen;
};

static enum hn_status
follow(struct hn_runtime *rt, hn_addr traceback, struct ring *ring,
       struct hn_stack *ret)
{
    struct hn_python *py = &rt->py;
    hn_addr mark = 0;

    while (traceback != 0 && ring->seen < MAX_ENTRIES) {
        enum hn_status st;

        /* Each time the count doubles the mark moves on: a circle comes back to it. */
        if (traceback == mark)
            return hn_fail(py->err, HN_E_CORRUPT, mark, "the traceback is a circle");
        if ((ring->seen & (ring->seen + 1)) == 0)
            mark = traceback;
        if (!hn_object_is(py, traceback, "traceback"))
            return hn_fail(py->err, HN_E_CORRUPT, traceback, "not a traceback");
        ring->entries[ring->seen++ % ring->most] = traceback;
        st = hn_target_poll(py->target);
        if (!st)
            st = hn_field_read(py, HN_TRACEBACK_NEXT, traceback, &traceback);
        if (st)
            return st;
    }
    ret->cut = ring->seen > ring->most;
    if (traceback != 0)
        return hn_fail(py->err, HN_E_CORRUPT, traceback, "the traceback does not end");
    return HN_OK;
}

static enum hn_status
load_entry(struct hn_runtime *rt, hn_addr traceback, struct hn_frame *ret)
{
    struct hn_frame_link link;
    struct hn_record rec;
    struct hn_position position;
    int64_t line;
    hn_addr frame;
    enum hn_status st = hn_record_load(&rt->py, HN_STRUCT_TRACEBACK, traceback, &rec);

    if (!st)
        st = hn_frame_of_object(rt, hn_record_u64(&rec, HN_TRACEBACK_FRAME), &frame);
    if (!st)
        st = hn_frame_load(rt, frame, ret, &link);
    if (st)
        return st;
    position = hn_frame_position_at(rt, ret, hn_record_i64(&rec, HN_TRACEBACK_LASTI));
    line = hn_record_i64(&rec, HN_TRACEBACK_LINENO);
    if (line > 0 && line != position.line)
        position = (struct hn_position){ (int32_t)line, -1, -1, -1 };
    ret->position = position;
    return HN_OK;
}

static enum hn_status
load_frames(struct hn_runtime *rt, const struct ring *ring, struct hn_arena *arena,
            struct hn_stack *ret)
{
    size_t count = ring->seen < ring->most ? ring->seen : ring->most;

    ret->frames = hn_arena_array(arena, count, sizeof(*ret->frames));
    if (!ret->frames)
        return hn_fail(rt->py.err, HN_E_NOMEM, 0, "no memory for a traceback");
    for (size_t i = 0; i < count; i++) {
        struct hn_frame *frame = &ret->frames[i];
        hn_addr entry = ring->entries[(ring->seen - 1 - i) % ring->most];
        enum hn_status st = load_entry(rt, entry, frame);

        if (st == HN_E_NOMEM || st == HN_E_INTERRUPTED)
            return st;
        if (st)
            *frame = (struct hn_frame){ .kind = HN_FRAME_UNREADABLE,
                                        .addr = entry,
                                        .problem = rt->py.err->what,
                                        .problem_at = rt->py.err->addr };
        ret->count++;
    }
    return HN_OK;
}

enum hn_status
hn_traceback_load(struct hn_runtime *rt, hn_addr traceback, size_t limit,
                  struct hn_arena *arena, struct hn_stack *ret)
{
    struct ring ring = { .most = limit && limit < MAX_ENTRIES ? limit : MAX_ENTRIES };
    enum hn_status st;

    memset(ret, 0, sizeof(*ret));
    if (traceback == 0)
        return HN_OK;
    ring.entries = malloc(ring.most * sizeof(*ring.entries));
    if (!ring.entries)
        return hn_fail(rt->py.err, HN_E_NOMEM, 0, "no memory for a traceback");
    st = follow(rt, traceback, &ring, ret);
    if (st && st != HN_E_NOMEM && st != HN_E_INTERRUPTED) {
        ret->problem = rt->py.err->what;
        ret->problem_at = rt->py.err->addr;
        st = HN_OK;
    }
    if (!st)
        st = load_frames(rt, &ring, arena, ret);
    free(ring.entries);
    if (!st && !hn_layout_has(&rt->py.layout, HN_CODE_QUALNAME))
        hn_qualify_stack(rt, ret);
    return st;
}
