/* An index from code objects to qualified names, for CPythons that do not record the
 * name in the code object (3.8 to 3.10).
 *
 * Names come from two witnesses. The compiler's: the constants of the enclosing code
 * hold the nested code and, right behind it, its qualified name (MAKE_FUNCTION took it
 * from there until 3.11). And __qualname__ of a function that owns the code, believed
 * when its last part is the code's own name (functools.wraps overwrites it). */
#ifndef HN_RUNTIME_QUALINDEX_H
#define HN_RUNTIME_QUALINDEX_H

#include "runtime/internal.h"

struct hn_qualindex;

/* NULL when memory is short. Lives in @rt->arena but for its hash table. */
struct hn_qualindex *
hn_qualindex_create(struct hn_runtime *rt);

void
hn_qualindex_destroy(struct hn_qualindex *index);

/* The name of @code, or NULL. */
const char *
hn_qualindex_find(const struct hn_qualindex *index, hn_addr code);

/* Each looks at its object once, however often it is called. What cannot be read is
 * passed over. */
void
hn_qualindex_add_code(struct hn_qualindex *index, hn_addr code);

/* A namespace: functions, classes with what is in them, and what decorators wrap. */
void
hn_qualindex_add_dict(struct hn_qualindex *index, hn_addr dict);

/* The classes in a type's method resolution order. */
void
hn_qualindex_add_type(struct hn_qualindex *index, hn_addr type);

/* Any one object: a function, a method, a wrapper. */
void
hn_qualindex_add_object(struct hn_qualindex *index, hn_addr object);

#endif
