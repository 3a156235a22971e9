/* Walking the collector's rings. See lists.h. */
#include "heap/lists.h"

#include <string.h>

enum {
    GENERATIONS = 3,
    FLAGS = 3, /* in the low bits of a link */
    /* Objects that were made one after another stand so, in the list and in a pool. One
     * leads to the next, so that the processor would wait for each: what stands this
     * far behind one is asked for when that is read. */
    AHEAD = 1 << 10
};

static hn_addr
without_flags(uint64_t link)
{
    return link & ~(uint64_t)FLAGS;
}

hn_addr
hn_gc_next(const struct hn_python *py, const uint8_t *bytes)
{
    uint64_t next;

    memcpy(&next, bytes + py->layout.offset[HN_GCHEAD_NEXT], sizeof(next));
    return without_flags(next);
}

static bool
read_next(struct hn_python *py, hn_addr node, hn_addr *ret)
{
    hn_addr at = node + (hn_addr)py->layout.offset[HN_GCHEAD_NEXT];
    size_t there;
    const uint8_t *bytes = hn_target_lend(py->target, at, &there);
    uint64_t next;

    __builtin_prefetch(bytes + AHEAD);
    if (bytes && there >= sizeof(next))
        memcpy(&next, bytes, sizeof(next));
    else if (hn_target_read_some(py->target, at, &next, sizeof(next)) != sizeof(next))
        return false;
    *ret = without_flags(next);
    return true;
}

void
hn_gc_walk_init(struct hn_python *py, hn_addr gc, struct hn_gc_walk *ret)
{
    const struct hn_layout *layout = &py->layout;

    memset(ret, 0, sizeof(*ret));
    ret->py = py;
    if (gc == 0 || layout->flavour & HN_FLAVOUR_FREE_THREADED
        || !hn_layout_has(layout, HN_GCHEAD_NEXT))
        return;
    if (hn_layout_has(layout, HN_GC_GENERATIONS))
        for (unsigned i = 0; i < GENERATIONS; i++)
            ret->heads[i] = hn_field_addr(py, HN_GC_GENERATIONS, gc)
                            + (hn_addr)i * layout->size[HN_STRUCT_GENERATION];
    ret->heads[HN_GC_FROZEN] = hn_field_addr(py, HN_GC_PERMANENT, gc);
}

static void
next_list(struct hn_gc_walk *walk)
{
    walk->list++;
    walk->at = 0;
    walk->mark = 0;
    walk->steps = 0;
    walk->next_mark = 1;
}

/* Brent's way to notice a ring that does not lead back to its head: remember a node,
 * and another after twice as many steps. */
static bool
is_astray(struct hn_gc_walk *walk)
{
    if (walk->at == walk->mark)
        return true;
    if (walk->steps++ == walk->next_mark) {
        walk->mark = walk->at;
        walk->next_mark *= 2;
    }
    return false;
}

static bool
step(struct hn_gc_walk *walk)
{
    hn_addr head = walk->heads[walk->list], from = walk->at ? walk->at : head;
    hn_addr next = walk->next;

    walk->next = 0;
    if (head == 0)
        return false;
    if ((next == 0 && !read_next(walk->py, from, &next)) || next == 0) {
        walk->bad++;
        return false;
    }
    if (next == head)
        return false;
    walk->at = next;
    if (!is_astray(walk))
        return true;
    walk->bad++;
    return false;
}

enum hn_status
hn_gc_walk_next(struct hn_gc_walk *walk, hn_addr *object_ret, unsigned *list_ret)
{
    for (; walk->list < HN_GC_LISTS; next_list(walk)) {
        if (!step(walk))
            continue;
        *object_ret = walk->at + walk->py->layout.formats.gc_header_bytes;
        *list_ret = walk->list;
        return HN_OK;
    }
    return HN_DONE;
}
