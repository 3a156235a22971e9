/* How large objects are: in the block they lie in, and in buffers that are theirs.
 *
 * sys.getsizeof() asks the object's type. Most types answer as object does:
 * tp_basicsize and items of tp_itemsize. The few whose C code counts otherwise each
 * have a rule here; which rule a type follows is found once, by the class its
 * __sizeof__ comes from. CPython: Python/sysmodule.c (_PySys_GetSizeOf),
 * Objects/typeobject.c (object___sizeof___impl). */
#ifndef HN_RUNTIME_SIZES_H
#define HN_RUNTIME_SIZES_H

#include "runtime/lookup.h"

enum hn_size_rule {
    HN_SIZE_OBJECT, /* object.__sizeof__ */
    HN_SIZE_INT,
    HN_SIZE_STR,
    HN_SIZE_LIST,
    HN_SIZE_DICT,
    HN_SIZE_ORDERED_DICT,
    HN_SIZE_SET,
    HN_SIZE_BYTEARRAY,
    HN_SIZE_ARRAY,
    HN_SIZE_DEQUE,
    HN_SIZE_TYPE,
    HN_SIZE_GENERATOR,
    HN_SIZE_FRAME,
    HN_SIZE_CODE,
    HN_SIZE_NUMPY,
    HN_SIZE_OWN /* C or Python code of its own: counted as object would */
};

/* What a type says of the sizes of its objects. */
struct hn_size_type {
    hn_addr at;
    enum hn_size_rule rule;
    uint64_t basicsize, itemsize;
    uint32_t header;        /* bytes before the object: for the collector, for a dict */
    uint32_t inline_values; /* bytes of values inside the object (3.13+), or 0 */
    uint32_t values;        /* bytes of an instance's values elsewhere (3.11, 3.12) */
    uint32_t spare;         /* bytes that the smallest objects lack of basicsize */
};

/* HN_E_CORRUPT when the type cannot have objects. A rule that cannot be found is
 * HN_SIZE_OWN. */
HN_MUST_CHECK enum hn_status
hn_size_type_load(const struct hn_lookup *lookup, hn_addr type,
                  struct hn_size_type *ret);

/* Memory that an object has beside itself. */
struct hn_buffer {
    hn_addr at;
    uint64_t size;
    bool counted; /* by sys.getsizeof() */
};

enum { HN_BUFFERS = 3 };

struct hn_size {
    uint64_t body; /* of the object itself, without the header, as it is counted */
    uint64_t more; /* behind that, not counted */
    bool bare;     /* a static type: no header is in front of it */
    struct hn_buffer buffers[HN_BUFFERS];
    unsigned buffer_count;
};

/* Measures the object at @object, of which @bytes holds @size bytes. HN_E_CORRUPT when
 * its fields cannot be true. */
HN_MUST_CHECK enum hn_status
hn_size_measure(struct hn_python *py, const struct hn_size_type *type, hn_addr object,
                const uint8_t *bytes, size_t size, struct hn_size *ret);

/* As sys.getsizeof() counts: header, body, and the buffers it knows of. */
uint64_t
hn_size_counted(const struct hn_size_type *type, const struct hn_size *size);

#endif
