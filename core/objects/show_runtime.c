/* What the interpreter itself is made of: modules, code, cells, generators, weak
 * references, memory views, capsules, and small objects of the types module.
 *
 * A module's repr is Python code of importlib, followed here step by step:
 * _module_repr in Lib/importlib/_bootstrap.py. */
#include <stdlib.h>
#include <string.h>

#include "objects/shower.h"

/* Of a SimpleNamespace, where they must be sorted to be shown. */
enum { NAMES_MOST = 1 << 14 };

/* ---- modules ---- */

/* What repr() asks of a module: 0 for what is not there or None. */
struct module {
    hn_addr name, file, loader, spec;
    hn_addr spec_name, spec_origin, spec_loader, spec_has_location;
};

/* The attribute @name that @find finds, 0 also when it is None. */
static enum hn_status
find_one(struct hn_show *show,
         enum hn_status (*find)(struct hn_python *, hn_addr, const char *, hn_addr *),
         hn_addr from, const char *name, hn_addr *ret)
{
    struct hn_python *py = hn_show_python(show);
    enum hn_status st = find(py, from, name, ret);

    if (st == HN_DONE || (!st && hn_object_is(py, *ret, "NoneType"))) {
        *ret = 0;
        return HN_OK;
    }
    return st;
}

static enum hn_status
load_module(struct hn_show *show, hn_addr dict, struct module *ret)
{
    enum hn_status st = find_one(show, hn_dict_find, dict, "__name__", &ret->name);

    if (!st)
        st = find_one(show, hn_dict_find, dict, "__file__", &ret->file);
    if (!st)
        st = find_one(show, hn_dict_find, dict, "__loader__", &ret->loader);
    if (!st)
        st = find_one(show, hn_dict_find, dict, "__spec__", &ret->spec);
    return st;
}

static enum hn_status
load_spec(struct hn_show *show, struct module *ret)
{
    const hn_addr spec = ret->spec;
    enum hn_status st = find_one(show, hn_instance_find, spec, "name", &ret->spec_name);

    if (!st)
        st = find_one(show, hn_instance_find, spec, "origin", &ret->spec_origin);
    if (!st)
        st = find_one(show, hn_instance_find, spec, "loader", &ret->spec_loader);
    if (!st)
        st = find_one(show, hn_instance_find, spec, "_set_fileattr",
                      &ret->spec_has_location);
    return st;
}

static void
put_name(struct hn_show *show, hn_addr name)
{
    if (name)
        hn_show_object(show, name);
    else
        hn_show_puts(show, "'?'");
}

/* " (<_frozen_importlib_external.X object at 0x...>)" when there is a loader. */
static void
put_loader(struct hn_show *show, hn_addr loader)
{
    if (!loader)
        return;
    hn_show_puts(show, " (");
    hn_show_object(show, loader);
    hn_show_puts(show, ")");
}

/* A namespace package has a loader that knows the folders it is spread over:
 * <module 'ns' (namespace) from ['/a/ns']> since 3.11 or so. */
static enum hn_status
put_without_origin(struct hn_show *show, hn_addr loader)
{
    struct hn_python *py = hn_show_python(show);
    const struct hn_type *type = NULL;
    hn_addr at, path, list;

    if (loader && hn_object_type(py, loader, &at) == HN_OK
        && hn_types_find(hn_show_types(show), at, &type) == HN_OK
        && strcmp(type->qualname, "NamespaceLoader") == 0
        && hn_instance_find(py, loader, "_path", &path) == HN_OK
        && hn_instance_find(py, path, "_path", &list) == HN_OK) {
        hn_show_puts(show, " (namespace) from ");
        hn_show_object(show, list);
        return HN_OK;
    }
    put_loader(show, loader);
    return HN_OK;
}

static enum hn_status
put_by_spec(struct hn_show *show, const struct module *module)
{
    int64_t located = 0;

    put_name(show, module->spec_name);
    if (!module->spec_origin)
        return put_without_origin(show, module->spec_loader);
    if (module->spec_has_location
        && hn_int_load(hn_show_python(show), module->spec_has_location, &located)
               == HN_OK
        && located) {
        hn_show_puts(show, " from ");
        hn_show_object(show, module->spec_origin);
        return HN_OK;
    }
    hn_show_puts(show, " (");
    if (hn_show_str(show, module->spec_origin) != HN_OK)
        hn_show_object(show, module->spec_origin);
    hn_show_puts(show, ")");
    return HN_OK;
}

static bool
asks_loader(struct hn_show *show, const struct module *module)
{
    switch (hn_show_python(show)->layout.formats.module) {
    case HN_MODULE_REPR_LOADER: return module->loader != 0;
    case HN_MODULE_REPR_SPEC_FIRST: return module->loader != 0 && module->spec == 0;
    case HN_MODULE_REPR_SPEC: break;
    }
    return false;
}

/* Up to 3.11 these loaders put it in words of their own. */
static const char *
words_of_loader(struct hn_show *show, const struct module *module)
{
    const hn_addr loader = module->loader;
    static const struct {
        const char *loader, *words;
    } known[] = { { "BuiltinImporter", " (built-in)" },
                  { "FrozenImporter", " (frozen)" },
                  { "_NamespaceLoader", " (namespace)" },
                  { "NamespaceLoader", " (namespace)" } };
    const struct hn_type *type;
    hn_addr at;

    if (!asks_loader(show, module))
        return NULL;
    if (hn_types_find(hn_show_types(show), loader, &type) != HN_OK
        && (hn_object_type(hn_show_python(show), loader, &at) != HN_OK
            || hn_types_find(hn_show_types(show), at, &type) != HN_OK))
        return NULL;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(type->qualname, known[i].loader) == 0)
            return known[i].words;
    return NULL;
}

static void
put_by_names(struct hn_show *show, const struct module *module)
{
    put_name(show, module->name);
    if (module->file) {
        hn_show_puts(show, " from ");
        hn_show_object(show, module->file);
    } else {
        put_loader(show, module->loader);
    }
}

static enum hn_status
show_module(struct hn_show *show, const struct hn_object *object)
{
    struct module module = { 0 };
    const char *words;
    hn_addr dict;
    enum hn_status st = hn_module_dict(hn_show_python(show), object->at, &dict);

    if (!st)
        st = load_module(show, dict, &module);
    if (!st && module.spec)
        st = load_spec(show, &module);
    if (st)
        return st;
    hn_show_puts(show, "<module ");
    words = words_of_loader(show, &module);
    if (words) {
        put_name(show, module.name);
        hn_show_puts(show, words);
    } else if (module.spec) {
        st = put_by_spec(show, &module);
    } else {
        put_by_names(show, &module);
    }
    hn_show_puts(show, ">");
    return st;
}

/* ---- code and what runs it ---- */

/* <cell at 0x...: int object at 0x...> */
static enum hn_status
show_cell(struct hn_show *show, const struct hn_object *object)
{
    hn_addr value;
    enum hn_status st =
        hn_field_read(hn_show_python(show), HN_CELL_VALUE, object->at, &value);

    if (st)
        return st;
    hn_show_puts(show, "<cell at ");
    hn_show_addr(show, object->at);
    if (value == 0) {
        hn_show_puts(show, ": empty>");
        return HN_OK;
    }
    hn_show_puts(show, ": ");
    st = hn_show_type_of(show, value);
    hn_show_puts(show, " object at ");
    hn_show_addr(show, value);
    hn_show_puts(show, ">");
    return st;
}

/* <code object f at 0x..., file "shop.py", line 3> */
static enum hn_status
show_code(struct hn_show *show, const struct hn_object *object)
{
    struct hn_python *py = hn_show_python(show);
    hn_addr name, file;
    uint64_t line;
    enum hn_status st = hn_field_read(py, HN_CODE_NAME, object->at, &name);

    if (!st)
        st = hn_field_read(py, HN_CODE_FILENAME, object->at, &file);
    if (!st)
        st = hn_field_read(py, HN_CODE_FIRSTLINENO, object->at, &line);
    if (st)
        return st;
    hn_show_puts(show, "<code object ");
    st = hn_show_str(show, name);
    hn_show_puts(show, " at ");
    hn_show_addr(show, object->at);
    hn_show_puts(show, ", file \"");
    if (!st)
        st = hn_show_str(show, file);
    hn_show_printf(show, "\", line %d>", line ? (int)(int32_t)line : -1);
    return st;
}

/* <generator object f at 0x...>; coroutines have the same members. */
static enum hn_status
put_generator(struct hn_show *show, const struct hn_object *object, const char *what)
{
    hn_addr qualname;
    enum hn_status st =
        hn_field_read(hn_show_python(show), HN_GEN_QUALNAME, object->at, &qualname);

    if (st)
        return st;
    hn_show_printf(show, "<%s object ", what);
    st = hn_show_str(show, qualname);
    hn_show_puts(show, " at ");
    hn_show_addr(show, object->at);
    hn_show_puts(show, ">");
    return st;
}

static enum hn_status
show_generator(struct hn_show *show, const struct hn_object *object)
{
    return put_generator(show, object, "generator");
}

static enum hn_status
show_coroutine(struct hn_show *show, const struct hn_object *object)
{
    return put_generator(show, object, "coroutine");
}

static enum hn_status
show_async_generator(struct hn_show *show, const struct hn_object *object)
{
    return put_generator(show, object, "async_generator");
}

/* ---- references ---- */

/* __name__ of what a weak reference leads to, if it has one that is a str. */
static bool
find_name(struct hn_show *show, hn_addr at, hn_addr *ret)
{
    struct hn_python *py = hn_show_python(show);
    hn_addr type, dict;
    uint64_t flags;

    if (hn_object_flags(py, at, &type, &flags) != HN_OK)
        return false;
    if (hn_object_is(py, at, "function"))
        return hn_field_read(py, HN_FUNCTION_NAME, at, ret) == HN_OK;
    if (hn_object_is(py, at, "module"))
        return hn_module_dict(py, at, &dict) == HN_OK
               && hn_dict_find(py, dict, "__name__", ret) == HN_OK;
    return hn_instance_find(py, at, "__name__", ret) == HN_OK;
}

/* The " (f)" behind a reference to something with a name. */
static enum hn_status
put_target_name(struct hn_show *show, hn_addr target)
{
    const struct hn_type *class;
    hn_addr type, name;
    uint64_t flags;
    enum hn_status st = hn_object_flags(hn_show_python(show), target, &type, &flags);

    if (st)
        return st;
    if (flags & HN_TPFLAG_TYPE) {
        st = hn_types_find(hn_show_types(show), target, &class);
        if (st)
            return st;
        hn_show_puts(show, " (");
        hn_show_name(show, hn_type_short_name(class));
        hn_show_puts(show, ")");
        return HN_OK;
    }
    if (!find_name(show, target, &name))
        return HN_OK;
    hn_show_puts(show, " (");
    st = hn_show_str(show, name);
    hn_show_puts(show, ")");
    return st;
}

/* Since 3.13 with the module's name, but not __main__. */
static enum hn_status
put_type_of_target(struct hn_show *show, hn_addr target)
{
    struct hn_python *py = hn_show_python(show);
    const struct hn_type *type;
    hn_addr at;
    enum hn_status st = hn_object_type(py, target, &at);

    if (!st)
        st = hn_types_find(hn_show_types(show), at, &type);
    if (st)
        return st;
    if (py->layout.formats.class_naming == HN_CLASS_NAMING_SHORT)
        hn_show_name(show, type->tp_name);
    else
        hn_show_name(show, strcmp(type->module, "__main__") == 0 ? type->qualname
                                                                 : type->name);
    return HN_OK;
}

/* <weakref at 0x...; to 'set' at 0x...>, or dead. */
static enum hn_status
show_weakref(struct hn_show *show, const struct hn_object *object)
{
    struct hn_python *py = hn_show_python(show);
    hn_addr target;
    enum hn_status st = hn_field_read(py, HN_WEAKREF_OBJECT, object->at, &target);

    if (st)
        return st;
    hn_show_puts(show, "<weakref at ");
    hn_show_addr(show, object->at);
    if (hn_object_is(py, target, "NoneType")) {
        hn_show_puts(show, "; dead>");
        return HN_OK;
    }
    hn_show_puts(show, "; to '");
    st = put_type_of_target(show, target);
    hn_show_puts(show, "' at ");
    hn_show_addr(show, target);
    if (!st)
        st = put_target_name(show, target);
    hn_show_puts(show, ">");
    return st;
}

enum { RELEASED = 1 }; /* a memoryview's or its buffer's flags */

/* <memory at 0x...> */
static enum hn_status
show_memoryview(struct hn_show *show, const struct hn_object *object)
{
    struct hn_python *py = hn_show_python(show);
    uint64_t flags, buffer_flags = 0;
    hn_addr buffer;
    enum hn_status st = hn_field_read(py, HN_MEMORYVIEW_FLAGS, object->at, &flags);

    if (!st)
        st = hn_field_read(py, HN_MEMORYVIEW_BUFFER, object->at, &buffer);
    if (!st && buffer)
        st = hn_field_read(py, HN_MANAGEDBUFFER_FLAGS, buffer, &buffer_flags);
    if (st)
        return st;
    hn_show_puts(show, (flags | buffer_flags) & RELEASED ? "<released memory at "
                                                         : "<memory at ");
    hn_show_addr(show, object->at);
    hn_show_puts(show, ">");
    return HN_OK;
}

/* <capsule object "datetime.datetime_CAPI" at 0x...> */
static enum hn_status
show_capsule(struct hn_show *show, const struct hn_object *object)
{
    hn_addr name;
    enum hn_status st =
        hn_field_read(hn_show_python(show), HN_CAPSULE_NAME, object->at, &name);

    if (st)
        return st;
    hn_show_puts(show, "<capsule object ");
    if (name) {
        hn_show_puts(show, "\"");
        st = hn_show_cstring(show, name);
        hn_show_puts(show, "\"");
    } else {
        hn_show_puts(show, "NULL");
    }
    hn_show_puts(show, " at ");
    hn_show_addr(show, object->at);
    hn_show_puts(show, ">");
    return st;
}

/* ---- small things ---- */

struct named {
    const char *name;
    hn_addr value;
};

static int
compare_names(const void *a, const void *b)
{
    return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

/* All names of @dict with their values, in the order of the names. */
static enum hn_status
load_sorted(struct hn_show *show, hn_addr dict, struct named **ret, size_t *count_ret)
{
    struct hn_python *py = hn_show_python(show);
    struct named *all;
    struct hn_dict_iter it;
    uint64_t count;
    hn_addr key;
    enum hn_status st = hn_show_dict_count(show, dict, &count);

    if (!st)
        st = hn_dict_iter_init(py, dict, &it);
    if (st)
        return st;
    if (count > NAMES_MOST)
        count = NAMES_MOST;
    all = hn_arena_array(hn_show_arena(show), count, sizeof *all);
    if (!all)
        return hn_fail(py->err, HN_E_NOMEM, 0, "no memory for names");
    *count_ret = 0;
    while (*count_ret < count
           && (st = hn_dict_iter_next(&it, &key, &all[*count_ret].value)) == HN_OK) {
        st = hn_str_load(py, key, 0, hn_show_arena(show), &all[(*count_ret)++].name,
                         NULL, NULL);
        if (st)
            return st;
    }
    qsort(all, *count_ret, sizeof *all, compare_names);
    *ret = all;
    return st == HN_DONE ? HN_OK : st;
}

static enum hn_status
put_sorted(struct hn_show *show, hn_addr dict)
{
    struct named *all = NULL;
    size_t count = 0;
    uint64_t shown;
    enum hn_status st = load_sorted(show, dict, &all, &count);

    if (st)
        return hn_show_problem(show, dict, st);
    shown = hn_show_limit(show, count);
    for (uint64_t i = 0; i < shown; i++) {
        if (i > 0)
            hn_show_puts(show, ", ");
        hn_show_name(show, all[i].name);
        hn_show_puts(show, "=");
        hn_show_object(show, all[i].value);
    }
    hn_show_more(show, shown, count);
    return HN_OK;
}

/* namespace(a=1): its only member is its dict. */
static enum hn_status
show_namespace(struct hn_show *show, const struct hn_object *object)
{
    bool plain = strcmp(object->type->name, "types.SimpleNamespace") == 0;
    hn_addr dict;
    enum hn_status st = hn_show_word(show, object, 0, &dict);

    if (st)
        return st;
    hn_show_name(show, plain ? "namespace" : object->type->tp_name);
    hn_show_puts(show, "(");
    st = hn_show_python(show)->layout.formats.name_space == HN_NAMESPACE_SORTED
             ? put_sorted(show, dict)
             : hn_show_names(show, dict);
    hn_show_puts(show, ")");
    return st;
}

/* A context variable, by its address and its default if it has one. */
static enum hn_status
show_context_variable(struct hn_show *show, const struct hn_object *object)
{
    struct hn_record rec;
    hn_addr usual;
    enum hn_status st =
        hn_record_load(hn_show_python(show), HN_STRUCT_CONTEXTVAR, object->at, &rec);

    if (st)
        return st;
    usual = hn_record_u64(&rec, HN_CONTEXTVAR_DEFAULT);
    hn_show_puts(show, "<ContextVar name=");
    hn_show_object(show, hn_record_u64(&rec, HN_CONTEXTVAR_NAME));
    if (usual) {
        hn_show_puts(show, " default=");
        hn_show_object(show, usual);
    }
    hn_show_puts(show, " at ");
    hn_show_addr(show, object->at);
    hn_show_puts(show, ">");
    return HN_OK;
}

/* <Token var=<ContextVar ...> at 0x...>; it is used once the variable was reset. */
static enum hn_status
show_context_token(struct hn_show *show, const struct hn_object *object)
{
    struct hn_record rec;
    enum hn_status st =
        hn_record_load(hn_show_python(show), HN_STRUCT_CONTEXTTOKEN, object->at, &rec);

    if (st)
        return st;
    hn_show_puts(show, hn_record_u64(&rec, HN_CONTEXTTOKEN_USED) ? "<Token used var="
                                                                 : "<Token var=");
    hn_show_object(show, hn_record_u64(&rec, HN_CONTEXTTOKEN_VARIABLE));
    hn_show_puts(show, " at ");
    hn_show_addr(show, object->at);
    hn_show_puts(show, ">");
    return HN_OK;
}

/* count(5), count(0.5, 0.25): a machine word, until it is full or not an int; then an
 * object and its step. */
static enum hn_status
show_count(struct hn_show *show, const struct hn_object *object)
{
    uint64_t number;
    hn_addr next = 0, step = 0;
    int64_t one = 0;
    enum hn_status st = hn_show_word(show, object, 0, &number);

    if (!st)
        st = hn_show_word(show, object, 1, &next);
    if (!st)
        st = hn_show_word(show, object, 2, &step);
    if (st)
        return st;
    hn_show_name(show, hn_type_short_name(object->type));
    hn_show_puts(show, "(");
    if (number != INT64_MAX) {
        hn_show_printf(show, "%lld", (long long)number);
    } else {
        hn_show_object(show, next);
        if (hn_int_load(hn_show_python(show), step, &one) != HN_OK || one != 1) {
            hn_show_puts(show, ", ");
            hn_show_object(show, step);
        }
    }
    hn_show_puts(show, ")");
    return HN_OK;
}

/* repeat('x', 2): the object, and how often; -1 is for ever. */
static enum hn_status
show_repeat(struct hn_show *show, const struct hn_object *object)
{
    hn_addr element;
    uint64_t left;
    enum hn_status st = hn_show_word(show, object, 0, &element);

    if (!st)
        st = hn_show_word(show, object, 1, &left);
    if (st)
        return st;
    hn_show_name(show, hn_type_short_name(object->type));
    hn_show_puts(show, "(");
    hn_show_object(show, element);
    if ((int64_t)left != -1)
        hn_show_printf(show, ", %lld", (long long)left);
    hn_show_puts(show, ")");
    return HN_OK;
}

const struct hn_shower hn_showers_runtime[] = {
    { "module", show_module, HN_SHOWER_LEAF, NULL },
    { "cell", show_cell, HN_SHOWER_LEAF, NULL },
    { "code", show_code, HN_SHOWER_LEAF, NULL },
    { "generator", show_generator, HN_SHOWER_LEAF, NULL },
    { "coroutine", show_coroutine, HN_SHOWER_LEAF, NULL },
    { "async_generator", show_async_generator, HN_SHOWER_LEAF, NULL },
    { "weakref", show_weakref, HN_SHOWER_LEAF, NULL },
    { "weakref.ReferenceType", show_weakref, HN_SHOWER_LEAF, NULL },
    { "memoryview", show_memoryview, HN_SHOWER_LEAF, NULL },
    { "PyCapsule", show_capsule, HN_SHOWER_LEAF, NULL },
    { "types.CapsuleType", show_capsule, HN_SHOWER_LEAF, NULL },
    { "types.SimpleNamespace", show_namespace, 0, "namespace(...)" },
    { "ContextVar", show_context_variable, HN_SHOWER_LEAF, NULL },
    { "_contextvars.ContextVar", show_context_variable, HN_SHOWER_LEAF, NULL },
    { "Token", show_context_token, 0, NULL },
    { "_contextvars.Token", show_context_token, 0, NULL },
    { "itertools.count", show_count, 0, NULL },
    { "itertools.repeat", show_repeat, 0, NULL },
    { NULL, NULL, 0, NULL },
};
