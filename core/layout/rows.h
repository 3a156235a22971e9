/* The generated rows: one version and flavour of CPython each, ascending.
 *
 * Several rows may share both: upstream's build first, then those of distributors
 * whose patches or switches change a layout without saying so in the version. */
#ifndef HN_LAYOUT_ROWS_H
#define HN_LAYOUT_ROWS_H

#include "layout/layout.h"

struct shape;

struct hn_row {
    uint32_t hex;
    unsigned flavour;
    const char *name;                  /* "3.13.5d-debian" */
    const struct shape *const *shapes; /* by enum hn_struct, NULL: no such structure */
    const bool *lent; /* by enum hn_struct: measured on another build (header probes do
                         not see what is private to a .c file); NULL: none is */
};

/* The row at @index, or NULL behind the last one. */
const struct hn_row *
hn_row_at(size_t index);

/* The best row of @hex's series among those that suit: its own version's, else the
 * newest older one, else the oldest; NULL when none suits. */
typedef bool
hn_row_test(const struct hn_row *row, const void *context);

const struct hn_row *
hn_row_find(uint32_t hex, hn_row_test *suits, const void *context);

/* The newest row of all with @flavour's kind of threading. */
const struct hn_row *
hn_row_newest(unsigned flavour);

/* Sets row, exact, and all sizes, offsets and sources from @row, for mutexes of
 * layout->mutex_bytes. Fields are NEIGHBOUR's unless the row is this very build's. */
void
hn_row_apply(const struct hn_row *row, struct hn_layout *layout);

/* Every offset that any build has been seen to keep gc.generations at. */
size_t
hn_row_generations(const int32_t **ret);

#endif
