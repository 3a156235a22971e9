/* The rules in the order of how much they explain: a circle explains everybody who
 * waits for one of its members, so it comes before what those wait for. */
#include "wait/verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "wait/judge.h"
#include "wait/native.h"

static void (*const rules[])(struct hn_judge *j) = {
    hn_rule_cycles, hn_rule_pool,          hn_rule_lost_holder,  hn_rule_world,
    hn_rule_gil,    hn_rule_loop,          hn_rule_collecting,   hn_rule_recursion,
    hn_rule_busy,   hn_rule_own_file_lock, hn_rule_native_owner, hn_rule_shutdown,
    hn_rule_chains, hn_rule_outside,       hn_rule_nobody_left,  hn_rule_idle,
};

const char *
hn_judge_text(struct hn_judge *j, const char *format, ...)
{
    char buf[1024];
    const char *kept;
    va_list args;

    va_start(args, format);
    vsnprintf(buf, sizeof buf, format, args);
    va_end(args);
    kept = hn_arena_copy(j->arena, buf, strlen(buf));
    j->failed |= !kept;
    return kept ? kept : "";
}

const char *
hn_judge_name(struct hn_judge *j, uint32_t actor)
{
    const struct hn_actor *a = &j->waits->actors[actor];

    if (!a->thread) {
        const struct hn_task *task = &j->tasks->items[a->task];

        return hn_judge_text(j, "task %s %s()", task->name, task->coroutine_name);
    }
    if (!a->thread->name[0])
        return hn_judge_text(j, "thread %u", a->thread->number);
    return hn_judge_text(j, "thread %u \"%s\"", a->thread->number, a->thread->name);
}

const char *
hn_judge_place(struct hn_judge *j, const struct hn_frame *frame)
{
    if (!frame || !frame->code)
        return "";
    return hn_judge_text(j, " in %s (%s:%d)", frame->code->qualname,
                         hn_base_name(frame->code->file), frame->position.line);
}

struct hn_verdict *
hn_judge_add(struct hn_judge *j, const char *kind, enum hn_confidence confidence,
             const char *sentence)
{
    struct hn_verdict *verdict;

    if (j->count == HN_VERDICTS_MOST)
        return NULL;
    verdict = &j->verdicts[j->count++];
    *verdict = (struct hn_verdict){
        .kind = kind, .sentence = sentence, .confidence = confidence, .alarm = true
    };
    return verdict;
}

void
hn_judge_evidence(struct hn_judge *j, struct hn_verdict *verdict, const char *text)
{
    (void)j;
    if (verdict && verdict->evidence_count < HN_EVIDENCE_MOST)
        verdict->evidence[verdict->evidence_count++] = text;
}

/* Of one who waits for nothing that is known. */
static void
tell_doing(struct hn_judge *j, struct hn_verdict *verdict, uint32_t actor)
{
    const struct hn_thread *thread = j->waits->actors[actor].thread;
    const char *words = thread ? hn_native_call_words(thread, j->arena) : NULL;
    const char *place = thread && thread->stack.count > 0
                            ? hn_judge_place(j, &thread->stack.frames[0])
                            : "";

    hn_judge_evidence(j, verdict,
                      hn_judge_text(j, "%s%s%s%s", hn_judge_name(j, actor),
                                    words ? " is inside " : "", words ? words : "",
                                    place));
}

void
hn_judge_tell_wait(struct hn_judge *j, struct hn_verdict *verdict, uint32_t actor)
{
    const struct hn_wait *wait = j->wait_of[actor];

    j->explained[actor] = true;
    if (!wait) {
        tell_doing(j, verdict, actor);
        return;
    }
    if (wait->holder == HN_NOBODY)
        hn_judge_evidence(j, verdict,
                          hn_judge_text(j, "%s waits for %s%s", hn_judge_name(j, actor),
                                        wait->text, hn_judge_place(j, wait->frame)));
    else
        hn_judge_evidence(j, verdict,
                          hn_judge_text(j, "%s waits for %s%s; it depends on %s (%s)",
                                        hn_judge_name(j, actor), wait->text,
                                        hn_judge_place(j, wait->frame),
                                        hn_judge_name(j, wait->holder), wait->how));
}

/* Work for this process comes from others through queues: with none it has nothing to
 * do. */
static bool
is_empty_queue(const struct hn_wait *wait)
{
    return wait->kind == HN_WAIT_QUEUE_GET && wait->shared;
}

/* What only somebody else can end: another process, the network, a disk. */
bool
hn_judge_is_outside(const struct hn_wait *wait)
{
    switch (wait->kind) {
    case HN_WAIT_SOCKET:
    case HN_WAIT_CHILD:
    case HN_WAIT_FILE_LOCK:
    case HN_WAIT_PROCESS_LOCK:
    case HN_WAIT_IO: return true;
    default: return wait->shared && !hn_judge_is_idle(wait);
    }
}

/* What is waited for when there is nothing to do. */
bool
hn_judge_is_idle(const struct hn_wait *wait)
{
    switch (wait->kind) {
    case HN_WAIT_LOOP:
    case HN_WAIT_SELECT:
    case HN_WAIT_ACCEPT:
    case HN_WAIT_TERMINAL:
    case HN_WAIT_SLEEP:
    case HN_WAIT_SIGNAL:
    case HN_WAIT_WORKER: return true;
    default: return is_empty_queue(wait);
    }
}

const struct hn_motion *
hn_judge_motion(const struct hn_judge *j, const struct hn_thread *thread)
{
    for (size_t i = 0; j->watch->looks > 1 && i < j->watch->count; i++)
        if (j->watch->motions[i].thread == thread->native_id)
            return &j->watch->motions[i];
    return NULL;
}

static bool
keep(struct hn_judge *j, struct hn_verdicts *ret)
{
    ret->items = hn_arena_array(j->arena, j->count, sizeof *ret->items);
    if (!ret->items || j->failed)
        return false;
    if (j->count > 0)
        memcpy(ret->items, j->verdicts, j->count * sizeof *ret->items);
    ret->count = j->count;
    return true;
}

bool
hn_verdicts_load(const struct hn_process *process, const struct hn_interpreter *interp,
                 const struct hn_waits *waits, const struct hn_watch *watch,
                 struct hn_arena *arena, struct hn_verdicts *ret)
{
    struct hn_judge *j = calloc(1, sizeof *j);
    bool done = false;

    if (!j)
        return false;
    j->process = process;
    j->interp = interp;
    j->waits = waits;
    j->tasks = waits->tasks;
    j->watch = watch;
    j->arena = arena;
    j->wait_of = calloc(waits->actor_count + 1, sizeof *j->wait_of);
    j->explained = calloc(waits->actor_count + 1, sizeof *j->explained);
    if (j->wait_of && j->explained) {
        for (size_t i = 0; i < waits->count; i++)
            j->wait_of[waits->items[i].actor] = &waits->items[i];
        for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
            rules[i](j);
        done = keep(j, ret);
    }
    free(j->wait_of);
    free(j->explained);
    free(j);
    return done;
}
