/* The columns of a snapshot file: what each is filled from, and where it is read to.
 * Writing and reading go through the same list. */
#ifndef HN_SNAPSHOT_PARTS_H
#define HN_SNAPSHOT_PARTS_H

#include "snapshot/column.h"
#include "snapshot/moment.h"

enum hn_part_of {
    HN_PART_OBJECTS,
    HN_PART_NODES, /* of objects, too: with the graph */
    HN_PART_LINKS,
    HN_PART_TRACES,
    HN_PART_TRACEBACKS,
    HN_PART_FRAMES
};

struct hn_part {
    struct hn_column column;
    enum hn_part_of of;
    /* Copies @count numbers from the @first on out of, or into, the moment. */
    void (*get)(const struct hn_moment *moment, size_t first, size_t count, void *ret);
    void (*put)(struct hn_moment *moment, size_t first, size_t count,
                const void *numbers);
};

extern const struct hn_part hn_parts[];
extern const size_t hn_part_count;

/* How many numbers a column of that kind has. */
size_t
hn_part_rows(const struct hn_moment *moment, enum hn_part_of of);

#endif
