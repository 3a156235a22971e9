/* Rules about those who run, or keep others from running. */
#include <string.h>

#include "wait/judge.h"
#include "wait/native.h"

/* Python's own limit of recursion is 1000: a stack of this depth that repeats itself
 * is one that somebody raised it for. */
enum { DEEP = 900 };

/* Frames at the inner end that are compared with those below. */
enum { REPEATED = 64 };

/* CPU time at several looks: a machine that is shared may give a loop no more than
 * this share of it (percent). */
enum { BUSY_SHARE = 1 };

static const struct hn_frame *
leaf_of(const struct hn_thread *thread)
{
    return thread->stack.count > 0 ? &thread->stack.frames[0] : NULL;
}

static bool
has_frame(const struct hn_thread *thread, const char *function, const char *file)
{
    for (size_t i = 0; i < thread->stack.count; i++) {
        const struct hn_code *code = thread->stack.frames[i].code;

        if (code && strcmp(code->name, function) == 0 && strstr(code->file, file))
            return true;
    }
    return false;
}

static bool
is_running(const struct hn_thread *thread)
{
    return (thread->state
            & (HN_THREAD_ON_CPU | HN_THREAD_NATIVE | HN_THREAD_COLLECTING))
           && !(thread->state & (HN_THREAD_ENDED | HN_THREAD_WAITS_FOR_GIL));
}

static bool
keeps_busy(const struct hn_judge *j, const struct hn_motion *motion)
{
    return motion && motion->always_busy
           && motion->cpu_ms * 100 >= j->watch->watched_ms * BUSY_SHARE;
}

/* One call, as far as several looks can tell: a loop that changes nothing is found at
 * the same instruction again and again, but not inside C code. */
static bool
is_one_call(const struct hn_thread *thread, const struct hn_motion *motion)
{
    return motion->same_place && !hn_native_is_interpreter(thread);
}

/* --- stop of the world, collections */

void
hn_rule_world(struct hn_judge *j)
{
    struct hn_verdict *verdict;
    size_t stopped = 0;

    for (size_t i = 0; i < j->interp->thread_count; i++)
        stopped += (j->interp->threads[i].state & HN_THREAD_STOPPED_FOR) != 0;
    if (!j->interp->stop_the_world && stopped == 0)
        return;
    verdict = hn_judge_add(
        j, "stop-the-world", HN_LIKELY,
        hn_judge_text(j, "a stop of all threads is under way (%zu stand still for it)",
                      stopped));
    for (size_t i = 0; i < j->interp->thread_count; i++) {
        const struct hn_thread *thread = &j->interp->threads[i];

        if (!(thread->state & HN_THREAD_STOPPED_FOR) && is_running(thread))
            hn_judge_evidence(j, verdict,
                              hn_judge_text(j, "%s has yet to stop%s",
                                            hn_judge_name(j, (uint32_t)i),
                                            hn_judge_place(j, leaf_of(thread))));
        j->explained[i] |= (thread->state & HN_THREAD_STOPPED_FOR) != 0;
    }
    if (verdict)
        verdict->next = "py-threads";
}

/* A finalizer may let go of the GIL while its collection goes on: native stacks know
 * better than the mark on whoever has the GIL. */
static bool
collector_is_seen(const struct hn_interpreter *interp)
{
    for (size_t i = 0; i < interp->thread_count; i++)
        if (hn_native_is_collector(&interp->threads[i]))
            return true;
    return false;
}

void
hn_rule_collecting(struct hn_judge *j)
{
    bool seen = collector_is_seen(j->interp);
    struct hn_verdict *verdict;

    if (!j->interp->gc.known || !j->interp->gc.collecting)
        return;
    verdict = hn_judge_add(j, "garbage-collection", HN_LIKELY,
                           "the garbage collector runs, and all else waits for it");
    for (size_t i = 0; i < j->interp->thread_count; i++) {
        const struct hn_thread *thread = &j->interp->threads[i];

        if (seen ? !hn_native_is_collector(thread)
                 : !(thread->state & HN_THREAD_COLLECTING))
            continue;
        j->explained[i] = true;
        hn_judge_evidence(j, verdict,
                          hn_judge_text(j, "%s collects%s",
                                        hn_judge_name(j, (uint32_t)i),
                                        hn_judge_place(j, leaf_of(thread))));
    }
    if (verdict)
        verdict->next = "py-heap gc";
}

/* --- the GIL */

static size_t
count_gil_waiters(const struct hn_judge *j)
{
    size_t count = 0;

    for (size_t i = 0; i < j->waits->thread_count; i++) {
        const struct hn_thread *thread = &j->interp->threads[i];

        if (j->wait_of[i])
            count += j->wait_of[i]->kind == HN_WAIT_GIL;
        else if (!(thread->state & HN_THREAD_HAS_GIL))
            count += is_running(thread); /* between two tries: it waits 5 ms each */
    }
    return count;
}

/* "a call of C code, sleep() of libc.so.6,": with the name where that is known. */
static const char *
native_call(struct hn_judge *j, const struct hn_thread *thread)
{
    const char *words = hn_native_call_words(thread, j->arena);

    return words ? hn_judge_text(j, "a call of C code, %s,", words)
                 : "a call of C code";
}

/* C code outside of Python, or another process, needs no GIL to release something. */
static bool
needs_gil_to_go_on(const struct hn_judge *j, size_t actor)
{
    const struct hn_wait *wait = j->wait_of[actor];

    return wait && wait->kind != HN_WAIT_MUTEX && wait->kind != HN_WAIT_NATIVE
           && !hn_judge_is_outside(wait);
}

/* Nothing records who has a semaphore; but if all others wait for the GIL, it is in
 * vain that its holder waits for one of them. CPython's own locks are such: a thread
 * that has the list of threads (HEAD_LOCK) and collects garbage lets go of the GIL. */
static bool
waits_in_vain(const struct hn_judge *j, size_t holder)
{
    const struct hn_wait *wait = j->wait_of[holder];

    if (!wait || wait->kind != HN_WAIT_NATIVE || wait->timed || wait->shared
        || wait->addr == 0 || !j->process->natives || j->process->native_count > 0)
        return false;
    for (size_t i = 0; i < j->interp->thread_count; i++)
        if (i != holder && !(j->interp->threads[i].state & HN_THREAD_ENDED)
            && !needs_gil_to_go_on(j, i))
            return false;
    return true;
}

static void
tell_gil_kept(struct hn_judge *j, uint32_t holder, size_t waiters)
{
    const struct hn_thread *thread = &j->interp->threads[holder];
    bool vain = waits_in_vain(j, holder), blocked = thread->syscall != NULL;
    struct hn_verdict *verdict = hn_judge_add(
        j, vain ? "deadlock" : "gil-kept", blocked && !vain ? HN_CERTAIN : HN_LIKELY,
        hn_judge_text(j,
                      "%s%s keeps the GIL inside %s%s%s%s, and %zu other thread%s for "
                      "it%s",
                      vain ? "deadlock: " : "", hn_judge_name(j, holder),
                      native_call(j, thread), hn_judge_place(j, leaf_of(thread)),
                      blocked ? ", blocked in the system call " : "",
                      blocked ? thread->syscall : "", waiters,
                      waiters == 1 ? " waits" : "s wait",
                      vain ? ": none can release what that one waits for" : ""));

    hn_judge_tell_wait(j, verdict, holder);
    for (size_t k = 0; k < j->waits->count; k++)
        if (j->waits->items[k].kind == HN_WAIT_GIL)
            hn_judge_tell_wait(j, verdict, j->waits->items[k].actor);
    if (verdict)
        verdict->next = vain ? "py-dump --native" : "py-bt --native";
}

/* Inside a system call nobody needs the GIL: Python's own code gives it up there. On
 * CPU it is kept if several looks find the same instruction of Python. */
void
hn_rule_gil(struct hn_judge *j)
{
    size_t waiters = count_gil_waiters(j);

    for (size_t i = 0; waiters > 0 && i < j->interp->thread_count; i++) {
        const struct hn_thread *thread = &j->interp->threads[i];
        const struct hn_motion *motion = hn_judge_motion(j, thread);
        bool stays = !(thread->state & HN_THREAD_COLLECTING) && keeps_busy(j, motion)
                     && is_one_call(thread, motion);

        if ((thread->state & HN_THREAD_HAS_GIL) && (thread->syscall || stays))
            tell_gil_kept(j, (uint32_t)i, waiters);
    }
}

/* --- event loops */

static bool
is_stopped_by_call(const struct hn_judge *j, const struct hn_thread *thread,
                   uint32_t actor)
{
    const struct hn_wait *wait = j->wait_of[actor];

    if (wait)
        return wait->kind != HN_WAIT_LOOP && wait->kind != HN_WAIT_GIL
               && wait->kind != HN_WAIT_WORLD;
    return keeps_busy(j, hn_judge_motion(j, thread))
           && hn_judge_motion(j, thread)->same_leaf;
}

static void
tell_loop(struct hn_judge *j, const struct hn_loop *loop, uint32_t actor)
{
    const struct hn_wait *wait = j->wait_of[actor];
    const struct hn_task *task =
        loop->current == HN_NO_TASK ? NULL : &j->tasks->items[loop->current];
    const char *who =
        task ? hn_judge_text(j, "task %s %s()", task->name, task->coroutine_name)
             : "a callback";
    const char *what = wait ? hn_judge_text(j, "waits for %s", wait->text)
                            : "has been running all the time";
    struct hn_verdict *verdict = hn_judge_add(
        j, "loop-blocked", wait ? HN_CERTAIN : HN_LIKELY,
        hn_judge_text(
            j,
            "the event loop in %s is blocked: %s %s%s, and none of its %zu "
            "task%s can go on",
            hn_judge_name(j, actor), who, what,
            hn_judge_place(j, wait ? wait->frame : leaf_of(&j->interp->threads[actor])),
            loop->tasks, loop->tasks == 1 ? "" : "s"));

    hn_judge_tell_wait(j, verdict, actor);
    if (loop->known)
        hn_judge_evidence(
            j, verdict,
            hn_judge_text(j, "%llu callbacks wait for their turn, %llu timers",
                          (unsigned long long)loop->ready,
                          (unsigned long long)loop->timers));
    if (verdict)
        verdict->next = "py-tasks";
}

void
hn_rule_loop(struct hn_judge *j)
{
    for (size_t i = 0; i < j->tasks->loop_count; i++) {
        const struct hn_loop *loop = &j->tasks->loops[i];
        uint32_t actor;

        /* A loop in C has no frames of its own (uvloop): a task that runs tells. */
        if (!loop->thread
            || (loop->current == HN_NO_TASK
                && !has_frame(loop->thread, "run_forever", "asyncio/")))
            continue;
        actor = (uint32_t)(loop->thread - j->interp->threads);
        if (!j->explained[actor] && is_stopped_by_call(j, loop->thread, actor))
            tell_loop(j, loop, actor);
    }
}

/* --- recursion and loops */

/* The same function many times over at the inner end. */
static const struct hn_frame *
repeated(const struct hn_thread *thread)
{
    const struct hn_stack *stack = &thread->stack;
    size_t best = 0, at = 0;

    if (stack->count < DEEP)
        return NULL;
    for (size_t i = 0; i < REPEATED; i++) {
        size_t count = 0;

        for (size_t k = 0; k < REPEATED; k++)
            count +=
                stack->frames[k].code && stack->frames[k].code == stack->frames[i].code;
        if (count > best) {
            best = count;
            at = i;
        }
    }
    return best >= REPEATED / 8 ? &stack->frames[at] : NULL;
}

void
hn_rule_recursion(struct hn_judge *j)
{
    for (size_t i = 0; i < j->interp->thread_count; i++) {
        const struct hn_thread *thread = &j->interp->threads[i];
        const struct hn_motion *motion = hn_judge_motion(j, thread);
        const struct hn_frame *frame = repeated(thread);
        struct hn_verdict *verdict;

        if (!frame || j->explained[i])
            continue;
        verdict = hn_judge_add(
            j, "recursion", motion && motion->deeper ? HN_LIKELY : HN_POSSIBLE,
            hn_judge_text(j, "%s recurses without an end in sight: %zu frames deep%s",
                          hn_judge_name(j, (uint32_t)i), thread->stack.count,
                          hn_judge_place(j, frame)));
        j->explained[i] = true;
        if (motion && motion->deeper)
            hn_judge_evidence(j, verdict, "its stack grew from look to look");
        if (verdict)
            verdict->next = hn_judge_text(j, "py-bt --all-threads --depth 40");
    }
}

void
hn_rule_busy(struct hn_judge *j)
{
    for (size_t i = 0; i < j->interp->thread_count; i++) {
        const struct hn_thread *thread = &j->interp->threads[i];
        const struct hn_motion *motion = hn_judge_motion(j, thread);
        struct hn_verdict *verdict;
        bool one_call;

        if (j->explained[i] || !keeps_busy(j, motion) || !motion->same_leaf)
            continue;
        one_call = is_one_call(thread, motion);
        verdict = hn_judge_add(
            j, one_call ? "native-call" : "infinite-loop", HN_POSSIBLE,
            hn_judge_text(j, "%s %s%s%s for all of %llu ms, using %llu ms of CPU",
                          hn_judge_name(j, (uint32_t)i),
                          one_call ? "was inside " : "did not leave one function",
                          one_call ? native_call(j, thread) : "",
                          hn_judge_place(j, leaf_of(thread)),
                          (unsigned long long)j->watch->watched_ms,
                          (unsigned long long)motion->cpu_ms));
        j->explained[i] = true;
        hn_judge_evidence(j, verdict,
                          hn_judge_text(j, "%u looks found the same %zu frames",
                                        j->watch->looks, motion->common));
        if (verdict)
            verdict->next = one_call ? "py-bt --native" : "py-bt --locals";
    }
}

/* --- the end of the process */

void
hn_rule_shutdown(struct hn_judge *j)
{
    for (size_t i = 0; i < j->waits->count; i++) {
        const struct hn_wait *wait = &j->waits->items[i];
        struct hn_verdict *verdict;

        if (wait->kind != HN_WAIT_SHUTDOWN || j->explained[wait->actor])
            continue;
        verdict =
            hn_judge_add(j, "shutdown", HN_CERTAIN,
                         "the program has come to its end and waits for its other "
                         "threads, which are no daemons, to end");
        for (size_t k = 0; k < j->waits->thread_count; k++)
            if (!(j->interp->threads[k].state & HN_THREAD_ENDED))
                hn_judge_tell_wait(j, verdict, (uint32_t)k);
        if (verdict)
            verdict->next = "py-dump";
    }
    if (j->process->finalizing && j->count == 0) {
        struct hn_verdict *verdict =
            hn_judge_add(j, "shutdown", HN_LIKELY, "the interpreter shuts down");

        if (verdict)
            verdict->next = "py-dump";
    }
}
