/* Windows: copies of large pieces of a source that cannot lend its own memory. */
#ifndef HN_TARGET_LEND_H
#define HN_TARGET_LEND_H

#include "target/target.h"

struct hn_windows;

/* NULL is fine. */
void
hn_windows_destroy(struct hn_windows *windows);

/* The page at @page, where it was lent lately; it stays until more is lent. */
const uint8_t *
hn_windows_page(const struct hn_windows *windows, hn_addr page);

/* Reads a page of a mapped file from that file if the process never touched it: reading
 * it there would make it resident. Bytes read; 0: it did, or the source cannot tell. */
size_t
hn_untouched_read(struct hn_target *target, hn_addr page, uint8_t *bytes);

#endif
