/* The tree: a task stands below those that await it, so what has to happen first is
 * further in. One that several await stands under each of them, with its stack at the
 * first. */
#include "report/tasks.h"

#include <stdlib.h>

#include "report/indent.h"
#include "report/stack.h"

enum { STEP = 2, STACK_STEP = 4, MAX_INDENT = 40 };

/* --- the way through them */

struct step {
    uint32_t task;
    size_t next; /* of its awaits */
};

struct walk {
    const struct hn_tasks *tasks;
    const struct hn_tasks_view *view;
    struct step *path; /* each task is in it once at most */
    bool *shown;
    size_t depth, count;
    uint32_t loop, root; /* where it goes on once the path has ended */
    bool circles;
};

struct stop {
    uint32_t task;
    const char *how; /* its awaiter awaits it; NULL: it is at the top */
    size_t depth;
    bool again;
};

static bool
walk_init(struct walk *w, const struct hn_tasks *tasks,
          const struct hn_tasks_view *view)
{
    *w = (struct walk){ .tasks = tasks, .view = view };
    w->path = calloc(tasks->count + 1, sizeof *w->path);
    w->shown = calloc(tasks->count + 1, sizeof *w->shown);
    return w->path && w->shown;
}

static void
walk_deinit(struct walk *w)
{
    free(w->path);
    free(w->shown);
}

static void
walk_enter(struct walk *w, uint32_t loop)
{
    w->loop = loop;
    w->root = 0;
    w->circles = false;
    w->depth = 0;
}

static void
stop_at(struct walk *w, uint32_t task, const char *how, struct stop *ret)
{
    *ret = (struct stop){ task, how, w->depth, w->shown[task] };
    if (ret->again)
        return;
    w->shown[task] = true;
    w->count++;
    if (!w->view->flat)
        w->path[w->depth++] = (struct step){ task, 0 };
}

static bool
find_root(struct walk *w)
{
    for (; w->root < w->tasks->count; w->root++) {
        const struct hn_task *task = &w->tasks->items[w->root];

        if (task->loop_number == w->loop && !w->shown[w->root]
            && (w->view->flat || w->circles || task->awaited_by_count == 0))
            return true;
    }
    return false;
}

/* The next one of the loop that was entered, until the limit is met. */
static bool
walk_next(struct walk *w, struct stop *ret)
{
    if (w->view->limit > 0 && w->count >= w->view->limit)
        return false;
    for (; w->depth > 0; w->depth--) {
        struct step *step = &w->path[w->depth - 1];
        const struct hn_task *task = &w->tasks->items[step->task];

        if (step->next < task->awaits_count) {
            const struct hn_task_edge *edge = &task->awaits[step->next++];

            stop_at(w, edge->task, edge->how, ret);
            return true;
        }
    }
    /* First those that nobody awaits; what is left then is in a circle. */
    if (!find_root(w) && !w->circles) {
        w->circles = true;
        w->root = 0;
    }
    if (!find_root(w))
        return false;
    stop_at(w, w->root, NULL, ret);
    return true;
}

bool
hn_tasks_shown(const struct hn_tasks *tasks, const struct hn_tasks_view *view,
               uint32_t *ret, size_t *count_ret)
{
    struct walk walk;
    struct stop stop;
    size_t count = 0;
    bool done = walk_init(&walk, tasks, view);

    for (uint32_t i = 0; done && i < tasks->loop_count; i++) {
        walk_enter(&walk, i);
        while (walk_next(&walk, &stop))
            if (!stop.again)
                ret[count++] = stop.task;
    }
    walk_deinit(&walk);
    *count_ret = count;
    return done;
}

/* --- what is shown of each */

struct writer {
    struct hn_text *text;
    const struct hn_look *look;
    const struct hn_tasks *tasks;
    const struct hn_tasks_view *view;
    bool (*poll)(void *arg);
    void *arg;
};

void
hn_task_put_name(struct hn_text *text, const struct hn_look *look,
                 const struct hn_task *task)
{
    hn_look_put(text, look, HN_HEADING, task->name[0] ? task->name : "<no name>");
    if (!task->coroutine_name[0])
        return;
    hn_text_puts(text, " ");
    hn_look_put(text, look, HN_FUNCTION, task->coroutine_name);
    hn_text_puts(text, "()");
}

static void
put_time(struct hn_text *text, const struct hn_tasks *tasks,
         const struct hn_awaited *awaited)
{
    double left = awaited->when - tasks->clock;

    if (!tasks->clock_known)
        hn_text_printf(text, " until %.3f on its loop's clock", awaited->when);
    else if (left >= 0)
        hn_text_printf(text, ", %.1f s to go", left);
    else
        hn_text_printf(text, ", due %.1f s ago", -left);
}

void
hn_task_put_state(struct hn_text *text, const struct hn_look *look,
                  const struct hn_tasks *tasks, const struct hn_task *task)
{
    switch (task->state) {
    case HN_TASK_UNKNOWN: hn_text_puts(text, "in an unknown state"); break;
    case HN_TASK_CREATED: hn_text_puts(text, "not started"); break;
    case HN_TASK_READY: hn_text_puts(text, "ready to go on"); break;
    case HN_TASK_RUNNING: hn_text_puts(text, "running"); break;
    case HN_TASK_ENDED: hn_text_puts(text, "ended"); break;
    case HN_TASK_WAITING:
        hn_text_puts(text, "waits for ");
        hn_look_put(text, look, HN_PLAIN,
                    task->awaited.text[0] ? task->awaited.text : "something unknown");
        if (task->awaited.timed)
            put_time(text, tasks, &task->awaited);
    }
    if (task->unreferenced)
        hn_text_puts(text, "; nobody but its loop refers to it");
}

static void
put_stack(struct writer *w, const struct hn_task *task, unsigned indent)
{
    if (!w->view->bare)
        hn_stack_put_indented(w->text, w->look, &task->stack, w->view->reverse, indent);
    if (!task->problem)
        return;
    hn_text_pad(w->text, ' ', indent);
    hn_problem_put(w->text, w->look, task->problem, task->problem_at);
    hn_text_putc(w->text, '\n');
}

static void
put_task(struct writer *w, const struct stop *stop)
{
    const struct hn_task *task = &w->tasks->items[stop->task];
    unsigned indent = (unsigned)stop->depth * STEP;

    if (indent > MAX_INDENT)
        indent = MAX_INDENT;
    hn_text_pad(w->text, ' ', indent);
    if (stop->how)
        hn_text_printf(w->text, "%s: ", stop->how);
    hn_task_put_name(w->text, w->look, task);
    hn_text_puts(w->text, stop->again ? " (shown above)" : ": ");
    if (!stop->again)
        hn_task_put_state(w->text, w->look, w->tasks, task);
    hn_text_putc(w->text, '\n');
    if (!stop->again)
        put_stack(w, task, indent + STACK_STEP);
}

static void
put_loop(struct writer *w, const struct hn_loop *loop)
{
    struct hn_text *text = w->text;

    hn_text_puts(text, "Event loop ");
    hn_look_put(text, w->look, HN_HEADING, loop->type[0] ? loop->type : "<unknown>");
    hn_text_printf(text, " 0x%llx", (unsigned long long)loop->addr);
    if (loop->thread) {
        hn_text_printf(text, " in thread %u (LWP ", loop->thread->number);
        hn_native_id_put(text, loop->thread);
        hn_text_puts(text, ") \"");
        hn_look_put(text, w->look, HN_PLAIN, loop->thread->name);
        hn_text_puts(text, "\"");
    } else {
        hn_text_puts(text, loop->closed ? ", closed" : ", not running");
    }
    hn_text_printf(text, ": %zu task%s", loop->tasks, loop->tasks == 1 ? "" : "s");
    if (loop->known)
        hn_text_printf(text, ", %llu ready callback%s, %llu timer%s",
                       (unsigned long long)loop->ready, loop->ready == 1 ? "" : "s",
                       (unsigned long long)loop->timers, loop->timers == 1 ? "" : "s");
    hn_text_putc(text, '\n');
}

static void
put_cycles(struct writer *w)
{
    for (size_t i = 0; i < w->tasks->cycle_count && w->poll(w->arg); i++) {
        const struct hn_task_cycle *cycle = &w->tasks->cycles[i];

        hn_look_start(w->text, w->look, HN_PROBLEM);
        hn_text_puts(w->text, "These tasks wait for each other:");
        hn_look_end(w->text, w->look, HN_PROBLEM);
        for (size_t t = 0; t < cycle->count; t++) {
            hn_text_puts(w->text, t > 0 ? ", " : " ");
            hn_task_put_name(w->text, w->look, &w->tasks->items[cycle->tasks[t]]);
        }
        hn_text_putc(w->text, '\n');
    }
}

static void
put_all(struct writer *w, struct walk *walk)
{
    const struct hn_tasks *tasks = w->tasks;
    struct stop stop;

    put_cycles(w);
    for (uint32_t i = 0; i < tasks->loop_count && w->poll(w->arg); i++) {
        if (i > 0 || tasks->cycle_count > 0)
            hn_text_putc(w->text, '\n');
        put_loop(w, &tasks->loops[i]);
        walk_enter(walk, i);
        while (w->poll(w->arg) && walk_next(walk, &stop))
            put_task(w, &stop);
    }
    if (w->view->limit > 0 && walk->count == w->view->limit
        && walk->count < tasks->count)
        hn_text_printf(w->text, "... %zu more tasks (--limit 0)\n",
                       tasks->count - walk->count);
    if (tasks->problem) {
        hn_problem_put(w->text, w->look, tasks->problem, tasks->problem_at);
        hn_text_putc(w->text, '\n');
    }
}

bool
hn_tasks_put(struct hn_text *text, const struct hn_look *look,
             const struct hn_tasks *tasks, const struct hn_tasks_view *view,
             bool (*poll)(void *arg), void *arg)
{
    struct writer w = { text, look, tasks, view, poll, arg };
    struct walk walk;
    bool done = walk_init(&walk, tasks, view);

    if (done)
        put_all(&w, &walk);
    walk_deinit(&walk);
    return done;
}

void
hn_suspended_put(struct hn_text *text, const struct hn_look *look,
                 const struct hn_suspended *items, size_t count, bool reverse)
{
    for (size_t i = 0; i < count; i++) {
        hn_text_printf(text, "\nSuspended %s 0x%llx\n", items[i].kind,
                       (unsigned long long)items[i].addr);
        hn_stack_put_indented(text, look, &items[i].stack, reverse, STEP);
    }
}
