/* Where the tasks of an interpreter are: every version keeps them elsewhere. */
#ifndef HN_WAIT_FIND_H
#define HN_WAIT_FIND_H

#include "model/process.h"
#include "wait/kinds.h"

/* A growing list without doubles. */
struct hn_found_tasks {
    hn_addr *items;
    size_t count, capacity;
    struct hn_index index;
    const char *problem; /* the first thing that could not be read; else NULL */
    hn_addr problem_at;
};

/* Adds every task of @interp that is registered: by the thread that made it where
 * that is known. The caller ends @ret with hn_found_tasks_deinit(), also after a
 * failure; the only ones are HN_E_NOMEM and HN_E_INTERRUPTED. */
HN_MUST_CHECK enum hn_status
hn_found_tasks_load(struct hn_kinds *kinds, const struct hn_interpreter *interp,
                    struct hn_arena *arena, struct hn_found_tasks *ret);
void
hn_found_tasks_deinit(struct hn_found_tasks *tasks);

/* The event loop that @thread runs; HN_DONE when it runs none. */
HN_MUST_CHECK enum hn_status
hn_running_loop(struct hn_kinds *kinds, const struct hn_thread *thread, hn_addr *ret);

#endif
