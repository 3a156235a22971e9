/* What the showers of the standard library share.
 *
 * Extension modules declare their structures for themselves, in files that come and go
 * with a distributor's choice of what is built in, so no table of ours has them. Those
 * read here have kept their order from 3.8 to 3.15; only the header before them grew.
 * They are read by their place behind it, and a type that is too small for what is
 * asked for is refused. */
#ifndef HN_OBJECTS_SHOW_STDLIB_H
#define HN_OBJECTS_SHOW_STDLIB_H

#include "objects/shower.h"

/* What a structure begins with; its own members follow. */
enum hn_head { HN_HEAD_OBJECT, HN_HEAD_VAR, HN_HEAD_DICT };

/* Copies @size bytes, @offset bytes behind the head of @object. */
HN_MUST_CHECK enum hn_status
hn_show_behind(struct hn_show *show, const struct hn_object *object, enum hn_head head,
               size_t offset, void *ret, size_t size);

/* An attribute of an instance of a class in Python, in a slot or not; HN_DONE when it
 * is not there. */
HN_MUST_CHECK enum hn_status
hn_show_attribute(struct hn_show *show, const struct hn_object *object,
                  const char *name, hn_addr *ret);

/* tp_name, which for what is made in C has the module in it: "datetime.date", and
 * "MyDate" for a subclass. */
HN_MUST_CHECK enum hn_status
hn_show_type_name(struct hn_show *show, const struct hn_object *object);

/* __name__ of the type. */
void
hn_show_short_name(struct hn_show *show, const struct hn_object *object);

/* The object has not the attributes that its class gives it: a subclass that never
 * called it, perhaps. */
HN_MUST_CHECK enum hn_status
hn_show_as_instance(struct hn_show *show, const struct hn_object *object);

/* A C value by the letter of its type in struct, array, ctypes and numpy; 0 bytes for
 * letters that are none of numbers and bool. */
unsigned
hn_show_c_size(char letter);

void
hn_show_c_value(struct hn_show *show, char letter, const void *bytes);

#endif
