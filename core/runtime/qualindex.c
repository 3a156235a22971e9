/* The index of qualified names: a work list of objects, each looked at once. */
#include "runtime/qualindex.h"

#include "objects/objects.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/grow.h"

/* A generated module may have tens of thousands of names; above that the rest stays
 * unqualified rather than make a stack dump slow. */
enum { MAX_ITEMS = 1 << 16, MAX_LOOKED_AT = 1 << 20, MAX_NAME = 1 << 12 };

enum kind {
    KIND_OTHER, /* 0: what the cache of kinds is born with */
    KIND_CODE,
    KIND_FUNCTION,
    KIND_METHOD,
    KIND_CLASSMETHOD,
    KIND_STATICMETHOD,
    KIND_PROPERTY,
    KIND_CELL,
    KIND_TYPE,
};

static const struct {
    const char *tp_name;
    enum kind kind;
} kinds[] = {
    { "code", KIND_CODE },
    { "function", KIND_FUNCTION },
    { "method", KIND_METHOD },
    { "classmethod", KIND_CLASSMETHOD },
    { "staticmethod", KIND_STATICMETHOD },
    { "property", KIND_PROPERTY },
    { "cell", KIND_CELL },
};

struct named_code {
    hn_addr code;
    const char *qualname;
    UT_hash_handle hh;
};

struct known_type {
    hn_addr type;
    enum kind kind;
    bool has_dict;
    UT_hash_handle hh;
};

struct looked_at {
    hn_addr object;
    UT_hash_handle hh;
};

struct hn_qualindex {
    struct hn_runtime *rt;
    struct named_code *names;
    struct known_type *types;
    struct looked_at *seen;
    size_t seen_count;
    hn_addr *work; /* objects still to look at */
    size_t work_count, work_capacity;
};

struct hn_qualindex *
hn_qualindex_create(struct hn_runtime *rt)
{
    struct hn_qualindex *index = calloc(1, sizeof(*index));

    if (index)
        index->rt = rt;
    return index;
}

void
hn_qualindex_destroy(struct hn_qualindex *index)
{
    if (!index)
        return;
    HASH_CLEAR(hh, index->names);
    HASH_CLEAR(hh, index->types);
    HASH_CLEAR(hh, index->seen);
    free(index->work);
    free(index);
}

const char *
hn_qualindex_find(const struct hn_qualindex *index, hn_addr code)
{
    struct named_code *found = NULL;

    HASH_FIND(hh, index->names, &code, sizeof(code), found);
    return found ? found->qualname : NULL;
}

static void
add_name(struct hn_qualindex *index, hn_addr code, const char *qualname)
{
    struct named_code *item;

    if (hn_qualindex_find(index, code))
        return;
    item = hn_arena_alloc(&index->rt->arena, sizeof(*item));
    if (!item)
        return;
    item->code = code;
    item->qualname = qualname;
    HASH_ADD(hh, index->names, code, sizeof(code), item);
}

/* False for an object that was here before, and for all once there are too many. */
static bool
first_look(struct hn_qualindex *index, hn_addr object)
{
    struct looked_at *item = NULL;

    HASH_FIND(hh, index->seen, &object, sizeof(object), item);
    if (item || object == 0 || index->seen_count >= MAX_LOOKED_AT)
        return false;
    item = hn_arena_alloc(&index->rt->arena, sizeof(*item));
    if (!item)
        return false;
    item->object = object;
    HASH_ADD(hh, index->seen, object, sizeof(object), item);
    index->seen_count++;
    return true;
}

static void
push(struct hn_qualindex *index, hn_addr object)
{
    if (object == 0)
        return;
    if (!HN_GROW(index->work, index->work_capacity, index->work_count + 1))
        return;
    index->work[index->work_count++] = object;
}

/* --- what an object is */

static enum kind
kind_of_name(struct hn_python *py, hn_addr type, struct hn_arena *arena)
{
    const char *name;

    if (hn_type_name(py, type, arena, &name))
        return KIND_OTHER;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
        if (strcmp(name, kinds[i].tp_name) == 0)
            return kinds[i].kind;
    return KIND_OTHER;
}

static struct known_type *
type_of(struct hn_qualindex *index, hn_addr object)
{
    struct hn_python *py = &index->rt->py;
    struct known_type *known = NULL;
    uint64_t flags, dict_offset;
    hn_addr type;

    if (hn_object_type(py, object, &type))
        return NULL;
    HASH_FIND(hh, index->types, &type, sizeof(type), known);
    if (known)
        return known;
    if (hn_object_flags(py, object, &type, &flags)
        || hn_field_read(py, HN_TYPE_DICTOFFSET, type, &dict_offset))
        return NULL;
    known = hn_arena_alloc(&index->rt->arena, sizeof(*known));
    if (!known)
        return NULL;
    known->type = type;
    known->has_dict = dict_offset != 0;
    known->kind =
        flags & HN_TPFLAG_TYPE ? KIND_TYPE : kind_of_name(py, type, &index->rt->arena);
    HASH_ADD(hh, index->types, type, sizeof(type), known);
    return known;
}

static enum kind
kind_of(struct hn_qualindex *index, hn_addr object)
{
    const struct known_type *known = type_of(index, object);

    return known ? known->kind : KIND_OTHER;
}

static bool
is_str(struct hn_python *py, hn_addr object)
{
    hn_addr type;
    uint64_t flags;

    return hn_object_flags(py, object, &type, &flags) == HN_OK
           && (flags & HN_TPFLAG_UNICODE);
}

/* Whether @qualname is what a function called @name may be qualified to. */
static bool
ends_with_name(const char *qualname, const char *name)
{
    size_t all = strlen(qualname), last = strlen(name);

    if (all < last || strcmp(qualname + all - last, name) != 0)
        return false;
    return all == last || qualname[all - last - 1] == '.';
}

/* --- the compiler's witness: constants of the enclosing code */

static void
look_at_constants(struct hn_qualindex *index, const hn_addr *items, size_t count)
{
    struct hn_python *py = &index->rt->py;
    struct hn_arena *arena = &index->rt->arena;

    for (size_t i = 0; i < count; i++) {
        hn_addr name_object;
        const char *name, *qualname;

        if (kind_of(index, items[i]) != KIND_CODE)
            continue;
        push(index, items[i]);
        if (i + 1 < count && is_str(py, items[i + 1])
            && hn_field_read(py, HN_CODE_NAME, items[i], &name_object) == HN_OK
            && hn_str_load(py, name_object, MAX_NAME, arena, &name, NULL, NULL) == HN_OK
            && hn_str_load(py, items[i + 1], MAX_NAME, arena, &qualname, NULL, NULL)
                   == HN_OK
            && ends_with_name(qualname, name))
            add_name(index, items[i], qualname);
    }
}

static void
look_at_code(struct hn_qualindex *index, hn_addr code)
{
    struct hn_python *py = &index->rt->py;
    const hn_addr *items;
    size_t count;
    hn_addr consts;

    if (hn_field_read(py, HN_CODE_CONSTS, code, &consts) == HN_OK
        && hn_items_load(py, consts, MAX_ITEMS, &index->rt->arena, &items, &count)
               == HN_OK)
        look_at_constants(index, items, count);
}

/* --- the function's own witness */

static void
name_by_function(struct hn_qualindex *index, const struct hn_record *function)
{
    struct hn_python *py = &index->rt->py;
    struct hn_arena *arena = &index->rt->arena;
    hn_addr code = hn_record_u64(function, HN_FUNCTION_CODE), name_object;
    const char *name, *qualname;

    if (hn_field_read(py, HN_CODE_NAME, code, &name_object) == HN_OK
        && hn_str_load(py, name_object, MAX_NAME, arena, &name, NULL, NULL) == HN_OK
        && hn_str_load(py, hn_record_u64(function, HN_FUNCTION_QUALNAME), MAX_NAME,
                       arena, &qualname, NULL, NULL)
               == HN_OK
        && ends_with_name(qualname, name))
        add_name(index, code, qualname);
}

/* What a decorator keeps in its closure is often the function it wraps. */
static void
look_at_closure(struct hn_qualindex *index, hn_addr closure)
{
    struct hn_python *py = &index->rt->py;
    const hn_addr *cells;
    size_t count;

    if (closure == 0
        || hn_items_load(py, closure, MAX_ITEMS, &index->rt->arena, &cells, &count))
        return;
    for (size_t i = 0; i < count; i++)
        push(index, cells[i]);
}

static void
look_at_function(struct hn_qualindex *index, hn_addr function)
{
    struct hn_python *py = &index->rt->py;
    struct hn_record rec;
    hn_addr wrapped, dict;

    if (hn_record_load(py, HN_STRUCT_FUNCTION, function, &rec))
        return;
    push(index, hn_record_u64(&rec, HN_FUNCTION_CODE));
    name_by_function(index, &rec);
    look_at_closure(index, hn_record_u64(&rec, HN_FUNCTION_CLOSURE));
    dict = hn_record_u64(&rec, HN_FUNCTION_DICT);
    if (dict != 0 && hn_dict_find(py, dict, "__wrapped__", &wrapped) == HN_OK)
        push(index, wrapped);
}

static void
push_field(struct hn_qualindex *index, enum hn_field field, hn_addr object)
{
    hn_addr value;

    if (hn_field_read(&index->rt->py, field, object, &value) == HN_OK)
        push(index, value);
}

static void
look_at_namespace(struct hn_qualindex *index, hn_addr dict)
{
    struct hn_dict_iter it;
    hn_addr key, value;
    size_t left = MAX_ITEMS;

    if (dict == 0 || hn_dict_iter_init(&index->rt->py, dict, &it))
        return;
    while (left-- > 0 && hn_dict_iter_next(&it, &key, &value) == HN_OK)
        push(index, value);
}

/* functools.lru_cache and its like keep the function in an attribute. */
static void
look_at_wrapper(struct hn_qualindex *index, hn_addr object)
{
    const struct known_type *known = type_of(index, object);
    hn_addr wrapped;

    if (known && known->has_dict
        && hn_instance_find(&index->rt->py, object, "__wrapped__", &wrapped) == HN_OK)
        push(index, wrapped);
}

static void
look_at(struct hn_qualindex *index, hn_addr object)
{
    hn_addr dict;

    switch (kind_of(index, object)) {
    case KIND_CODE: look_at_code(index, object); break;
    case KIND_FUNCTION: look_at_function(index, object); break;
    case KIND_METHOD: push_field(index, HN_METHOD_FUNCTION, object); break;
    case KIND_CLASSMETHOD: push_field(index, HN_CLASSMETHOD_CALLABLE, object); break;
    case KIND_STATICMETHOD: push_field(index, HN_STATICMETHOD_CALLABLE, object); break;
    case KIND_CELL: push_field(index, HN_CELL_VALUE, object); break;
    case KIND_PROPERTY:
        push_field(index, HN_PROPERTY_GET, object);
        push_field(index, HN_PROPERTY_SET, object);
        push_field(index, HN_PROPERTY_DELETE, object);
        break;
    case KIND_TYPE:
        if (hn_field_read(&index->rt->py, HN_TYPE_DICT, object, &dict) == HN_OK)
            look_at_namespace(index, dict);
        break;
    case KIND_OTHER: look_at_wrapper(index, object); break;
    }
}

static void
drain(struct hn_qualindex *index)
{
    while (index->work_count > 0) {
        hn_addr object = index->work[--index->work_count];

        if (hn_target_interrupted(index->rt->py.target)) {
            index->work_count = 0;
            return;
        }
        if (first_look(index, object))
            look_at(index, object);
    }
}

void
hn_qualindex_add_code(struct hn_qualindex *index, hn_addr code)
{
    if (first_look(index, code))
        look_at_code(index, code);
    drain(index);
}

void
hn_qualindex_add_dict(struct hn_qualindex *index, hn_addr dict)
{
    if (first_look(index, dict))
        look_at_namespace(index, dict);
    drain(index);
}

void
hn_qualindex_add_object(struct hn_qualindex *index, hn_addr object)
{
    push(index, object);
    drain(index);
}

void
hn_qualindex_add_type(struct hn_qualindex *index, hn_addr type)
{
    struct hn_python *py = &index->rt->py;
    const hn_addr *classes;
    size_t count;
    hn_addr mro;

    if (hn_field_read(py, HN_TYPE_MRO, type, &mro)
        || hn_items_load(py, mro, MAX_ITEMS, &index->rt->arena, &classes, &count))
        return;
    for (size_t i = 0; i < count; i++)
        push(index, classes[i]);
    drain(index);
}
