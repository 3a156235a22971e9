/* A thread's frames, followed through the bytes that one look copied.
 *
 * Nothing is believed because it was there: frames on the data stack lie one behind
 * the other without a gap, code must be code, an instruction must be in its code, and
 * the chain must come to its end. */
#include "base/grow.h"
#include "sample/expect.h"
#include "sample/recognize.h"
#include "sample/watch.h"

#include <string.h>

/* Between two calls of the interpreter loop stands one; at the bottom of 3.15's stacks
 * there is another. */
enum {
    MOST_SHIMS = 2,
    MOST_STRANGE = 16, /* functions never met before, of one stack */
    CODE_FRESH_NS = 1000 * 1000
};

/* Where the next link goes; NULL if there is no room. */
static inline struct hn_link *
next_link(struct hn_chain *chain)
{
    if (chain->count >= HN_LINKS_MOST
        || !HN_GROW(chain->links, chain->capacity, chain->count + 1))
        return NULL;
    return &chain->links[chain->count];
}

/* --- where the bytes of a frame are */

static const uint8_t *
in_chunks(const struct hn_watch *w, const struct hn_thread_watch *t, unsigned pass,
          hn_addr frame, size_t *cursor)
{
    for (size_t i = *cursor; i < t->chunk_count; i++) {
        const struct hn_chunk_watch *chunk = &t->chunks[i];
        const uint8_t *bytes;
        uint64_t at = frame - chunk->addr;

        if (at >= chunk->size)
            continue;
        bytes = hn_plan_bytes(&w->plan, chunk->wish[pass]);
        if (!bytes || at < w->shape.chunk_header
            || at + w->shape.frame.first + w->shape.frame.size
                   > w->plan.wishes[chunk->wish[pass]].size)
            return NULL;
        *cursor = i;
        return bytes + at + w->shape.frame.first;
    }
    return NULL;
}

static bool
is_in_a_chunk(const struct hn_thread_watch *t, hn_addr frame)
{
    for (size_t i = 0; i < t->chunk_count; i++)
        if (frame - t->chunks[i].addr < t->chunks[i].size)
            return true;
    return false;
}

static struct hn_frame_watch *
elsewhere(const struct hn_watch *w, struct hn_thread_watch *t, hn_addr addr)
{
    for (size_t n = 0; n < t->frame_count; n++) {
        size_t i = t->frame_cursor + n;
        struct hn_frame_watch *frame;

        if (i >= t->frame_count)
            i -= t->frame_count;
        frame = &t->frames[i];
        if (frame->addr != addr)
            continue;
        if (frame->seen_in != w->sample && frame->uses < UINT32_MAX)
            frame->uses++;
        frame->seen_in = w->sample;
        t->frame_cursor = i + 1 < t->frame_count ? i + 1 : 0;
        return frame;
    }
    return NULL;
}

static struct hn_frame_watch *
add_frame(const struct hn_watch *w, struct hn_thread_watch *t, hn_addr addr)
{
    if (!HN_GROW(t->frames, t->frame_capacity, t->frame_count + 1))
        return NULL;
    t->frames[t->frame_count] = (struct hn_frame_watch){
        .addr = addr, .seen_in = w->sample, .uses = 1, .wish = { SIZE_MAX, SIZE_MAX }
    };
    return &t->frames[t->frame_count++];
}

/* @known is that frame, if it is remembered. */
static enum hn_outcome
wish_for_frame(struct hn_watch *w, struct hn_thread_watch *t, hn_addr addr,
               struct hn_frame_watch *known)
{
    if (known && known->wish[0] != SIZE_MAX)
        return HN_OUTCOME_TORN; /* no memory there */
    if (!known)
        known = add_frame(w, t, addr);
    if (!known)
        return HN_OUTCOME_TORN;
    known->wish[0] =
        hn_plan_add(&w->plan, addr + w->shape.frame.first, w->shape.frame.size);
    t->in_order = false;
    return HN_OUTCOME_PENDING;
}

/* --- the chain */

static hn_addr
code_of(const struct hn_shape *s, const uint8_t *bytes)
{
    uint64_t bits = hn_take_u64(bytes, s->frame_code);

    return s->tagged ? bits & ~UINT64_C(1) : bits;
}

/* Owners say where a frame must lie: 0 on the data stack, 1 in a generator; one that
 * a frame object took over (2) runs no more. */
static bool
owner_fits(unsigned owner, bool in_chunk)
{
    return owner == 0 ? in_chunk : owner == 1 && !in_chunk;
}

/* Up to 3.9 a flag, in 3.10 a state (FRAME_EXECUTING is 0). From 3.11 to 3.13 a frame
 * keeps the depth of its value stack only while it does not need it: -1 otherwise.
 * Since 3.14 there is a pointer, which a frame that is left sets back to its first
 * local variable. */
static enum hn_liveness
liveness(const struct hn_shape *s, hn_addr frame, const uint8_t *bytes)
{
    if (s->frame_executing >= 0)
        return bytes[s->frame_executing] == 1 ? HN_LIVE_RUNS : HN_LIVE_OVER;
    if (s->frame_state >= 0)
        return bytes[s->frame_state] == 0 ? HN_LIVE_RUNS : HN_LIVE_OVER;
    if (s->frame_stacktop >= 0)
        return hn_take_u32(bytes, s->frame_stacktop) == UINT32_MAX ? HN_LIVE_RUNS
                                                                   : HN_LIVE_CALLS;
    if (s->frame_stackpointer >= 0
        && hn_take_u64(bytes, s->frame_stackpointer) == frame + s->frame_fixed)
        return HN_LIVE_OVER; /* or it has no variables at all: see is_over() */
    return HN_LIVE_UNKNOWN;
}

static bool
is_known(const struct hn_watch *w, const struct hn_link *link)
{
    return hn_codes_find(w->codes, w->index, link->code, link->tlbc) != HN_CODES_NONE;
}

/* A generator that runs was called by something: since 3.12 at least by the frame that
 * the interpreter loop begins with. Up to 3.10 it says itself whether it runs. */
static bool
was_suspended(const struct hn_shape *s, const struct hn_link *link, hn_addr back)
{
    if (link->generator == 0 || back != 0)
        return false;
    return s->chain == HN_FRAME_CHAIN_OBJECTS ? link->live == HN_LIVE_OVER
                                              : s->frame_entry < 0;
}

static void
read_place(const struct hn_shape *s, const uint8_t *bytes, struct hn_link *ret)
{
    ret->code = code_of(s, bytes);
    ret->position = s->position_unit ? hn_take_u32(bytes, s->frame_position)
                                     : hn_take_u64(bytes, s->frame_position);
    if (s->frame_tlbc >= 0)
        ret->tlbc = hn_take_u32(bytes, s->frame_tlbc);
}

static enum hn_outcome
follow(struct hn_watch *w, struct hn_thread_watch *t, unsigned pass, hn_addr frame,
       struct hn_chain *ret)
{
    const struct hn_shape *s = &w->shape;
    size_t cursor = 0, steps = 0, shims = 0, strange = 0;
    hn_addr mark = 0;

    ret->count = 0;
    t->yielded = false;
    t->frame_cursor = 0;
    while (frame != 0) {
        struct hn_link *link = next_link(ret);
        const uint8_t *bytes = in_chunks(w, t, pass, frame, &cursor);
        struct hn_frame_watch *known = NULL;
        unsigned owner = 0;

        /* Frames that were freed and used again may form a circle; a mark that moves on
         * at powers of two finds one of any length before long. */
        if (!link || ++steps > HN_LINKS_MOST || frame == mark)
            return HN_OUTCOME_TORN;
        if ((steps & (steps - 1)) == 0)
            mark = frame;
        *link = (struct hn_link){ .frame = frame };
        if (bytes)
            link->chunk = (uint32_t)(t->chunk_count - cursor);
        else if (frame % 8 != 0 || is_in_a_chunk(t, frame))
            return HN_OUTCOME_TORN;
        else if ((known = elsewhere(w, t, frame)) != NULL)
            bytes = hn_plan_bytes(&w->plan, known->wish[pass]);
        if (!bytes)
            return pass > 0 ? HN_OUTCOME_TORN : wish_for_frame(w, t, frame, known);
        if (s->frame_owner >= 0)
            owner = bytes[s->frame_owner];
        link->live = (uint8_t)liveness(s, frame, bytes);
        link->from_c = s->frame_entry >= 0 && bytes[s->frame_entry] & 1;
        if (owner == 1)
            link->generator = frame - s->generator_to_frame;
        else if (s->frame_generator >= 0)
            link->generator = hn_take_u64(bytes, s->frame_generator);
        frame = hn_take_u64(bytes, s->frame_back);
        if (was_suspended(s, link, frame)) {
            t->yielded = ret->count == 0;
            return HN_OUTCOME_TORN;
        }
        if (owner >= s->first_shim_owner) {
            if (++shims > MOST_SHIMS)
                return HN_OUTCOME_TORN;
            if (ret->count > 0)
                ret->links[ret->count - 1].from_c = true;
            continue;
        }
        shims = 0;
        if (s->frame_owner >= 0 && !owner_fits(owner, link->chunk != 0))
            return HN_OUTCOME_TORN;
        read_place(s, bytes, link);
        ret->count++;
        /* A chain that leads into freed memory may go on there for very long. Reading
         * a code object takes so long that the rest would be another stack's. */
        if (pass == 0 && !t->in_order && link->chunk == 0 && !is_known(w, link)
            && ++strange > MOST_STRANGE
            && hn_codes_check(w->codes, w->rt, &w->shape, w->index, link->code,
                              link->tlbc, w->now_ns)
                   == HN_CODES_NONE)
            return HN_OUTCOME_TORN;
    }
    return ret->count > 0 ? HN_OUTCOME_STACK : HN_OUTCOME_EMPTY;
}

/* --- from links to a node of the tree */

/* Byte offset of the instruction in its code; false if it cannot be there. */
static bool
place(const struct hn_shape *s, const struct hn_code_entry *entry, uint64_t position,
      int32_t *ret)
{
    int64_t at;

    if (s->position_unit) {
        *ret = (int32_t)(uint32_t)position * (int32_t)s->position_unit;
        return *ret >= -2;
    }
    at = (int64_t)(position - entry->now.bytecode);
    /* 3.11 and 3.12 point to the unit before the first at first. */
    if (at < -2 || at >= (int64_t)entry->now.print.units * 2)
        return false;
    *ret = (int32_t)at;
    return true;
}

/* Frames on the data stack are pushed one right behind the other; the oldest chunk
 * leaves its first word free. What C calls while a frame is being made or cleared (the
 * collector, finalizers) comes behind that one, which is no link of the chain. */
static bool
is_adjacent(const struct hn_watch *w, const struct hn_thread_watch *t,
            const struct hn_link *below, const struct hn_link *link)
{
    if (link->chunk == 0)
        return true;
    if (below && below->chunk == link->chunk) {
        hn_addr end = below->frame + w->codes->entries[below->entry].now.frame_bytes;

        return link->frame == end || (link->from_c && link->frame > end);
    }
    return link->frame - t->chunks[t->chunk_count - link->chunk].addr
           <= w->shape.chunk_header + 8;
}

/* A code object met anew may be another one than was there before; not so one that was
 * looked at a moment ago, unless it is known to change. */
static bool
is_fresh(const struct hn_watch *w, const struct hn_code_entry *entry)
{
    return entry->checked_ns != 0
           && w->now_ns - entry->checked_ns <= (entry->changes ? 1 : CODE_FRESH_NS);
}

static bool
resolve(struct hn_watch *w, struct hn_link *link)
{
    link->entry = hn_codes_find(w->codes, w->index, link->code, link->tlbc);
    if (link->entry != HN_CODES_NONE && w->codes->entries[link->entry].changes)
        hn_note_changing(w, link->entry);
    if (link->entry == HN_CODES_NONE || !is_fresh(w, &w->codes->entries[link->entry]))
        link->entry = hn_codes_check(w->codes, w->rt, &w->shape, w->index, link->code,
                                     link->tlbc, w->now_ns);
    return link->entry != HN_CODES_NONE && !w->codes->entries[link->entry].doubted;
}

static bool
intern(struct hn_watch *w, const struct hn_thread_watch *t, const struct hn_link *below,
       uint32_t parent, struct hn_link *link)
{
    const struct hn_code_entry *entry;
    int32_t at;

    if (!resolve(w, link))
        return false;
    entry = &w->codes->entries[link->entry];
    if (!place(&w->shape, entry, link->position, &at)
        || !is_adjacent(w, t, below, link))
        return false;
    if (link->recalled)
        at = link->at;
    link->node = parent;
    if (!entry->now.internal && parent != HN_TREE_NONE)
        link->node = hn_tree_step(w->tree, parent, entry->now.content, at);
    return true;
}

static bool
same_link(const struct hn_link *a, const struct hn_link *b)
{
    return a->frame == b->frame && a->code == b->code && a->position == b->position
           && a->tlbc == b->tlbc && a->chunk == b->chunk && !a->recalled
           && !b->recalled;
}

/* What the two chains have in common, from the outermost frame on, is known. */
static size_t
take_over(struct hn_thread_watch *t)
{
    size_t common = 0;

    while (common < t->now.count && common < t->last.count) {
        struct hn_link *link = &t->now.links[t->now.count - 1 - common];
        const struct hn_link *known = &t->last.links[t->last.count - 1 - common];

        if (!same_link(link, known))
            break;
        link->entry = known->entry;
        link->node = known->node;
        common++;
    }
    return common;
}

/* The function at or around @at, from there on outwards, that is not the interpreter's
 * own; NULL if there is none. */
static const struct hn_link *
shown_from(const struct hn_watch *w, const struct hn_chain *chain, size_t at)
{
    for (; at < chain->count; at++)
        if (!w->codes->entries[chain->links[at].entry].now.internal)
            return &chain->links[at];
    return NULL;
}

/* One frame as it is now. */
static bool
copy_frame(struct hn_watch *w, hn_addr frame, uint8_t bytes[HN_RECORD_MAX])
{
    const struct hn_shape *s = &w->shape;
    struct hn_wish wish = { frame + s->frame.first, bytes, s->frame.size, 0 };

    if (s->frame.size > HN_RECORD_MAX)
        return false;
    hn_target_gather(w->target, &wish, 1);
    return wish.got == wish.size;
}

static bool
is_still_there(struct hn_watch *w, const struct hn_link *link)
{
    uint8_t bytes[HN_RECORD_MAX];

    return copy_frame(w, link->frame, bytes) && code_of(&w->shape, bytes) == link->code;
}

/* Once for each two functions. False if what looks like a call that nobody expects may
 * be one of code that was freed since the stack was copied: another one's, when it was
 * read. */
static bool
introduce(struct hn_watch *w, const struct hn_chain *chain, size_t i)
{
    const struct hn_code *const *contents = w->codes->contents;
    const struct hn_code_entry *entries = w->codes->entries;
    const struct hn_link *callee = &chain->links[i], *caller;
    bool expected;

    if (entries[callee->entry].now.internal
        || !hn_pairs_are_strangers(w->pairs, w->tree, callee->node))
        return true;
    caller = shown_from(w, chain, i + 1);
    expected = !caller
               || hn_expects_call(w->rt, caller->code,
                                  contents[entries[caller->entry].now.content],
                                  contents[entries[callee->entry].now.content]);
    if (!expected && !is_still_there(w, callee))
        return false;
    hn_pairs_introduce(w->pairs, w->tree, callee->node, expected);
    return true;
}

static enum hn_outcome
find_node(struct hn_watch *w, struct hn_thread_watch *t)
{
    size_t common = take_over(t);
    const struct hn_link *below = NULL; /* the last one on the data stack */
    uint32_t node = 0;

    for (size_t i = t->now.count - common; i < t->now.count && !below; i++)
        if (t->now.links[i].chunk != 0)
            below = &t->now.links[i];
    t->doubtful = 0;
    if (common > 0)
        node = t->now.links[t->now.count - common].node;
    t->moved = common < t->now.count || common < t->last.count;
    for (size_t i = t->now.count - common; i-- > 0;) {
        struct hn_link *link = &t->now.links[i];

        if (!intern(w, t, below, node, link) || !introduce(w, &t->now, i))
            return HN_OUTCOME_TORN;
        if (hn_pairs_doubt(w->pairs, w->tree, link->node) && t->doubtful == 0)
            t->doubtful = i + 1;
        node = link->node;
        if (link->chunk != 0)
            below = link;
    }
    t->node = node;
    return HN_OUTCOME_STACK;
}

/* --- what has been left meanwhile */

static bool
is_over(struct hn_watch *w, struct hn_link *link)
{
    if (link->live != HN_LIVE_OVER)
        return false;
    return w->shape.frame_stackpointer < 0
           || (resolve(w, link) && w->codes->entries[link->entry].now.print.slots > 0);
}

/* From 3.11 to 3.13 a frame that is left looks as if it called, but for the instruction
 * it stands at. What C calls while it is cleared (finalizers) is no call of its own. */
static bool
has_returned(struct hn_watch *w, const struct hn_link *caller,
             const struct hn_link *callee)
{
    const struct hn_formats *formats = &w->rt->py.layout.formats;
    uint8_t opcode = 0;
    struct hn_wish wish = { caller->position, &opcode, sizeof(opcode), 0 };

    if (formats->return_value == 0 || caller->live != HN_LIVE_CALLS
        || callee->live != HN_LIVE_CALLS || callee->from_c)
        return false;
    hn_target_gather(w->target, &wish, 1);
    return opcode != 0
           && (opcode == formats->return_value || opcode == formats->return_const);
}

/* Between the copying of the thread state and that of its frames, the innermost ones
 * may have been left. Their memory still shows them, and the callers have gone on. */
static size_t
count_left(struct hn_watch *w, const struct hn_chain *chain)
{
    for (size_t i = chain->count; i-- > 1;) {
        const struct hn_link *caller = &chain->links[i];
        struct hn_link *callee = &chain->links[i - 1];

        if ((caller->live == HN_LIVE_RUNS && w->shape.frame_stacktop >= 0
             && !callee->from_c)
            || callee->code == 0 || is_over(w, callee)
            || (i == 1 && has_returned(w, caller, callee)))
            return i;
    }
    return chain->count > 1 && chain->links[0].from_c
           && chain->links[0].live == HN_LIVE_CALLS;
}

static bool
recall_place(struct hn_watch *w, struct hn_link *caller, struct hn_link *callee)
{
    const struct hn_code_entry *entries;

    if (!resolve(w, caller) || !resolve(w, callee))
        return false;
    entries = w->codes->entries;
    caller->recalled =
        !entries[caller->entry].now.internal && !entries[callee->entry].now.internal
        && hn_pairs_place(w->pairs, entries[caller->entry].now.content,
                          entries[callee->entry].now.content, &caller->at);
    return caller->recalled;
}

/* What has been left was the stack when the thread state was copied. Where callers that
 * have gone on stood then is known of those that call from one place only; else the
 * stack is the callers', as of now. */
static void
mend_left(struct hn_watch *w, struct hn_chain *chain)
{
    size_t left = count_left(w, chain), recalled = 0;

    while (recalled < left
           && recall_place(w, &chain->links[recalled + 1], &chain->links[recalled]))
        recalled++;
    if (recalled == left)
        return;
    chain->links[left].recalled = false;
    memmove(chain->links, chain->links + left,
            (chain->count - left) * sizeof(*chain->links));
    chain->count -= left;
}

/* --- what is still there */

/* Of the frames that were copied, one that executes; else NULL. */
static const uint8_t *
executing(const struct hn_watch *w, const struct hn_frame_watch *frame)
{
    const uint8_t *bytes = hn_plan_bytes(&w->plan, frame->wish[0]);

    return bytes && liveness(&w->shape, frame->addr, bytes) == HN_LIVE_RUNS ? bytes
                                                                            : NULL;
}

/* Callers mostly come right behind what they called. */
static void
mark_caller(struct hn_thread_watch *t, size_t callee, hn_addr addr)
{
    for (size_t n = 1; n < t->frame_count; n++) {
        struct hn_frame_watch *frame = &t->frames[(callee + n) % t->frame_count];

        if (frame->addr == addr) {
            frame->calls = true;
            return;
        }
    }
}

static void
mark_callers(const struct hn_watch *w, struct hn_thread_watch *t)
{
    for (size_t i = 0; i < t->frame_count; i++)
        t->frames[i].calls = false;
    for (size_t i = 0; i < t->frame_count; i++) {
        const uint8_t *bytes = executing(w, &t->frames[i]);

        if (bytes)
            mark_caller(t, i, hn_take_u64(bytes, w->shape.frame_back));
    }
}

static bool
is_cut_off(const struct hn_watch *w, const struct hn_thread_watch *t)
{
    const struct hn_link *outermost = &t->now.links[t->now.count - 1];

    return w->shape.chain == HN_FRAME_CHAIN_OBJECTS && t->root != 0
           && outermost->frame != t->root && outermost->live == HN_LIVE_OVER;
}

static void
swap_chains(struct hn_chain *a, struct hn_chain *b)
{
    struct hn_chain c = *a;

    *a = *b;
    *b = c;
}

/* @cut up to the first that has been left, and what of @rest is behind it. */
static bool
join(struct hn_watch *w, struct hn_chain *cut, struct hn_chain *rest)
{
    size_t count = 0;

    while (count < cut->count && cut->links[count++].live != HN_LIVE_OVER)
        ;
    cut->count = count;
    for (size_t i = 0; i < rest->count; i++) {
        struct hn_link *link;

        if (i > 0)
            recall_place(w, &rest->links[i], &rest->links[i - 1]);
        link = next_link(cut);
        if (!link)
            return false;
        *link = rest->links[i];
        cut->count++;
    }
    return true;
}

/* Up to 3.10 a frame that has been left has lost its caller. But what stood outside of
 * it was there a moment later: the innermost frame that executed, which called none of
 * the others that did, and its callers. */
static enum hn_outcome
follow_rest(struct hn_watch *w, struct hn_thread_watch *t, hn_addr first)
{
    swap_chains(&t->now, &t->again);
    mark_callers(w, t);
    for (size_t i = 0; i < t->frame_count; i++) {
        enum hn_outcome outcome;

        if (t->frames[i].calls || !executing(w, &t->frames[i]))
            continue;
        outcome = follow(w, t, 0, t->frames[i].addr, &t->now);
        if (outcome == HN_OUTCOME_PENDING)
            return outcome;
        if (outcome != HN_OUTCOME_STACK
            || t->now.links[t->now.count - 1].frame != t->root)
            continue;
        if (!join(w, &t->again, &t->now))
            break;
        swap_chains(&t->now, &t->again);
        return outcome;
    }
    /* Or it is another outermost frame than it was. */
    return follow(w, t, 0, first, &t->now);
}

/* The oldest frame on the data stack is the outermost one, or what a generator called
 * that is: a chain that does not come there ended too early. */
static bool
reaches_the_bottom(const struct hn_watch *w, const struct hn_thread_watch *t)
{
    const struct hn_chunk_watch *oldest;

    if (w->shape.chain == HN_FRAME_CHAIN_OBJECTS || t->chunk_count == 0)
        return true;
    oldest = &t->chunks[t->chunk_count - 1];
    if (t->chunk_count == 1 && oldest->used <= w->shape.chunk_header + 8)
        return true; /* nothing on it */
    for (size_t i = t->now.count; i-- > 0;)
        if (t->now.links[i].chunk != 0)
            return t->now.links[i].frame - oldest->addr <= w->shape.chunk_header + 8;
    return false;
}

/* --- where the chain begins */

/* 3.11 and 3.12: through a _PyCFrame, which lies on the C stack, at another place for
 * each call from C; the last few of them are copied along. */
static enum hn_outcome
through_cframe(struct hn_watch *w, struct hn_thread_watch *t, unsigned pass,
               hn_addr cframe, hn_addr *ret)
{
    struct hn_frame_watch *oldest = &t->cframes[0];

    for (size_t i = 0; i < HN_CFRAMES; i++) {
        struct hn_frame_watch *known = &t->cframes[i];
        const uint8_t *bytes;

        if (known->seen_in < oldest->seen_in)
            oldest = known;
        if (known->addr != cframe)
            continue;
        known->seen_in = w->sample;
        bytes = hn_plan_bytes(&w->plan, known->wish[pass]);
        if (!bytes)
            return HN_OUTCOME_TORN;
        *ret = hn_take_u64(bytes, w->shape.cframe_current);
        return HN_OUTCOME_STACK;
    }
    if (pass > 0)
        return HN_OUTCOME_TORN;
    *oldest = (struct hn_frame_watch){
        .addr = cframe,
        .seen_in = w->sample,
        .wish = { hn_plan_add(&w->plan, cframe + w->shape.cframe.first,
                              w->shape.cframe.size),
                  SIZE_MAX },
    };
    t->in_order = false;
    return HN_OUTCOME_PENDING;
}

static enum hn_outcome
find_first(struct hn_watch *w, struct hn_thread_watch *t, unsigned pass, hn_addr *ret)
{
    const uint8_t *bytes = hn_plan_bytes(&w->plan, t->wish[pass]);
    hn_addr first;

    if (!bytes)
        return HN_OUTCOME_TORN;
    first = *ret = hn_take_u64(bytes, w->shape.thread_first);
    if (w->shape.chain != HN_FRAME_CHAIN_CFRAME || first == 0)
        return HN_OUTCOME_STACK;
    if (first % 8 != 0)
        return HN_OUTCOME_TORN;
    return through_cframe(w, t, pass, first, ret);
}

/* The frame that ends at @end of a chunk, found from below, where frames lie one behind
 * the other; 0 if that does not lead there. */
static hn_addr
top_of_chunk(const struct hn_watch *w, const struct hn_thread_watch *t, size_t i,
             uint64_t end)
{
    const struct hn_shape *s = &w->shape;
    const struct hn_chunk_watch *chunk = &t->chunks[i];
    const uint8_t *bytes = hn_plan_bytes(&w->plan, chunk->wish[0]);
    uint64_t at = s->chunk_header + (i + 1 == t->chunk_count ? 8 : 0);

    if (!bytes || end > chunk->used || end > w->plan.wishes[chunk->wish[0]].size)
        return 0;
    while (at + s->frame.first + s->frame.size <= end) {
        const uint8_t *frame = bytes + at + s->frame.first;
        uint32_t tlbc = s->frame_tlbc < 0 ? 0 : hn_take_u32(frame, s->frame_tlbc);
        uint32_t entry = hn_codes_find(w->codes, w->index, code_of(s, frame), tlbc);
        uint64_t next;

        if (entry == HN_CODES_NONE)
            return 0;
        next = at + w->codes->entries[entry].now.frame_bytes;
        if (next == end)
            return chunk->addr + at;
        at = next;
    }
    return 0;
}

static hn_addr
top_of_stack(const struct hn_watch *w, const struct hn_thread_watch *t)
{
    const uint8_t *state = hn_plan_bytes(&w->plan, t->wish[0]);

    if (!state || w->shape.thread_top < 0 || t->chunk_count == 0)
        return 0;
    return top_of_chunk(w, t, 0,
                        hn_take_u64(state, w->shape.thread_top) - t->chunks[0].addr);
}

/* Where the newest chunk has been given back meanwhile, its callers are at the end of
 * the one below. */
static enum hn_outcome
find_start(struct hn_watch *w, struct hn_thread_watch *t, hn_addr *ret)
{
    if (!t->given_back)
        return find_first(w, t, 0, ret);
    *ret = top_of_chunk(w, t, 1, t->chunks[1].used);
    return *ret != 0 ? HN_OUTCOME_STACK : HN_OUTCOME_TORN;
}

enum hn_outcome
hn_walk(struct hn_watch *w, struct hn_thread_watch *t)
{
    hn_addr first;
    enum hn_outcome outcome = find_start(w, t, &first);

    if (outcome == HN_OUTCOME_STACK)
        outcome = follow(w, t, 0, first, &t->now);
    /* A thread that lost its CPU just when a generator gave a value away stands there
     * however often it is looked at: what runs is the generator's caller. */
    if (outcome == HN_OUTCOME_TORN && t->yielded && t->attempts > 0
        && (first = top_of_stack(w, t)) != 0)
        outcome = follow(w, t, 0, first, &t->now);
    if (outcome == HN_OUTCOME_STACK && is_cut_off(w, t))
        outcome = follow_rest(w, t, first);
    if (outcome != HN_OUTCOME_STACK)
        return outcome;
    if (!reaches_the_bottom(w, t))
        return HN_OUTCOME_TORN;
    mend_left(w, &t->now);
    return find_node(w, t);
}

bool
hn_walk_alone(struct hn_watch *w, hn_addr frame, uint32_t *code_ret, int32_t *at_ret)
{
    const struct hn_shape *s = &w->shape;
    uint8_t bytes[HN_RECORD_MAX];
    struct hn_link link = { .frame = frame };
    const struct hn_code_entry *entry;

    if (!copy_frame(w, frame, bytes))
        return false;
    read_place(s, bytes, &link);
    if (!resolve(w, &link))
        return false;
    entry = &w->codes->entries[link.entry];
    *code_ret = entry->now.internal ? HN_CODES_NONE : entry->now.content;
    return place(s, entry, link.position, at_ret);
}

/* The innermost frame that is the same may have gone on: what called it has not. */
size_t
hn_walk_again(struct hn_watch *w, struct hn_thread_watch *t)
{
    hn_addr first;
    size_t same = 0;

    t->left = false;
    if (find_first(w, t, 1, &first) != HN_OUTCOME_STACK
        || follow(w, t, 1, first, &t->again) != HN_OUTCOME_STACK)
        return 0;
    while (same < t->now.count && same < t->again.count) {
        const struct hn_link *a = &t->now.links[t->now.count - 1 - same];
        const struct hn_link *b = &t->again.links[t->again.count - 1 - same];

        if (a->frame != b->frame || a->code != b->code || a->tlbc != b->tlbc)
            break;
        same++;
        if (a->position != b->position)
            return same;
    }
    t->left = same < t->now.count;
    return same;
}
