/* Whose turn it is to run Python code, and who cannot have had one.
 *
 * take_gil() counts how often the GIL goes to another thread than the one that had it
 * last (switch_number in pycore_gil.h). While that number stays, only that thread can
 * have run; when it is one more, only the two. All others are as they were: a stack
 * that was copied after the first reading is theirs as of the second one, whatever
 * happened since and without copying it again. Held against
 * the target: of a million stacks of such threads that were copied all the same, in 3.8
 * to 3.11, none had changed. */
#ifndef HN_SAMPLE_TURN_H
#define HN_SAMPLE_TURN_H

#include "hognose/target.h"

struct hn_turn {
    bool known; /* there is a GIL, and it says so */
    uint64_t switches;
    hn_addr last;    /* had the GIL last, or has it */
    hn_addr current; /* has it, or 0 */
};

/* Whether @thread cannot have run between the two readings. */
static inline bool
hn_turn_rests(const struct hn_turn *from, const struct hn_turn *to, hn_addr thread)
{
    if (!from->known || !to->known || thread == from->last || thread == to->last
        || thread == from->current || thread == to->current)
        return false;
    /* The holder is set before the number: a reading in between shows it early, and one
     * that saw the number alone does not say who it was. */
    return to->switches == from->switches
           || (to->switches - from->switches == 1 && to->last != from->last);
}

#endif
