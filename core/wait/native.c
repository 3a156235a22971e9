/* Of the C frames that a Python frame called, the outermost that is no machinery is
 * what the program called; the innermost one that has a name of its own says what that
 * came to. CPython's own way from call to call is marked by who wove the stack; ctypes
 * and libffi are told by their names. */
#include "wait/native.h"

#include <string.h>

#include "base/text.h"
#include "unwind/unwind.h"

/* What stands between a Python call and the C function that it is meant for. */
static bool
is_bridge(const struct hn_native_frame *frame, const char *library)
{
    static const char *const functions[] = { "ffi_", "_ctypes_",
                                             "_call_function_pointer", "PyCFuncPtr_" };

    if (strncmp(library, "libffi", 6) == 0 || strncmp(library, "_ctypes", 7) == 0)
        return true;
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
        if (strncmp(frame->function, functions[i], strlen(functions[i])) == 0)
            return true;
    return false;
}

static const char *
file_of(const struct hn_native_frame *frame)
{
    return hn_base_name(frame->library);
}

static bool
tells(const struct hn_native_frame *frame)
{
    return frame->function && !(frame->marks & (HN_NATIVE_LOOP | HN_NATIVE_GLUE))
           && !is_bridge(frame, file_of(frame));
}

static bool
is_internal(const struct hn_native_frame *frame)
{
    return frame->function[0] == '_';
}

/* Functions whose names say it with parameters are C++: "hold(int)". */
static const char *
parentheses(const struct hn_native_frame *frame)
{
    return strchr(frame->function, '(') ? "" : "()";
}

static const char *
words_of(const struct hn_native_frame *frames, size_t count, struct hn_arena *arena)
{
    const struct hn_native_frame *called = NULL, *inner = NULL;

    for (size_t i = 0; i < count; i++) {
        if (!tells(&frames[i]))
            continue;
        if (!inner || (is_internal(inner) && !is_internal(&frames[i])))
            inner = &frames[i];
        called = &frames[i];
    }
    if (!called)
        return NULL;
    if (inner == called || strcmp(inner->function, called->function) == 0)
        return hn_arena_format(arena, "%s%s of %s", called->function,
                               parentheses(called), file_of(called));
    return hn_arena_format(arena, "%s%s of %s (in %s%s)", called->function,
                           parentheses(called), file_of(called), inner->function,
                           parentheses(inner));
}

const char *
hn_native_call_words(const struct hn_thread *thread, struct hn_arena *arena)
{
    const struct hn_stack *stack = &thread->stack;

    if (!thread->native || thread->native->not_woven || stack->count == 0)
        return NULL;
    return words_of(stack->frames[0].native, stack->frames[0].native_count, arena);
}

/* A thread's first functions are the C library's: what it is there for comes next. */
const char *
hn_native_only_words(const struct hn_native_only *thread, struct hn_arena *arena)
{
    const struct hn_native_stack *stack = &thread->stack;
    size_t count = stack->count;

    while (count > 0
           && (!stack->frames[count - 1].function
               || strstr(file_of(&stack->frames[count - 1]), "libc.so")
               || strstr(file_of(&stack->frames[count - 1]), "libpthread")))
        count--;
    return words_of(stack->frames, count > 0 ? count : stack->count, arena);
}

bool
hn_native_is_interpreter(const struct hn_thread *thread)
{
    const struct hn_native_stack *native = thread->native;

    return native && !native->not_woven && native->count > 0
           && (native->frames[0].marks & HN_NATIVE_LOOP);
}

/* Python/gc.c, before 3.13 Modules/gcmodule.c; "collect" before 3.11. */
bool
hn_native_is_collector(const struct hn_thread *thread)
{
    const struct hn_native_stack *native = thread->native;

    return native
           && (hn_native_stack_find(native, "gc_collect_main")
               || hn_native_stack_find(native, "collect"));
}

/* --- waits */

/* What a futex is of, by the function that waits at it. */
static const struct {
    const char *symbol, *words;
} primitives[] = {
    { "pthread_mutex_lock", "a mutex of C code" },
    { "pthread_mutex_timedlock", "a mutex of C code" },
    { "pthread_cond_wait", "a condition variable of C code" },
    { "pthread_cond_timedwait", "a condition variable of C code" },
    { "pthread_cond_clockwait", "a condition variable of C code" },
    { "pthread_rwlock_rdlock", "a read-write lock of C code" },
    { "pthread_rwlock_wrlock", "a read-write lock of C code" },
    { "pthread_barrier_wait", "a barrier of C code" },
    { "pthread_join", "the end of a thread of C code" },
    { "pthread_timedjoin_np", "the end of a thread of C code" },
    { "sem_wait", "a semaphore of C code" },
    { "sem_timedwait", "a semaphore of C code" },
    { "sem_clockwait", "a semaphore of C code" },
    /* sem_wait() ends in a call of these, which leaves no frame of its own */
    { "__new_sem_wait_slow", "a semaphore of C code" },
    { "__new_sem_wait_slow64", "a semaphore of C code" },
};

/* Those that wait at one futex wait for the same; threads at one condition variable may
 * wait at either of its two. */
static size_t
count_others(const struct hn_waits *waits, const struct hn_wait *wait)
{
    size_t count = 0;

    for (size_t i = 0; i < waits->count; i++)
        count += &waits->items[i] != wait && waits->items[i].kind == HN_WAIT_NATIVE
                 && waits->items[i].addr == wait->addr;
    return count;
}

static bool
name_futex(const struct hn_waits *waits, struct hn_wait *wait,
           const struct hn_native_stack *stack, struct hn_arena *arena)
{
    const char *words = wait->text;
    size_t others;

    for (size_t i = 0; i < sizeof(primitives) / sizeof(primitives[0]); i++)
        if (hn_native_stack_find(stack, primitives[i].symbol)) {
            words = primitives[i].words;
            break;
        }
    wait->text = words;
    if (wait->addr == 0)
        return true;
    others = count_others(waits, wait);
    wait->text = hn_arena_format(arena, "%s (futex 0x%llx)", words,
                                 (unsigned long long)wait->addr);
    if (wait->text && others > 0)
        wait->text = hn_arena_format(arena, "%s, as %zu other%s", wait->text, others,
                                     others == 1 ? " does" : "s do");
    return wait->text != NULL;
}

static bool
is_of_native_code(enum hn_wait_kind kind)
{
    return kind == HN_WAIT_MUTEX || kind == HN_WAIT_NATIVE || kind == HN_WAIT_IO;
}

static const struct hn_native_only *
find_native(const struct hn_process *process, int64_t tid)
{
    for (size_t i = 0; i < process->native_count; i++)
        if (process->natives[i].tid == tid)
            return &process->natives[i];
    return NULL;
}

static bool
add_natives(const struct hn_process *process, const struct hn_waits *waits,
            struct hn_wait *wait, const struct hn_thread *thread,
            struct hn_arena *arena)
{
    const struct hn_native_only *holder =
        wait->native_holder ? find_native(process, wait->native_holder) : NULL;
    const char *words = hn_native_call_words(thread, arena);

    if (wait->kind == HN_WAIT_NATIVE && thread->native
        && !name_futex(waits, wait, thread->native, arena))
        return false;
    if (words && is_of_native_code(wait->kind)) {
        wait->text = hn_arena_format(arena, "%s, in %s", wait->text, words);
        if (!wait->text)
            return false;
    }
    if (holder) {
        wait->native_name = holder->name;
        wait->native_doing = hn_native_only_words(holder, arena);
    }
    return true;
}

bool
hn_waits_add_natives(const struct hn_process *process, struct hn_waits *waits,
                     struct hn_arena *arena)
{
    for (size_t i = 0; i < waits->count; i++) {
        const struct hn_thread *thread = waits->actors[waits->items[i].actor].thread;

        if (thread && !add_natives(process, waits, &waits->items[i], thread, arena))
            return false;
    }
    return true;
}
