/* Qualified names of frames on CPythons without co_qualname (3.8 to 3.10).
 *
 * Tried in this order, the cheap and certain first: the generator that the frame
 * belongs to, __qualname__ in a class body's namespace, the constants of the codes on
 * this very stack, the callables on the caller's value stack, the module's namespace,
 * the class of the first argument. A code that none of them knows keeps its plain name.
 */
#include "objects/objects.h"
#include "runtime/qualindex.h"

#include <string.h>

/* CO_OPTIMIZED | CO_NEWLOCALS: set for functions, not for class bodies and modules. */
enum { CODE_IS_FUNCTION = 3 };

/* More slots than any real function has on its value stack. */
enum { MAX_SLOTS = 512, MAX_NAME = 1 << 12 };

struct scene {
    struct hn_runtime *rt;
    struct hn_qualindex *index;
    const struct hn_stack *stack;
};

static const char *
load_str(struct hn_runtime *rt, hn_addr object)
{
    const char *text;

    if (hn_str_load(&rt->py, object, MAX_NAME, &rt->arena, &text, NULL, NULL))
        return NULL;
    return text;
}

/* A running process frees generators and code objects (each class body's, once a module
 * is imported) and makes others in their place: a name that does not end with the
 * code's own is that of another. */
static bool
fits(const struct hn_code *code, const char *name)
{
    size_t size = strlen(name), own = strlen(code->name);

    return size >= own && strcmp(name + size - own, code->name) == 0
           && (size == own || name[size - own - 1] == '.');
}

static const char *
from_generator(struct hn_runtime *rt, const struct hn_record *frame)
{
    hn_addr generator = hn_record_u64(frame, HN_FRAMEOBJECT_GEN), name;

    if (generator == 0 || hn_field_read(&rt->py, HN_GEN_QUALNAME, generator, &name))
        return NULL;
    return load_str(rt, name);
}

static const char *
from_class_body(struct hn_runtime *rt, const struct hn_code *code,
                const struct hn_record *frame)
{
    hn_addr locals = hn_record_u64(frame, HN_FRAMEOBJECT_LOCALS), name;

    if ((code->flags & CODE_IS_FUNCTION) == CODE_IS_FUNCTION || locals == 0
        || hn_dict_find(&rt->py, locals, "__qualname__", &name))
        return NULL;
    return load_str(rt, name);
}

/* While a Python function runs, its caller's value stack still holds the callable. */
static void
add_value_stack(struct scene *s, const struct hn_frame *caller)
{
    struct hn_python *py = &s->rt->py;
    struct hn_record rec;
    uint64_t slots[MAX_SLOTS], depth;
    size_t count;

    if (!caller->code || hn_record_load(py, HN_STRUCT_FRAMEOBJECT, caller->addr, &rec)
        || hn_field_read(py, HN_CODE_STACKSIZE, caller->code->addr, &depth))
        return;
    if (depth > MAX_SLOTS)
        depth = MAX_SLOTS;
    count =
        hn_target_read_some(py->target, hn_record_u64(&rec, HN_FRAMEOBJECT_VALUESTACK),
                            slots, depth * 8)
        / 8;
    for (size_t i = 0; i < count; i++)
        hn_qualindex_add_object(s->index, slots[i]);
}

/* self or cls: a method is in its class, or in one of its bases. */
static void
add_first_argument(struct scene *s, const struct hn_frame *frame)
{
    struct hn_python *py = &s->rt->py;
    hn_addr at = hn_field_addr(py, HN_FRAMEOBJECT_LOCALSPLUS, frame->addr), object,
            type;
    uint64_t argcount, flags;

    if (hn_field_read(py, HN_CODE_ARGCOUNT, frame->code->addr, &argcount)
        || argcount == 0 || hn_target_read_u64(py->target, at, &object) || object == 0
        || hn_object_type(py, object, &type)
        || hn_object_flags(py, object, &type, &flags))
        return;
    hn_qualindex_add_type(s->index, flags & HN_TPFLAG_TYPE ? object : type);
}

static const char *
known_name(const struct scene *s, const struct hn_code *code)
{
    const char *name = hn_qualindex_find(s->index, code->addr);

    return name && fits(code, name) ? name : NULL;
}

static const char *
from_index(struct scene *s, size_t i, const struct hn_record *rec)
{
    const struct hn_frame *frames = s->stack->frames;
    const char *name = known_name(s, frames[i].code);

    if (!name && i + 1 < s->stack->count) {
        add_value_stack(s, &frames[i + 1]);
        name = known_name(s, frames[i].code);
    }
    if (!name) {
        hn_qualindex_add_dict(s->index, hn_record_u64(rec, HN_FRAMEOBJECT_GLOBALS));
        name = known_name(s, frames[i].code);
    }
    if (!name) {
        add_first_argument(s, &frames[i]);
        name = known_name(s, frames[i].code);
    }
    return name;
}

static const char *
find_name(struct scene *s, size_t i)
{
    const struct hn_frame *frame = &s->stack->frames[i];
    struct hn_record rec;
    const char *name;

    if (strcmp(frame->code->name, "<module>") == 0)
        return frame->code->name;
    if (hn_record_load(&s->rt->py, HN_STRUCT_FRAMEOBJECT, frame->addr, &rec))
        return NULL;
    name = from_generator(s->rt, &rec);
    if (!name || !fits(frame->code, name))
        name = from_class_body(s->rt, frame->code, &rec);
    return name && fits(frame->code, name) ? name : from_index(s, i, &rec);
}

void
hn_qualify_stack(struct hn_runtime *rt, const struct hn_stack *stack)
{
    struct scene s = { rt, rt->qualindex, stack };

    if (!s.index)
        s.index = rt->qualindex = hn_qualindex_create(rt);
    if (!s.index)
        return; /* no memory: plain names */
    for (size_t i = 0; i < stack->count; i++)
        if (stack->frames[i].code && hn_code_wants_name(stack->frames[i].code))
            hn_qualindex_add_code(s.index, stack->frames[i].code->addr);
    for (size_t i = 0; i < stack->count; i++) {
        const struct hn_code *code = stack->frames[i].code;

        if (code && hn_code_wants_name(code))
            hn_code_qualify(code, find_name(&s, i));
    }
}
