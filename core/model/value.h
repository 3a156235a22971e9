/* Result structs for values: what an object looks like, and the variables of a frame.
 *
 * No behaviour. Strings are UTF-8 in the arena of whoever made the result. */
#ifndef HN_MODEL_VALUE_H
#define HN_MODEL_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include "hognose/status.h"

struct hn_value {
    hn_addr addr;        /* 0 for what is no object: a tagged integer of a frame slot */
    const char *type;    /* "int", "shop.model.Item": no prefix for builtins; "" if the
                            type cannot be read */
    const char *repr;    /* as Python's repr() would print it, or our own line for what
                            needs Python code to print; never NULL */
    bool cut;            /* limits left something out; @repr says how much */
    const char *problem; /* unreadable: why (then @repr is "<unreadable 0x...: why>") */
    hn_addr problem_at;
};

enum hn_variable_kind {
    HN_VARIABLE_ARGUMENT,
    HN_VARIABLE_LOCAL,
    HN_VARIABLE_CELL, /* a local that inner functions share */
    HN_VARIABLE_FREE, /* of an enclosing function */
    HN_VARIABLE_GLOBAL
};

struct hn_variable {
    const char *name;
    enum hn_variable_kind kind;
    bool bound; /* false: the name has no value at this point, @value is empty */
    struct hn_value value;
};

struct hn_variables {
    struct hn_variable *items;
    size_t count;
    const char
        *problem; /* the namespace could not be read to its end: why; else NULL */
    hn_addr problem_at;
};

#endif
