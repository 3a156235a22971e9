/* Rules for when nobody stands in another's way: what is outside, what nobody will
 * bring about, and what is fine. */
#include <string.h>

#include "wait/judge.h"

static bool
is_alive(const struct hn_thread *thread)
{
    return !(thread->state & HN_THREAD_ENDED);
}

/* What only another thread or task of this process can end. */
static bool
is_inside(const struct hn_wait *wait)
{
    if (wait->shared)
        return false;
    switch (wait->kind) {
    case HN_WAIT_LOCK:
    case HN_WAIT_RLOCK:
    case HN_WAIT_CONDITION:
    case HN_WAIT_EVENT:
    case HN_WAIT_SEMAPHORE:
    case HN_WAIT_BARRIER:
    case HN_WAIT_QUEUE_GET:
    case HN_WAIT_QUEUE_PUT:
    case HN_WAIT_QUEUE_JOIN:
    case HN_WAIT_JOIN:
    case HN_WAIT_FUTURE:
    case HN_WAIT_IMPORT:
    case HN_WAIT_WORKER: return true;
    default: return false;
    }
}

struct crowd {
    size_t alive, outside, idle, inside, running;
    const struct hn_wait *first_outside;
};

static struct crowd
count_crowd(const struct hn_judge *j)
{
    struct crowd c = { .alive = 0 };

    for (size_t i = 0; i < j->waits->thread_count; i++) {
        const struct hn_wait *wait = j->wait_of[i];

        if (!is_alive(&j->interp->threads[i]))
            continue;
        c.alive++;
        if (wait && hn_judge_is_outside(wait)) {
            c.outside++;
            if (!c.first_outside)
                c.first_outside = wait;
        } else if (wait && (wait->timed || hn_judge_is_idle(wait)))
            c.idle++;
        else if (wait && is_inside(wait))
            c.inside++;
        else
            c.running++; /* nothing, the GIL, C code: it may get on */
    }
    return c;
}

/* The main thread stands in something outside, or waits for those who do; threads that
 * serve a connection each may stand in reads for ever. */
void
hn_rule_outside(struct hn_judge *j)
{
    struct crowd c = count_crowd(j);
    const struct hn_wait *main = j->waits->thread_count > 0 ? j->wait_of[0] : NULL;
    const struct hn_wait *what = c.first_outside;
    struct hn_verdict *verdict;

    if (!main || j->count > 0 || !what)
        return;
    if (hn_judge_is_outside(main))
        what = main;
    else if (!is_inside(main) || c.idle > 0 || c.running > 0)
        return;
    verdict = hn_judge_add(
        j, "outside", HN_LIKELY,
        c.outside > 1
            ? hn_judge_text(j,
                            "%zu threads wait for something outside this process, "
                            "the first for %s%s",
                            c.outside, what->text, hn_judge_place(j, what->frame))
            : hn_judge_text(j, "%s waits for something outside this process: %s%s",
                            hn_judge_name(j, what->actor), what->text,
                            hn_judge_place(j, what->frame)));
    for (size_t i = 0; i < j->waits->thread_count; i++)
        if (is_alive(&j->interp->threads[i]))
            hn_judge_tell_wait(j, verdict, (uint32_t)i);
    if (verdict && what->pid > 0)
        verdict->next = hn_judge_text(j, "look at process %lld", (long long)what->pid);
    else if (verdict)
        verdict->next = "py-locks";
}

/* --- nobody left */

/* A loop whose tasks all wait for each other's doing: no timer, no descriptor but the
 * one that wakes it, and no thread that would. */
static bool
is_dead_loop(const struct hn_judge *j, const struct hn_loop *loop, uint32_t number)
{
    if (!loop->known || loop->tasks == 0 || loop->ready > 0 || loop->timers > 0
        || loop->descriptors != 1)
        return false;
    for (size_t i = 0; i < j->tasks->count; i++) {
        const struct hn_task *task = &j->tasks->items[i];

        if (task->loop_number != number)
            continue;
        if (task->state != HN_TASK_WAITING
            || strcmp(task->awaited.kind, "executor") == 0
            || strcmp(task->awaited.kind, "process") == 0)
            return false;
    }
    return true;
}

static bool
other_threads_rest(const struct hn_judge *j, const struct hn_loop *loop)
{
    for (size_t i = 0; i < j->waits->thread_count; i++) {
        const struct hn_wait *wait = j->wait_of[i];

        if (&j->interp->threads[i] == loop->thread || !is_alive(&j->interp->threads[i]))
            continue;
        if (!wait || (!is_inside(wait) && wait->kind != HN_WAIT_LOOP))
            return false;
    }
    return true;
}

static void
tell_dead_loop(struct hn_judge *j, const struct hn_loop *loop, uint32_t number)
{
    struct hn_verdict *verdict = hn_judge_add(
        j, "nobody-left", HN_LIKELY,
        hn_judge_text(j,
                      "the %zu task%s of the event loop in %s wait for what nobody is "
                      "left to do: no timer, no socket, no thread will wake them",
                      loop->tasks, loop->tasks == 1 ? "" : "s",
                      hn_judge_name(j, (uint32_t)(loop->thread - j->interp->threads))));

    j->explained[loop->thread - j->interp->threads] = true;
    for (size_t i = 0; i < j->tasks->count; i++) {
        const struct hn_task *task = &j->tasks->items[i];

        if (task->loop_number == number && task->awaits_count == 0)
            hn_judge_evidence(j, verdict,
                              hn_judge_text(j, "task %s %s() waits for %s", task->name,
                                            task->coroutine_name, task->awaited.text));
    }
    if (verdict)
        verdict->next = "py-tasks";
}

void
hn_rule_nobody_left(struct hn_judge *j)
{
    struct crowd c = count_crowd(j);
    struct hn_verdict *verdict;

    for (size_t i = 0; j->count == 0 && i < j->tasks->loop_count; i++) {
        const struct hn_loop *loop = &j->tasks->loops[i];

        if (loop->thread && is_dead_loop(j, loop, (uint32_t)i)
            && other_threads_rest(j, loop))
            tell_dead_loop(j, loop, (uint32_t)i);
    }
    if (j->count > 0 || c.alive == 0 || c.inside < c.alive)
        return;
    verdict = hn_judge_add(
        j, "nobody-left", HN_LIKELY,
        c.alive == 1
            ? "the only thread waits for what another thread would have to do"
            : hn_judge_text(j,
                            "all %zu threads wait for each other's doing, and nobody "
                            "is left to wake them",
                            c.alive));
    for (size_t i = 0; i < j->waits->thread_count; i++)
        if (is_alive(&j->interp->threads[i]))
            hn_judge_tell_wait(j, verdict, (uint32_t)i);
    if (verdict)
        verdict->next = "py-locks";
}

/* --- fine, or unknown */

static void
tell_idle(struct hn_judge *j)
{
    const struct hn_wait *main = j->wait_of[0];
    struct hn_verdict *verdict = hn_judge_add(
        j, "idle", HN_LIKELY,
        hn_judge_text(j, "nothing is wrong to be seen: %s waits for %s%s",
                      hn_judge_name(j, 0), main->text, hn_judge_place(j, main->frame)));

    if (!verdict)
        return;
    verdict->alarm = false;
    for (size_t i = 0; i < j->waits->thread_count; i++)
        if (j->wait_of[i])
            hn_judge_tell_wait(j, verdict, (uint32_t)i);
}

/* The first thread that waits in C code for something that C code has to do. */
static const struct hn_wait *
find_native_wait(const struct hn_judge *j)
{
    for (size_t i = 0; i < j->waits->thread_count; i++)
        if (j->wait_of[i] && j->wait_of[i]->kind == HN_WAIT_NATIVE)
            return j->wait_of[i];
    return NULL;
}

static bool
somebody_runs(const struct hn_judge *j)
{
    for (size_t i = 0; i < j->waits->thread_count; i++)
        if (is_alive(&j->interp->threads[i]) && !j->wait_of[i])
            return true;
    return false;
}

static const char *
say_unknown(struct hn_judge *j, bool single)
{
    const struct hn_wait *native = find_native_wait(j);

    if (native && !somebody_runs(j))
        return hn_judge_text(j,
                             "cannot tell: %s waits for %s%s, and who will end that is "
                             "not recorded",
                             hn_judge_name(j, native->actor), native->text,
                             hn_judge_place(j, native->frame));
    return single ? "cannot tell: some thread runs, and one look does not show whether "
                    "it gets on"
                  : "cannot tell: threads run and get on; nothing is seen to be stuck";
}

static void
tell_unknown(struct hn_judge *j)
{
    bool single = j->watch->looks < 2, runs = somebody_runs(j);
    struct hn_verdict *verdict =
        hn_judge_add(j, "cannot-tell", HN_POSSIBLE, say_unknown(j, single));

    if (!verdict)
        return;
    verdict->alarm = false;
    verdict->next = !runs    ? "py-dump --native"
                    : single ? "py-hang --watch 1"
                             : "py-sample";
    for (size_t i = 0; i < j->waits->thread_count; i++) {
        const struct hn_thread *thread = &j->interp->threads[i];

        if (j->wait_of[i] || !is_alive(thread))
            continue;
        hn_judge_evidence(j, verdict,
                          hn_judge_text(j, "%s is not seen to wait%s",
                                        hn_judge_name(j, (uint32_t)i),
                                        hn_judge_place(j, thread->stack.count > 0
                                                              ? &thread->stack.frames[0]
                                                              : NULL)));
    }
}

void
hn_rule_idle(struct hn_judge *j)
{
    struct crowd c = count_crowd(j);
    const struct hn_wait *main = j->waits->thread_count > 0 ? j->wait_of[0] : NULL;

    if (j->count > 0)
        return;
    if (main && c.running == 0 && (hn_judge_is_idle(main) || is_inside(main)))
        tell_idle(j);
    else
        tell_unknown(j);
}
