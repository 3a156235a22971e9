/* Expressions of py-print, taken apart: a name or an address, and a chain of
 * attributes and items.
 *
 *     basket.items[0].prices['net']      0x7f00dead0010.name
 *
 * Nothing is called and nothing is computed: what an expression means is found by
 * reading memory (evaluate.c). A bare word in brackets is a key, never a variable,
 * because some debuggers take the quotes away before we see them. */
#ifndef HN_RUNTIME_EXPRESSION_H
#define HN_RUNTIME_EXPRESSION_H

#include <stdbool.h>

#include "base/arena.h"
#include "hognose/status.h"

enum hn_key_kind {
    HN_KEY_BARE, /* a word without quotes; perhaps a number */
    HN_KEY_STR,
    HN_KEY_BYTES
};

struct hn_key {
    enum hn_key_kind kind;
    const char *text; /* without quotes, escapes undone; UTF-8 but for BYTES */
    size_t size;
    bool number; /* BARE: it reads as an integer of 64 bits... */
    bool negative;
    uint64_t magnitude; /* ...this one */
};

enum hn_step_kind { HN_STEP_NAME, HN_STEP_ADDRESS, HN_STEP_ATTRIBUTE, HN_STEP_ITEM };

struct hn_step {
    enum hn_step_kind kind;
    const char *name;   /* NAME, ATTRIBUTE */
    hn_addr address;    /* ADDRESS */
    struct hn_key key;  /* ITEM */
    const char *so_far; /* the expression up to here, for messages */
};

struct hn_expression {
    struct hn_step *steps; /* the first a NAME or an ADDRESS, no other */
    size_t count;
};

/* HN_E_ARGUMENT says what is wrong with @text. Lives in @arena. */
HN_MUST_CHECK enum hn_status
hn_expression_parse(const char *text, struct hn_arena *arena, struct hn_error *err,
                    struct hn_expression *ret);

#endif
