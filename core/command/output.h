/* Where a command's text goes: the host's screen, or the file of -o.
 *
 * A regular file is written beside its final place, synced and renamed, so that
 * nobody ever sees half of one; symbolic links are followed; its mode is 0600 because
 * it holds what a process had in its memory. Pipes and devices are written directly. */
#ifndef HN_COMMAND_OUTPUT_H
#define HN_COMMAND_OUTPUT_H

#include "base/arena.h"
#include "base/beside.h"
#include "base/text.h"
#include "hognose/session.h"

struct hn_out {
    struct hn_text text; /* what waits to be written */
    const struct hn_host *host;
    struct hn_error *err;
    int fd;                  /* -1: the host's screen */
    const char *path;        /* as the user said it */
    struct hn_beside beside; /* of a regular file */
    bool failed;
};

/* @path is NULL or "-" for the screen. Strings live in @arena. On failure nothing is
 * open. */
HN_MUST_CHECK enum hn_status
hn_out_open(struct hn_out *out, const struct hn_host *host, const char *path,
            struct hn_arena *arena, struct hn_error *err);

/* Writes out what waits if that is much. False when there is no point in going on: the
 * user interrupted, or writing failed. */
bool
hn_out_poll(struct hn_out *out);

/* Writes out the rest and, for a regular file, puts it in its place. */
HN_MUST_CHECK enum hn_status
hn_out_close(struct hn_out *out);

/* Leaves an earlier file of that name as it was. Fine after hn_out_close() too. */
void
hn_out_discard(struct hn_out *out);

#endif
