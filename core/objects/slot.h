/* Attributes of instances wherever they are kept: dict, inline values, __slots__. */
#ifndef HN_OBJECTS_SLOT_H
#define HN_OBJECTS_SLOT_H

#include "objects/types.h"

/* Walks the slots that classes written in Python declared, the object's own class
 * first, in each in the order of their names; empty slots are passed over. */
struct hn_slot_iter {
    struct hn_types *types;
    hn_addr object;
    const hn_addr *classes; /* the MRO */
    size_t class_count, next_class;
    hn_addr members; /* of the class at hand */
    uint64_t next, count;
};

/* The iterator lives as long as @arena. */
HN_MUST_CHECK enum hn_status
hn_slot_iter_init(struct hn_types *types, hn_addr object, const struct hn_type *type,
                  struct hn_arena *arena, struct hn_slot_iter *ret);

/* HN_DONE after the last one. @name_ret lives in @arena. */
enum hn_status
hn_slot_iter_next(struct hn_slot_iter *it, struct hn_arena *arena,
                  const char **name_ret, hn_addr *value_ret);

/* An attribute of the instance itself, in slots or dict; or what its class has under
 * the name. HN_DONE when there is none. */
HN_MUST_CHECK enum hn_status
hn_types_attribute(struct hn_types *types, hn_addr object, const struct hn_type *type,
                   const char *name, hn_addr *ret);

#endif
