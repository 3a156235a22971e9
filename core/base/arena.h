/* Memory with a common end: many small pieces, freed together.
 *
 * Three lifetimes are in use: session (caches), call (one command) and scratch
 * (mark and reset inside a loop). Decoders never free. */
#ifndef HN_BASE_ARENA_H
#define HN_BASE_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct hn_arena_block;

struct hn_arena {
    struct hn_arena_block *last; /* newest block, links to the older ones */
    size_t total;                /* bytes handed out, for limits and statistics */
};

struct hn_arena_mark {
    struct hn_arena_block *block;
    size_t used, total;
};

void
hn_arena_init(struct hn_arena *arena);

void
hn_arena_deinit(struct hn_arena *arena);

/* Zeroed memory, aligned for any type; NULL when the machine has none left.
 * A @size of 0 gives a valid pointer. Lives until the arena is reset or ends. */
void *
hn_arena_alloc(struct hn_arena *arena, size_t size);

/* @count items of @size bytes; NULL also when the product does not fit. */
void *
hn_arena_array(struct hn_arena *arena, size_t count, size_t size);

/* A copy of @size bytes with a '\0' behind them. */
char *
hn_arena_copy(struct hn_arena *arena, const char *bytes, size_t size);

char *
hn_arena_format(struct hn_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Everything allocated after the mark is given back by the reset. */
struct hn_arena_mark
hn_arena_mark(const struct hn_arena *arena);

void
hn_arena_reset(struct hn_arena *arena, struct hn_arena_mark mark);

#endif
