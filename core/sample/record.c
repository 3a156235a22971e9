/* From looks to counts. */
#include "sample/chunks.h"
#include "sample/state.h"

#include "target/stop.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

enum {
    /* What the kernel says of a thread costs a microsecond or two. */
    ACTIVITY_EVERY_NS = 1000 * 1000,
    ACTIVITY_PER_THREAD_NS = 20 * 1000,
    RESIDENT_EVERY_NS = 1000 * 1000,
    /* A look that takes so much longer than the usual one was held up. */
    HELD_UP_TIMES = 3,
    HELD_UP_NS = 5 * 1000,
    MEDIAN_STEPS = 32,
};

/* --- spans */

static void
append_span(struct hn_sampler *s, const struct hn_sampled_thread *t, uint32_t thread,
            uint64_t end_ns)
{
    if (s->span_count >= HN_SPANS_MOST
        || !HN_GROW(s->spans, s->span_capacity, s->span_count + 1)) {
        s->spans_cut = true;
        return;
    }
    s->spans[s->span_count++] = (struct hn_profile_span){
        .begin_ns = t->span_begin_ns - s->begin_ns,
        .end_ns = end_ns - s->begin_ns,
        .thread = thread,
        .node = t->span_node,
        .state = t->span_state,
        .samples = t->span_samples,
    };
}

static void
end_span(struct hn_sampler *s, uint32_t thread, uint64_t end_ns)
{
    struct hn_sampled_thread *t = &s->threads[thread];

    if (t->span_samples > 0)
        append_span(s, t, thread, end_ns);
    t->span_samples = 0;
}

/* A thread that was not seen for a while was not in that stack. */
static void
go_on_span(struct hn_sampler *s, uint32_t thread, uint32_t node, uint32_t state,
           uint64_t now_ns)
{
    struct hn_sampled_thread *t = &s->threads[thread];
    uint64_t gap_ns = now_ns - t->seen_ns;

    if (t->span_samples > 0
        && (t->span_node != node || t->span_state != state
            || gap_ns > 4 * s->options.interval_ns))
        end_span(s, thread,
                 gap_ns > 4 * s->options.interval_ns
                     ? t->seen_ns + s->options.interval_ns
                     : now_ns);
    if (t->span_samples++ > 0)
        return;
    t->span_begin_ns = now_ns;
    t->span_node = node;
    t->span_state = state;
}

void
hn_sampler_end_spans(struct hn_sampler *s)
{
    for (uint32_t i = 0; i < s->thread_count; i++)
        end_span(s, i, s->threads[i].seen_ns + s->options.interval_ns);
}

/* --- one thread */

struct scene {
    struct hn_sampler *s;
    struct hn_sampled_process *process;
    struct hn_interp_watch *interp;
    uint64_t now_ns, every_ns;
    struct hn_range gil;
    const struct hn_thread_watch *grower; /* to whom memory's growth is put down */
};

/* Whoever moved since the last look has run, whatever the kernel said before. */
static uint32_t
activity(const struct scene *in, const struct hn_thread_watch *t)
{
    struct hn_sampled_thread *entry = &in->s->threads[t->index];
    uint32_t state;

    if (in->process->elsewhere)
        return t->has_gil || t->moved ? HN_PROFILE_ON_CPU : 0;
    state = hn_sampled_activity(entry, in->process->pid, &in->gil, in->now_ns,
                                in->every_ns);
    if (state != HN_PROFILE_ON_CPU && t->moved && entry->asked_ns != in->now_ns)
        state = HN_PROFILE_ON_CPU;
    return state;
}

static uint32_t
state_of(const struct scene *in, const struct hn_thread_watch *t)
{
    bool runs_python = t->has_gil || (!in->interp->has_gil_lock && t->attached);
    uint32_t state = activity(in, t);

    if (t->has_gil)
        state = (state & ~(uint32_t)HN_PROFILE_WAITS_FOR_GIL) | HN_PROFILE_HAS_GIL;
    else if (t->wants_gil)
        state = HN_PROFILE_WAITS_FOR_GIL;
    if (runs_python && in->interp->collecting)
        state |= HN_PROFILE_COLLECTING;
    return state;
}

static bool
is_counted(const struct scene *in, const struct hn_thread_watch *t, uint32_t state)
{
    const struct hn_sampler_options *options = &in->s->options;

    switch (options->mode) {
    case HN_PROFILE_CPU: return (state & HN_PROFILE_ON_CPU) != 0;
    case HN_PROFILE_GIL:
        return in->interp->has_gil_lock ? (state & HN_PROFILE_HAS_GIL) != 0
                                        : t->attached;
    case HN_PROFILE_WALL: break;
    }
    return options->idle || !(state & HN_PROFILE_IDLE);
}

static void
count(const struct scene *in, struct hn_thread_watch *t, uint32_t node, uint32_t state)
{
    struct hn_sampler *s = in->s;
    struct hn_tally *tally =
        hn_counts_at(&s->counts, t->index, node, state, t->last_tally);

    if (!tally) {
        s->lost++;
        return;
    }
    t->last_tally = (uint32_t)(tally - s->counts.items);
    tally->samples++;
    if (t == in->grower && in->process->grown != 0) {
        tally->grown += in->process->grown;
        tally->grown_samples++;
        in->process->grown = 0;
    }
    atomic_fetch_add_explicit(&s->stacks, 1, memory_order_relaxed);
    if (s->options.timeline)
        go_on_span(s, t->index, node, state, in->now_ns);
}

/* Puts C frames into the stack that counts. */
static void
weave(const struct scene *in, struct hn_thread_watch *t)
{
    const struct hn_sampler_options *o = &in->s->options;
    int64_t tid = in->s->threads[t->index].native_id;
    struct hn_registers registers;

    if (hn_traced_registers(tid, &registers) != HN_OK
        && (!o->registers
            || o->registers(o->registers_arg, tid, &registers) != HN_OK)) {
        in->s->natives.apart++;
        return;
    }
    t->woven = hn_natives_node(&in->s->natives, in->process->watch, t, &registers);
}

/* The stack that counts. */
static uint32_t
node_of(const struct scene *in, struct hn_thread_watch *t)
{
    struct hn_sampler *s = in->s;
    uint32_t node = s->options.native ? t->woven : t->node;

    if (!s->options.async_stacks)
        return node;
    return hn_task_marks_node(&s->marks, in->process->watch, in->interp, t, node);
}

static void
record_stack(const struct scene *in, struct hn_thread_watch *t)
{
    bool native = in->s->options.native;
    /* Before the kernel is asked: a task may be over soon. With C frames it stands. */
    uint32_t node = native ? HN_TREE_NONE : node_of(in, t);
    uint32_t state = state_of(in, t);

    if (!is_counted(in, t, state))
        return;
    if (native) {
        weave(in, t);
        node = node_of(in, t);
    }
    count(in, t, node, state);
}

static void
record_thread(const struct scene *in, struct hn_thread_watch *t)
{
    struct hn_sampled_thread *entry;

    t->woven = t->node;
    if (t->index == UINT32_MAX || t->outcome == HN_OUTCOME_EMPTY)
        return;
    entry = &in->s->threads[t->index];
    if (t->outcome == HN_OUTCOME_STACK) {
        if (!entry->unwanted)
            record_stack(in, t);
        entry->seen_ns = in->now_ns;
    } else if (!entry->unwanted) {
        atomic_fetch_add_explicit(&in->s->discarded, 1, memory_order_relaxed);
    }
}

/* --- qualified names, up to 3.10 */

static bool
wants_names(const struct hn_watch *w, const struct hn_thread_watch *t)
{
    for (size_t i = 0; t->moved && i < t->last.count; i++)
        if (hn_code_wants_name(
                w->codes
                    ->contents[w->codes->entries[t->last.links[i].entry].now.content]))
            return true;
    return false;
}

/* The runtime finds them from a whole stack: by callers, classes, modules. */
static void
find_names(struct hn_watch *w, const struct hn_thread_watch *t)
{
    struct hn_stack stack = { .count = t->last.count };
    struct hn_frame *frames = calloc(t->last.count, sizeof(*frames));

    if (!frames)
        return;
    for (size_t i = 0; i < t->last.count; i++) {
        const struct hn_link *link = &t->last.links[i];

        frames[i].addr = link->frame;
        frames[i].code = w->codes->contents[w->codes->entries[link->entry].now.content];
        frames[i].position.line = -1;
    }
    stack.frames = frames;
    hn_target_forget(w->target);
    hn_qualify_stack(w->rt, &stack);
    free(frames);
}

/* --- one process */

static struct hn_range
range_of_gil(const struct hn_watch *w, const struct hn_interp_watch *interp)
{
    struct hn_range gil = { 0, w->rt->py.layout.size[HN_STRUCT_GIL] };

    if (w->shape.gil_format == HN_GIL_RUNTIME_CURRENT)
        gil.addr = hn_field_addr(&w->rt->py, HN_RUNTIME_GIL, w->rt->address);
    else
        gil.addr = interp->gil;
    if (gil.addr == 0)
        gil.size = 0;
    return gil;
}

static void
add_growth(struct hn_sampler *s, struct hn_sampled_process *p, uint64_t now_ns)
{
    uint64_t before = p->resident;

    if (!s->options.memory)
        return;
    p->resident = hn_sampled_resident(p);
    if (p->resident != before)
        hn_sampler_keep_resident(s, p->watch->index, p->resident, now_ns);
    if (before != 0 && p->resident != 0)
        p->grown += (int64_t)(p->resident - before);
}

/* Who has the GIL, else who had it last; without a GIL somebody who went on. */
static const struct hn_thread_watch *
find_grower(const struct hn_watch *w)
{
    const struct hn_thread_watch *likely = NULL;

    for (size_t i = 0; i < w->interp_count; i++) {
        const struct hn_interp_watch *interp = &w->interps[i];

        for (size_t k = 0; k < interp->thread_count; k++) {
            const struct hn_thread_watch *t = interp->threads[k];

            if (t->has_gil)
                return t;
            if (interp->has_gil_lock
                    ? interp->turn.known && t->addr == interp->turn.last
                    : t->moved)
                likely = t;
        }
    }
    return likely;
}

static void
record_process(struct hn_sampler *s, struct hn_sampled_process *p, uint64_t now_ns)
{
    struct hn_watch *w = p->watch;
    struct scene in = { .s = s, .process = p, .now_ns = now_ns };
    bool old = !hn_layout_has(&w->rt->py.layout, HN_CODE_QUALNAME);

    add_growth(s, p, now_ns);
    in.grower = find_grower(w);
    if (s->options.native)
        hn_natives_begin(&s->natives, w, now_ns);
    for (size_t i = 0; i < w->interp_count; i++) {
        in.interp = &w->interps[i];
        in.gil = range_of_gil(w, in.interp);
        in.every_ns = in.interp->thread_count * ACTIVITY_PER_THREAD_NS;
        if (in.every_ns < ACTIVITY_EVERY_NS)
            in.every_ns =
                s->options.interval_ns < ACTIVITY_EVERY_NS ? ACTIVITY_EVERY_NS : 0;
        for (size_t k = 0; k < in.interp->thread_count; k++) {
            struct hn_thread_watch *t = in.interp->threads[k];

            record_thread(&in, t);
            if (old && t->outcome == HN_OUTCOME_STACK && wants_names(w, t))
                find_names(w, t);
        }
    }
}

/* Memory cannot be read while the process changes its map (mmap, munmap): who waits for
 * that sleeps, and wakes up when what was to be seen is over. */
static bool
was_held_up(struct hn_sampled_process *p, uint64_t took_ns)
{
    bool held_up;

    if (p->usual_ns == 0)
        p->usual_ns = took_ns;
    held_up = took_ns > HELD_UP_TIMES * p->usual_ns + HELD_UP_NS;
    if (took_ns > p->usual_ns)
        p->usual_ns += p->usual_ns / MEDIAN_STEPS + 1;
    else
        p->usual_ns -= p->usual_ns / MEDIAN_STEPS;
    return held_up;
}

/* Whose data stack has a piece less was giving it back when we had to wait: it stood
 * where that piece began. */
static bool
record_giver(struct hn_sampler *s, struct hn_sampled_process *p, uint64_t now_ns)
{
    uint32_t below, afterwards;
    struct hn_thread_watch *giver = hn_chunks_giver(p->watch, &below);

    if (!giver)
        return false;
    afterwards = giver->node;
    giver->node = below;
    hn_pairs_spare(p->watch->tree, giver->node);
    record_process(s, p, now_ns);
    giver->node = afterwards;
    return true;
}

void
hn_sampler_look(struct hn_sampler *s, uint64_t now_ns)
{
    for (uint32_t i = 0; i < s->process_count; i++) {
        struct hn_sampled_process *p = &s->processes[i];
        bool held_up;

        if (p->ended)
            continue;
        if (hn_watch_look(p->watch, now_ns)) {
            p->ended = true;
            if (i == 0)
                s->ended = p->watch->err.what;
            continue;
        }
        held_up = was_held_up(p, p->watch->copied_ns);
        hn_sampler_name_threads(s, p, now_ns, false);
        if (!p->watch->waited || !record_giver(s, p, now_ns)) {
            s->held_up += held_up;
            record_process(s, p, now_ns);
        }
        atomic_fetch_add_explicit(&s->taken, 1, memory_order_relaxed);
    }
    if (s->options.subprocesses)
        hn_sampler_find_children(s, now_ns);
}
