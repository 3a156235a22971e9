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
hn_wish_for_tasks(struct hn_watch *w, struct hn_interp_watch *interp, unsigned pass)
{
    struct hn_task_watch *tasks = &interp->tasks;

    if (tasks->dict == 0)
        return;
    tasks->wish[pass] =
        hn_plan_add(&w->plan, hn_field_addr(&w->rt->py, HN_DICT_KEYS, tasks->dict),
                    sizeof(hn_addr));
    for (size_t i = 0; i < HN_TASK_TABLES; i++)
        if (tasks->tables[i].keys != 0)
            tasks->tables[i].wish[pass] =
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
    tasks->wish[0] = tasks->wish[1] = SIZE_MAX;
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
        .wish = { SIZE_MAX, SIZE_MAX },
    };
}

static size_t
add_values(const struct hn_task_table *table, const uint8_t *bytes, hn_addr *ret,
           size_t count, size_t limit)
{
    for (uint32_t at = 0; at + 8 * table->words <= table->bytes && count < limit;
         at += 8 * table->words) {
        hn_addr value = hn_take_u64(bytes, (int32_t)(at + 8 * (table->words - 1)));

        if (value != 0)
            ret[count++] = value;
    }
    return count;
}

/* Adds those of one copy. False when its table was not among those that were copied;
 * the next look has it. */
static bool
add_copied(struct hn_watch *w, struct hn_task_watch *tasks, unsigned pass, hn_addr *ret,
           size_t *count, size_t limit)
{
    const uint8_t *bytes = hn_plan_bytes(&w->plan, tasks->wish[pass]);
    hn_addr keys = bytes ? hn_take_u64(bytes, 0) : 0;

    if (keys == 0)
        return false;
    for (size_t i = 0; i < HN_TASK_TABLES; i++) {
        const struct hn_task_table *table = &tasks->tables[i];

        if (table->keys != keys)
            continue;
        bytes = hn_plan_bytes(&w->plan, table->wish[pass]);
        if (bytes)
            *count = add_values(table, bytes, ret, *count, limit);
        return bytes;
    }
    learn_table(w, tasks, keys);
    return false;
}

size_t
hn_tasks_running(struct hn_kinds *kinds, struct hn_watch *w,
                 struct hn_interp_watch *interp, bool copied_later, hn_addr *ret,
                 size_t limit)
{
    struct hn_task_watch *tasks = &interp->tasks;
    size_t count = 0;

    if (!find_dict(kinds, w, interp))
        return 0;
    add_copied(w, tasks, 0, ret, &count, limit);
    if (add_copied(w, tasks, 1, ret, &count, limit) && !copied_later)
        return count;
    hn_target_forget(w->target);
    return count + hn_current_tasks(kinds, tasks->dict, ret + count, limit - count);
}
