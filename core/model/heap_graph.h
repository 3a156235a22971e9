/* Result structs of the commands that look at who keeps whom: py-refs, py-path, py-heap
 * retained, suspects and cycles. Sizes are what the allocator spends. */
#ifndef HN_MODEL_HEAP_GRAPH_H
#define HN_MODEL_HEAP_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One object as it stands in lists. */
struct hn_graph_object {
    uint64_t address;
    const char *type, *repr; /* repr: NULL where it was not asked for */
    uint64_t bytes;          /* of its own */
    uint64_t retained;       /* with all that it keeps alive alone; 0: not known */
};

/* --- py-refs */

struct hn_graph_link {
    struct hn_graph_object object; /* the other end */
    const char *label; /* where the reference stands in the object that has it: ".name",
                          "['key']", "[3]", "local x of f()" */
    bool scanned;      /* found in an opaque C object: perhaps none */
    bool weak;         /* keeps nothing alive */
};

struct hn_graph_links {
    struct hn_graph_object object;
    bool outbound; /* the links are to what it refers to */
    bool counted;  /* @references is its reference count */
    bool immortal;
    int64_t references;
    struct hn_graph_link *items;
    size_t count;
    uint64_t total;       /* without the limit */
    uint64_t unexplained; /* references that are counted, but were not found */
};

/* --- py-path */

struct hn_graph_path {
    const char *text;  /* in Python syntax, from the root to the object */
    const char *root;  /* a phrase for what keeps the first object: "sys.modules" */
    uint64_t objects;  /* for a type: how many it leads to; else 1 */
    uint64_t bytes;    /* of those */
    struct hn_graph_object *steps; /* from the root's object on, the object itself last */
    size_t step_count;
};

struct hn_graph_paths {
    struct hn_graph_object object; /* address 0: a whole type */
    struct hn_graph_path *items;
    size_t count;
    uint64_t total, total_bytes; /* objects of the type */
    bool garbage; /* nothing leads there: the collector will free it */
};

/* --- py-heap retained */

struct hn_graph_row {
    struct hn_graph_object object; /* address 0: @count objects of one type */
    uint64_t count;
    const char *path; /* NULL where it was not asked for */
    unsigned depth;   /* in a tree */
};

struct hn_graph_table {
    struct hn_graph_row *rows;
    size_t row_count;
    bool by_type, is_tree;
    uint64_t total;           /* bytes of all objects */
    uint64_t objects, references;
    uint64_t garbage_objects, garbage_bytes;
};

/* --- py-heap suspects */

enum hn_suspect_kind {
    HN_SUSPECT_OBJECT,  /* one object keeps much alive */
    HN_SUSPECT_TYPE,    /* many objects of one type, each held by its own */
    HN_SUSPECT_GARBAGE, /* cycles that the collector did not free */
    HN_SUSPECT_LOST     /* references that C code lost */
};

struct hn_suspect_part {
    const char *type;
    uint64_t count, bytes;
};

struct hn_suspect_line {
    const char *file;
    uint32_t line;
    uint64_t count, bytes;
};

struct hn_suspect {
    enum hn_suspect_kind kind;
    struct hn_graph_object object; /* the accumulation point, or one example */
    const char *why; /* what the object is known as: "a dict of 1,000,000 items" */
    uint64_t bytes, objects; /* kept alive */
    const char *path, *root;
    struct hn_suspect_part *parts; /* what it is made of, the largest first */
    size_t part_count;
    struct hn_suspect_line *lines; /* that allocated it, if that was traced */
    size_t line_count;
};

struct hn_suspects {
    struct hn_suspect *items;
    size_t count;
    uint64_t total, objects;
    uint64_t threshold; /* bytes that make a suspect */
    bool traced;        /* tracemalloc's traces were there */
};

/* --- py-heap cycles */

struct hn_graph_cycle {
    struct hn_graph_object object; /* one of them */
    const char *text;              /* "a.next.prev" : the way around */
    uint64_t objects, bytes;       /* in the cycle and kept by it */
    struct hn_suspect_part *parts;
    size_t part_count;
};

struct hn_graph_lost {
    struct hn_graph_object object;
    uint64_t counted, found;
};

struct hn_graph_cycles {
    struct hn_graph_cycle *items;
    size_t count;
    uint64_t total;          /* cycles */
    uint64_t objects, bytes; /* all that is garbage */
    struct hn_graph_object *uncollectable; /* gc.garbage */
    size_t uncollectable_count;
    struct hn_graph_lost *lost;
    size_t lost_count;
    uint64_t lost_total, lost_bytes;
};

#endif
