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
    } references;
    struct {
        bool collectable; /* its type takes part in garbage collection */
        bool tracked;     /* and the collector knows of it */
    } gc;
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
