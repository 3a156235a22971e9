/* All that is known of one object, for py-object. */
#ifndef HN_RUNTIME_OBJECT_H
#define HN_RUNTIME_OBJECT_H

#include "model/object.h"
#include "objects/preview.h"
#include "runtime/lookup.h"

/* Describes the object at @object; @limits->items bounds its attributes and items, too.
 * What cannot be read is left out, with the reason where there is a place for one.
 * Fails when it is no object. Lives in @lookup->arena. */
HN_MUST_CHECK enum hn_status
hn_object_load(const struct hn_lookup *lookup, hn_addr object,
               const struct hn_preview_limits *limits, struct hn_object_facts *ret);

#endif
