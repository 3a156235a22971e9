/* Rules about those who wait for each other. */
#include <string.h>

#include "wait/judge.h"

/* Members of a circle that are told. */
enum { MAX_TOLD = 8 };

/* A chain of holders that is longer runs in a circle. */
enum { MAX_CHAIN = 1000 };

static bool
has_task(const struct hn_judge *j, const struct hn_task_cycle *cycle)
{
    for (size_t i = 0; i < cycle->count; i++)
        if (!j->waits->actors[cycle->tasks[i]].thread)
            return true;
    return false;
}

static bool
has_thread(const struct hn_judge *j, const struct hn_task_cycle *cycle)
{
    for (size_t i = 0; i < cycle->count; i++)
        if (j->waits->actors[cycle->tasks[i]].thread)
            return true;
    return false;
}

/* Another process may release it, whoever took it. */
static bool
has_process_lock(const struct hn_judge *j, const struct hn_task_cycle *cycle)
{
    for (size_t i = 0; i < cycle->count; i++)
        if (j->wait_of[cycle->tasks[i]]
            && j->wait_of[cycle->tasks[i]]->kind == HN_WAIT_PROCESS_LOCK)
            return true;
    return false;
}

static const char *
list_names(struct hn_judge *j, const struct hn_task_cycle *cycle)
{
    const char *names = hn_judge_name(j, cycle->tasks[0]);

    for (size_t i = 1; i < cycle->count && i < MAX_TOLD; i++)
        names =
            hn_judge_text(j, "%s%s%s", names, i + 1 == cycle->count ? " and " : ", ",
                          hn_judge_name(j, cycle->tasks[i]));
    if (cycle->count > MAX_TOLD)
        names = hn_judge_text(j, "%s and %zu more", names, cycle->count - MAX_TOLD);
    return names;
}

static void
tell_cycle(struct hn_judge *j, const struct hn_task_cycle *cycle)
{
    bool tasks = has_task(j, cycle), threads = has_thread(j, cycle);
    const char *kind = !threads ? "task-deadlock"
                       : tasks  ? "loop-deadlock"
                                : "deadlock";
    const char *sentence =
        cycle->count == 1
            ? hn_judge_text(j, "%s waits for what it has itself: %s",
                            hn_judge_name(j, cycle->tasks[0]),
                            j->wait_of[cycle->tasks[0]]
                                ? j->wait_of[cycle->tasks[0]]->text
                                : "its own end")
            : hn_judge_text(j, "deadlock: %s wait for each other in a circle",
                            list_names(j, cycle));
    struct hn_verdict *verdict =
        hn_judge_add(j, cycle->count == 1 && threads ? "self-deadlock" : kind,
                     has_process_lock(j, cycle) ? HN_LIKELY : HN_CERTAIN, sentence);

    for (size_t i = 0; i < cycle->count; i++)
        if (i < MAX_TOLD)
            hn_judge_tell_wait(j, verdict, cycle->tasks[i]);
        else
            j->explained[cycle->tasks[i]] = true;
    if (verdict)
        verdict->next = threads ? "py-locks" : "py-tasks";
}

void
hn_rule_cycles(struct hn_judge *j)
{
    for (size_t i = 0; i < j->waits->cycle_count; i++)
        tell_cycle(j, &j->waits->cycles[i]);
}

/* --- a pool of threads that waits for work of its own */

static bool
is_starved(const struct hn_judge *j, size_t actor)
{
    const struct hn_wait *wait = j->wait_of[actor];

    return wait && wait->kind == HN_WAIT_FUTURE && wait->holder == HN_NOBODY
           && (wait->pending || wait->addr == 0);
}

void
hn_rule_pool(struct hn_judge *j)
{
    for (size_t i = 0; i < j->waits->thread_count; i++) {
        hn_addr pool = j->waits->actors[i].pool;
        size_t workers = 0, starved = 0, idle = 0;
        struct hn_verdict *verdict;

        if (pool == 0 || j->explained[i] || !is_starved(j, i))
            continue;
        for (size_t k = 0; k < j->waits->thread_count; k++) {
            if (j->waits->actors[k].pool != pool)
                continue;
            workers++;
            starved += is_starved(j, k);
            idle += j->wait_of[k] && j->wait_of[k]->kind == HN_WAIT_WORKER;
        }
        if (idle > 0 || starved < workers)
            continue;
        verdict = hn_judge_add(
            j, "pool-exhausted", HN_LIKELY,
            hn_judge_text(j,
                          "all %zu thread%s of a ThreadPoolExecutor wait for work that "
                          "was submitted to it and that nobody is left to do",
                          workers, workers == 1 ? "" : "s"));
        for (size_t k = 0; k < j->waits->thread_count; k++)
            if (j->waits->actors[k].pool == pool)
                hn_judge_tell_wait(j, verdict, (uint32_t)k);
        if (verdict)
            verdict->next = "py-dump";
    }
}

/* --- locks whose holder is gone */

static bool
is_plain_lock(const struct hn_wait *wait)
{
    return wait->kind == HN_WAIT_LOCK || wait->kind == HN_WAIT_RLOCK
           || wait->kind == HN_WAIT_MUTEX
           || (wait->kind == HN_WAIT_PROCESS_LOCK && wait->owner != 0);
}

/* Who was forked by multiprocessing stands in its Popen. */
static bool
is_forked_child(const struct hn_judge *j)
{
    for (size_t t = 0; t < j->interp->thread_count; t++) {
        const struct hn_stack *stack = &j->interp->threads[t].stack;

        for (size_t f = 0; f < stack->count; f++)
            if (stack->frames[f].code
                && strcmp(stack->frames[f].code->name, "_launch") == 0
                && strstr(stack->frames[f].code->file, "multiprocessing/popen_fork.py"))
                return true;
    }
    return j->watch->forked;
}

static void
tell_lost(struct hn_judge *j, const struct hn_wait *wait)
{
    bool forked = is_forked_child(j), recorded = wait->owner != 0;
    const char *why =
        forked     ? "this process was forked while another thread had it, and that "
                     "thread is not in this process"
        : recorded ? "its owner has ended without releasing it"
                   : "no thread is seen to have it: it ended without releasing it, or "
                     "does not hold it by `with`";
    struct hn_verdict *verdict =
        hn_judge_add(j, forked ? "fork" : "holder-gone",
                     recorded ? HN_CERTAIN
                     : forked ? HN_LIKELY
                              : HN_POSSIBLE,
                     hn_judge_text(j, "%s waits for %s, which is locked, but %s",
                                   hn_judge_name(j, wait->actor), wait->text, why));

    for (size_t i = 0; i < j->waits->count; i++)
        if (j->waits->items[i].addr == wait->addr && is_plain_lock(&j->waits->items[i]))
            hn_judge_tell_wait(j, verdict, j->waits->items[i].actor);
    if (recorded)
        hn_judge_evidence(
            j, verdict,
            hn_judge_text(j, "recorded owner: %llu", (unsigned long long)wait->owner));
    if (verdict)
        verdict->next = "py-dump";
}

void
hn_rule_lost_holder(struct hn_judge *j)
{
    for (size_t i = 0; i < j->waits->count; i++) {
        const struct hn_wait *wait = &j->waits->items[i];

        if (is_plain_lock(wait) && wait->holder == HN_NOBODY && wait->addr != 0
            && (wait->locked || wait->owner != 0) && !j->explained[wait->actor])
            tell_lost(j, wait);
    }
}

/* --- a file lock that this process has by another descriptor */

void
hn_rule_own_file_lock(struct hn_judge *j)
{
    size_t alive = 0;

    for (size_t i = 0; i < j->interp->thread_count; i++)
        alive += !(j->interp->threads[i].state & HN_THREAD_ENDED);
    for (size_t i = 0; i < j->waits->count; i++) {
        const struct hn_wait *wait = &j->waits->items[i];
        struct hn_verdict *verdict;

        if (!wait->own || j->explained[wait->actor])
            continue;
        verdict = hn_judge_add(j, alive == 1 ? "self-deadlock" : "lock-held", HN_LIKELY,
                               hn_judge_text(j, "%s waits for %s%s",
                                             hn_judge_name(j, wait->actor), wait->text,
                                             hn_judge_place(j, wait->frame)));
        hn_judge_tell_wait(j, verdict, wait->actor);
        if (verdict)
            verdict->next = "py-locks";
    }
}

/* --- mutexes of C code that a thread without Python has */

static void
tell_native_owner(struct hn_judge *j, const struct hn_wait *wait)
{
    bool named = wait->native_name && wait->native_name[0];
    struct hn_verdict *verdict = hn_judge_add(
        j, "lock-held", HN_LIKELY,
        hn_judge_text(j,
                      "%s waits for %s, which a thread without Python has (LWP "
                      "%lld%s%s%s)%s%s",
                      hn_judge_name(j, wait->actor), wait->text,
                      (long long)wait->native_holder, named ? " \"" : "",
                      named ? wait->native_name : "", named ? "\"" : "",
                      wait->native_doing ? ": that one is in " : "",
                      wait->native_doing ? wait->native_doing : ""));

    for (size_t i = 0; i < j->waits->count; i++)
        if (j->waits->items[i].native_holder == wait->native_holder)
            hn_judge_tell_wait(j, verdict, j->waits->items[i].actor);
    if (verdict)
        verdict->next = "py-dump --native";
}

void
hn_rule_native_owner(struct hn_judge *j)
{
    for (size_t i = 0; i < j->waits->count; i++)
        if (j->waits->items[i].native_holder != 0
            && !j->explained[j->waits->items[i].actor])
            tell_native_owner(j, &j->waits->items[i]);
}

/* --- chains that end at somebody who waits for something else, or runs */

static uint32_t
root_of(const struct hn_judge *j, uint32_t actor)
{
    for (unsigned i = 0; i < MAX_CHAIN; i++) {
        const struct hn_wait *wait = j->wait_of[actor];

        if (!wait || wait->holder == HN_NOBODY || wait->kind == HN_WAIT_GIL)
            return actor;
        actor = wait->holder;
    }
    return actor;
}

/* Many threads that wait for one lock, and the like. Waiting for a thread's end is what
 * main threads do; it is told when that thread itself is stuck. */
static bool
is_told(const struct hn_judge *j, const struct hn_wait *wait, uint32_t root)
{
    const struct hn_wait *end = j->wait_of[root];

    if (wait->holder == HN_NOBODY || wait->kind == HN_WAIT_GIL || root == wait->actor
        || j->explained[wait->actor])
        return false;
    if (wait->kind == HN_WAIT_LOCK || wait->kind == HN_WAIT_RLOCK
        || wait->kind == HN_WAIT_MUTEX || wait->kind == HN_WAIT_IMPORT
        || wait->kind == HN_WAIT_SEMAPHORE)
        return true;
    return end && hn_judge_is_outside(end) && !j->explained[root];
}

static void
tell_chain(struct hn_judge *j, uint32_t root)
{
    const struct hn_wait *end = j->wait_of[root];
    const char *name = hn_judge_name(j, root), *what;
    struct hn_verdict *verdict;
    size_t count = 0;

    for (size_t i = 0; i < j->waits->count; i++)
        count += root_of(j, j->waits->items[i].actor) == root
                 && j->waits->items[i].actor != root;
    what = end ? hn_judge_text(j, "waits for %s%s", end->text,
                               hn_judge_place(j, end->frame))
               : "runs, or is in C code";
    verdict = hn_judge_add(
        j, end && hn_judge_is_outside(end) ? "outside" : "lock-held", HN_LIKELY,
        hn_judge_text(j, "%zu wait%s for what %s has, and that one %s", count,
                      count == 1 ? "s" : "", name, what));
    j->explained[root] = true;
    for (size_t i = 0; i < j->waits->count; i++)
        if (root_of(j, j->waits->items[i].actor) == root
            && j->waits->items[i].actor != root)
            hn_judge_tell_wait(j, verdict, j->waits->items[i].actor);
    if (verdict)
        verdict->next = "py-locks";
}

void
hn_rule_chains(struct hn_judge *j)
{
    for (size_t i = 0; i < j->waits->count; i++) {
        uint32_t root = root_of(j, j->waits->items[i].actor);

        if (is_told(j, &j->waits->items[i], root))
            tell_chain(j, root);
    }
}
