/* How one CPython lays out its structures: offsets, sizes, and named formats.
 *
 * A layout is data. It is chosen by the exact version and flavour from rows that a
 * tool generated (tables.inc), overlaid with what the target itself publishes
 * (_Py_DebugOffsets, 3.13 and later), and validated once; after that its accessors
 * cannot fail. Differences in kind are formats: decoders switch on a format,
 * never on a version. ADDING-A-VERSION.md says how a new CPython gets in. */
#ifndef HN_LAYOUT_LAYOUT_H
#define HN_LAYOUT_LAYOUT_H

#include <stdbool.h>
#include "hognose/status.h"
#include "layout/fields.h"

/* PY_VERSION_HEX: 0x030c01f0 is 3.12.1 final. */
#define HN_HEX(major, minor, micro) \
    ((uint32_t)((major) << 24 | (minor) << 16 | (micro) << 8 | 0xf0))
#define HN_HEX_MINOR(hex) (((hex) >> 16) & 0xff)
#define HN_HEX_MICRO(hex) (((hex) >> 8) & 0xff)

enum hn_flavour {
    HN_FLAVOUR_RELEASE = 0,
    HN_FLAVOUR_DEBUG = 1,
    HN_FLAVOUR_FREE_THREADED = 2
};

/* No structure that we copy whole is larger (PyThreadState 3.15 and PyHeapTypeObject
 * are just below); validation refuses a layout that disagrees. */
enum { HN_RECORD_MAX = 1024 };

enum hn_source {
    HN_SOURCE_NONE = 0,  /* this CPython has no such field */
    HN_SOURCE_TABLE,     /* the row for this very version and flavour */
    HN_SOURCE_NEIGHBOUR, /* a row of the same series, since ours is not in the table */
    HN_SOURCE_DEBUG_OFFSETS, /* published by the target */
    HN_SOURCE_SELF_CHECK     /* found by trying the candidates on the target's memory */
};

/* Where a frame's position is kept. */
enum hn_position_format {
    HN_POSITION_LASTI_BYTES, /* f_lasti, bytes (3.8, 3.9) */
    HN_POSITION_LASTI_UNITS, /* f_lasti, instructions (3.10, bpo-27129) */
    HN_POSITION_PREV_INSTR,  /* pointer to the last executed unit (3.11, 3.12) */
    HN_POSITION_INSTR_PTR    /* pointer to the executing unit (3.13, gh-109095) */
};

enum hn_linetable_format {
    HN_LINETABLE_LNOTAB, /* address and line increments (up to 3.9) */
    HN_LINETABLE_PEP626, /* ranges, -128 = no line (3.10) */
    HN_LINETABLE_PEP657  /* locations with columns (3.11) */
};

/* How tstate leads to its innermost frame. */
enum hn_frame_chain_format {
    HN_FRAME_CHAIN_OBJECTS, /* tstate->frame, PyFrameObject.f_back (up to 3.10) */
    HN_FRAME_CHAIN_CFRAME,  /* tstate->cframe->current_frame (3.11, 3.12) */
    HN_FRAME_CHAIN_DIRECT   /* tstate->current_frame (3.13) */
};

enum hn_int_format { HN_INT_SIGNED_SIZE, HN_INT_TAGGED /* lv_tag, gh-101291, 3.12 */ };

enum hn_str_state_format {
    HN_STR_STATE_PACKED, /* interned:2 kind:3 compact:1 ascii:1 ready:1 */
    HN_STR_STATE_BYTES   /* interned has a byte of its own (3.14t) */
};

enum hn_dict_format {
    HN_DICT_SIZE_WORD, /* dk_size, 24-byte entries (up to 3.10) */
    HN_DICT_LOG2       /* dk_log2_size, dk_kind, 16-byte unicode entries (3.11) */
};

/* Where an instance's attributes are, beside tp_dictoffset. */
enum hn_instance_format {
    HN_INSTANCE_DICT_OFFSET,     /* only tp_dictoffset (up to 3.10) */
    HN_INSTANCE_VALUES_AND_DICT, /* two words before the object (3.11) */
    HN_INSTANCE_DICT_OR_VALUES,  /* one tagged word before it (3.12) */
    HN_INSTANCE_INLINE_HEADER,   /* dict pointer before it, values at sizeof(PyObject)
                                    (3.13) */
    HN_INSTANCE_INLINE_BASICSIZE /* the same, values at tp_basicsize (3.14) */
};

enum hn_values_format {
    HN_VALUES_PREFIX_BYTES /* 3.11, 3.12 */,
    HN_VALUES_HEADER /* 3.13 */
};

/* What a frame slot holds. */
enum hn_stackref_format { HN_STACKREF_POINTER, HN_STACKREF_TAGGED /* 3.14 */ };

enum hn_generator_state_format {
    HN_GENERATOR_STATE_FRAME,      /* in the frame (up to 3.10) */
    HN_GENERATOR_STATE_SIGNED,     /* -2 created, -1 suspended .. 4 cleared (3.11) */
    HN_GENERATOR_STATE_YIELD_FROM, /* -3 created, -2 suspended, -1 suspended in a
                                      yield from .. 4 cleared (3.13) */
    HN_GENERATOR_STATE_COUNTED     /* 0 created .. 5 cleared (3.15) */
};

/* Which tstate has the GIL. */
enum hn_gil_format {
    HN_GIL_RUNTIME_CURRENT, /* _PyRuntime.gilstate.tstate_current (up to 3.11) */
    HN_GIL_INTERPRETER      /* interp->ceval.gil: locked and last_holder (3.12) */
};

/* The Unicode of the unicodedata module, and of what is printable in a str. */
enum hn_unicode_version {
    HN_UNICODE_12_1, /* 3.8 */
    HN_UNICODE_13,   /* 3.9 */
    HN_UNICODE_14,   /* 3.11 */
    HN_UNICODE_15,   /* 3.12 */
    HN_UNICODE_15_1, /* 3.13 */
    HN_UNICODE_16,   /* 3.14 */
    HN_UNICODE_17    /* 3.15 */
};

/* Whether repr() of a bytearray escapes ' between double quotes. */
enum hn_bytearray_quotes {
    HN_BYTEARRAY_QUOTES_ESCAPED,
    HN_BYTEARRAY_QUOTES_AS_BYTES /* 3.15: it is that of bytes */
};

/* How repr() writes an OrderedDict. */
enum hn_ordered_dict_format {
    HN_ORDERED_DICT_PAIRS, /* OrderedDict([('a', 1)]) */
    HN_ORDERED_DICT_BRACES /* OrderedDict({'a': 1}) (3.12, gh-101446) */
};

/* What an enum.Flag of several bits knows of its own name. */
enum hn_flag_format {
    HN_FLAG_NAMELESS, /* _name_ is None: put together when it is shown */
    HN_FLAG_NAMED     /* 3.11: "R|W", only a value without any member has no name */
};

/* Whose words repr() of a module uses. */
enum hn_module_repr {
    HN_MODULE_REPR_LOADER,     /* its loader's module_repr(), where that has one */
    HN_MODULE_REPR_SPEC_FIRST, /* 3.10 (bpo-42137): before the loader, its spec */
    HN_MODULE_REPR_SPEC        /* 3.12 (gh-97850): its spec alone */
};

/* How repr() of a partial object or weak reference names a class of Python code. */
enum hn_class_naming {
    HN_CLASS_NAMING_SHORT, /* Item */
    HN_CLASS_NAMING_FULL   /* 3.13 (gh-111696): shop.Item */
};

/* In which order repr() of a SimpleNamespace lists its names. */
enum hn_namespace_order {
    HN_NAMESPACE_SORTED,
    HN_NAMESPACE_INSERTED /* 3.9 (bpo-39075) */
};

/* Whether sys.getsizeof() counts a header of the collector for types that have none
 * because they are static. */
enum hn_static_size {
    HN_STATIC_SIZE_BARE,
    HN_STATIC_SIZE_WITH_HEADER /* 3.11 and 3.12 */
};

/* Whether an int that is 0 counts a digit. */
enum hn_zero_format {
    HN_ZERO_WITHOUT_DIGIT,
    HN_ZERO_WITH_DIGIT /* 3.11 (gh-100637) */
};

/* What an operator.methodcaller keeps as its arguments. */
enum hn_methodcaller_format {
    HN_METHODCALLER_ARGS,
    HN_METHODCALLER_NAME_AND_ARGS /* 3.13 alone */
};

/* Whose __dict__ and __weakref__ the classes of Python code have. */
enum hn_getset_owner {
    HN_GETSET_OWN,
    HN_GETSET_SHARED /* 3.15: object's, which repr() does not name */
};

/* How _Py_hashtable_t keeps keys and values. */
enum hn_hashtable_format {
    HN_HASHTABLE_INLINE,  /* behind the entry, of the table's key_size and data_size */
    HN_HASHTABLE_POINTERS /* 3.9 (bpo-40602): a word each in the entry */
};

/* What tracemalloc keeps as the name of a file. */
enum hn_trace_filename_format {
    HN_TRACE_FILENAME_OBJECT,
    HN_TRACE_FILENAME_CSTRING /* 3.15 (gh-155725): UTF-8 of its own */
};

/* The main thread's name in `threading`, and the like, need no format. */
struct hn_formats {
    enum hn_position_format position;
    enum hn_linetable_format linetable;
    enum hn_frame_chain_format frame_chain;
    enum hn_int_format integer;
    enum hn_str_state_format str_state;
    enum hn_dict_format dict;
    enum hn_instance_format instance;
    enum hn_values_format values;
    enum hn_stackref_format stackref;
    enum hn_generator_state_format generator_state;
    enum hn_gil_format gil;
    enum hn_unicode_version unicode;
    enum hn_bytearray_quotes bytearray;
    enum hn_ordered_dict_format ordered_dict;
    enum hn_flag_format flag;
    enum hn_module_repr module;
    enum hn_class_naming class_naming;
    enum hn_namespace_order name_space;
    enum hn_getset_owner getset;
    enum hn_methodcaller_format methodcaller;
    enum hn_hashtable_format hashtable;
    enum hn_trace_filename_format trace_filename;
    enum hn_static_size static_size;
    enum hn_zero_format zero;
    /* Owners from this value on are shims of the interpreter, not Python frames (3.12:
     * FRAME_OWNED_BY_CSTACK, 3.14: FRAME_OWNED_BY_INTERPRETER); 255: there are none. */
    uint8_t first_shim_owner;
    /* Opcodes that leave a frame: RETURN_VALUE, RETURN_CONST (3.12). 0: there is none,
     * or a frame itself says that it was left. CPython: Include/opcode.h, from 3.13 on
     * Include/opcode_ids.h. */
    uint8_t return_value, return_const;
    uint8_t gc_header_bytes; /* before a GC object: 16, or 0 in free-threaded builds */
};

struct hn_layout {
    uint32_t hex;         /* of the target */
    unsigned flavour;     /* enum hn_flavour bits */
    uint32_t mutex_bytes; /* the target's sizeof(pthread_mutex_t) */
    const char *row;      /* "3.12.1": the table row taken, "" when none */
    bool exact;           /* the row is this very version's */
    struct hn_formats formats;
    uint32_t size[HN_STRUCT_COUNT]; /* sizeof, 0: no such structure */
    int32_t offset[HN_FIELD_COUNT]; /* -1: no such field */
    uint8_t source[HN_FIELD_COUNT]; /* enum hn_source */
    /* Derived by hn_layout_finish(): the bytes of each structure our fields span. */
    uint32_t first[HN_STRUCT_COUNT], extent[HN_STRUCT_COUNT];
};

/* Fills @ret from the best row for @hex and @flavour: the version's own, else the
 * newest older one of its series, else the oldest. A debug build of a series that we
 * know no debug build of gets a release row. @mutex_bytes is the target's
 * sizeof(pthread_mutex_t): 40 on x86-64 and musl, 48 on aarch64 glibc. HN_E_UNSUPPORTED
 * when the series has no row (see hn_layout_from_debug_offsets), and for alphas and
 * betas of series that publish no offsets. */
HN_MUST_CHECK enum hn_status
hn_layout_find(uint32_t hex, unsigned flavour, unsigned mutex_bytes,
               struct hn_error *err, struct hn_layout *ret);

/* Overlays what a _Py_DebugOffsets block (@size bytes, from the target) publishes. The
 * block is validated first: cookie, version, sizes at most 1 MB, fields within their
 * structures; a bad block leaves @layout as it was and fails with HN_E_CORRUPT.
 *
 * The published sizes are a fingerprint: if they are those of another row of the series
 * (a debug build, a distributor's) then that row is taken, and @layout's flavour
 * corrected. Where they agree with no row, what the tables alone say of a structure
 * that disagrees is NEIGHBOUR's, or dropped if it no longer fits. */
HN_MUST_CHECK enum hn_status
hn_layout_overlay(struct hn_layout *layout, const void *block, size_t size,
                  struct hn_error *err);

/* For a CPython newer than all rows: fills @ret from its block alone, read as the
 * newest block we know, with the newest formats. Has no field that is not published.
 * HN_E_UNSUPPORTED when the block cannot be read that way. */
HN_MUST_CHECK enum hn_status
hn_layout_from_debug_offsets(const void *block, size_t size, unsigned mutex_bytes,
                             struct hn_error *err, struct hn_layout *ret);

/* What a block says of itself, without trusting the rest of it: HN_DONE when @bytes do
 * not begin with its cookie. */
struct hn_debug_offsets_head {
    uint32_t hex;
    bool free_threaded;
    size_t size; /* of the block in that version; of the newest known for later ones */
};
HN_MUST_CHECK enum hn_status
hn_debug_offsets_head(const void *bytes, size_t size,
                      struct hn_debug_offsets_head *ret);

/* Derives the spans and checks that every field lies inside its structure, aligned, and
 * every copied structure fits HN_RECORD_MAX. Call last; HN_E_CORRUPT otherwise. */
HN_MUST_CHECK enum hn_status
hn_layout_finish(struct hn_layout *layout, struct hn_error *err);

static inline bool
hn_layout_has(const struct hn_layout *layout, enum hn_field field)
{
    return layout->offset[field] >= 0;
}

/* Static descriptions, for `py-info --layout` and error texts. */
struct hn_field_info {
    const char *structure, *name; /* CPython's own names */
    enum hn_struct type;
    uint8_t width; /* bytes: 1, 2, 4, 8; 0: only its address is used */
};
const struct hn_field_info *
hn_field_info(enum hn_field field);

const char *
hn_struct_name(enum hn_struct type);

const char *
hn_source_name(enum hn_source source);

#endif
