/* One side of a comparison, named by a word: the current target, another process, a
 * core, a snapshot, or a file of Snapshot.dump(). Processes and cores other than the
 * current one are opened in a session of their own. */
#ifndef HN_COMMAND_SIDE_H
#define HN_COMMAND_SIDE_H

#include "command/call.h"
#include "model/traces.h"

enum hn_side_kind {
    HN_SIDE_CURRENT,  /* the call's own session */
    HN_SIDE_OTHER,    /* @session */
    HN_SIDE_SNAPSHOT, /* @path */
    HN_SIDE_PICKLE    /* @path */
};

struct hn_side {
    enum hn_side_kind kind;
    const char *name; /* as it is shown */
    const char *path;
    struct hn_host host;        /* of @session */
    struct hn_session *session; /* what is open; NULL: a file */
};

/* Finds out what @word names ("." is the current target), and opens it if it is a
 * process or a core. Storage is the caller's and must not move; hn_side_close() also
 * after a failure. */
HN_MUST_CHECK enum hn_status
hn_side_open(struct hn_call *call, const char *word, struct hn_side *ret);

/* Lets a process run on, and notes if it was read while it ran. */
void
hn_side_release(struct hn_call *call, const struct hn_side *side);

void
hn_side_close(struct hn_side *side);

/* Reads a file of Snapshot.dump(). */
HN_MUST_CHECK enum hn_status
hn_side_read_pickle(struct hn_call *call, const struct hn_side *side,
                    struct hn_arena *arena, struct hn_traces *ret);

/* The words of a command that compares: its operands, and in the bare host TARGET as
 * the last of them unless one is ".", which it then stands for. With one word alone
 * "." is the second; fewer is an error that says what a side can be. */
HN_MUST_CHECK enum hn_status
hn_side_words(struct hn_call *call, const char *const **ret, size_t *count_ret);

#endif
