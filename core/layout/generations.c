/* The one field that no version decides: where the collector's lists start.
 *
 * Debian's packages of 3.13 (from 3.13.5-1 on) change the alignment of the list heads,
 * which moves gc.generations from 24 to 20 with the same version and the same sizes.
 * The lists are rings, so the memory itself can tell. */
#include "layout/python.h"
#include "layout/rows.h"

enum {
    GENERATIONS = 3,
    /* The low bits of a link are flags. */
    FLAGS = 3,
    /* A running target may relink its youngest list between two of our reads. */
    ATTEMPTS = 4
};

struct link {
    uint64_t next, previous;
};

static bool
read_link(struct hn_python *py, hn_addr addr, struct link *ret)
{
    if (hn_target_read_some(py->target, addr, ret, sizeof(*ret)) != sizeof(*ret))
        return false;
    ret->next &= ~(uint64_t)FLAGS;
    ret->previous &= ~(uint64_t)FLAGS;
    return true;
}

/* Whether @addr is linked from both its neighbours; an empty list is its own. */
static bool
is_ring(struct hn_python *py, hn_addr addr)
{
    struct link head, next, previous;

    if (addr & FLAGS || !read_link(py, addr, &head))
        return false;
    return read_link(py, head.next, &next) && next.previous == addr
           && read_link(py, head.previous, &previous) && previous.next == addr;
}

static bool
starts_rings(struct hn_python *py, hn_addr addr)
{
    for (int i = 0; i < GENERATIONS; i++)
        if (!is_ring(py, addr + (hn_addr)i * py->layout.size[HN_STRUCT_GENERATION]))
            return false;
    return true;
}

static bool
try_offset(struct hn_python *py, hn_addr gc, int32_t offset)
{
    uint32_t size = GENERATIONS * py->layout.size[HN_STRUCT_GENERATION];

    if (offset < 0 || (uint32_t)offset + size > py->layout.size[HN_STRUCT_GC]
        || !starts_rings(py, gc + (hn_addr)offset))
        return false;
    py->layout.offset[HN_GC_GENERATIONS] = offset;
    py->layout.source[HN_GC_GENERATIONS] = HN_SOURCE_SELF_CHECK;
    return true;
}

bool
hn_python_check_generations(struct hn_python *py, hn_addr gc)
{
    const int32_t *seen;
    size_t count = hn_row_generations(&seen);

    if (py->layout.flavour & HN_FLAVOUR_FREE_THREADED)
        return true;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (try_offset(py, gc, py->layout.offset[HN_GC_GENERATIONS]))
            return true;
        for (size_t i = 0; i < count; i++)
            if (try_offset(py, gc, seen[i]))
                return true;
    }
    py->layout.offset[HN_GC_GENERATIONS] = -1;
    py->layout.source[HN_GC_GENERATIONS] = HN_SOURCE_NONE;
    return false;
}
