/* The target's own allocation traces: what its tracemalloc module has recorded.
 *
 * hn_traces_load() finds the module's tables, reads every trace of every domain and
 * interns tracebacks. hn_traces_group() and hn_traces_compare() make of it what
 * Snapshot.statistics() and Snapshot.compare_to() would. Files that Snapshot.dump()
 * wrote are read by hn_traces_read_pickle(), and written for Snapshot.load() by
 * hn_traces_write_pickle(). CPython: Modules/_tracemalloc.c, since 3.13
 * Python/tracemalloc.c; Lib/tracemalloc.py. */
#ifndef HN_TRACEMALLOC_TRACEMALLOC_H
#define HN_TRACEMALLOC_TRACEMALLOC_H

#include "model/traces.h"
#include "runtime/runtime.h"

/* Shown in place of file names that cannot be read. */
#define HN_TRACES_UNREADABLE "<unreadable>"

/* Reads everything, in no order. A target that does not trace is no failure:
 * @ret->tracing is false and there are no traces. Damage is counted in @ret. File names
 * live in @arena, the rest is freed by hn_traces_deinit(). HN_E_UNSUPPORTED when this
 * CPython keeps its tables where we do not know. */
HN_MUST_CHECK enum hn_status
hn_traces_load(struct hn_runtime *rt, struct hn_arena *arena, struct hn_traces *ret);

/* Frees the arrays, not the struct; a zeroed one is fine. */
void
hn_traces_deinit(struct hn_traces *traces);

/* Sorts traces by domain and address: wanted by those who look for one of them. */
void
hn_traces_sort(struct hn_traces *traces);

/* The trace of the block that begins at @address, of traces that are sorted; NULL if it
 * was not traced. */
const struct hn_trace *
hn_traces_find(const struct hn_traces *traces, uint32_t domain, uint64_t address);

/* Reads, without loading the others, the trace of the block of Python's allocators that
 * the object at @object lies in: @ret then holds that one trace. HN_DONE when there is
 * none or the target does not trace. */
HN_MUST_CHECK enum hn_status
hn_traces_load_object(struct hn_runtime *rt, hn_addr object, struct hn_arena *arena,
                      struct hn_traces *ret);

#endif
