/* The size of an object as sys.getsizeof() counts it, where memory tells. */
#include "objects/objects.h"
#include "runtime/internal.h"
#include "runtime/sizes.h"

/* More than the fixed part of any object, where all is that counts. */
enum { LOOK = 2 << 10 };

/* A type whose own code counts is not guessed. */
enum hn_status
hn_object_size(const struct hn_lookup *lookup, hn_addr object, uint64_t *ret)
{
    struct hn_python *py = &lookup->rt->py;
    struct hn_size_type type;
    struct hn_size size;
    uint8_t bytes[LOOK];
    hn_addr at;
    uint64_t flags;
    size_t there;
    enum hn_status st = hn_object_flags(py, object, &at, &flags);

    if (!st)
        st = hn_size_type_load(lookup, at, &type);
    if (st || type.rule == HN_SIZE_OWN)
        return st;
    there = hn_target_read_some(py->target, object, bytes, sizeof(bytes));
    st = hn_size_measure(py, &type, object, bytes, there, &size);
    if (!st)
        *ret = hn_size_counted(&type, &size);
    return st;
}
