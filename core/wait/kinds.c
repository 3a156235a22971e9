/* A class of the program that derives from a Task or Future is one: the bases tell. */
#include "wait/kinds.h"

#include <string.h>

#include "runtime/lookup.h"

/* Deeper inheritance is a loop. */
enum { MAX_BASES = 100 };

static const struct {
    const char *name;
    enum hn_kind kind;
} names[] = {
    { "NoneType", HN_KIND_NONE },
    { "generator", HN_KIND_GENERATOR },
    { "coroutine", HN_KIND_GENERATOR },
    { "async_generator", HN_KIND_GENERATOR },
    { "coroutine_wrapper", HN_KIND_COROUTINE_WRAPPER },
    { "async_generator_asend", HN_KIND_ASYNC_SEND },
    { "async_generator_athrow", HN_KIND_ASYNC_THROW },
    { "anext_awaitable", HN_KIND_ANEXT },
    { "_asyncio.FutureIter", HN_KIND_FUTURE_ITER },
    { "_asyncio.Task", HN_KIND_NATIVE_TASK },
    { "_asyncio.Future", HN_KIND_NATIVE_FUTURE },
    { "asyncio.tasks.Task", HN_KIND_PYTHON_TASK },
    { "asyncio.futures.Future", HN_KIND_PYTHON_FUTURE },
};

enum hn_status
hn_kinds_init(struct hn_kinds *kinds, struct hn_runtime *rt)
{
    hn_index_init(&kinds->index);
    kinds->rt = rt;
    kinds->none = 0;
    memset(kinds->names, 0, sizeof kinds->names);
    memset(kinds->recent, 0, sizeof kinds->recent);
    kinds->types = hn_runtime_types(rt);
    return kinds->types ? HN_OK
                        : hn_fail(rt->py.err, HN_E_NOMEM, 0, "no memory for types");
}

void
hn_kinds_deinit(struct hn_kinds *kinds)
{
    hn_index_deinit(&kinds->index);
}

void
hn_kinds_find_none(struct hn_kinds *kinds, hn_addr interpreter)
{
    hn_addr object;

    if (hn_module_attribute(kinds->rt, interpreter, "sys", "pycache_prefix", &object)
        == HN_OK)
        (void)hn_kind_of(kinds, object);
}

static enum hn_kind
kind_by_name(const char *name)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(names[i].name, name) == 0)
            return names[i].kind;
    return HN_KIND_OTHER;
}

/* The _asyncio module gives its own types the names of the Python module it stands in
 * for: only where they are defined in C (static, or of C's sizes) does the structure
 * tell; and there alone tp_name says "_asyncio". */
static enum hn_kind
kind_of_type(struct hn_kinds *kinds, hn_addr at)
{
    for (unsigned i = 0; at != 0 && i < MAX_BASES; i++) {
        const struct hn_type *type;
        enum hn_kind kind;

        if (hn_types_find(kinds->types, at, &type))
            return HN_KIND_OTHER;
        kind = kind_by_name(type->tp_name);
        if (kind == HN_KIND_OTHER)
            kind = kind_by_name(type->name);
        if (kind != HN_KIND_OTHER)
            return kind;
        at = type->base;
    }
    return HN_KIND_OTHER;
}

/* Without memory for it, it is found out again. */
static enum hn_kind
find_kind(struct hn_kinds *kinds, hn_addr type)
{
    uint32_t known = hn_index_find(&kinds->index, type, NULL, NULL);

    if (known == HN_INDEX_NONE) {
        known = (uint32_t)kind_of_type(kinds, type);
        (void)hn_index_add(&kinds->index, type, known);
    }
    return (enum hn_kind)known;
}

enum hn_kind
hn_kind_of(struct hn_kinds *kinds, hn_addr object)
{
    hn_addr type;
    size_t slot;

    if (object == kinds->none && object != 0)
        return HN_KIND_NONE;
    if (object == 0 || hn_object_type(&kinds->rt->py, object, &type))
        return HN_KIND_OTHER;
    slot = hn_known_slot(type);
    if (kinds->recent[slot].type != type) {
        kinds->recent[slot].type = type;
        kinds->recent[slot].kind = find_kind(kinds, type);
    }
    if (kinds->recent[slot].kind == HN_KIND_NONE)
        kinds->none = object;
    return kinds->recent[slot].kind;
}

const char *
hn_kind_type_name(struct hn_kinds *kinds, hn_addr object)
{
    const struct hn_type *type;
    hn_addr at;

    if (hn_object_type(&kinds->rt->py, object, &at)
        || hn_types_find(kinds->types, at, &type))
        return "";
    return type->name;
}
