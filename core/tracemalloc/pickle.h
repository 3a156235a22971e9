/* The files of Snapshot.dump() and Snapshot.load(): pickles of one shape.
 *
 *     tracemalloc.Snapshot { 'traces': tracemalloc._Traces { '_traces': [TRACE...] },
 *                            'traceback_limit': N }
 *     TRACE = (domain, size, ((filename, line)...most recent first), total)
 *
 * 3.8 has no total. The opcodes are described in Lib/pickletools.py. */
#ifndef HN_TRACEMALLOC_PICKLE_H
#define HN_TRACEMALLOC_PICKLE_H

#include "base/arena.h"
#include "base/text.h"
#include "hognose/status.h"
#include "model/traces.h"

/* Writes traces step by step, so that output can be passed on in between. */
struct hn_pickle_writer {
    const struct hn_traces *traces;
    bool totals; /* false: as 3.8 has it */
    bool begun;
    size_t next;
    uint32_t memo;            /* objects that were memoized so far */
    uint32_t *stacks, *files; /* their numbers in the memo; HN_INDEX_NONE: not yet */
};

/* Fails for want of memory only. */
HN_MUST_CHECK enum hn_status
hn_pickle_writer_init(struct hn_pickle_writer *w, const struct hn_traces *traces,
                      bool totals, struct hn_arena *arena);

/* Appends some more of the file to @text; false when that was the rest. */
bool
hn_pickle_writer_next(struct hn_pickle_writer *w, struct hn_text *text);

/* Reads what Snapshot.dump() of 3.8 to 3.15 wrote, whatever the protocol, and nothing
 * else: no name but the two above is looked up, and nothing is ever called. File names
 * live in @arena, the rest is freed by hn_traces_deinit(). HN_E_CORRUPT, with the
 * offset as the address, when the bytes are something else. */
HN_MUST_CHECK enum hn_status
hn_traces_read_pickle(const void *bytes, size_t size, struct hn_arena *arena,
                      struct hn_error *err, struct hn_traces *ret);

#endif
