/* What one look at a process copies: many ranges, as few system calls as possible.
 *
 * Ranges are wished for, then run together; later wishes may follow when the first
 * showed what else is needed. Most of what a range costs is finding its page, so
 * neighbours are copied as one. What is wished for behind a bar is copied after all
 * that is before it: wished for again, a range shows whether it changed meanwhile. */
#ifndef HN_SAMPLE_PLAN_H
#define HN_SAMPLE_PLAN_H

#include "target/target.h"

/* A look at the deepest stacks of very many threads stays below this; what a damaged
 * process asks for does not. */
enum { HN_PLAN_MOST_BYTES = 1 << 28 };

/* Bars of one run: three for each try of a thread; beyond, order is not kept. */
enum { HN_PLAN_MOST_BARS = 384 };

struct hn_plan_wish {
    hn_addr addr;
    uint32_t size;
    uint32_t within; /* bytes of the read before it */
    size_t read;     /* index of the read that brings it */
    bool alone;      /* not to be joined with neighbours */
};

struct hn_plan {
    struct hn_plan_wish *wishes;
    size_t count, run, capacity;

    struct hn_wish *reads; /* what the target is asked for */
    size_t *offsets;       /* of their bytes */
    size_t read_count, read_capacity;
    uint8_t *bytes;
    size_t used, size;
    bool failed; /* no memory: some wishes are not there */

    size_t bars[HN_PLAN_MOST_BARS]; /* index of the first wish behind each */
    size_t bar_count;

    /* The first run of the last look: the next one is mostly the same. */
    struct hn_plan_wish *known;
    size_t known_count, known_capacity, known_reads, known_used;
    size_t known_bars[HN_PLAN_MOST_BARS], known_bar_count;

    struct hn_plan_order *order; /* scratch, to sort wishes by address */
    size_t order_capacity;
};

void
hn_plan_deinit(struct hn_plan *plan);

void
hn_plan_clear(struct hn_plan *plan);

/* Returns the wish's index. */
size_t
hn_plan_add(struct hn_plan *plan, hn_addr addr, size_t size);

/* As above, for memory that may be gone: what lies beside it comes all the same. */
size_t
hn_plan_add_alone(struct hn_plan *plan, hn_addr addr, size_t size);

/* What is wished for from here on is copied after all that was before. */
void
hn_plan_bar(struct hn_plan *plan);

/* Copies what was wished for since the last time. */
void
hn_plan_run(struct hn_plan *plan, struct hn_target *target);

/* What the wish got, or NULL if it did not get all of it. Valid until the next run. */
static inline const uint8_t *
hn_plan_bytes(const struct hn_plan *plan, size_t index)
{
    const struct hn_plan_wish *wish;

    if (index >= plan->run)
        return NULL;
    wish = &plan->wishes[index];
    if (plan->reads[wish->read].got < (size_t)wish->within + wish->size)
        return NULL;
    return plan->bytes + plan->offsets[wish->read] + wish->within;
}

#endif
