/* Self and total samples of a profile by function, line, file, thread or task.
 *
 * Self: the samples in which the thing was what ran, innermost. Total: those in whose
 * stack it was at all, once each however often it calls itself. Self adds up to all
 * counted stacks; so does the total of whatever is outermost. */
#ifndef HN_REPORT_PROFILE_SUMS_H
#define HN_REPORT_PROFILE_SUMS_H

#include "base/arena.h"
#include "report/profile.h"

/* The stacks of a profile as a tree to walk, with what was counted at each node. */
struct hn_profile_tree {
    const struct hn_profile *profile;
    uint32_t *first_child, *next_sibling; /* by node, 0: none */
    uint64_t *self;                       /* by node: samples with just this stack */
};

/* Lives in @arena. False if memory ran out. */
bool
hn_profile_tree_build(struct hn_arena *arena, const struct hn_profile *profile,
                      struct hn_profile_tree *ret);

/* A walk over all nodes but the empty stack; each is entered before its children are
 * and left after them. */
struct hn_profile_walk {
    const struct hn_profile_tree *tree;
    uint32_t node;
    bool leaving;
};

struct hn_profile_walk
hn_profile_walk_start(const struct hn_profile_tree *tree);

/* False at the end. */
bool
hn_profile_walk_next(struct hn_profile_walk *walk);

/* Adds up by key: @keys has one of 0 to @key_count - 1 for each node. Node 0's key
 * takes part in self only, and so do the nodes that have the same one: it is for
 * "none".
 * @self and @total have room for @key_count. False if memory ran out. */
bool
hn_profile_add_up(const struct hn_profile_tree *tree, const uint32_t *keys,
                  size_t key_count, uint64_t *self, uint64_t *total);

/* Which row each frame belongs to. Functions that are equal in name, file, line and
 * kind are one, whatever process or code object they came from. Classes are numbered in
 * the order of name, file and line. */
struct hn_profile_classes {
    uint32_t *of;      /* by frame: its class, or HN_PROFILE_NO_CLASS */
    uint32_t *example; /* by class: one of its frames */
    size_t count;
};
#define HN_PROFILE_NO_CLASS UINT32_MAX /* by task: a frame that is no task */

/* @by anything but thread. Lives in @arena. False if memory ran out. */
bool
hn_profile_classify(struct hn_arena *arena, const struct hn_profile *profile,
                    enum hn_profile_by by, struct hn_profile_classes *ret);

/* For hn_profile_add_up(): the class of each node's frame plus 1, or its parent's if it
 * has none; 0 for node 0. NULL if memory ran out. */
uint32_t *
hn_profile_node_keys(struct hn_arena *arena, const struct hn_profile *profile,
                     const struct hn_profile_classes *classes);

struct hn_profile_sum {
    const char *name; /* of function, thread or task; by file: "" */
    const char *file; /* "" where there is none */
    int32_t line;     /* of the function's start, or of by line; -1: none */
    enum hn_profile_kind kind;
    uint32_t thread; /* by thread: its index */
    bool nothing;    /* the row of what belongs to none: no Python frame, no task */
    uint64_t self, total;
};

struct hn_profile_sums {
    struct hn_profile_sum *rows;
    size_t count;
};

/* The order of names, then files, lines, kinds and threads: of no two rows the same. */
int
hn_profile_compare_sums(const struct hn_profile_sum *a, const struct hn_profile_sum *b);

/* In the order of @sort, ties by name, file and line. Lives in @arena; false if memory
 * ran out. */
bool
hn_profile_sum_up(struct hn_arena *arena, const struct hn_profile *profile,
                  enum hn_profile_by by, enum hn_profile_sort sort,
                  struct hn_profile_sums *ret);

#endif
