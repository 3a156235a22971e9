/* Describes objects: header, type, parts.
 *
 * CPython: Include/object.h, Include/internal/pycore_gc.h, Include/refcount.h. */
#include "runtime/object.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "objects/objects.h"
#include "runtime/internal.h"
#include "runtime/variables.h"

/* Of tp_flags: Include/object.h, unchanged from 3.8 to 3.15. */

/* --limit 0 means all, but a list of millions is for other commands. */
enum { MAX_PARTS = 1 << 20 };

enum { MAX_NAME = 4096 };

struct subject {
    const struct hn_lookup *lookup;
    const struct hn_preview_limits *limits;
    hn_addr at, type;
    uint64_t flags;
    struct hn_record type_record;
    const hn_addr *classes; /* its type's, in the order of their search */
    size_t class_count;
};

static struct hn_python *
python_of(const struct subject *s)
{
    return &s->lookup->rt->py;
}

static bool
is_fatal(enum hn_status st)
{
    return st == HN_E_NOMEM || st == HN_E_INTERRUPTED;
}

/* --- type */

static enum hn_status
load_classes(struct subject *s)
{
    struct hn_python *py = python_of(s);
    hn_addr mro = hn_record_u64_or_0(&s->type_record, HN_TYPE_MRO);

    if (mro == 0)
        return HN_OK;
    return hn_items_load(py, mro, HN_MRO_MOST, s->lookup->arena, &s->classes,
                         &s->class_count);
}

static enum hn_status
load_bases(const struct subject *s, struct hn_object_facts *ret)
{
    struct hn_types *types = hn_runtime_types(s->lookup->rt);
    const char **names =
        hn_arena_array(s->lookup->arena, s->class_count, sizeof(*names));

    if (!types || !names)
        return hn_fail(python_of(s)->err, HN_E_NOMEM, 0, "no memory for an object");
    ret->bases = names;
    /* The first is the type itself, the last is object. */
    for (size_t i = 1; i + 1 < s->class_count; i++) {
        enum hn_status st = hn_types_name(types, s->classes[i], &names[i - 1]);

        if (is_fatal(st))
            return st;
        if (st)
            names[i - 1] = "<unreadable>";
        ret->base_count++;
    }
    return HN_OK;
}

/* --- reference counts */

/* Since 3.12 a count whose 32-bit half is negative belongs to an immortal object; since
 * 3.14 flags stand above that half. Real counts fit it on every version. */
static void
set_count(uint64_t word, struct hn_object_facts *ret)
{
    ret->references.known = true;
    ret->references.count = (int64_t)(word & UINT32_MAX);
    ret->references.immortal = word >> 31 & 1;
}

/* The owning thread counts in one field, the others in another (PEP 703). */
static void
set_split_count(uint64_t local, int64_t shared, struct hn_object_facts *ret)
{
    enum { FLAG_BITS = 2 };

    ret->references.known = ret->references.split = true;
    ret->references.immortal = local == UINT32_MAX;
    ret->references.local = (int64_t)local;
    ret->references.shared = shared >> FLAG_BITS;
    ret->references.deferred = ret->references.shared > HN_REF_DEFERRED / 2;
    if (ret->references.deferred)
        ret->references.shared -= HN_REF_DEFERRED;
    ret->references.count = ret->references.local + ret->references.shared;
}

/* Static types take no part, though type objects can. */
static bool
is_collectable(const struct subject *s)
{
    uint64_t own_flags;

    if (!(s->flags & HN_TPFLAG_GC))
        return false;
    if (!hn_object_is(python_of(s), s->at, "type"))
        return true;
    return hn_field_read(python_of(s), HN_TYPE_FLAGS, s->at, &own_flags) == HN_OK
           && own_flags & HN_TPFLAG_HEAP;
}

static bool
is_tracked(const struct subject *s, const struct hn_record *rec)
{
    struct hn_python *py = python_of(s);
    uint64_t next;

    if (hn_layout_has(&py->layout, HN_OBJECT_GC_BITS))
        return hn_record_u64(rec, HN_OBJECT_GC_BITS) & 1;
    return hn_field_read(py, HN_GCHEAD_NEXT, s->at - py->layout.formats.gc_header_bytes,
                         &next)
               == HN_OK
           && next != 0;
}

static enum hn_status
load_header(const struct subject *s, struct hn_object_facts *ret)
{
    struct hn_python *py = python_of(s);
    struct hn_record rec;
    enum hn_status st = hn_record_load(py, HN_STRUCT_OBJECT, s->at, &rec);

    if (st)
        return st;
    if (hn_layout_has(&py->layout, HN_OBJECT_REFCOUNT))
        set_count(hn_record_u64(&rec, HN_OBJECT_REFCOUNT), ret);
    else if (hn_layout_has(&py->layout, HN_OBJECT_REF_LOCAL))
        set_split_count(hn_record_u64(&rec, HN_OBJECT_REF_LOCAL),
                        hn_record_i64(&rec, HN_OBJECT_REF_SHARED), ret);
    ret->gc.collectable = is_collectable(s);
    ret->gc.tracked = ret->gc.collectable && is_tracked(s, &rec);
    return HN_OK;
}

/* --- parts */

struct builder {
    const struct subject *subject;
    struct hn_parts *parts;
    struct hn_named_value *items; /* malloc'ed while it grows */
    size_t capacity;
};

static enum hn_status
add_found(struct builder *b, const char *name, const struct hn_found *found)
{
    const struct subject *s = b->subject;
    struct hn_parts *parts = b->parts;
    struct hn_named_value *part;

    parts->total++;
    if (parts->count >= MAX_PARTS
        || (s->limits->items && parts->count >= s->limits->items))
        return HN_OK;
    if (!HN_GROW(b->items, b->capacity, parts->count + 1))
        return hn_fail(python_of(s)->err, HN_E_NOMEM, 0, "no memory for an object");
    part = &b->items[parts->count++];
    *part = (struct hn_named_value){ .name = name };
    if (found->made) {
        part->value = *found->made;
        return HN_OK;
    }
    return hn_runtime_value(s->lookup->rt, found->bits, s->limits, s->lookup->arena,
                            &part->value);
}

static enum hn_status
add(struct builder *b, const char *name, hn_addr object)
{
    return add_found(b, name, &(struct hn_found){ .bits = object });
}

static enum hn_status
finish(struct builder *b, enum hn_status st)
{
    struct hn_python *py = python_of(b->subject);
    struct hn_parts *parts = b->parts;

    parts->items =
        hn_arena_array(b->subject->lookup->arena, parts->count, sizeof(*parts->items));
    if (parts->items && parts->count > 0)
        memcpy(parts->items, b->items, parts->count * sizeof(*parts->items));
    free(b->items);
    if (!parts->items)
        return hn_fail(py->err, HN_E_NOMEM, 0, "no memory for an object");
    if (st == HN_OK || st == HN_DONE || is_fatal(st))
        return st == HN_DONE ? HN_OK : st;
    parts->problem = py->err->what;
    parts->problem_at = py->err->addr;
    return HN_OK;
}

/* --- attributes */

static enum hn_status
add_instance_dict(struct builder *b)
{
    const struct subject *s = b->subject;
    struct hn_dict_iter it;
    hn_addr key, value;
    enum hn_status st = hn_instance_iter_init(python_of(s), s->at, &it);

    while (st == HN_OK) {
        const char *name;

        st = hn_dict_iter_next(&it, &key, &value);
        if (!st)
            st = hn_str_load(python_of(s), key, MAX_NAME, s->lookup->arena, &name, NULL,
                             NULL);
        if (!st)
            st = add(b, name, value);
    }
    return st;
}

/* What a class keeps in slots, or in C fields that it shows. */
static enum hn_status
add_members(struct builder *b, hn_addr namespace)
{
    const struct subject *s = b->subject;
    struct hn_dict_iter it;
    hn_addr key, value;
    enum hn_status st = hn_dict_iter_init(python_of(s), namespace, &it);

    while (st == HN_OK) {
        struct hn_found found;
        const char *name;

        st = hn_dict_iter_next(&it, &key, &value);
        if (st || !hn_object_is(python_of(s), value, "member_descriptor"))
            continue;
        st = hn_str_load(python_of(s), key, MAX_NAME, s->lookup->arena, &name, NULL,
                         NULL);
        if (st || strncmp(name, "__", 2) == 0)
            continue;
        st = hn_attribute_find(s->lookup, s->at, name, &found);
        if (!st)
            st = add_found(b, name, &found);
        else if (st == HN_DONE || st == HN_E_UNSUPPORTED)
            st = HN_OK; /* an empty slot, or a field that is not shown */
    }
    return st;
}

static enum hn_status
load_attributes(const struct subject *s, struct hn_parts *ret)
{
    struct builder b = { .subject = s, .parts = ret };
    enum hn_status st = add_instance_dict(&b);

    for (size_t i = 0; (st == HN_OK || st == HN_DONE) && i < s->class_count; i++) {
        hn_addr namespace;

        st = hn_type_namespace(s->lookup, s->classes[i], &namespace);
        if (!st)
            st = add_members(&b, namespace);
    }
    return finish(&b, st);
}

/* --- items */

static enum hn_status
add_sequence(struct builder *b)
{
    const struct subject *s = b->subject;
    struct hn_python *py = python_of(s);
    hn_addr at = hn_field_addr(py, HN_TUPLE_ITEMS, s->at), item;
    uint64_t count, shown;
    enum hn_status st = hn_field_read(py, HN_VAR_SIZE, s->at, &count);

    if (!st && s->flags & HN_TPFLAG_LIST)
        st = hn_field_read(py, HN_LIST_ITEMS, s->at, &at);
    if (st)
        return st;
    shown = s->limits->items && s->limits->items < count ? s->limits->items : count;
    if (shown > MAX_PARTS)
        shown = MAX_PARTS;
    for (uint64_t i = 0; !st && i < shown; i++) {
        st = hn_target_read_u64(py->target, at + i * sizeof(item), &item);
        if (!st)
            st = add(b, "", item);
    }
    b->parts->total = count;
    return st;
}

static enum hn_status
add_entries(struct builder *b)
{
    const struct subject *s = b->subject;
    struct hn_dict_iter it;
    hn_addr key, value;
    enum hn_status st = hn_dict_iter_init(python_of(s), s->at, &it);

    while (st == HN_OK) {
        struct hn_value name = { .repr = "" };

        st = hn_dict_iter_next(&it, &key, &value);
        if (!st && (!s->limits->items || b->parts->count < s->limits->items))
            st = hn_runtime_value(s->lookup->rt, key, s->limits, s->lookup->arena,
                                  &name);
        if (!st)
            st = add(b, name.repr, value);
    }
    return st;
}

static enum hn_status
load_items(const struct subject *s, struct hn_object_facts *ret)
{
    struct builder b = { .subject = s, .parts = &ret->items };

    ret->has_items = true;
    if (s->flags & (HN_TPFLAG_LIST | HN_TPFLAG_TUPLE))
        return finish(&b, add_sequence(&b));
    if (s->flags & HN_TPFLAG_DICT)
        return finish(&b, add_entries(&b));
    ret->has_items = false;
    return HN_OK;
}

/* --- the whole */

static enum hn_status
load_subject(struct subject *s)
{
    struct hn_python *py = python_of(s);
    enum hn_status st = hn_object_flags(py, s->at, &s->type, &s->flags);

    if (!st)
        st = hn_record_load(py, HN_STRUCT_TYPE, s->type, &s->type_record);
    return st ? st : load_classes(s);
}

enum hn_status
hn_object_load(const struct hn_lookup *lookup, hn_addr object,
               const struct hn_preview_limits *limits, struct hn_object_facts *ret)
{
    struct subject s = { .lookup = lookup, .limits = limits, .at = object };
    enum hn_status st = load_subject(&s);

    if (st)
        return st;
    *ret = (struct hn_object_facts){ .type = s.type };
    st = hn_runtime_value(lookup->rt, object, limits, lookup->arena, &ret->value);
    if (!st)
        st = load_bases(&s, ret);
    if (!st)
        st = load_header(&s, ret);
    if (!st)
        st = hn_object_size(lookup, object, &ret->size_bytes);
    if (!st)
        st = load_attributes(&s, &ret->attributes);
    return st ? st : load_items(&s, ret);
}
