/* Native stacks: the C functions that a stopped thread is in.
 *
 * An unwinder belongs to one target and keeps what it learned of its files: unwind
 * tables, symbols, lines. It reads through the target only, so it serves live stopped
 * processes, cores and what debuggers read alike. Memory that lies is no harm: a stack
 * ends early, with the reason in it.
 *
 * hognose can be built without libunwind; then hn_unwinder_open() refuses with
 * HN_E_UNSUPPORTED and says so. */
#ifndef HN_UNWIND_UNWIND_H
#define HN_UNWIND_UNWIND_H

#include "base/arena.h"
#include "model/native.h"
#include "target/target.h"

struct hn_unwinder;

/* NULL; or, when hognose was built without libunwind, that and what to do about it. */
const char *
hn_unwind_missing(void);

/* @target must outlive it. */
HN_MUST_CHECK enum hn_status
hn_unwinder_open(struct hn_target *target, struct hn_unwinder **ret);

/* NULL is fine. */
void
hn_unwinder_close(struct hn_unwinder *unwinder);

/* From now on debug files that are not here are fetched from the servers that
 * DEBUGINFOD_URLS names, by build-id; it takes what it takes. For users who asked.
 * False when there is no libdebuginfod, or no server is named: *why_ret says which. */
bool
hn_unwinder_ask_debuginfod(struct hn_unwinder *unwinder, const char **why_ret);

/* The target ran: its threads are elsewhere, and it may have loaded other files. Frames
 * that were loaded before keep their strings until the unwinder is closed. */
HN_MUST_CHECK enum hn_status
hn_unwinder_refresh(struct hn_unwinder *unwinder);

/* Where a thread is in one native call. */
struct hn_native_step {
    hn_addr pc, sp;
    unsigned marks; /* SIGNAL and GUESSED only */
};

/* What hn_unwind() came to. */
struct hn_unwound {
    size_t count;
    bool cut;            /* there was no room for more */
    const char *problem; /* static: why it ends early; NULL: it is complete */
    hn_addr problem_at;
};

/* Walks the stack of thread @tid into @steps, which has room for @room of them: nothing
 * but addresses, for who takes many samples. HN_DONE when its registers are not known:
 * it ended, or it runs. */
HN_MUST_CHECK enum hn_status
hn_unwind(struct hn_unwinder *unwinder, int64_t tid, struct hn_native_step *steps,
          size_t room, struct hn_unwound *ret);

/* The same for who has the registers already. */
void
hn_unwind_from(struct hn_unwinder *unwinder, const struct hn_registers *registers,
               struct hn_native_step *steps, size_t room, struct hn_unwound *ret);

/* Fills in everything about one step but file and line. @caller: it is not where the
 * thread itself is, nor where a signal interrupted it, but in the middle of a call, so
 * that its address is one behind. Cached by address. */
void
hn_native_name(struct hn_unwinder *unwinder, const struct hn_native_step *step,
               bool caller, struct hn_native_frame *ret);

/* The stack of thread @tid, at most @limit frames (0: all), in @arena, without names. A
 * thread whose registers are not known gives an empty stack with the reason. */
HN_MUST_CHECK enum hn_status
hn_native_stack_walk(struct hn_unwinder *unwinder, int64_t tid, size_t limit,
                     struct hn_arena *arena, struct hn_native_stack *ret);

/* Names all its frames; reads files only, so the target may run again. */
void
hn_native_stack_name(struct hn_unwinder *unwinder, struct hn_native_stack *stack);

/* Both. */
HN_MUST_CHECK enum hn_status
hn_native_stack_load(struct hn_unwinder *unwinder, int64_t tid, size_t limit,
                     struct hn_arena *arena, struct hn_native_stack *ret);

/* Fills in file and line where the files' debug information says them: takes far longer
 * than all the rest, so it is for what is shown. */
void
hn_native_stack_add_lines(struct hn_unwinder *unwinder, struct hn_native_stack *stack);

/* The innermost frame in a function of that symbol ("pthread_cond_timedwait"), or
 * NULL. Versions and suffixes are seen past ("read@@GLIBC_2.2.5", "f.cold"). */
const struct hn_native_frame *
hn_native_stack_find(const struct hn_native_stack *stack, const char *symbol);

#endif
