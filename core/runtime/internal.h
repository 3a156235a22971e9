/* What the files of this room share. */
#ifndef HN_RUNTIME_INTERNAL_H
#define HN_RUNTIME_INTERNAL_H

#include "model/value.h"
#include "runtime/lookup.h"
#include "runtime/runtime.h"

/* A thread state as found in its list, before names and states are known. */
struct hn_tstate {
    hn_addr addr;
    uint64_t ident;    /* pthread_self() */
    int64_t native_id; /* in the target's own pid namespace; 0: not recorded */
    uint32_t state;    /* PyThreadState.state, 3.13+; else 0 */
    bool has_state;
    bool holds_gil;     /* 3.14+; true where it is not recorded */
    bool gil_requested; /* 3.15+ */
};

/* --- locate.c */

/* Fills runtime->address, found_by and py.layout. */
HN_MUST_CHECK enum hn_status
hn_runtime_locate(struct hn_runtime *rt);

/* --- code.c */

/* Settles the qualified name of @code; NULL: none was found. Lives in rt->arena. */
void
hn_code_qualify(const struct hn_code *code, const char *qualname);

void
hn_code_cache_clear(struct hn_runtime *rt);

/* Where the names of @code's variables are kept once they are decoded. */
struct hn_code_names;
const struct hn_code_names **
hn_code_names_of(const struct hn_code *code);

/* --- code_names.c */

struct hn_code_name {
    const char *name;
    enum hn_variable_kind kind;
    uint32_t slot; /* of a frame */
    uint32_t cell; /* the slot with its cell: another than @slot for an argument that
                      inner functions share, up to 3.10 */
    bool shared;   /* the slot holds a cell, once that is made */
    bool joined;   /* an earlier name stands for this slot, too */
    bool hidden;   /* a variable of a comprehension inside a module or class body */
};

/* In the order of the slots: as many as a frame has variables. */
struct hn_code_names {
    struct hn_code_name *items;
    size_t count;
};

/* The names of @code's variables, decoded when first asked for. */
HN_MUST_CHECK enum hn_status
hn_code_names_load(struct hn_runtime *rt, const struct hn_code *code,
                   const struct hn_code_names **ret);

/* --- frame.c */

/* How a frame stands in its chain. */
struct hn_frame_link {
    hn_addr previous; /* towards the callers, 0: none */
    bool shim;        /* no frame but a mark: the interpreter loop was entered here */
    bool internal;    /* a frame that the interpreter made for itself */
};

/* Decodes the PyFrameObject (up to 3.10) or _PyInterpreterFrame at @addr. Code that
 * cannot be read makes the frame HN_FRAME_UNREADABLE and is no failure. */
HN_MUST_CHECK enum hn_status
hn_frame_load(struct hn_runtime *rt, hn_addr addr, struct hn_frame *ret,
              struct hn_frame_link *link);

/* The frame that a frame object stands for: itself up to 3.10. */
HN_MUST_CHECK enum hn_status
hn_frame_of_object(struct hn_runtime *rt, hn_addr object, hn_addr *ret);

/* Where byte offset @lasti of what @frame runs lies. */
struct hn_position
hn_frame_position_at(struct hn_runtime *rt, const struct hn_frame *frame,
                     int64_t lasti);

/* --- object_size.c */

/* Bytes as sys.getsizeof() counts them; leaves @ret as it is where that is not known.
 */
HN_MUST_CHECK enum hn_status
hn_object_size(const struct hn_lookup *lookup, hn_addr object, uint64_t *ret);

/* --- threads.c */

/* Fills @ret->threads but for stacks; @natives are the target's native threads. */
HN_MUST_CHECK enum hn_status
hn_threads_load(struct hn_runtime *rt, const struct hn_native_thread *natives,
                size_t native_count, struct hn_arena *arena,
                struct hn_interpreter *ret);

/* --- names.c */

/* Names of the interpreter's threads as the threading module has them. */
struct hn_thread_name {
    uint64_t ident;
    int64_t native_id; /* Thread.native_id, 0: not recorded */
    const char *name;
};
HN_MUST_CHECK enum hn_status
hn_thread_names_load(struct hn_runtime *rt, hn_addr interpreter, struct hn_arena *arena,
                     const struct hn_thread_name **ret, size_t *count_ret);

/* --- natives.c: which native thread a thread state belongs to */

struct hn_native_map;

HN_MUST_CHECK enum hn_status
hn_native_map_make(struct hn_runtime *rt, const struct hn_native_thread *natives,
                   size_t count, struct hn_arena *arena, struct hn_native_map **ret);

/* The native thread of @tstate, or NULL; @hint is the native id that threading
 * recorded, or 0. */
const struct hn_native_thread *
hn_native_map_find(struct hn_native_map *map, const struct hn_tstate *tstate,
                   int64_t hint);

/* Its registers, read once; NULL when the source has none. */
const struct hn_registers *
hn_native_map_registers(struct hn_native_map *map,
                        const struct hn_native_thread *native);

/* --- gil.c */

struct hn_gil {
    bool exists, locked;
    hn_addr addr, size; /* the structure, to recognise who waits for it */
    hn_addr holder;     /* thread state, 0: nobody */
    bool own;
};
HN_MUST_CHECK enum hn_status
hn_gil_load(struct hn_runtime *rt, hn_addr interpreter, struct hn_gil *ret);

/* --- gc.c */

/* Settles the fields of the collector that versions alone do not decide. */
void
hn_gc_settle(struct hn_runtime *rt);

void
hn_gc_load(struct hn_runtime *rt, struct hn_interpreter *ret);

/* --- allocator.c */

/* What allocates small objects, judged by the blocks some of them sit in. Static text.
 */
const char *
hn_allocator_name(struct hn_runtime *rt, hn_addr interpreter);

#endif
