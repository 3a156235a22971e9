/* Reads the traces of tables, for whole loads, for the proof of a table found by its
 * shape, and for one object. */
#ifndef HN_TRACEMALLOC_READER_H
#define HN_TRACEMALLOC_READER_H

#include "tracemalloc/builder.h"
#include "tracemalloc/lent.h"
#include "tracemalloc/place.h"
#include "tracemalloc/table.h"

/* More domains than any program has: numpy's is one, and nobody is known to use more
 * than a handful. */
enum { HN_DOMAINS_MOST = 1 << 16 };

struct hn_trace_raw {
    uint64_t size;
    hn_addr stack; /* traceback_t */
};

/* The traces of @count items; @found says which could be read. */
void
hn_trace_raw_load(struct hn_python *py, struct hn_lent *lent,
                  const struct hn_table_item *items, size_t count,
                  struct hn_trace_raw *ret, bool *found);

/* The same for a single one, of whose surroundings nothing is read. */
bool
hn_trace_raw_load_one(struct hn_python *py, const struct hn_table_item *item,
                      struct hn_trace_raw *ret);

/* Reads tracebacks into a builder, each once. */
struct hn_stack_reader {
    struct hn_python *py;
    struct hn_trace_builder *builder;
    uint32_t limit;
    struct hn_index stacks, files; /* by address in the target */
    struct hn_trace_frame *frames; /* of the traceback in work */
    uint8_t *bytes;
    uint64_t unreadable;
};

HN_MUST_CHECK enum hn_status
hn_stack_reader_init(struct hn_stack_reader *r, struct hn_python *py,
                     struct hn_trace_builder *builder, uint32_t limit);

void
hn_stack_reader_deinit(struct hn_stack_reader *r);

/* The number of the traceback at @addr. One that cannot be read becomes a single frame
 * in "<unreadable>" and is counted; fails for want of memory only. */
HN_MUST_CHECK enum hn_status
hn_stack_reader_take(struct hn_stack_reader *r, hn_addr addr, uint32_t *ret);

/* Whether a traceback may lie at @addr; leaves the error slot alone. */
bool
hn_trace_stack_is_plausible(struct hn_python *py, hn_addr addr, uint32_t limit);

#endif
