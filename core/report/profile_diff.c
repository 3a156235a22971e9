/* Joins two runs and sums each of them up over what they have in common. */
#include "report/profile_diff.h"

#include <stdlib.h>
#include <string.h>

/* A function of either run, while twins are looked for. */
struct candidate {
    struct hn_profile_function *function;
    uint32_t index;
    int side;
    bool paired;
};

static int
compare_names(const struct candidate *a, const struct candidate *b)
{
    int c = strcmp(a->function->name, b->function->name);

    if (c == 0)
        c = strcmp(a->function->file, b->function->file);
    return c ? c : (int)a->function->kind - (int)b->function->kind;
}

static int
compare_candidates(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    int c = compare_names(a, b);

    if (c == 0)
        c = (a->function->first_line > b->function->first_line)
            - (a->function->first_line < b->function->first_line);
    return c ? c : a->side - b->side;
}

/* In a run of candidates of one name and file: those whose line is on both sides. */
static void
pair_equal_lines(struct candidate *run, size_t count)
{
    for (size_t i = 0; i < count;) {
        size_t end = i + 1;

        while (end < count
               && run[end].function->first_line == run[i].function->first_line)
            end++;
        /* sides are in order, so they differ if the first and the last do */
        for (size_t n = i; n < end; n++)
            run[n].paired = run[i].side != run[end - 1].side;
        i = end;
    }
}

/* If each side has one line left, it is the same function, moved. */
static void
pair_moved(struct candidate *run, size_t count)
{
    int32_t line[2] = { 0 };
    bool seen[2] = { false };

    for (size_t i = 0; i < count; i++) {
        int side = run[i].side;

        if (run[i].paired)
            continue;
        if (seen[side] && line[side] != run[i].function->first_line)
            return;
        seen[side] = true;
        line[side] = run[i].function->first_line;
    }
    if (!seen[HN_DIFF_BEFORE] || !seen[HN_DIFF_AFTER])
        return;
    for (size_t i = 0; i < count; i++)
        if (!run[i].paired)
            run[i].function->first_line = line[HN_DIFF_AFTER];
}

static bool
pair_functions(struct hn_profile *both, size_t before_count)
{
    size_t count = both->function_count;
    struct candidate *candidates = calloc(count + 1, sizeof(*candidates));

    if (!candidates)
        return false;
    for (size_t i = 0; i < count; i++)
        candidates[i] =
            (struct candidate){ &both->functions[i], (uint32_t)i,
                                i < before_count ? HN_DIFF_BEFORE : HN_DIFF_AFTER,
                                false };
    qsort(candidates, count, sizeof(*candidates), compare_candidates);
    for (size_t i = 0; i < count;) {
        size_t end = i + 1;

        while (end < count && compare_names(&candidates[i], &candidates[end]) == 0)
            end++;
        pair_equal_lines(candidates + i, end - i);
        pair_moved(candidates + i, end - i);
        i = end;
    }
    free(candidates);
    return true;
}

/* Copies one run behind what is there already. @thread stands for all of its threads.
 */
static void
append(struct hn_profile *both, const struct hn_profile *run, uint32_t thread)
{
    uint32_t functions = (uint32_t)both->function_count;
    uint32_t frames = (uint32_t)both->frame_count;
    uint32_t nodes = (uint32_t)both->node_count; /* where its node 1 goes */

    for (size_t i = 0; i < run->function_count; i++)
        both->functions[both->function_count++] = run->functions[i];
    for (size_t i = 0; i < run->frame_count; i++)
        both->frames[both->frame_count++] =
            (struct hn_profile_frame){ run->frames[i].function + functions,
                                       run->frames[i].line };
    for (size_t i = 1; i < run->node_count; i++) {
        uint32_t parent = run->nodes[i].parent;

        both->nodes[both->node_count++] =
            (struct hn_profile_node){ parent ? parent + nodes - 1 : 0,
                                      run->nodes[i].frame + frames };
    }
    for (size_t i = 0; i < run->count_count; i++) {
        const struct hn_profile_count *count = &run->counts[i];

        both->counts[both->count_count++] =
            (struct hn_profile_count){ thread,
                                       count->node ? count->node + nodes - 1 : 0,
                                       count->state, count->samples };
        both->stacks += count->samples;
    }
}

static bool
make_room(struct hn_arena *arena, struct hn_profile *both, const struct hn_profile *a,
          const struct hn_profile *b)
{
    both->processes = hn_arena_array(arena, 1, sizeof(*both->processes));
    both->threads = hn_arena_array(arena, 2, sizeof(*both->threads));
    both->functions = hn_arena_array(arena, a->function_count + b->function_count + 1,
                                     sizeof(*both->functions));
    both->frames = hn_arena_array(arena, a->frame_count + b->frame_count + 1,
                                  sizeof(*both->frames));
    both->nodes =
        hn_arena_array(arena, a->node_count + b->node_count + 1, sizeof(*both->nodes));
    both->counts = hn_arena_array(arena, a->count_count + b->count_count + 1,
                                  sizeof(*both->counts));
    return both->processes && both->threads && both->functions && both->frames
           && both->nodes && both->counts;
}

bool
hn_profile_diff_prepare(struct hn_arena *arena, const struct hn_profile *before,
                        const struct hn_profile *after, struct hn_profile_diff *ret)
{
    static const char *const no_arguments[] = { NULL };
    struct hn_profile *both = &ret->both;

    *ret = (struct hn_profile_diff){ .before = before, .after = after };
    if (!make_room(arena, both, before, after))
        return false;
    both->ended = "";
    both->interval_ns = after->interval_ns;
    both->processes[0] = (struct hn_profile_process){ 0, "", no_arguments, "" };
    both->process_count = 1;
    both->threads[HN_DIFF_BEFORE] = (struct hn_profile_thread){ .name = "before" };
    both->threads[HN_DIFF_AFTER] = (struct hn_profile_thread){ .name = "after" };
    both->thread_count = 2;
    both->node_count = 1;
    append(both, before, HN_DIFF_BEFORE);
    append(both, after, HN_DIFF_AFTER);
    both->taken = both->stacks;
    return pair_functions(both, before->function_count)
           && hn_profile_classify(arena, both, HN_PROFILE_BY_FUNCTION, &ret->classes);
}

/* Sums of one side into the rows' @side. */
static bool
sum_side(struct hn_arena *arena, const struct hn_profile_diff *diff,
         const struct hn_profile_tree *tree, const uint32_t *keys, uint32_t side,
         struct hn_profile_diff_row *rows)
{
    const struct hn_profile *both = &diff->both;
    size_t count = diff->classes.count + 1;
    struct hn_profile_tree half = *tree;
    uint64_t *self = hn_arena_array(arena, count, sizeof(*self));
    uint64_t *total = hn_arena_array(arena, count, sizeof(*total));

    half.self = hn_arena_array(arena, both->node_count, sizeof(*half.self));
    if (!self || !total || !half.self)
        return false;
    for (size_t i = 0; i < both->count_count; i++)
        if (both->counts[i].thread == side)
            half.self[both->counts[i].node] += both->counts[i].samples;
    if (!hn_profile_add_up(&half, keys, count, self, total))
        return false;
    for (size_t i = 0; i < count; i++) {
        rows[i].self[side] = self[i];
        rows[i].total[side] = total[i];
    }
    return true;
}

static void
describe(const struct hn_profile_diff *diff, struct hn_profile_diff_row *rows)
{
    const struct hn_profile *both = &diff->both;

    rows[0].name = rows[0].file = "";
    rows[0].line = -1;
    rows[0].nothing = true;
    for (size_t i = 0; i < diff->classes.count; i++) {
        const struct hn_profile_function *function =
            &both->functions[both->frames[diff->classes.example[i]].function];

        rows[i + 1].name = function->name;
        rows[i + 1].file = function->file;
        rows[i + 1].line = function->first_line > 0 ? function->first_line : -1;
        rows[i + 1].kind = function->kind;
    }
}

struct order {
    const struct hn_profile_diff *diff;
    enum hn_profile_sort sort;
};

static double
share(uint64_t samples, const struct hn_profile *run)
{
    return run->stacks ? (double)samples / (double)run->stacks : 0;
}

static double
change(const struct order *order, const uint64_t samples[2])
{
    double by = share(samples[HN_DIFF_AFTER], order->diff->after)
                - share(samples[HN_DIFF_BEFORE], order->diff->before);

    return by < 0 ? -by : by;
}

static int
compare_changes(double a, double b) /* the larger first */
{
    return (a < b) - (a > b);
}

static int
compare_rows(const void *left, const void *right, void *context)
{
    const struct hn_profile_diff_row *a = left, *b = right;
    const struct order *order = context;
    int c = 0;

    if (order->sort == HN_PROFILE_TOTAL)
        c = compare_changes(change(order, a->total), change(order, b->total));
    if (c == 0 && order->sort != HN_PROFILE_NAME)
        c = compare_changes(change(order, a->self), change(order, b->self));
    if (c == 0 && order->sort == HN_PROFILE_SELF)
        c = compare_changes(change(order, a->total), change(order, b->total));
    if (c == 0)
        c = strcmp(a->name, b->name);
    if (c == 0)
        c = strcmp(a->file, b->file);
    if (c == 0)
        c = (a->line > b->line) - (a->line < b->line);
    return c ? c : (int)a->kind - (int)b->kind;
}

bool
hn_profile_diff_sum_up(struct hn_arena *arena, const struct hn_profile_diff *diff,
                       enum hn_profile_sort sort, struct hn_profile_diff_rows *ret)
{
    struct order order = { diff, sort };
    size_t count = diff->classes.count + 1, kept = 0;
    struct hn_profile_diff_row *rows = hn_arena_array(arena, count, sizeof(*rows));
    struct hn_profile_tree tree;
    uint32_t *keys = hn_profile_node_keys(arena, &diff->both, &diff->classes);

    if (!rows || !keys || !hn_profile_tree_build(arena, &diff->both, &tree)
        || !sum_side(arena, diff, &tree, keys, HN_DIFF_BEFORE, rows)
        || !sum_side(arena, diff, &tree, keys, HN_DIFF_AFTER, rows))
        return false;
    describe(diff, rows);
    for (size_t i = 0; i < count; i++)
        if (rows[i].total[HN_DIFF_BEFORE] + rows[i].total[HN_DIFF_AFTER] > 0)
            rows[kept++] = rows[i];
    qsort_r(rows, kept, sizeof(*rows), compare_rows, &order);
    *ret = (struct hn_profile_diff_rows){ rows, kept };
    return true;
}
