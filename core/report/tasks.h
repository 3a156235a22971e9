/* Event loops and tasks as text and JSON. */
#ifndef HN_REPORT_TASKS_H
#define HN_REPORT_TASKS_H

#include "model/process.h"
#include "model/tasks.h"
#include "report/json.h"
#include "report/look.h"

struct hn_tasks_view {
    bool flat;    /* no tree: by loop, in the order they were found */
    bool bare;    /* without stacks */
    bool reverse; /* outermost frame first */
    size_t limit; /* tasks, 0: all */
};

/* The numbers of the tasks that hn_tasks_put() will show, into @ret with room for all:
 * only what those do has to be known. False when memory is short. */
bool
hn_tasks_shown(const struct hn_tasks *tasks, const struct hn_tasks_view *view,
               uint32_t *ret, size_t *count_ret);

/* Everything py-tasks shows of one interpreter. @poll is asked between tasks whether to
 * go on. False when memory is short. */
bool
hn_tasks_put(struct hn_text *text, const struct hn_look *look,
             const struct hn_tasks *tasks, const struct hn_tasks_view *view,
             bool (*poll)(void *arg), void *arg);

/* "Task-3 worker()" */
void
hn_task_put_name(struct hn_text *text, const struct hn_look *look,
                 const struct hn_task *task);

/* "waits for Lock 0x7f...", "sleep(3), 2.1 s to go" */
void
hn_task_put_state(struct hn_text *text, const struct hn_look *look,
                  const struct hn_tasks *tasks, const struct hn_task *task);

/* "waiting"... in JSON. */
const char *
hn_task_state_name(enum hn_task_state state);

/* Those that no task is inside of. */
void
hn_suspended_put(struct hn_text *text, const struct hn_look *look,
                 const struct hn_suspended *items, size_t count, bool reverse);
void
hn_suspended_document(struct hn_json *json, const struct hn_suspended *items,
                      size_t count);

/* The numbers of the tasks that hn_tasks_document() will show, into @ret with room for
 * all; returns how many. */
size_t
hn_tasks_listed(const struct hn_tasks *tasks, size_t limit, uint32_t *ret);

/* An object for each loop, into an open list; @limit tasks of each, 0: all. */
void
hn_tasks_document(struct hn_json *json, const struct hn_tasks *tasks, size_t limit,
                  bool (*poll)(void *arg), void *arg);

#endif
