/* Who the threads are: entries in the sampler's list, names, native ids. */
#include "sample/state.h"

#include <stdio.h>
#include <string.h>

#include "base/grow.h"

/* Threads that start in a storm are named together. */
enum { NAMES_EVERY_NS = 50 * 1000 * 1000 };

static struct hn_sampled_thread *
add_entry(struct hn_sampler *s)
{
    if (!HN_GROW(s->threads, s->thread_capacity, s->thread_count + 1))
        return NULL;
    return &s->threads[s->thread_count++];
}

static void
enter(struct hn_sampler *s, struct hn_sampled_process *process,
      const struct hn_interp_watch *interp, struct hn_thread_watch *t)
{
    struct hn_sampled_thread *entry;

    if (s->thread_count == HN_SAMPLED_THREADS_MOST) {
        hn_sampler_note(s, "more threads came than are told apart: later ones are "
                           "counted as one");
        t->index = HN_SAMPLED_THREADS_MOST - 1;
        return;
    }
    entry = add_entry(s);
    if (!entry)
        return;
    t->index = s->thread_count - 1;
    *entry = (struct hn_sampled_thread){
        .process = process->watch->index,
        .addr = t->addr,
        .id = t->id,
        .interpreter = interp->id,
        .name = "",
        .syscall_fd = -1,
    };
}

static bool
is_wanted(const struct hn_sampler *s, const struct hn_sampled_thread *t,
          unsigned number)
{
    char native[24], ours[24] = "";

    if (!s->wanted)
        return true;
    snprintf(native, sizeof(native), "%lld", (long long)t->native_id);
    if (number > 0)
        snprintf(ours, sizeof(ours), "%u", number);
    for (size_t i = 0; s->wanted[i]; i++)
        if (strcmp(s->wanted[i], t->name) == 0 || strcmp(s->wanted[i], native) == 0
            || (ours[0] && strcmp(s->wanted[i], ours) == 0))
            return true;
    return false;
}

static void
take_name(struct hn_sampler *s, struct hn_sampled_thread *entry,
          const struct hn_thread *thread, unsigned number)
{
    const char *name = hn_arena_copy(&s->arena, thread->name, strlen(thread->name));

    entry->native_id = thread->native_id;
    entry->main = thread->main;
    entry->named = true;
    if (name)
        entry->name = name;
    entry->unwanted = !is_wanted(s, entry, number);
}

static const struct hn_thread *
find_thread(const struct hn_process *process, int64_t interp, hn_addr addr)
{
    for (size_t i = 0; i < process->interpreter_count; i++) {
        const struct hn_interpreter *in = &process->interpreters[i];

        for (size_t k = 0; in->id == interp && k < in->thread_count; k++)
            if (in->threads[k].addr == addr)
                return &in->threads[k];
    }
    return NULL;
}

static void
name_all(struct hn_sampler *s, struct hn_sampled_process *p,
         const struct hn_process *process)
{
    const struct hn_watch *w = p->watch;

    if (!p->version && process->version)
        p->version =
            hn_arena_copy(&s->arena, process->version, strlen(process->version));
    for (size_t i = 0; i < w->interp_count; i++) {
        for (size_t k = 0; k < w->interps[i].thread_count; k++) {
            const struct hn_thread_watch *t = w->interps[i].threads[k];
            const struct hn_thread *found =
                find_thread(process, w->interps[i].id, t->addr);

            if (t->index != UINT32_MAX && found && !s->threads[t->index].named)
                take_name(s, &s->threads[t->index], found,
                          p->numbered || w->index > 0 ? 0 : found->number);
        }
    }
    p->numbered = true;
}

/* Files of threads that have ended. */
static void
close_ended(struct hn_sampler *s, uint64_t now_ns)
{
    for (uint32_t i = 0; i < s->thread_count; i++)
        if (s->threads[i].syscall_fd >= 0
            && now_ns - s->threads[i].seen_ns > UINT64_C(1000000000))
            hn_sampled_thread_close(&s->threads[i]);
}

void
hn_sampler_name_threads(struct hn_sampler *s, struct hn_sampled_process *p,
                        uint64_t now_ns, bool at_once)
{
    struct hn_watch *w = p->watch;
    struct hn_process process;
    struct hn_arena arena;

    if (!w->threads_changed)
        return;
    for (size_t i = 0; i < w->interp_count; i++)
        for (size_t k = 0; k < w->interps[i].thread_count; k++)
            if (w->interps[i].threads[k]->index == UINT32_MAX)
                enter(s, p, &w->interps[i], w->interps[i].threads[k]);
    if (!at_once && p->named_ns != 0 && now_ns - p->named_ns < NAMES_EVERY_NS)
        return;
    w->threads_changed = false;
    p->named_ns = now_ns;
    close_ended(s, now_ns);
    hn_arena_init(&arena);
    hn_target_forget(w->target);
    if (hn_process_load(w->rt, 0, &arena, &process) == HN_OK)
        name_all(s, p, &process);
    hn_arena_deinit(&arena);
}
