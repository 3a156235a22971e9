/* The names that a frame can see, and what they are bound to.
 *
 * A function keeps its variables in numbered slots; a module, a class body and code
 * given to exec() keep them in a dict. Cells are looked through: a binding is what the
 * name means to the program. */
#ifndef HN_RUNTIME_VARIABLES_H
#define HN_RUNTIME_VARIABLES_H

#include "model/stack.h"
#include "model/value.h"
#include "objects/preview.h"
#include "runtime/runtime.h"

struct hn_binding {
    const char *name;
    enum hn_variable_kind kind;
    uint64_t bits; /* as in a frame slot, perhaps tagged: a null one is not bound */
};

struct hn_bindings {
    struct hn_binding *items;
    size_t count;
    const char *problem; /* some could not be read: why; else NULL */
    hn_addr problem_at;
};

/* Whether anything is bound. */
bool
hn_binding_is_bound(const struct hn_runtime *rt, const struct hn_binding *binding);

/* The variables of @frame, arguments first, in @arena. What cannot be read leaves its
 * reason in @ret: the only failures are HN_E_NOMEM and HN_E_INTERRUPTED. */
HN_MUST_CHECK enum hn_status
hn_bindings_load(struct hn_runtime *rt, const struct hn_frame *frame,
                 struct hn_arena *arena, struct hn_bindings *ret);

/* The same for a namespace, all of @kind. */
HN_MUST_CHECK enum hn_status
hn_bindings_load_dict(struct hn_runtime *rt, hn_addr dict, enum hn_variable_kind kind,
                      struct hn_arena *arena, struct hn_bindings *ret);

/* The dicts that a frame looks names up in; 0: none. @locals is not 0 only where
 * variables are kept in it. It may be any mapping, and the very dict of @globals. */
struct hn_frame_dicts {
    hn_addr locals, globals, builtins;
};
HN_MUST_CHECK enum hn_status
hn_frame_dicts_load(struct hn_runtime *rt, const struct hn_frame *frame,
                    struct hn_frame_dicts *ret);

/* The name of the variable in slot number @slot of a frame that runs the code object at
 * @code; NULL when it cannot be read. Lives as long as hn_code_load()'s. */
const char *
hn_variable_name(struct hn_runtime *rt, hn_addr code, uint64_t slot);

/* Which variables are wanted. */
enum hn_variables_choice {
    HN_VARIABLES_LOCAL,
    /* In a module, where everything is a variable, only data: no names like __doc__,
     * no modules, classes and functions; the rest as LOCAL. For stack dumps. */
    HN_VARIABLES_DATA,
    HN_VARIABLES_GLOBAL
};

/* Bindings with their values. Fails as hn_bindings_load() does. */
HN_MUST_CHECK enum hn_status
hn_variables_load(struct hn_runtime *rt, const struct hn_frame *frame,
                  enum hn_variables_choice choice,
                  const struct hn_preview_limits *limits, struct hn_arena *arena,
                  struct hn_variables *ret);

/* The value that a slot's or a pointer's bits stand for. */
HN_MUST_CHECK enum hn_status
hn_runtime_value(struct hn_runtime *rt, uint64_t bits,
                 const struct hn_preview_limits *limits, struct hn_arena *arena,
                 struct hn_value *ret);

/* What is known of the target's types, made when it is first asked for. NULL when
 * memory is short. */
struct hn_types *
hn_runtime_types(struct hn_runtime *rt);

#endif
