/* What differs in kind from one CPython to the next, a line per series.
 *
 * The names are explained where the enums are, in layout.h, each with the change in
 * CPython that made it. A format never changes within a series. */
#include "layout/formats.h"

enum { ANY_THREADING = 0, WITH_GIL, FREE_THREADED };

/* So that a series is a few lines here; the order is struct hn_formats'. */
#define FRAMES(POSITION, LINETABLE, CHAIN)                                     \
    .position = HN_POSITION_##POSITION, .linetable = HN_LINETABLE_##LINETABLE, \
    .frame_chain = HN_FRAME_CHAIN_##CHAIN
#define OBJECTS(INT, STR, DICT, INSTANCE, VALUES)                                     \
    .integer = HN_INT_##INT, .str_state = HN_STR_STATE_##STR, .dict = HN_DICT_##DICT, \
    .instance = HN_INSTANCE_##INSTANCE, .values = HN_VALUES_##VALUES
#define TEXT(VERSION, QUOTES, FLAG, ORDERED)                                    \
    .unicode = HN_UNICODE_##VERSION, .bytearray = HN_BYTEARRAY_QUOTES_##QUOTES, \
    .flag = HN_FLAG_##FLAG, .ordered_dict = HN_ORDERED_DICT_##ORDERED
#define REPRS(MODULE, NAMING, NAMESPACE, GETSET, CALLER)                         \
    .module = HN_MODULE_REPR_##MODULE, .class_naming = HN_CLASS_NAMING_##NAMING, \
    .name_space = HN_NAMESPACE_##NAMESPACE, .getset = HN_GETSET_##GETSET,        \
    .methodcaller = HN_METHODCALLER_##CALLER
#define SIZES(STATIC, ZERO) \
    .static_size = HN_STATIC_SIZE_##STATIC, .zero = HN_ZERO_##ZERO
#define RUNNING(SLOT, GENERATOR, HOLDER, SHIM, HEADER)                                 \
    .stackref = HN_STACKREF_##SLOT, .generator_state = HN_GENERATOR_STATE_##GENERATOR, \
    .gil = HN_GIL_##HOLDER, .first_shim_owner = SHIM, .gc_header_bytes = HEADER
#define RETURNS(VALUE, CONST) .return_value = (VALUE), .return_const = (CONST)
#define TRACES(TABLE, FILENAME) \
    .hashtable = HN_HASHTABLE_##TABLE, .trace_filename = HN_TRACE_FILENAME_##FILENAME

enum { NO_SHIMS = 255 };

/* clang-format off */
static const struct series {
    unsigned minor;
    int threading;
    struct hn_formats formats;
} series[] = {
    { 8, ANY_THREADING,
      { FRAMES(LASTI_BYTES, LNOTAB, OBJECTS),
        OBJECTS(SIGNED_SIZE, PACKED, SIZE_WORD, DICT_OFFSET, PREFIX_BYTES),
        RUNNING(POINTER, FRAME, RUNTIME_CURRENT, NO_SHIMS, 16),
        TEXT(12_1, ESCAPED, NAMELESS, PAIRS), REPRS(LOADER, SHORT, SORTED, OWN, ARGS),
        TRACES(INLINE, OBJECT), SIZES(BARE, WITHOUT_DIGIT) } },
    { 9, ANY_THREADING,
      { FRAMES(LASTI_BYTES, LNOTAB, OBJECTS),
        OBJECTS(SIGNED_SIZE, PACKED, SIZE_WORD, DICT_OFFSET, PREFIX_BYTES),
        RUNNING(POINTER, FRAME, RUNTIME_CURRENT, NO_SHIMS, 16),
        TEXT(13, ESCAPED, NAMELESS, PAIRS), REPRS(LOADER, SHORT, INSERTED, OWN, ARGS),
        TRACES(POINTERS, OBJECT), SIZES(BARE, WITHOUT_DIGIT) } },
    { 10, ANY_THREADING,
      { FRAMES(LASTI_UNITS, PEP626, OBJECTS),
        OBJECTS(SIGNED_SIZE, PACKED, SIZE_WORD, DICT_OFFSET, PREFIX_BYTES),
        RUNNING(POINTER, FRAME, RUNTIME_CURRENT, NO_SHIMS, 16),
        TEXT(13, ESCAPED, NAMELESS, PAIRS), REPRS(SPEC_FIRST, SHORT, INSERTED, OWN, ARGS),
        TRACES(POINTERS, OBJECT), SIZES(BARE, WITHOUT_DIGIT) } },
    { 11, ANY_THREADING,
      { FRAMES(PREV_INSTR, PEP657, CFRAME),
        OBJECTS(SIGNED_SIZE, PACKED, LOG2, VALUES_AND_DICT, PREFIX_BYTES),
        RUNNING(POINTER, SIGNED, RUNTIME_CURRENT, NO_SHIMS, 16), RETURNS(83, 0),
        TEXT(14, ESCAPED, NAMED, PAIRS), REPRS(SPEC_FIRST, SHORT, INSERTED, OWN, ARGS),
        TRACES(POINTERS, OBJECT), SIZES(WITH_HEADER, WITH_DIGIT) } },
    { 12, ANY_THREADING,
      { FRAMES(PREV_INSTR, PEP657, CFRAME),
        OBJECTS(TAGGED, PACKED, LOG2, DICT_OR_VALUES, PREFIX_BYTES),
        RUNNING(POINTER, SIGNED, INTERPRETER, 3, 16), RETURNS(83, 121),
        TEXT(15, ESCAPED, NAMED, BRACES), REPRS(SPEC, SHORT, INSERTED, OWN, ARGS),
        TRACES(POINTERS, OBJECT), SIZES(WITH_HEADER, WITH_DIGIT) } },
    { 13, WITH_GIL,
      { FRAMES(INSTR_PTR, PEP657, DIRECT),
        OBJECTS(TAGGED, PACKED, LOG2, INLINE_HEADER, HEADER),
        RUNNING(POINTER, YIELD_FROM, INTERPRETER, 3, 16), RETURNS(36, 103),
        TEXT(15_1, ESCAPED, NAMED, BRACES), REPRS(SPEC, FULL, INSERTED, OWN, NAME_AND_ARGS),
        TRACES(POINTERS, OBJECT), SIZES(BARE, WITH_DIGIT) } },
    { 13, FREE_THREADED,
      { FRAMES(INSTR_PTR, PEP657, DIRECT),
        OBJECTS(TAGGED, PACKED, LOG2, INLINE_HEADER, HEADER),
        RUNNING(POINTER, YIELD_FROM, INTERPRETER, 3, 0), RETURNS(36, 103),
        TEXT(15_1, ESCAPED, NAMED, BRACES), REPRS(SPEC, FULL, INSERTED, OWN, NAME_AND_ARGS),
        TRACES(POINTERS, OBJECT), SIZES(BARE, WITH_DIGIT) } },
    { 14, WITH_GIL,
      { FRAMES(INSTR_PTR, PEP657, DIRECT),
        OBJECTS(TAGGED, PACKED, LOG2, INLINE_BASICSIZE, HEADER),
        RUNNING(TAGGED, YIELD_FROM, INTERPRETER, 3, 16),
        TEXT(16, ESCAPED, NAMED, BRACES), REPRS(SPEC, FULL, INSERTED, OWN, ARGS),
        TRACES(POINTERS, OBJECT), SIZES(BARE, WITH_DIGIT) } },
    { 14, FREE_THREADED,
      { FRAMES(INSTR_PTR, PEP657, DIRECT),
        OBJECTS(TAGGED, BYTES, LOG2, INLINE_BASICSIZE, HEADER),
        RUNNING(TAGGED, YIELD_FROM, INTERPRETER, 3, 0),
        TEXT(16, ESCAPED, NAMED, BRACES), REPRS(SPEC, FULL, INSERTED, OWN, ARGS),
        TRACES(POINTERS, OBJECT), SIZES(BARE, WITH_DIGIT) } },
    { 15, WITH_GIL,
      { FRAMES(INSTR_PTR, PEP657, DIRECT),
        OBJECTS(TAGGED, PACKED, LOG2, INLINE_BASICSIZE, HEADER),
        RUNNING(TAGGED, COUNTED, INTERPRETER, 3, 16),
        TEXT(17, AS_BYTES, NAMED, BRACES), REPRS(SPEC, FULL, INSERTED, SHARED, ARGS),
        TRACES(POINTERS, CSTRING), SIZES(BARE, WITH_DIGIT) } },
    { 15, FREE_THREADED,
      { FRAMES(INSTR_PTR, PEP657, DIRECT),
        OBJECTS(TAGGED, BYTES, LOG2, INLINE_BASICSIZE, HEADER),
        RUNNING(TAGGED, COUNTED, INTERPRETER, 3, 0),
        TEXT(17, AS_BYTES, NAMED, BRACES), REPRS(SPEC, FULL, INSERTED, SHARED, ARGS),
        TRACES(POINTERS, CSTRING), SIZES(BARE, WITH_DIGIT) } },
};
/* clang-format on */

const struct hn_formats *
hn_formats_find(unsigned minor, unsigned flavour)
{
    int threading = flavour & HN_FLAVOUR_FREE_THREADED ? FREE_THREADED : WITH_GIL;

    for (size_t i = 0; i < sizeof(series) / sizeof(series[0]); i++)
        if (series[i].minor == minor
            && (series[i].threading == ANY_THREADING
                || series[i].threading == threading))
            return &series[i].formats;
    return NULL;
}
