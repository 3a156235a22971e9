/* A coroutine that awaits another has it on its value stack; between them may stand
 * what Python wraps around them: `coroutine_wrapper` for a coroutine's __await__, one
 * object for each step of an asynchronous generator. The chain ends at a future's
 * iterator, a future, or an object that only Python code could look into. */
#include "wait/await.h"

#include <stdlib.h>
#include <string.h>

#include "objects/objects.h"

/* Python's own limit of recursion is a thousand, a program's maybe a hundred times
 * more; each level is resumed through all above it. */
enum { MAX_CHAIN = 1 << 18 };

/* Most chains are shorter than this and need no memory of their own. */
enum { FEW_FRAMES = 16 };

struct chain {
    struct hn_kinds *kinds;
    struct hn_await *result;
    struct hn_frame few[FEW_FRAMES], *frames;
    size_t count, capacity;
};

static bool
grow(struct chain *c)
{
    size_t wanted = c->capacity * 2;
    struct hn_frame *frames =
        realloc(c->frames == c->few ? NULL : c->frames, wanted * sizeof *frames);

    if (!frames)
        return false;
    if (c->frames == c->few)
        memcpy(frames, c->few, sizeof c->few);
    c->frames = frames;
    c->capacity = wanted;
    return true;
}

static enum hn_status
follow_generator(struct chain *c, hn_addr object, hn_addr *next)
{
    struct hn_runtime *rt = c->kinds->rt;
    struct hn_generator generator;
    enum hn_status st = hn_generator_load(rt, object, &generator);

    if (st)
        return st;
    if (c->count == 0)
        c->result->state = generator.state;
    *next = generator.awaited;
    if (generator.state == HN_GENERATOR_ENDED)
        return HN_OK;
    if (c->count == c->capacity && !grow(c))
        return hn_fail(rt->py.err, HN_E_NOMEM, 0, "no memory for a stack");
    st = hn_generator_frame(rt, &generator, &c->frames[c->count]);
    if (!st)
        c->count++;
    return st;
}

/* anext_awaitable is private to a file and begins with what it wraps. */
static enum hn_status
read_behind_header(struct hn_python *py, hn_addr object, hn_addr *ret)
{
    return hn_target_read_u64(py->target, object + py->layout.size[HN_STRUCT_OBJECT],
                              ret);
}

/* From @object to what it awaits: 0 in @next at the end of the chain. */
static enum hn_status
follow(struct chain *c, hn_addr object, enum hn_kind kind, hn_addr *next)
{
    struct hn_python *py = &c->kinds->rt->py;

    *next = 0;
    switch (kind) {
    case HN_KIND_GENERATOR: return follow_generator(c, object, next);
    case HN_KIND_COROUTINE_WRAPPER:
        return hn_field_read(py, HN_COROWRAPPER_COROUTINE, object, next);
    case HN_KIND_ASYNC_SEND:
        return hn_field_read(py, HN_ASYNCSEND_GENERATOR, object, next);
    case HN_KIND_ASYNC_THROW:
        return hn_field_read(py, HN_ASYNCTHROW_GENERATOR, object, next);
    case HN_KIND_ANEXT: return read_behind_header(py, object, next);
    case HN_KIND_FUTURE_ITER:
        return hn_field_read(py, HN_FUTUREITER_FUTURE, object, next);
    default: return HN_OK;
    }
}

static enum hn_status
walk(struct chain *c, hn_addr object)
{
    struct hn_python *py = &c->kinds->rt->py;
    hn_addr mark = 0;

    for (unsigned i = 0; object != 0; i++) {
        enum hn_kind kind = hn_kind_of(c->kinds, object);
        hn_addr next;
        enum hn_status st;

        if (i == MAX_CHAIN || object == mark)
            return hn_fail(py->err, HN_E_CORRUPT, object,
                           "the chain of what is awaited does not end");
        if ((i & (i - 1)) == 0)
            mark = object; /* at powers of two: finds circles of any length */
        c->result->target = object;
        c->result->target_kind = kind;
        st = follow(c, object, kind, &next);
        if (st)
            return st;
        if (next == 0 && kind == HN_KIND_GENERATOR)
            c->result->target = 0; /* it yields, and nothing is behind it */
        object = next;
    }
    return HN_OK;
}

static bool
keep(struct chain *c, struct hn_arena *arena)
{
    struct hn_stack *stack = &c->result->stack;

    stack->frames = hn_arena_array(arena, c->count, sizeof *stack->frames);
    if (!stack->frames)
        return false;
    for (size_t i = 0; i < c->count; i++)
        stack->frames[i] = c->frames[c->count - 1 - i];
    stack->count = c->count;
    return true;
}

enum hn_status
hn_await_load(struct hn_kinds *kinds, hn_addr coroutine, struct hn_arena *arena,
              struct hn_await *ret)
{
    struct hn_error *err = kinds->rt->py.err;
    struct chain c = { .kinds = kinds, .result = ret, .capacity = FEW_FRAMES };
    enum hn_status st;

    *ret = (struct hn_await){ .state = HN_GENERATOR_ENDED };
    c.frames = c.few;
    st = walk(&c, coroutine);
    if (st && st != HN_E_NOMEM && st != HN_E_INTERRUPTED) {
        ret->stack.problem = err->what;
        ret->stack.problem_at = err->addr;
        st = HN_OK;
    }
    if (!st && !keep(&c, arena))
        st = hn_fail(err, HN_E_NOMEM, 0, "no memory for a stack");
    if (!st)
        hn_qualify_stack(kinds->rt, &ret->stack);
    if (c.frames != c.few)
        free(c.frames);
    return st;
}
