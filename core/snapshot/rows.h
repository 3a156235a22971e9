/* Rows of a comparison: found by what they are about, with numbers by moment. */
#ifndef HN_SNAPSHOT_ROWS_H
#define HN_SNAPSHOT_ROWS_H

#include "base/index.h"
#include "snapshot/moment.h"

struct hn_rows {
    struct hn_arena *arena;
    size_t moments;
    struct hn_change *rows;
    size_t count, room;
    struct hn_index index;
    bool failed; /* for want of memory; row numbers are then of no use */
};

void
hn_rows_init(struct hn_rows *rows, struct hn_arena *arena, size_t moments);

/* Frees the index; rows live in the arena. */
void
hn_rows_deinit(struct hn_rows *rows);

/* The number of the row of that name, made if there is none; the name is kept. */
uint32_t
hn_rows_named(struct hn_rows *rows, const char *name);

/* The same by a number that stands for what the row is about. */
uint32_t
hn_rows_numbered(struct hn_rows *rows, uint64_t number);

/* Puts rows in order: what grew most in bytes first. */
void
hn_rows_sort(struct hn_rows *rows);

/* Between the first moment and the last. */
int64_t
hn_change_bytes(const struct hn_change *change, size_t moments);
int64_t
hn_change_count(const struct hn_change *change, size_t moments);

#endif
