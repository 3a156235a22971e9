/* Pairs of caller and callee, and how far they are believed. */
#include "sample/doubt.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

enum { STRANGERS, EXPECTED, UNEXPECTED };

enum {
    PROVEN_ONCE = 254,
    PROVEN = 255,
    SETTLED = 2, /* proofs: one may be by chance */
    /* A pair that came from a torn copy is this much rarer than the real one, or more:
     * measured, below one in a hundred. */
    MUCH_RARER = 32,
    /* Two copies of a real pair agree about as often as those of its function do
     * elsewhere: measured, 0.6 to 1 of all times for functions of a microsecond, where
     * torn ones did by chance in 0 to 0.17. */
    STILL_ONE_IN = 2,
};

bool
hn_pairs_init(struct hn_pairs *pairs)
{
    memset(pairs, 0, sizeof(*pairs));
    return hn_tree_init(&pairs->index) && hn_tree_init(&pairs->families);
}

void
hn_pairs_deinit(struct hn_pairs *pairs)
{
    hn_tree_deinit(&pairs->index);
    hn_tree_deinit(&pairs->families);
    free(pairs->seen);
    free(pairs->ties);
    pairs->seen = NULL;
    pairs->ties = NULL;
}

static uint32_t
caller_of(const struct hn_tree *tree, const struct hn_tree_node *n)
{
    return n->parent == 0 ? 0 : tree->nodes[n->parent].code + 1;
}

/* @caller is its code + 1, or 0. NULL if there is no room. */
static struct hn_tie *
tie_between(struct hn_pairs *pairs, uint32_t caller, uint32_t callee)
{
    uint32_t family = hn_tree_step(&pairs->families, caller, callee, 0);

    if (family == HN_TREE_NONE
        || !HN_GROW_CLEARED(pairs->ties, pairs->tie_capacity, (size_t)family + 1))
        return NULL;
    return &pairs->ties[family];
}

static struct hn_tie *
tie_of(struct hn_pairs *pairs, const struct hn_tree *tree, const struct hn_tree_node *n)
{
    return tie_between(pairs, caller_of(tree, n), n->code);
}

/* The pair of a node, looked up when the node is new; 0 if there is no room. */
static uint32_t
pair_of(struct hn_pairs *pairs, struct hn_tree *tree, uint32_t node)
{
    struct hn_tree_node *n = &tree->nodes[node];
    int32_t at = n->parent == 0 ? 0 : tree->nodes[n->parent].at;
    uint32_t pair;
    const struct hn_tie *tie;

    if (n->pair != 0)
        return n->pair;
    pair = hn_tree_step(&pairs->index, caller_of(tree, n), n->code, at);
    if (pair == HN_TREE_NONE)
        return 0;
    if (!HN_GROW_CLEARED(pairs->seen, pairs->capacity, (size_t)pair + 1))
        return 0;
    n->pair = pair;
    tie = tie_of(pairs, tree, n);
    n->strange = tie && tie->kind == UNEXPECTED;
    return pair;
}

bool
hn_pairs_are_strangers(struct hn_pairs *pairs, struct hn_tree *tree, uint32_t node)
{
    const struct hn_tie *tie;

    if (node == 0 || node == HN_TREE_NONE || tree->nodes[node].pair != 0)
        return false;
    tie = tie_of(pairs, tree, &tree->nodes[node]);
    return tie && tie->kind == STRANGERS;
}

void
hn_pairs_introduce(struct hn_pairs *pairs, struct hn_tree *tree, uint32_t node,
                   bool expected)
{
    struct hn_tie *tie = tie_of(pairs, tree, &tree->nodes[node]);
    uint32_t pair;

    if (!tie)
        return;
    tie->kind = expected ? EXPECTED : UNEXPECTED;
    pair = pair_of(pairs, tree, node);
    if (expected && pair != 0 && pairs->seen[pair] < HN_PAIR_BELIEVED)
        pairs->seen[pair] = HN_PAIR_BELIEVED; /* nothing it could be mistaken for */
}

bool
hn_pairs_doubt(struct hn_pairs *pairs, struct hn_tree *tree, uint32_t node)
{
    uint32_t pair;

    if (node == 0 || node == HN_TREE_NONE)
        return false;
    pair = pair_of(pairs, tree, node);
    return pair != 0 && pairs->seen[pair] < HN_PAIR_BELIEVED;
}

static void
keep_place(struct hn_pairs *pairs, const struct hn_tree *tree, uint32_t node)
{
    const struct hn_tree_node *n = &tree->nodes[node];
    struct hn_tie *tie = tie_of(pairs, tree, n);
    int32_t at = tree->nodes[n->parent].at;

    if (!tie || n->parent == 0)
        return;
    if (tie->places == 0)
        *tie = (struct hn_tie){ tie->kind, 1, at };
    else if (tie->at != at)
        tie->places = 2;
}

bool
hn_pairs_place(struct hn_pairs *pairs, uint32_t caller, uint32_t callee, int32_t *ret)
{
    const struct hn_tie *tie = tie_between(pairs, caller + 1, callee);

    if (!tie || tie->places != 1)
        return false;
    *ret = tie->at;
    return true;
}

void
hn_pairs_prove(struct hn_pairs *pairs, struct hn_tree *tree, uint32_t node)
{
    if (node == HN_TREE_NONE)
        return;
    if (tree->nodes[node].sound < UINT32_MAX)
        tree->nodes[node].sound++;
    if (tree->nodes[node].sound > SETTLED)
        return; /* done when it was the first time, and the second */
    for (; node != 0; node = tree->nodes[node].parent) {
        uint32_t pair = pair_of(pairs, tree, node);

        if (pair != 0)
            pairs->seen[pair] = pairs->seen[pair] >= PROVEN_ONCE ? PROVEN : PROVEN_ONCE;
        keep_place(pairs, tree, node);
    }
}

void
hn_pairs_stay(struct hn_tree *tree, uint32_t node)
{
    if (node != HN_TREE_NONE && tree->nodes[node].sound < UINT32_MAX)
        tree->nodes[node].sound++;
}

bool
hn_pairs_settled(struct hn_pairs *pairs, struct hn_tree *tree, uint32_t node)
{
    if (node == HN_TREE_NONE)
        return true;
    for (; node != 0; node = tree->nodes[node].parent) {
        uint32_t pair;

        if (tree->nodes[node].sound >= SETTLED)
            return true;
        pair = pair_of(pairs, tree, node);
        if (pair != 0 && pairs->seen[pair] != PROVEN)
            return false;
    }
    return true;
}

void
hn_pairs_spare(struct hn_tree *tree, uint32_t node)
{
    if (node != HN_TREE_NONE && tree->nodes[node].spared < UINT32_MAX)
        tree->nodes[node].spared++;
}

bool
hn_pairs_proven(struct hn_pairs *pairs, struct hn_tree *tree, uint32_t node)
{
    uint32_t pair;

    if (node == 0 || node == HN_TREE_NONE)
        return true;
    pair = pair_of(pairs, tree, node);
    return pair == 0 || pairs->seen[pair] >= PROVEN_ONCE;
}

bool
hn_pairs_believe(struct hn_pairs *pairs, struct hn_tree *tree, uint32_t node,
                 bool once_more)
{
    uint32_t pair;

    if (node == 0 || node == HN_TREE_NONE)
        return true;
    pair = pair_of(pairs, tree, node);
    if (pair == 0 || pairs->seen[pair] >= HN_PAIR_BELIEVED)
        return true;
    return once_more && ++pairs->seen[pair] >= HN_PAIR_BELIEVED;
}

/* --- in the end */

struct pair_sums {
    uint64_t seen, still, spared; /* spared: of seen */
};

/* Where a function is called from in one caller: the most seen such place. */
struct most {
    struct hn_tree index; /* (caller + 1 or 0, code called) */
    uint32_t *node;       /* one that is called there; 0: none is yet */
};

static void
keep_most(struct most *most, const struct hn_tree *tree, const struct pair_sums *sums,
          uint32_t caller, uint32_t node)
{
    uint32_t key = hn_tree_step(&most->index, caller, tree->nodes[node].code, 0);
    uint64_t seen = sums[tree->nodes[node].pair].seen;

    if (key != HN_TREE_NONE && seen > 0
        && (most->node[key] == 0
            || sums[tree->nodes[most->node[key]].pair].seen < seen))
        most->node[key] = node;
}

/* For the pairs without a caller, and those that nobody expected, the whole program is
 * the caller. */
static void
find_most(const struct hn_tree *tree, const struct pair_sums *sums, struct most *most)
{
    for (uint32_t i = 1; i < tree->count; i++) {
        keep_most(most, tree, sums, 0, i);
        keep_most(most, tree, sums, caller_of(tree, &tree->nodes[i]), i);
    }
}

static uint64_t
checked(const struct pair_sums *pair)
{
    return pair->seen > pair->spared ? pair->seen - pair->spared : 0;
}

static bool
is_torn(const struct pair_sums *pair, const struct pair_sums *most)
{
    double still = (double)pair->still * (double)checked(most) * STILL_ONE_IN;

    return pair->seen * MUCH_RARER < most->seen
           && (pair->still < SETTLED
               || still < (double)most->still * (double)checked(pair));
}

/* The node where its function is called most: in @caller, or (0) anywhere. */
static uint32_t
most_called(const struct hn_tree_node *n, uint32_t caller, struct most *most)
{
    uint32_t key = hn_tree_step(&most->index, caller, n->code, 0);

    return key == HN_TREE_NONE ? 0 : most->node[key];
}

/* Much rarer than its function is elsewhere. */
static bool
is_rare(const struct hn_tree *tree, const struct hn_tree_node *n, uint32_t caller,
        const struct pair_sums *sums, struct most *most)
{
    uint32_t other = most_called(n, caller, most);

    return other != 0 && n->pair != 0
           && is_torn(&sums[n->pair], &sums[tree->nodes[other].pair]);
}

/* Where the same caller calls the same function very much more often. */
static bool
find_call(const struct hn_tree *tree, const struct hn_tree_node *n,
          const struct pair_sums *sums, struct most *most, int32_t *ret)
{
    uint32_t caller = caller_of(tree, n);
    const struct hn_tree_node *other;

    if (caller == 0 || !is_rare(tree, n, caller, sums, most))
        return false;
    other = &tree->nodes[most_called(n, caller, most)];
    *ret = tree->nodes[other->parent].at;
    return !other->strange || !is_rare(tree, other, 0, sums, most);
}

static void
judge(const struct hn_tree *tree, const struct pair_sums *sums, struct most *most,
      struct hn_judged *ret)
{
    ret[0] = (struct hn_judged){ 0 };
    for (uint32_t i = 1; i < tree->count; i++) {
        const struct hn_tree_node *n = &tree->nodes[i];

        ret[i] = (struct hn_judged){ .torn = ret[n->parent].torn };
        ret[i].moved = find_call(tree, n, sums, most, &ret[i].at);
        if (!ret[i].moved && (n->strange || n->parent == 0))
            ret[i].torn |= is_rare(tree, n, 0, sums, most);
    }
}

bool
hn_pairs_judge(const struct hn_tree *tree, uint32_t pair_count, uint64_t *samples,
               struct hn_judged *ret)
{
    struct pair_sums *sums = calloc((size_t)pair_count + 1, sizeof(*sums));
    uint64_t *still = calloc((size_t)tree->count + 1, sizeof(*still));
    uint64_t *spared = calloc((size_t)tree->count + 1, sizeof(*spared));
    struct most most;
    bool fine;

    memset(&most, 0, sizeof(most));
    most.node = calloc((size_t)tree->count * 2 + 2, sizeof(*most.node));
    fine = sums && still && spared && most.node && hn_tree_init(&most.index);
    if (fine) {
        /* Children come after their parents: sums from the leaves on. */
        for (uint32_t i = tree->count; i-- > 1;) {
            const struct hn_tree_node *n = &tree->nodes[i];

            still[i] += n->sound;
            spared[i] += n->spared;
            samples[n->parent] += samples[i];
            still[n->parent] += still[i];
            spared[n->parent] += spared[i];
            sums[n->pair].seen += samples[i];
            sums[n->pair].still += still[i];
            sums[n->pair].spared += spared[i];
        }
        find_most(tree, sums, &most);
        judge(tree, sums, &most, ret);
    }
    hn_tree_deinit(&most.index);
    free(most.node);
    free(still);
    free(spared);
    free(sums);
    return fine;
}
