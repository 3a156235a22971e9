/* See digraph.h. One node may have more references than all others have together: it is
 * these that are counted between two looks for Ctrl-C. */
#include "heap/digraph.h"

#include <string.h>

static enum hn_status
step(struct hn_pace *pace, uint64_t done, uint64_t total)
{
    return hn_pace_object(pace, "turning references around", done, total);
}

enum hn_status
hn_digraph_count_inbound(uint32_t count, const uint32_t *out_first, const uint32_t *out,
                         uint32_t *in_first, struct hn_pace *pace)
{
    const uint32_t edges = out_first[count];
    enum hn_status st = HN_OK;

    memset(in_first, 0, ((size_t)count + 1) * sizeof(*in_first));
    for (uint32_t e = 0; !st && e < edges; e++) {
        in_first[out[e] + 1]++;
        st = step(pace, e, edges);
    }
    for (uint32_t i = 0; !st && i < count; i++) {
        in_first[i + 1] += in_first[i];
        st = step(pace, i, count);
    }
    return st;
}

/* Fills each node's part from its end, with the help of the counts themselves: after it
 * in_first[i + 1] is where i begins, so everything moves down by one. */
enum hn_status
hn_digraph_invert(uint32_t count, const uint32_t *out_first, const uint32_t *out,
                  uint32_t *in_first, uint32_t *in, struct hn_pace *pace)
{
    const uint32_t edges = out_first[count];
    enum hn_status st = HN_OK;

    for (uint32_t i = count; !st && i-- > 0;) {
        st = step(pace, i, count);
        for (uint32_t e = out_first[i]; !st && e < out_first[i + 1]; e++) {
            in[--in_first[out[e] + 1]] = i;
            st = step(pace, e, edges);
        }
    }
    memmove(in_first, in_first + 1, (size_t)count * sizeof(*in_first));
    in_first[count] = edges;
    return st;
}
