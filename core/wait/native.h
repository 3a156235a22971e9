/* The names of the C functions that threads stand in, for those that wait there. */
#ifndef HN_WAIT_NATIVE_H
#define HN_WAIT_NATIVE_H

#include "base/arena.h"
#include "model/process.h"
#include "model/waits.h"

/* The call of C code that the innermost Python frame of @thread is in: "sleep() of
 * libc.so.6", "hold() of libdemo.so (in clock_nanosleep())". NULL when its native
 * stack was not loaded, or says nothing. Lives in @arena. */
const char *
hn_native_call_words(const struct hn_thread *thread, struct hn_arena *arena);

/* The same of a thread that runs no Python. */
const char *
hn_native_only_words(const struct hn_native_only *thread, struct hn_arena *arena);

/* Whether @thread stands in the interpreter itself, and in no call of C code; false
 * when that is not known. */
bool
hn_native_is_interpreter(const struct hn_thread *thread);

/* Whether a collection of garbage is seen on the native stack of @thread. */
bool
hn_native_is_collector(const struct hn_thread *thread);

/* Puts into @waits what the native stacks of @process say, which are loaded and named.
 * Lives in @arena. False when memory is short. */
bool
hn_waits_add_natives(const struct hn_process *process, struct hn_waits *waits,
                     struct hn_arena *arena);

#endif
