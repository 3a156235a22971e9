/* An int's form in memory, for the files of this room that print or load numbers. */
#ifndef HN_OBJECTS_INT_H
#define HN_OBJECTS_INT_H

#include "objects/objects.h"

enum { HN_INT_DIGIT_BITS = 30 };

struct hn_int_shape {
    bool negative;
    uint64_t digit_count; /* of 30 bits each, 4 bytes apart; their bytes cannot
                             overflow an address */
    hn_addr digits;       /* the lowest comes first */
};

/* How long @object is, whose type the caller knows to be int. */
HN_MUST_CHECK enum hn_status
hn_int_shape_load(struct hn_python *py, hn_addr object, struct hn_int_shape *ret);

#endif
