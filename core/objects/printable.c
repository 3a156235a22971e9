/* Printable characters, from a table that tools/unicode-generate makes. */
#include "objects/printable.h"

/* Ascending, not overlapping. */
struct printable {
    uint32_t first, last;
    enum hn_unicode_version since;
};

#include "objects/unicode_printable.inc"

bool
hn_is_printable(enum hn_unicode_version version, uint32_t code)
{
    size_t low = 0, high = sizeof printable / sizeof printable[0];

    if (code >= 0x20 && code < 0x7f)
        return true;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (code > printable[middle].last)
            low = middle + 1;
        else
            high = middle;
    }
    return low < sizeof printable / sizeof printable[0] && code >= printable[low].first
           && version >= printable[low].since;
}
