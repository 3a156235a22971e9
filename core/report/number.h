/* Numbers for people: thousands grouped, shares with one decimal. */
#ifndef HN_REPORT_NUMBER_H
#define HN_REPORT_NUMBER_H

#include "base/text.h"

enum { HN_NUMBER_SIZE = 32 }; /* holds every number below with its '\0' */

/* "1,234,567". Returns the length. */
size_t
hn_number_format(char buf[HN_NUMBER_SIZE], uint64_t number);

/* @part of @whole in percent, "72.1"; "0.0" of nothing. */
size_t
hn_share_format(char buf[HN_NUMBER_SIZE], uint64_t part, uint64_t whole);

/* "712.4 MiB", "512 B". */
size_t
hn_bytes_format(char buf[HN_NUMBER_SIZE], uint64_t bytes);

void
hn_number_put(struct hn_text *text, uint64_t number);

/* Both at the right end of @columns; 0: as wide as they are. */
void
hn_number_put_right(struct hn_text *text, uint64_t number, int columns);
void
hn_bytes_put(struct hn_text *text, uint64_t bytes, int columns);

/* The line under a list of which @shown of @total stand: "... 1,234 more functions
 * (--limit 0)". @what may be NULL. Nothing unless some are left. */
void
hn_rest_put(struct hn_text *text, uint64_t shown, uint64_t total, const char *what);

#endif
