/* What lies on the value stack of a frame: the operands of the call that it is in, and
 * the context managers whose `with` blocks it is inside. */
#ifndef HN_WAIT_SLOTS_H
#define HN_WAIT_SLOTS_H

#include "wait/kinds.h"

/* Frames with deeper value stacks exist; what we look for lies near their ends. */
enum { HN_SLOTS_MOST = 256 };

struct hn_slots {
    hn_addr items[HN_SLOTS_MOST]; /* pointers without tags; 0: empty */
    size_t count;
    size_t blocks; /* the first so many belong to the blocks the frame is inside of */
    bool exact;    /* @count is the depth: else slots at the end may hold what was
                      there before */
};

/* Reads them; HN_DONE for a frame of which nothing can be known. */
HN_MUST_CHECK enum hn_status
hn_slots_load(struct hn_runtime *rt, const struct hn_frame *frame,
              struct hn_slots *ret);

/* A hash of what the variables of @frame hold: while a function that it called does not
 * return, that stays the same. 0 when it cannot be read. */
uint64_t
hn_frame_digest(struct hn_runtime *rt, const struct hn_frame *frame);

/* The objects that @frame is inside `with` or `async with` of, outermost first, at most
 * @limit; returns how many. What cannot be read holds nothing. */
size_t
hn_frame_held(struct hn_kinds *kinds, const struct hn_frame *frame, hn_addr *ret,
              size_t limit);

#endif
