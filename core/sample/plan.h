/* What one look at a process copies: many ranges, as few system calls as possible.
 *
 * Ranges are wished for, then run together; later wishes may follow when the first
 * showed what else is needed. They are copied in the order of the wishes, so a range
 * that is wished for again at the end shows whether it changed meanwhile. */
#ifndef HN_SAMPLE_PLAN_H
#define HN_SAMPLE_PLAN_H

#include "target/target.h"

/* A look at the deepest stacks of very many threads stays below this; what a damaged
 * process asks for does not. */
enum { HN_PLAN_MOST_BYTES = 1 << 28 };

struct hn_plan {
    struct hn_wish *wishes;
    size_t *offsets; /* of each wish's bytes */
    size_t count, run, capacity;
    uint8_t *bytes;
    size_t used, size;
    bool failed; /* no memory: some wishes are not there */
};

void
hn_plan_deinit(struct hn_plan *plan);

void
hn_plan_clear(struct hn_plan *plan);

/* Returns the wish's index. */
size_t
hn_plan_add(struct hn_plan *plan, hn_addr addr, size_t size);

/* What is wished for from here on is copied after all that was before. */
void
hn_plan_bar(struct hn_plan *plan);

/* Copies what was wished for since the last time. */
void
hn_plan_run(struct hn_plan *plan, struct hn_target *target);

/* What the wish got, or NULL if it did not get all of it. Valid until the next wish. */
static inline const uint8_t *
hn_plan_bytes(const struct hn_plan *plan, size_t index)
{
    if (index >= plan->run || plan->wishes[index].got < plan->wishes[index].size)
        return NULL;
    return plan->bytes + plan->offsets[index];
}

#endif
