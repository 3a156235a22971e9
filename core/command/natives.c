/* Walking takes microseconds a thread, finding names for the first time reads symbol
 * tables: so the one is done while a process stands still, and the other when it runs
 * again. */
#include "command/natives.h"

#include "unwind/weave.h"

/* Deeper native stacks are cut: a runaway recursion fills its 8 MB with less. */
enum { MAX_FRAMES = 1 << 17 };

/* What a thread stands in is at the inner end; an extension and the libraries that it
 * calls lie within this many frames. */
enum { INNER_FRAMES = 64 };

enum hn_status
hn_call_unwinder(struct hn_call *call, struct hn_unwinder **ret)
{
    struct hn_session *session = call->session;
    enum hn_status st = HN_OK;

    if (!session->unwinder)
        st = hn_unwinder_open(session->target, &session->unwinder);
    if (st == HN_E_UNSUPPORTED)
        call->doing = "show native frames";
    if (st == HN_OK)
        *ret = session->unwinder;
    return st;
}

/* Why there is no native thread to walk; NULL: there is. */
static const char *
missing(const struct hn_thread *thread)
{
    if (thread->state & HN_THREAD_ENDED)
        return "the thread has ended";
    if (thread->native_id <= 0)
        return "which native thread it is is not known";
    return NULL;
}

static enum hn_status
walk(struct hn_call *call, struct hn_unwinder *u, size_t limit,
     struct hn_thread *thread)
{
    struct hn_native_stack *stack = hn_arena_alloc(&call->arena, sizeof(*stack));

    if (!stack)
        return hn_fail(&call->session->err, HN_E_NOMEM, 0, "no memory for the frames");
    thread->native = stack;
    stack->problem = missing(thread);
    if (stack->problem)
        return HN_OK;
    hn_stack_anchors(call->session->runtime, thread->addr, &thread->stack);
    return hn_native_stack_walk(u, thread->native_id, limit, &call->arena, stack);
}

enum hn_status
hn_natives_load(struct hn_call *call, struct hn_thread *thread)
{
    struct hn_unwinder *u;
    enum hn_status st = hn_call_unwinder(call, &u);

    return st ? st : walk(call, u, MAX_FRAMES, thread);
}

static bool
runs_python(const struct hn_process *process, int64_t tid)
{
    for (size_t i = 0; i < process->interpreter_count; i++) {
        const struct hn_interpreter *interpreter = &process->interpreters[i];

        for (size_t t = 0; t < interpreter->thread_count; t++)
            if (interpreter->threads[t].native_id == tid)
                return true;
    }
    return false;
}

/* The native threads that no Python thread is. */
static enum hn_status
walk_others(struct hn_call *call, struct hn_unwinder *u, size_t limit)
{
    struct hn_process *process = &call->process;
    struct hn_native_thread *threads;
    struct hn_native_only *others;
    size_t count, found = 0;
    enum hn_status st =
        hn_target_threads(call->session->target, &call->arena, &threads, &count);

    if (st)
        return st;
    others = hn_arena_array(&call->arena, count, sizeof(*others));
    if (!others)
        return hn_fail(&call->session->err, HN_E_NOMEM, 0, "no memory for the frames");
    for (size_t i = 0; i < count && st == HN_OK; i++) {
        if (runs_python(process, threads[i].tid))
            continue;
        others[found].tid = threads[i].tid;
        others[found].name = threads[i].name;
        st = hn_native_stack_walk(u, threads[i].tid, limit, &call->arena,
                                  &others[found++].stack);
    }
    process->natives = others;
    process->native_count = found;
    return st;
}

/* At most @limit frames of each of the first @threads (0: all) threads. */
static enum hn_status
walk_all(struct hn_call *call, struct hn_unwinder *u, uint64_t threads, size_t limit)
{
    struct hn_process *process = &call->process;
    uint64_t number = 0;
    enum hn_status st = HN_OK;

    for (size_t i = 0; st == HN_OK && i < process->interpreter_count; i++) {
        struct hn_interpreter *interpreter = &process->interpreters[i];

        for (size_t t = 0; st == HN_OK && t < interpreter->thread_count; t++) {
            if (number++ >= threads && threads)
                return HN_OK;
            if (hn_target_interrupted(call->session->target))
                return HN_OK;
            st = walk(call, u, limit, &interpreter->threads[t]);
        }
    }
    return st ? st : walk_others(call, u, limit);
}

enum hn_status
hn_natives_load_all(struct hn_call *call, uint64_t threads)
{
    struct hn_unwinder *u;
    enum hn_status st = hn_call_unwinder(call, &u);

    return st ? st : walk_all(call, u, threads, MAX_FRAMES);
}

enum hn_status
hn_natives_load_inner(struct hn_call *call)
{
    struct hn_unwinder *u;
    enum hn_status st;

    if (hn_unwind_missing())
        return HN_OK;
    st = hn_call_unwinder(call, &u);
    return st ? st : walk_all(call, u, 0, INNER_FRAMES);
}

static void
finish(struct hn_call *call, struct hn_thread *thread, bool lines)
{
    struct hn_native_stack *stack = thread->native;

    hn_native_stack_name(call->session->unwinder, stack);
    if (lines)
        hn_native_stack_add_lines(call->session->unwinder, stack);
    hn_weave(call->session->runtime, stack, &thread->stack);
}

static void
ask_debuginfod(struct hn_call *call)
{
    const char *why;

    if (!hn_unwinder_ask_debuginfod(call->session->unwinder, &why))
        hn_call_note(call, "no debug information was fetched: %s", why);
}

static void
finish_all(struct hn_call *call, bool lines)
{
    struct hn_process *process = &call->process;
    struct hn_native_only *others = process->natives;

    for (size_t i = 0; i < process->interpreter_count; i++) {
        struct hn_interpreter *interpreter = &process->interpreters[i];

        for (size_t t = 0; t < interpreter->thread_count; t++)
            if (interpreter->threads[t].native)
                finish(call, &interpreter->threads[t], lines);
    }
    for (size_t i = 0; i < process->native_count; i++) {
        hn_native_stack_name(call->session->unwinder, &others[i].stack);
        if (lines)
            hn_native_stack_add_lines(call->session->unwinder, &others[i].stack);
    }
}

void
hn_natives_finish(struct hn_call *call, bool debuginfod)
{
    if (debuginfod && call->session->unwinder)
        ask_debuginfod(call);
    finish_all(call, true);
}

void
hn_natives_name(struct hn_call *call)
{
    finish_all(call, false);
}
