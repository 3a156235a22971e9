/* One look at a process: wish, copy, follow, and again for what was missing. */
#include "sample/chunks.h"
#include "sample/recognize.h"
#include "sample/watch.h"

#include <string.h>
#include <sys/resource.h>

enum {
    /* A thread whose stack cannot be had in so many tries is given up for this look. */
    MOST_ATTEMPTS = 8,
    /* Each round finds at least one frame more of some thread. */
    MOST_ROUNDS = HN_LINKS_MOST,
    /* Frames outside the data stack that were not needed this time, but lately: up to
     * 3.10 those of a whole recursion, which is over before they are all found anew. */
    KEPT_FRAMES = 512,
    KEPT_SAMPLES = 64,
};

enum {
    INTERPS_EVERY_NS = 20 * 1000 * 1000,
    UNREADABLE_NS = 200 * 1000 * 1000,
};

enum {
    /* Every so many looks at known stacks there is a second copy: whether pairs that
     * were torn by chance twice stand still any more. */
    CHECK_ONE_IN = 8,
    /* So many looks with nothing new, and another check in vain is unlikely. */
    CALM_LOOKS = 4,
};

/* --- what is wished for */

/* What one look needed and the next one did not may have been of a function that is
 * made anew for each call: many of those would make every look long. */
static void
wish_if_likely(struct hn_watch *w, struct hn_frame_watch *frame, unsigned pass)
{
    const struct hn_shape *s = &w->shape;

    frame->wish[pass] = SIZE_MAX;
    if (frame->uses > 1 || w->sample - frame->seen_in <= 1)
        frame->wish[pass] =
            hn_plan_add(&w->plan, frame->addr + s->frame.first, s->frame.size);
}

static bool
led_lately(const struct hn_watch *w, const struct hn_frame_watch *frame)
{
    return frame->led_in != 0 && w->sample - frame->led_in <= KEPT_SAMPLES;
}

/* Where frames lie scattered they are many ranges, and while the state of a thread that
 * runs says which one is innermost, this may be left and be of another call already
 * when it is copied: those that it may be come first. */
static void
wish_for_scattered(struct hn_watch *w, struct hn_thread_watch *t, unsigned pass)
{
    bool sorted = w->shape.chain == HN_FRAME_CHAIN_OBJECTS && t->has_gil;

    if (sorted) {
        hn_plan_bar(&w->plan);
        for (size_t i = 0; i < t->frame_count; i++)
            if (led_lately(w, &t->frames[i]))
                wish_if_likely(w, &t->frames[i], pass);
        hn_plan_bar(&w->plan);
    }
    for (size_t i = 0; i < t->frame_count; i++)
        if (!sorted || !led_lately(w, &t->frames[i]))
            wish_if_likely(w, &t->frames[i], pass);
}

/* What leads to the frames is copied before them: a frame that was left meanwhile still
 * shows what it was, one that is entered afterwards was not there. */
static void
wish_for_head(struct hn_watch *w, struct hn_thread_watch *t, unsigned pass)
{
    const struct hn_shape *s = &w->shape;

    t->wish[pass] = hn_plan_add(&w->plan, t->addr + s->thread.first, s->thread.size);
    if (w->tasks && s->thread_task >= 0)
        t->task_wish[pass] =
            hn_plan_add(&w->plan, t->addr + (uint32_t)s->thread_task, sizeof(hn_addr));
    if (s->chain == HN_FRAME_CHAIN_CFRAME)
        for (size_t i = 0; i < HN_CFRAMES; i++)
            if (t->cframes[i].addr != 0)
                t->cframes[i].wish[pass] = hn_plan_add(
                    &w->plan, t->cframes[i].addr + s->cframe.first, s->cframe.size);
}

static void
wish_for_frames(struct hn_watch *w, struct hn_thread_watch *t, unsigned pass)
{
    hn_chunks_wish(w, t, pass);
    wish_for_scattered(w, t, pass);
}

static void
begin_thread(struct hn_watch *w, struct hn_thread_watch *t)
{
    t->outcome = HN_OUTCOME_PENDING;
    t->in_order = true;
    t->twice = false;
    t->rests = false;
    t->spared = t->checking = false;
    wish_for_head(w, t, 0);
}

/* It keeps the stack it had; that it was right to do so shows afterwards. */
static void
wish_for_state(struct hn_watch *w, struct hn_thread_watch *t)
{
    t->rests = true;
    t->wish[0] =
        hn_plan_add(&w->plan, t->addr + w->shape.thread.first, w->shape.thread.size);
}

static void
wish_for_second(struct hn_watch *w, struct hn_thread_watch *t)
{
    if (w->stands)
        return;
    t->twice = true;
    wish_for_head(w, t, 1);
    wish_for_frames(w, t, 1);
}

static void
wish_for_codes(struct hn_watch *w, struct hn_thread_watch *t)
{
    for (size_t i = 0; i < t->last.count; i++)
        hn_wish_for_code(w, t->last.links[i].entry);
}

static size_t
wish_for_gil(struct hn_watch *w, const struct hn_interp_watch *interp)
{
    if (interp->gil == 0)
        return SIZE_MAX;
    if (w->shape.gil_format == HN_GIL_RUNTIME_CURRENT)
        return hn_plan_add(&w->plan, interp->gil, 8);
    return hn_plan_add(&w->plan, interp->gil + w->shape.gil.first, w->shape.gil.size);
}

static size_t
wish_for_turn(struct hn_watch *w, const struct hn_interp_watch *interp)
{
    if (interp->turns == 0)
        return SIZE_MAX;
    return hn_plan_add(&w->plan, interp->turns + w->shape.gil.first, w->shape.gil.size);
}

/* Who is not the one that had the GIL last will mostly have waited meanwhile. */
static bool
may_rest(const struct hn_interp_watch *interp, const struct hn_thread_watch *t)
{
    return (t->outcome == HN_OUTCOME_STACK || t->outcome == HN_OUTCOME_EMPTY)
           && t->exact && !interp->restless
           && hn_turn_rests(&interp->turn, &interp->turn, t->addr);
}

/* As of the last look: who does not run Python code does not change its stack. */
static bool
runs(const struct hn_interp_watch *interp, const struct hn_thread_watch *t)
{
    return interp->has_gil_lock ? t->has_gil : t->attached;
}

static void
begin_threads(struct hn_watch *w, struct hn_interp_watch *interp)
{
    for (size_t k = 0; k < interp->thread_count; k++) {
        struct hn_thread_watch *t = interp->threads[k];

        t->attempts = 0;
        t->moved = false;
        if (may_rest(interp, t))
            wish_for_state(w, t);
        else
            begin_thread(w, t);
    }
}

/* The code objects of a stack that stays are alive: the frames hold them. */
static void
wish_for_stacks(struct hn_watch *w, struct hn_interp_watch *interp)
{
    for (size_t k = 0; k < interp->thread_count; k++)
        if (!interp->threads[k]->rests)
            wish_for_frames(w, interp->threads[k], 0);
    /* What the code objects are is of any use only after the stack was copied. */
    hn_plan_bar(&w->plan);
    hn_wish_for_changing(w);
    for (size_t k = 0; k < interp->thread_count; k++)
        if (!interp->threads[k]->rests)
            wish_for_codes(w, interp->threads[k]);
}

/* Up to 3.10 the second copy tells more: see was_left(). */
static bool
may_spare(const struct hn_watch *w, const struct hn_thread_watch *t)
{
    return w->shape.chain != HN_FRAME_CHAIN_OBJECTS && t->calm >= CALM_LOOKS
           && w->sample % CHECK_ONE_IN != 0;
}

/* Of those that were copied once only, the GIL says whether they stood still. */
static void
wish_for_gil_again(struct hn_watch *w, struct hn_interp_watch *interp, bool wanted)
{
    interp->gil_check_wish = wanted ? wish_for_gil(w, interp) : SIZE_MAX;
    interp->turn_check_wish = wanted ? wish_for_turn(w, interp) : SIZE_MAX;
}

static void
wish_for_checks(struct hn_watch *w, struct hn_interp_watch *interp)
{
    bool once = false;

    for (size_t k = 0; k < interp->thread_count; k++) {
        struct hn_thread_watch *t = interp->threads[k];

        if (t->rests)
            continue;
        t->spared = runs(interp, t) && may_spare(w, t) && !w->stands;
        if (!runs(interp, t))
            once = true;
        else if (!t->spared)
            wish_for_second(w, t);
    }
    wish_for_gil_again(w, interp, once);
    if (!w->tasks)
        return;
    hn_plan_bar(&w->plan); /* not to hold up the second copy */
    hn_wish_for_tasks(w, interp, 1);
}

static void
wish_for_interp(struct hn_watch *w, struct hn_interp_watch *interp)
{
    interp->gil_wish = wish_for_gil(w, interp);
    interp->turn_wish = wish_for_turn(w, interp);
    if (w->tasks)
        hn_wish_for_tasks(w, interp, 0);
    interp->head_wish = hn_plan_add(
        &w->plan, hn_field_addr(&w->rt->py, HN_INTERP_THREADS_HEAD, interp->addr), 8);
    interp->gc_wish = interp->gc ? hn_plan_add(&w->plan, interp->gc, 4) : SIZE_MAX;
}

/* What says where each thread is. */
static void
wish_for_heads(struct hn_watch *w)
{
    hn_plan_clear(&w->plan);
    w->wished_count = 0;
    for (size_t i = 0; i < w->interp_count; i++)
        wish_for_interp(w, &w->interps[i]);
    /* A stack that is copied after the turn was read is the thread's as of then, or
     * the next turn tells that it went on. */
    hn_plan_bar(&w->plan);
    for (size_t i = 0; i < w->interp_count; i++)
        begin_threads(w, &w->interps[i]);
    hn_plan_bar(&w->plan);
}

static void
wish_for_rest(struct hn_watch *w)
{
    for (size_t i = 0; i < w->interp_count; i++)
        wish_for_stacks(w, &w->interps[i]);
    hn_plan_bar(&w->plan);
    for (size_t i = 0; i < w->interp_count; i++)
        wish_for_checks(w, &w->interps[i]);
}

/* --- what came: threads */

/* Whether the list of threads is the one we know. */
static bool
list_holds(struct hn_watch *w, const struct hn_interp_watch *interp)
{
    const struct hn_shape *s = &w->shape;
    const uint8_t *bytes = hn_plan_bytes(&w->plan, interp->head_wish);
    hn_addr next;

    if (!bytes)
        return false;
    next = hn_take_u64(bytes, 0);
    for (size_t i = 0; i < interp->thread_count; i++) {
        const struct hn_thread_watch *t = interp->threads[i];

        bytes = hn_plan_bytes(&w->plan, t->wish[0]);
        if (next != t->addr || !bytes
            || (s->thread_id >= 0 && hn_take_u64(bytes, s->thread_id) != t->id)
            || hn_take_u64(bytes, s->thread_interp) != interp->addr)
            return false;
        next = hn_take_u64(bytes, s->thread_next);
    }
    return next == 0;
}

static bool
renew_list(struct hn_watch *w, struct hn_interp_watch *interp)
{
    if (list_holds(w, interp))
        return true;
    if (!hn_watch_read_threads(w, interp))
        return false;
    for (size_t k = 0; k < interp->thread_count; k++)
        if (!interp->threads[k]->rests)
            begin_thread(w, interp->threads[k]);
    hn_plan_bar(&w->plan);
    for (size_t k = 0; k < interp->thread_count; k++)
        if (!interp->threads[k]->rests)
            wish_for_frames(w, interp->threads[k], 0);
    hn_plan_bar(&w->plan);
    for (size_t k = 0; k < interp->thread_count; k++)
        if (!interp->threads[k]->rests) {
            interp->threads[k]->stands_still = false;
            wish_for_second(w, interp->threads[k]);
        }
    return true;
}

/* --- following */

static void
note_leader(const struct hn_watch *w, struct hn_thread_watch *t)
{
    if (t->outcome != HN_OUTCOME_STACK)
        return;
    for (size_t i = 0; i < t->frame_count; i++)
        if (t->frames[i].addr == t->now.links[0].frame) {
            t->frames[i].led_in = w->sample;
            return;
        }
}

/* Puts the frames that were needed in the order of the chain, and behind them some
 * that will be needed again if the thread goes to and fro. */
static void
sort_frames(struct hn_watch *w, struct hn_thread_watch *t)
{
    size_t kept = 0, in_use = 0;

    for (size_t i = 0; i < t->frame_count; i++) {
        uint64_t age = w->sample - t->frames[i].seen_in;

        if (t->frames[i].wish[0] != SIZE_MAX
            && !hn_plan_bytes(&w->plan, t->frames[i].wish[0]))
            continue; /* no memory there any more */
        if (age != 0 && (age > KEPT_SAMPLES || i - in_use >= KEPT_FRAMES))
            continue;
        if (age == 0) {
            struct hn_frame_watch frame = t->frames[i];

            memmove(&t->frames[in_use + 1], &t->frames[in_use],
                    (kept - in_use) * sizeof(frame));
            t->frames[in_use++] = frame;
            kept++;
        } else {
            t->frames[kept++] = t->frames[i];
        }
    }
    t->frame_count = kept;
}

static void
look_again(struct hn_watch *w, struct hn_thread_watch *t)
{
    if (++t->attempts >= MOST_ATTEMPTS) {
        t->outcome = HN_OUTCOME_TORN;
        return;
    }
    t->stands_still = false; /* that was about the first try */
    hn_plan_bar(&w->plan);
    begin_thread(w, t);
    hn_plan_bar(&w->plan);
    wish_for_frames(w, t, 0);
    hn_plan_bar(&w->plan);
    hn_wish_for_changing(w);
    wish_for_second(w, t);
}

/* How many links, from the outermost on, cannot be torn. */
static size_t
sound_links(struct hn_watch *w, struct hn_thread_watch *t)
{
    t->left = false;
    if (w->stands)
        return t->now.count;
    if (!t->in_order)
        return 0;
    if (t->twice)
        return hn_walk_again(w, t);
    return t->stands_still ? t->now.count : 0;
}

/* Counted turns leave no doubt; the same holder twice does. */
static bool
is_exact(const struct hn_watch *w, const struct hn_thread_watch *t)
{
    if (w->stands)
        return true;
    return t->stands_still && t->in_order && w->shape.gil_switches >= 0;
}

/* The outermost frame of a thread stays as long as the thread does, or nearly. */
static void
keep_root(const struct hn_watch *w, struct hn_thread_watch *t)
{
    hn_addr root = t->now.links[t->now.count - 1].frame;

    if (t->now.links[t->now.count - 1].generator != 0 && !is_exact(w, t))
        return;
    if (t->root == 0 || root == t->next_root)
        t->root = root;
    t->next_root = root;
}

/* Up to 3.10 a frame says at every instruction where it is, and frames lie scattered:
 * copying them takes long. A caller that is still at the same place, but not in that
 * call any more, was there already when its callee was copied. */
static bool
was_left(struct hn_watch *w, const struct hn_thread_watch *t, size_t sound)
{
    if (w->shape.chain != HN_FRAME_CHAIN_OBJECTS || !t->left || t->checking
        || sound == 0 || sound >= t->now.count)
        return false;
    return !hn_pairs_proven(w->pairs, w->tree,
                            t->now.links[t->now.count - sound - 1].node);
}

/* Whether the chain's end is the thread's. What was left meanwhile has no caller any
 * more, and a generator that goes to and fro may be met twice without one; only C code
 * that embeds Python calls one with nothing below. */
static bool
is_rooted(const struct hn_watch *w, struct hn_thread_watch *t, size_t sound)
{
    const struct hn_link *outermost = &t->now.links[t->now.count - 1];
    bool last = t->attempts + 1 >= MOST_ATTEMPTS, again;

    if (is_exact(w, t) || t->root == outermost->frame)
        return true;
    if (outermost->generator != 0)
        return t->root == 0 && last && sound > 0;
    if (t->root == 0)
        return sound > 0 || last;
    again = outermost->frame == t->next_root;
    if (sound > 0)
        t->next_root = outermost->frame;
    return sound > 0 && (again || last);
}

static bool
is_believed(struct hn_watch *w, struct hn_thread_watch *t)
{
    size_t sound = sound_links(w, t);

    if (!is_rooted(w, t, sound))
        return false;
    /* A check comes later than a second copy does: who went on meanwhile may well have
     * stood still. */
    if (t->checking && sound == t->now.count)
        t->spared = false;
    if (sound > 0) {
        hn_pairs_prove(w->pairs, w->tree, t->now.links[t->now.count - sound].node);
        keep_root(w, t);
    }
    if (was_left(w, t, sound))
        return false;
    for (size_t i = t->doubtful; i-- > 0;)
        if (i + sound < t->now.count
            && !hn_pairs_believe(w->pairs, w->tree, t->now.links[i].node,
                                 t->attempts == 0))
            return false;
    return true;
}

/* Whether a stack holds something that a second copy may prove: one that was copied
 * once or, of scattered frames, in parts. (A late piece of a data stack may be of
 * another call's.) */
static bool
wants_check(struct hn_watch *w, struct hn_thread_watch *t)
{
    bool in_parts = !t->in_order && w->shape.chain == HN_FRAME_CHAIN_OBJECTS;

    t->spared = t->spared && t->in_order && !t->stands_still;
    if (t->checking || w->stands || t->stands_still || !(t->spared || in_parts))
        return false;
    return !hn_pairs_settled(w->pairs, w->tree, t->node)
           || (t->root != 0 && t->root != t->now.links[t->now.count - 1].frame);
}

static void
check(struct hn_watch *w, struct hn_thread_watch *t)
{
    t->outcome = HN_OUTCOME_PENDING;
    t->checking = true;
    t->in_order = true; /* the second copy comes after all of the first */
    hn_plan_bar(&w->plan);
    wish_for_second(w, t);
}

static void
try_thread(struct hn_watch *w, struct hn_thread_watch *t)
{
    if (!t->checking) {
        bool hold = hn_chunks_hold(w, t);

        t->given_back = !hold && hn_chunks_given_back(w, t);
        if (!hold && !t->given_back) {
            look_again(w, t);
            return;
        }
    }
    t->outcome = t->checking ? HN_OUTCOME_STACK : hn_walk(w, t);
    if (t->outcome == HN_OUTCOME_STACK && wants_check(w, t)) {
        check(w, t);
        return;
    }
    if (t->outcome == HN_OUTCOME_TORN
        || (t->outcome == HN_OUTCOME_STACK && !is_believed(w, t)))
        look_again(w, t);
}

static hn_addr
task_in(const struct hn_watch *w, size_t wish)
{
    const uint8_t *bytes = hn_plan_bytes(&w->plan, wish);

    return bytes ? hn_take_u64(bytes, 0) : 0;
}

static void
take_tasks(const struct hn_watch *w, struct hn_thread_watch *t)
{
    bool known = w->tasks && w->shape.thread_task >= 0;

    t->tasks[0] = known ? task_in(w, t->task_wish[0]) : 0;
    t->tasks[1] = known && t->twice ? task_in(w, t->task_wish[1]) : 0;
}

static void
finish_thread(struct hn_watch *w, struct hn_thread_watch *t)
{
    struct hn_chain last = t->last;

    if (t->rests) {
        if (t->outcome == HN_OUTCOME_STACK)
            hn_pairs_stay(w->tree, t->node);
        return;
    }
    t->exact = is_exact(w, t);
    take_tasks(w, t);
    hn_chunks_note(w, t);
    note_leader(w, t);
    sort_frames(w, t);
    if (t->outcome != HN_OUTCOME_STACK) {
        t->last.count = 0;
        t->calm = 0;
        return;
    }
    /* Without a GIL those that wait are copied once, and nothing tells that they did.
     */
    if (t->spared || (!t->twice && !t->stands_still && !w->stands))
        hn_pairs_spare(w->tree, t->node);
    if (t->attempts > 0 || !hn_pairs_settled(w->pairs, w->tree, t->node))
        t->calm = 0;
    else if (t->calm < CALM_LOOKS)
        t->calm++;
    t->last = t->now;
    t->now = last;
}

/* What was known of a stack may be of code objects that are gone. */
static void
recognize_codes(struct hn_watch *w)
{
    bool same = hn_recognize_codes(w);

    for (size_t i = 0; !same && i < w->interp_count; i++)
        for (size_t k = 0; k < w->interps[i].thread_count; k++)
            if (!w->interps[i].threads[k]->rests)
                w->interps[i].threads[k]->last.count = 0;
}

/* --- state */

static hn_addr
holder_in(const struct hn_watch *w, size_t wish, bool *exists_ret)
{
    const struct hn_shape *s = &w->shape;
    const uint8_t *bytes = hn_plan_bytes(&w->plan, wish);

    *exists_ret = false;
    if (!bytes)
        return 0;
    *exists_ret = true;
    if (s->gil_format == HN_GIL_RUNTIME_CURRENT)
        return hn_take_u64(bytes, 0);
    *exists_ret = s->gil_enabled < 0 || hn_take_u32(bytes, s->gil_enabled) != 0;
    if (!*exists_ret || hn_take_u32(bytes, s->gil_locked) != 1)
        return 0;
    return hn_take_u64(bytes, s->gil_holder);
}

static struct hn_turn
turn_in(const struct hn_watch *w, size_t wish, hn_addr current, bool exists)
{
    const uint8_t *bytes = hn_plan_bytes(&w->plan, wish);
    struct hn_turn turn = { .current = current };

    if (!bytes || !exists)
        return turn;
    turn.known = true;
    turn.switches = hn_take_u64(bytes, w->shape.gil_switches);
    turn.last = hn_take_u64(bytes, w->shape.gil_holder);
    return turn;
}

static void
take_turn(struct hn_watch *w, struct hn_interp_watch *interp)
{
    interp->turn_before = interp->turn;
    interp->holder = holder_in(w, interp->gil_wish, &interp->has_gil_lock);
    interp->turn = turn_in(w, interp->turn_wish, interp->holder, interp->has_gil_lock);
    interp->restless = interp->turn_before.known && interp->turn.known
                       && interp->turn.switches - interp->turn_before.switches > 1;
}

/* Wishes for the stacks of those that had a turn, or may have had one. */
static bool
wake_threads(struct hn_watch *w, struct hn_interp_watch *interp)
{
    bool woken = false;

    for (size_t k = 0; k < interp->thread_count; k++) {
        struct hn_thread_watch *t = interp->threads[k];

        if (!t->rests || hn_turn_rests(&interp->turn_before, &interp->turn, t->addr))
            continue;
        begin_thread(w, t);
        woken = true;
    }
    if (!woken)
        return false;
    hn_plan_bar(&w->plan);
    for (size_t k = 0; k < interp->thread_count; k++)
        if (interp->threads[k]->wish[0] >= w->plan.run)
            wish_for_frames(w, interp->threads[k], 0);
    hn_plan_bar(&w->plan);
    for (size_t k = 0; k < interp->thread_count; k++) {
        struct hn_thread_watch *t = interp->threads[k];

        if (t->wish[0] < w->plan.run)
            continue;
        wish_for_codes(w, t);
        if (t->addr == interp->holder)
            wish_for_second(w, t);
    }
    wish_for_gil_again(w, interp, true);
    return true;
}

static void
take_turns(struct hn_watch *w)
{
    bool woken = false;

    for (size_t i = 0; i < w->interp_count; i++)
        take_turn(w, &w->interps[i]);
    for (size_t i = 0; i < w->interp_count; i++) {
        hn_plan_bar(&w->plan);
        woken |= wake_threads(w, &w->interps[i]);
    }
    if (!woken)
        return;
    hn_plan_run(&w->plan, w->target);
    recognize_codes(w);
}

static void
fill_states(struct hn_watch *w, struct hn_interp_watch *interp)
{
    const struct hn_shape *s = &w->shape;
    const uint8_t *bytes = hn_plan_bytes(&w->plan, interp->gc_wish);
    bool exists;

    interp->holder_after = holder_in(w, interp->gil_check_wish, &exists);
    interp->turn_after =
        turn_in(w, interp->turn_check_wish, interp->holder_after, exists);
    interp->collecting = bytes && hn_take_u32(bytes, 0) != 0;
    for (size_t k = 0; k < interp->thread_count; k++) {
        struct hn_thread_watch *t = interp->threads[k];

        bytes = hn_plan_bytes(&w->plan, t->wish[0]);
        if (!bytes)
            continue;
        t->has_gil = interp->has_gil_lock && interp->holder == t->addr;
        t->stands_still =
            interp->turns != 0
                ? hn_turn_rests(&interp->turn, &interp->turn_after, t->addr)
                : interp->has_gil_lock && interp->holder != 0
                      && interp->holder == interp->holder_after && !t->has_gil;
        t->attached = s->thread_state >= 0 && hn_take_u32(bytes, s->thread_state) == 1;
        t->wants_gil = s->thread_gil_requested >= 0
                       && hn_take_u32(bytes, s->thread_gil_requested) != 0;
    }
}

/* --- all of it */

static bool
run_rounds(struct hn_watch *w)
{
    bool pending = true;

    for (size_t round = 0; pending && round < MOST_ROUNDS; round++) {
        pending = false;
        w->now_ns++; /* what is wished for now is of a later moment */
        for (size_t i = 0; i < w->interp_count; i++) {
            struct hn_interp_watch *interp = &w->interps[i];

            for (size_t k = 0; k < interp->thread_count; k++) {
                struct hn_thread_watch *t = interp->threads[k];

                if (t->outcome != HN_OUTCOME_PENDING)
                    continue;
                try_thread(w, t);
                pending |= t->outcome == HN_OUTCOME_PENDING;
            }
        }
        if (w->plan.failed)
            return false;
        hn_plan_run(&w->plan, w->target);
        recognize_codes(w);
    }
    return true;
}

static enum hn_status
ended_or_not(struct hn_watch *w, uint64_t now_ns)
{
    if (hn_target_gone(w->target))
        return hn_fail(&w->err, HN_E_GONE, 0, "the process has ended");
    if (w->unreadable_since_ns == 0)
        w->unreadable_since_ns = now_ns;
    if (now_ns - w->unreadable_since_ns > UNREADABLE_NS)
        return hn_fail(&w->err, HN_E_GONE, 0, "the process runs another program");
    return HN_OK;
}

/* How often this thread had to wait for something. */
static int64_t
waits(void)
{
    struct rusage usage;

    return getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_nvcsw : 0;
}

/* Memory cannot be read while the process changes its map (mmap, munmap). What is
 * copied after such a wait is of another moment than what came before it; only where
 * who waited for what matters, it is asked for. */
static void
copy(struct hn_watch *w)
{
    uint64_t began = hn_sampler_clock();

    wish_for_heads(w);
    w->waited = false;
    if (hn_chunks_are_given_back(w)) {
        int64_t before = waits();

        hn_plan_run(&w->plan, w->target);
        w->waited = waits() != before;
    }
    wish_for_rest(w);
    hn_plan_run(&w->plan, w->target);
    w->copied_ns = hn_sampler_clock() - began;
}

enum hn_status
hn_watch_look(struct hn_watch *w, uint64_t now_ns)
{
    bool readable = true;

    w->sample++;
    w->now_ns = now_ns;
    if (now_ns - w->interps_read_ns >= INTERPS_EVERY_NS) {
        readable = hn_watch_read_interps(w) == HN_OK;
        w->interps_read_ns = now_ns;
    }
    copy(w);
    recognize_codes(w);
    take_turns(w);
    for (size_t i = 0; i < w->interp_count; i++)
        fill_states(w, &w->interps[i]);
    for (size_t i = 0; i < w->interp_count; i++)
        readable = renew_list(w, &w->interps[i]) && readable;
    hn_plan_run(&w->plan, w->target);
    if (!run_rounds(w))
        return hn_fail(&w->err, HN_E_NOMEM, 0, "no memory for a sample");
    for (size_t i = 0; i < w->interp_count; i++) {
        for (size_t k = 0; k < w->interps[i].thread_count; k++)
            finish_thread(w, w->interps[i].threads[k]);
    }
    if (!readable)
        return ended_or_not(w, now_ns);
    w->unreadable_since_ns = 0;
    return HN_OK;
}
