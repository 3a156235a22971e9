/* The registry of types, and which shower each has.
 *
 * An object's repr is the one of the first class in its type's MRO that has one of its
 * own. For a repr in C that class is found by its slot: subclasses carry the same
 * tp_repr. All reprs in Python share one slot: there the class dicts tell.
 * CPython: Objects/typeobject.c (inherit_slots, type_repr, object_repr). */
#include "objects/types.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "objects/shower.h"

/* Classes made in a loop by the hundred thousand exist; more are corrupt memory. */
enum { TYPES_MOST = 1 << 20, SLOTS_FIRST = 256 };

/* Names of classes are identifiers; an MRO of hundreds would be a feat. */
enum { NAME_MOST = 4096, MRO_MOST = 1000 };

struct hn_types {
    struct hn_python *py;
    struct hn_arena arena;  /* the entries and their names */
    struct hn_type **slots; /* hashed by address, a power of two of them */
    size_t slot_count, used;
    struct hn_memo memo;
};

struct hn_types *
hn_types_create(struct hn_python *py)
{
    struct hn_types *types = calloc(1, sizeof *types);

    if (!types)
        return NULL;
    types->py = py;
    hn_arena_init(&types->arena);
    hn_arena_init(&types->memo.arena);
    types->slot_count = SLOTS_FIRST;
    types->slots = calloc(types->slot_count, sizeof *types->slots);
    if (types->slots)
        return types;
    free(types);
    return NULL;
}

void
hn_types_destroy(struct hn_types *types)
{
    if (!types)
        return;
    hn_arena_deinit(&types->arena);
    hn_arena_deinit(&types->memo.arena);
    free(types->slots);
    free(types);
}

struct hn_python *
hn_types_python(struct hn_types *types)
{
    return types->py;
}

struct hn_memo *
hn_types_memo(struct hn_types *types)
{
    return &types->memo;
}

/* Where @at is, or the free slot where it belongs; there always is one. */
static struct hn_type **
slot_of(struct hn_type **slots, size_t slot_count, hn_addr at)
{
    size_t i = (at * UINT64_C(0x9e3779b97f4a7c15)) >> 32 & (slot_count - 1);

    while (slots[i] && slots[i]->at != at)
        i = (i + 1) & (slot_count - 1);
    return &slots[i];
}

/* Doubles the table when it is half full. */
static enum hn_status
make_room(struct hn_types *types)
{
    size_t count = types->slot_count * 2;
    struct hn_type **slots;

    if (types->used * 2 < types->slot_count)
        return HN_OK;
    if (types->used >= TYPES_MOST)
        return hn_fail(types->py->err, HN_E_CORRUPT, 0, "more types than there can be");
    slots = calloc(count, sizeof *slots);
    if (!slots)
        return hn_fail(types->py->err, HN_E_NOMEM, 0, "no memory for types");
    for (size_t i = 0; i < types->slot_count; i++)
        if (types->slots[i])
            *slot_of(slots, count, types->slots[i]->at) = types->slots[i];
    free(types->slots);
    types->slots = slots;
    types->slot_count = count;
    return HN_OK;
}

const char *
hn_type_short_name(const struct hn_type *type)
{
    const char *dot = strrchr(type->tp_name, '.');

    return dot ? dot + 1 : type->tp_name;
}

/* Only what is a type may tell what another object is. */
static enum hn_status
check_is_type(struct hn_python *py, hn_addr type)
{
    hn_addr metatype;
    uint64_t flags;
    enum hn_status st = hn_object_flags(py, type, &metatype, &flags);

    if (!st && !(flags & HN_TPFLAG_TYPE))
        st = hn_fail(py->err, HN_E_CORRUPT, type, "not a type");
    return st;
}

static enum hn_status
load_fields(struct hn_python *py, hn_addr at, struct hn_type *ret)
{
    struct hn_record rec;
    enum hn_status st = hn_record_load(py, HN_STRUCT_TYPE, at, &rec);

    if (st)
        return st;
    ret->at = at;
    ret->base = hn_record_u64_or_0(&rec, HN_TYPE_BASE);
    ret->dict = hn_record_u64_or_0(&rec, HN_TYPE_DICT);
    ret->mro = hn_record_u64_or_0(&rec, HN_TYPE_MRO);
    ret->repr = hn_record_u64_or_0(&rec, HN_TYPE_REPR);
    ret->members = hn_record_u64_or_0(&rec, HN_TYPE_MEMBERS);
    ret->flags = hn_record_u64(&rec, HN_TYPE_FLAGS);
    ret->basicsize = hn_record_u64(&rec, HN_TYPE_BASICSIZE);
    ret->itemsize = hn_record_u64_or_0(&rec, HN_TYPE_ITEMSIZE);
    return HN_OK;
}

/* "collections.deque" is all a static type has. */
static enum hn_status
load_static_name(struct hn_types *types, struct hn_type *type)
{
    const char *name, *dot;
    enum hn_status st = hn_type_name(types->py, type->at, &types->arena, &name);

    if (st)
        return st;
    dot = strrchr(name, '.');
    type->tp_name = name;
    type->qualname = dot ? dot + 1 : name;
    type->module =
        dot ? hn_arena_copy(&types->arena, name, (size_t)(dot - name)) : "builtins";
    return HN_OK;
}

/* A class made at run time: ht_qualname, and __module__ in its dict, if that is a
 * str. */
static enum hn_status
load_heap_name(struct hn_types *types, struct hn_type *type)
{
    struct hn_python *py = types->py;
    hn_addr qualname, module;
    enum hn_status st = hn_field_read(py, HN_HEAPTYPE_QUALNAME, type->at, &qualname);

    if (!st)
        st = hn_str_load(py, qualname, NAME_MOST, &types->arena, &type->qualname, NULL,
                         NULL);
    if (st)
        return st;
    if (hn_type_name(py, type->at, &types->arena, &type->tp_name) != HN_OK)
        type->tp_name = type->qualname;
    type->module = "";
    if (hn_dict_find(py, type->dict, "__module__", &module) != HN_OK
        || hn_str_load(py, module, NAME_MOST, &types->arena, &type->module, NULL, NULL)
               != HN_OK)
        type->module = "";
    return HN_OK;
}

static enum hn_status
load_name(struct hn_types *types, struct hn_type *type)
{
    enum hn_status st = type->flags & HN_TPFLAG_HEAP ? load_heap_name(types, type)
                                                     : load_static_name(types, type);

    if (st)
        return st;
    if (type->module && (!*type->module || strcmp(type->module, "builtins") == 0))
        type->name = type->qualname;
    else if (type->module)
        type->name = hn_arena_format(&types->arena, "%s.%s", type->module, //
                                     type->qualname);
    if (!type->name)
        return hn_fail(types->py->err, HN_E_NOMEM, 0, "no memory for a type's name");
    return HN_OK;
}

static enum hn_status
load_type(struct hn_types *types, hn_addr at, struct hn_type **ret)
{
    struct hn_type *type = hn_arena_alloc(&types->arena, sizeof *type);
    enum hn_status st;

    if (!type)
        return hn_fail(types->py->err, HN_E_NOMEM, 0, "no memory for a type");
    st = check_is_type(types->py, at);
    if (!st)
        st = load_fields(types->py, at, type);
    if (!st)
        st = load_name(types, type);
    if (!st)
        *ret = type;
    return st;
}

static enum hn_status
find(struct hn_types *types, hn_addr at, struct hn_type **ret)
{
    struct hn_arena_mark mark = hn_arena_mark(&types->arena);
    struct hn_type **slot = slot_of(types->slots, types->slot_count, at), *type = NULL;
    enum hn_status st;

    if (*slot) {
        *ret = *slot;
        return HN_OK;
    }
    st = load_type(types, at, &type);
    if (!st)
        st = make_room(types);
    if (st) {
        hn_arena_reset(&types->arena, mark);
        return st;
    }
    *slot_of(types->slots, types->slot_count, at) = type;
    types->used++;
    *ret = type;
    return HN_OK;
}

enum hn_status
hn_types_find(struct hn_types *types, hn_addr type, const struct hn_type **ret)
{
    struct hn_type *found;
    enum hn_status st = find(types, type, &found);

    if (!st)
        *ret = found;
    return st;
}

/* The classes of an MRO, in the order of lookup. */
struct mro {
    struct hn_arena arena;
    const hn_addr *classes;
    size_t count;
};

static enum hn_status
mro_init(struct hn_types *types, const struct hn_type *type, struct mro *ret)
{
    hn_arena_init(&ret->arena);
    return hn_items_load(types->py, type->mro, MRO_MOST, &ret->arena, &ret->classes,
                         &ret->count);
}

static void
mro_deinit(struct mro *mro)
{
    hn_arena_deinit(&mro->arena);
}

enum hn_status
hn_types_lookup(struct hn_types *types, const struct hn_type *type, const char *name,
                hn_addr *ret)
{
    struct mro mro;
    enum hn_status st = mro_init(types, type, &mro);

    for (size_t i = 0; !st && i < mro.count; i++) {
        const struct hn_type *class;

        st = hn_types_find(types, mro.classes[i], &class);
        if (st || !(class->flags & HN_TPFLAG_HEAP))
            continue;
        st = hn_dict_find(types->py, class->dict, name, ret);
        if (st == HN_OK) {
            mro_deinit(&mro);
            return HN_OK;
        }
        if (st == HN_DONE)
            st = HN_OK;
    }
    mro_deinit(&mro);
    return st ? st : HN_DONE;
}

/* "enum" of a function that was defined in enum.py, whatever its __module__ says. */
static enum hn_status
load_module_of_function(struct hn_python *py, hn_addr function, struct hn_arena *arena,
                        const char **ret)
{
    hn_addr globals, name;
    enum hn_status st = hn_field_read(py, HN_FUNCTION_GLOBALS, function, &globals);

    if (!st)
        st = hn_dict_find(py, globals, "__name__", &name);
    if (!st)
        st = hn_str_load(py, name, NAME_MOST, arena, ret, NULL, NULL);
    return st;
}

static enum hn_status
find_by_field(struct hn_python *py, const char *module, enum hn_field field, hn_addr at,
              struct hn_arena *arena, const struct hn_shower **ret)
{
    const char *name, *key;
    hn_addr str;
    enum hn_status st = hn_field_read(py, field, at, &str);

    if (!st)
        st = hn_str_load(py, str, NAME_MOST, arena, &name, NULL, NULL);
    if (st)
        return st;
    key = hn_arena_format(arena, "%s:%s", module, name);
    *ret = key ? hn_shower_find(key) : NULL;
    return *ret ? HN_OK : HN_DONE;
}

/* The shower of a repr in Python that the standard library is known for. */
static const struct hn_shower *
shower_of_function(struct hn_types *types, hn_addr function, struct hn_arena *arena)
{
    struct hn_python *py = types->py;
    const struct hn_shower *shower = NULL;
    const char *module;
    hn_addr code;

    if (!hn_object_is(py, function, "function")
        || load_module_of_function(py, function, arena, &module) != HN_OK)
        return NULL;
    if (find_by_field(py, module, HN_FUNCTION_QUALNAME, function, arena, &shower)
            != HN_OK
        && hn_field_read(py, HN_FUNCTION_CODE, function, &code) == HN_OK
        && find_by_field(py, module, HN_CODE_NAME, code, arena, &shower) != HN_OK)
        return NULL;
    return shower;
}

/* Whether @class has a repr that is not its base's. */
static bool
has_own_repr(struct hn_types *types, const struct hn_type *class)
{
    const struct hn_type *base;

    return class->base == 0 || hn_types_find(types, class->base, &base) != HN_OK
           || base->repr != class->repr;
}

/* A tuple whose items have names, made by C code: time.struct_time, os.stat_result. */
static bool
is_struct_sequence(struct hn_types *types, const struct hn_type *class)
{
    const struct hn_type *base;
    uint64_t name;

    return class->members && class->base
           && hn_types_find(types, class->base, &base) == HN_OK
           && strcmp(base->name, "tuple") == 0
           && hn_target_read_u64(types->py->target, class->members, &name) == HN_OK
           && name != 0;
}

/* __repr__ in the class's own dict, if it is a function in Python. */
static bool
find_function(struct hn_types *types, const struct hn_type *class, hn_addr *ret)
{
    return (class->flags & HN_TPFLAG_HEAP)
           && hn_dict_find(types->py, class->dict, "__repr__", ret) == HN_OK
           && hn_object_is(types->py, *ret, "function");
}

/* HN_DONE when @class is not the one that @type's repr comes from. */
static enum hn_status
try_class(struct hn_types *types, struct hn_type *type, hn_addr at,
          struct hn_arena *arena)
{
    const struct hn_type *class;
    hn_addr function;
    enum hn_status st = hn_types_find(types, at, &class);

    if (st)
        return st;
    /* A name says little of a class in Python: _pydecimal's is decimal.Decimal too. */
    if (!find_function(types, class, &function) && class->repr == type->repr
        && has_own_repr(types, class)) {
        type->shower = is_struct_sequence(types, class)
                           ? hn_shower_of_struct_sequences()
                           : hn_shower_find(class->name);
        if (type->shower)
            return HN_OK;
    }
    if (!(class->flags & HN_TPFLAG_HEAP))
        return HN_DONE;
    st = hn_dict_find(types->py, class->dict, "__repr__", &function);
    if (st)
        return st;
    type->repr_function = function;
    type->shower = shower_of_function(types, function, arena);
    return HN_OK;
}

static enum hn_status
find_shower(struct hn_types *types, struct hn_type *type)
{
    struct mro mro;
    enum hn_status st = mro_init(types, type, &mro);

    if (!st)
        st = HN_DONE;
    for (size_t i = 0; st == HN_DONE && i < mro.count; i++)
        st = try_class(types, type, mro.classes[i], &mro.arena);
    mro_deinit(&mro);
    if (st == HN_E_INTERRUPTED || st == HN_E_NOMEM)
        return st;
    if (!type->shower)
        type->shower = hn_shower_of_instances();
    return HN_OK;
}

enum hn_status
hn_types_shower(struct hn_types *types, hn_addr type, const struct hn_type **ret)
{
    struct hn_type *found;
    enum hn_status st = find(types, type, &found);

    if (!st && !found->shower)
        st = find_shower(types, found);
    if (!st)
        *ret = found;
    return st;
}

enum hn_status
hn_types_name(struct hn_types *types, hn_addr type, const char **ret)
{
    const struct hn_type *found;
    enum hn_status st = hn_types_find(types, type, &found);

    if (!st)
        *ret = found->name;
    return st;
}
