/* What kind of thing an object is, as far as waiting goes. */
#ifndef HN_WAIT_KINDS_H
#define HN_WAIT_KINDS_H

#include "base/index.h"
#include "objects/types.h"
#include "runtime/variables.h"

enum hn_kind {
    HN_KIND_OTHER,
    HN_KIND_NONE,      /* None */
    HN_KIND_GENERATOR, /* of all three sorts */
    HN_KIND_COROUTINE_WRAPPER,
    HN_KIND_ASYNC_SEND,  /* async_generator_asend */
    HN_KIND_ASYNC_THROW, /* async_generator_athrow */
    HN_KIND_ANEXT,       /* anext_awaitable */
    HN_KIND_FUTURE_ITER, /* _asyncio.FutureIter */
    HN_KIND_NATIVE_TASK, /* _asyncio.Task and what derives from it */
    HN_KIND_NATIVE_FUTURE,
    HN_KIND_PYTHON_TASK, /* asyncio.tasks.Task of Python code, and derived ones */
    HN_KIND_PYTHON_FUTURE
};

/* Names and types that were looked at: tasks by the thousand share few. */
enum { HN_KNOWN = 64 };

/* What the name of a callback tells: see callback.h. */
struct hn_known_name {
    hn_addr name; /* the str; 0: empty */
    const char *how;
    bool executor;
};

/* Remembers the kinds of types it met. Owned by the caller. */
struct hn_kinds {
    struct hn_runtime *rt;
    struct hn_types *types;
    struct hn_index index; /* address of a type: enum hn_kind */
    struct {
        hn_addr type;
        enum hn_kind kind;
    } recent[HN_KNOWN]; /* those that were asked for last, by address */
    hn_addr none;       /* None, once it was met; else 0 */
    struct hn_known_name names[HN_KNOWN]; /* by address */
};

/* Where an object has its place in such a table. */
static inline size_t
hn_known_slot(hn_addr object)
{
    return (object >> 4) % HN_KNOWN;
}

/* HN_E_NOMEM is the only failure. */
HN_MUST_CHECK enum hn_status
hn_kinds_init(struct hn_kinds *kinds, struct hn_runtime *rt);
void
hn_kinds_deinit(struct hn_kinds *kinds);

/* Meets None before it is asked for: in a variable of @interpreter's sys that is None
 * in most programs. */
void
hn_kinds_find_none(struct hn_kinds *kinds, hn_addr interpreter);

/* HN_KIND_OTHER also for what cannot be read. */
enum hn_kind
hn_kind_of(struct hn_kinds *kinds, hn_addr object);

static inline bool
hn_kind_is_task(enum hn_kind kind)
{
    return kind == HN_KIND_NATIVE_TASK || kind == HN_KIND_PYTHON_TASK;
}

static inline bool
hn_kind_is_future(enum hn_kind kind)
{
    return kind >= HN_KIND_NATIVE_TASK;
}

/* The name of @object's type with its module; "" when it cannot be read. */
const char *
hn_kind_type_name(struct hn_kinds *kinds, hn_addr object);

#endif
