/* What the showers of the standard library share; see show_stdlib.h. */
#include "objects/show_stdlib.h"

/* PyMemberDef: where in the object a slot is. */
enum { MEMBER_OFFSET = 16, SLOT_OFFSET_MOST = 1 << 20 };

static size_t
size_of_head(const struct hn_layout *layout, enum hn_head head)
{
    switch (head) {
    case HN_HEAD_VAR: return layout->size[HN_STRUCT_VAR];
    case HN_HEAD_DICT: return layout->size[HN_STRUCT_DICT];
    case HN_HEAD_OBJECT: break;
    }
    return layout->size[HN_STRUCT_OBJECT];
}

enum hn_status
hn_show_behind(struct hn_show *show, const struct hn_object *object, enum hn_head head,
               size_t offset, void *ret, size_t size)
{
    struct hn_python *py = hn_show_python(show);
    size_t from = size_of_head(&py->layout, head) + offset;

    /* Of a structure that ends in an array, the first item may be asked for too. */
    if (from + size > object->type->basicsize + object->type->itemsize)
        return hn_fail(py->err, HN_E_UNSUPPORTED, object->at,
                       "smaller than objects of its type are known to be");
    return hn_target_read(py->target, object->at + from, ret, size);
}

/* HN_DONE when the class has no slot @name, or the object nothing in it. */
static enum hn_status
find_in_slot(struct hn_show *show, const struct hn_object *object, const char *name,
             hn_addr *ret)
{
    struct hn_python *py = hn_show_python(show);
    hn_addr descriptor, definition, value;
    uint64_t offset;
    enum hn_status st =
        hn_types_lookup(hn_show_types(show), object->type, name, &descriptor);

    if (!st && !hn_object_is(py, descriptor, "member_descriptor"))
        st = HN_DONE;
    if (!st)
        st = hn_field_read(py, HN_MEMBER_DEFINITION, descriptor, &definition);
    if (!st)
        st = hn_target_read_u64(py->target, definition + MEMBER_OFFSET, &offset);
    if (!st && offset > SLOT_OFFSET_MOST)
        st = hn_fail(py->err, HN_E_CORRUPT, descriptor, "impossible slot");
    if (!st)
        st = hn_target_read_u64(py->target, object->at + offset, &value);
    if (st)
        return st;
    *ret = value;
    return value ? HN_OK : HN_DONE;
}

enum hn_status
hn_show_attribute(struct hn_show *show, const struct hn_object *object,
                  const char *name, hn_addr *ret)
{
    enum hn_status st = find_in_slot(show, object, name, ret);

    if (st != HN_DONE)
        return st;
    return hn_instance_find(hn_show_python(show), object->at, name, ret);
}

enum hn_status
hn_show_type_name(struct hn_show *show, const struct hn_object *object)
{
    const char *name;
    enum hn_status st = hn_type_name(hn_show_python(show), object->type->at,
                                     hn_show_arena(show), &name);

    if (!st)
        hn_show_name(show, name);
    return st;
}

void
hn_show_short_name(struct hn_show *show, const struct hn_object *object)
{
    hn_show_name(show, hn_type_short_name(object->type));
}

enum hn_status
hn_show_as_instance(struct hn_show *show, const struct hn_object *object)
{
    return hn_shower_of_instances()->show(show, object);
}
