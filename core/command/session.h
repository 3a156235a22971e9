/* A session from the inside: the target that is open, and what was chosen in it. */
#ifndef HN_COMMAND_SESSION_H
#define HN_COMMAND_SESSION_H

#include "base/arena.h"
#include "base/text.h"
#include "hognose/session.h"
#include "model/stack.h"
#include "runtime/runtime.h"
#include "unwind/unwind.h"

/* Threads that remember a Python frame chosen in them; the oldest choice gives way. */
enum { HN_CHOICES = 64 };

struct hn_choice {
    hn_addr thread; /* PyThreadState; 0: free */
    size_t frame;
};

struct hn_session {
    const struct hn_host *host;
    struct hn_error err;
    struct hn_text message, help;

    struct hn_place place; /* what is open; strings in @arena */
    struct hn_arena arena; /* lives as long as the place is open */
    hn_addr program;       /* where the main program is loaded: exec() moves it */
    struct hn_target *target;
    struct hn_runtime *runtime;
    struct hn_unwinder *unwinder; /* NULL until native stacks were wanted */

    struct hn_choice choices[HN_CHOICES];
    unsigned next_choice;
};

/* Makes @place the open target: keeps what is open if it is the same and did not run
 * since, refreshes it if it ran, opens it anew otherwise. */
HN_MUST_CHECK enum hn_status
hn_session_open(struct hn_session *session, const struct hn_place *place, bool no_stop);

/* Closes the target and forgets what was known about it. */
void
hn_session_forget(struct hn_session *session);

/* The frame that was chosen in @thread since the target last ran; 0 if none was. */
size_t
hn_session_frame(const struct hn_session *session, const struct hn_thread *thread);

void
hn_session_choose_frame(struct hn_session *session, const struct hn_thread *thread,
                        size_t frame);

#endif
