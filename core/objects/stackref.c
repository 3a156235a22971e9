/* What a frame slot holds: a pointer, since 3.14 with tag bits in it.
 *
 * Bit 0 says that the slot does not own its reference, bit 1 that it is no pointer at
 * all (a tagged integer is 3, an error 2, invalid values likewise). Null is 1, not 0.
 * CPython: Include/internal/pycore_stackref.h. */
#include "objects/objects.h"

enum { TAG_BORROWED = 1, TAG_NOT_A_POINTER = 2 };

hn_addr
hn_stackref_pointer(const struct hn_python *py, uint64_t bits)
{
    switch (py->layout.formats.stackref) {
    case HN_STACKREF_POINTER: return bits;
    case HN_STACKREF_TAGGED:
        return bits & TAG_NOT_A_POINTER ? 0 : bits & ~(uint64_t)TAG_BORROWED;
    }
    return 0;
}
