/* Opening a process for sampling; its interpreters and threads. */
#include "sample/watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

/* CPython never reuses an interpreter's id, and a process with more of them than this
 * at once is damaged; the same for threads (Linux: PID_MAX_LIMIT). */
enum { MOST_INTERPS = 1 << 10, MOST_THREADS = 1 << 16 };

bool
hn_watch_read_u64(struct hn_watch *w, hn_addr addr, uint64_t *ret)
{
    uint64_t value;
    struct hn_wish wish = { addr, (uint8_t *)&value, sizeof(value), 0 };

    hn_target_gather(w->target, &wish, 1);
    if (wish.got < wish.size)
        return false;
    *ret = value;
    return true;
}

static bool
read_field(struct hn_watch *w, enum hn_field field, hn_addr base, uint64_t *ret)
{
    hn_addr at = hn_field_addr(&w->rt->py, field, base);

    return at != 0 && hn_watch_read_u64(w, at, ret);
}

/* --- threads */

static void
destroy_thread(struct hn_thread_watch *thread)
{
    free(thread->chunks);
    free(thread->frames);
    free(thread->now.links);
    free(thread->last.links);
    free(thread->again.links);
    free(thread);
}

static void
destroy_threads(struct hn_interp_watch *interp)
{
    for (size_t i = 0; i < interp->thread_count; i++)
        destroy_thread(interp->threads[i]);
    free(interp->threads);
}

static bool
read_thread(struct hn_watch *w, const struct hn_interp_watch *interp, hn_addr addr,
            uint64_t *id_ret, hn_addr *next_ret)
{
    const struct hn_shape *s = &w->shape;
    uint8_t bytes[HN_RECORD_MAX];
    struct hn_wish wish = { addr + s->thread.first, bytes, s->thread.size, 0 };

    if (addr % 8 != 0 || s->thread.size > sizeof(bytes))
        return false;
    hn_target_gather(w->target, &wish, 1);
    if (wish.got < wish.size || hn_take_u64(bytes, s->thread_interp) != interp->addr)
        return false; /* freed meanwhile */
    *id_ret = s->thread_id < 0 ? 0 : hn_take_u64(bytes, s->thread_id);
    *next_ret = hn_take_u64(bytes, s->thread_next);
    return true;
}

/* The list mostly stays in its order, so the next one is tried first. */
static struct hn_thread_watch *
take_known(struct hn_interp_watch *interp, size_t *cursor, hn_addr addr, uint64_t id)
{
    for (size_t n = 0; n < interp->thread_count; n++) {
        size_t i = (*cursor + n) % interp->thread_count;
        struct hn_thread_watch *thread = interp->threads[i];

        if (thread && thread->addr == addr && thread->id == id) {
            interp->threads[i] = NULL;
            *cursor = i + 1;
            return thread;
        }
    }
    return NULL;
}

static struct hn_thread_watch *
create_thread(struct hn_watch *w, hn_addr addr, uint64_t id)
{
    struct hn_thread_watch *thread = calloc(1, sizeof(*thread));

    if (!thread)
        return NULL;
    thread->addr = addr;
    thread->id = id;
    thread->index = UINT32_MAX;
    for (unsigned pass = 0; pass < 2; pass++)
        thread->wish[pass] = thread->task_wish[pass] =
            SIZE_MAX; /* not wished for yet */
    w->threads_changed = true;
    return thread;
}

static bool
append(struct hn_thread_watch ***list, size_t *count, size_t *capacity,
       struct hn_thread_watch *thread)
{
    if (!HN_GROW(*list, *capacity, *count + 1))
        return false;
    (*list)[(*count)++] = thread;
    return true;
}

bool
hn_watch_read_threads(struct hn_watch *w, struct hn_interp_watch *interp)
{
    struct hn_interp_watch fresh = *interp;
    size_t cursor = 0;
    hn_addr at = 0, next = 0, mark = 0;
    bool fine = read_field(w, HN_INTERP_THREADS_HEAD, interp->addr, &at);

    fresh.threads = NULL;
    fresh.thread_count = fresh.thread_capacity = 0;
    while (fine && at != 0 && fresh.thread_count < MOST_THREADS) {
        struct hn_thread_watch *thread = NULL;
        uint64_t id;

        if (at == mark)
            fine = false; /* in a circle: a thread that ended leaves old links behind */
        if ((fresh.thread_count & (fresh.thread_count - 1)) == 0)
            mark = at; /* at powers of two: finds circles of any length */
        fine = fine && read_thread(w, interp, at, &id, &next);
        if (fine)
            thread = take_known(interp, &cursor, at, id);
        if (fine && !thread)
            thread = create_thread(w, at, id);
        fine = fine && thread
               && append(&fresh.threads, &fresh.thread_count, &fresh.thread_capacity,
                         thread);
        if (!fine && thread)
            destroy_thread(thread);
        at = next;
    }
    for (size_t i = 0; i < interp->thread_count; i++)
        if (interp->threads[i])
            destroy_thread(interp->threads[i]);
    free(interp->threads);
    *interp = fresh;
    return fine;
}

/* --- interpreters */

static hn_addr
find_gc(struct hn_watch *w, hn_addr interp)
{
    const struct hn_python *py = &w->rt->py;
    hn_addr gc = hn_field_addr(py, HN_RUNTIME_GC, w->rt->address);

    if (gc == 0)
        gc = hn_field_addr(py, HN_INTERP_GC, interp);
    if (gc == 0 || !hn_layout_has(&py->layout, HN_GC_COLLECTING))
        return 0;
    return hn_field_addr(py, HN_GC_COLLECTING, gc);
}

static void
fill_interp(struct hn_watch *w, struct hn_interp_watch *interp)
{
    uint64_t gil;

    interp->gil = 0;
    if (w->shape.gil_format == HN_GIL_RUNTIME_CURRENT)
        interp->gil =
            hn_field_addr(&w->rt->py, HN_RUNTIME_TSTATE_CURRENT, w->rt->address);
    else if (read_field(w, HN_INTERP_GIL, interp->addr, &gil))
        interp->gil = gil;
    interp->turns = w->shape.gil_format == HN_GIL_RUNTIME_CURRENT
                        ? hn_field_addr(&w->rt->py, HN_RUNTIME_GIL, w->rt->address)
                        : interp->gil;
    if (w->shape.gil_switches < 0 || w->shape.gil_holder < 0)
        interp->turns = 0;
    interp->gc = find_gc(w, interp->addr);
}

static struct hn_interp_watch *
find_interp(struct hn_watch *w, hn_addr addr, int64_t id)
{
    for (size_t i = 0; i < w->interp_count; i++)
        if (w->interps[i].addr == addr && w->interps[i].id == id)
            return &w->interps[i];
    return NULL;
}

static bool
list_interps(struct hn_watch *w, struct hn_interp_watch **ret, size_t *count_ret)
{
    struct hn_interp_watch *list = NULL;
    size_t count = 0;
    hn_addr at, mark = 0;
    uint64_t id;
    bool fine = read_field(w, HN_RUNTIME_INTERPRETERS_HEAD, w->rt->address, &at);

    while (fine && at != 0 && count < MOST_INTERPS) {
        struct hn_interp_watch *grown = realloc(list, (count + 1) * sizeof(*list));

        if (!grown)
            break;
        list = grown;
        fine = at != mark && read_field(w, HN_INTERP_ID, at, &id);
        if (!fine)
            break;
        if ((count & (count - 1)) == 0)
            mark = at; /* as for threads: one that ended may lead in a circle */
        memset(&list[count], 0, sizeof(*list));
        list[count].addr = at;
        list[count].id = (int64_t)id;
        fill_interp(w, &list[count++]);
        fine = read_field(w, HN_INTERP_NEXT, at, &at);
    }
    *ret = list;
    *count_ret = count;
    return fine;
}

enum hn_status
hn_watch_read_interps(struct hn_watch *w)
{
    struct hn_interp_watch *list, *known;
    size_t count;

    if (!list_interps(w, &list, &count)) {
        free(list);
        return hn_fail(&w->err, HN_E_CORRUPT, w->rt->address,
                       "the list of interpreters cannot be read");
    }
    for (size_t i = 0; i < count; i++) {
        known = find_interp(w, list[i].addr, list[i].id);
        if (known) {
            list[i].threads = known->threads;
            list[i].thread_count = known->thread_count;
            list[i].thread_capacity = known->thread_capacity;
            list[i].turn = known->turn;
            list[i].restless = known->restless;
            list[i].tasks = known->tasks;
            known->threads = NULL;
            known->thread_count = 0;
        }
    }
    for (size_t i = 0; i < w->interp_count; i++)
        destroy_threads(&w->interps[i]);
    free(w->interps);
    w->interps = list;
    w->interp_count = count;
    return HN_OK;
}

/* --- open and close */

static enum hn_status
open_target(struct hn_watch *w, int64_t pid, const struct hn_host *host)
{
    const struct hn_open_options options = { .no_stop = true };
    enum hn_status st =
        host ? hn_target_open_host(host, &options, pid, &w->err, &w->target)
             : hn_target_open_live(pid, &options, NULL, &w->err, &w->target);

    if (!st)
        st = hn_runtime_open(w->target, &w->rt);
    if (!st)
        st = hn_shape_make(&w->rt->py, &w->shape);
    return st ? st : hn_watch_read_interps(w);
}

enum hn_status
hn_watch_open(int64_t pid, const struct hn_host *host, uint32_t index,
              struct hn_codes *codes, struct hn_tree *tree, struct hn_pairs *pairs,
              struct hn_error *err, struct hn_watch **ret)
{
    struct hn_watch *w = calloc(1, sizeof(*w));
    enum hn_status st;

    if (!w)
        return hn_fail(err, HN_E_NOMEM, 0, "no memory for the sampler");
    w->index = index;
    w->codes = codes;
    w->tree = tree;
    w->pairs = pairs;
    st = open_target(w, pid, host);
    if (st) {
        *err = w->err;
        hn_watch_close(w);
        return st;
    }
    *ret = w;
    return HN_OK;
}

void
hn_watch_clear(struct hn_watch *w)
{
    for (size_t i = 0; i < w->interp_count; i++)
        destroy_threads(&w->interps[i]);
    free(w->interps);
    free(w->wished);
    hn_plan_deinit(&w->plan);
}

void
hn_watch_close(struct hn_watch *w)
{
    if (!w)
        return;
    hn_watch_clear(w);
    hn_runtime_close(w->rt);
    hn_target_close(w->target);
    free(w);
}
