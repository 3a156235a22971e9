/* A thread's data stack: the pieces it lies in (_PyStackChunk, Python/pystate.c), which
 * come and go. */
#include "sample/chunks.h"

#include "base/grow.h"

#include <string.h>

enum {
    /* Copied beyond the last known end of a data stack: a few calls more. */
    SLACK_BYTES = 512,
    /* A single frame may be large; this is far beyond. */
    MOST_CHUNK_BYTES = 1 << 26,
    MOST_CHUNKS = 1 << 14,
    /* A recursion that comes and goes is over before all of it is found anew. */
    USED_SAMPLES = 64,
    /* It uses a piece in every other look or so. */
    GIVEN_SAMPLES = 8,
};

/* --- what is wished for */

/* As much as was used lately: a recursion that comes and goes would be over, and the
 * stack another, if it had to be copied twice to have all of it. */
static uint64_t
most_used(const struct hn_watch *w, struct hn_chunk_watch *chunk)
{
    uint64_t window = w->sample / USED_SAMPLES;

    if (window != chunk->window) {
        chunk->lately[1] = window == chunk->window + 1 ? chunk->lately[0] : 0;
        chunk->lately[0] = 0;
        chunk->window = window;
    }
    if (chunk->used > chunk->lately[0])
        chunk->lately[0] = chunk->used;
    return chunk->lately[0] > chunk->lately[1] ? chunk->lately[0] : chunk->lately[1];
}

/* As long as they were used lately. */
static void
wish_for_spares(struct hn_watch *w, struct hn_thread_watch *t, unsigned pass)
{
    size_t kept = 0;

    for (size_t i = 0; i < t->spare_count; i++) {
        struct hn_chunk_watch spare = t->spares[i];
        uint64_t used = most_used(w, &spare);

        if (used == 0)
            continue;
        spare.wish[pass] = hn_plan_add_alone(&w->plan, spare.addr, used);
        t->spares[kept++] = spare;
    }
    t->spare_count = kept;
}

void
hn_chunks_wish(struct hn_watch *w, struct hn_thread_watch *t, unsigned pass)
{
    for (size_t i = 0; i < t->chunk_count; i++) {
        struct hn_chunk_watch *chunk = &t->chunks[i];
        uint64_t used = most_used(w, chunk) + (i == 0 ? SLACK_BYTES : 0);

        if (used > chunk->size)
            used = chunk->size;
        chunk->wish[pass] = hn_plan_add(&w->plan, chunk->addr, used);
    }
    wish_for_spares(w, t, pass);
}

/* --- what came */

static bool
add_chunk(struct hn_thread_watch *t, const struct hn_chunk_watch *chunk)
{
    if (!HN_GROW(t->chunks, t->chunk_capacity, t->chunk_count + 1))
        return false;
    t->chunks[t->chunk_count++] = *chunk;
    return true;
}

static bool
read_chunk(struct hn_watch *w, hn_addr addr, struct hn_chunk_watch *ret,
           hn_addr *previous_ret)
{
    const struct hn_shape *s = &w->shape;
    uint8_t bytes[64];
    struct hn_wish wish = { addr, bytes, s->chunk_header, 0 };

    if (addr % 8 != 0 || s->chunk_header > sizeof(bytes))
        return false;
    hn_target_gather(w->target, &wish, 1);
    if (wish.got < wish.size)
        return false;
    *ret = (struct hn_chunk_watch){
        .addr = addr,
        .size = hn_take_u64(bytes, s->chunk_size),
        .used = s->chunk_header + 8 * hn_take_u64(bytes, s->chunk_top),
    };
    *previous_ret = hn_take_u64(bytes, s->chunk_previous);
    return ret->size >= s->chunk_header && ret->size <= MOST_CHUNK_BYTES;
}

static struct hn_chunk_watch *
find_chunk(struct hn_chunk_watch *chunks, size_t count, hn_addr addr)
{
    for (size_t i = 0; i < count; i++)
        if (chunks[i].addr == addr)
            return &chunks[i];
    return NULL;
}

/* What is in use is no spare. */
static void
sort_spares(struct hn_thread_watch *t)
{
    size_t kept = 0;

    for (size_t i = 0; i < t->spare_count; i++)
        if (!find_chunk(t->chunks, t->chunk_count, t->spares[i].addr))
            t->spares[kept++] = t->spares[i];
    t->spare_count = kept;
}

/* Lists the chunks anew, from the newest to the oldest. */
static bool
list_chunks(struct hn_watch *w, struct hn_thread_watch *t, hn_addr newest, hn_addr top)
{
    t->chunk_count = 0;
    while (newest != 0 && t->chunk_count < MOST_CHUNKS) {
        struct hn_chunk_watch chunk;

        if (!read_chunk(w, newest, &chunk, &newest))
            return false;
        /* Only when another is put on top does a chunk say how far it is used. */
        if (t->chunk_count == 0)
            chunk.used = top - chunk.addr;
        if (chunk.used > chunk.size)
            chunk.used = chunk.size;
        if (!add_chunk(t, &chunk))
            return false;
    }
    return newest == 0;
}

/* The newest @count chunks have been left. A new thing goes to the front; too many, and
 * the one that was left first is forgotten. */
static void
drop_chunks(struct hn_thread_watch *t, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t kept =
            t->spare_count < HN_SPARE_CHUNKS ? t->spare_count : HN_SPARE_CHUNKS - 1;

        memmove(t->spares + 1, t->spares, kept * sizeof(t->spares[0]));
        t->spares[0] = t->chunks[i];
        t->spares[0].used = 0;
        t->spare_count = kept + 1;
    }
    memmove(t->chunks, t->chunks + count,
            (t->chunk_count - count) * sizeof(t->chunks[0]));
    t->chunk_count -= count;
}

/* What a chunk's own header says, as copied; false if it was not. */
static bool
chunk_header(const struct hn_watch *w, const struct hn_chunk_watch *chunk,
             hn_addr *previous_ret, uint64_t *used_ret)
{
    const struct hn_shape *s = &w->shape;
    const uint8_t *bytes = hn_plan_bytes(&w->plan, chunk->wish[0]);

    if (!bytes || hn_take_u64(bytes, s->chunk_size) != chunk->size)
        return false;
    *previous_ret = hn_take_u64(bytes, s->chunk_previous);
    *used_ret = s->chunk_header + 8 * hn_take_u64(bytes, s->chunk_top);
    return *used_ret <= chunk->size;
}

static bool
is_all_there(const struct hn_watch *w, const struct hn_chunk_watch *chunk)
{
    return hn_plan_bytes(&w->plan, chunk->wish[0])
           && w->plan.wishes[chunk->wish[0]].size >= chunk->used;
}

/* Lists the spares that @newest leads to, down to a chunk that is in use; returns how
 * many, 0 if it does not come there. */
static size_t
list_spares(struct hn_watch *w, struct hn_thread_watch *t, hn_addr newest,
            struct hn_chunk_watch *ret, struct hn_chunk_watch **below_ret)
{
    size_t count = 0;
    hn_addr at = newest;
    uint64_t used;

    while (count < t->spare_count) {
        struct hn_chunk_watch *spare = find_chunk(t->spares, t->spare_count, at);

        if (!spare || !chunk_header(w, spare, &at, &used))
            return 0;
        ret[count] = *spare;
        ret[count].used = used;
        if (count > 0 && !is_all_there(w, &ret[count]))
            return 0;
        count++;
        *below_ret = find_chunk(t->chunks, t->chunk_count, at);
        if (*below_ret)
            return count;
    }
    return 0;
}

/* Puts spares that are in use again back. What was copied in vain below them is found
 * out by who looks at how far the chunks are used. */
static void
take_spares(struct hn_watch *w, struct hn_thread_watch *t, hn_addr newest)
{
    struct hn_chunk_watch again[HN_SPARE_CHUNKS], *below = NULL;
    hn_addr previous;
    size_t count;

    if (t->spare_count == 0 || find_chunk(t->chunks, t->chunk_count, newest))
        return;
    count = list_spares(w, t, newest, again, &below);
    if (count == 0 || !chunk_header(w, below, &previous, &below->used)
        || !is_all_there(w, below))
        return;
    drop_chunks(t, (size_t)(below - t->chunks));
    if (!HN_GROW(t->chunks, t->chunk_capacity, t->chunk_count + count))
        return;
    memmove(t->chunks + count, t->chunks, t->chunk_count * sizeof(t->chunks[0]));
    memcpy(t->chunks, again, count * sizeof(again[0]));
    t->chunk_count += count;
    sort_spares(t);
}

bool
hn_chunks_hold(struct hn_watch *w, struct hn_thread_watch *t)
{
    const struct hn_shape *s = &w->shape;
    const uint8_t *bytes = hn_plan_bytes(&w->plan, t->wish[0]);
    hn_addr newest, top;

    if (!bytes || s->thread_chunk < 0)
        return true; /* the walk will say why not */
    newest = hn_take_u64(bytes, s->thread_chunk);
    top = s->thread_top < 0 ? 0 : hn_take_u64(bytes, s->thread_top);
    take_spares(w, t, newest);
    for (size_t i = 0; i < t->chunk_count; i++) {
        struct hn_chunk_watch *chunk = &t->chunks[i];

        if (chunk->addr != newest)
            continue;
        drop_chunks(t, i);
        t->chunks[0].used =
            top - newest <= t->chunks[0].size ? top - newest : t->chunks[0].size;
        return is_all_there(w, &t->chunks[0]);
    }
    list_chunks(w, t, newest, top);
    sort_spares(t);
    return t->chunk_count == 0;
}

/* --- what was given back */

bool
hn_chunks_given_back(const struct hn_watch *w, const struct hn_thread_watch *t)
{
    const uint8_t *bytes = hn_plan_bytes(&w->plan, t->wish[0]);

    return bytes && t->chunk_count > 1
           && hn_take_u64(bytes, w->shape.thread_chunk) == t->chunks[0].addr
           && !hn_plan_bytes(&w->plan, t->chunks[0].wish[0])
           && is_all_there(w, &t->chunks[1]);
}

static void
note_below(const struct hn_watch *w, struct hn_thread_watch *t)
{
    if (t->outcome != HN_OUTCOME_STACK || t->chunk_count < 2)
        return;
    for (size_t i = 0; i < t->now.count; i++) {
        const struct hn_link *link = &t->now.links[i];

        if (link->chunk == 0 || link->chunk == t->chunk_count)
            continue;
        t->chunks[0].below = link->node;
        t->chunks[0].used_in = w->sample;
        return;
    }
}

/* Up to 3.13 a piece is given back as soon as nothing is on it. 0: none was. */
static uint32_t
below_given(const struct hn_watch *w, const struct hn_thread_watch *t)
{
    for (size_t i = 0; i < t->spare_count; i++) {
        const struct hn_chunk_watch *spare = &t->spares[i];

        if (spare->below != 0 && w->sample - spare->used_in <= GIVEN_SAMPLES
            && !hn_plan_bytes(&w->plan, spare->wish[0]))
            return spare->below;
    }
    return 0;
}

void
hn_chunks_note(struct hn_watch *w, struct hn_thread_watch *t)
{
    note_below(w, t);
    if (below_given(w, t) != 0)
        w->gave_in = w->sample;
}

bool
hn_chunks_are_given_back(const struct hn_watch *w)
{
    return w->gave_in != 0 && w->sample - w->gave_in <= USED_SAMPLES;
}

struct hn_thread_watch *
hn_chunks_giver(const struct hn_watch *w, uint32_t *below_ret)
{
    for (size_t i = 0; i < w->interp_count; i++)
        for (size_t k = 0; k < w->interps[i].thread_count; k++) {
            struct hn_thread_watch *t = w->interps[i].threads[k];

            if (!t->has_gil || t->rests || t->outcome != HN_OUTCOME_STACK)
                continue;
            *below_ret = below_given(w, t);
            if (*below_ret != 0)
                return t;
        }
    return NULL;
}
