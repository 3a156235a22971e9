/* Finds what names are bound to: slots of frames, cells, and namespaces.
 *
 * CPython: Objects/frameobject.c (PyFrame_FastToLocalsWithError, frame_get_var). */
#include "runtime/variables.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "objects/objects.h"
#include "runtime/internal.h"

/* A namespace with more names than this was filled by a loop; it is cut. */
enum { MAX_BINDINGS = 1 << 16 };

/* Names are identifiers, but a namespace may be used as any dict. */
enum { MAX_NAME = 4096 };

/* co_flags: variables are in slots. */
enum { CO_OPTIMIZED = 1 };

/* HN_STACKREF_TAGGED's null (Include/internal/pycore_stackref.h). */
enum { TAGGED_NULL = 1 };

static bool
is_null(const struct hn_python *py, uint64_t bits)
{
    return bits == 0
           || (py->layout.formats.stackref == HN_STACKREF_TAGGED
               && bits == TAGGED_NULL);
}

bool
hn_binding_is_bound(const struct hn_runtime *rt, const struct hn_binding *binding)
{
    return !is_null(&rt->py, binding->bits);
}

static bool
is_fatal(enum hn_status st)
{
    return st == HN_E_NOMEM || st == HN_E_INTERRUPTED;
}

/* Keeps the first reason; passes on only what ends everything. */
static enum hn_status
note_problem(struct hn_runtime *rt, enum hn_status st, struct hn_bindings *ret)
{
    if (st == HN_OK || is_fatal(st))
        return st;
    if (!ret->problem) {
        ret->problem = rt->py.err->what;
        ret->problem_at = rt->py.err->addr;
    }
    return HN_OK;
}

/* --- growing a list of bindings */

struct builder {
    struct hn_runtime *rt;
    struct hn_binding *items; /* malloc'ed while it grows */
    size_t count, capacity;
};

static enum hn_status
add(struct builder *b, const char *name, enum hn_variable_kind kind, uint64_t bits)
{
    if (!HN_GROW(b->items, b->capacity, b->count + 1))
        return hn_fail(b->rt->py.err, HN_E_NOMEM, 0, "no memory for variables");
    b->items[b->count++] = (struct hn_binding){ name, kind, bits };
    return HN_OK;
}

static enum hn_status
finish(struct builder *b, struct hn_arena *arena, struct hn_bindings *ret,
       enum hn_status st)
{
    ret->items = hn_arena_array(arena, b->count, sizeof(*ret->items));
    if (ret->items && b->count > 0) {
        memcpy(ret->items, b->items, b->count * sizeof(*ret->items));
        ret->count = b->count;
    }
    free(b->items);
    if (!ret->items)
        return hn_fail(b->rt->py.err, HN_E_NOMEM, 0, "no memory for variables");
    return st;
}

/* --- slots */

/* A cell's type proves itself by its name; where names cannot be read (a core without
 * the executable), what stands in the slot of a cell is taken for one. */
static bool
is_cell(struct hn_runtime *rt, hn_addr object)
{
    struct hn_python *py = &rt->py;
    struct hn_arena_mark mark = hn_arena_mark(&rt->arena);
    const char *name;
    hn_addr type;
    uint64_t flags;
    bool other;

    if (object == 0 || hn_object_flags(py, object, &type, &flags))
        return false;
    if (type == rt->cell_type)
        return true;
    if (hn_type_name(py, type, &rt->arena, &name))
        return true;
    other = strcmp(name, "cell") != 0;
    hn_arena_reset(&rt->arena, mark);
    if (!other)
        rt->cell_type = type;
    return !other;
}

/* What the slot of a shared variable means: the contents of its cell, or, before the
 * cell is made, the value itself. */
static enum hn_status
look_through(struct hn_runtime *rt, uint64_t *bits)
{
    hn_addr object = hn_stackref_pointer(&rt->py, *bits);

    if (is_null(&rt->py, *bits) || !is_cell(rt, object))
        return HN_OK;
    return hn_field_read(&rt->py, HN_CELL_VALUE, object, bits);
}

static enum hn_status
slot_bits(struct hn_runtime *rt, const struct hn_code_name *name, const uint64_t *slots,
          uint64_t *ret)
{
    uint32_t slot = name->slot;
    bool shared = name->shared;

    if (name->cell != slot && is_null(&rt->py, slots[slot])) {
        slot = name->cell;
        shared = true;
    }
    *ret = slots[slot];
    return shared ? look_through(rt, ret) : HN_OK;
}

/* A class body or a module has slots, too: for cells, for what it takes from enclosing
 * functions, and for comprehensions while they run. */
static bool
is_wanted(const struct hn_runtime *rt, const struct hn_frame *frame,
          const struct hn_code_name *name, uint64_t bits)
{
    if (name->joined)
        return false;
    if (name->hidden || !(frame->code->flags & CO_OPTIMIZED))
        return !is_null(&rt->py, bits);
    return true;
}

static enum hn_status
add_slots(struct builder *b, const struct hn_frame *frame,
          const struct hn_code_names *names, const uint64_t *slots,
          struct hn_bindings *ret)
{
    for (size_t i = 0; i < names->count; i++) {
        const struct hn_code_name *name = &names->items[i];
        uint64_t bits = 0;
        enum hn_status st =
            note_problem(b->rt, slot_bits(b->rt, name, slots, &bits), ret);

        if (!st && is_wanted(b->rt, frame, name, bits))
            st = add(b, name->name, name->kind, bits);
        if (st)
            return st;
    }
    return HN_OK;
}

static hn_addr
slots_of(const struct hn_runtime *rt, const struct hn_frame *frame)
{
    if (rt->py.layout.formats.frame_chain == HN_FRAME_CHAIN_OBJECTS)
        return hn_field_addr(&rt->py, HN_FRAMEOBJECT_LOCALSPLUS, frame->addr);
    return hn_field_addr(&rt->py, HN_FRAME_LOCALSPLUS, frame->addr);
}

static enum hn_status
load_slots(struct builder *b, const struct hn_frame *frame, struct hn_arena *arena,
           struct hn_bindings *ret)
{
    struct hn_runtime *rt = b->rt;
    const struct hn_code_names *names;
    uint64_t *slots;
    enum hn_status st = hn_code_names_load(rt, frame->code, &names);

    if (st || names->count == 0)
        return st;
    slots = hn_arena_array(arena, names->count, sizeof(*slots));
    if (!slots)
        return hn_fail(rt->py.err, HN_E_NOMEM, 0, "no memory for variables");
    st = hn_target_read(rt->py.target, slots_of(rt, frame), slots,
                        names->count * sizeof(*slots));
    if (st)
        return st;
    return add_slots(b, frame, names, slots, ret);
}

/* --- namespaces */

static enum hn_status
add_entry(struct builder *b, hn_addr key, hn_addr value, enum hn_variable_kind kind,
          struct hn_arena *arena)
{
    const char *name;
    hn_addr type;
    uint64_t flags;
    enum hn_status st = hn_object_flags(&b->rt->py, key, &type, &flags);

    if (!st && !(flags & HN_TPFLAG_UNICODE))
        return HN_OK; /* no name can mean it */
    if (!st)
        st = hn_str_load(&b->rt->py, key, MAX_NAME, arena, &name, NULL, NULL);
    return st ? st : add(b, name, kind, value);
}

static enum hn_status
add_dict(struct builder *b, hn_addr dict, enum hn_variable_kind kind,
         struct hn_arena *arena, struct hn_bindings *ret)
{
    struct hn_dict_iter it;
    hn_addr key, value;
    enum hn_status st = hn_dict_iter_init(&b->rt->py, dict, &it);

    while (st == HN_OK) {
        st = hn_dict_iter_next(&it, &key, &value);
        if (st)
            break;
        if (b->count >= MAX_BINDINGS)
            return hn_fail(b->rt->py.err, HN_E_CORRUPT, dict,
                           "the namespace has too many names, the rest is left out");
        st = note_problem(b->rt, add_entry(b, key, value, kind, arena), ret);
    }
    return st == HN_DONE ? HN_OK : st;
}

enum hn_status
hn_bindings_load_dict(struct hn_runtime *rt, hn_addr dict, enum hn_variable_kind kind,
                      struct hn_arena *arena, struct hn_bindings *ret)
{
    struct builder b = { .rt = rt };
    enum hn_status st;

    *ret = (struct hn_bindings){ 0 };
    st = note_problem(rt, add_dict(&b, dict, kind, arena, ret), ret);
    return finish(&b, arena, ret, st);
}

static enum hn_status
load_dicts(struct hn_runtime *rt, enum hn_struct type, hn_addr addr,
           const enum hn_field *fields, struct hn_frame_dicts *ret)
{
    struct hn_record rec;
    enum hn_status st = hn_record_load(&rt->py, type, addr, &rec);

    if (st)
        return st;
    ret->locals = hn_record_u64_or_0(&rec, fields[0]);
    ret->globals = hn_record_u64_or_0(&rec, fields[1]);
    ret->builtins = hn_record_u64_or_0(&rec, fields[2]);
    return HN_OK;
}

enum hn_status
hn_frame_dicts_load(struct hn_runtime *rt, const struct hn_frame *frame,
                    struct hn_frame_dicts *ret)
{
    static const enum hn_field of_object[] = { HN_FRAMEOBJECT_LOCALS,
                                               HN_FRAMEOBJECT_GLOBALS,
                                               HN_FRAMEOBJECT_BUILTINS };
    static const enum hn_field of_frame[] = { HN_FRAME_LOCALS, HN_FRAME_GLOBALS,
                                              HN_FRAME_BUILTINS };
    bool objects = rt->py.layout.formats.frame_chain == HN_FRAME_CHAIN_OBJECTS;
    enum hn_status st =
        load_dicts(rt, objects ? HN_STRUCT_FRAMEOBJECT : HN_STRUCT_FRAME, frame->addr,
                   objects ? of_object : of_frame, ret);

    /* A function's f_locals is what locals() once copied, and may be out of date. */
    if (!st && frame->code->flags & CO_OPTIMIZED)
        ret->locals = 0;
    return st;
}

/* --- a frame's variables */

static enum hn_status
load_locals_dict(struct builder *b, const struct hn_frame *frame,
                 struct hn_arena *arena, struct hn_bindings *ret)
{
    struct hn_frame_dicts dicts;
    enum hn_variable_kind kind;
    enum hn_status st;

    if (frame->code->flags & CO_OPTIMIZED)
        return HN_OK;
    st = hn_frame_dicts_load(b->rt, frame, &dicts);
    if (st || dicts.locals == 0)
        return st;
    kind = dicts.locals == dicts.globals ? HN_VARIABLE_GLOBAL : HN_VARIABLE_LOCAL;
    return add_dict(b, dicts.locals, kind, arena, ret);
}

enum hn_status
hn_bindings_load(struct hn_runtime *rt, const struct hn_frame *frame,
                 struct hn_arena *arena, struct hn_bindings *ret)
{
    struct builder b = { .rt = rt };
    enum hn_status st;

    *ret = (struct hn_bindings){ .problem = frame->problem,
                                 .problem_at = frame->problem_at };
    if (frame->kind != HN_FRAME_PYTHON)
        return HN_OK;
    st = note_problem(rt, load_locals_dict(&b, frame, arena, ret), ret);
    if (!st)
        st = note_problem(rt, load_slots(&b, frame, arena, ret), ret);
    return finish(&b, arena, ret, st);
}

/* --- values */

struct hn_types *
hn_runtime_types(struct hn_runtime *rt)
{
    if (!rt->types)
        rt->types = hn_types_create(&rt->py);
    return rt->types;
}

enum hn_status
hn_runtime_value(struct hn_runtime *rt, uint64_t bits,
                 const struct hn_preview_limits *limits, struct hn_arena *arena,
                 struct hn_value *ret)
{
    struct hn_types *types = hn_runtime_types(rt);

    if (!types)
        return hn_fail(rt->py.err, HN_E_NOMEM, 0, "no memory for types");
    return hn_value_load_slot(types, bits, limits, arena, ret);
}

static bool
is_special_name(const char *name)
{
    size_t size = strlen(name);

    return size > 4 && strncmp(name, "__", 2) == 0
           && strcmp(name + size - 2, "__") == 0;
}

/* What was imported or defined, as against what was computed. */
static bool
is_definition(struct hn_runtime *rt, hn_addr object)
{
    static const char *const names[] = { "module", "function",
                                         "builtin_function_or_method" };
    hn_addr type;
    uint64_t flags;

    if (hn_object_flags(&rt->py, object, &type, &flags))
        return false;
    if (flags & HN_TPFLAG_TYPE)
        return true;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (hn_object_is(&rt->py, object, names[i]))
            return true;
    return false;
}

static bool
is_data(struct hn_runtime *rt, const struct hn_binding *binding)
{
    if (binding->kind != HN_VARIABLE_GLOBAL)
        return true;
    return !is_special_name(binding->name)
           && !is_definition(rt, hn_stackref_pointer(&rt->py, binding->bits));
}

static enum hn_status
load_globals(struct hn_runtime *rt, const struct hn_frame *frame,
             struct hn_arena *arena, struct hn_bindings *ret)
{
    struct hn_frame_dicts dicts = { 0 };
    enum hn_status st;

    *ret = (struct hn_bindings){ .problem = frame->problem,
                                 .problem_at = frame->problem_at };
    if (frame->kind != HN_FRAME_PYTHON)
        return HN_OK;
    st = note_problem(rt, hn_frame_dicts_load(rt, frame, &dicts), ret);
    if (st || ret->problem)
        return st;
    return hn_bindings_load_dict(rt, dicts.globals, HN_VARIABLE_GLOBAL, arena, ret);
}

static enum hn_status
load_values(struct hn_runtime *rt, const struct hn_bindings *bindings,
            enum hn_variables_choice choice, const struct hn_preview_limits *limits,
            struct hn_arena *arena, struct hn_variables *ret)
{
    ret->items = hn_arena_array(arena, bindings->count, sizeof(*ret->items));
    if (!ret->items)
        return hn_fail(rt->py.err, HN_E_NOMEM, 0, "no memory for variables");
    for (size_t i = 0; i < bindings->count; i++) {
        const struct hn_binding *binding = &bindings->items[i];
        struct hn_variable *variable = &ret->items[ret->count];
        enum hn_status st = HN_OK;

        if (choice == HN_VARIABLES_DATA && !is_data(rt, binding))
            continue;
        variable->name = binding->name;
        variable->kind = binding->kind;
        variable->bound = hn_binding_is_bound(rt, binding);
        if (variable->bound)
            st = hn_runtime_value(rt, binding->bits, limits, arena, &variable->value);
        if (st)
            return st;
        ret->count++;
    }
    return HN_OK;
}

enum hn_status
hn_variables_load(struct hn_runtime *rt, const struct hn_frame *frame,
                  enum hn_variables_choice choice,
                  const struct hn_preview_limits *limits, struct hn_arena *arena,
                  struct hn_variables *ret)
{
    struct hn_bindings bindings;
    enum hn_status st = choice == HN_VARIABLES_GLOBAL
                            ? load_globals(rt, frame, arena, &bindings)
                            : hn_bindings_load(rt, frame, arena, &bindings);

    *ret = (struct hn_variables){ .problem = bindings.problem,
                                  .problem_at = bindings.problem_at };
    if (st)
        return st;
    return load_values(rt, &bindings, choice, limits, arena, ret);
}
