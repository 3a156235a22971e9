/* A str's form in memory, for the files of this room that compare or load strings. */
#ifndef HN_OBJECTS_STR_H
#define HN_OBJECTS_STR_H

#include "objects/objects.h"

struct hn_str_shape {
    hn_addr data;
    uint64_t length; /* characters; length * width cannot overflow */
    unsigned width;  /* bytes per character: 1, 2 or 4 */
    bool ascii;
};

/* Where and how @object, whose type the caller knows to be str, keeps its text. */
HN_MUST_CHECK enum hn_status
hn_str_shape_load(struct hn_python *py, hn_addr object, struct hn_str_shape *ret);

/* The same of a str whose HN_STRUCT_ASCII is at hand. */
HN_MUST_CHECK enum hn_status
hn_str_shape_of(struct hn_python *py, const struct hn_record *rec,
                struct hn_str_shape *ret);

/* HN_OK when the text is @utf8 (which has @length characters), HN_DONE when it is
 * another. Reads the text only when the lengths agree. */
HN_MUST_CHECK enum hn_status
hn_str_shape_compare(struct hn_python *py, const struct hn_str_shape *shape,
                     const char *utf8, uint64_t length);

#endif
