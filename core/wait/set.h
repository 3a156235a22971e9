/* The members of a set, as a list. */
#ifndef HN_WAIT_SET_H
#define HN_WAIT_SET_H

#include "base/arena.h"
#include "layout/python.h"

/* A set has fewer entries than this; corrupt memory has not. */
enum { HN_SET_MOST = 1 << 26 };

/* Reads what @set holds into @arena, in the order of their addresses: who reads
 * them in turn reads each page once. */
HN_MUST_CHECK enum hn_status
hn_set_load(struct hn_python *py, hn_addr set, struct hn_arena *arena,
            const hn_addr **ret, size_t *count_ret);

/* What a WeakSet's weak references lead to, in the same order; dead ones lead to None.
 */
HN_MUST_CHECK enum hn_status
hn_weakset_load(struct hn_python *py, hn_addr weakset, struct hn_arena *arena,
                const hn_addr **ret, size_t *count_ret);

#endif
