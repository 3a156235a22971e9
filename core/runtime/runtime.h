/* The Python runtime inside a target: where it is, its interpreters, threads and
 * frames.
 *
 * hn_runtime_open() locates _PyRuntime, learns version and flavour, chooses and checks
 * the layout. Everything else here reads through it. */
#ifndef HN_RUNTIME_RUNTIME_H
#define HN_RUNTIME_RUNTIME_H

#include "layout/python.h"
#include "model/process.h"
#include "objects/linetable.h"

struct hn_runtime {
    struct hn_python py;
    hn_addr address;      /* &_PyRuntime */
    const char *found_by; /* sentence for py-info */
    const char *offsets_from;
    struct hn_arena arena; /* decoded code objects and names; until the target runs */
    struct hn_code_cache *codes;
    struct hn_qualindex *qualindex; /* up to 3.10; NULL until it is wanted */
    struct hn_types *types;         /* for values; NULL until they are wanted */
    hn_addr cell_type;              /* PyCell_Type, 0 until one was met */
};

/* HN_E_NOT_PYTHON when no interpreter is there, with what was looked at in the detail;
 * HN_E_UNSUPPORTED for a version we have no layout for. */
HN_MUST_CHECK enum hn_status
hn_runtime_open(struct hn_target *target, struct hn_runtime **ret);

/* NULL is fine. */
void
hn_runtime_close(struct hn_runtime *runtime);

/* Forgets what may have changed because the target ran. */
void
hn_runtime_refresh(struct hn_runtime *runtime);

/* Fills everything in @ret but stacks and layout rows. @selected is the native id of
 * the host's thread, or 0 for the main one. A damaged list of threads ends early, with
 * the reason in the interpreter. Lives in @arena. */
HN_MUST_CHECK enum hn_status
hn_process_load(struct hn_runtime *runtime, int64_t selected, struct hn_arena *arena,
                struct hn_process *ret);

/* Every field with its offset and source, in @arena. */
HN_MUST_CHECK enum hn_status
hn_process_layout(struct hn_runtime *runtime, struct hn_arena *arena,
                  struct hn_process *ret);

/* The Python stack of @thread, innermost first, at most @limit frames (0: all). A frame
 * that cannot be decoded takes its place as HN_FRAME_UNREADABLE; a chain that breaks
 * leaves its reason in the stack. Fails only for want of memory or on interruption,
 * and then what was read so far is in @ret. */
HN_MUST_CHECK enum hn_status
hn_stack_load(struct hn_runtime *runtime, const struct hn_thread *thread, size_t limit,
              struct hn_arena *arena, struct hn_stack *ret);

/* The same of the frame object @frame and those that called it. */
HN_MUST_CHECK enum hn_status
hn_stack_load_from(struct hn_runtime *runtime, hn_addr frame, size_t limit,
                   struct hn_arena *arena, struct hn_stack *ret);

/* Fills in the anchors of @stack's entries: what those calls of the interpreter loop
 * keep on the C stack of the thread, whose state is at @tstate. Of the frames only addr
 * and entry are looked at. Before 3.11 there are none. */
void
hn_stack_anchors(struct hn_runtime *runtime, hn_addr tstate, struct hn_stack *stack);

/* The decoded code object at @addr, from the cache or freshly read. Lives until
 * hn_runtime_refresh(), also when it was forgotten. */
HN_MUST_CHECK enum hn_status
hn_code_load(struct hn_runtime *runtime, hn_addr addr, const struct hn_code **ret);

/* As if @made had been loaded, for who copied a code object on its own; what it points
 * to is copied. It is not found at its address later on. NULL when the machine has no
 * memory left. */
const struct hn_code *
hn_code_keep(struct hn_runtime *rt, const struct hn_code *made);

/* Where byte offset @lasti of @code lies; all -1 where the table does not say. */
struct hn_position
hn_code_position(struct hn_runtime *runtime, const struct hn_code *code, int64_t lasti);

/* The code object at @addr is another now: the next load reads it anew. */
void
hn_code_forget(struct hn_runtime *runtime, hn_addr addr);

/* Whether nobody looked for the qualified name of @code so far. */
bool
hn_code_wants_name(const struct hn_code *code);

/* Qualified names before co_qualname (3.8 to 3.10): finds those of the frames' code
 * objects through the functions that own them; codes for which none is found stay
 * unqualified. */
void
hn_qualify_stack(struct hn_runtime *runtime, const struct hn_stack *stack);

#endif
