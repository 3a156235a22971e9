/* Whether one function can have called another from where it stood.
 *
 * A process goes on while it is copied, so a copy may show a function above a caller
 * that meanwhile stands at another call. Such a pair (place in the caller, function
 * called) looks like any other. But it is rare, and never seen to stand still; so a
 * pair is doubted until it was seen unchanged in two copies, or several times. What is
 * doubted is looked at again, and not counted if it does not get better. In the end, a
 * pair that was hardly ever seen standing still is dropped when the same function is
 * called from elsewhere in that caller, and there very much more often.
 *
 * The tree's nodes name their pair; 0 is no pair. */
#ifndef HN_SAMPLE_DOUBT_H
#define HN_SAMPLE_DOUBT_H

#include "sample/tree.h"

/* Seen that often a pair is believed for the time being. */
enum { HN_PAIR_BELIEVED = 3 };

struct hn_pairs {
    struct hn_tree index; /* (caller's code + 1, code called, place in the caller) */
    uint8_t *seen;        /* how often, up to HN_PAIR_BELIEVED; or PROVEN */
    uint32_t capacity;
};

bool
hn_pairs_init(struct hn_pairs *pairs);

void
hn_pairs_deinit(struct hn_pairs *pairs);

/* Whether the innermost function of the stack @node and its caller are a pair that is
 * doubted. */
bool
hn_pairs_doubt(struct hn_pairs *pairs, struct hn_tree *tree, uint32_t node);

/* The stack @node stood still: all its pairs are real. */
void
hn_pairs_prove(struct hn_pairs *pairs, struct hn_tree *tree, uint32_t node);

/* The pair was seen once more, but not still; whether it is believed now. */
bool
hn_pairs_believe(struct hn_pairs *pairs, struct hn_tree *tree, uint32_t node);

/* In the end: sets ret[node] for the stacks that cannot have been. @samples are those
 * of each node as a whole stack, and are given up. False for want of memory. */
bool
hn_pairs_judge(const struct hn_tree *tree, uint32_t pair_count, uint64_t *samples,
               bool *ret);

#endif
