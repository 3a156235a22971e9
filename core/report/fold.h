/* Folding of recursion on a screen: runs of the same frame, or of the same two or three
 * frames in turn, are shown once and counted. Numbers go on as if nothing was left
 * out; JSON is never folded. */
#ifndef HN_REPORT_FOLD_H
#define HN_REPORT_FOLD_H

#include "model/stack.h"

/* A walk over the pieces of a stack, in the order it is shown. */
struct hn_fold {
    const struct hn_stack *stack;
    bool reverse; /* outermost first */
    bool columns; /* frames at different columns of a line are different */
    size_t next;  /* how many frames were passed, hidden ones included */
    size_t until; /* frames up to here are shown before the next fold is looked for */
    size_t hidden, period;
};

/* Either a frame to show, or (frame NULL) a run that was left out. */
struct hn_piece {
    const struct hn_frame *frame;
    size_t number;      /* of the frame, or of the run's first one */
    size_t last;        /* a run: the number of its last frame */
    size_t period;      /* a run: how many frames repeat in turn... */
    size_t repetitions; /* ...and how many times more they did */
};

void
hn_fold_init(struct hn_fold *fold, const struct hn_stack *stack, bool reverse,
             bool columns);

/* False after the last piece. */
bool
hn_fold_next(struct hn_fold *fold, struct hn_piece *ret);

#endif
