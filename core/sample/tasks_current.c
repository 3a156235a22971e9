#include "sample/tasks_current.h"

#include "objects/dict.h"
#include "wait/current.h"

enum {
    /* asyncio may be imported at any time. */
    SEEK_EVERY_NS = 100 * 1000 * 1000,
    /* A table of 8 slots has so many entries. Who runs so many event loops at once that
     * it gets larger has their tasks read without haste. */
    MOST_ENTRIES = 5,
};

void
hn_wish_for_tasks(struct hn_watch *w, struct hn_interp_watch *interp)
{
    struct hn_task_watch *tasks = &interp->tasks;

    if (tasks->dict == 0)
        return;
    tasks->wish =
        hn_plan_add(&w->plan, hn_field_addr(&w->rt->py, HN_DICT_KEYS, tasks->dict),
                    sizeof(hn_addr));
    for (size_t i = 0; i < HN_TASK_TABLES; i++)
        if (tasks->tables[i].keys != 0)
            tasks->tables[i].wish =
                hn_plan_add(&w->plan, tasks->tables[i].entries, tasks->tables[i].bytes);
}

static bool
find_dict(struct hn_kinds *kinds, struct hn_watch *w, struct hn_interp_watch *interp)
{
    struct hn_task_watch *tasks = &interp->tasks;

    if (tasks->dict != 0)
        return true;
    if (tasks->sought_ns != 0 && w->now_ns - tasks->sought_ns < SEEK_EVERY_NS)
        return false;
    tasks->sought_ns = w->now_ns;
    tasks->wish = SIZE_MAX;
    hn_target_forget(w->target);
    return hn_current_tasks_find(kinds, interp->addr, &tasks->dict) == HN_OK;
}

/* The next look finds it at once. */
static void
learn_table(struct hn_watch *w, struct hn_task_watch *tasks, hn_addr keys)
{
    struct hn_dict_table table;

    if (hn_dict_table_load(&w->rt->py, keys, &table) || table.count > MOST_ENTRIES)
        return;
    tasks->tables[tasks->next_table++ % HN_TASK_TABLES] = (struct hn_task_table){
        .keys = keys,
        .entries = table.entries,
        .bytes = MOST_ENTRIES * 8 * table.words,
        .words = table.words,
        .wish = SIZE_MAX,
    };
}

static size_t
values_of(const struct hn_task_table *table, const uint8_t *bytes, hn_addr *ret,
          size_t limit)
{
    size_t count = 0;

    for (uint32_t at = 0; at + 8 * table->words <= table->bytes && count < limit;
         at += 8 * table->words) {
        hn_addr value = hn_take_u64(bytes, (int32_t)(at + 8 * (table->words - 1)));

        if (value != 0)
            ret[count++] = value;
    }
    return count;
}

size_t
hn_tasks_running(struct hn_kinds *kinds, struct hn_watch *w,
                 struct hn_interp_watch *interp, hn_addr *ret, size_t limit)
{
    struct hn_task_watch *tasks = &interp->tasks;
    const uint8_t *bytes;
    hn_addr keys = 0;

    if (!find_dict(kinds, w, interp))
        return 0;
    bytes = hn_plan_bytes(&w->plan, tasks->wish);
    if (bytes)
        keys = hn_take_u64(bytes, 0);
    for (size_t i = 0; i < HN_TASK_TABLES; i++) {
        const struct hn_task_table *table = &tasks->tables[i];

        bytes = table->keys == keys ? hn_plan_bytes(&w->plan, table->wish) : NULL;
        if (keys != 0 && bytes)
            return values_of(table, bytes, ret, limit);
    }
    hn_target_forget(w->target);
    if (keys != 0)
        learn_table(w, tasks, keys);
    return hn_current_tasks(kinds, tasks->dict, ret, limit);
}
