/* Result struct of py-list: a part of a source file. */
#ifndef HN_MODEL_LISTING_H
#define HN_MODEL_LISTING_H

#include <stddef.h>
#include <stdint.h>

struct hn_listing {
    const char *file;
    uint64_t first, current;  /* line numbers from 1 */
    const char *const *lines; /* with their indentation */
    size_t count;
};

#endif
