/* The variables that a code object declares: names, kinds, and the slots of its frames
 * that they are in.
 *
 * Up to 3.10 three tuples name the slots: co_varnames, co_cellvars, co_freevars; an
 * argument that inner functions share is in the first two, and its value is moved from
 * the one slot to the other when the call starts. Since 3.11 (bpo-43693)
 * co_localsplusnames names all slots and co_localspluskinds has a byte for each. */
#include "objects/objects.h"
#include "runtime/internal.h"
#include "runtime/variables.h"

#include <string.h>

/* Generated functions reach a few thousand. */
enum { MAX_SLOTS = 1 << 16 };

/* An identifier is at most a line of somebody's source. */
enum { MAX_NAME = 4096 };

/* co_localspluskinds (Include/internal/pycore_code.h). */
enum { KIND_HIDDEN = 0x10, KIND_CELL = 0x40, KIND_FREE = 0x80 };

/* co_flags that give a function one more argument. */
enum { CO_VARARGS = 4, CO_VARKEYWORDS = 8 };

static size_t
count_arguments(const struct hn_record *rec, const struct hn_code *code)
{
    return hn_record_u64(rec, HN_CODE_ARGCOUNT)
           + hn_record_u64_or_0(rec, HN_CODE_KWONLYARGCOUNT)
           + (code->flags & CO_VARARGS ? 1 : 0)
           + (code->flags & CO_VARKEYWORDS ? 1 : 0);
}

static enum hn_status
load_name(struct hn_runtime *rt, hn_addr object, const char **ret)
{
    enum hn_status st =
        hn_str_load(&rt->py, object, MAX_NAME, &rt->arena, ret, NULL, NULL);

    if (st == HN_E_NOMEM || st == HN_E_INTERRUPTED)
        return st;
    if (st)
        *ret = "<unreadable name>"; /* the slot's value may be readable all the same */
    return HN_OK;
}

/* Appends what the tuple at @tuple names. */
static enum hn_status
add_names(struct hn_runtime *rt, hn_addr tuple, enum hn_variable_kind kind,
          struct hn_code_names *names)
{
    const hn_addr *items;
    struct hn_code_name *grown;
    size_t count, total;
    enum hn_status st =
        hn_items_load(&rt->py, tuple, MAX_SLOTS, &rt->arena, &items, &count);

    if (st)
        return st;
    total = names->count + count;
    grown = hn_arena_array(&rt->arena, total, sizeof(*grown));
    if (!grown)
        return hn_fail(rt->py.err, HN_E_NOMEM, 0, "no memory for variable names");
    if (names->count > 0)
        memcpy(grown, names->items, names->count * sizeof(*grown));
    for (size_t i = 0; i < count; i++) {
        struct hn_code_name *name = &grown[names->count + i];

        name->slot = (uint32_t)(names->count + i);
        name->cell = name->slot;
        name->kind = kind;
        name->shared = kind != HN_VARIABLE_LOCAL;
        st = load_name(rt, items[i], &name->name);
        if (st)
            return st;
    }
    names->items = grown;
    names->count = total;
    return HN_OK;
}

static void
mark_arguments(struct hn_code_names *names, size_t arguments)
{
    for (size_t i = 0; i < names->count && i < arguments; i++)
        names->items[i].kind = HN_VARIABLE_ARGUMENT;
}

/* An argument that is a cell, too: one variable with two slots. */
static void
join_cells(struct hn_code_names *names, size_t arguments, size_t first, size_t last)
{
    for (size_t c = first; c < last; c++) {
        for (size_t i = 0; i < first && i < arguments; i++) {
            if (strcmp(names->items[i].name, names->items[c].name) != 0)
                continue;
            names->items[i].cell = names->items[c].slot;
            names->items[c].joined = true;
            break;
        }
    }
}

static enum hn_status
load_by_tuples(struct hn_runtime *rt, const struct hn_record *rec, size_t arguments,
               struct hn_code_names *ret)
{
    size_t cells, frees;
    enum hn_status st =
        add_names(rt, hn_record_u64(rec, HN_CODE_VARNAMES), HN_VARIABLE_LOCAL, ret);

    cells = ret->count;
    if (!st)
        st = add_names(rt, hn_record_u64(rec, HN_CODE_CELLVARS), HN_VARIABLE_CELL, ret);
    frees = ret->count;
    if (!st)
        st = add_names(rt, hn_record_u64(rec, HN_CODE_FREEVARS), HN_VARIABLE_FREE, ret);
    if (st)
        return st;
    mark_arguments(ret, arguments);
    join_cells(ret, arguments, cells, frees);
    return HN_OK;
}

static void
apply_kinds(struct hn_code_names *names, const uint8_t *kinds, size_t count)
{
    for (size_t i = 0; i < names->count && i < count; i++) {
        struct hn_code_name *name = &names->items[i];

        name->hidden = kinds[i] & KIND_HIDDEN;
        if (kinds[i] & KIND_FREE)
            name->kind = HN_VARIABLE_FREE;
        else if (kinds[i] & KIND_CELL)
            name->kind = HN_VARIABLE_CELL;
        name->shared = kinds[i] & (KIND_FREE | KIND_CELL);
    }
}

static enum hn_status
load_by_kinds(struct hn_runtime *rt, const struct hn_record *rec, size_t arguments,
              struct hn_code_names *ret)
{
    const uint8_t *kinds;
    size_t count;
    enum hn_status st = add_names(rt, hn_record_u64(rec, HN_CODE_LOCALSPLUSNAMES),
                                  HN_VARIABLE_LOCAL, ret);

    if (!st)
        st = hn_bytes_load(&rt->py, hn_record_u64(rec, HN_CODE_LOCALSPLUSKINDS),
                           MAX_SLOTS, &rt->arena, &kinds, &count);
    if (st)
        return st;
    apply_kinds(ret, kinds, count);
    mark_arguments(ret, arguments);
    return HN_OK;
}

static enum hn_status
load(struct hn_runtime *rt, const struct hn_code *code, struct hn_code_names *ret)
{
    struct hn_record rec;
    size_t arguments;
    enum hn_status st = hn_record_load(&rt->py, HN_STRUCT_CODE, code->addr, &rec);

    if (st)
        return st;
    arguments = count_arguments(&rec, code);
    if (hn_layout_has(&rt->py.layout, HN_CODE_LOCALSPLUSNAMES))
        return load_by_kinds(rt, &rec, arguments, ret);
    if (hn_layout_has(&rt->py.layout, HN_CODE_VARNAMES))
        return load_by_tuples(rt, &rec, arguments, ret);
    return hn_fail(rt->py.err, HN_E_UNSUPPORTED, code->addr,
                   "where this Python keeps the names of variables is not known");
}

enum hn_status
hn_code_names_load(struct hn_runtime *rt, const struct hn_code *code,
                   const struct hn_code_names **ret)
{
    const struct hn_code_names **kept = hn_code_names_of(code);
    struct hn_code_names *names;
    enum hn_status st;

    if (!*kept) {
        names = hn_arena_alloc(&rt->arena, sizeof(*names));
        if (!names)
            return hn_fail(rt->py.err, HN_E_NOMEM, 0, "no memory for variable names");
        st = load(rt, code, names);
        if (st)
            return hn_error_context(rt->py.err, "reading the names of variables");
        *kept = names;
    }
    *ret = *kept;
    return HN_OK;
}

const char *
hn_variable_name(struct hn_runtime *rt, hn_addr at, uint64_t slot)
{
    const struct hn_code_names *names;
    const struct hn_code *code;

    if (at == 0 || hn_code_load(rt, at, &code) != HN_OK
        || hn_code_names_load(rt, code, &names) != HN_OK)
        return NULL;
    for (size_t i = 0; i < names->count; i++)
        if (names->items[i].slot == slot || names->items[i].cell == slot)
            return names->items[i].name;
    return NULL;
}
