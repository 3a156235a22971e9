/* The types of one target: names, sizes, slots, and how their objects look.
 *
 * Each type object is read once and kept by its address. Nothing here trusts a name
 * more than it must: a type is known to be list by its own tp_name, and a class that
 * inherits list's repr by having the very same tp_repr. */
#ifndef HN_OBJECTS_TYPES_H
#define HN_OBJECTS_TYPES_H

#include "objects/memo.h"
#include "objects/objects.h"
#include "objects/preview.h"

struct hn_shower;

/* sizeof(PyMemberDef): name, type, offset, flags, doc; a word each. Stable ABI. */
enum { HN_MEMBER_BYTES = 40 };

struct hn_type {
    hn_addr at, base, dict, mro; /* base, dict, mro: 0 when there is none */
    hn_addr repr;                /* tp_repr, an address of code */
    hn_addr members;             /* tp_members, or 0 */
    uint64_t flags, basicsize, itemsize;
    const char *name;     /* module and qualified name; no prefix for builtins */
    const char *qualname; /* "Item.Inner" */
    const char *module;   /* "shop.model"; "" when there is none */
    const char *tp_name;  /* what many reprs use: "functools.partial", but "Inner" for a
                             class made by Python code */
    const struct hn_shower *shower; /* NULL until hn_types_shower() found it */
    hn_addr repr_function;          /* what the class has as __repr__, if Python code */
};

/* The entry for the type at @type, which is checked to be one. Lives as long as
 * @types. */
HN_MUST_CHECK enum hn_status
hn_types_find(struct hn_types *types, hn_addr type, const struct hn_type **ret);

/* As hn_types_find(), with ->shower set: never NULL after success. */
HN_MUST_CHECK enum hn_status
hn_types_shower(struct hn_types *types, hn_addr type, const struct hn_type **ret);

/* Where the classes of @type's MRO are looked up: the value of @name in the first of
 * them whose own dict has it; HN_DONE when none has. Static types are passed over: from
 * 3.12 on their dicts are not theirs. */
HN_MUST_CHECK enum hn_status
hn_types_lookup(struct hn_types *types, const struct hn_type *type, const char *name,
                hn_addr *ret);

/* The last part of tp_name, which is __name__: "partial", "Inner". */
const char *
hn_type_short_name(const struct hn_type *type);

struct hn_python *
hn_types_python(struct hn_types *types);

/* Previews of objects of these types. */
struct hn_memo *
hn_types_memo(struct hn_types *types);

#endif
