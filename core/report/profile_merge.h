/* The tree of stacks with frames of one class made one: two lines of a function are two
 * nodes of the profile, and one here if rows are functions. */
#ifndef HN_REPORT_PROFILE_MERGE_H
#define HN_REPORT_PROFILE_MERGE_H

#include "report/profile_sums.h"

struct hn_merged_node {
    uint32_t parent; /* 0: the empty stack; parents come before their children */
    uint32_t class;
};

struct hn_merged {
    struct hn_merged_node *nodes; /* siblings in the order of their classes */
    size_t count;
    uint32_t *of; /* by node of the profile */
};

/* Lives in @arena. False if memory ran out. @classes must have one for each frame: by
 * function, line or file. */
bool
hn_profile_merge(struct hn_arena *arena, const struct hn_profile *profile,
                 const struct hn_profile_classes *classes, struct hn_merged *ret);

#endif
