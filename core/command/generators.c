#include "command/generators.h"

#include <string.h>

#include "base/index.h"
#include "heap/search.h"
#include "wait/await.h"
#include "wait/greenlet.h"

static const char *const kinds[] = { "generator", "coroutine", "async_generator" };
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* Frames that belong to somebody already. */
static bool
add_stack(struct hn_index *frames, const struct hn_stack *stack, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!hn_index_add(frames, stack->frames[i].addr, 0))
            return false;
    return true;
}

static bool
add_tasks(struct hn_call *call, const struct hn_tasks *tasks, struct hn_index *frames)
{
    for (size_t i = 0; i < call->process.interpreter_count; i++)
        for (size_t t = 0; t < tasks[i].count; t++)
            if (!add_stack(frames, &tasks[i].items[t].stack,
                           tasks[i].items[t].stack.count))
                return false;
    return true;
}

static enum hn_status
load_one(struct hn_call *call, struct hn_kinds *k, const struct hn_heap_hit *hit,
         struct hn_index *frames, struct hn_suspended_list *ret)
{
    struct hn_suspended *item = &ret->items[ret->count];
    struct hn_await await;
    enum hn_status st = hn_await_load(k, hit->address, &call->arena, &await);

    if (st || await.state != HN_GENERATOR_SUSPENDED || await.stack.count == 0)
        return st;
    *item = (struct hn_suspended){ .addr = hit->address,
                                   .kind = hit->type,
                                   .stack = await.stack };
    ret->count++;
    /* All but its own frame are of those that it awaits. */
    return add_stack(frames, &await.stack, await.stack.count - 1) ? HN_OK : HN_E_NOMEM;
}

/* --- greenlets */

/* Which of the heap's types are greenlets, and how many objects are. */
static bool *
find_greenlet_types(struct hn_call *call, struct hn_kinds *k,
                    const struct hn_heap *heap, size_t *count_ret)
{
    bool *are = hn_arena_array(&call->arena, heap->type_count, sizeof *are);

    for (uint32_t i = 0; are && i < heap->type_count; i++)
        are[i] = hn_is_greenlet_type(k, heap->type[i].size.at);
    *count_ret = 0;
    for (uint32_t i = 0; are && i < heap->count; i++)
        *count_ret += are[heap->types[i]];
    return are;
}

static enum hn_status
add_greenlet(struct hn_call *call, struct hn_kinds *k, hn_addr greenlet,
             struct hn_suspended_list *ret)
{
    struct hn_suspended *item = &ret->items[ret->count];
    enum hn_status st = hn_greenlet_load(k, greenlet, &call->arena, &item->stack);

    if (st)
        return st == HN_DONE ? HN_OK : st;
    item->addr = greenlet;
    item->kind = "greenlet";
    ret->count++;
    return HN_OK;
}

/* Adds at most @limit (0: all) of them. */
static enum hn_status
add_greenlets(struct hn_call *call, const struct hn_heap *heap, uint64_t limit,
              struct hn_suspended_list *ret)
{
    const struct hn_suspended *before = ret->items;
    struct hn_kinds k;
    size_t count = 0, first = ret->count;
    bool *are = NULL;
    enum hn_status st = hn_kinds_init(&k, call->session->runtime);

    if (!st)
        are = find_greenlet_types(call, &k, heap, &count);
    if (count > 0)
        ret->items = hn_arena_array(&call->arena, first + count, sizeof *ret->items);
    if (!st && (!are || !ret->items))
        st = HN_E_NOMEM;
    if (!st && count > 0 && first > 0)
        memcpy(ret->items, before, first * sizeof *ret->items);
    for (uint32_t i = 0; !st && count > 0 && i < heap->count; i++)
        if (are[heap->types[i]] && (limit == 0 || ret->count - first < limit))
            st = add_greenlet(call, &k, hn_heap_address(heap, i), ret);
    hn_kinds_deinit(&k);
    return st;
}

/* --- the list */

static void
leave_out(struct hn_suspended_list *list, const struct hn_index *frames)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++) {
        const struct hn_stack *stack = &list->items[i].stack;
        hn_addr own = stack->frames[stack->count - 1].addr;

        if (hn_index_find(frames, own, NULL, NULL) == HN_INDEX_NONE)
            list->items[kept++] = list->items[i];
    }
    list->count = kept;
}

static enum hn_status
search(struct hn_call *call, const struct hn_heap *heap, uint64_t limit,
       struct hn_heap_hits *hits)
{
    enum hn_status st = HN_OK;

    for (size_t i = 0; !st && i < KINDS; i++) {
        const struct hn_heap_filter filter = { .type = kinds[i], .limit = limit };

        st = hn_heap_search(heap, &filter, &call->arena, &hits[i]);
    }
    return st;
}

static enum hn_status
load_all(struct hn_call *call, const struct hn_heap_hits *hits, struct hn_index *frames,
         struct hn_suspended_list *ret)
{
    struct hn_kinds k;
    enum hn_status st = hn_kinds_init(&k, call->session->runtime);

    for (size_t i = 0; !st && i < KINDS; i++)
        for (size_t h = 0; !st && h < hits[i].count; h++)
            st = load_one(call, &k, &hits[i].items[h], frames, ret);
    hn_kinds_deinit(&k);
    return st;
}

static void
load_sources(struct hn_call *call, struct hn_suspended_list *list)
{
    struct hn_sources sources;

    hn_sources_init(&sources, call->session->target, &call->arena);
    for (size_t i = 0; i < list->count; i++)
        hn_sources_fill(&sources, &list->items[i].stack);
    hn_sources_deinit(&sources);
}

enum hn_status
hn_suspended_find(struct hn_call *call, const struct hn_heap *heap,
                  const struct hn_tasks *tasks, uint64_t limit,
                  struct hn_suspended_list *ret)
{
    struct hn_heap_hits hits[KINDS] = { { .count = 0 } };
    struct hn_index frames;
    size_t count = 0;
    enum hn_status st = search(call, heap, limit, hits);

    *ret = (struct hn_suspended_list){ .count = 0 };
    if (st)
        return st;
    for (size_t i = 0; i < KINDS; i++)
        count += hits[i].count;
    ret->items = hn_arena_array(&call->arena, count, sizeof *ret->items);
    if (!ret->items)
        return HN_E_NOMEM;
    hn_index_init(&frames);
    st = add_tasks(call, tasks, &frames) ? load_all(call, hits, &frames, ret)
                                         : HN_E_NOMEM;
    if (!st)
        leave_out(ret, &frames);
    hn_index_deinit(&frames);
    if (!st)
        st = add_greenlets(call, heap, limit, ret);
    if (!st)
        load_sources(call, ret);
    return st;
}
