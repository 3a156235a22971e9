/* Finding a stack's task, and making marked stacks. */
#include "sample/tasks.h"

#include <stdlib.h>
#include <string.h>

#include "sample/state.h"
#include "sample/tasks_current.h"
#include "sample/tasks_read.h"

enum {
    /* Threads that run tasks at once, of one interpreter. */
    MOST_CURRENT = 64,
};

bool
hn_task_marks_init(struct hn_task_marks *m)
{
    hn_arena_init(&m->arena);
    hn_index_init(&m->index);
    m->names = calloc((size_t)2 * HN_TASK_NAMES_MOST, sizeof(*m->names));
    m->kinds = calloc(HN_SAMPLED_PROCESSES_MOST, sizeof(*m->kinds));
    m->met = calloc(HN_SAMPLED_PROCESSES_MOST, sizeof(*m->met));
    m->known = calloc(HN_TASKS_KEPT, sizeof(*m->known));
    return m->names && m->kinds && m->met && m->known && hn_tree_init(&m->chains)
           && hn_tree_init(&m->marked);
}

void
hn_task_marks_deinit(struct hn_task_marks *m)
{
    for (size_t i = 0; m->met && i < HN_SAMPLED_PROCESSES_MOST; i++)
        if (m->met[i])
            hn_kinds_deinit(&m->kinds[i]);
    for (size_t i = 0; m->known && i < HN_TASKS_KEPT; i++)
        free(m->known[i].proofs);
    free(m->names);
    free(m->kinds);
    free(m->met);
    free(m->known);
    hn_tree_deinit(&m->chains);
    hn_tree_deinit(&m->marked);
    hn_index_deinit(&m->index);
    hn_arena_deinit(&m->arena);
}

static struct hn_kinds *
kinds_of(struct hn_task_marks *m, struct hn_watch *w)
{
    if (!m->met[w->index] && hn_kinds_init(&m->kinds[w->index], w->rt) == HN_OK)
        m->met[w->index] = true;
    return m->met[w->index] ? &m->kinds[w->index] : NULL;
}

/* --- tasks that run */

/* From 3.14 on the thread says so itself, but not of tasks of Python code. */
static size_t
find_current(struct hn_kinds *kinds, struct hn_watch *w, struct hn_interp_watch *interp,
             const struct hn_thread_watch *t, hn_addr *ret)
{
    size_t count = 0;

    for (size_t i = 0; i < 2; i++)
        if (t->tasks[i] != 0)
            ret[count++] = t->tasks[i];
    return count > 0
               ? count
               : hn_tasks_running(kinds, w, interp, t->attempts > 0, ret, MOST_CURRENT);
}

/* --- in the stack */

static bool
has_coroutine(const struct hn_chain *chain)
{
    for (size_t i = 0; i < chain->count; i++)
        if (chain->links[i].generator != 0)
            return true;
    return false;
}

static struct hn_known_task *
slot_of(struct hn_task_marks *m, const struct hn_watch *w, hn_addr coroutine)
{
    uint64_t hash = (coroutine / 16 + w->index) * UINT64_C(0x9e3779b97f4a7c15);

    return &m->known[hash >> 32 & (HN_TASKS_KEPT - 1)];
}

static struct hn_known_task *
find_known(struct hn_task_marks *m, const struct hn_watch *w, hn_addr coroutine)
{
    struct hn_known_task *known = slot_of(m, w, coroutine);

    return known->coroutine == coroutine && known->process == w->index ? known : NULL;
}

static bool
is_among(hn_addr task, const hn_addr *tasks, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (tasks[i] == task)
            return true;
    return false;
}

/* The innermost coroutine whose task is known; with @current only those that run. */
static const struct hn_known_task *
search_known(struct hn_task_marks *m, struct hn_watch *w, const struct hn_chain *chain,
             const hn_addr *current, size_t count)
{
    for (size_t i = 0; i < chain->count; i++) {
        struct hn_known_task *known;

        if (chain->links[i].generator == 0)
            continue;
        known = find_known(m, w, chain->links[i].generator);
        if (known && (!current || is_among(known->task, current, count))
            && hn_known_task_holds(known, w->target))
            return known;
    }
    return NULL;
}

static const struct hn_link *
find_link(const struct hn_chain *chain, hn_addr coroutine)
{
    for (size_t i = 0; coroutine != 0 && i < chain->count; i++)
        if (chain->links[i].generator == coroutine)
            return &chain->links[i];
    return NULL;
}

static const struct hn_known_task *
read_one(struct hn_task_marks *m, struct hn_kinds *kinds, struct hn_watch *w,
         const struct hn_chain *chain, const hn_addr *current, size_t count)
{
    hn_target_forget(w->target);
    for (size_t i = 0; i < count; i++) {
        const struct hn_link *link =
            find_link(chain, hn_task_coroutine(kinds, current[i]));
        struct hn_known_task *known;

        if (!link)
            continue;
        known = slot_of(m, w, link->generator);
        if (hn_known_task_read(m, kinds, w, current[i], link, known))
            return known;
    }
    return NULL;
}

static const struct hn_known_task *
find_task(struct hn_task_marks *m, struct hn_watch *w, struct hn_interp_watch *interp,
          const struct hn_thread_watch *t)
{
    struct hn_kinds *kinds = kinds_of(m, w);
    const struct hn_known_task *found;
    hn_addr current[MOST_CURRENT];
    size_t count;

    if (!kinds)
        return NULL;
    count = find_current(kinds, w, interp, t, current);
    found = search_known(m, w, &t->last, current, count);
    if (!found)
        found = read_one(m, kinds, w, &t->last, current, count);
    /* It was changed for another one between the two readings. */
    return found ? found : search_known(m, w, &t->last, NULL, 0);
}

/* --- marking */

/* Functions of the stack outside the coroutine's own. */
static int32_t
functions_outside(const struct hn_watch *w, const struct hn_chain *chain,
                  hn_addr coroutine)
{
    int32_t count = 0;

    for (size_t i = chain->count; i-- > 0;) {
        if (chain->links[i].generator == coroutine)
            return count;
        count += !w->codes->entries[chain->links[i].entry].now.internal;
    }
    return count;
}

uint32_t
hn_task_marks_node(struct hn_task_marks *m, struct hn_watch *w,
                   struct hn_interp_watch *interp, struct hn_thread_watch *t,
                   uint32_t node)
{
    const struct hn_known_task *task;
    uint32_t marked;

    if (node == HN_TREE_NONE || !has_coroutine(&t->last))
        return node;
    /* Who did not run since the last look still runs the same task. */
    if (t->rests && hn_is_marked(t->marked)
        && hn_marked_stack(m->marked.nodes, t->marked)->parent == node)
        return t->marked;
    t->marked = 0;
    task = find_task(m, w, interp, t);
    if (!task)
        return node;
    marked = hn_tree_step(&m->marked, node, task->chain,
                          functions_outside(w, &t->last, task->coroutine));
    if (marked == HN_TREE_NONE)
        return node;
    t->marked = HN_TREE_MARKED + marked;
    return t->marked;
}
