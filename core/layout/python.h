/* What a decoder needs: the target's memory, and how this CPython lays it out.
 *
 * Every function above this room takes a struct hn_python; only the runtime room
 * makes one. */
#ifndef HN_LAYOUT_PYTHON_H
#define HN_LAYOUT_PYTHON_H

#include "layout/layout.h"
#include "target/target.h"

struct hn_python {
    struct hn_target *target;
    struct hn_layout layout;
    struct hn_error *err; /* the session's slot, same as target->err */
};

/* One structure of the target, copied by a single read: fields are taken from the
 * copy, which on a running process makes torn reads rare (they still happen). */
struct hn_record {
    const struct hn_layout *layout;
    enum hn_struct type;
    hn_addr addr;
    uint32_t first, size; /* bytes [first, first + size) of the structure are held */
    uint8_t bytes[HN_RECORD_MAX + 8]; /* a field is taken out by an 8-byte load */
};

/* Copies the part of the structure at @addr that our fields lie in. HN_E_UNSUPPORTED
 * when this CPython has none of them, or does not say where. */
HN_MUST_CHECK enum hn_status
hn_record_load(struct hn_python *py, enum hn_struct type, hn_addr addr,
               struct hn_record *ret);

/* As above, when the bytes are at hand already (a bulk copy of many structures).
 * Returns false when @size does not reach over all fields. */
bool
hn_record_view(struct hn_python *py, enum hn_struct type, hn_addr addr,
               const void *bytes, size_t size, struct hn_record *ret);

/* A field's value, zero-extended (hn_record_i64: sign-extended from its width).
 * The field must exist in this layout (hn_layout_has) and belong to the record. */
uint64_t
hn_record_u64(const struct hn_record *record, enum hn_field field);

int64_t
hn_record_i64(const struct hn_record *record, enum hn_field field);

/* As hn_record_u64(), but 0 when this CPython has no such field. */
uint64_t
hn_record_u64_or_0(const struct hn_record *record, enum hn_field field);

/* One field of a structure too large to copy (the interpreter state, the runtime).
 * HN_E_UNSUPPORTED when this CPython has no such field. */
HN_MUST_CHECK enum hn_status
hn_field_read(struct hn_python *py, enum hn_field field, hn_addr base, uint64_t *ret);

/* The address of a field in the structure at @base; 0 when there is no such field. */
hn_addr
hn_field_addr(const struct hn_python *py, enum hn_field field, hn_addr base);

/* Finds where the collector's state at @gc keeps its lists: Debian's 3.13 moves them by
 * 4 bytes, and neither version, sizes nor published offsets tell. Tries every offset
 * that some build has been seen to use, by whether three linked rings start there, and
 * sets HN_GC_GENERATIONS (HN_SOURCE_SELF_CHECK); when none does the field is absent
 * from then on, and false is returned. Free-threaded builds do not use the lists:
 * nothing is checked there. */
bool
hn_python_check_generations(struct hn_python *py, hn_addr gc);

#endif
