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

#endif
