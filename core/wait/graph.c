/* A task awaits the future in its _fut_waiter. Is that a task, all is said. Is it a
 * plain future, it is those tasks' whose callbacks complete it: gather(), wait(),
 * shield() and their like. So each task is asked whom it wakes when it is done, through
 * as many plain futures as lie between. Since 3.14 tasks also record who awaits them
 * (gh-91048), which adds what callbacks do not tell. */
#include "wait/graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "wait/callback.h"
#include "wait/set.h"

/* Futures between a task and who awaits it, callbacks of one future: more than asyncio
 * or a program puts there. */
enum { MAX_BETWEEN = 64, MAX_CALLBACKS = 64 };

/* Callbacks that are remembered. */
enum { KNOWN_CALLBACKS = 16 };

struct edge {
    uint32_t awaiter, awaited;
    const char *how;
};

struct linker {
    struct hn_kinds *kinds;
    const struct hn_future *futures;
    const struct hn_index *numbers;
    struct hn_tasks *tasks;
    struct hn_index waiting; /* a future: the last task that waits for it */
    uint32_t *next;          /* the one before it */
    struct edge *edges;
    size_t count, capacity;
    size_t mine; /* the first edge of the task at hand */
    struct {
        hn_addr callback;
        struct hn_woken woken;
    } known[KNOWN_CALLBACKS]; /* by address: those of a gather() have one in common */
};

static enum hn_status
fail_memory(struct linker *l)
{
    return hn_fail(l->kinds->rt->py.err, HN_E_NOMEM, 0, "no memory for tasks");
}

static enum hn_status
add_edge(struct linker *l, uint32_t awaiter, uint32_t awaited, const char *how)
{
    for (size_t i = l->mine; i < l->count; i++)
        if (l->edges[i].awaiter == awaiter)
            return HN_OK;
    if (!HN_GROW(l->edges, l->capacity, l->count + 1))
        return fail_memory(l);
    l->edges[l->count++] = (struct edge){ awaiter, awaited, how };
    return HN_OK;
}

/* --- who waits for a future itself */

static enum hn_status
list_waiting(struct linker *l)
{
    l->next = malloc((l->tasks->count + 1) * sizeof *l->next);
    if (!l->next)
        return fail_memory(l);
    for (size_t i = 0; i < l->tasks->count; i++) {
        hn_addr waiter = l->futures[i].waiter;
        uint32_t before;

        if (waiter == 0)
            continue;
        before = hn_index_find(&l->waiting, waiter, NULL, NULL);
        l->next[i] = before;
        if (before != HN_INDEX_NONE) {
            /* Behind the first: an index keeps what it has. */
            l->next[i] = l->next[before];
            l->next[before] = (uint32_t)i;
        } else if (!hn_index_add(&l->waiting, waiter, (uint32_t)i)) {
            return fail_memory(l);
        }
    }
    return HN_OK;
}

static enum hn_status
add_waiting(struct linker *l, hn_addr future, uint32_t awaited, const char *how)
{
    uint32_t at = hn_index_find(&l->waiting, future, NULL, NULL);
    enum hn_status st = HN_OK;

    for (; !st && at != HN_INDEX_NONE; at = l->next[at])
        if (at != awaited)
            st = add_edge(l, at, awaited, how);
    return st;
}

/* --- whom it wakes */

struct between {
    struct {
        struct hn_future future;
        const char *how;
    } items[MAX_BETWEEN];
    size_t count;
};

static bool
is_between(const struct between *b, hn_addr addr)
{
    for (size_t i = 0; i < b->count; i++)
        if (b->items[i].future.addr == addr)
            return true;
    return false;
}

/* A task or future that a callback of one of them wakes. */
static enum hn_status
visit(struct linker *l, struct between *b, hn_addr woken, const char *how)
{
    uint32_t task = b->items[0].future.task
                        ? hn_index_find(l->numbers, b->items[0].future.addr, NULL, NULL)
                        : HN_INDEX_NONE,
             other = hn_index_find(l->numbers, woken, NULL, NULL);
    enum hn_kind kind;

    if (task == HN_INDEX_NONE || is_between(b, woken))
        return HN_OK;
    if (other != HN_INDEX_NONE)
        return add_edge(l, other, task, how);
    kind = hn_kind_of(l->kinds, woken);
    if (hn_kind_is_task(kind) || b->count == MAX_BETWEEN
        || hn_future_load(l->kinds, woken, kind, &b->items[b->count].future)
        || b->items[b->count].future.state != HN_FUTURE_PENDING)
        return HN_OK;
    b->items[b->count++].how = how;
    return add_waiting(l, woken, task, how);
}

static const struct hn_woken *
woken_by(struct linker *l, hn_addr callback)
{
    size_t slot = (callback >> 4) % KNOWN_CALLBACKS;

    if (l->known[slot].callback != callback) {
        hn_callback_woken(l->kinds, callback, &l->known[slot].woken);
        l->known[slot].callback = callback;
    }
    return &l->known[slot].woken;
}

static enum hn_status
add_woken(struct linker *l, const struct hn_future *task, struct between *b,
          hn_addr *mirror)
{
    hn_addr callbacks[MAX_CALLBACKS];
    size_t count;
    enum hn_status st = HN_OK;

    b->items[0].future = *task;
    b->items[0].how = "await";
    b->count = 1;
    for (size_t i = 0; !st && i < b->count; i++) {
        if (hn_future_callbacks(l->kinds, &b->items[i].future, callbacks, MAX_CALLBACKS,
                                &count))
            continue;
        for (size_t c = 0; !st && c < count; c++) {
            const struct hn_woken *woken = woken_by(l, callbacks[c]);

            if (i == 0 && woken->source != 0)
                *mirror = woken->source;
            /* The way that leads out of a task names it: shield inside gather is a
             * shield. */
            for (size_t w = 0; !st && w < woken->count; w++)
                st = visit(l, b, woken->items[w], i > 0 ? b->items[i].how : woken->how);
        }
    }
    return st;
}

/* --- what it records */

static enum hn_status
add_recorded(struct linker *l, const struct hn_future *task, uint32_t number)
{
    struct hn_python *py = &l->kinds->rt->py;
    const hn_addr *items = &task->awaited_by;
    struct hn_arena scratch;
    size_t count = task->awaited_by != 0;
    enum hn_status st = HN_OK;

    hn_arena_init(&scratch);
    if (count > 0 && task->awaited_by_is_set
        && hn_set_load(py, task->awaited_by, &scratch, &items, &count))
        count = 0;
    for (size_t i = 0; !st && i < count; i++) {
        uint32_t awaiter = hn_index_find(l->numbers, items[i], NULL, NULL);

        if (awaiter == HN_INDEX_NONE)
            st = add_waiting(l, items[i], number, "await");
        else if (awaiter != number)
            st = add_edge(l, awaiter, number, "await");
    }
    hn_arena_deinit(&scratch);
    return st;
}

/* --- the lists of each task */

static bool
share_out(struct linker *l, struct hn_arena *arena)
{
    struct hn_task *tasks = l->tasks->items;
    struct hn_task_edge *out = hn_arena_array(arena, l->count, sizeof *out),
                        *in = hn_arena_array(arena, l->count, sizeof *in);

    if (!out || !in)
        return false;
    for (size_t i = 0; i < l->count; i++) {
        tasks[l->edges[i].awaiter].awaits_count++;
        tasks[l->edges[i].awaited].awaited_by_count++;
    }
    for (size_t i = 0; i < l->tasks->count; i++) {
        tasks[i].awaits = out;
        tasks[i].awaited_by = in;
        out += tasks[i].awaits_count;
        in += tasks[i].awaited_by_count;
        tasks[i].awaits_count = tasks[i].awaited_by_count = 0;
    }
    for (size_t i = 0; i < l->count; i++) {
        const struct edge *e = &l->edges[i];
        struct hn_task *awaiter = &tasks[e->awaiter], *awaited = &tasks[e->awaited];

        awaiter->awaits[awaiter->awaits_count++] =
            (struct hn_task_edge){ e->awaited, e->how };
        awaited->awaited_by[awaited->awaited_by_count++] =
            (struct hn_task_edge){ e->awaiter, e->how };
    }
    return true;
}

static enum hn_status
link_all(struct linker *l, struct hn_arena *arena)
{
    struct between *between = malloc(sizeof *between);
    enum hn_status st = between ? list_waiting(l) : fail_memory(l);

    for (size_t i = 0; !st && i < l->tasks->count; i++) {
        l->mine = l->count;
        st = add_waiting(l, l->futures[i].addr, (uint32_t)i, "await");
        if (!st)
            st = add_woken(l, &l->futures[i], between, &l->tasks->items[i].mirror);
        if (!st)
            st = add_recorded(l, &l->futures[i], (uint32_t)i);
        if (!st)
            st = hn_target_poll(l->kinds->rt->py.target);
    }
    free(between);
    if (!st && !share_out(l, arena))
        st = fail_memory(l);
    return st;
}

enum hn_status
hn_graph_link(struct hn_kinds *kinds, const struct hn_future *futures,
              const struct hn_index *numbers, struct hn_arena *arena,
              struct hn_tasks *tasks)
{
    struct linker l = {
        .kinds = kinds, .futures = futures, .numbers = numbers, .tasks = tasks
    };
    enum hn_status st;

    hn_index_init(&l.waiting);
    st = link_all(&l, arena);
    hn_index_deinit(&l.waiting);
    free(l.next);
    free(l.edges);
    return st;
}

/* --- circles: Tarjan's strongly connected components, with a stack of our own */

struct search {
    struct hn_tasks *tasks;
    uint32_t *order, *low, *edge, *path, *open; /* order 0: not seen */
    bool *is_open;
    uint32_t clock;
    size_t path_count, open_count;
};

static void
enter(struct search *s, uint32_t task)
{
    s->order[task] = s->low[task] = ++s->clock;
    s->edge[task] = 0;
    s->path[s->path_count++] = task;
    s->open[s->open_count++] = task;
    s->is_open[task] = true;
}

static bool
awaits_itself(const struct hn_task *task, uint32_t number)
{
    for (size_t i = 0; i < task->awaits_count; i++)
        if (task->awaits[i].task == number)
            return true;
    return false;
}

/* Takes the component of @task off; one task alone is none, unless it awaits itself. */
static bool
take_component(struct search *s, uint32_t task, struct hn_arena *arena)
{
    size_t first = s->open_count, count;
    uint32_t *members;
    struct hn_task_cycle *cycle = &s->tasks->cycles[s->tasks->cycle_count];

    do
        s->is_open[s->open[--first]] = false;
    while (s->open[first] != task);
    count = s->open_count - first;
    if (count > 1 || awaits_itself(&s->tasks->items[task], task)) {
        members = hn_arena_array(arena, count, sizeof *members);
        if (!members)
            return false;
        memcpy(members, s->open + first, count * sizeof *members);
        *cycle = (struct hn_task_cycle){ members, count };
        s->tasks->cycle_count++;
    }
    s->open_count = first;
    return true;
}

static bool
search_from(struct search *s, uint32_t root, struct hn_arena *arena)
{
    enter(s, root);
    while (s->path_count > 0) {
        uint32_t task = s->path[s->path_count - 1];
        const struct hn_task *t = &s->tasks->items[task];

        if (s->edge[task] < t->awaits_count) {
            uint32_t next = t->awaits[s->edge[task]++].task;

            if (s->order[next] == 0)
                enter(s, next);
            else if (s->is_open[next] && s->order[next] < s->low[task])
                s->low[task] = s->order[next];
            continue;
        }
        s->path_count--;
        if (s->path_count > 0) {
            uint32_t above = s->path[s->path_count - 1];

            if (s->low[task] < s->low[above])
                s->low[above] = s->low[task];
        }
        if (s->low[task] == s->order[task] && !take_component(s, task, arena))
            return false;
    }
    return true;
}

enum hn_status
hn_graph_find_cycles(struct hn_tasks *tasks, struct hn_arena *arena,
                     struct hn_error *err)
{
    size_t count = tasks->count + 1;
    struct search s = { .tasks = tasks };
    uint32_t *words = calloc(count, 5 * sizeof *words);
    bool *flags = calloc(count, sizeof *flags), done = false;

    tasks->cycles = hn_arena_array(arena, tasks->count, sizeof *tasks->cycles);
    if (words && flags && tasks->cycles) {
        s.order = words;
        s.low = words + count;
        s.edge = words + 2 * count;
        s.path = words + 3 * count;
        s.open = words + 4 * count;
        s.is_open = flags;
        done = true;
        for (size_t i = 0; done && i < tasks->count; i++)
            if (s.order[i] == 0)
                done = search_from(&s, (uint32_t)i, arena);
    }
    free(words);
    free(flags);
    return done ? HN_OK : hn_fail(err, HN_E_NOMEM, 0, "no memory for tasks");
}
