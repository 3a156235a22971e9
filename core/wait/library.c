/* Of known functions next to each other at the inner end of a stack the outermost says
 * most: Queue.get() more than the Condition.wait() in it. Those marked INNER may be the
 * innermost; the others wait through one of these, and when they are innermost
 * themselves then they wait for a lock.
 * CPython: Lib/{threading,queue,subprocess,selectors,socket}.py, Lib/concurrent,
 * Lib/multiprocessing, Lib/importlib; names are the same from 3.8 to 3.15 unless said.
 */
#include "wait/library.h"

#include <string.h>

#include "wait/local.h"

enum place { INNER, OUTER };

static const struct known {
    const char *file, *function;
    enum place place;
    enum hn_wait_kind kind;
    const char *words, *subject;
} known[] = {
    { "/threading.py", "wait", INNER, HN_WAIT_CONDITION, "", "self" },
    { "/threading.py", "wait_for", OUTER, HN_WAIT_CONDITION, "", "self" },
    { "/threading.py", "_wait", OUTER, HN_WAIT_BARRIER, "", "self" },
    { "/threading.py", "acquire", OUTER, HN_WAIT_SEMAPHORE, "", "self" },
    { "/threading.py", "__enter__", INNER, HN_WAIT_LOCK, "", "self" },
    { "/threading.py", "join", INNER, HN_WAIT_JOIN, "the end of ", "self" },
    { "/threading.py", "_wait_for_tstate_lock", INNER, HN_WAIT_JOIN, "the end of ",
      "self" },
    { "/threading.py", "_shutdown", INNER, HN_WAIT_SHUTDOWN,
      "the end of the other threads", NULL },
    { "/queue.py", "get", OUTER, HN_WAIT_QUEUE_GET, "an item of ", "self" },
    { "/queue.py", "put", OUTER, HN_WAIT_QUEUE_PUT, "room in ", "self" },
    { "/queue.py", "join", OUTER, HN_WAIT_QUEUE_JOIN, "the last task_done() of ",
      "self" },
    { "concurrent/futures/_base.py", "result", OUTER, HN_WAIT_FUTURE, "the result of ",
      "self" },
    { "concurrent/futures/_base.py", "exception", OUTER, HN_WAIT_FUTURE,
      "the result of ", "self" },
    { "concurrent/futures/_base.py", "wait", OUTER, HN_WAIT_FUTURE,
      "futures (concurrent.futures.wait)", NULL },
    { "concurrent/futures/_base.py", "as_completed", OUTER, HN_WAIT_FUTURE,
      "futures (as_completed)", NULL },
    { "concurrent/futures/_base.py", "result_iterator", OUTER, HN_WAIT_FUTURE,
      "the results of map()", NULL },
    { "concurrent/futures/_base.py", "_result_or_cancel", OUTER, HN_WAIT_FUTURE,
      "the result of ", "fut" },
    { "concurrent/futures/thread.py", "_worker", INNER, HN_WAIT_WORKER, "work", NULL },
    { "multiprocessing/synchronize.py", "__enter__", INNER, HN_WAIT_PROCESS_LOCK, "",
      "self" },
    { "multiprocessing/synchronize.py", "wait", INNER, HN_WAIT_PROCESS_LOCK, "",
      "self" },
    { "multiprocessing/synchronize.py", "wait_for", OUTER, HN_WAIT_PROCESS_LOCK, "",
      "self" },
    { "multiprocessing/queues.py", "get", INNER, HN_WAIT_QUEUE_GET, "an item of ",
      "self" },
    { "multiprocessing/queues.py", "put", INNER, HN_WAIT_QUEUE_PUT, "room in ",
      "self" },
    { "multiprocessing/resource_tracker.py", "main", INNER, HN_WAIT_WORKER, "work",
      NULL },
    { "multiprocessing/connection.py", "_recv", INNER, HN_WAIT_SOCKET, "data for ",
      "self" },
    { "multiprocessing/connection.py", "_recv_bytes", OUTER, HN_WAIT_SOCKET,
      "data for ", "self" },
    { "multiprocessing/connection.py", "recv_bytes", OUTER, HN_WAIT_SOCKET, "data for ",
      "self" },
    { "multiprocessing/connection.py", "recv", OUTER, HN_WAIT_SOCKET, "data for ",
      "self" },
    { "multiprocessing/connection.py", "poll", OUTER, HN_WAIT_SOCKET, "data for ",
      "self" },
    { "multiprocessing/connection.py", "_poll", OUTER, HN_WAIT_SOCKET, "data for ",
      "self" },
    { "multiprocessing/connection.py", "wait", OUTER, HN_WAIT_SELECT,
      "any of several connections or processes", NULL },
    { "multiprocessing/popen_fork.py", "poll", INNER, HN_WAIT_CHILD, "the end of ",
      "self" },
    { "multiprocessing/popen_fork.py", "wait", OUTER, HN_WAIT_CHILD, "the end of ",
      "self" },
    { "multiprocessing/process.py", "join", OUTER, HN_WAIT_CHILD, "the end of ",
      "self" },
    { "multiprocessing/pool.py", "_handle_results", OUTER, HN_WAIT_WORKER, "results",
      NULL },
    { "multiprocessing/pool.py", "_handle_tasks", INNER, HN_WAIT_WORKER, "work", NULL },
    { "multiprocessing/pool.py", "wait", OUTER, HN_WAIT_FUTURE, "the result of ",
      "self" },
    { "multiprocessing/pool.py", "get", OUTER, HN_WAIT_FUTURE, "the result of ",
      "self" },
    { "/subprocess.py", "_try_wait", INNER, HN_WAIT_CHILD, "the end of ", "self" },
    { "/subprocess.py", "_wait", INNER, HN_WAIT_CHILD, "the end of ", "self" },
    { "/subprocess.py", "wait", OUTER, HN_WAIT_CHILD, "the end of ", "self" },
    { "/subprocess.py", "_communicate", INNER, HN_WAIT_CHILD, "output of ", "self" },
    { "/subprocess.py", "communicate", INNER, HN_WAIT_CHILD, "output of ", "self" },
    { "/subprocess.py", "run", OUTER, HN_WAIT_CHILD, "the end of ", "process" },
    { "/subprocess.py", "call", OUTER, HN_WAIT_CHILD, "the end of ", "p" },
    { "importlib._bootstrap>", "acquire", INNER, HN_WAIT_IMPORT, "the import of ",
      "self" },
    { "importlib/_bootstrap.py", "acquire", INNER, HN_WAIT_IMPORT, "the import of ",
      "self" },
    { "/selectors.py", "select", INNER, HN_WAIT_SELECT, "any of several descriptors",
      NULL },
    { "asyncio/base_events.py", "_run_once", OUTER, HN_WAIT_LOOP,
      "something to do, in an event loop", NULL },
    { "/socketserver.py", "serve_forever", OUTER, HN_WAIT_ACCEPT, "connections", NULL },
    { "/socket.py", "accept", INNER, HN_WAIT_ACCEPT, "a connection to ", "self" },
    { "/socket.py", "readinto", INNER, HN_WAIT_SOCKET, "data for ", "self" },
    { "/socket.py", "create_connection", INNER, HN_WAIT_SOCKET, "a connection", NULL },
    { "/ssl.py", "read", INNER, HN_WAIT_SOCKET, "data for ", "self" },
    { "/ssl.py", "recv", OUTER, HN_WAIT_SOCKET, "data for ", "self" },
    { "/ssl.py", "recv_into", OUTER, HN_WAIT_SOCKET, "data for ", "self" },
    { "/ssl.py", "do_handshake", INNER, HN_WAIT_SOCKET, "the handshake of ", "self" },
};

/* The library calls itself through no more levels than this. */
enum { MAX_LEVELS = 16 };

static const struct known *
find_known(const struct hn_frame *frame)
{
    if (!frame->code)
        return NULL;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(frame->code->name, known[i].function) == 0
            && hn_file_is(frame->code->file, known[i].file))
            return &known[i];
    return NULL;
}

static bool
is_library(const struct hn_frame *frame)
{
    if (!frame->code)
        return false;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (hn_file_is(frame->code->file, known[i].file))
            return true;
    return strstr(frame->code->file, "asyncio/") != NULL;
}

size_t
hn_library_frames(const struct hn_stack *stack)
{
    size_t count = 0;

    while (count < stack->count && is_library(&stack->frames[count]))
        count++;
    return count;
}

/* Event, Barrier and the like share names with Condition. */
static enum hn_wait_kind
kind_by_class(struct hn_kinds *kinds, hn_addr object, enum hn_wait_kind otherwise)
{
    static const struct {
        const char *class;
        enum hn_wait_kind kind;
    } classes[] = { { "threading.Event", HN_WAIT_EVENT },
                    { "threading.Barrier", HN_WAIT_BARRIER },
                    { "threading.Semaphore", HN_WAIT_SEMAPHORE },
                    { "threading.BoundedSemaphore", HN_WAIT_SEMAPHORE },
                    { "threading.Condition", HN_WAIT_CONDITION } };
    const char *type = hn_kind_type_name(kinds, object);

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (strcmp(type, classes[i].class) == 0)
            return classes[i].kind;
    return otherwise;
}

/* A Semaphore's own __enter__ is its acquire(). */
static enum hn_status
settle(struct hn_kinds *kinds, const struct known *best, const struct hn_frame *frame,
       struct hn_library_wait *ret)
{
    ret->kind = best->kind;
    ret->words = best->words;
    ret->shared = strncmp(best->file, "multiprocessing/", 16) == 0;
    ret->subject = best->subject ? hn_local_find(kinds->rt, frame, best->subject) : 0;
    if (best->kind == HN_WAIT_LOCK) {
        ret->lock = hn_own_attribute(kinds, ret->subject, "_lock");
        if (ret->lock == 0)
            return HN_DONE;
    } else if (hn_file_is(best->file, "/threading.py") && ret->subject != 0) {
        ret->kind = kind_by_class(kinds, ret->subject, best->kind);
    }
    return HN_OK;
}

enum hn_status
hn_library_wait_find(struct hn_kinds *kinds, const struct hn_stack *stack,
                     struct hn_library_wait *ret)
{
    const struct known *best = NULL;
    const struct hn_frame *frame = NULL;

    *ret = (struct hn_library_wait){ .kind = HN_WAIT_NATIVE };
    for (size_t i = 0; i < stack->count && i < MAX_LEVELS; i++) {
        const struct known *found = find_known(&stack->frames[i]);

        if (i == 0 && (!found || found->place != INNER))
            return HN_DONE;
        if (!found && !is_library(&stack->frames[i]))
            break;
        if (!found)
            continue;
        if (best && best->kind == HN_WAIT_LOCK)
            break;
        if (best && best->kind == HN_WAIT_LOOP)
            break;
        best = found;
        frame = &stack->frames[i];
    }
    ret->inner_count = hn_library_frames(stack);
    return best ? settle(kinds, best, frame, ret) : HN_DONE;
}
