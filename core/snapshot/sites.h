/* Traces joined with objects: which line allocated how many objects of which type. */
#ifndef HN_SNAPSHOT_SITES_H
#define HN_SNAPSHOT_SITES_H

#include "heap/domtree.h"
#include "model/sites.h"
#include "snapshot/moment.h"
#include "tracemalloc/statistics.h"

/* A row a type and line, or type and traceback by HN_TRACE_KEY_TRACEBACK (files are no
 * key). @type is a pattern as hn_heap_search() takes it; NULL: all. Lives in @arena and
 * points into the moment. With @tree (NULL: none), of the moment's heap, also what the
 * objects of each row together keep alive. HN_E_NOMEM, HN_E_INTERRUPTED. */
HN_MUST_CHECK enum hn_status
hn_sites_make(const struct hn_moment *moment,
              const struct hn_trace_selection *selection, enum hn_trace_key key,
              const char *type, const struct hn_domtree *tree, struct hn_arena *arena,
              struct hn_sites *ret);

#endif
