/* Which characters repr() shows as they are: str.isprintable(), by Unicode version. */
#ifndef HN_OBJECTS_PRINTABLE_H
#define HN_OBJECTS_PRINTABLE_H

#include "layout/layout.h"

bool
hn_is_printable(enum hn_unicode_version version, uint32_t code);

#endif
