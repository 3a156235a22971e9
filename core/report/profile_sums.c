/* Sums over the tree of stacks: one walk, whatever the rows are. */
#include "report/profile_sums.h"

#include <stdlib.h>
#include <string.h>

bool
hn_profile_tree_build(struct hn_arena *arena, const struct hn_profile *profile,
                      struct hn_profile_tree *ret)
{
    size_t count = profile->node_count ? profile->node_count : 1;
    struct hn_profile_tree tree = { .profile = profile };

    tree.first_child = hn_arena_array(arena, count, sizeof(*tree.first_child));
    tree.next_sibling = hn_arena_array(arena, count, sizeof(*tree.next_sibling));
    tree.self = hn_arena_array(arena, count, sizeof(*tree.self));
    if (!tree.first_child || !tree.next_sibling || !tree.self)
        return false;
    /* Backwards, so that children are walked in the order of their numbers. */
    for (size_t i = profile->node_count; i-- > 1;) {
        uint32_t parent = profile->nodes[i].parent;

        tree.next_sibling[i] = tree.first_child[parent];
        tree.first_child[parent] = (uint32_t)i;
    }
    for (size_t i = 0; i < profile->count_count; i++)
        tree.self[profile->counts[i].node] += profile->counts[i].samples;
    *ret = tree;
    return true;
}

struct hn_profile_walk
hn_profile_walk_start(const struct hn_profile_tree *tree)
{
    return (struct hn_profile_walk){ tree, 0, false };
}

bool
hn_profile_walk_next(struct hn_profile_walk *walk)
{
    const struct hn_profile_tree *tree = walk->tree;

    if (!walk->leaving && tree->first_child[walk->node]) {
        walk->node = tree->first_child[walk->node];
    } else if (!walk->leaving) {
        walk->leaving = true;
    } else if (tree->next_sibling[walk->node]) {
        walk->node = tree->next_sibling[walk->node];
        walk->leaving = false;
    } else {
        walk->node = tree->profile->nodes[walk->node].parent;
    }
    return walk->node != 0;
}

/* Samples at each node and below it. */
static uint64_t *
totals_by_node(struct hn_arena *arena, const struct hn_profile_tree *tree)
{
    size_t count = tree->profile->node_count;
    uint64_t *total = hn_arena_array(arena, count ? count : 1, sizeof(*total));

    if (!total)
        return NULL;
    for (size_t i = count; i-- > 0;) {
        total[i] += tree->self[i];
        if (i > 0)
            total[tree->profile->nodes[i].parent] += total[i];
    }
    return total;
}

static void
add_totals(const struct hn_profile_tree *tree, const uint32_t *keys,
           const uint64_t *below, uint32_t *open, uint64_t *total)
{
    struct hn_profile_walk walk = hn_profile_walk_start(tree);

    while (hn_profile_walk_next(&walk)) {
        uint32_t key = keys[walk.node];

        if (walk.leaving)
            open[key]--;
        else if (open[key]++ == 0) /* not below itself: counted there already */
            total[key] += below[walk.node];
    }
}

bool
hn_profile_add_up(const struct hn_profile_tree *tree, const uint32_t *keys,
                  size_t key_count, uint64_t *self, uint64_t *total)
{
    struct hn_arena scratch;
    uint64_t *below;
    uint32_t *open; /* how often each key is in the stack that the walk is at */

    memset(self, 0, key_count * sizeof(*self));
    memset(total, 0, key_count * sizeof(*total));
    hn_arena_init(&scratch);
    below = totals_by_node(&scratch, tree);
    open = hn_arena_array(&scratch, key_count, sizeof(*open));
    if (below && open) {
        for (size_t i = 0; i < tree->profile->node_count; i++)
            self[keys[i]] += tree->self[i];
        add_totals(tree, keys, below, open, total);
        if (tree->profile->node_count > 0)
            total[keys[0]] = self[keys[0]];
    }
    hn_arena_deinit(&scratch);
    return below && open;
}

struct order {
    const struct hn_profile *profile;
    enum hn_profile_by by;
};

static int
compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* What makes two frames one row, and the order of rows of equal weight. */
static int
compare_frames(const struct order *order, uint32_t left, uint32_t right)
{
    const struct hn_profile_frame *a = &order->profile->frames[left];
    const struct hn_profile_frame *b = &order->profile->frames[right];
    const struct hn_profile_function *f = &order->profile->functions[a->function];
    const struct hn_profile_function *g = &order->profile->functions[b->function];
    int c = 0;

    if (order->by != HN_PROFILE_BY_FILE)
        c = strcmp(f->name, g->name);
    if (c == 0 && order->by != HN_PROFILE_BY_TASK)
        c = strcmp(f->file, g->file);
    if (c == 0 && order->by == HN_PROFILE_BY_FUNCTION)
        c = compare_numbers(f->first_line, g->first_line);
    if (c == 0 && order->by == HN_PROFILE_BY_LINE)
        c = compare_numbers(a->line, b->line);
    /* Files are one whatever is in them, unless they have no name. */
    if (c == 0 && (order->by != HN_PROFILE_BY_FILE || f->file[0] == '\0'))
        c = compare_numbers(f->kind, g->kind);
    return c;
}

static int
compare_for_qsort(const void *left, const void *right, void *order)
{
    return compare_frames(order, *(const uint32_t *)left, *(const uint32_t *)right);
}

static bool
has_class(const struct hn_profile *profile, enum hn_profile_by by, size_t frame)
{
    return by != HN_PROFILE_BY_TASK
           || profile->functions[profile->frames[frame].function].kind
                  == HN_PROFILE_TASK;
}

bool
hn_profile_classify(struct hn_arena *arena, const struct hn_profile *profile,
                    enum hn_profile_by by, struct hn_profile_classes *ret)
{
    struct order order = { profile, by };
    size_t room = profile->frame_count ? profile->frame_count : 1, sorted = 0;
    uint32_t *of = hn_arena_array(arena, room, sizeof(*of));
    uint32_t *example = hn_arena_array(arena, room, sizeof(*example));
    size_t count = 0;

    if (!of || !example)
        return false;
    for (size_t i = 0; i < profile->frame_count; i++) {
        of[i] = HN_PROFILE_NO_CLASS;
        if (has_class(profile, by, i))
            example[sorted++] = (uint32_t)i;
    }
    qsort_r(example, sorted, sizeof(*example), compare_for_qsort, &order);
    /* The list of frames shrinks in place to one of each class. */
    for (size_t i = 0; i < sorted; i++) {
        uint32_t frame = example[i];

        if (count == 0 || compare_frames(&order, example[count - 1], frame) != 0)
            example[count++] = frame;
        of[frame] = (uint32_t)(count - 1);
    }
    *ret = (struct hn_profile_classes){ of, example, count };
    return true;
}

uint32_t *
hn_profile_node_keys(struct hn_arena *arena, const struct hn_profile *profile,
                     const struct hn_profile_classes *classes)
{
    size_t room = profile->node_count ? profile->node_count : 1;
    uint32_t *keys = hn_arena_array(arena, room, sizeof(*keys));

    for (size_t i = 1; keys && i < profile->node_count; i++) {
        uint32_t class = classes->of[profile->nodes[i].frame];

        keys[i] =
            class == HN_PROFILE_NO_CLASS ? keys[profile->nodes[i].parent] : class + 1;
    }
    return keys;
}

static void
describe_class(const struct hn_profile *profile, enum hn_profile_by by,
               const struct hn_profile_classes *classes, size_t class,
               struct hn_profile_sum *ret)
{
    const struct hn_profile_frame *frame = &profile->frames[classes->example[class]];
    const struct hn_profile_function *function = &profile->functions[frame->function];

    ret->name = by == HN_PROFILE_BY_FILE ? "" : function->name;
    ret->file = by == HN_PROFILE_BY_TASK ? "" : function->file;
    ret->kind = function->kind;
    if (by == HN_PROFILE_BY_FUNCTION && function->first_line > 0)
        ret->line = function->first_line;
    if (by == HN_PROFILE_BY_LINE)
        ret->line = frame->line;
}

static bool
sum_stacks(struct hn_arena *arena, const struct hn_profile *profile,
           enum hn_profile_by by, struct hn_profile_sums *ret)
{
    struct hn_profile_tree tree;
    struct hn_profile_classes classes;
    uint32_t *keys;
    uint64_t *self, *total;

    if (!hn_profile_tree_build(arena, profile, &tree)
        || !hn_profile_classify(arena, profile, by, &classes))
        return false;
    keys = hn_profile_node_keys(arena, profile, &classes);
    self = hn_arena_array(arena, classes.count + 1, sizeof(*self));
    total = hn_arena_array(arena, classes.count + 1, sizeof(*total));
    ret->rows = hn_arena_array(arena, classes.count + 1, sizeof(*ret->rows));
    if (!keys || !self || !total || !ret->rows
        || !hn_profile_add_up(&tree, keys, classes.count + 1, self, total))
        return false;
    ret->count = 0;
    for (size_t key = 0; key <= classes.count; key++) {
        struct hn_profile_sum *row = &ret->rows[ret->count];

        *row = (struct hn_profile_sum){
            .name = "", .file = "", .line = -1, .self = self[key], .total = total[key]
        };
        if (key == 0)
            row->nothing = true;
        else
            describe_class(profile, by, &classes, key - 1, row);
        ret->count += row->total > 0;
    }
    return true;
}

static bool
sum_threads(struct hn_arena *arena, const struct hn_profile *profile,
            struct hn_profile_sums *ret)
{
    size_t count = profile->thread_count;

    ret->rows = hn_arena_array(arena, count ? count : 1, sizeof(*ret->rows));
    ret->count = 0;
    if (!ret->rows)
        return false;
    for (size_t i = 0; i < count; i++)
        ret->rows[i] = (struct hn_profile_sum){ .name = profile->threads[i].name,
                                                .file = "",
                                                .line = -1,
                                                .thread = (uint32_t)i };
    for (size_t i = 0; i < profile->count_count; i++)
        ret->rows[profile->counts[i].thread].total += profile->counts[i].samples;
    /* Threads that were never seen in a counted state have no row. */
    for (size_t i = 0; i < count; i++) {
        ret->rows[i].self = ret->rows[i].total;
        if (ret->rows[i].total > 0)
            ret->rows[ret->count++] = ret->rows[i];
    }
    return true;
}

static int
compare_weights(uint64_t a, uint64_t b) /* the larger first */
{
    return (a < b) - (a > b);
}

int
hn_profile_compare_sums(const struct hn_profile_sum *a, const struct hn_profile_sum *b)
{
    int c = strcmp(a->name, b->name);

    if (c == 0)
        c = strcmp(a->file, b->file);
    if (c == 0)
        c = compare_numbers(a->line, b->line);
    if (c == 0)
        c = compare_numbers(a->kind, b->kind);
    return c ? c : compare_numbers(a->thread, b->thread);
}

static int
compare_rows(const void *left, const void *right, void *context)
{
    const struct hn_profile_sum *a = left, *b = right;
    enum hn_profile_sort sort = *(const enum hn_profile_sort *)context;
    int c = 0;

    if (sort == HN_PROFILE_TOTAL)
        c = compare_weights(a->total, b->total);
    if (c == 0 && sort != HN_PROFILE_NAME)
        c = compare_weights(a->self, b->self);
    if (c == 0 && sort == HN_PROFILE_SELF)
        c = compare_weights(a->total, b->total);
    return c ? c : hn_profile_compare_sums(a, b);
}

bool
hn_profile_sum_up(struct hn_arena *arena, const struct hn_profile *profile,
                  enum hn_profile_by by, enum hn_profile_sort sort,
                  struct hn_profile_sums *ret)
{
    bool done = by == HN_PROFILE_BY_THREAD ? sum_threads(arena, profile, ret)
                                           : sum_stacks(arena, profile, by, ret);

    if (done)
        qsort_r(ret->rows, ret->count, sizeof(*ret->rows), compare_rows, &sort);
    return done;
}
