/* A file that is whole or not there: written under another name beside its place,
 * synced, and renamed. Whatever ends us before leaves what stood there. */
#ifndef HN_BASE_BESIDE_H
#define HN_BASE_BESIDE_H

#include "base/arena.h"
#include "hognose/status.h"

struct hn_beside {
    const char *path;      /* as the user named it */
    const char *place;     /* where that leads, links followed */
    const char *temporary; /* NULL: nothing is to be renamed or removed */
    int fd;                /* of the temporary file, -1 once closed */
};

/* Creates the temporary file, mode 0600. Names live in @arena. */
HN_MUST_CHECK enum hn_status
hn_beside_open(struct hn_beside *beside, const char *path, struct hn_arena *arena,
               struct hn_error *err);

/* Syncs and renames; a failure leaves hn_beside_discard() to do. */
HN_MUST_CHECK enum hn_status
hn_beside_commit(struct hn_beside *beside, struct hn_error *err);

/* Removes what was not committed and closes; may be called twice. */
void
hn_beside_discard(struct hn_beside *beside);

#endif
