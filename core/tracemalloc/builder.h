/* Fills a struct hn_traces piece by piece: files and tracebacks that are equal become
 * one. Used by whoever reads traces, from a process or from a file. */
#ifndef HN_TRACEMALLOC_BUILDER_H
#define HN_TRACEMALLOC_BUILDER_H

#include "base/arena.h"
#include "base/index.h"
#include "hognose/status.h"
#include "model/traces.h"

/* More would not fit the 32 bits of their numbers; 2^32 traces need 300 GB of tables in
 * the process they come from. */
enum { HN_TRACES_MOST = UINT32_MAX - 1 };

struct hn_trace_builder {
    struct hn_traces traces;
    struct hn_arena *arena; /* file names live here */
    struct hn_index files, stacks;
    size_t trace_room, stack_room, frame_room, file_room;
};

void
hn_trace_builder_init(struct hn_trace_builder *b, struct hn_arena *arena);

/* Frees all that was not handed out by hn_trace_builder_take(). */
void
hn_trace_builder_deinit(struct hn_trace_builder *b);

/* The number of the file of this name. All of these fail for want of memory only. */
HN_MUST_CHECK enum hn_status
hn_trace_builder_file(struct hn_trace_builder *b, const char *name, size_t size,
                      uint32_t *ret);

/* The number of the traceback of these frames. */
HN_MUST_CHECK enum hn_status
hn_trace_builder_stack(struct hn_trace_builder *b, const struct hn_trace_frame *frames,
                       uint32_t count, uint32_t total, uint32_t *ret);

/* Makes room for @more traces, or for as many as a table may ask for that is perhaps
 * damaged: the array need not move while it grows. Nothing fails when there is none. */
void
hn_trace_builder_expect(struct hn_trace_builder *b, uint64_t more);

HN_MUST_CHECK enum hn_status
hn_trace_builder_add(struct hn_trace_builder *b, const struct hn_trace *trace);

/* Hands the result over; it is freed by hn_traces_deinit(). */
void
hn_trace_builder_take(struct hn_trace_builder *b, struct hn_traces *ret);

#endif
