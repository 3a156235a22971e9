/* Slots, and attributes in general.
 *
 * A class with __slots__ describes them in an array of PyMemberDef inside the type
 * object, sorted by name; tp_members points there and ob_size counts them.
 * CPython: type_new_slots in Objects/typeobject.c, Include/descrobject.h. */
#include "objects/slot.h"

#include <string.h>

/* An MRO, and slots of one class: both are written by hand. */
enum { MRO_MOST = 1000, SLOTS_MOST = 10000, NAME_MOST = 4096 };

/* A slot lies inside its object. */
enum { OFFSET_MOST = 1 << 20 };

/* PyMemberDef.type of a slot (T_OBJECT_EX), and where its fields are. */
enum { TYPE_SLOT = 16, TYPE_WORD = 1, OFFSET_WORD = 2 };

struct member {
    uint64_t words[HN_MEMBER_BYTES / 8];
};

enum hn_status
hn_slot_iter_init(struct hn_types *types, hn_addr object, const struct hn_type *type,
                  struct hn_arena *arena, struct hn_slot_iter *ret)
{
    *ret = (struct hn_slot_iter){ .types = types, .object = object };
    return hn_items_load(hn_types_python(types), type->mro, MRO_MOST, arena,
                         &ret->classes, &ret->class_count);
}

/* HN_DONE after the last class. */
static enum hn_status
next_class(struct hn_slot_iter *it)
{
    struct hn_python *py = hn_types_python(it->types);

    while (it->next_class < it->class_count) {
        const struct hn_type *class;
        enum hn_status st =
            hn_types_find(it->types, it->classes[it->next_class++], &class);

        if (st)
            return st;
        if (!(class->flags & HN_TPFLAG_HEAP) || class->members == 0)
            continue;
        st = hn_field_read(py, HN_VAR_SIZE, class->at, &it->count);
        if (st)
            return st;
        if (it->count > SLOTS_MOST)
            return hn_fail(py->err, HN_E_CORRUPT, class->at, "class of too many slots");
        it->members = class->members;
        it->next = 0;
        return HN_OK;
    }
    return HN_DONE;
}

static enum hn_status
read_slot(struct hn_slot_iter *it, const struct member *member, struct hn_arena *arena,
          const char **name_ret, hn_addr *value_ret)
{
    struct hn_python *py = hn_types_python(it->types);
    uint64_t offset = member->words[OFFSET_WORD];
    enum hn_status st;

    if ((uint32_t)member->words[TYPE_WORD] != TYPE_SLOT || offset > OFFSET_MOST) {
        *value_ret = 0;
        return HN_OK;
    }
    st = hn_target_read_u64(py->target, it->object + offset, value_ret);
    if (st || *value_ret == 0)
        return st;
    return hn_target_read_cstring(py->target, member->words[0], NAME_MOST, arena,
                                  name_ret);
}

enum hn_status
hn_slot_iter_next(struct hn_slot_iter *it, struct hn_arena *arena,
                  const char **name_ret, hn_addr *value_ret)
{
    struct hn_python *py = hn_types_python(it->types);
    enum hn_status st = HN_OK;

    for (;;) {
        struct member member;

        while (!st && it->next >= it->count)
            st = next_class(it);
        if (!st)
            st = hn_target_read(py->target, it->members + it->next++ * HN_MEMBER_BYTES,
                                &member, sizeof member);
        if (!st)
            st = read_slot(it, &member, arena, name_ret, value_ret);
        if (st || *value_ret)
            return st;
    }
}

static enum hn_status
find_slot(struct hn_types *types, hn_addr object, const struct hn_type *type,
          const char *name, hn_addr *ret)
{
    struct hn_arena arena;
    struct hn_slot_iter it;
    const char *found;
    enum hn_status st;

    hn_arena_init(&arena);
    st = hn_slot_iter_init(types, object, type, &arena, &it);
    while (!st && (st = hn_slot_iter_next(&it, &arena, &found, ret)) == HN_OK)
        if (strcmp(found, name) == 0)
            break;
    hn_arena_deinit(&arena);
    return st;
}

enum hn_status
hn_types_attribute(struct hn_types *types, hn_addr object, const struct hn_type *type,
                   const char *name, hn_addr *ret)
{
    enum hn_status st = hn_instance_find(hn_types_python(types), object, name, ret);

    if (st == HN_DONE)
        st = find_slot(types, object, type, name, ret);
    if (st == HN_DONE)
        st = hn_types_lookup(types, type, name, ret);
    return st;
}
