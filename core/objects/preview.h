/* Previews: an object as Python's repr() prints it, read from memory alone.
 *
 * Whether a type's repr needs no Python code is told by its tp_repr slot: a class that
 * inherits list.__repr__ has list's slot, a class with its own has another. Objects
 * whose repr is Python code are shown by their attributes (<shop.Item sku='A1' n=2>),
 * but for standard-library types whose repr is known (enum, dataclasses, Counter...).
 * Recursion ends as Python's does ([...], {...}); limits say how much they cut. */
#ifndef HN_OBJECTS_PREVIEW_H
#define HN_OBJECTS_PREVIEW_H

#include "base/text.h"
#include "layout/python.h"
#include "model/value.h"

struct hn_preview_limits {
    unsigned depth; /* containers inside containers; at most HN_PREVIEW_DEPTH_MOST */
    size_t items;   /* per container, 0: all */
    size_t width; /* characters of a str, bytes of a bytes, digits of an int; 0: all */
};

enum { HN_PREVIEW_DEPTH_MOST = 100 };

/* What one line of a stack dump can bear. */
#define HN_PREVIEW_LINE \
    ((struct hn_preview_limits){ .depth = 3, .items = 10, .width = 200 })

/* What previews know of the types of one target: made once per target, dropped when it
 * ran. Keyed by the address of the type object. */
struct hn_types;

struct hn_types *
hn_types_create(struct hn_python *py);

/* NULL is fine. */
void
hn_types_destroy(struct hn_types *types);

/* Appends the preview of @object to @out. A part that cannot be read stands there as
 * <unreadable 0x...: why>, so the only failures are HN_E_NOMEM and HN_E_INTERRUPTED. */
HN_MUST_CHECK enum hn_status
hn_preview(struct hn_types *types, hn_addr object,
           const struct hn_preview_limits *limits, struct hn_text *out, bool *cut_ret);

/* The same as a value in @arena. */
HN_MUST_CHECK enum hn_status
hn_value_load(struct hn_types *types, hn_addr object,
              const struct hn_preview_limits *limits, struct hn_arena *arena,
              struct hn_value *ret);

/* The value in a frame slot, whose bits may carry a tag (3.14+): a tagged integer is a
 * value without an address. Null slots are the caller's to recognise. */
HN_MUST_CHECK enum hn_status
hn_value_load_slot(struct hn_types *types, uint64_t bits,
                   const struct hn_preview_limits *limits, struct hn_arena *arena,
                   struct hn_value *ret);

/* "int", "collections.OrderedDict", "shop.model.Item.Inner": module and qualified name,
 * no prefix for builtins. Lives as long as @types. */
HN_MUST_CHECK enum hn_status
hn_types_name(struct hn_types *types, hn_addr type, const char **ret);

#endif
