/* Showers: each knows how repr() writes the objects of one type.
 *
 * A shower writes a plan: text, and the objects that stand in it. The engine
 * (preview.c) carries the plan out: it shows those objects in their places, theirs in
 * turn, without recursion; it notices cycles and keeps the limits. So a shower is
 * straight code:
 *
 *     hn_show_puts(show, "slice(");
 *     hn_show_object(show, start);
 *     hn_show_puts(show, ", ");
 *
 * A shower that fails is undone, and <unreadable 0x...: why> stands in its place; one
 * that has shown something worth keeping calls hn_show_problem() instead. Showers are
 * found by the table in showers.c; each family has a file show_<family>.c. */
#ifndef HN_OBJECTS_SHOWER_H
#define HN_OBJECTS_SHOWER_H

#include "objects/types.h"

struct hn_show;

struct hn_object {
    hn_addr at;
    const struct hn_type *type;
};

enum {
    /* Has no objects in it worth a limit: shown at any depth. */
    HN_SHOWER_LEAF = 1,
    /* Inside itself it is "<name of the type>(...)". */
    HN_SHOWER_AGAIN_CALL = 2,
    /* Inside itself its shower is called again; see hn_show_is_again(). */
    HN_SHOWER_AGAIN_SHOW = 4,
};

struct hn_shower {
    /* A type's full name ("list", "collections.deque"), for reprs in C; or, where the
     * repr is Python code of the standard library, the function: module, colon, and
     * qualified name ("enum:Enum.__repr__") or the name in its code
     * ("reprlib:wrapper").
     */
    const char *name;
    enum hn_status (*show)(struct hn_show *show, const struct hn_object *object);
    unsigned flags;
    const char *again; /* what stands for the object inside itself; NULL: "..." */
};

/* The families; to add one, add its line here, and its table, ended by a NULL name, as
 * hn_showers_<family> to a file show_<family>.c. */
#define HN_SHOWER_FAMILIES(X) \
    X(constant)               \
    X(number)                 \
    X(text)                   \
    X(container)              \
    X(callable)               \
    X(descriptor)             \
    X(runtime)                \
    X(frame)                  \
    X(operator)               \
    X(generic)                \
    X(exception)              \
    X(instance)               \
    X(enum)                   \
    X(dataclass)              \
    X(datetime)               \
    X(collections)            \
    X(decimal)                \
    X(array)                  \
    X(re)                     \
    X(path)                   \
    X(numpy)                  \
    X(thread)

#define HN_SHOWER_FAMILY(family) extern const struct hn_shower hn_showers_##family[];
HN_SHOWER_FAMILIES(HN_SHOWER_FAMILY)
#undef HN_SHOWER_FAMILY

/* The shower for a name as in struct hn_shower, or NULL. */
const struct hn_shower *
hn_shower_find(const char *name);

/* For objects whose repr is object's own, and for those whose repr is Python code that
 * nobody knows. Never NULL. */
const struct hn_shower *
hn_shower_of_instances(void);

/* For tuples with named items that C code made; there are too many to name them. */
const struct hn_shower *
hn_shower_of_struct_sequences(void);

/* ---- what a shower may use ---- */

struct hn_python *
hn_show_python(struct hn_show *show);

struct hn_types *
hn_show_types(struct hn_show *show);

/* Whether the object at work is inside itself: it must not show what leads there. */
bool
hn_show_is_again(const struct hn_show *show);

/* For pieces of the plan; forgotten when the preview is finished. */
struct hn_arena *
hn_show_arena(struct hn_show *show);

const struct hn_preview_limits *
hn_show_limits(const struct hn_show *show);

/* Text goes here; valid until the next hn_show_object(). */
struct hn_text *
hn_show_text(struct hn_show *show);

void
hn_show_puts(struct hn_show *show, const char *text);

/* For numbers and the like: lines above 255 bytes are cut. */
void
hn_show_printf(struct hn_show *show, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A name or a path from the target, with what a terminal must not see escaped. */
void
hn_show_name(struct hn_show *show, const char *name);

/* A str object's text without quotes (at most a line's worth); what str() gives. */
HN_MUST_CHECK enum hn_status
hn_show_str(struct hn_show *show, hn_addr object);

/* The repr of a float; of a C float as numpy prints it, with the digits that tell it
 * from other C floats; of a complex, or its inside in parentheses all the time. */
void
hn_show_float(struct hn_show *show, double value);

void
hn_show_float32(struct hn_show *show, float value);

void
hn_show_complex(struct hn_show *show, double real, double imag, bool parentheses);

/* The repr of the str of @length characters of @width bytes that are at @data, and that
 * of bytes. */
HN_MUST_CHECK enum hn_status
hn_show_characters(struct hn_show *show, hn_addr data, uint64_t length, unsigned width);

HN_MUST_CHECK enum hn_status
hn_show_bytes(struct hn_show *show, hn_addr data, uint64_t size);

/* The same of a str that was put together here. */
HN_MUST_CHECK enum hn_status
hn_show_code_points(struct hn_show *show, const uint32_t *codes, size_t count);

/* The repr of the object at @at belongs here; 0 is shown as <NULL>. */
void
hn_show_object(struct hn_show *show, hn_addr at);

/* How many of @count items may be shown: the limit, none at the depth limit. */
uint64_t
hn_show_limit(struct hn_show *show, uint64_t count);

/* "... 990 more" after @shown of @count, nothing when all are shown; marks the preview
 * as cut. A separator comes first when @shown is not 0. */
void
hn_show_more(struct hn_show *show, uint64_t shown, uint64_t count);

/* "... 800 more" behind a text or number that was cut; marks the preview as cut. */
void
hn_show_cut(struct hn_show *show, uint64_t hidden);

/* "..." where more cannot or need not be said; marks the preview as cut. */
void
hn_show_ellipsis(struct hn_show *show);

/* For a part that failed with @status, in its place: <unreadable 0x...: why>. Returns
 * HN_OK, but the failures that must end the preview as they are. */
HN_MUST_CHECK enum hn_status
hn_show_problem(struct hn_show *show, hn_addr at, enum hn_status status);

/* "1, 2, 3, ... 990 more": the @count objects whose addresses stand at @items. */
HN_MUST_CHECK enum hn_status
hn_show_array(struct hn_show *show, hn_addr items, uint64_t count);

/* "'a': 1, 'b': 2": the entries of a dict, without braces. */
HN_MUST_CHECK enum hn_status
hn_show_entries(struct hn_show *show, hn_addr dict);

/* "x=1, y=2": a dict whose keys are names. */
HN_MUST_CHECK enum hn_status
hn_show_names(struct hn_show *show, hn_addr dict);

/* The dict's ma_used, checked to be possible. */
HN_MUST_CHECK enum hn_status
hn_show_dict_count(struct hn_show *show, hn_addr dict, uint64_t *ret);

/* tp_name of the type of the object at @at. */
HN_MUST_CHECK enum hn_status
hn_show_type_of(struct hn_show *show, hn_addr at);

/* A '\0'-terminated name in the target's memory. */
HN_MUST_CHECK enum hn_status
hn_show_cstring(struct hn_show *show, hn_addr at);

/* "0x7f..." */
void
hn_show_addr(struct hn_show *show, hn_addr at);

/* A word of the object behind its header: for structures of a word or two that CPython
 * declares inside a .c file (dict views, SimpleNamespace). */
HN_MUST_CHECK enum hn_status
hn_show_word(struct hn_show *show, const struct hn_object *object, unsigned index,
             uint64_t *ret);

#endif
