/* Words that the user may have meant. */
#ifndef HN_BASE_NEAR_H
#define HN_BASE_NEAR_H

#include <stdbool.h>
#include <stddef.h>

/* Edits (insert, delete, replace, swap neighbours) from one word to the other; words
 * that are too long to have been mistyped count as far apart. */
size_t
hn_near_distance(const char *a, const char *b);

/* Whether @word may be a slip of the hand for @known: a beginning of it, or few edits
 * away for its length. */
bool
hn_near(const char *word, const char *known);

#endif
