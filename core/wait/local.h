/* Single variables of frames and single attributes, for those who know what they want.
 */
#ifndef HN_WAIT_LOCAL_H
#define HN_WAIT_LOCAL_H

#include "wait/kinds.h"

/* What @name is bound to in @frame; 0 when it is not, or cannot be read. */
hn_addr
hn_local_find(struct hn_runtime *rt, const struct hn_frame *frame, const char *name);

/* An attribute of the instance itself, in its dict or slots; 0 when there is none. */
hn_addr
hn_own_attribute(struct hn_kinds *kinds, hn_addr object, const char *name);

/* How many things are in a list, tuple, deque, set or dict; 0 when that cannot be read.
 */
uint64_t
hn_length(struct hn_kinds *kinds, hn_addr object);

/* A float's value, or an int's; false for other objects. */
bool
hn_number(struct hn_kinds *kinds, hn_addr object, double *ret);

/* Whether @file ends with @suffix, as in "asyncio/locks.py". */
bool
hn_file_is(const char *file, const char *suffix);

#endif
