/* Whether an object of one moment is that of another moment of the same process.
 *
 * Objects do not move, but addresses are used again: the allocator gives the block that
 * was freed last to the next who asks, so that in a busy process equal address and type
 * say little. What says more: a content that cannot change, the traceback that
 * allocated it, and the collector's generation, which only rises. */
#ifndef HN_SNAPSHOT_IDENTITY_H
#define HN_SNAPSHOT_IDENTITY_H

#include "snapshot/moment.h"

enum hn_identity {
    HN_IDENTITY_OTHER, /* another object at a reused address */
    HN_IDENTITY_SAME,
    HN_IDENTITY_MAYBE /* nothing speaks against it, and nothing for it */
};

/* A step through the traces beside one through the objects, both by address. */
struct hn_trace_walk {
    const struct hn_moment *moment;
    size_t at;
};

/* The trace of @object, which must not lie before those asked for earlier; NULL if it
 * was not traced. */
const struct hn_trace *
hn_trace_walk_to(struct hn_trace_walk *walk, uint32_t object);

/* What is known of two looks at one address. */
struct hn_identity_sides {
    const struct hn_moment *moment[2];
    uint32_t object[2];
    bool same_type;
    bool traced[2];    /* whether the block has a trace */
    uint32_t stack[2]; /* numbers that are equal for equal tracebacks */
    bool ages;         /* generations only rise in this CPython */
};

enum hn_identity
hn_identity_tell(const struct hn_identity_sides *sides);

/* Whether objects never go back to a younger generation. */
bool
hn_identity_ages(const struct hn_moment *moment);

#endif
