/* Windows: copies of large pieces of a source that cannot lend its own memory. */
#ifndef HN_TARGET_LEND_H
#define HN_TARGET_LEND_H

#include "target/target.h"

struct hn_windows;

/* NULL is fine. */
void
hn_windows_destroy(struct hn_windows *windows);

#endif
