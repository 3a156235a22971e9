/* Merging level by level: of all stacks that are n frames deep, those are one whose
 * callers are one and whose innermost frames are of one class. */
#include "report/profile_merge.h"

#include <stdlib.h>

struct level {
    const struct hn_profile *profile;
    const struct hn_profile_classes *classes;
    const uint32_t *of;
};

static int
compare(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int
compare_nodes(const void *left, const void *right, void *context)
{
    const struct level *level = context;
    const struct hn_profile_node *a = &level->profile->nodes[*(const uint32_t *)left];
    const struct hn_profile_node *b = &level->profile->nodes[*(const uint32_t *)right];
    int c = compare(level->of[a->parent], level->of[b->parent]);

    return c ? c : compare(level->classes->of[a->frame], level->classes->of[b->frame]);
}

/* Nodes in the order of their depth. @starts has the first one of each depth and one
 * past the last; returns the number of depths, 0 if memory ran out. */
static size_t
order_by_depth(struct hn_arena *arena, const struct hn_profile *profile,
               uint32_t **order_ret, uint32_t **starts_ret)
{
    size_t count = profile->node_count, deepest = 0;
    uint32_t *depth = hn_arena_array(arena, count, sizeof(*depth));
    uint32_t *order = hn_arena_array(arena, count, sizeof(*order));
    uint32_t *starts;

    for (size_t i = 1; depth && i < count; i++) {
        depth[i] = depth[profile->nodes[i].parent] + 1;
        deepest = depth[i] > deepest ? depth[i] : deepest;
    }
    starts = hn_arena_array(arena, deepest + 3, sizeof(*starts));
    if (!depth || !order || !starts)
        return 0;
    for (size_t i = 0; i < count; i++)
        starts[depth[i] + 2]++;
    for (size_t i = 2; i < deepest + 3; i++)
        starts[i] += starts[i - 1];
    for (size_t i = 0; i < count; i++)
        order[starts[depth[i] + 1]++] = (uint32_t)i;
    *order_ret = order;
    *starts_ret = starts;
    return deepest + 1;
}

static void
merge_level(struct level *level, uint32_t *order, size_t count, struct hn_merged *ret)
{
    qsort_r(order, count, sizeof(*order), compare_nodes, level);
    for (size_t i = 0; i < count; i++) {
        const struct hn_profile_node *node = &level->profile->nodes[order[i]];

        if (i == 0 || compare_nodes(&order[i - 1], &order[i], level) != 0)
            ret->nodes[ret->count++] =
                (struct hn_merged_node){ ret->of[node->parent],
                                         level->classes->of[node->frame] };
        ret->of[order[i]] = (uint32_t)(ret->count - 1);
    }
}

bool
hn_profile_merge(struct hn_arena *arena, const struct hn_profile *profile,
                 const struct hn_profile_classes *classes, struct hn_merged *ret)
{
    size_t room = profile->node_count ? profile->node_count : 1, depths;
    struct level level = { .profile = profile, .classes = classes };
    uint32_t *order, *starts;

    ret->nodes = hn_arena_array(arena, room, sizeof(*ret->nodes));
    ret->of = hn_arena_array(arena, room, sizeof(*ret->of));
    ret->count = 1; /* the empty stack */
    if (!ret->nodes || !ret->of)
        return false;
    if (profile->node_count == 0)
        return true;
    level.of = ret->of;
    depths = order_by_depth(arena, profile, &order, &starts);
    for (size_t d = 1; d < depths; d++)
        merge_level(&level, order + starts[d], starts[d + 1] - starts[d], ret);
    return depths > 0;
}
