/* All that the heap's page shows: py-heap report. */
#ifndef HN_MODEL_HEAP_REPORT_H
#define HN_MODEL_HEAP_REPORT_H

#include "model/heap.h"
#include "model/heap_graph.h"
#include "model/ledger.h"
#include "model/process.h"

/* A node of the dominator tree that is large enough to be seen, or objects of one type
 * together below one. Parents come before their children. */
struct hn_treemap_node {
    uint32_t parent;         /* index; of the first, itself */
    uint64_t address;        /* 0: @count objects of the type */
    const char *type, *repr; /* repr: NULL where there is none */
    uint64_t count, own, retained;
};

struct hn_treemap {
    struct hn_treemap_node *nodes;
    size_t count;
    uint64_t least; /* bytes; what keeps less is not there by itself */
};

struct hn_heap_report {
    const struct hn_process *process;
    const struct hn_ledger *ledger;
    const struct hn_heap_census *census;
    const struct hn_treemap *treemap;   /* NULL: the graph could not be built */
    const struct hn_suspects *suspects; /* NULL: neither */
    const struct hn_heap_strings *strings;
    int64_t made; /* seconds since the epoch */
};

#endif
