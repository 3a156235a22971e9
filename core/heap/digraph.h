/* A directed graph in compact arrays, and turning its references around. */
#ifndef HN_HEAP_DIGRAPH_H
#define HN_HEAP_DIGRAPH_H

#include "heap/pace.h"

/* References of node i are out[out_first[i]] to out[out_first[i + 1]]; those to it in
 * the same way. */
struct hn_digraph {
    uint32_t count; /* below UINT32_MAX - 2 */
    const uint32_t *out_first, *out, *in_first, *in;
};

/* Counts the references to each of @count nodes: afterwards those to node i take the
 * places of @in_first[i] to @in_first[i + 1] in hn_digraph_invert(). There is room for
 * @count + 1. HN_E_INTERRUPTED, as there. */
HN_MUST_CHECK enum hn_status
hn_digraph_count_inbound(uint32_t count, const uint32_t *out_first, const uint32_t *out,
                         uint32_t *in_first, struct hn_pace *pace);

/* Fills @in, as large as @out, with the help of @in_first, which was counted and is
 * again the same afterwards. Referrers of a node ascend. */
HN_MUST_CHECK enum hn_status
hn_digraph_invert(uint32_t count, const uint32_t *out_first, const uint32_t *out,
                  uint32_t *in_first, uint32_t *in, struct hn_pace *pace);

#endif
