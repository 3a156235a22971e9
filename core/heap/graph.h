/* The graph of all objects: who refers to whom, what nothing refers to but the
 * interpreter, and how much memory would be free without each.
 *
 * Built once from the census, in this order:
 *   1. references.h and counts.h walk every object: the outbound references, its count,
 *      and how much of each count they explain;
 *   2. roots.h walks interpreters, threads and frames; what then still has a count that
 *      nothing explains is referred to by C code, and is a root, too;
 *   3. dominators.h finds for each object the one that keeps it alive alone.
 *
 * An object's dominator is the last object on every path from the roots to it: without
 * it, it would be gone. The memory of all that an object dominates, with its own, is
 * its retained size. Objects that several hold are dominated by what these have in
 * common, in the end by the root. Objects that no root leads to are garbage that the
 * collector has not found yet: they hang under a node of their own.
 *
 * Nodes are numbered as the heap's objects are; two more stand behind the last. Per
 * object 21 bytes are kept, and 8 per reference; building takes 8 more per object. */
#ifndef HN_HEAP_GRAPH_H
#define HN_HEAP_GRAPH_H

#include "heap/heap.h"
#include "heap/roots.h"

/* Bits of an object in the graph. */
enum {
    HN_NODE_ROOT = 1,     /* kept by something that is no object */
    HN_NODE_PINNED = 2,   /* static or immortal: never freed */
    HN_NODE_SCANNED = 4,  /* perhaps referred to by an opaque object */
    HN_NODE_GARBAGE = 8,  /* no root leads to it */
    HN_NODE_UNKNOWN = 16, /* its count is spread over threads: not known exactly */
    HN_NODE_C = 32,       /* its count exceeds what was found */
    HN_NODE_INTERNED = 64 /* the dict of interned strings, whose references count not */
};

struct hn_graph {
    const struct hn_heap *heap;
    uint32_t count; /* objects; nodes root and garbage are count and count + 1 */

    /* References of object i: out[out_first[i]] to out[out_first[i + 1]], duplicates
     * included; those to pinned objects are left out, since nobody keeps these alive.
     */
    uint32_t *out_first, *out;
    uint32_t *in_first, *in;

    uint8_t *bits;
    uint32_t *dominator; /* of each object: a node */
    uint64_t *retained;  /* bytes that the allocator spends, by node */

    struct hn_roots roots;

    uint64_t references, scanned; /* number; of which found in opaque objects */
    uint64_t c_references;        /* counts that no reference explains */
    uint64_t garbage_objects;
    bool cut; /* damage: not all references were read */
};

static inline uint32_t
hn_graph_root(const struct hn_graph *graph)
{
    return graph->count;
}

static inline uint32_t
hn_graph_garbage(const struct hn_graph *graph)
{
    return graph->count + 1;
}

/* Builds the graph of @heap, with retained sizes. HN_E_INTERRUPTED on Ctrl-C; then and
 * on other failures @ret is to be deinited all the same, and is of no other use. @heap
 * must outlive it. */
HN_MUST_CHECK enum hn_status
hn_graph_build(const struct hn_heap *heap, const struct hn_process *process,
               struct hn_graph *ret);

void
hn_graph_deinit(struct hn_graph *graph);

#endif
