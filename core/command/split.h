/* Splits a raw line into words as a POSIX shell's quotes do, with no expansion. */
#ifndef HN_COMMAND_SPLIT_H
#define HN_COMMAND_SPLIT_H

#include "base/arena.h"
#include <stdbool.h>
#include "hognose/status.h"

struct hn_words {
    const char *const *word; /* NULL-terminated; in the arena */
    size_t count;
    const size_t *starts; /* where in the line each word begins */
    bool open;            /* a quote or a backslash at the end is left unfinished */
    bool blank;           /* the line ends outside of a word: a new one would start */
};

/* Also splits an unfinished line, for completion; see @ret->open. */
HN_MUST_CHECK enum hn_status
hn_split(const char *line, struct hn_arena *arena, struct hn_words *ret);

#endif
