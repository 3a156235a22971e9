/* A moment: what is known of a process's memory at one time, whether it was read from
 * the process, from its core, or from a file. It is what a snapshot file keeps
 * (FORMAT.md), and what is compared (compare.h).
 *
 * Objects are those of the heap room, in its own form; a moment from a file has no
 * runtime behind it (heap.rt is NULL), so values can be shown only as far as they were
 * kept. */
#ifndef HN_SNAPSHOT_MOMENT_H
#define HN_SNAPSHOT_MOMENT_H

#include "heap/census.h"
#include "heap/heap.h"
#include "heap/search.h"
#include "model/heap_graph.h"
#include "model/heap_report.h"
#include "model/snapshot.h"
#include "model/traces.h"
#include "snapshot/links.h"

/* Values and texts that are kept: the largest objects, and the texts whose copies take
 * most. Who wants more has the process or a core. */
enum { HN_MOMENT_VALUES = 200, HN_MOMENT_TEXTS = 1000 };

/* Objects of one type, by its number. */
struct hn_moment_type {
    uint64_t count, bytes, allocated;
};

struct hn_moment_value {
    uint64_t address;
    const char *repr;
};

/* Where objects of a type accumulate. */
struct hn_moment_place {
    const char *type, *path;
    uint64_t count, bytes;
};

struct hn_moment {
    const char *name; /* as it is shown: "process 4711", "monday.core" */
    struct hn_moment_facts facts;

    /* Types with their sums; then objects, which may have been left out. */
    bool has_types, has_objects;
    struct hn_heap heap;
    struct hn_moment_type *sums; /* by number of the type */
    uint32_t *contents; /* by object: a hash of what cannot change in it; 0: nothing */

    /* What else the heap's views show. */
    struct hn_heap_census by_size, by_generation;
    struct hn_heap_strings strings;
    struct hn_gc_report gc;
    struct hn_moment_value *values; /* by address */
    size_t value_count;

    bool has_ledger;
    struct hn_ledger ledger;

    /* Only with the graph of all objects; suspects, cycles and the map are missing in
     * files of schema 1. */
    bool has_graph, has_suspects;
    struct hn_suspects suspects;
    struct hn_graph_cycles cycles;
    struct hn_treemap treemap;
    struct hn_graph_table retained;
    struct hn_moment_place *places; /* of a type the one that leads to most first */
    size_t place_count;
    bool has_links; /* and what each object refers to */
    struct hn_links links;

    struct hn_traces traces; /* tracing is false where nothing was traced */

    struct hn_arena arena; /* strings and small tables */
};

/* Whether the graph of all objects is built, which takes a second or two for each
 * million of them; AUTO: for up to two million. */
enum hn_moment_graph { HN_MOMENT_GRAPH_AUTO, HN_MOMENT_GRAPH_YES, HN_MOMENT_GRAPH_NO };
enum { HN_MOMENT_GRAPH_AUTO_MOST = 2000000 };

/* Whether it is wanted for a heap of so many objects. */
bool
hn_moment_wants_graph(enum hn_moment_graph wish, uint32_t objects);

struct hn_moment_options {
    enum hn_moment_graph graph;
    bool ledger;    /* also where all memory is */
    bool objects;   /* keep each object, not only sums */
    bool values;    /* keep texts of the largest and most frequent */
    bool no_values; /* leave contents out of paths and lists as well */
    bool contents;  /* hash what cannot change, to know objects again */
    bool links;     /* with the graph: keep each reference */
};

void
hn_moment_init(struct hn_moment *moment);

void
hn_moment_deinit(struct hn_moment *moment);

/* Reads the moment from an open process. What does not trace has no traces: that is no
 * failure. After an interruption the moment is of no use. hn_moment_deinit() is due in
 * any case. */
HN_MUST_CHECK enum hn_status
hn_moment_take(struct hn_runtime *rt, const struct hn_process *process,
               const struct hn_moment_options *options, struct hn_moment *ret);

/* Cuts the moment off from the process it was read from, which may then be closed. */
void
hn_moment_detach(struct hn_moment *moment, const struct hn_host *host,
                 struct hn_error *err);

/* Forgets the objects, keeps their sums. */
void
hn_moment_drop_objects(struct hn_moment *moment);

/* The table by type or module, from the sums; by size or generation as it was kept. */
HN_MUST_CHECK enum hn_status
hn_moment_census(const struct hn_moment *moment, enum hn_census_group group,
                 enum hn_census_order order, struct hn_arena *arena,
                 struct hn_heap_census *ret);

/* Objects by type and size, as hn_heap_search() finds them; values where they were
 * kept. The filter's own value must be NULL. */
HN_MUST_CHECK enum hn_status
hn_moment_search(const struct hn_moment *moment, const struct hn_heap_filter *filter,
                 struct hn_arena *arena, struct hn_heap_hits *ret);

/* The object that begins at @address, or HN_HEAP_NONE. */
uint32_t
hn_moment_find(const struct hn_moment *moment, uint64_t address);

/* The value of an object, where it was kept; else NULL. */
const char *
hn_moment_repr(const struct hn_moment *moment, uint64_t address);

/* The trace of the block that @object lies in; NULL if it was not traced. */
const struct hn_trace *
hn_moment_trace(const struct hn_moment *moment, uint32_t object);

#endif
