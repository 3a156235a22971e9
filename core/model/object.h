/* Result struct of py-object: all that is known of one object. */
#ifndef HN_MODEL_OBJECT_H
#define HN_MODEL_OBJECT_H

#include "model/traces.h"
#include "model/value.h"

struct hn_named_value {
    const char *name; /* of an attribute; of an item its key as repr() has it, or "" */
    struct hn_value value;
};

/* Some of the parts of an object: attributes, items. */
struct hn_parts {
    struct hn_named_value *items;
    size_t count;
    uint64_t total;      /* of which @count are here */
    const char *problem; /* the rest could not be read: why; else NULL */
    hn_addr problem_at;
};

/* Where the allocator put it. */
struct hn_object_block {
    const char *allocator; /* "pymalloc", "mimalloc"; NULL: in none of their blocks */
    hn_addr at;            /* the block; the object begins in it, not always at once */
    uint64_t size;
    hn_addr pool;          /* the pool or page with it */
    uint64_t used, blocks; /* of that */
    bool is_free;          /* the object is dead */
};

struct hn_object_facts {
    struct hn_value value;
    hn_addr type;
    const char *const *bases; /* classes it inherits from, nearest first, without its
                                 own and object */
    size_t base_count;
    struct {
        bool known, immortal;
        int64_t count;         /* all of them */
        int64_t local, shared; /* free-threaded: the owner's, and everyone else's */
        bool split;            /* @local and @shared mean something */
        bool deferred; /* only the collector frees it; threads may count some apart */
    } references;
    struct {
        bool collectable; /* its type takes part in garbage collection */
        bool tracked;     /* and the collector knows of it */
    } gc;
    struct hn_object_block block;
    uint64_t size_bytes; /* as sys.getsizeof() counts; 0: not known */
    /* Where its block was allocated, when tracemalloc traced that; @traces NULL: it did
       not. */
    struct {
        const struct hn_traces *traces; /* one trace */
        const char *const *sources;     /* by frame, or NULL */
    } allocation;
    struct hn_parts attributes, items;
    bool has_items; /* it is a container whose items are known */
};

#endif
