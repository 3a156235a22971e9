#include "wait/awaiter.h"

#include "wait/callback.h"
#include "wait/set.h"

/* Callbacks of one future: more than asyncio or a program puts there. */
enum { MAX_CALLBACKS = 64 };

static bool
was_passed(const struct hn_awaiter *found, hn_addr addr)
{
    for (size_t i = 0; i < found->passed_count; i++)
        if (found->passed[i].addr == addr)
            return true;
    return false;
}

/* A task ends the search; a future is to be looked at, too. */
static enum hn_status
visit(struct hn_kinds *kinds, hn_addr addr, struct hn_awaiter *found)
{
    enum hn_kind kind = hn_kind_of(kinds, addr);
    struct hn_future future;

    if (!hn_kind_is_future(kind) || was_passed(found, addr)
        || hn_future_load(kinds, addr, kind, &future)
        || future.state != HN_FUTURE_PENDING)
        return HN_DONE;
    if (hn_kind_is_task(kind)) {
        found->task = future;
        return HN_OK;
    }
    if (found->passed_count < HN_BETWEEN_MOST)
        found->passed[found->passed_count++] = future;
    return HN_DONE;
}

static enum hn_status
visit_all(struct hn_kinds *kinds, const hn_addr *items, size_t count,
          struct hn_awaiter *found)
{
    enum hn_status st = HN_DONE;

    for (size_t i = 0; st == HN_DONE && i < count; i++)
        st = visit(kinds, items[i], found);
    return st;
}

static enum hn_status
visit_recorded(struct hn_kinds *kinds, const struct hn_future *future,
               struct hn_awaiter *found)
{
    struct hn_arena scratch;
    const hn_addr *items = &future->awaited_by;
    size_t count = future->awaited_by != 0;
    enum hn_status st;

    hn_arena_init(&scratch);
    if (count > 0 && future->awaited_by_is_set
        && hn_set_load(&kinds->rt->py, future->awaited_by, &scratch, &items, &count))
        count = 0;
    st = visit_all(kinds, items, count, found);
    hn_arena_deinit(&scratch);
    return st;
}

static enum hn_status
visit_woken(struct hn_kinds *kinds, const struct hn_future *future,
            struct hn_awaiter *found)
{
    hn_addr callbacks[MAX_CALLBACKS];
    struct hn_woken woken;
    size_t count;
    enum hn_status st = HN_DONE;

    if (hn_future_callbacks(kinds, future, callbacks, MAX_CALLBACKS, &count))
        return HN_DONE;
    for (size_t i = 0; st == HN_DONE && i < count; i++) {
        hn_callback_woken(kinds, callbacks[i], &woken);
        st = visit_all(kinds, woken.items, woken.count, found);
    }
    return st;
}

enum hn_status
hn_awaiter_find(struct hn_kinds *kinds, const struct hn_future *task,
                struct hn_awaiter *ret)
{
    enum hn_status st = HN_DONE;

    ret->passed[0] = *task;
    ret->passed_count = 1;
    for (size_t i = 0; st == HN_DONE && i < ret->passed_count; i++) {
        struct hn_future future = ret->passed[i];

        st = visit_recorded(kinds, &future, ret);
        if (st == HN_DONE)
            st = visit_woken(kinds, &future, ret);
    }
    return st;
}
