/* Making plans: see plans.h. */
#include "heap/plans.h"

#include <stdlib.h>
#include <string.h>

#include "objects/dict.h"
#include "objects/numpy.h"
#include "objects/types.h"
#include "runtime/variables.h"

enum {
    WORD = 8,
    /* A word of a body is a word of a page, at most: larger C structures have their
     * references in front. */
    WORDS_MOST = 1 << 13,
    BASES_MOST = 256,
    MEMBERS_MOST = 10000,
    OFFSET_MOST = 1 << 20,
    NAME_MOST = 256,
    /* PyMemberDef.type: T_OBJECT, T_OBJECT_EX. */
    MEMBER_OBJECT = 6,
    MEMBER_OBJECT_EX = 16,
    SKIPPED_MOST = 3
};

/* What we know of a type's own words. */
enum knowledge {
    OWNS,    /* all that are addresses of objects, but for @skipped */
    NOTHING, /* none */
    NAMED    /* only those in @named */
};

static const struct rule {
    const char *name;
    enum hn_plan_form form;
    enum knowledge knowledge;
    /* OWNS: fields that own nothing; NAMED: those that do. 0 ends them (no field of
     * number 0 is in an object). */
    enum hn_field fields[SKIPPED_MOST];
    unsigned links; /* OWNS: so many words behind the header own nothing */
} rules[] = {
    { "int", HN_PLAN_WORDS, NOTHING, { 0 }, 0 },
    { "bool", HN_PLAN_WORDS, NOTHING, { 0 }, 0 },
    { "float", HN_PLAN_WORDS, NOTHING, { 0 }, 0 },
    { "complex", HN_PLAN_WORDS, NOTHING, { 0 }, 0 },
    { "str", HN_PLAN_WORDS, NOTHING, { 0 }, 0 },
    { "bytes", HN_PLAN_WORDS, NOTHING, { 0 }, 0 },
    { "NoneType", HN_PLAN_WORDS, NOTHING, { 0 }, 0 },
    { "ellipsis", HN_PLAN_WORDS, NOTHING, { 0 }, 0 },
    { "NotImplementedType", HN_PLAN_WORDS, NOTHING, { 0 }, 0 },
    { "PyCapsule", HN_PLAN_WORDS, NOTHING, { 0 }, 0 },
    { "array.array", HN_PLAN_WORDS, NOTHING, { 0 }, 0 },
    /* What is no pointer in it has bytes that nobody writes. */
    { "decimal.Decimal", HN_PLAN_WORDS, NOTHING, { 0 }, 0 },
    { "tuple", HN_PLAN_TUPLE, NOTHING, { 0 }, 0 },
    { "list", HN_PLAN_LIST, NOTHING, { 0 }, 0 },
    { "dict", HN_PLAN_DICT, NOTHING, { 0 }, 0 },
    { "frozendict", HN_PLAN_DICT, NOTHING, { 0 }, 0 },
    { "collections.OrderedDict", HN_PLAN_ORDERED_DICT, OWNS, { 0 }, 0 },
    { "set", HN_PLAN_SET, NOTHING, { 0 }, 0 },
    { "frozenset", HN_PLAN_SET, NOTHING, { 0 }, 0 },
    { "collections.deque", HN_PLAN_DEQUE, OWNS, { 0 }, 0 },
    { "type", HN_PLAN_TYPE, OWNS, { HN_HEAPTYPE_SPECIAL_GETITEM }, 0 },
    { "code", HN_PLAN_CODE, OWNS, { 0 }, 0 },
    { "generator", HN_PLAN_GENERATOR, OWNS, { 0 }, 0 },
    { "coroutine", HN_PLAN_GENERATOR, OWNS, { 0 }, 0 },
    { "async_generator", HN_PLAN_GENERATOR, OWNS, { 0 }, 0 },
    { "frame", HN_PLAN_FRAME, OWNS, { 0 }, 0 },
    { "hamt_bitmap_node", HN_PLAN_ITEMS, NOTHING, { 0 }, 0 },
    { "hamt_collision_node", HN_PLAN_ITEMS, NOTHING, { 0 }, 0 },
    { "module", HN_PLAN_MODULE, OWNS, { 0 }, 0 },
    /* What a weak reference is to is no reference; its callback is. */
    { "weakref.ReferenceType", HN_PLAN_WORDS, NAMED, { HN_WEAKREF_CALLBACK }, 0 },
    { "weakref", HN_PLAN_WORDS, NAMED, { HN_WEAKREF_CALLBACK }, 0 },
    { "weakref.ProxyType", HN_PLAN_WORDS, NAMED, { HN_WEAKREF_CALLBACK }, 0 },
    { "weakproxy", HN_PLAN_WORDS, NAMED, { HN_WEAKREF_CALLBACK }, 0 },
    { "weakref.CallableProxyType", HN_PLAN_WORDS, NAMED, { HN_WEAKREF_CALLBACK }, 0 },
    { "weakcallableproxy", HN_PLAN_WORDS, NAMED, { HN_WEAKREF_CALLBACK }, 0 },
    /* The managed buffer owns the exporter, whose address the view has, too. */
    { "memoryview", HN_PLAN_WORDS, NAMED, { HN_MEMORYVIEW_BUFFER }, 0 },
    /* var_cached is borrowed from the context. */
    { "_contextvars.ContextVar",
      HN_PLAN_WORDS,
      NAMED,
      { HN_CONTEXTVAR_NAME, HN_CONTEXTVAR_DEFAULT },
      0 },
    { "ContextVar",
      HN_PLAN_WORDS,
      NAMED,
      { HN_CONTEXTVAR_NAME, HN_CONTEXTVAR_DEFAULT },
      0 },
    { "functools._lru_list_elem", HN_PLAN_LINKS, OWNS, { 0 }, 2 },
    { "functools._lru_cache_wrapper", HN_PLAN_LINKS, OWNS, { 0 }, 2 },
    /* Since 3.14 it borrows the placeholder, too. */
    { "functools.partial",
      HN_PLAN_WORDS,
      NAMED,
      { HN_PARTIAL_FUNCTION, HN_PARTIAL_ARGS, HN_PARTIAL_KEYWORDS },
      0 },
    /* Its dict is the thread-local object's. */
    { "_thread._localdummy", HN_PLAN_WORDS, NOTHING, { 0 }, 0 },
    { "xml.etree.ElementTree.Element", HN_PLAN_ELEMENT, NOTHING, { 0 }, 0 },
    { "numpy.ndarray", HN_PLAN_NUMPY_ARRAY, OWNS, { 0 }, 0 },
};

/* Types of these modules own every object whose address they hold. */
static const char *const owning_modules[] = {
    "builtins",   "types",     "itertools", "functools",     "collections",
    "operator",   "_io",       "io",        "_thread",       "re",
    "_sre",       "datetime",  "decimal",   "_asyncio",      "_struct",
    "_csv",       "select",    "_socket",   "_contextvars",  "_queue",
    "_random",    "_json",     "_weakref",  "weakref",       "_collections",
    "_functools", "_operator", "_hashlib",  "zlib",          "_abc",
    "typing",     "_typing",   "_ssl",      "_interpreters", "posix",
    "os",         "time",      "sys",
};

struct hn_plans {
    const struct hn_heap *heap;
    struct hn_types *types;
    struct hn_plan *items; /* by number of the type */
    struct hn_arena arena;
};

struct hn_plans *
hn_plans_create(const struct hn_heap *heap)
{
    struct hn_plans *plans = calloc(1, sizeof(*plans));

    if (!plans)
        return NULL;
    plans->heap = heap;
    plans->types = hn_runtime_types(heap->rt);
    hn_arena_init(&plans->arena);
    plans->items = calloc((size_t)heap->type_count + 1, sizeof(*plans->items));
    if (plans->items && plans->types)
        return plans;
    hn_plans_destroy(plans);
    return NULL;
}

void
hn_plans_destroy(struct hn_plans *plans)
{
    if (!plans)
        return;
    free(plans->items);
    hn_arena_deinit(&plans->arena);
    free(plans);
}

/* --- one plan in the making: a mark for every word of the body */

enum mark {
    MARK_UNKNOWN,
    MARK_NOTHING,
    MARK_OWNED,
    MARK_ATTRIBUTES,
    MARK_SCANNED,
    MARK_WEAK
};

struct maker {
    struct hn_plans *plans;
    struct hn_python *py;
    uint8_t marks[WORDS_MOST];
    uint32_t words; /* of the body */
};

static void
mark_word(struct maker *m, int64_t offset, enum mark mark)
{
    if (offset > 0 && offset % WORD == 0 && offset / WORD < m->words)
        m->marks[offset / WORD] = (uint8_t)mark;
}

static void
mark_field(struct maker *m, enum hn_field field, enum mark mark)
{
    if (hn_layout_has(&m->py->layout, field))
        mark_word(m, m->py->layout.offset[field], mark);
}

static const struct rule *
find_rule(const char *name)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        if (strcmp(rules[i].name, name) == 0)
            return &rules[i];
    return NULL;
}

static bool
module_owns(const struct hn_type *type)
{
    if (*type->module == '\0' && !(type->flags & HN_TPFLAG_HEAP))
        return true;
    for (size_t i = 0; i < sizeof(owning_modules) / sizeof(owning_modules[0]); i++)
        if (strcmp(owning_modules[i], type->module) == 0)
            return true;
    return false;
}

/* Calls @each with every described member of @type. Those of a class of Python code are
 * counted by its ob_size, those in C end with one without a name. */
static void
each_member(struct hn_python *py, const struct hn_type *type,
            bool (*each)(void *arg, const uint64_t *words), void *arg)
{
    uint64_t member[HN_MEMBER_BYTES / WORD], count = MEMBERS_MOST;

    if (type->members == 0)
        return;
    if ((type->flags & HN_TPFLAG_HEAP)
        && hn_field_read(py, HN_VAR_SIZE, type->at, &count) != HN_OK)
        return;
    for (uint64_t i = 0; i < count && i < MEMBERS_MOST; i++)
        if (hn_target_read(py->target, type->members + i * HN_MEMBER_BYTES, member,
                           sizeof(member))
                != HN_OK
            || member[0] == 0 || !each(arg, member))
            return;
}

static bool
mark_member(void *arg, const uint64_t *member)
{
    uint32_t kind = (uint32_t)member[1];

    if ((kind == MEMBER_OBJECT || kind == MEMBER_OBJECT_EX) && member[2] < OFFSET_MOST)
        mark_word(arg, (int64_t)member[2], MARK_OWNED);
    return true;
}

/* Words [from, to) that nobody marked. */
static void
fill(struct maker *m, uint64_t from, uint64_t to, enum mark mark)
{
    for (uint64_t i = (from + WORD - 1) / WORD; i < to / WORD && i < m->words; i++)
        if (m->marks[i] == MARK_UNKNOWN)
            m->marks[i] = (uint8_t)mark;
}

static void
apply_rule(struct maker *m, const struct rule *rule, uint64_t from, uint64_t to)
{
    enum mark listed = rule->knowledge == NAMED ? MARK_OWNED : MARK_WEAK;

    /* Builds with a GIL never write it: it has what stood there before. */
    if (rule->form == HN_PLAN_CODE)
        mark_field(m, HN_CODE_UNIQUE_ID, MARK_NOTHING);
    for (unsigned i = 0; i < SKIPPED_MOST && rule->fields[i]; i++)
        mark_field(m, rule->fields[i], listed);
    for (unsigned i = 0; i < rule->links; i++)
        mark_word(m, (int64_t)from + (int64_t)i * WORD, MARK_WEAK);
    if (rule->knowledge == NAMED)
        fill(m, from, to, MARK_NOTHING);
    fill(m, from, to, rule->knowledge == OWNS ? MARK_OWNED : MARK_NOTHING);
}

/* The words that @type adds to its base's. */
static void
mark_class(struct maker *m, const struct hn_type *type, uint64_t from,
           struct hn_plan *plan)
{
    const struct rule *rule = find_rule(type->name);
    uint64_t weak = 0, dict = 0;
    struct hn_python *py = m->py;

    if (hn_field_read(py, HN_TYPE_WEAKLISTOFFSET, type->at, &weak) == HN_OK)
        mark_word(m, (int64_t)weak, MARK_NOTHING);
    if (hn_field_read(py, HN_TYPE_DICTOFFSET, type->at, &dict) == HN_OK)
        mark_word(m, (int64_t)dict, MARK_ATTRIBUTES);
    if (rule && rule->form != HN_PLAN_WORDS)
        plan->form = rule->form; /* an OrderedDict is a dict and more */
    if (rule) {
        apply_rule(m, rule, from, type->basicsize);
        return;
    }
    each_member(py, type, mark_member, m);
    fill(m, from, type->basicsize, module_owns(type) ? MARK_OWNED : MARK_SCANNED);
}

/* The classes from @type to object, at most BASES_MOST; false when they do not end. */
static bool
load_chain(struct maker *m, hn_addr at, const struct hn_type **chain, unsigned *count)
{
    for (*count = 0; at != 0 && *count < BASES_MOST; (*count)++) {
        if (hn_types_find(m->plans->types, at, &chain[*count]) != HN_OK)
            return false;
        at = chain[*count]->base;
    }
    return at == 0;
}

/* Frames lie behind what is fixed; types in C have no more than PyTypeObject. */
static uint64_t
fixed_part(const struct hn_python *py, enum hn_plan_form form, uint64_t basicsize)
{
    const struct hn_layout *layout = &py->layout;
    enum hn_field end;

    if (form == HN_PLAN_GENERATOR)
        end = HN_GEN_IFRAME;
    else if (form == HN_PLAN_FRAME
             && layout->formats.frame_chain == HN_FRAME_CHAIN_OBJECTS)
        end = HN_FRAMEOBJECT_GEN; /* borrowed; then numbers, blocks, variables */
    else if (form == HN_PLAN_FRAME)
        end = HN_FRAMEOBJECT_DATA;
    else
        return basicsize;
    if (!hn_layout_has(layout, end))
        return basicsize;
    return (uint64_t)layout->offset[end] < basicsize ? (uint64_t)layout->offset[end]
                                                     : basicsize;
}

static void
mark_chain(struct maker *m, const struct hn_type *const *chain, unsigned count,
           struct hn_plan *plan)
{
    uint64_t from = m->py->layout.size[HN_STRUCT_OBJECT], fixed;

    while (count-- > 0) {
        const struct hn_type *type = chain[count];

        if (type->basicsize < from)
            continue;
        mark_class(m, type, from, plan);
        from = type->basicsize;
    }
    /* What a frame inside of the object owns is the frame's matter. */
    fixed = fixed_part(m->py, plan->form, from);
    for (uint64_t i = fixed / WORD; fixed < from && i < from / WORD && i < m->words;
         i++)
        m->marks[i] = MARK_NOTHING;
}

static uint32_t
bits_of(uint8_t mark)
{
    switch (mark) {
    case MARK_ATTRIBUTES: return HN_PLAN_ATTRIBUTES;
    case MARK_SCANNED: return HN_PLAN_SCANNED;
    case MARK_WEAK: return HN_PLAN_WEAK;
    default: return 0;
    }
}

static bool
keep_words(struct maker *m, struct hn_plan *plan)
{
    struct hn_plan_word *words =
        hn_arena_array(&m->plans->arena, m->words, sizeof(*words));

    if (!words)
        return false;
    for (uint32_t i = 0; i < m->words; i++)
        if (m->marks[i] != MARK_UNKNOWN && m->marks[i] != MARK_NOTHING)
            words[plan->word_count++] =
                (struct hn_plan_word){ i * WORD, bits_of(m->marks[i]) };
    plan->words = words;
    if (plan->word_count > 0)
        plan->body = words[plan->word_count - 1].offset + WORD;
    return true;
}

/* --- attributes that are no word of the body */

static void
plan_values(struct maker *m, const struct hn_type *type, struct hn_plan *plan)
{
    struct hn_python *py = m->py;
    struct hn_record rec;
    uint64_t entries;

    if (!(type->flags & HN_TPFLAG_HEAP)
        || hn_field_read(py, HN_HEAPTYPE_CACHED_KEYS, type->at, &plan->values_keys)
        || plan->values_keys == 0
        || hn_record_load(py, HN_STRUCT_DICTKEYS, plan->values_keys, &rec) != HN_OK) {
        plan->values_keys = 0;
        return;
    }
    entries = hn_record_u64(&rec, HN_DICTKEYS_NENTRIES)
              + hn_record_u64(&rec, HN_DICTKEYS_USABLE);
    plan->values_most = entries < HN_DICT_BLOCK ? (uint32_t)entries : HN_DICT_BLOCK;
    if (!(type->flags & HN_TPFLAG_INLINE_VALUES))
        return;
    if (py->layout.formats.instance == HN_INSTANCE_INLINE_HEADER)
        plan->values_at = py->layout.size[HN_STRUCT_OBJECT];
    else if (py->layout.formats.instance == HN_INSTANCE_INLINE_BASICSIZE)
        plan->values_at = plan->basicsize;
}

static void
plan_attributes(struct maker *m, const struct hn_type *type, struct hn_plan *plan)
{
    uint64_t offset = 0;

    if ((type->flags & HN_TPFLAG_MANAGED_DICT)
        && m->py->layout.formats.instance != HN_INSTANCE_DICT_OFFSET) {
        plan->attributes = HN_PLAN_MANAGED;
        plan_values(m, type, plan);
        return;
    }
    if (hn_field_read(m->py, HN_TYPE_DICTOFFSET, type->at, &offset) == HN_OK
        && (int64_t)offset < 0 && (int64_t)offset > -OFFSET_MOST) {
        plan->attributes = HN_PLAN_DICT_AT_END;
        plan->dict_offset = (int64_t)offset;
    }
}

/* A datetime without a time zone ends before the word for it, or has none there: the
 * byte behind the hash tells (Modules/_datetimemodule.c). */
static void
plan_time_zone(struct maker *m, const struct hn_type *const *chain, unsigned count,
               struct hn_plan *plan)
{
    for (unsigned i = 0; i < count; i++)
        if (strcmp(chain[i]->name, "datetime.datetime") == 0
            || strcmp(chain[i]->name, "datetime.time") == 0)
            plan->time_zone = m->py->layout.size[HN_STRUCT_OBJECT] + WORD;
}

static void
make(struct hn_plans *plans, const struct hn_size_type *size, struct hn_plan *plan)
{
    struct maker m = { .plans = plans, .py = &plans->heap->rt->py };
    const struct hn_type *chain[BASES_MOST];
    unsigned count;

    plan->leaf = true;
    if (!load_chain(&m, size->at, chain, &count) || count == 0)
        return;
    plan->basicsize = (uint32_t)chain[0]->basicsize;
    plan->itemsize = (uint32_t)chain[0]->itemsize;
    m.words = plan->basicsize / WORD < WORDS_MOST ? plan->basicsize / WORD : WORDS_MOST;
    mark_chain(&m, chain, count, plan);
    if (!keep_words(&m, plan))
        return;
    plan->counts_type = chain[0]->flags & HN_TPFLAG_HEAP;
    plan_attributes(&m, chain[0], plan);
    plan_time_zone(&m, chain, count, plan);
    plan->leaf = plan->word_count == 0 && plan->form == HN_PLAN_WORDS
                 && plan->attributes == HN_PLAN_NO_DICT && !plan->counts_type;
}

const struct hn_plan *
hn_plan_find(struct hn_plans *plans, uint32_t type)
{
    struct hn_plan *plan = &plans->items[type];
    struct hn_error saved;

    if (plan->made)
        return plan;
    saved = *plans->heap->rt->py.err;
    make(plans, &plans->heap->type[type].size, plan);
    *plans->heap->rt->py.err = saved;
    plan->made = true;
    return plan;
}

/* --- names of words */

static const struct {
    enum hn_field field;
    const char *name;
} names[] = {
    { HN_FUNCTION_CODE, "__code__" },
    { HN_FUNCTION_DICT, "__dict__" },
    { HN_FUNCTION_CLOSURE, "__closure__" },
    { HN_FUNCTION_GLOBALS, "__globals__" },
    { HN_FUNCTION_NAME, "__name__" },
    { HN_FUNCTION_DEFAULTS, "__defaults__" },
    { HN_FUNCTION_KEYWORD_DEFAULTS, "__kwdefaults__" },
    { HN_FUNCTION_ANNOTATIONS, "__annotations__" },
    { HN_LRUCACHE_CACHE, "<cache>" },
    { HN_FUNCTION_QUALNAME, "__qualname__" },
    { HN_METHOD_FUNCTION, "__func__" },
    { HN_METHOD_SELF, "__self__" },
    { HN_CELL_VALUE, "cell_contents" },
    { HN_CLASSMETHOD_CALLABLE, "__func__" },
    { HN_STATICMETHOD_CALLABLE, "__func__" },
    { HN_MODULE_DICT, "__dict__" },
    { HN_MODULE_NAME, "__name__" },
    { HN_CFUNCTION_SELF, "__self__" },
    { HN_TYPE_DICT, "__dict__" },
    { HN_TYPE_BASE, "__base__" },
    { HN_TYPE_MRO, "__mro__" },
    { HN_TYPE_BASES, "__bases__" },
    { HN_TYPE_SUBCLASSES, "__subclasses__()" },
    { HN_HEAPTYPE_QUALNAME, "__qualname__" },
    { HN_EXCEPTION_DICT, "__dict__" },
    { HN_EXCEPTION_ARGS, "args" },
    { HN_EXCEPTION_NOTES, "__notes__" },
    { HN_EXCEPTION_TRACEBACK, "__traceback__" },
    { HN_EXCEPTION_CONTEXT, "__context__" },
    { HN_EXCEPTION_CAUSE, "__cause__" },
    { HN_TRACEBACK_NEXT, "tb_next" },
    { HN_TRACEBACK_FRAME, "tb_frame" },
    { HN_FRAMEOBJECT_BACK, "f_back" },
    { HN_FRAMEOBJECT_CODE, "f_code" },
    { HN_PROXY_MAPPING, "<mapping>" },
    { HN_WEAKREF_CALLBACK, "__callback__" },
    { HN_MEMORYVIEW_BUFFER, "<buffer>" },
    { HN_GEN_FRAME, "gi_frame" },
};

/* Which structure the objects of a type are, for the names above. */
static const struct {
    const char *name;
    enum hn_struct structure;
} structures[] = {
    { "function", HN_STRUCT_FUNCTION },
    { "method", HN_STRUCT_METHOD },
    { "cell", HN_STRUCT_CELL },
    { "classmethod", HN_STRUCT_CLASSMETHOD },
    { "staticmethod", HN_STRUCT_STATICMETHOD },
    { "module", HN_STRUCT_MODULE },
    { "builtin_function_or_method", HN_STRUCT_CFUNCTION },
    { "builtin_method", HN_STRUCT_CFUNCTION },
    { "type", HN_STRUCT_HEAPTYPE },
    { "BaseException", HN_STRUCT_EXCEPTION },
    { "traceback", HN_STRUCT_TRACEBACK },
    { "frame", HN_STRUCT_FRAMEOBJECT },
    { "mappingproxy", HN_STRUCT_PROXY },
    { "generator", HN_STRUCT_GEN },
    { "coroutine", HN_STRUCT_GEN },
    { "async_generator", HN_STRUCT_GEN },
    { "weakref.ReferenceType", HN_STRUCT_WEAKREF },
    { "weakref", HN_STRUCT_WEAKREF },
    { "memoryview", HN_STRUCT_MEMORYVIEW },
    { "functools._lru_cache_wrapper", HN_STRUCT_LRUCACHE },
};

static const char *
field_name(const struct hn_layout *layout, const char *type, uint32_t offset)
{
    for (size_t i = 0; i < sizeof(structures) / sizeof(structures[0]); i++) {
        enum hn_struct structure = structures[i].structure;

        if (strcmp(structures[i].name, type) != 0)
            continue;
        for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
            enum hn_struct of = hn_field_info(names[n].field)->type;

            /* A class begins as a type. */
            if ((of == structure
                 || (of == HN_STRUCT_TYPE && structure == HN_STRUCT_HEAPTYPE))
                && layout->offset[names[n].field] == (int32_t)offset)
                return names[n].name;
        }
    }
    return NULL;
}

struct wanted {
    uint32_t offset;
    hn_addr name;
};

static bool
find_member(void *arg, const uint64_t *member)
{
    struct wanted *wanted = arg;

    if (member[2] != wanted->offset)
        return true;
    wanted->name = member[0];
    return false;
}

const char *
hn_plan_word_name(const struct hn_heap *heap, hn_addr at, uint32_t offset,
                  struct hn_arena *arena)
{
    struct hn_python *py = &heap->rt->py;
    struct hn_types *types = hn_runtime_types(heap->rt);
    const struct hn_type *type;

    for (unsigned i = 0; i < BASES_MOST && at != 0; i++, at = type->base) {
        struct wanted wanted = { offset, 0 };
        const char *name;

        if (!types || hn_types_find(types, at, &type) != HN_OK)
            return NULL;
        name = field_name(&py->layout, type->name, offset);
        if (!name && strcmp(type->name, "numpy.ndarray") == 0
            && offset == py->layout.size[HN_STRUCT_OBJECT] + HN_NUMPY_BASE_AT)
            return "base";
        if (name)
            return name;
        each_member(py, type, find_member, &wanted);
        if (wanted.name
            && hn_target_read_cstring(py->target, wanted.name, NAME_MOST, arena, &name)
                   == HN_OK)
            return name;
    }
    return NULL;
}
