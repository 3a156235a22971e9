/* Line tables of code objects: which line a place in the bytecode belongs to. */
#ifndef HN_OBJECTS_LINETABLE_H
#define HN_OBJECTS_LINETABLE_H

#include "layout/layout.h"
#include "model/stack.h"

/* Decodes the position of byte offset @lasti in a line table; @first_line is the
 * code's. False when the table does not reach that far or is damaged. */
bool
hn_linetable_find(enum hn_linetable_format format, const uint8_t *table, size_t size,
                  int32_t first_line, int64_t lasti, struct hn_position *ret);

#endif
