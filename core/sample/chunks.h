/* The pieces of a thread's data stack, as one look finds them. */
#ifndef HN_SAMPLE_CHUNKS_H
#define HN_SAMPLE_CHUNKS_H

#include "sample/watch.h"

/* Wishes for the pieces in use, and for those that were so lately. */
void
hn_chunks_wish(struct hn_watch *watch, struct hn_thread_watch *thread, unsigned pass);

/* Whether what was copied of the data stack is all of it; if not, @thread has what to
 * copy. */
bool
hn_chunks_hold(struct hn_watch *watch, struct hn_thread_watch *thread);

/* Whether the newest piece was in use when the thread state was copied and is no memory
 * any more, while all that lies below it was copied. */
bool
hn_chunks_given_back(const struct hn_watch *watch,
                     const struct hn_thread_watch *thread);

/* Keeps which stack the newest piece was put on, and whether one was given back. */
void
hn_chunks_note(struct hn_watch *watch, struct hn_thread_watch *thread);

/* Whether threads have given pieces back lately. */
bool
hn_chunks_are_given_back(const struct hn_watch *watch);

/* The thread that has the GIL and gave a piece back not long before the last look or
 * while that waited, with the stack below the piece; NULL: none did. */
struct hn_thread_watch *
hn_chunks_giver(const struct hn_watch *watch, uint32_t *below_ret);

#endif
