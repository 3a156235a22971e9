/* What a task is read from is kept, and held against the memory once it was read: then
 * it was so all the while, and that is what to hold it against from then on. Tasks may
 * be through by then, or change in ways that are not kept. If the coroutine is still
 * the task's, such a reading counts, but only once. */
#include "sample/tasks_read.h"

#include <stdlib.h>
#include <string.h>

#include "wait/await.h"
#include "wait/awaiter.h"

enum {
    /* Steps of one chain: tasks that await each other, and their functions. The
     * outermost ones of a longer chain are left out. */
    MOST_STEPS = 256,
    MOST_TASKS = 64,
    MOST_PROOFS = 512,
    /* Ranges that are held against memory with one call. */
    PROOFS_AT_ONCE = 64,
    /* Of a name; more of it is hardly ever needed to tell it from others. */
    NAME_BYTES = 32,
};

/* One of a chain, from the inside: a task, or a function of one. */
struct step {
    uint32_t code; /* as in the tree of chains */
    int32_t at;
};

struct reading {
    struct hn_task_marks *marks;
    struct hn_kinds *kinds;
    struct hn_watch *watch;
    const char *function; /* of the coroutine */
    struct step steps[MOST_STEPS];
    size_t step_count;
    struct hn_task_proof proofs[MOST_PROOFS];
    size_t proof_count;
    hn_addr tasks[MOST_TASKS];
    size_t task_count;
    bool loose; /* of Python code: its attributes cannot be watched */
};

/* --- what to hold it against */

/* The bytes that were just read: they are in the cache. */
static void
keep_place(struct reading *r, hn_addr addr, size_t size)
{
    struct hn_task_proof *proof = &r->proofs[r->proof_count];

    if (r->proof_count == MOST_PROOFS || size > HN_PROOF_BYTES
        || hn_target_read_some(r->watch->target, addr, proof->bytes, size) < size) {
        r->loose = true;
        return;
    }
    proof->addr = addr;
    proof->size = (uint32_t)size;
    r->proof_count++;
}

static void
keep_field(struct reading *r, enum hn_field field, hn_addr base)
{
    if (hn_layout_has(&r->kinds->rt->py.layout, field))
        keep_place(r, hn_field_addr(&r->kinds->rt->py, field, base), sizeof(hn_addr));
}

/* Reference counts change all the time; they stand before the type. */
static void
keep_name(struct reading *r, hn_addr object, const char *text)
{
    const struct hn_layout *layout = &r->kinds->rt->py.layout;
    uint32_t first = (uint32_t)layout->offset[HN_OBJECT_TYPE];
    size_t shown = strlen(text);

    if (object == 0)
        return;
    if (shown > NAME_BYTES)
        shown = NAME_BYTES;
    if (hn_object_is(&r->kinds->rt->py, object, "str"))
        shown += layout->size[HN_STRUCT_ASCII];
    else
        shown = layout->size[HN_STRUCT_INT];
    keep_place(r, object + first, shown - first);
}

/* --- names */

struct wanted {
    const struct hn_task_marks *marks;
    const char *name;
};

static bool
same_name(const void *arg, uint32_t number)
{
    const struct wanted *wanted = arg;

    return strcmp(wanted->marks->names[number], wanted->name) == 0;
}

static uint32_t
number_of(struct hn_task_marks *m, const char *name)
{
    struct wanted wanted = { m, name };
    uint64_t hash = hn_index_hash(name, strlen(name));
    uint32_t number = hn_index_find(&m->index, hash, same_name, &wanted);
    const char *kept;

    if (number != HN_INDEX_NONE || m->name_count == 2 * HN_TASK_NAMES_MOST)
        return number;
    kept = hn_arena_copy(&m->arena, name, strlen(name));
    if (!kept || !hn_index_add(&m->index, hash, m->name_count))
        return HN_INDEX_NONE;
    m->names[m->name_count] = kept;
    return m->name_count++;
}

static bool
add_step(struct reading *r, uint32_t code, int32_t at)
{
    if (r->step_count == MOST_STEPS)
        return false;
    r->steps[r->step_count++] = (struct step){ code, at };
    return true;
}

static bool
add_task(struct reading *r, const struct hn_future *task, const char *function)
{
    struct hn_arena scratch;
    const char *name;
    uint32_t number;

    hn_arena_init(&scratch);
    name = hn_task_name(r->kinds, task, &scratch);
    keep_name(r, task->name, name);
    if (r->marks->name_count >= HN_TASK_NAMES_MOST) {
        name = hn_arena_format(&scratch, "(further tasks of %s)", function);
        r->marks->names_full = true;
    }
    number = number_of(r->marks, name && name[0] ? name : "(unnamed)");
    hn_arena_deinit(&scratch);
    return number != HN_INDEX_NONE && add_step(r, HN_TREE_TASK + number, 0);
}

/* --- tasks */

/* A future that gets another callback, or one more that awaits it, shows that here. */
static void
keep_future(struct reading *r, const struct hn_future *future)
{
    if (hn_kind_of(r->kinds, future->addr) == HN_KIND_PYTHON_FUTURE) {
        r->loose = true;
        return;
    }
    if (hn_kind_of(r->kinds, future->addr) == HN_KIND_PYTHON_TASK)
        return;
    keep_field(r, HN_FUTURE_CALLBACK, future->addr);
    keep_field(r, HN_FUTURE_CALLBACKS, future->addr);
    keep_field(r, HN_FUTURE_AWAITED_BY, future->addr);
    if (future->callbacks != 0)
        keep_field(r, HN_VAR_SIZE, future->callbacks);
    if (future->awaited_by != 0 && future->awaited_by_is_set)
        keep_field(r, HN_SET_USED, future->awaited_by);
}

static bool
keep_task(struct reading *r, const struct hn_future *task)
{
    if (r->task_count == MOST_TASKS)
        return false;
    for (size_t i = 0; i < r->task_count; i++)
        if (r->tasks[i] == task->addr)
            return false; /* in a circle */
    r->tasks[r->task_count++] = task->addr;
    if (hn_kind_of(r->kinds, task->addr) == HN_KIND_PYTHON_TASK) {
        r->loose = true;
        return true;
    }
    keep_field(r, HN_TASK_CORO, task->addr);
    keep_field(r, HN_TASK_NAME, task->addr);
    keep_field(r, HN_TASK_WAITER, task->addr);
    return true;
}

static void
keep_frame(struct reading *r, hn_addr frame)
{
    const struct hn_shape *s = &r->watch->shape;
    hn_addr at = frame + s->frame.first;

    keep_place(r, at + (uint32_t)s->frame_code, sizeof(hn_addr));
    keep_place(r, at + (uint32_t)s->frame_position, s->position_unit ? 4 : 8);
}

/* Functions of one that waits, from the inside out. */
static bool
add_functions(struct reading *r, const struct hn_stack *stack)
{
    for (size_t i = 0; i < stack->count; i++) {
        uint32_t code;
        int32_t at;

        if (!hn_walk_alone(r->watch, stack->frames[i].addr, &code, &at))
            return false;
        keep_frame(r, stack->frames[i].addr);
        if (code != HN_CODES_NONE && !add_step(r, code, at))
            return false;
    }
    return true;
}

static const char *
function_of(const struct reading *r, const struct hn_stack *stack)
{
    const struct hn_code *code =
        stack->count > 0 ? stack->frames[stack->count - 1].code : NULL;

    return code ? code->qualname : r->function; /* no code: it could not be read */
}

static bool
add_awaiter(struct reading *r, const struct hn_awaiter *found, struct hn_arena *arena)
{
    struct hn_await await;

    for (size_t i = 0; i < found->passed_count; i++)
        keep_future(r, &found->passed[i]);
    if (hn_await_load(r->kinds, found->task.coroutine, arena, &await)
        || await.state != HN_GENERATOR_SUSPENDED)
        return false;
    return add_functions(r, &await.stack) && keep_task(r, &found->task)
           && add_task(r, &found->task, function_of(r, &await.stack));
}

/* One after the other, for as long as they can be read. */
static void
add_awaiters(struct reading *r, struct hn_future task)
{
    struct hn_awaiter *found = calloc(1, sizeof(*found));
    struct hn_arena scratch;

    hn_arena_init(&scratch);
    while (found) {
        size_t steps = r->step_count;
        enum hn_status st = hn_awaiter_find(r->kinds, &task, found);

        if (st == HN_DONE)
            for (size_t i = 0; i < found->passed_count; i++)
                keep_future(r, &found->passed[i]);
        if (st || !add_awaiter(r, found, &scratch)) {
            r->step_count = steps;
            break;
        }
        task = found->task;
    }
    hn_arena_deinit(&scratch);
    free(found);
}

/* From the inside out. */
static bool
read_chain(struct reading *r, hn_addr addr, hn_addr coroutine)
{
    enum hn_kind kind = hn_kind_of(r->kinds, addr);
    struct hn_future task;

    if (!hn_kind_is_task(kind) || hn_future_load(r->kinds, addr, kind, &task)
        || task.coroutine != coroutine || !keep_task(r, &task)
        || !add_task(r, &task, r->function))
        return false;
    add_awaiters(r, task);
    return true;
}

hn_addr
hn_task_coroutine(struct hn_kinds *kinds, hn_addr addr)
{
    enum hn_kind kind = hn_kind_of(kinds, addr);
    struct hn_future task;

    if (!hn_kind_is_task(kind) || hn_future_load(kinds, addr, kind, &task))
        return 0;
    return task.coroutine;
}

/* --- proofs */

static bool
some_hold(const struct hn_task_proof *proofs, size_t count, struct hn_target *target)
{
    uint8_t bytes[PROOFS_AT_ONCE][HN_PROOF_BYTES];
    struct hn_wish wishes[PROOFS_AT_ONCE];

    for (size_t i = 0; i < count; i++)
        wishes[i] = (struct hn_wish){ proofs[i].addr, bytes[i], proofs[i].size, 0 };
    hn_target_gather(target, wishes, count);
    for (size_t i = 0; i < count; i++)
        if (wishes[i].got < wishes[i].size
            || memcmp(bytes[i], proofs[i].bytes, proofs[i].size) != 0)
            return false;
    return true;
}

static bool
all_hold(const struct hn_task_proof *proofs, size_t count, struct hn_target *target)
{
    for (size_t i = 0; i < count; i += PROOFS_AT_ONCE)
        if (!some_hold(proofs + i,
                       count - i < PROOFS_AT_ONCE ? count - i : PROOFS_AT_ONCE, target))
            return false;
    return count > 0;
}

bool
hn_known_task_holds(const struct hn_known_task *known, struct hn_target *target)
{
    return all_hold(known->proofs, known->proof_count, target);
}

/* --- all of it */

static uint32_t
chain_of(struct hn_task_marks *m, const struct reading *r)
{
    uint32_t node = 0;

    for (size_t i = r->step_count; i-- > 0 && node != HN_TREE_NONE;)
        node = hn_tree_step(&m->chains, node, r->steps[i].code, r->steps[i].at);
    return node;
}

static bool
keep_proofs(const struct reading *r, struct hn_known_task *ret)
{
    ret->proofs = calloc(r->proof_count, sizeof(*ret->proofs));
    if (!ret->proofs)
        return false;
    memcpy(ret->proofs, r->proofs, r->proof_count * sizeof(*ret->proofs));
    ret->proof_count = (uint32_t)r->proof_count;
    return true;
}

static bool
is_still_its(struct reading *r, hn_addr task, hn_addr coroutine)
{
    hn_target_forget(r->watch->target);
    return hn_task_coroutine(r->kinds, task) == coroutine;
}

static bool
read_task(struct reading *r, hn_addr task, hn_addr coroutine, struct hn_known_task *ret)
{
    if (!read_chain(r, task, coroutine))
        return false;
    ret->chain = chain_of(r->marks, r);
    if (ret->chain == HN_TREE_NONE)
        return false;
    if (!r->loose && all_hold(r->proofs, r->proof_count, r->watch->target))
        return keep_proofs(r, ret);
    return is_still_its(r, task, coroutine);
}

bool
hn_known_task_read(struct hn_task_marks *m, struct hn_kinds *kinds, struct hn_watch *w,
                   hn_addr task, const struct hn_link *link, struct hn_known_task *ret)
{
    struct reading *r = calloc(1, sizeof(*r));
    bool fine;

    free(ret->proofs);
    *ret = (struct hn_known_task){ .task = task, .process = w->index };
    if (!r)
        return false;
    r->marks = m;
    r->kinds = kinds;
    r->watch = w;
    r->function =
        w->codes->contents[w->codes->entries[link->entry].now.content]->qualname;
    fine = read_task(r, task, link->generator, ret);
    ret->coroutine = fine ? link->generator : 0;
    free(r);
    return fine;
}
