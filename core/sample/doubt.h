/* Whether one function can have called another from where it stood.
 *
 * A process goes on while it is copied, so a copy may show a function above a caller
 * that meanwhile stands at another call. Such a pair (place in the caller, function
 * called) looks like any other. But the same caller calls that function from another
 * place, the pair is rare, and never seen to stand still. So when a caller is known to
 * call a function, calls of it from another place are doubted until they were seen
 * unchanged in two copies, or in several samples. So are two functions that were never
 * seen together, unless the caller's names let one expect it (expect.h). What is
 * doubted is looked at again, and not counted if it does not get better. In the end, a
 * pair that was hardly ever seen standing still is taken for a call from another place,
 * when the function is called there in that caller very much more often; and dropped if
 * that is said of another caller.
 *
 * The tree's nodes name their pair; 0 is no pair. */
#ifndef HN_SAMPLE_DOUBT_H
#define HN_SAMPLE_DOUBT_H

#include "sample/tree.h"

/* Seen that often a pair is believed for the time being. */
enum { HN_PAIR_BELIEVED = 8 };

/* What two functions are to each other. */
struct hn_tie {
    uint8_t kind;   /* whether they were introduced, and how */
    uint8_t places; /* in the caller that were seen to call the other, 2: several */
    int32_t at;     /* the one */
};

struct hn_pairs {
    struct hn_tree index;    /* (caller's code + 1, code called, place in the caller) */
    struct hn_tree families; /* (caller's code + 1, code called) */
    uint8_t *seen; /* how often, up to HN_PAIR_BELIEVED; or PROVEN_ONCE, PROVEN */
    size_t capacity;
    struct hn_tie *ties; /* of each family */
    size_t tie_capacity;
};

bool
hn_pairs_init(struct hn_pairs *pairs);

void
hn_pairs_deinit(struct hn_pairs *pairs);

/* Whether the innermost function of the stack @node and its caller are a pair that is
 * doubted. */
bool
hn_pairs_doubt(struct hn_pairs *pairs, struct hn_tree *tree, uint32_t node);

/* Whether the innermost function of the stack @node and its caller were never seen
 * together: then hn_pairs_introduce() says whether that is to be expected. */
bool
hn_pairs_are_strangers(struct hn_pairs *pairs, struct hn_tree *tree, uint32_t node);

void
hn_pairs_introduce(struct hn_pairs *pairs, struct hn_tree *tree, uint32_t node,
                   bool expected);

/* The stack @node stood still: all its pairs are real. */
void
hn_pairs_prove(struct hn_pairs *pairs, struct hn_tree *tree, uint32_t node);

/* Where the function with content @caller calls that with content @callee, if it was
 * seen to, standing still, at one place only. */
bool
hn_pairs_place(struct hn_pairs *pairs, uint32_t caller, uint32_t callee, int32_t *ret);

/* It stood still once more, as a whole and beyond doubt: nothing new about its pairs.
 */
void
hn_pairs_stay(struct hn_tree *tree, uint32_t node);

/* Whether its innermost pair was seen standing still. */
bool
hn_pairs_proven(struct hn_pairs *pairs, struct hn_tree *tree, uint32_t node);

/* Whether all pairs of the stack @node were seen standing still twice: more copies
 * would say nothing new. */
bool
hn_pairs_settled(struct hn_pairs *pairs, struct hn_tree *tree, uint32_t node);

/* The stack @node was not copied twice, or too late: that it was not seen standing
 * still says nothing. */
void
hn_pairs_spare(struct hn_tree *tree, uint32_t node);

/* Whether the pair is believed; with @once_more, now that it was seen again. */
bool
hn_pairs_believe(struct hn_pairs *pairs, struct hn_tree *tree, uint32_t node,
                 bool once_more);

/* What is thought of a stack in the end. */
struct hn_judged {
    bool torn;  /* it cannot have been */
    bool moved; /* the caller of its innermost function had gone on: it called at @at */
    int32_t at;
};

/* Judges each node as a whole stack. @samples are those of each, and are given up.
 * False for want of memory. */
bool
hn_pairs_judge(const struct hn_tree *tree, uint32_t pair_count, uint64_t *samples,
               struct hn_judged *ret);

#endif
