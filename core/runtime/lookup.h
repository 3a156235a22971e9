/* Attributes and items of objects, found by reading memory only.
 *
 * The order is Python's own: what the classes define (slots, properties), the object's
 * dict, then anything else of its classes. Where Python would call something, that
 * thing itself is the answer: a property, a function. */
#ifndef HN_RUNTIME_LOOKUP_H
#define HN_RUNTIME_LOOKUP_H

#include "model/value.h"
#include "runtime/expression.h"
#include "runtime/runtime.h"

/* What was found: the bits of a slot, or a value that is no object of its own (a
 * character of a str, a number in a C field). */
struct hn_found {
    uint64_t bits;
    const struct hn_value *made; /* NULL: it is in @bits */
};

/* Static types keep their namespace in the interpreter since 3.12 (gh-94673): without
 * @interpreter (0) those are passed over. */
struct hn_lookup {
    struct hn_runtime *rt;
    hn_addr interpreter;
    struct hn_arena *arena; /* results live here */
};

/* The namespace of a type; HN_DONE when it cannot be known. */
HN_MUST_CHECK enum hn_status
hn_type_namespace(const struct hn_lookup *lookup, hn_addr type, hn_addr *ret);

/* HN_DONE when @object has no attribute of that name. */
HN_MUST_CHECK enum hn_status
hn_attribute_find(const struct hn_lookup *lookup, hn_addr object, const char *name,
                  struct hn_found *ret);

/* What the module called @module has under @name: HN_DONE when it was not imported or
 * has no such thing. Reads the module's dict alone. */
HN_MUST_CHECK enum hn_status
hn_module_attribute(struct hn_runtime *rt, hn_addr interpreter, const char *module,
                    const char *name, hn_addr *ret);

/* Calls @each with every attribute name of @object that is found in its dict and those
 * of its classes, for near words; stops at the first that cannot be read. */
void
hn_attribute_names(const struct hn_lookup *lookup, hn_addr object,
                   void (*each)(void *arg, const char *name), void *arg);

/* HN_DONE when there is no such item; HN_E_UNSUPPORTED when it takes Python code to
 * tell. */
HN_MUST_CHECK enum hn_status
hn_item_find(const struct hn_lookup *lookup, hn_addr object, const struct hn_key *key,
             struct hn_found *ret);

/* Calls @each with every str key of the dict @object; nothing for other objects. */
void
hn_item_names(const struct hn_lookup *lookup, hn_addr object,
              void (*each)(void *arg, const char *name), void *arg);

/* Classes of more bases are corrupt. */
enum { HN_MRO_MOST = 1 << 12 };

#endif
