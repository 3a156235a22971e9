/* Python objects, read from memory: types, strings, numbers, containers, attributes.
 *
 * Only what stacks need stands here so far: no previews. Everything is bounded by
 * named limits, nothing recurses over the target's data, and HN_E_CORRUPT means the
 * bytes cannot be the object they should be.
 * CPython: Include/cpython (object.h, unicodeobject.h...),
 * Include/internal/pycore_dict.h. */
#ifndef HN_OBJECTS_OBJECTS_H
#define HN_OBJECTS_OBJECTS_H

#include "layout/python.h"

/* tp_flags we rely on (Include/object.h, unchanged 3.8 to 3.15). */
#define HN_TPFLAG_MANAGED_DICT (UINT64_C(1) << 4)    /* 3.11+ */
#define HN_TPFLAG_MANAGED_WEAKREF (UINT64_C(1) << 3) /* 3.12+ */
#define HN_TPFLAG_INLINE_VALUES (UINT64_C(1) << 2)   /* 3.13+ */
#define HN_TPFLAG_HEAP (UINT64_C(1) << 9)
#define HN_TPFLAG_READY (UINT64_C(1) << 12)
#define HN_TPFLAG_GC (UINT64_C(1) << 14)
#define HN_TPFLAG_LONG (UINT64_C(1) << 24)
#define HN_TPFLAG_LIST (UINT64_C(1) << 25)
#define HN_TPFLAG_TUPLE (UINT64_C(1) << 26)
#define HN_TPFLAG_BYTES (UINT64_C(1) << 27)
#define HN_TPFLAG_UNICODE (UINT64_C(1) << 28)
#define HN_TPFLAG_DICT (UINT64_C(1) << 29)
#define HN_TPFLAG_TYPE (UINT64_C(1) << 31)

/* In free-threaded builds of 3.14 and later so much more is in the shared count of what
 * only the collector frees (_Py_REF_DEFERRED): it is no references. */
#define HN_REF_DEFERRED (INT64_MAX / 8)

/* Pointer of a frame slot or stack reference, without its tag bits; 0 for a null
 * reference or a tagged integer. */
hn_addr
hn_stackref_pointer(const struct hn_python *py, uint64_t bits);

HN_MUST_CHECK enum hn_status
hn_object_type(struct hn_python *py, hn_addr object, hn_addr *ret);

/* tp_flags of an object's type, with the type itself; checks that the type is a type
 * (its own type has HN_TPFLAG_TYPE), so random memory does not pass for an object. */
HN_MUST_CHECK enum hn_status
hn_object_flags(struct hn_python *py, hn_addr object, hn_addr *type_ret,
                uint64_t *flags_ret);

/* tp_name: "dict", "collections.OrderedDict"; in @arena. Static types keep it in
 * read-only data, which a core often lacks: HN_E_FAULT then. */
HN_MUST_CHECK enum hn_status
hn_type_name(struct hn_python *py, hn_addr type, struct hn_arena *arena,
             const char **ret);

/* Whether the object's type is called @name (tp_name, compared whole); false when it
 * cannot be read. */
bool
hn_object_is(struct hn_python *py, hn_addr object, const char *name);

/* A str as UTF-8 in @arena, at most @limit characters (0: HN_STR_MOST); lone
 * surrogates as \udc80. @size_ret may be NULL, then the text must hold no '\0' to be
 * whole. @cut_ret may be NULL. */
enum { HN_STR_MOST = 1 << 24 };
HN_MUST_CHECK enum hn_status
hn_str_load(struct hn_python *py, hn_addr object, size_t limit, struct hn_arena *arena,
            const char **ret, size_t *size_ret, bool *cut_ret);

/* A bytes object's contents, copied to @arena; longer than @limit is HN_E_CORRUPT. */
HN_MUST_CHECK enum hn_status
hn_bytes_load(struct hn_python *py, hn_addr object, size_t limit,
              struct hn_arena *arena, const uint8_t **ret, size_t *size_ret);

/* An int that fits 64 bits, signed; HN_DONE when it does not. */
HN_MUST_CHECK enum hn_status
hn_int_load(struct hn_python *py, hn_addr object, int64_t *ret);

/* As hn_int_load(), for values from 0 to 2^64 - 1 (thread idents). */
HN_MUST_CHECK enum hn_status
hn_uint_load(struct hn_python *py, hn_addr object, uint64_t *ret);

/* Items of a tuple or list. Holds at most @limit items (HN_E_CORRUPT above it). */
HN_MUST_CHECK enum hn_status
hn_items_load(struct hn_python *py, hn_addr object, size_t limit,
              struct hn_arena *arena, const hn_addr **ret, size_t *count_ret);

/* Walks the entries of a dict in insertion order, combined or split; deleted entries
 * are passed over. Reads entries in blocks. After a failure it is at its end. */
enum { HN_DICT_BLOCK = 64 };
struct hn_dict_iter {
    struct hn_python *py;
    hn_addr entries, values; /* values: 0 when combined */
    uint64_t entry_count;    /* deleted ones included */
    unsigned entry_words;    /* 2 or 3, of 8 bytes */
    uint64_t next, steps;    /* of the walk */
    bool ordered;            /* the step's entry is order[step], else the step itself */
    uint8_t order[HN_DICT_BLOCK];
    uint64_t block_first, block_count; /* entries at hand */
    uint64_t block[HN_DICT_BLOCK * 3], block_values[HN_DICT_BLOCK];
};

HN_MUST_CHECK enum hn_status
hn_dict_iter_init(struct hn_python *py, hn_addr dict, struct hn_dict_iter *ret);

/* HN_DONE after the last entry. */
enum hn_status
hn_dict_iter_next(struct hn_dict_iter *it, hn_addr *key_ret, hn_addr *value_ret);

/* The value under a str key; HN_DONE when there is none. A linear search by length and
 * contents: our dicts are small, and hashes depend on a secret. */
HN_MUST_CHECK enum hn_status
hn_dict_find(struct hn_python *py, hn_addr dict, const char *key, hn_addr *ret);

/* Walks an instance's attributes (its __dict__, inline or managed values); HN_DONE when
 * it has none, or none yet. */
HN_MUST_CHECK enum hn_status
hn_instance_iter_init(struct hn_python *py, hn_addr object, struct hn_dict_iter *ret);

/* An instance attribute (its __dict__, inline or managed values): HN_DONE when it is
 * not there. Slots and class attributes are not looked at. */
HN_MUST_CHECK enum hn_status
hn_instance_find(struct hn_python *py, hn_addr object, const char *name, hn_addr *ret);

/* The namespace of a module object. */
HN_MUST_CHECK enum hn_status
hn_module_dict(struct hn_python *py, hn_addr module, hn_addr *ret);

#endif
