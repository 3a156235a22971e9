/* Of each look only addresses are kept: what they belong to may be gone at the next. */
#include "command/motion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/index.h"
#include "wait/slots.h"

/* Looks, and frames at the outer end that are compared. */
enum { MAX_LOOKS = 16, MAX_FRAMES = 128, MAX_CALLERS = 16 };

struct seen {
    int64_t thread;
    bool busy;
    uint64_t cpu_ms;
    size_t depth, count;
    struct {
        hn_addr frame, code;
    } frames[MAX_FRAMES]; /* outermost first */
    hn_addr leaf, leaf_code;
    uint64_t callers, own; /* hashes of their variables, and its */
    int64_t lasti;
};

struct look {
    struct seen *threads;
    size_t count;
    uint64_t at_ms;
};

struct hn_motions {
    struct look looks[MAX_LOOKS];
    size_t count;
};

struct hn_motions *
hn_motions_create(void)
{
    return calloc(1, sizeof(struct hn_motions));
}

void
hn_motions_destroy(struct hn_motions *motions)
{
    if (!motions)
        return;
    for (size_t i = 0; i < motions->count; i++)
        free(motions->looks[i].threads);
    free(motions);
}

static bool
is_busy(const struct hn_thread *thread)
{
    return (thread->state
            & (HN_THREAD_ON_CPU | HN_THREAD_NATIVE | HN_THREAD_COLLECTING))
           && !(thread->state & (HN_THREAD_ENDED | HN_THREAD_IDLE));
}

bool
hn_motions_busy(const struct hn_process *process)
{
    for (size_t i = 0; i < process->interpreter_count; i++)
        for (size_t t = 0; t < process->interpreters[i].thread_count; t++)
            if (is_busy(&process->interpreters[i].threads[t])
                || (process->interpreters[i].threads[t].state
                    & HN_THREAD_WAITS_FOR_GIL))
                return true;
    return false;
}

/* utime and stime of /proc/PID/task/TID/stat, its 14th and 15th field. */
static uint64_t
cpu_ms(int64_t pid, int64_t tid)
{
    unsigned long long user = 0, system = 0;
    char path[64], buf[1024], *at;
    size_t got;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%lld/task/%lld/stat", (long long)pid,
             (long long)tid);
    file = fopen(path, "re");
    if (!file)
        return 0;
    got = fread(buf, 1, sizeof buf - 1, file);
    fclose(file);
    buf[got] = '\0';
    at = strrchr(buf, ')');
    if (!at
        || sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu",
                  &user, &system)
               != 2)
        return 0;
    return (user + system) * 1000 / (unsigned long long)sysconf(_SC_CLK_TCK);
}

/* Frames are reused at the same addresses: only if those that called it stand still has
 * a function not returned meanwhile. */
static uint64_t
digest_callers(struct hn_runtime *rt, const struct hn_stack *stack)
{
    uint64_t digests[MAX_CALLERS] = { 0 };

    for (size_t i = 1; i < stack->count && i <= MAX_CALLERS; i++)
        digests[i - 1] = hn_frame_digest(rt, &stack->frames[i]);
    return hn_index_hash(digests, sizeof digests);
}

static void
see(struct seen *ret, struct hn_runtime *rt, const struct hn_process *process,
    const struct hn_thread *thread)
{
    const struct hn_stack *stack = &thread->stack;

    ret->thread = thread->native_id;
    ret->busy = is_busy(thread);
    ret->cpu_ms = cpu_ms(process->pid, thread->native_id);
    ret->depth = stack->count;
    ret->lasti = -1;
    for (; ret->count < stack->count && ret->count < MAX_FRAMES; ret->count++) {
        const struct hn_frame *frame = &stack->frames[stack->count - 1 - ret->count];

        ret->frames[ret->count].frame = frame->addr;
        ret->frames[ret->count].code = frame->code ? frame->code->addr : 0;
    }
    if (stack->count == 0)
        return;
    ret->callers = digest_callers(rt, stack);
    ret->leaf = stack->frames[0].addr;
    ret->leaf_code = stack->frames[0].code ? stack->frames[0].code->addr : 0;
    ret->lasti = stack->frames[0].lasti;
    ret->own = hn_frame_digest(rt, &stack->frames[0]);
}

static uint64_t
now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

bool
hn_motions_look(struct hn_motions *motions, struct hn_runtime *rt,
                const struct hn_process *process)
{
    struct look *look;

    if (motions->count == MAX_LOOKS)
        return true;
    look = &motions->looks[motions->count];
    look->threads = calloc(process->thread_count + 1, sizeof *look->threads);
    if (!look->threads)
        return false;
    motions->count++;
    look->at_ms = now_ms();
    for (size_t i = 0; i < process->interpreter_count; i++)
        for (size_t t = 0; t < process->interpreters[i].thread_count; t++)
            if (look->count < process->thread_count)
                see(&look->threads[look->count++], rt, process,
                    &process->interpreters[i].threads[t]);
    return true;
}

static const struct seen *
find_thread(const struct look *look, int64_t thread)
{
    for (size_t i = 0; i < look->count; i++)
        if (look->threads[i].thread == thread)
            return &look->threads[i];
    return NULL;
}

static void
compare(struct hn_motion *m, const struct seen *a, const struct seen *b)
{
    size_t same = 0;

    while (same < a->count && same < b->count && same < m->common
           && a->frames[same].frame == b->frames[same].frame
           && a->frames[same].code == b->frames[same].code)
        same++;
    m->common = same;
    m->always_busy &= a->busy && b->busy;
    m->same_leaf &= a->leaf == b->leaf && a->leaf_code == b->leaf_code
                    && a->depth == b->depth && a->callers == b->callers;
    m->same_place &= m->same_leaf && a->lasti == b->lasti && a->own == b->own;
    m->deeper &= b->depth > a->depth;
}

static struct hn_motion
motion_of(const struct hn_motions *motions, const struct seen *last)
{
    struct hn_motion m = {
        .thread = last->thread,
        .always_busy = true,
        .common = MAX_FRAMES,
        .same_leaf = last->leaf != 0,
        .same_place = last->leaf != 0,
        .deeper = true,
    };
    const struct seen *first = find_thread(&motions->looks[0], last->thread);

    for (size_t i = 0; i + 1 < motions->count; i++) {
        const struct seen *a = find_thread(&motions->looks[i], last->thread),
                          *b = find_thread(&motions->looks[i + 1], last->thread);

        if (!a || !b)
            return (struct hn_motion){ .thread = last->thread };
        compare(&m, a, b);
    }
    m.cpu_ms = first && last->cpu_ms > first->cpu_ms ? last->cpu_ms - first->cpu_ms : 0;
    return m;
}

bool
hn_motions_sum(const struct hn_motions *motions, struct hn_arena *arena,
               struct hn_watch *ret)
{
    const struct look *last;
    struct hn_motion *items;

    *ret = (struct hn_watch){ .looks = (unsigned)motions->count };
    if (motions->count < 2)
        return true;
    last = &motions->looks[motions->count - 1];
    items = hn_arena_array(arena, last->count, sizeof *items);
    if (!items)
        return false;
    for (size_t i = 0; i < last->count; i++)
        items[i] = motion_of(motions, &last->threads[i]);
    ret->motions = items;
    ret->count = last->count;
    ret->watched_ms = last->at_ms - motions->looks[0].at_ms;
    return true;
}
