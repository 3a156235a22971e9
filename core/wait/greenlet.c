/* A suspended greenlet keeps its innermost frame object: up to greenlet 1.1 in itself,
 * since 2.0 in a C++ object that its last field leads to. Where exactly differs with
 * greenlet's version, Python's and the compiler's, and no debug information comes with
 * it. But it is the one frame among what they hold, so it is looked for; a greenlet
 * that runs, has not begun or is over has none.
 *
 * Frames of the interpreter's own that lie on the C stack are moved with that when it
 * is suspended. Since 3.12 there are some in each chain, and greenlet 3.0 takes them
 * out while it is suspended ("exposes its frames"), as a debugger would have to.
 * greenlet: src/greenlet/{TGreenlet.hpp,TPythonState.cpp}. */
#include "wait/greenlet.h"

#include <string.h>

#include "objects/objects.h"
#include "runtime/lookup.h"
#include "runtime/runtime.h"

/* Deeper inheritance is a loop. */
enum { MAX_BASES = 100 };

/* Words that are searched. Greenlets up to 1.1 have 18 behind their header; what is
 * behind those of 2.0 to 3.5 has 20 or more, and the frame at the 13th to 15th. What
 * lies beyond is another's. */
enum { MAX_WORDS = 20 };

static bool
is_greenlet(const struct hn_type *type)
{
    return strcmp(type->tp_name, "greenlet.greenlet") == 0;
}

/* greenlet.greenlet among the bases of @at; NULL: it is not. */
static const struct hn_type *
find_base(struct hn_kinds *kinds, hn_addr at)
{
    const struct hn_type *type;

    for (unsigned i = 0; at != 0 && i < MAX_BASES; i++) {
        if (hn_types_find(kinds->types, at, &type))
            return NULL;
        if (is_greenlet(type))
            return type;
        at = type->base;
    }
    return NULL;
}

bool
hn_is_greenlet_type(struct hn_kinds *kinds, hn_addr type)
{
    return find_base(kinds, type) != NULL;
}

/* The first frame object that one of the words at @at leads to; 0: none does. */
static hn_addr
find_frame(struct hn_python *py, hn_addr at, size_t bytes)
{
    uint64_t words[MAX_WORDS];
    size_t count;

    if (bytes > sizeof words)
        bytes = sizeof words;
    count = hn_target_read_some(py->target, at, words, bytes) / sizeof *words;
    for (size_t i = 0; i < count; i++)
        if (words[i] != 0 && words[i] % 8 == 0 && hn_object_is(py, words[i], "frame"))
            return words[i];
    return 0;
}

enum hn_status
hn_greenlet_load(struct hn_kinds *kinds, hn_addr greenlet, struct hn_arena *arena,
                 struct hn_stack *ret)
{
    struct hn_python *py = &kinds->rt->py;
    size_t header = (size_t)py->layout.size[HN_STRUCT_OBJECT];
    const struct hn_type *base;
    hn_addr at, frame, inner;

    if (hn_object_type(py, greenlet, &at) || !(base = find_base(kinds, at))
        || base->basicsize < header + sizeof inner)
        return HN_DONE;
    frame = find_frame(py, greenlet + header, base->basicsize - header);
    if (frame == 0
        && hn_target_read_u64(py->target, greenlet + base->basicsize - sizeof inner,
                              &inner)
               == HN_OK)
        frame = find_frame(py, inner, MAX_WORDS * sizeof(uint64_t));
    return frame ? hn_stack_load_from(kinds->rt, frame, 0, arena, ret) : HN_DONE;
}
