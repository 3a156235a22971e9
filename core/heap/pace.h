/* Long work that can be interrupted and says how far it is. */
#ifndef HN_HEAP_PACE_H
#define HN_HEAP_PACE_H

#include "target/target.h"

struct hn_pace {
    const struct hn_host *host; /* may be NULL: nobody interrupts, nobody watches */
    struct hn_error *err;
    int64_t next_word_ms;
    uint32_t steps;
};

void
hn_pace_init(struct hn_pace *pace, const struct hn_host *host, struct hn_error *err);

/* Takes the last word off the screen. */
void
hn_pace_end(struct hn_pace *pace);

/* Counts one step of work; every so many it looks for Ctrl-C and shows @what, @done of
 * @total (0: not known). HN_E_INTERRUPTED then. A step is a pool, or as much work. */
HN_MUST_CHECK enum hn_status
hn_pace_step(struct hn_pace *pace, const char *what, uint64_t done, uint64_t total);

enum { HN_PACE_OBJECTS = 256 };

/* The same for objects or references, whose own cost is near nothing: many make a step.
 * @done is the number of this one. */
HN_MUST_CHECK static inline enum hn_status
hn_pace_object(struct hn_pace *pace, const char *what, uint64_t done, uint64_t total)
{
    return done % HN_PACE_OBJECTS ? HN_OK : hn_pace_step(pace, what, done, total);
}

#endif
