/* The row of the layout tables that a byte of the input chooses. */
#ifndef HN_TESTS_CHOOSE_ROW_H
#define HN_TESTS_CHOOSE_ROW_H

#include "layout/rows.h"

static inline const struct hn_row *
choose_row(uint8_t choice)
{
    size_t count = 0;

    while (hn_row_at(count))
        count++;
    return hn_row_at(choice % count);
}

#endif
