/* Reference counts of all objects, as the graph needs them. */
#ifndef HN_HEAP_COUNTS_H
#define HN_HEAP_COUNTS_H

#include "heap/heap.h"
#include "model/process.h"

/* What free-threaded builds count by thread, of classes, code and the dicts of modules:
 * such an object has a number (unique_id), each thread state an array of counts
 * (gh-124218, 3.14). Numbers are an interpreter's own; its table says whose they are.
 */
struct hn_thread_counts {
    hn_addr table; /* of addresses, by number - 1 */
    uint64_t size;
    int64_t *sums; /* over all threads; zero beyond what these count */
    size_t room;
};

struct hn_refcounts {
    const struct hn_heap *heap;
    struct hn_thread_counts *interpreters; /* NULL: nothing is counted so */
    size_t interpreter_count;
};

/* Adds up the threads' counts. HN_E_NOMEM leaves nothing to deinit. */
HN_MUST_CHECK enum hn_status
hn_refcounts_init(struct hn_refcounts *counts, const struct hn_heap *heap,
                  const struct hn_process *process);

void
hn_refcounts_deinit(struct hn_refcounts *counts);

/* Adds an object's count to @count_ret, and sets in @bits_ret those of HN_NODE_PINNED
 * and HN_NODE_UNKNOWN (graph.h). */
void
hn_refcounts_add(const struct hn_refcounts *counts, uint32_t object, int32_t *count_ret,
                 uint8_t *bits_ret);

/* The count of one object: false when it never changes, or is not known exactly. */
bool
hn_refcount_of(const struct hn_refcounts *counts, uint32_t object, int64_t *ret);

#endif
