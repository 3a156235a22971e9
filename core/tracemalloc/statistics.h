/* What Snapshot.filter_traces(), statistics() and compare_to() of Lib/tracemalloc.py
 * do, with the same results in the same order. */
#ifndef HN_TRACEMALLOC_STATISTICS_H
#define HN_TRACEMALLOC_STATISTICS_H

#include "base/arena.h"
#include "hognose/status.h"
#include "model/traces.h"

enum hn_trace_key {
    HN_TRACE_KEY_LINENO,
    HN_TRACE_KEY_FILENAME,
    HN_TRACE_KEY_TRACEBACK
};

/* Filter(inclusive, filename_pattern, lineno). */
struct hn_trace_filter {
    const char *pattern; /* of the fnmatch module */
    size_t pattern_size;
    bool has_line;
    uint32_t line;
};

struct hn_trace_selection {
    const struct hn_trace_filter *include, *exclude;
    size_t include_count, exclude_count;
    bool has_domain;
    uint32_t domain;
};

/* Rows in tracemalloc's order, in @arena; they point into @traces. @cumulative counts a
 * block for every frame of its traceback, by line or file only. Fails for want of
 * memory only. */
HN_MUST_CHECK enum hn_status
hn_traces_group(const struct hn_traces *traces,
                const struct hn_trace_selection *selection, enum hn_trace_key key,
                bool cumulative, struct hn_arena *arena, struct hn_trace_rows *ret);

/* What changed from @before to @after; rows point into the traces of both. */
HN_MUST_CHECK enum hn_status
hn_traces_compare(const struct hn_trace_rows *before, const struct hn_trace_rows *after,
                  struct hn_arena *arena, struct hn_trace_rows *ret);

/* Whether the filters let pass what was allocated at @frame; the domain is not looked
 * at. */
bool
hn_trace_is_selected(const struct hn_traces *traces,
                     const struct hn_trace_selection *selection,
                     const struct hn_trace_frame *frame);

/* Whether @name matches @pattern by the rules of Python's fnmatch module: * also
 * matches slashes, nothing quotes, [!a-z] excludes. Both are UTF-8. */
bool
hn_trace_name_matches(const char *name, size_t name_size, const char *pattern,
                      size_t pattern_size);

#endif
