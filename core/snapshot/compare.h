/* What changed between two or more moments. */
#ifndef HN_SNAPSHOT_COMPARE_H
#define HN_SNAPSHOT_COMPARE_H

#include "snapshot/moment.h"

/* What the rows of the one table are that is asked for; AUTO: types, and lines where
 * they were traced. */
enum hn_diff_by {
    HN_DIFF_AUTO,
    HN_DIFF_TYPE,
    HN_DIFF_LINE,
    HN_DIFF_TRACEBACK,
    HN_DIFF_MODULE,
    HN_DIFF_SIZE,
    HN_DIFF_PATH,
    HN_DIFF_MEMORY
};

/* More are compared by nobody, and each costs its types and traces. */
enum { HN_DIFF_MOMENTS = 1000 };

/* The moments must be in the order of time; objects are looked at in the first, the
 * second and the last. Fails for want of memory, and with HN_E_ARGUMENT where the
 * moments have nothing in common that could be compared. The result lives in @arena
 * and points to the moments' names and facts. */
HN_MUST_CHECK enum hn_status
hn_diff_make(const struct hn_moment *const *moments, size_t count, enum hn_diff_by by,
             struct hn_arena *arena, struct hn_error *err, struct hn_diff *ret);

/* Whether the objects of the moment with that number are looked at. */
bool
hn_diff_wants_objects(size_t number, size_t count);

#endif
