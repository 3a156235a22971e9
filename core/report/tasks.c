/* The tree: a task stands below those that await it, so what has to happen first is
 * further in. One that several await stands under each of them, with its stack at the
 * first. */
#include "report/tasks.h"

#include <stdlib.h>

#include "report/indent.h"
#include "report/stack.h"

enum { STEP = 2, STACK_STEP = 4, MAX_INDENT = 40 };

struct step {
    uint32_t task;
    size_t next; /* of its awaits */
};

struct writer {
    struct hn_text *text;
    const struct hn_look *look;
    const struct hn_tasks *tasks;
    const struct hn_tasks_view *view;
    bool (*poll)(void *arg);
    void *arg;
    struct step *steps; /* a path: each task is in it once at most */
    bool *shown;
    size_t depth, count;
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

/* @how: the way its awaiter awaits it; NULL for those at the top. */
static bool
put_task(struct writer *w, uint32_t number, const char *how)
{
    const struct hn_task *task = &w->tasks->items[number];
    unsigned indent = (unsigned)w->depth * STEP;
    bool again = w->shown[number];

    if (indent > MAX_INDENT)
        indent = MAX_INDENT;
    hn_text_pad(w->text, ' ', indent);
    if (how)
        hn_text_printf(w->text, "%s: ", how);
    hn_task_put_name(w->text, w->look, task);
    hn_text_puts(w->text, again ? " (shown above)" : ": ");
    if (!again) {
        hn_task_put_state(w->text, w->look, w->tasks, task);
        w->count++;
    }
    hn_text_putc(w->text, '\n');
    if (!again)
        put_stack(w, task, indent + STACK_STEP);
    w->shown[number] = true;
    return !again;
}

static bool
goes_on(struct writer *w)
{
    return (w->view->limit == 0 || w->count < w->view->limit) && w->poll(w->arg);
}

static void
put_tree(struct writer *w, uint32_t root)
{
    w->depth = 0;
    if (w->shown[root] || !put_task(w, root, NULL))
        return;
    w->steps[w->depth++] = (struct step){ root, 0 };
    while (w->depth > 0) {
        struct step *step = &w->steps[w->depth - 1];
        const struct hn_task *task = &w->tasks->items[step->task];

        if (step->next == task->awaits_count || !goes_on(w)) {
            w->depth--;
            continue;
        }
        const struct hn_task_edge *edge = &task->awaits[step->next++];

        if (put_task(w, edge->task, edge->how))
            w->steps[w->depth++] = (struct step){ edge->task, 0 };
    }
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
put_tasks_of(struct writer *w, uint32_t loop)
{
    size_t count = w->tasks->count;

    /* First those that nobody awaits; what is left then is in a circle. */
    for (unsigned pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < count && goes_on(w); i++) {
            const struct hn_task *task = &w->tasks->items[i];

            if (task->loop_number != loop || w->shown[i])
                continue;
            w->depth = 0;
            if (w->view->flat)
                put_task(w, (uint32_t)i, NULL);
            else if (pass > 0 || task->awaited_by_count == 0)
                put_tree(w, (uint32_t)i);
        }
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

bool
hn_tasks_put(struct hn_text *text, const struct hn_look *look,
             const struct hn_tasks *tasks, const struct hn_tasks_view *view,
             bool (*poll)(void *arg), void *arg)
{
    struct writer w = { text, look, tasks, view, poll, arg, NULL, NULL, 0, 0 };

    w.steps = calloc(tasks->count + 1, sizeof *w.steps);
    w.shown = calloc(tasks->count + 1, sizeof *w.shown);
    if (w.steps && w.shown) {
        put_cycles(&w);
        for (size_t i = 0; i < tasks->loop_count && poll(arg); i++) {
            if (i > 0 || tasks->cycle_count > 0)
                hn_text_putc(text, '\n');
            put_loop(&w, &tasks->loops[i]);
            put_tasks_of(&w, (uint32_t)i);
        }
        if (view->limit > 0 && w.count == view->limit && w.count < tasks->count)
            hn_text_printf(text, "... %zu more tasks (--limit 0)\n",
                           tasks->count - w.count);
        if (tasks->problem) {
            hn_problem_put(text, look, tasks->problem, tasks->problem_at);
            hn_text_putc(text, '\n');
        }
    }
    bool done = w.steps && w.shown;

    free(w.steps);
    free(w.shown);
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
