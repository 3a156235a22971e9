/* The state of the garbage collector: generations, counts, statistics. */
#ifndef HN_HEAP_COLLECTOR_H
#define HN_HEAP_COLLECTOR_H

#include "model/heap.h"
#include "runtime/runtime.h"

/* Of every interpreter, in @arena. Lists are walked to count their objects;
 * HN_E_INTERRUPTED ends that. */
HN_MUST_CHECK enum hn_status
hn_collector_load(struct hn_runtime *rt, const struct hn_process *process,
                  struct hn_arena *arena, struct hn_gc_report *ret);

#endif
