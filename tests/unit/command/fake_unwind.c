/* Stands for core/unwind: every thread is in nanosleep(), called by an extension, in
 * which its Python frames were woven. */
#include <string.h>

#include "unwind/unwind.h"
#include "unwind/weave.h"

struct hn_unwinder {
    int unused;
};

static struct hn_unwinder only;

const char *
hn_unwind_missing(void)
{
    return NULL;
}

void
hn_stack_anchors(struct hn_runtime *runtime, hn_addr tstate, struct hn_stack *stack)
{
    (void)runtime, (void)tstate, (void)stack;
}

enum hn_status
hn_unwinder_open(struct hn_target *target, struct hn_unwinder **ret)
{
    (void)target;
    *ret = &only;
    return HN_OK;
}

void
hn_unwinder_close(struct hn_unwinder *unwinder)
{
    (void)unwinder;
}

bool
hn_unwinder_ask_debuginfod(struct hn_unwinder *unwinder, const char **why_ret)
{
    (void)unwinder;
    *why_ret = "DEBUGINFOD_URLS names no server";
    return false;
}

enum hn_status
hn_unwinder_refresh(struct hn_unwinder *unwinder)
{
    (void)unwinder;
    return HN_OK;
}

enum hn_status
hn_native_stack_walk(struct hn_unwinder *unwinder, int64_t tid, size_t limit,
                     struct hn_arena *arena, struct hn_native_stack *ret)
{
    (void)unwinder, (void)tid, (void)limit;
    memset(ret, 0, sizeof(*ret));
    ret->count = 3;
    ret->frames = hn_arena_array(arena, ret->count, sizeof(*ret->frames));
    return ret->frames ? HN_OK : HN_E_NOMEM;
}

void
hn_native_stack_name(struct hn_unwinder *unwinder, struct hn_native_stack *stack)
{
    static const char *const names[] = { "nanosleep", "PyObject_Call", "_start" };

    (void)unwinder;
    for (size_t i = 0; i < stack->count; i++)
        stack->frames[i] = (struct hn_native_frame){
            .pc = 0x1000 * (i + 1),
            .function = names[i],
            .symbol = names[i],
            .library = "/lib/libc.so.6",
            .line = -1,
            .marks = i == 1 ? HN_NATIVE_GLUE : 0,
        };
}

void
hn_native_stack_add_lines(struct hn_unwinder *unwinder, struct hn_native_stack *stack)
{
    (void)unwinder;
    stack->frames[0].file = "nanosleep.c";
    stack->frames[0].line = 27;
}

void
hn_weave(struct hn_runtime *runtime, struct hn_native_stack *native,
         struct hn_stack *stack)
{
    (void)runtime;
    if (stack->count == 0)
        return;
    stack->frames[0].native = native->frames;
    stack->frames[0].native_count = 2;
    stack->native = native->frames + 2;
    stack->native_count = 1;
}

/* In place of core/target: the two threads of the process, and one without Python. */
enum hn_status
hn_target_threads(struct hn_target *target, struct hn_arena *arena,
                  struct hn_native_thread **ret, size_t *count_ret)
{
    struct hn_native_thread *threads = hn_arena_array(arena, 3, sizeof(*threads));

    (void)target;
    if (!threads)
        return HN_E_NOMEM;
    threads[0].tid = 101;
    threads[1].tid = 102;
    threads[2].tid = 103;
    strcpy(threads[2].name, "pool");
    *ret = threads;
    *count_ret = 3;
    return HN_OK;
}

bool
hn_target_interrupted(const struct hn_target *target)
{
    (void)target;
    return false;
}

const struct hn_native_frame *
hn_native_stack_find(const struct hn_native_stack *stack, const char *symbol)
{
    (void)stack, (void)symbol;
    return NULL;
}
