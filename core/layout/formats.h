/* Which formats a series of CPython uses: the one place that knows version numbers. */
#ifndef HN_LAYOUT_FORMATS_H
#define HN_LAYOUT_FORMATS_H

#include "layout/layout.h"

/* The formats of 3.@minor, or NULL for a series we do not know. */
const struct hn_formats *
hn_formats_find(unsigned minor, unsigned flavour);

#endif
