/* With --async: whose task a stack runs, and who awaits it.
 *
 * A thread runs one task at a time. asyncio says which; that its coroutine is in the
 * stack proves it, whatever happened between the two readings. Names and awaiters are
 * read once for each task. What they were read from is kept, and held against the
 * memory at every sample: a task, a coroutine or a name that took the place of another
 * one is found out.
 *
 * A marked stack is a node of the tree with steps put in before one of its functions.
 * It has a number of its own, HN_TREE_MARKED and above, so that who counts stacks need
 * not know; and whether the stack was torn is judged without the steps. */
#ifndef HN_SAMPLE_TASKS_H
#define HN_SAMPLE_TASKS_H

#include "base/index.h"
#include "sample/watch.h"
#include "wait/kinds.h"

#define HN_TREE_MARKED (UINT32_C(1) << 31)

/* A code of this and above, and below HN_TREE_NATIVE, is a task's name. */
#define HN_TREE_TASK (UINT32_C(1) << 30)

enum {
    /* Programs that give each task a name of its own may make them without end; those
     * that come later go by their function. */
    HN_TASK_NAMES_MOST = 1 << 13,
    /* Tasks of which it is known what they were read from; a power of two. */
    HN_TASKS_KEPT = 1 << 12,
};

struct hn_known_task;

struct hn_task_marks {
    struct hn_arena arena; /* names */
    const char **names;
    uint32_t name_count;
    bool names_full;
    struct hn_index index;  /* names by their hash */
    struct hn_tree chains;  /* tasks and their functions, the last awaiter first */
    struct hn_tree marked;  /* (stack, functions outside the steps, chain) */
    struct hn_kinds *kinds; /* by process; those that were met */
    bool *met;
    struct hn_known_task *known; /* by coroutine; of two with one slot the later one */
};

/* False when the machine has no memory left. */
bool
hn_task_marks_init(struct hn_task_marks *marks);

/* Fine if it was never begun. */
void
hn_task_marks_deinit(struct hn_task_marks *marks);

/* The stack @node of @thread, which was just looked at, with its task in it; @node
 * itself if it runs none. */
uint32_t
hn_task_marks_node(struct hn_task_marks *marks, struct hn_watch *watch,
                   struct hn_interp_watch *interp, struct hn_thread_watch *thread,
                   uint32_t node);

/* Of a marked stack, taken apart. */
static inline const struct hn_tree_node *
hn_marked_stack(const struct hn_tree_node *marked, uint32_t node)
{
    return &marked[node - HN_TREE_MARKED];
}

static inline bool
hn_is_marked(uint32_t node)
{
    return node >= HN_TREE_MARKED && node != HN_TREE_NONE;
}

#endif
