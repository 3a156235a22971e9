/* The table below knows asyncio's coroutines by file and name. Of those that stand next
 * to each other at the inner end of a stack the outermost tells most: a
 * StreamReader.readline() says more than the _wait_for_data() that it waits in.
 * CPython: Lib/asyncio; names are the same from 3.8 to 3.15 unless said. */
#include "wait/purpose.h"

#include <string.h>

#include "objects/objects.h"
#include "wait/callback.h"
#include "wait/local.h"

static const struct known {
    const char *file, *function, *kind;
    const char *words;   /* before the object */
    const char *subject; /* the variable that is waited for; NULL: none */
} known[] = {
    { "asyncio/tasks.py", "sleep", "sleep", "sleep", NULL },
    { "asyncio/locks.py", "acquire", "lock", "", "self" },
    { "asyncio/locks.py", "wait", "event", "", "self" }, /* Event, Condition, Barrier */
    { "asyncio/locks.py", "wait_for", "condition", "", "self" },
    { "asyncio/queues.py", "get", "queue-get", "an item of ", "self" },
    { "asyncio/queues.py", "put", "queue-put", "room in ", "self" },
    { "asyncio/queues.py", "join", "queue-join", "the last task_done() of ", "self" },
    { "asyncio/streams.py", "_wait_for_data", "read", "data for ", "self" },
    { "asyncio/streams.py", "read", "read", "data for ", "self" },
    { "asyncio/streams.py", "readline", "read", "a line of ", "self" },
    { "asyncio/streams.py", "readuntil", "read", "a separator in ", "self" },
    { "asyncio/streams.py", "readexactly", "read", "bytes of ", "self" },
    { "asyncio/streams.py", "_drain_helper", "drain", "room to write in ", "self" },
    { "asyncio/streams.py", "drain", "drain", "room to write in ", "self" },
    { "asyncio/streams.py", "wait_closed", "close", "the end of ", "self" },
    { "asyncio/streams.py", "open_connection", "connect", "a connection", NULL },
    { "asyncio/subprocess.py", "wait", "process", "the end of ", "self" },
    { "asyncio/subprocess.py", "communicate", "process", "the end of ", "self" },
    { "asyncio/base_subprocess.py", "_wait", "process", "the end of ", "self" },
    { "asyncio/selector_events.py", "sock_recv", "socket-read", "data for ", "sock" },
    { "asyncio/selector_events.py", "sock_recv_into", "socket-read", "data for ",
      "sock" },
    { "asyncio/selector_events.py", "sock_recvfrom", "socket-read", "data for ",
      "sock" },
    { "asyncio/selector_events.py", "sock_sendall", "socket-write", "room to write in ",
      "sock" },
    { "asyncio/selector_events.py", "sock_connect", "connect", "the connection of ",
      "sock" },
    { "asyncio/selector_events.py", "sock_accept", "accept", "a connection to ",
      "sock" },
    { "asyncio/base_events.py", "create_connection", "connect", "a connection", NULL },
    { "asyncio/base_events.py", "getaddrinfo", "resolve", "the resolver", NULL },
    { "asyncio/base_events.py", "serve_forever", "server", "the end of ", "self" },
    { "asyncio/base_events.py", "wait_closed", "server", "the end of ", "self" },
    { "asyncio/base_events.py", "shutdown_default_executor", "executor",
      "the threads of the default executor", NULL },
    { "asyncio/threads.py", "to_thread", "executor", "a function in a thread", NULL },
    { "asyncio/taskgroups.py", "__aexit__", "TaskGroup", "", "self" },
    { "asyncio/taskgroups.py", "_aexit", "TaskGroup", "", "self" },
    { "asyncio/tasks.py", "_wait", "wait", "asyncio.wait()", NULL },
    { "asyncio/tasks.py", "wait_for", "wait_for", "asyncio.wait_for()", NULL },
    { "asyncio/staggered.py", "staggered_race", "staggered_race", "staggered_race()",
      NULL },
};

/* asyncio calls itself through no more levels than this. */
enum { MAX_LEVELS = 12 };

static const struct known *
find_known(const struct hn_code *code)
{
    if (!strstr(code->file, "asyncio/"))
        return NULL;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(code->name, known[i].function) == 0
            && hn_file_is(code->file, known[i].file))
            return &known[i];
    return NULL;
}

/* The outermost known frame of those of asyncio at the inner end. A wait_for() or
 * TaskGroup around another known one leaves that to tell. */
static const struct known *
find_frame(const struct hn_stack *stack, const struct hn_frame **frame_ret)
{
    const struct known *best = NULL;

    for (size_t i = 0; i < stack->count && i < MAX_LEVELS; i++) {
        const struct hn_code *code = stack->frames[i].code;
        const struct known *found;

        if (!code || !strstr(code->file, "asyncio/"))
            break;
        found = find_known(code);
        if (!found)
            continue;
        if (best && !found->subject)
            break;
        best = found;
        *frame_ret = &stack->frames[i];
    }
    return best;
}

/* --- words */

/* "Lock 0x7f...", with the module left out where it is asyncio's or builtins'. */
static const char *
name_object(struct hn_kinds *kinds, hn_addr object, const char *words,
            struct hn_arena *arena)
{
    const char *type = hn_kind_type_name(kinds, object);
    const char *dot = strncmp(type, "asyncio.", 8) == 0 ? strrchr(type, '.') : NULL;

    return hn_arena_format(arena, "%s%s 0x%llx", words,
                           dot       ? dot + 1
                           : type[0] ? type
                                     : "object",
                           (unsigned long long)object);
}

/* sleep() keeps the timer that will end it, whose time is that of the loop's clock. */
static const char *
describe_sleep(struct hn_kinds *kinds, const struct hn_frame *frame,
               struct hn_arena *arena, struct hn_awaited *ret)
{
    hn_addr timer = hn_local_find(kinds->rt, frame, "h");
    double delay;

    if (timer != 0
        && hn_number(kinds, hn_own_attribute(kinds, timer, "_when"), &ret->when))
        ret->timed = true;
    if (hn_number(kinds, hn_local_find(kinds->rt, frame, "delay"), &delay))
        return hn_arena_format(arena, "sleep(%g)", delay);
    return "sleep()";
}

/* The class says which of the primitives of asyncio.locks it is. */
static const char *
kind_of_lock(struct hn_kinds *kinds, hn_addr object, const char *otherwise)
{
    static const char *const classes[][2] = { { "Semaphore", "semaphore" },
                                              { "Condition", "condition" },
                                              { "Barrier", "barrier" },
                                              { "Event", "event" },
                                              { "Lock", "lock" } };
    const char *type = hn_kind_type_name(kinds, object);

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (strstr(type, classes[i][0]))
            return classes[i][1];
    return otherwise;
}

static const char *
describe_frame(struct hn_kinds *kinds, const struct known *found,
               const struct hn_frame *frame, struct hn_arena *arena,
               struct hn_awaited *ret)
{
    ret->kind = found->kind;
    if (strcmp(found->kind, "sleep") == 0)
        return describe_sleep(kinds, frame, arena, ret);
    if (!found->subject)
        return found->words;
    ret->addr = hn_local_find(kinds->rt, frame, found->subject);
    if (ret->addr == 0)
        return found->words[0] ? found->words : found->kind;
    if (hn_file_is(found->file, "locks.py"))
        ret->kind = kind_of_lock(kinds, ret->addr, found->kind);
    return name_object(kinds, ret->addr, found->words, arena);
}

/* --- futures */

/* A future that run_in_executor() made has a callback that mirrors it. */
static bool
is_executor(struct hn_kinds *kinds, hn_addr waiter, enum hn_kind kind, hn_addr *source)
{
    hn_addr callbacks[4];
    struct hn_future future;
    struct hn_woken woken;
    size_t count;

    if (hn_future_load(kinds, waiter, kind, &future)
        || hn_future_callbacks(kinds, &future, callbacks, 4, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        hn_callback_woken(kinds, callbacks[i], &woken);
        if (woken.executor) {
            *source = woken.source;
            return true;
        }
    }
    return false;
}

static const char *
describe_gather(struct hn_kinds *kinds, hn_addr waiter, struct hn_arena *arena)
{
    hn_addr children = hn_own_attribute(kinds, waiter, "_children");

    return hn_arena_format(arena, "gather of %llu",
                           (unsigned long long)hn_length(kinds, children));
}

/* Futures of loops in C say by their class what for. */
static const struct {
    const char *type, *kind, *words;
} classes[] = {
    { "uvloop.loop._SyncSocketReaderFuture", "socket-read", "data for a socket" },
    { "uvloop.loop._SyncSocketWriterFuture", "socket-write",
      "room to write in a socket" },
};

static const char *
describe_class(struct hn_kinds *kinds, hn_addr waiter, struct hn_awaited *ret)
{
    const char *type = hn_kind_type_name(kinds, waiter);

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (strcmp(type, classes[i].type) == 0) {
            ret->kind = classes[i].kind;
            return classes[i].words;
        }
    return NULL;
}

static const char *
describe_future(struct hn_kinds *kinds, hn_addr waiter, enum hn_kind kind,
                struct hn_arena *arena, struct hn_awaited *ret)
{
    hn_addr source = 0;
    const char *words = describe_class(kinds, waiter, ret);

    ret->addr = waiter;
    if (words)
        return words;
    if (hn_kind_is_task(kind)) {
        ret->kind = "task";
        return name_object(kinds, waiter, "", arena);
    }
    if (strstr(hn_kind_type_name(kinds, waiter), "_GatheringFuture")) {
        ret->kind = "gather";
        return describe_gather(kinds, waiter, arena);
    }
    if (is_executor(kinds, waiter, kind, &source)) {
        ret->kind = "executor";
        if (source != 0)
            ret->addr = source;
        return "a function in an executor";
    }
    ret->kind = "future";
    return name_object(kinds, waiter, "", arena);
}

enum hn_status
hn_purpose_load(struct hn_kinds *kinds, const struct hn_stack *stack, hn_addr waiter,
                enum hn_kind kind, bool whole, struct hn_arena *arena,
                struct hn_awaited *ret)
{
    const struct hn_frame *frame = NULL;
    const struct known *found = find_frame(stack, &frame);
    bool joins = hn_kind_is_task(kind)
                 || (waiter != 0
                     && strstr(hn_kind_type_name(kinds, waiter), "_GatheringFuture"));

    *ret = (struct hn_awaited){ .kind = "", .text = "" };
    if (found && !joins && !whole && strcmp(found->kind, "sleep") == 0)
        *ret = (struct hn_awaited){ .kind = "sleep", .text = "sleep()" };
    else if (found && !joins)
        ret->text = describe_frame(kinds, found, frame, arena, ret);
    else if (waiter != 0 && hn_kind_is_future(kind))
        ret->text = describe_future(kinds, waiter, kind, arena, ret);
    if (!ret->text)
        return hn_fail(kinds->rt->py.err, HN_E_NOMEM, 0, "no memory for tasks");
    return HN_OK;
}
